"""What someone still has to do once an application is granted, as the rooms above tell it: they know,
this one may not ask."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from maillage.accounts.models import User
from maillage.applications.models import Application


@dataclass(frozen=True, slots=True)
class Awaited:
    """One thing to do: a sentence, the label of what does it, its address."""

    sentence: str
    action: str
    url: str


AwaitedOf = Callable[[Application, User], Awaited | None]

AWAITED: list[AwaitedOf] = []


def awaited(function: AwaitedOf) -> AwaitedOf:
    """Register what tells the next thing someone has to do, in the `ready` of a room."""
    if function not in AWAITED:
        AWAITED.append(function)
    return function


def first_awaited(application: Application, reader: User) -> Awaited | None:
    """The first thing that waits for the reader, in the order of the walk: agreement, account, obligation."""
    return next((found for ask in AWAITED if (found := ask(application, reader)) is not None), None)
