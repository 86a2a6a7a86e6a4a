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
    # The house
    MANAGE_AUTHORITY = "manage_authority"
    MANAGE_MEMBERS = "manage_members"
    SEE_JOURNAL = "see_journal"
    SEE_ALL_JOBS = "see_all_jobs"
    IMPORT_DATA = "import_data"
    # The plan and its money
    SEE_PROGRAMME = "see_programme"
    EDIT_PLAN = "edit_plan"
    VOTE_BUDGET = "vote_budget"
    EDIT_SCHEMES = "edit_schemes"
    # The laboratory: scenarios, forecasts, siting, evaluation
    SEE_LAB = "see_lab"
    RUN_LAB = "run_lab"
    # From the application to the decision
    SEE_APPLICATIONS = "see_applications"
    REVIEW_APPLICATIONS = "review_applications"
    OVERRIDE_RULES = "override_rules"
    GIVE_OPINIONS = "give_opinions"
    PREPARE_SESSIONS = "prepare_sessions"
    SIT_IN_COMMITTEE = "sit_in_committee"
    RECORD_DECISIONS = "record_decisions"
    # From the agreement to the recovery
    MANAGE_AGREEMENTS = "manage_agreements"
    CERTIFY_PROOFS = "certify_proofs"
    PREPARE_PAYMENTS = "prepare_payments"
    APPROVE_PAYMENTS = "approve_payments"
    SEE_BANK_DETAILS = "see_bank_details"
    FOLLOW_OBLIGATIONS = "follow_obligations"
    DECIDE_BREACHES = "decide_breaches"
    RECOVER = "recover"


# Bank details are read by finance alone (docs/architecture.md), whatever else a role may do.
_ADMINISTRATION = frozenset(Right) - {Right.SEE_BANK_DETAILS, Right.APPROVE_PAYMENTS, Right.SIT_IN_COMMITTEE}
_REVIEW = frozenset(
    {
        Right.SEE_PROGRAMME,
        Right.SEE_LAB,
        Right.SEE_APPLICATIONS,
        Right.REVIEW_APPLICATIONS,
        Right.GIVE_OPINIONS,
        Right.PREPARE_SESSIONS,
        Right.MANAGE_AGREEMENTS,
        Right.CERTIFY_PROOFS,
        Right.FOLLOW_OBLIGATIONS,
    }
)

RIGHTS: dict[Role, frozenset[Right]] = {
    Role.ADMINISTRATOR: _ADMINISTRATION,
    Role.MISSION_OFFICER: _REVIEW
    | {
        Right.IMPORT_DATA,
        Right.SEE_JOURNAL,
        Right.RUN_LAB,
        Right.EDIT_PLAN,
        Right.EDIT_SCHEMES,
        Right.RECORD_DECISIONS,
        Right.DECIDE_BREACHES,
    },
    Role.CASE_OFFICER: _REVIEW,
    Role.FINANCE_OFFICER: frozenset(
        {
            Right.SEE_JOURNAL,
            Right.SEE_PROGRAMME,
            Right.SEE_LAB,
            Right.VOTE_BUDGET,
            Right.SEE_APPLICATIONS,
            Right.PREPARE_PAYMENTS,
            Right.APPROVE_PAYMENTS,
            Right.SEE_BANK_DETAILS,
            Right.RECOVER,
        }
    ),
    Role.ELECTED_MEMBER: frozenset({Right.SEE_PROGRAMME, Right.SEE_LAB, Right.SIT_IN_COMMITTEE}),
    Role.PARTNER: frozenset({Right.GIVE_OPINIONS, Right.SIT_IN_COMMITTEE}),
    Role.HOST: frozenset(),
    Role.APPLICANT: frozenset(),
    Role.ANALYST: frozenset({Right.IMPORT_DATA, Right.SEE_PROGRAMME, Right.SEE_LAB, Right.RUN_LAB}),
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
