"""What a line of the access table says: how to call an address, and who gets what."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from maillage.accounts.roles import Role

VISITOR, NO_ROLE, OUTSIDER = "visitor", "no role", "administrator elsewhere"
PEOPLE = (VISITOR, *Role, NO_ROLE, OUTSIDER)
SIGNED_IN = frozenset(PEOPLE) - {VISITOR}
FOUND, MOVED, REFUSED, ABSENT = 200, 302, 403, 404

IMPORTERS = frozenset({Role.ADMINISTRATOR, Role.MISSION_OFFICER, Role.ANALYST, OUTSIDER})
READERS_OF_JOURNAL = frozenset({Role.ADMINISTRATOR, Role.MISSION_OFFICER, Role.FINANCE_OFFICER, OUTSIDER})
ADMINISTRATORS = frozenset({Role.ADMINISTRATOR, OUTSIDER})


@dataclass(frozen=True)
class Line:
    """How to call an address, who gets `allowed`, what the others get.

    `elsewhere` is what the administrator of another authority gets, when it is not what the others get:
    they hold the right, but not over this object.
    """

    who: frozenset[str]
    arguments: Callable[[], list[Any]] = list
    allowed: int = FOUND
    others: int = REFUSED
    visitor: int = MOVED
    elsewhere: int | None = None
    post: dict[str, Any] | None = None
    needs: str = ""

    def expected(self, kind: str) -> int:
        if kind in self.who:
            return self.allowed
        if kind == OUTSIDER and self.elsewhere is not None:
            return self.elsewhere
        return self.visitor if kind == VISITOR else self.others


def public(arguments: Callable[[], list[Any]] = list, *, answers: int = FOUND, **options: Any) -> Line:
    """A page anyone may read."""
    return Line(frozenset(PEOPLE), arguments, allowed=answers, **options)
