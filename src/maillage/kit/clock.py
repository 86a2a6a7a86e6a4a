"""The time by which things are done. The demo lives three years in one command: it sets this clock."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, datetime

from django.utils import timezone

_set_to: ContextVar[datetime | None] = ContextVar("clock_set_to", default=None)


def now() -> datetime:
    """The present moment, with its time zone, or the one this clock was set to."""
    return _set_to.get() or timezone.now()


def today() -> date:
    """The day of `now` in the time zone of the installation."""
    return timezone.localdate(now())


@contextmanager
def at(moment: datetime) -> Iterator[datetime]:
    """Inside, it is `moment` (a datetime with its time zone) for whatever asks this clock."""
    token = _set_to.set(moment)
    try:
        yield moment
    finally:
        _set_to.reset(token)
