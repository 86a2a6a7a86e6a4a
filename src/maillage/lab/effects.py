"""What a change brings to the supply of a commune, year by year. Pure; every assumption is shown."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Final, Protocol

from maillage.kit.console import Refused
from maillage.kit.text import number
from maillage.science.demography.parameters import Mark, Parameter


class Kind(StrEnum):
    """What may change in a scenario."""

    ARRIVAL = "arrival"
    DEPARTURE = "departure"
    HEALTH_HOUSE = "health_house"
    HEALTH_CENTRE = "health_centre"
    BOOTH = "booth"
    MOBILE = "mobile"
    HOURS = "hours"
    CLOSURE = "closure"


@dataclass(frozen=True, slots=True)
class Rule:
    """How a kind of change is asked for, and what it is worth.

    :ivar quantity: what its number counts, "" when there is none to give; `one` says it of one.
    :ivar per_unit: name of the assumption that turns one of them into full-time practitioners, "" for one.
    :ivar is_gradual: its effect comes over the years of `ramp_years`.
    :ivar sign: -1 for what is lost.
    """

    label: str
    quantity: str
    one: str = ""
    per_unit: str = ""
    is_gradual: bool = False
    sign: int = 1

    def counted(self, quantity: float) -> str:
        """« 1 praticien », « 2,5 praticiens »: plural from two on, as in French."""
        written = number(
            quantity, next((digits for digits in (0, 1) if round(quantity, digits) == quantity), 2)
        )
        return f"{written} {self.quantity if abs(quantity) >= 2 else self.one}"


RULES: Final[Mapping[Kind, Rule]] = {
    Kind.ARRIVAL: Rule("Installation de praticiens", "praticiens", "praticien"),
    Kind.DEPARTURE: Rule("Départ de praticiens", "praticiens", "praticien", sign=-1),
    Kind.HEALTH_HOUSE: Rule(
        "Maison de santé", "praticiens attirés", "praticien attiré", "house_retention", is_gradual=True
    ),
    Kind.HEALTH_CENTRE: Rule(
        "Centre de santé", "praticiens salariés (ETP)", "praticien salarié (ETP)", "salaried_activity"
    ),
    Kind.BOOTH: Rule(
        "Cabine de téléconsultation",
        "heures de consultation par semaine",
        "heure de consultation par semaine",
        "booth_hour",
    ),
    Kind.MOBILE: Rule("Arrêt d'un cabinet itinérant", "jours par semaine", "jour par semaine", "mobile_day"),
    Kind.HOURS: Rule(
        "Heures d'ouverture en plus ou en moins", "heures par semaine", "heure par semaine", "open_hour"
    ),
    Kind.CLOSURE: Rule("Fermeture de tous les cabinets de la commune", "", sign=-1),
}

WEEKS: Final = 47
_CONSULTATIONS: Final = "5 400 consultations par an valent un généraliste à temps plein (Drees)"

EFFECTS: Final[Mapping[str, Parameter]] = {
    "house_retention": Parameter(
        "Part de l'effet annoncé d'une maison de santé que l'on retient",
        1.0,
        "part",
        Mark.ASSUMED,
        "une maison de santé attire de jeunes généralistes là où l'on en manque (Chevillard et Mousquès, "
        "2021, doi 10.1016/j.socscimed.2021.114358) ; l'ampleur n'est pas établie : 0 est le cas pessimiste",
    ),
    "ramp_years": Parameter(
        "Années pour qu'une maison de santé donne tout son effet",
        3,
        "années",
        Mark.ASSUMED,
        "montée en charge supposée linéaire",
    ),
    "salaried_activity": Parameter(
        "Activité d'un praticien salarié à temps plein",
        0.67,
        "praticien libéral",
        Mark.ASSUMED,
        "3 600 consultations par an, plancher d'activité de l'APL, pour 5 400",
    ),
    "booth_hour": Parameter(
        "Une heure de cabine par semaine",
        round(3 * WEEKS / 5400, 4),
        "praticien",
        Mark.ASSUMED,
        f"3 consultations par heure, {WEEKS} semaines par an ; {_CONSULTATIONS}",
    ),
    "mobile_day": Parameter(
        "Un jour par semaine d'un cabinet itinérant",
        round(20 * WEEKS / 5400, 4),
        "praticien",
        Mark.ASSUMED,
        f"20 consultations par jour, {WEEKS} semaines par an ; {_CONSULTATIONS}",
    ),
    "open_hour": Parameter(
        "Une heure d'ouverture par semaine",
        0.02,
        "praticien",
        Mark.ASSUMED,
        "un praticien libéral travaille cinquante heures par semaine",
    ),
}


class Told(Protocol):
    """A change, as it is stored or as a command gives it."""

    @property
    def kind(self) -> str: ...

    @property
    def commune(self) -> str: ...

    @property
    def quantity(self) -> Decimal | None: ...

    @property
    def starts_on(self) -> date: ...

    @property
    def ends_on(self) -> date | None: ...


def effects(changed: Mapping[str, float]) -> dict[str, Parameter]:
    """The assumptions, those changed by hand included. Raises Refused on an unknown or negative one."""
    for name, value in changed.items():
        if name not in EFFECTS or not value >= 0:
            raise Refused(
                f"L'hypothèse « {name} » n'existe pas, ou sa valeur n'est pas un nombre positif ou nul : "
                f"choisissez parmi {', '.join(EFFECTS)}."
            )
    return {
        name: replace(known, value=changed[name], source=f"modifié à la main ; d'origine : {known.source}")
        if name in changed and changed[name] != known.value
        else known
        for name, known in EFFECTS.items()
    }


def changed_in(texts: Iterable[str]) -> dict[str, float]:
    """Read « booth_hour=0,03 », as a command is given it. Raises Refused with the form expected."""
    changed = {}
    for text in texts:
        name, _, value = text.partition("=")
        try:
            changed[name] = float(value.replace(",", "."))
        except ValueError as error:
            raise Refused(
                f"« {text} » n'est pas une hypothèse : écrivez par exemple booth_hour=0,03."
            ) from error
    return changed


def full_time(change: Told, supposed: Mapping[str, Parameter], *, year: int, present: float) -> float:
    """What a change is worth in a year, in full-time practitioners; negative when care is lost.

    The year counts for the share of it during which the change holds.

    :param present: full-time practitioners of the commune before it: no more can leave, and a closure takes
        all of them.
    """
    rule = RULES[Kind(change.kind)]
    share = _share_of_year(change, year)
    if rule.is_gradual:
        share *= min(1.0, (year + 1 - change.starts_on.year) / max(supposed["ramp_years"].value, 1.0))
    if change.kind == Kind.CLOSURE:
        return -present * share
    worth = float(change.quantity or 0) * (supposed[rule.per_unit].value if rule.per_unit else 1.0)
    return max(rule.sign * worth, -present) * share


def settled_year(changes: Sequence[Told], supposed: Mapping[str, Parameter]) -> int | None:
    """The first year in which everything gives its full effect; None without a change."""
    ramp = round(supposed["ramp_years"].value)
    years = [
        one.starts_on.year
        + (ramp - 1 if RULES[Kind(one.kind)].is_gradual and ramp else int(_is_mid_year(one)))
        for one in changes
    ]
    return max(years, default=None)


def _is_mid_year(change: Told) -> bool:
    return (change.starts_on.month, change.starts_on.day) > (1, 1)


def _share_of_year(change: Told, year: int) -> float:
    first, last = date(year, 1, 1), date(year, 12, 31)
    begins = max(change.starts_on, first)
    ends = min(change.ends_on or last, last)
    return max(0.0, ((ends - begins).days + 1) / ((last - first).days + 1))
