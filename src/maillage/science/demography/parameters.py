"""What a forecast supposes: every number with its unit, where it comes from, and how sure one is of it.

Nothing here is hidden in the code of the simulation: a set of :class:`Assumptions` is a value that is shown,
edited, written to JSON with the result and read back.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from enum import StrEnum
from itertools import pairwise
from typing import Any

import numpy as np

from maillage.science.checks import FloatArray, ScienceError

YOUNGEST, OLDEST = 25, 90
"""Ages a practitioner may have, both included; everyone has stopped after the last one."""

AGES = np.arange(YOUNGEST, OLDEST + 1)


class Mark(StrEnum):
    """How a parameter is known."""

    SOURCED = "sourced"
    """Read in a publication, named in ``source``."""
    ESTIMATED = "estimated"
    """Computed from publications, by the way told in ``source``."""
    ASSUMED = "assumed"
    """Nobody publishes it: a choice, to be discussed and changed."""


@dataclass(frozen=True)
class Parameter:
    """One number.

    :ivar spread: standard deviation of the logarithm of the factor by which each draw multiplies the value:
        the parameter itself is uncertain, not only what chance makes of it. 0 when it is taken as it is.
    """

    label: str
    value: float
    unit: str
    mark: Mark
    source: str
    spread: float = 0.0

    def __post_init__(self) -> None:
        _require(self.label, (self.value,), self.spread)


@dataclass(frozen=True)
class AgeTable:
    """One number by age class: ``values[k]`` from the age ``starts[k]`` on, 0 under the first."""

    label: str
    starts: tuple[int, ...]
    values: tuple[float, ...]
    unit: str
    mark: Mark
    source: str
    spread: float = 0.0

    def __post_init__(self) -> None:
        _require(self.label, self.values, self.spread)
        increasing = all(low < high for low, high in pairwise(self.starts))
        if not self.starts or len(self.starts) != len(self.values) or not increasing:
            raise ScienceError(
                f"« {self.label} » demande une valeur par tranche d'âge, et les âges de début en ordre "
                "croissant."
            )

    def by_age(self) -> FloatArray:
        """The value at each of ``AGES``."""
        return np.take((0.0, *self.values), np.searchsorted(self.starts, AGES, side="right"))


@dataclass(frozen=True)
class Assumptions:
    """Everything a projection of one profession supposes.

    :ivar cessation: probability, at each age, of stopping within the year.
    :ivar leaving: probability, before the first age of ``cessation``, of leaving the place within the year.
    :ivar activity: work by age, 1 for full activity.
    :ivar entry_ages: weight of each age among those who settle.
    :ivar arrivals: settlements a year on one's own account, as a share of those in practice at the start.
    :ivar attraction: share of the arrivals that go where colleagues are; the others go where people live.
    :ivar replacement: probability that one who leaves has a successor on the spot.
    :ivar work_ratio: newcomers it takes to do the work of one in full activity today.
    :ivar drift: how far a territory's work strays each year from the national course, for good.
    :ivar variation: how far one practitioner's work strays in a year from its course, for that year.
    """

    profession: str
    cessation: AgeTable
    leaving: Parameter
    activity: AgeTable
    entry_ages: AgeTable
    arrivals: Parameter
    attraction: Parameter
    replacement: Parameter
    work_ratio: Parameter
    drift: Parameter
    variation: Parameter

    def __post_init__(self) -> None:
        for entry in (self.cessation, self.leaving, self.replacement, self.attraction):
            if max(entry.values if isinstance(entry, AgeTable) else (entry.value,)) > 1:
                raise ScienceError(f"« {entry.label} » est une part : donnez une valeur entre 0 et 1.")
        if not self.work_ratio.value > 0 or not (self.activity.by_age() > 0).all():
            raise ScienceError(
                "L'activité à chaque âge et le nombre de nouveaux pour un départ doivent être supérieurs à "
                "zéro."
            )
        if not self.entry_ages.by_age().any():
            raise ScienceError("L'âge à l'installation n'a aucun poids non nul : donnez-en au moins un.")

    def named(self) -> dict[str, Parameter | AgeTable]:
        """Every parameter under its name, in the order of a table."""
        return {entry.name: getattr(self, entry.name) for entry in fields(self) if entry.name != "profession"}

    def changed(self, name: str, value: float | tuple[float, ...]) -> "Assumptions":
        """The same with one value changed by hand, hence marked as assumed.

        :raises ScienceError: no parameter of that name, value of another shape or out of its range.
        """
        known = self.named()
        if name not in known:
            raise ScienceError(f"« {name} » n'est pas un paramètre ; choisissez parmi {', '.join(known)}.")
        entry = known[name]
        mark, source = Mark.ASSUMED, f"modifié à la main ; d'origine : {entry.source}"
        if isinstance(entry, AgeTable):
            values = value if isinstance(value, tuple) else (value,)
            edited: Parameter | AgeTable = replace(entry, values=values, mark=mark, source=source)
        elif isinstance(value, tuple):
            raise ScienceError(f"« {entry.label} » attend un seul nombre.")
        else:
            edited = replace(entry, value=value, mark=mark, source=source)
        return _with(self, {name: edited})

    def as_document(self) -> dict[str, Any]:
        """As JSON keeps it; :func:`from_document` gives it back."""
        return {"profession": self.profession} | {
            name: {entry.name: _plain(getattr(parameter, entry.name)) for entry in fields(parameter)}
            for name, parameter in self.named().items()
        }


def from_document(document: Mapping[str, Any]) -> Assumptions:
    """Assumptions as :meth:`Assumptions.as_document` wrote them.

    :raises ScienceError: a parameter is absent, unknown, or not of the form expected.
    """
    names = {entry.name for entry in fields(Assumptions)}
    gap = names.symmetric_difference(document)
    if gap:
        raise ScienceError(
            f"Ces paramètres manquent ou ne sont pas connus : {', '.join(sorted(gap))}. "
            f"Donnez exactement : {', '.join(sorted(names))}."
        )
    parts = {name: _read(name, value) for name, value in document.items() if name != "profession"}
    return Assumptions(profession=str(document["profession"]), **parts)


def _with(assumptions: Assumptions, parts: Mapping[str, Any]) -> Assumptions:
    return replace(assumptions, **parts)


def _read(name: str, value: Mapping[str, Any]) -> Any:
    try:
        given = dict(value) | {"mark": Mark(value["mark"])}
        if "starts" in given:
            return AgeTable(**given | {"starts": tuple(given["starts"]), "values": tuple(given["values"])})
        return Parameter(**given)
    except ScienceError:
        raise
    except (TypeError, ValueError, KeyError) as error:
        raise ScienceError(
            f"Le paramètre « {name} » n'a pas la forme attendue (libellé, valeur, unité, marque parmi "
            f"{', '.join(Mark)}, source) : corrigez-le."
        ) from error


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value


def _require(label: str, values: tuple[float, ...], spread: float) -> None:
    if not all(math.isfinite(value) and value >= 0 for value in (*values, spread)):
        raise ScienceError(f"« {label} » demande des nombres connus, positifs ou nuls.")


_ER_1097 = "Drees, Études et résultats 1097 (décembre 2018)"

GENERAL_PRACTITIONERS = Assumptions(
    profession="mg",
    cessation=AgeTable(
        "Cessation d'activité selon l'âge",
        (55, 60, 62, 65, 67, 70, 75),
        (0.01, 0.03, 0.10, 0.22, 0.11, 0.07, 0.09),
        "probabilité par an",
        Mark.ESTIMATED,
        "aucune table publiée : calée pour retrouver 43 % d'actifs à 65-69 ans et 20 % à 70-79 ans, "
        f"{_ER_1097}",
        spread=0.15,
    ),
    leaving=Parameter(
        "Départ avant 55 ans (autre lieu, autre exercice)",
        0.01,
        "probabilité par an",
        Mark.ASSUMED,
        "aucune statistique publiée par département",
        spread=0.3,
    ),
    activity=AgeTable(
        "Activité selon l'âge",
        (YOUNGEST, 65, 70),
        (1.0, 0.8, 0.6),
        "part d'une pleine activité",
        Mark.ASSUMED,
        f"réduction du cumul emploi-retraite ({_ER_1097}) ; la Drees ne publie pas l'activité par âge",
    ),
    entry_ages=AgeTable(
        "Âge à l'installation",
        (28, 30, 35, 40, 45, 50),
        (1.5, 5.0, 2.0, 1.0, 0.5, 0.0),
        "poids par année d'âge",
        Mark.ESTIMATED,
        "répartie autour de l'âge moyen d'affiliation des généralistes, 32,6 ans, et des installations plus "
        "tardives (Carmf, 2022)",
    ),
    arrivals=Parameter(
        "Installations spontanées",
        0.015,
        "par praticien en exercice au départ et par an",
        Mark.ESTIMATED,
        "calées pour que les généralistes de France diminuent de 0,5 % par an, comme en 2022 "
        "(99 457 au 1er janvier 2023, 500 de moins en un an, Drees)",
        spread=0.25,
    ),
    attraction=Parameter(
        "Part des installations spontanées qui suit les confrères",
        0.7,
        "part ; le reste suit la population",
        Mark.ASSUMED,
        "aucune statistique publiée",
    ),
    replacement=Parameter(
        "Départs suivis d'un successeur sur place",
        0.5,
        "probabilité",
        Mark.ASSUMED,
        "aucune statistique officielle",
        spread=0.15,
    ),
    work_ratio=Parameter(
        "Nouveaux praticiens pour le travail d'un praticien d'aujourd'hui",
        1.2,
        "praticiens",
        Mark.ESTIMATED,
        "calé pour que l'offre recule de 1,5 % par an : de 2015 à 2021 l'APL a perdu 1,8 % par an (Drees) "
        "pendant que la population gagnait 0,3 % (Insee) ; de 1 à 2 selon les avis",
        spread=0.1,
    ),
    drift=Parameter(
        "Dérive propre à un territoire",
        0.023,
        "écart type du logarithme de l'offre, par an",
        Mark.ESTIMATED,
        "dispersion entre départements de l'évolution de l'APL de 2021 à 2022 (0,026), moins ce que le "
        "hasard des départs et des arrivées explique",
    ),
    variation=Parameter(
        "Variation de l'activité d'un praticien",
        0.3,
        "écart type du logarithme, chaque année",
        Mark.ESTIMATED,
        "calée pour que 80 % des intercommunalités soient dans l'intervalle à 80 % un an après 2021",
    ),
)
"""General practitioners."""

_BORROWED = "repris des médecins généralistes, faute de publication pour cette profession"


def assumptions_for(profession: str) -> Assumptions:
    """What is supposed of a profession; where only the doctors' is known, it is borrowed and marked assumed.

    :param profession: mg, inf, mk, sf or cd.
    """
    if profession == GENERAL_PRACTITIONERS.profession:
        return GENERAL_PRACTITIONERS
    borrowed = {
        name: replace(parameter, mark=Mark.ASSUMED, source=_BORROWED)
        for name, parameter in GENERAL_PRACTITIONERS.named().items()
    }
    return _with(replace(GENERAL_PRACTITIONERS, profession=profession), borrowed)
