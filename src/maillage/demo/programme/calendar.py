"""The calendar that the demo lives by: stories told in steps, each step at its own moment of the past."""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from itertools import count

from django.utils import timezone

from maillage.kit import clock
from maillage.kit.console import Refused

# A story yields the moment at which it wants to go on: what follows a `yield` happens then.
Story = Iterator[datetime]


class Calendar:
    """Tells stories in the order of time, and leaves untold what has not come yet.

    What an application, an agreement or a session is today is thus where its story has got to. Every story
    reads the clock, never the day of the machine, so that numbers, letters and the ledger follow one another
    as they would have.
    """

    def __init__(self, today: date) -> None:
        self.today = today
        self._ranks = count()
        self._waiting: list[tuple[datetime, int, Story]] = []
        self.cut: list[str] = []

    def day(self, ago: int, hour: int = 9, minute: int = 0) -> datetime:
        """A moment of the day that many days before today (negative: to come), moved off week-ends."""
        return at(self.today - timedelta(days=ago), hour, minute)

    def add(self, story: Story) -> None:
        """Let a story begin: it runs until the first moment it waits for."""
        if (moment := next(story, None)) is not None:
            heapq.heappush(self._waiting, (moment, next(self._ranks), story))

    def tell(self, until: datetime) -> Iterator[datetime]:
        """Tell every step due by then, yielding the moment of each.

        A step that is refused, because a visitor of the demo acted before it, cuts its story short.
        """
        while self._waiting and self._waiting[0][0] <= until:
            moment, _, story = heapq.heappop(self._waiting)
            try:
                with clock.at(moment):
                    following = next(story, None)
            except Refused as refusal:
                self.cut.append(f"{moment:%Y-%m-%d} : {refusal}")
                continue
            if following is not None:
                heapq.heappush(self._waiting, (max(following, moment), next(self._ranks), story))
            yield moment


def at(day: date, hour: int = 9, minute: int = 0) -> datetime:
    """A moment of office hours: a day of the week-end becomes the Friday before."""
    worked = day - timedelta(days=max(0, day.weekday() - 4))
    return timezone.make_aware(datetime.combine(worked, time(hour, minute)))


def later(days: int, hour: int | None = None) -> datetime:
    """That many days after the present moment of the clock, in office hours, never on the same day."""
    now = timezone.localtime(clock.now())
    day = now.date() + timedelta(days=days)
    # Friday of the week-end, unless that is not after today.
    moved = day + timedelta(days=7 - day.weekday()) if day.weekday() > 4 else day
    return timezone.make_aware(datetime.combine(moved, time(now.hour if hour is None else hour, now.minute)))
