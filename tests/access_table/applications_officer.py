"""The officers' side of applications: the list, a file, opinions, calls."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from access_table.lines import ABSENT, MOVED, OUTSIDER, Line
from applying import pdf, scheme
from maillage.accounts.models import User
from maillage.accounts.roles import Role
from maillage.applications.models import (
    Application,
    Call,
    OpinionRequest,
    Recipient,
    SupportingDocument,
)
from maillage.files.actions import keep
from maillage.kit import clock
from people import authority, person

REVIEWERS = frozenset({Role.ADMINISTRATOR, Role.MISSION_OFFICER, Role.CASE_OFFICER, OUTSIDER})
READERS = REVIEWERS | {Role.FINANCE_OFFICER}
ADVISERS = REVIEWERS | {Role.PARTNER}
EDITORS = frozenset({Role.ADMINISTRATOR, Role.MISSION_OFFICER, OUTSIDER})


def submitted() -> Application:
    """An application submitted to the first authority, written straight to the database."""
    on = scheme()
    who = person(name="Camille Exemple")
    recipient = Recipient.objects.create(
        authority=authority(), kind="student", name="Exemple", search_name="exemple"
    )
    return Application.objects.create(
        authority=authority(),
        version=on.versions.get(),
        applicant=who,
        recipient=recipient,
        state=Application.State.SUBMITTED,
        number=f"D-2027-{Application.objects.count() + 1:05}",
        submitted_at=clock.now(),
        implicit_refusal_on=clock.today() + timedelta(days=60),
    )


def dossier() -> list[Any]:
    return [submitted().pk]


def tab() -> list[Any]:
    return [submitted().pk, "pieces"]


def act() -> list[Any]:
    return [submitted().pk, "write_note"]


def document() -> list[Any]:
    row = submitted()
    file = keep(
        content=pdf().read(), name="piece.pdf", media_type="application/pdf", authority=authority(), by=None
    )
    return [
        row.pk,
        SupportingDocument.objects.create(application=row, requirement="certificate", file=file).pk,
    ]


def opinion() -> list[Any]:
    """Asked to the partner of the first authority."""
    asked_to = User.objects.get(full_name=Role.PARTNER.label)
    return [OpinionRequest.objects.create(application=submitted(), asked_to=asked_to, question="?").pk]


def call() -> list[Any]:
    """A call in preparation in the first authority."""
    now = clock.now()
    fields = {"opens_at": now, "closes_at": now + timedelta(days=1), "title": "Appel"}
    key = f"appel-{Call.objects.count()}"
    return [Call.objects.create(authority=authority(), scheme=scheme(), key=key, **fields).pk]


def acting(who: frozenset[str], arguments: Any, post: dict[str, Any]) -> Line:
    """An address that only answers to a POST and moves on; elsewhere the object does not exist."""
    return Line(who, arguments, allowed=MOVED, elsewhere=ABSENT, post=post)


LINES: dict[str, Line] = {
    "applications:dossiers": Line(READERS),
    "applications:dossiers_export": Line(READERS, lambda: ["csv"]),
    "applications:dossiers_bulk": Line(REVIEWERS, allowed=MOVED, post={}),
    "applications:hand_over": Line(REVIEWERS),
    "applications:dossier": Line(READERS - {OUTSIDER}, dossier, elsewhere=ABSENT),
    "applications:dossier_tab": Line(READERS - {OUTSIDER}, tab, elsewhere=ABSENT),
    "applications:act": acting(REVIEWERS - {OUTSIDER}, act, {"write_note-text": "Vu."}),
    "applications:document": Line(READERS - {OUTSIDER}, document, elsewhere=ABSENT),
    "applications:opinions": Line(ADVISERS),
    "applications:opinion": Line(frozenset({Role.PARTNER}), opinion, others=ABSENT),
    "applications:calls": Line(READERS),
    "applications:call": Line(READERS - {OUTSIDER}, call, elsewhere=ABSENT),
    "applications:call_create": Line(EDITORS),
    "applications:call_edit": Line(EDITORS - {OUTSIDER}, call, elsewhere=ABSENT),
    "applications:call_publish": acting(EDITORS - {OUTSIDER}, call, {}),
    "applications:call_extend": Line(EDITORS - {OUTSIDER}, call, elsewhere=ABSENT, post={}),
    "applications:call_cancel": acting(EDITORS - {OUTSIDER}, call, {"reason": "Faute de crédits."}),
}
