"""What the rooms above have to say before a decision is withdrawn; this one may not ask them."""

from __future__ import annotations

from collections.abc import Callable

from maillage.committees.models import Decision

# Gives a sentence saying what to do first, "" when nothing stands in the way.
Objection = Callable[[Decision], str]

OBJECTIONS: list[Objection] = []


def before_withdrawal(function: Objection) -> Objection:
    """Register what is asked before a decision is withdrawn, in the `ready` of a room."""
    if function not in OBJECTIONS:
        OBJECTIONS.append(function)
    return function
