"""What the rooms above do once one of their letters has been sent: it must not depend on who sent it."""

from __future__ import annotations

from collections.abc import Callable

from maillage.accounts.models import User
from maillage.letters.models import Letter

Told = Callable[[Letter, User | None], None]

TOLD: list[Told] = []


def on_sent(function: Told) -> Told:
    """Register what is told of every letter sent, in its transaction, in the `ready` of a room."""
    if function not in TOLD:
        TOLD.append(function)
    return function
