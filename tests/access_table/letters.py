"""The letters: the office reads and sends them; whoever received one reads it."""

from __future__ import annotations

from typing import Any

from access_table.lines import ABSENT, MOVED, OUTSIDER, Line
from maillage.accounts.models import User
from maillage.accounts.roles import Role
from maillage.acts.document import Paragraph
from maillage.letters.actions import draft, send
from maillage.letters.models import Letter
from maillage.letters.writing import compose
from people import authority

OFFICE = frozenset({Role.ADMINISTRATOR, Role.MISSION_OFFICER, Role.CASE_OFFICER, Role.FINANCE_OFFICER})
READERS = OFFICE | {Role.APPLICANT}


def written() -> Letter:
    """A letter to the applicant, in the first authority."""
    here = authority()
    act = compose(authority=here, title="Votre demande", blocks=(Paragraph("Madame,"),))
    applicant = User.objects.get(full_name=Role.APPLICANT.label)
    return draft(
        authority=here,
        kind="acknowledgement",
        act=act,
        by=None,
        recipient_name="Demandeur",
        recipient_user=applicant,
    )


def draft_letter() -> list[Any]:
    return [written().pk]


def sent_letter() -> list[Any]:
    return [send(letter=written(), by=None).pk]


LINES: dict[str, Line] = {
    "letters:letters": Line(OFFICE | {OUTSIDER}),
    "letters:export": Line(OFFICE | {OUTSIDER}, lambda: ["csv"]),
    "letters:letter": Line(READERS, sent_letter, others=ABSENT),
    "letters:pdf": Line(READERS, sent_letter, others=ABSENT),
    "letters:send": Line(OFFICE, draft_letter, allowed=MOVED, others=ABSENT, post={"channel": "portal"}),
    "letters:send_selected": Line(OFFICE | {OUTSIDER}, allowed=MOVED, post={}),
    "letters:deliver": Line(OFFICE, draft_letter, allowed=MOVED, others=ABSENT, post={}),
    "letters:track": Line(OFFICE, draft_letter, allowed=MOVED, others=ABSENT, post={}),
    "letters:cancel": Line(OFFICE, draft_letter, allowed=MOVED, others=ABSENT, post={}),
}
