"""The obligations: those who follow them, those who recover, and the recipient."""

from __future__ import annotations

from typing import Any

from access_table.lines import ABSENT, OUTSIDER, Line
from binding import obligation
from maillage.accounts.models import User
from maillage.accounts.roles import Role
from maillage.applications.models import Recipient
from maillage.obligations.models import PracticeObligation

FOLLOWERS = frozenset({Role.ADMINISTRATOR, Role.MISSION_OFFICER, Role.CASE_OFFICER})
READERS = FOLLOWERS | {Role.FINANCE_OFFICER}
OWNER = frozenset({Role.APPLICANT})


def of_the_applicant() -> PracticeObligation:
    """An obligation of the applicant of the table."""
    bound = obligation()
    applicant = User.objects.get(full_name=Role.APPLICANT.label)
    Recipient.objects.filter(pk=bound.agreement.recipient_id).update(user=applicant)
    return bound


def one() -> list[Any]:
    return [of_the_applicant().pk]


def its_start() -> list[Any]:
    return [of_the_applicant().pk, "debut"]


def its_statement() -> list[Any]:
    """A statement that does not exist: whoever is let in is told so."""
    return [of_the_applicant().pk, "attestation", 0]


def a_file() -> list[Any]:
    return [of_the_applicant().pk, 0]


LINES: dict[str, Line] = {
    "obligations:obligations": Line(READERS | {OUTSIDER}),
    "obligations:export": Line(READERS | {OUTSIDER}, lambda: ["csv"]),
    "obligations:clawbacks": Line(READERS | {OUTSIDER}),
    "obligations:clawbacks_export": Line(READERS | {OUTSIDER}, lambda: ["csv"]),
    "obligations:obligation": Line(READERS, one, elsewhere=ABSENT),
    "obligations:simulation": Line(READERS, one, elsewhere=ABSENT),
    "obligations:piece": Line(READERS | OWNER, a_file, allowed=ABSENT, others=ABSENT),
    "obligations:step": Line(FOLLOWERS, its_start, elsewhere=ABSENT),
    "obligations:step_on": Line(FOLLOWERS, its_statement, allowed=ABSENT, elsewhere=ABSENT),
    "obligations:mine": Line(OWNER, one, others=ABSENT),
    "obligations:my_step": Line(OWNER, its_start, others=ABSENT),
    "obligations:my_step_on": Line(OWNER, its_statement, allowed=ABSENT, others=ABSENT),
}
