"""What a line of the table of screens says: a page as someone sees it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from maillage.accounts.models import User
from maillage.accounts.roles import Role


@dataclass(frozen=True)
class Screen:
    """A page as someone sees it; `button` is pressed first, to see what the page then answers.

    :ivar needs: a fixture without which there is nothing to show.
    :ivar role: who reads it, made with this role before the arguments of the address.
    :ivar who: who reads it instead, among those whom the arguments made.
    """

    name: str
    arguments: Callable[[], list[Any]] = list
    query: str = ""
    needs: str = ""
    role: Role | None = None
    who: Callable[[], User] | None = None
    status: int = 200
    button: str = ""
