"""Figures the law sets, each with the day it takes effect, its source and how far it was checked.

A rule never writes such a figure: it asks for the value in force on the day it judges. An authority may
override one (its own reading of a text, a figure published since) with a mapping from names to values.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from difflib import get_close_matches
from typing import Final, Literal

from maillage.rules.calendar import day_text, days_text, months_text
from maillage.rules.money import down_to_cent, euros, percent

ValueKind = Literal["money", "share", "months", "days"]
Mark = Literal["V", "O", "2", "D"]
Overrides = Mapping[str, Decimal]

MARKS: Final[Mapping[Mark, str]] = {
    "V": "lu dans le texte officiel",
    "O": "lu dans une version ancienne du texte, à vérifier sur Légifrance",
    "2": "source secondaire",
    "D": "proposition du logiciel, à valider par la collectivité",
}


class UnknownParameter(ValueError):
    """A name or a day without value; its message is a French sentence made to be shown."""


class UnknownValue(UnknownParameter):
    """The parameter exists, without a value that day."""


@dataclass(frozen=True)
class DatedValue:
    """A value, the days it is in force and where it was read.

    :ivar valid_from: first day; None when the text was not dated, the value then holds as far back as asked.
    :ivar valid_to: last day, None while no end is known.
    :ivar mark: V read in the official text, O in an older version, 2 secondary source, D house proposal.
    """

    value: Decimal
    valid_from: date | None
    source: str
    mark: Mark
    valid_to: date | None = None


@dataclass(frozen=True)
class Parameter:
    """One figure of the law through time, oldest value first."""

    name: str
    label: str
    unit: ValueKind
    article: str
    values: tuple[DatedValue, ...]

    def on(self, day: date) -> DatedValue:
        """The value in force.

        :raises UnknownValue: none is known that day.
        """
        for dated in reversed(self.values):
            started = dated.valid_from is None or dated.valid_from <= day
            if started and (dated.valid_to is None or day <= dated.valid_to):
                return dated
        raise UnknownValue(
            f"{self.label} : aucune valeur connue au {day_text(day)}. Choisissez une autre date, ou faites "
            "saisir la valeur par l'administrateur de la collectivité."
        )

    def text(self, value: Decimal) -> str:
        """The value in French with its unit."""
        match self.unit:
            case "money":
                return euros(value)
            case "share":
                return percent(value)
            case "months":
                return months_text(int(value))
            case "days":
                return days_text(int(value))


def _fixed(
    name: str, label: str, unit: ValueKind, article: str, value: str, source: str, mark: Mark
) -> Parameter:
    """A figure the reference gives one value of, without the day it took effect."""
    return Parameter(name, label, unit, article, (DatedValue(Decimal(value), None, source, mark),))


_PAY_SOURCE_2020: Final = "FHF, arrêté du 21 septembre 2020 [B22]"
_INTERN_PAY: Final = (
    DatedValue(Decimal("25653.00"), None, _PAY_SOURCE_2020, "2", date(2020, 10, 31)),
    DatedValue(Decimal("27042.00"), date(2020, 11, 1), _PAY_SOURCE_2020, "2", date(2022, 6, 30)),
    DatedValue(
        Decimal("28408.30"), date(2022, 7, 1), "AIHD et ISNAR-IMG, arrêté du 8 juillet 2022 [B21]", "V"
    ),
)
_HOUSING_SHARE: Final = Decimal("0.20")


def housing_cap(yearly_pay: Decimal) -> Decimal:
    """Monthly cap of the housing allowance: 20 % × yearly pay ÷ 12, under a cent left out: it is a cap.

    CGCT D1511-52, L-06: 20 % × 28 408.30 ÷ 12 = 473.47.
    """
    return down_to_cent(_HOUSING_SHARE * yearly_pay / 12)


def _de_minimis(name: str, regulation: str, value: str) -> Parameter:
    dated = DatedValue(
        Decimal(value),
        date(2024, 1, 1),
        "associations.gouv.fr et EUR-Lex [A33][A34]",
        "2",
        date(2030, 12, 31),
    )
    label = f"Plafond des aides de minimis sur trois ans, règlement (UE) {regulation}"
    return Parameter(name, label, "money", f"Règlement (UE) {regulation}", (dated,))


_CGCT_2020: Final = "CGCT consolidé au 1er septembre 2020 [A3]"
_CRPA: Final = "CRPA consolidé au 3 avril 2026 [A24]"

PARAMETERS: Final[Mapping[str, Parameter]] = {
    parameter.name: parameter
    for parameter in (
        Parameter(
            "intern_yearly_pay",
            "Émoluments annuels d'un interne de troisième année",
            "money",
            "CGCT D1511-54",
            _INTERN_PAY,
        ),
        Parameter(
            "housing_monthly_cap",
            "Plafond mensuel de l'indemnité de logement",
            "money",
            "CGCT D1511-52",
            tuple(
                DatedValue(housing_cap(pay.value), pay.valid_from, pay.source, pay.mark, pay.valid_to)
                for pay in _INTERN_PAY
            ),
        ),
        _fixed(
            "agreement_threshold",
            "Montant annuel au-delà duquel une convention est obligatoire avec un organisme privé",
            "money",
            "loi 2000-321, article 10 ; décret 2001-495, article 1",
            "23000.00",
            "CGCT, annexe I [A3], [A25]",
            "V",
        ),
        _de_minimis("de_minimis_2023_2831", "2023/2831", "300000.00"),
        _de_minimis("de_minimis_2023_2832", "2023/2832", "750000.00"),
        _fixed(
            "guarantee_debt_share",
            "Part des recettes de fonctionnement que peuvent atteindre annuités garanties et dette propre",
            "share",
            "CGCT L3231-4 et D1511-32",
            "0.50",
            _CGCT_2020,
            "O",
        ),
        _fixed(
            "guarantee_debtor_share",
            "Part du total garantissable que peut atteindre un même débiteur",
            "share",
            "CGCT D1511-34",
            "0.10",
            _CGCT_2020,
            "O",
        ),
        _fixed(
            "guarantee_loan_share",
            "Part d'un emprunt que les collectivités peuvent garantir ensemble",
            "share",
            "CGCT D1511-35",
            "0.50",
            _CGCT_2020,
            "O",
        ),
        _fixed(
            "guarantee_loan_share_development",
            "Part garantie d'un emprunt pour une opération d'aménagement",
            "share",
            "CGCT D1511-35",
            "0.80",
            _CGCT_2020,
            "O",
        ),
        _fixed(
            "own_share_minimum",
            "Part du financement public que le maître d'ouvrage public apporte lui-même",
            "share",
            "CGCT L1111-10 III",
            "0.20",
            _CGCT_2020,
            "O",
        ),
        _fixed(
            "own_share_minimum_shared",
            "Part apportée par le maître d'ouvrage pour une compétence partagée",
            "share",
            "CGCT L1111-9",
            "0.30",
            _CGCT_2020,
            "O",
        ),
        _fixed(
            "practice_minimum_months",
            "Durée minimale de l'engagement d'exercice pour une aide de l'article L1511-8 I",
            "months",
            "CGCT R1511-45",
            "36",
            "Juriblio [A1]",
            "V",
        ),
        _fixed(
            "iepp_minimum_months",
            "Durée minimale d'exercice pour l'indemnité d'étude et de projet professionnel",
            "months",
            "CGCT L1511-8 II",
            "60",
            "ATD 31 [A7], CGCT [A3]",
            "2",
        ),
        Parameter(
            "new_aid_after_months",
            "Délai avant une nouvelle aide de l'article L1511-8 I au même professionnel",
            "months",
            "CGCT D1511-47",
            (DatedValue(Decimal(120), date(2025, 3, 15), "décret 2025-231 du 12 mars 2025 [A5]", "V"),),
        ),
        _fixed(
            "silence_months",
            "Silence qui vaut refus d'une demande à caractère financier",
            "months",
            "CRPA L231-4 3°",
            "2",
            _CRPA,
            "V",
        ),
        _fixed(
            "transmission_days",
            "Délai de transmission d'une décision individuelle au préfet",
            "days",
            "CGCT L3131-1",
            "15",
            _CGCT_2020,
            "O",
        ),
    )
}
"""Every figure, by name."""


def value(name: str, on: date, overrides: Overrides | None = None) -> Decimal:
    """The value in force on a day, or the one the authority put in its place.

    :raises UnknownParameter: no such name, or no value that day.
    """
    parameter = find(name)
    if overrides is not None and name in overrides:
        return overrides[name]
    return parameter.on(on).value


def in_force(name: str, on: date, overrides: Overrides | None = None) -> Decimal | None:
    """Like :func:`value`, None when the rule did not exist that day."""
    try:
        return value(name, on, overrides)
    except UnknownValue:
        return None


def explain(name: str, on: date, overrides: Overrides | None = None) -> str:
    """One French sentence: the figure, since when, its article, its source and how far it was checked."""
    parameter = find(name)
    if overrides is not None and name in overrides:
        text = parameter.text(overrides[name])
        return f"{parameter.label} : {text}, valeur fixée par la collectivité ({parameter.article})."
    dated = parameter.on(on)
    since = "" if dated.valid_from is None else f" depuis le {day_text(dated.valid_from)}"
    return (
        f"{parameter.label} : {parameter.text(dated.value)}{since} ({parameter.article} ; "
        f"{dated.source} ; {MARKS[dated.mark]})."
    )


def find(name: str) -> Parameter:
    """The parameter of that name.

    :raises UnknownParameter: none; the sentence names the nearest.
    """
    if name in PARAMETERS:
        return PARAMETERS[name]
    near = get_close_matches(name, PARAMETERS, n=1)
    hint = f"Vouliez-vous écrire « {near[0]} » ?" if near else f"Choisissez parmi : {', '.join(PARAMETERS)}."
    raise UnknownParameter(f"Le paramètre légal « {name} » n'existe pas. {hint}")
