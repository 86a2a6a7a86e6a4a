"""Who may do what. The only place where a role gives a right.

A right is held in an authority: an administrator of one has none in the next. The program itself
(command line, loader, nightly work) acts as `by=None` and holds every right: whoever can run a command
on the machine already holds the database.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied

from maillage.accounts.roles import Role

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from maillage.accounts.models import Authority, User


class Right(StrEnum):
    MANAGE_AUTHORITY = "manage_authority"
    MANAGE_MEMBERS = "manage_members"
    SEE_JOURNAL = "see_journal"
    SEE_ALL_JOBS = "see_all_jobs"
    IMPORT_DATA = "import_data"


RIGHTS: dict[Role, frozenset[Right]] = {
    Role.ADMINISTRATOR: frozenset(Right),
    Role.MISSION_OFFICER: frozenset({Right.IMPORT_DATA, Right.SEE_JOURNAL}),
    Role.CASE_OFFICER: frozenset(),
    Role.FINANCE_OFFICER: frozenset({Right.SEE_JOURNAL}),
    Role.ELECTED_MEMBER: frozenset(),
    Role.PARTNER: frozenset(),
    Role.HOST: frozenset(),
    Role.APPLICANT: frozenset(),
    Role.ANALYST: frozenset({Right.IMPORT_DATA}),
}


def roles_with(right: Right) -> list[Role]:
    return [role for role, rights in RIGHTS.items() if right in rights]


def has_right(user: User | AnonymousUser | None, right: Right, authority: Authority | None) -> bool:
    """Whether one of the user's roles in this authority gives the right. No query after the first."""
    if user is None or not user.is_authenticated or authority is None:
        return False
    return any(right in RIGHTS[role] for role in user.roles_in(authority))


def require(by: User | None, right: Right, authority: Authority) -> None:
    """Raise PermissionDenied unless `by` holds the right; None is the program itself."""
    if by is not None and not has_right(by, right, authority):
        raise PermissionDenied(f"Votre rôle pour {authority} ne permet pas cette action.")
