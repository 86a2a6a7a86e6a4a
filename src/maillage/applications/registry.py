"""What the rooms above tell this one, which may not ask them."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from maillage.applications.models import Recipient
from maillage.rules.history import PastAid

HistoryOf = Callable[[Recipient], Iterable[PastAid]]

HISTORIES: list[HistoryOf] = []


def history(function: HistoryOf) -> HistoryOf:
    """Register what gives the aids already granted to a recipient, in the `ready` of a room."""
    if function not in HISTORIES:
        HISTORIES.append(function)
    return function
