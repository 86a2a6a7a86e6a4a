"""De minimis aid: what an undertaking may still receive over three rolling years.

Règlement (UE) 2023/2831, and 2023/2832 for services of general economic interest (L-14). An undertaking is
any entity with an economic activity, a liberal professional included. Each régime is counted on its own.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

from maillage.rules import parameters
from maillage.rules.calendar import ONE_DAY, Period, add_months
from maillage.rules.findings import Finding
from maillage.rules.history import PastAid
from maillage.rules.money import ZERO, euros
from maillage.rules.parameters import Overrides
from maillage.rules.terms import DeMinimis, Effect

WINDOW_MONTHS: Final = 36
_CEILINGS: Final[dict[DeMinimis, str]] = {
    DeMinimis.GENERAL: "de_minimis_2023_2831",
    DeMinimis.SGEI: "de_minimis_2023_2832",
}


@dataclass(frozen=True)
class Headroom:
    """What is left under the ceiling on the award date.

    :ivar window: the three years that end on the award date, to the day.
    :ivar used: sum of the known amounts in the window.
    :ivar left: ceiling − used, never under zero; None when an amount or a date is missing: unknown is not
        zero.
    :ivar counted: aids of the window, oldest first.
    :ivar unknown: aids of this régime whose amount or date is missing, unless known to be outside the window.
    """

    regulation: DeMinimis
    ceiling: Decimal
    window: Period
    used: Decimal
    left: Decimal | None
    counted: tuple[PastAid, ...]
    unknown: tuple[PastAid, ...]
    sentence: str


def headroom(
    aids: Iterable[PastAid], regulation: DeMinimis, on: date, overrides: Overrides | None = None
) -> Headroom:
    """Ceiling of the régime − de minimis aids awarded in the three years ending on the award date (L-14).

    An aid counts from the day it is granted, whatever the day it is paid, and leaves three years later to the
    day.

    :raises UnknownParameter: no ceiling that day (régimes run from 2024-01-01 to 2030-12-31).
    """
    ceiling = parameters.value(_CEILINGS[regulation], on, overrides)
    window = Period(add_months(on, -WINDOW_MONTHS) + ONE_DAY, on)
    concerned = [
        aid
        for aid in aids
        if aid.regulation == regulation and (aid.granted_on is None or window.covers(aid.granted_on))
    ]
    unknown = tuple(aid for aid in concerned if aid.amount is None or aid.granted_on is None)
    counted = tuple(
        sorted(
            (aid for aid in concerned if aid not in unknown),
            key=lambda aid: (aid.granted_on or date.min, aid.aid),
        )
    )
    used = sum((aid.amount for aid in counted if aid.amount is not None), ZERO)
    left = None if unknown else max(ceiling - used, ZERO)
    return Headroom(
        regulation,
        ceiling,
        window,
        used,
        left,
        counted,
        unknown,
        _sentence(regulation, ceiling, window, used, left, unknown),
    )


def check_headroom(room: Headroom, amount: Decimal) -> Finding | None:
    """The finding when the award does not fit under the ceiling, or when nobody can tell."""
    article = f"Règlement (UE) {room.regulation.value}"
    if amount > room.ceiling - room.used:
        return Finding(
            Effect.STOP,
            "L-14",
            article,
            f"{room.sentence} L'aide de {euros(amount)} dépasse ce qui reste.",
            f"Ramenez l'aide à {euros(max(room.ceiling - room.used, ZERO))} au plus, ou fondez-la sur un "
            "autre régime d'aides.",
            "de_minimis",
        )
    if room.unknown:
        return Finding(
            Effect.WARN,
            "L-14",
            article,
            room.sentence,
            "Demandez le montant et la date de ces aides avant la décision.",
            "de_minimis",
        )
    return None


def _sentence(
    regulation: DeMinimis,
    ceiling: Decimal,
    window: Period,
    used: Decimal,
    left: Decimal | None,
    unknown: tuple[PastAid, ...],
) -> str:
    known = (
        f"Aides de minimis connues {window.text()} : {euros(used)} sur {euros(ceiling)} "
        f"(règlement {regulation.value})"
    )
    if left is not None:
        return f"{known} ; reste {euros(left)}."
    names = ", ".join(aid.label for aid in unknown)
    return f"{known}, sans compter celles dont le montant ou la date manque ({names}) : reste inconnu."
