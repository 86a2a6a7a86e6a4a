"""What the schedules in force will ask of the CP, year by year, and where the CP fall short."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from maillage.budget import balances
from maillage.budget.figures import YearBalance
from maillage.budget.models import Envelope
from maillage.rules.money import ZERO, euros


@dataclass(frozen=True, slots=True)
class YearForecast:
    """One year of one envelope: its CP, what is ordered, what the schedules still ask."""

    year: int
    voted: Decimal
    ordered: Decimal
    asked: Decimal
    # Instalments of an amount not yet known: left out of `asked`, and said.
    unknown: int

    @property
    def shortfall(self) -> Decimal:
        """CP missing that year: ordered + asked − voted, zero when they suffice."""
        return max(ZERO, self.ordered + self.asked - self.voted)

    def __str__(self) -> str:
        text = f"{self.year} : {euros(self.asked)} à venir pour {euros(self.voted - self.ordered)} de CP"
        text += f", il manque {euros(self.shortfall)}" if self.shortfall else ""
        plural = "s" if self.unknown > 1 else ""
        return f"{text}{f', {self.unknown} échéance{plural} de montant inconnu' if self.unknown else ''}."


def forecast(
    envelopes: Iterable[Envelope], instalments: Iterable[tuple[int, int, Decimal | None]]
) -> dict[int, list[YearForecast]]:
    """By envelope, each year that has CP or something to pay. One query.

    :param instalments: what is agreed and not yet ordered: envelope (primary key), year, amount, None when
        it is not known yet.
    """
    asked: defaultdict[tuple[int, int], list[Decimal | None]] = defaultdict(list)
    for envelope, year, amount in instalments:
        asked[envelope, year].append(amount)
    return {
        envelope: [
            _forecast(year, balance.in_year(year), asked[envelope, year])
            for year in sorted({*balance.by_year, *(year for of, year in [*asked] if of == envelope)})
        ]
        for envelope, balance in balances.of(envelopes).items()
    }


def _forecast(year: int, balance: YearBalance, amounts: list[Decimal | None]) -> YearForecast:
    known = [amount for amount in amounts if amount is not None]
    return YearForecast(year, balance.voted, balance.ordered, sum(known, ZERO), len(amounts) - len(known))
