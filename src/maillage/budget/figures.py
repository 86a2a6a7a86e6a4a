"""What entries of the ledger come to: voted, committed, ordered, paid, left. Pure: no database."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from types import MappingProxyType
from typing import Final, NamedTuple

from maillage.rules.money import ZERO

# What an entry of each kind changes, and in which direction.
EFFECTS: Final[dict[str, tuple[str, int]]] = {
    "authorisation_vote": ("authorised", 1),
    "authorisation_cut": ("authorised", -1),
    "appropriation_vote": ("voted", 1),
    "appropriation_cut": ("voted", -1),
    "commitment": ("committed", 1),
    "decommitment": ("committed", -1),
    "payment_order": ("ordered", 1),
    "rejection": ("ordered", -1),
    "payment": ("paid", 1),
    "revenue_order": ("claimed", 1),
    "revenue_cancellation": ("claimed", -1),
    "recovery": ("recovered", 1),
    "write_off": ("written_off", 1),
}


class Line(NamedTuple):
    """An entry, or the sum of the entries of one kind and one year."""

    kind: str
    year: int | None
    amount: Decimal
    # Of a yearly envelope, where the CP is also the ceiling of what may be committed.
    is_yearly: bool = False


@dataclass(frozen=True, slots=True)
class YearBalance:
    """One financial year: the CP voted and what was done with it. Commitments of yearly envelopes only."""

    voted: Decimal = ZERO
    committed: Decimal = ZERO
    ordered: Decimal = ZERO
    paid: Decimal = ZERO

    @property
    def left(self) -> Decimal:
        """CP that may still be ordered for payment."""
        return self.voted - self.ordered

    @property
    def free(self) -> Decimal:
        """CP that nothing holds, neither an order nor the commitment of a yearly envelope."""
        return self.voted - max(self.ordered, self.committed)

    def __add__(self, other: YearBalance) -> YearBalance:
        return YearBalance(
            self.voted + other.voted,
            self.committed + other.committed,
            self.ordered + other.ordered,
            self.paid + other.paid,
        )


@dataclass(frozen=True, slots=True)
class Balance:
    """An envelope, a subject, or any sum of them. `authorised` is the AE or AP, or the CP of yearly ones."""

    authorised: Decimal = ZERO
    committed: Decimal = ZERO
    ordered: Decimal = ZERO
    paid: Decimal = ZERO
    claimed: Decimal = ZERO
    recovered: Decimal = ZERO
    written_off: Decimal = ZERO
    by_year: Mapping[int, YearBalance] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def left_to_commit(self) -> Decimal:
        return self.authorised - self.committed

    @property
    def left_to_order(self) -> Decimal:
        """Committed and not yet ordered for payment."""
        return self.committed - self.ordered

    @property
    def left_to_recover(self) -> Decimal:
        return self.claimed - self.recovered - self.written_off

    @property
    def appropriated(self) -> Decimal:
        """The CP of all years."""
        return sum((year.voted for year in self.by_year.values()), ZERO)

    def in_year(self, year: int) -> YearBalance:
        """That year; all zeros when the ledger says nothing of it."""
        return self.by_year.get(year, YearBalance())

    def __add__(self, other: Balance) -> Balance:
        years = {**self.by_year}
        for year, balance in other.by_year.items():
            years[year] = years.get(year, YearBalance()) + balance
        return Balance(
            self.authorised + other.authorised,
            self.committed + other.committed,
            self.ordered + other.ordered,
            self.paid + other.paid,
            self.claimed + other.claimed,
            self.recovered + other.recovered,
            self.written_off + other.written_off,
            MappingProxyType(dict(sorted(years.items()))),
        )


YEARLY_FIGURES: Final = frozenset({"voted", "committed", "ordered", "paid"})


def fold(lines: Iterable[Line]) -> Balance:
    """The balance of these lines, in whatever order they come.

    authorised = Σ votes − Σ cuts (of AE or AP; of CP for a yearly envelope), committed = Σ commitments −
    Σ decommitments, ordered = Σ orders − Σ rejections, paid = Σ payments; by year: voted = Σ votes of CP −
    Σ cuts. In euros, exact to the cent.
    """
    totals: defaultdict[str, Decimal] = defaultdict(lambda: ZERO)
    years: defaultdict[int, defaultdict[str, Decimal]] = defaultdict(lambda: defaultdict(lambda: ZERO))
    for line in lines:
        figure, sign = EFFECTS[line.kind]
        if line.year is not None and figure in YEARLY_FIGURES:
            years[line.year][figure] += sign * line.amount
        if figure != "voted":
            totals[figure] += sign * line.amount
        elif line.is_yearly:
            totals["authorised"] += sign * line.amount
    by_year = {year: YearBalance(**years[year]) for year in sorted(years)}
    return Balance(**totals, by_year=MappingProxyType(by_year))


def total(balances: Iterable[Balance]) -> Balance:
    return sum(balances, Balance())
