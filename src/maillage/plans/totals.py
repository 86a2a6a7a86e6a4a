"""Money of a plan, added up: new means and existing ones apart, what is not fixed left out and counted.

A line « par an » counts once for each year of its period, clipped to the plan's; a line « au total » once.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Protocol

from maillage.kit.text import number
from maillage.kit.words import NO_BREAK_SPACE, counted
from maillage.rules.money import euros
from maillage.rules.wording import inside

ZERO = Decimal(0)
MILLION = Decimal(1_000_000)


class MoneyLine(Protocol):
    """What a planned amount must say to be added: a stored row and a plan file's line both do."""

    @property
    def label(self) -> str: ...
    @property
    def kind(self) -> str: ...
    @property
    def is_high_estimate(self) -> bool: ...
    @property
    def amount(self) -> Decimal | None: ...
    @property
    def per(self) -> str: ...
    @property
    def first_year(self) -> int | None: ...
    @property
    def last_year(self) -> int | None: ...


@dataclass(frozen=True)
class Sum:
    """Euros a year (lines « par an ») and over the period (all lines)."""

    per_year: Decimal = ZERO
    total: Decimal = ZERO

    def __add__(self, other: Sum) -> Sum:
        return Sum(self.per_year + other.per_year, self.total + other.total)

    def __sub__(self, other: Sum) -> Sum:
        return Sum(self.per_year - other.per_year, self.total - other.total)


@dataclass(frozen=True)
class Totals:
    """What the lines of a plan, an axis or a measure make.

    :ivar new: new means, high estimates included.
    :ivar base: means that existed before the plan.
    :ivar high_estimate: part of `new` and `base` that is only a high estimate.
    :ivar left_out: labels of the lines whose amount is not fixed: in no figure here.
    """

    first_year: int
    last_year: int
    new: Sum = Sum()
    base: Sum = Sum()
    high_estimate: Sum = Sum()
    lines: int = 0
    left_out: tuple[str, ...] = field(default=())

    @property
    def all(self) -> Sum:
        """New means and existing ones together."""
        return self.new + self.base

    @property
    def is_unknown(self) -> bool:
        """True when not one amount is known."""
        return self.lines == len(self.left_out)

    @property
    def left_out_sentence(self) -> str:
        """What the figures do not count, in one sentence; empty when they count everything."""
        if not self.left_out:
            return ""
        return (
            f"{counted(len(self.left_out), 'montant')} à définir, hors de ces totaux : "
            f"{', '.join(inside(label) for label in self.left_out)}."
        )


def totals(lines: Iterable[MoneyLine], *, first_year: int, last_year: int) -> Totals:
    """Add up the lines of a plan of that period. Σ amount × years for a yearly line, else Σ amount."""
    lines = list(lines)
    sums = {"new": Sum(), "base": Sum(), "high_estimate": Sum()}
    for line in lines:
        if line.amount is None:
            continue
        years = _years(line, first_year, last_year)
        made = Sum(line.amount, line.amount * years) if line.per == "year" else Sum(ZERO, line.amount)
        sums[line.kind] += made
        if line.is_high_estimate:
            sums["high_estimate"] += made
    left_out = tuple(line.label for line in lines if line.amount is None)
    return Totals(first_year, last_year, **sums, lines=len(lines), left_out=left_out)


def by_year(lines: Iterable[MoneyLine], *, first_year: int, last_year: int) -> dict[int, Decimal]:
    """What the yearly lines of known amount ask of each year of the plan."""
    found = dict.fromkeys(range(first_year, last_year + 1), ZERO)
    for line in lines:
        if line.per != "year" or line.amount is None:
            continue
        for year in range(line.first_year or first_year, (line.last_year or last_year) + 1):
            if year in found:
                found[year] += line.amount
    return found


def planned(amount: Decimal | None) -> str:
    """An amount of the plan; one that nobody has fixed is « à définir », never zero."""
    return "à définir" if amount is None else euros(amount)


def millions(amount: Decimal) -> str:
    """An amount in millions with two decimals: « 9,10 M€ »; below one, to the euro."""
    if amount < MILLION:
        return euros(amount)
    return f"{number(float(amount / MILLION), 2)}{NO_BREAK_SPACE}M€"


def comparison(made: Totals, announced: str) -> str:
    """The figures of a plan beside what was announced, in one sentence.

    « 9,10 M€ de moyens nouveaux, 10,64 M€ avec l'existant sur 2022-2028, annoncé : près de 10 M€. »
    """
    if made.is_unknown:
        said = "Aucun montant n'est fixé"
    else:
        said = f"{millions(made.new.total)} de moyens nouveaux"
        if made.base.total:
            said += f", {millions(made.all.total)} avec l'existant"
    sentence = f"{said} sur {made.first_year}-{made.last_year}"
    return f"{sentence}, annoncé : {announced}." if announced else f"{sentence}."


def _years(line: MoneyLine, first_year: int, last_year: int) -> int:
    first = max(line.first_year or first_year, first_year)
    last = min(line.last_year or last_year, last_year)
    return max(0, last - first + 1)
