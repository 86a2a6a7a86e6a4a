"""What a granted applicant still has to do, as the rooms above tell it: they know, this one may not ask."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from maillage.applications.models import Application


@dataclass(frozen=True, slots=True)
class Awaited:
    """One thing to do: a sentence, the label of what does it, its address."""

    sentence: str
    action: str
    url: str


AwaitedOf = Callable[[Application], Awaited | None]

AWAITED: list[AwaitedOf] = []


def awaited(function: AwaitedOf) -> AwaitedOf:
    """Register what tells the next thing a granted applicant has to do, in the `ready` of a room."""
    if function not in AWAITED:
        AWAITED.append(function)
    return function


def first_awaited(application: Application) -> Awaited | None:
    """The first thing that waits, in the order of the walk: agreement, bank details, obligation."""
    return next((found for ask in AWAITED if (found := ask(application)) is not None), None)
