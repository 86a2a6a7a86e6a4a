"""Days and months as agreements count them: one rule for months, written once.

A period of months runs from a day to the same day of the month, clamped to the end of the month when that day
does not exist. Periods include both their first and their last day.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import MAXYEAR, MINYEAR, date, timedelta
from typing import Final, NamedTuple

ONE_DAY: Final = timedelta(days=1)
_MONTHS: Final = (
    "janvier",
    "février",
    "mars",
    "avril",
    "mai",
    "juin",
    "juillet",
    "août",
    "septembre",
    "octobre",
    "novembre",
    "décembre",
)
_SPACE: Final = "\N{NO-BREAK SPACE}"


class Span(NamedTuple):
    """A length of time: whole months, then days; both negative when it goes back."""

    months: int
    days: int


def add_months(day: date, months: int) -> date:
    """The same day of the month ``months`` later, clamped to the month's end.

    2026-06-30 + 6 → 2026-12-30; 2026-08-31 + 6 → 2027-02-28. House rule of domain.md §4.1 (the texts give a
    number of months and no day).

    :raises ValueError: the year leaves the calendar.
    """
    years, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    if not MINYEAR <= years <= MAXYEAR:
        raise ValueError(f"Une date hors du calendrier résulte de {months} mois ajoutés : réduisez la durée.")
    return date(years, month + 1, min(day.day, monthrange(years, month + 1)[1]))


def months_between(start: date, end: date) -> Span:
    """The most whole months m such that ``add_months(start, m) <= end``, and the days left.

    The opposite of the way back when ``end`` comes first.
    """
    if end < start:
        back = months_between(end, start)
        return Span(-back.months, -back.days)
    months = (end.year - start.year) * 12 + end.month - start.month
    if add_months(start, months) > end:
        months -= 1
    return Span(months, (end - add_months(start, months)).days)


def first_of_next_month(day: date) -> date:
    """The first day of the month that follows."""
    return add_months(day.replace(day=1), 1)


@dataclass(frozen=True, order=True)
class Period:
    """Days from ``first`` to ``last``, both included; without end when ``last`` is None.

    :raises ValueError: it ends before it starts.
    """

    first: date
    last: date | None = None

    def __post_init__(self) -> None:
        if self.last is not None and self.last < self.first:
            raise ValueError(
                f"Une période qui commence le {day_text(self.first)} ne peut pas finir le "
                f"{day_text(self.last)} : corrigez l'une des deux dates."
            )

    def days_until(self, on: date) -> int:
        """Number of its days up to ``on`` included."""
        last = on if self.last is None else min(self.last, on)
        return max(0, (last - self.first).days + 1)

    def covers(self, day: date) -> bool:
        return self.first <= day and (self.last is None or day <= self.last)

    def text(self) -> str:
        """« du 1er mars 2028 au 30 juin 2028 », « depuis le 1er mars 2028 »."""
        if self.last is None:
            return f"depuis le {day_text(self.first)}"
        if self.last == self.first:
            return f"le {day_text(self.first)}"
        return f"du {day_text(self.first)} au {day_text(self.last)}"


def merged(periods: Iterable[Period]) -> tuple[Period, ...]:
    """The same days in the fewest periods: those that overlap or touch become one."""
    return tuple(_merged(sorted(periods, key=lambda period: period.first)))


def _merged(ordered: Iterable[Period]) -> Iterator[Period]:
    current: Period | None = None
    for period in ordered:
        if current is None:
            current = period
        elif current.last is None:
            break
        elif period.first <= current.last + ONE_DAY:
            last = None if period.last is None else max(current.last, period.last)
            current = Period(current.first, last)
        else:
            yield current
            current = period
    if current is not None:
        yield current


@dataclass(frozen=True, order=True)
class SchoolYear:
    """A school year, from 1 September to 31 August, named by the year it starts in."""

    start: int

    @property
    def period(self) -> Period:
        return Period(date(self.start, 9, 1), date(self.start + 1, 8, 31))

    @property
    def label(self) -> str:
        return f"{self.start}-{self.start + 1}"


def school_year(day: date) -> SchoolYear:
    """The school year of a day: 2026-09-01 is in 2026-2027, the day before in 2025-2026."""
    return SchoolYear(day.year if day.month >= 9 else day.year - 1)


def day_text(day: date) -> str:
    """A day in French: « 1er mars 2028 », « 30 juin 2028 »."""
    number = "1er" if day.day == 1 else str(day.day)
    return f"{number}{_SPACE}{_MONTHS[day.month - 1]}{_SPACE}{day.year}"


def months_text(months: int) -> str:
    """A number of months in French: « 36 mois »."""
    return f"{months}{_SPACE}mois"


def days_text(days: int) -> str:
    """A number of days in French: « 1 jour », « 15 jours »."""
    return f"{days}{_SPACE}jour{'s' if abs(days) > 1 else ''}"
