"""The agreements, as the office and a recipient see them."""

from __future__ import annotations

from typing import Any

from agreeing import ACTIVITY, BURSARY, granted, pay, prepared, proved, sent, signed
from applying import pdf
from budget.money import appropriate
from maillage.accounts.models import User
from maillage.accounts.roles import Role
from maillage.agreements import actions
from maillage.agreements.models import Agreement
from maillage.kit import clock
from screens.screen import Screen


def running() -> Agreement:
    """A bursary half-way: paid, suspended, a proof to check, an amendment prepared."""
    agreement = signed(BURSARY)
    appropriate(agreement.decision.envelope, **{f"y{clock.today().year}": 30_000})
    proved(agreement, covers_from=clock.today(), covers_until=clock.today())
    pay(agreement, 3)
    actions.receive_proof(agreement=agreement, requirement="certificate", upload=pdf(), by=None)
    actions.suspend_payments(agreement=agreement, on=clock.today(), reason="Année de césure", by=None)
    propose(agreement, "amount", amount="15000", decision="CP-2026-40")
    return agreement


def propose(agreement: Agreement, kind: str, **after: Any) -> Any:
    return actions.propose_amendment(
        agreement=agreement, kind=kind, after=after, reason="Accord des parties.", by=None
    )


def several() -> list[Any]:
    granted()
    prepared()
    sent()
    running()
    return []


def as_officer(name: str, arguments: Any = list, **options: Any) -> Screen:
    return Screen(f"agreements:{name}", arguments, role=Role.CASE_OFFICER, **options)


def recipient() -> User:
    return Agreement.objects.latest("pk").decision.application.applicant


SCREENS = {
    "agreements, none": as_officer("agreements"),
    "agreements": as_officer("agreements", several),
    "agreement draft": as_officer("agreement", lambda: [prepared().pk]),
    "agreement running": as_officer("agreement", lambda: [running().pk]),
    "agreement by activity": as_officer("agreement", lambda: [signed(ACTIVITY).pk]),
    "agreement to its recipient": Screen("agreements:agreement", lambda: [sent().pk], who=recipient),
    "agreement to prepare": as_officer("prepare", lambda: [granted().pk]),
    "agreement signature": as_officer("operation", lambda: [sent().pk, "signature"]),
    "agreement terms": as_officer("operation", lambda: [prepared().pk, "modifier"]),
    "agreement proof": as_officer("operation", lambda: [signed(ACTIVITY).pk, "justificatif"]),
    "amendment of the amount": as_officer("amendment_new", lambda: [signed().pk, "amount"]),
    "amendment of the schedule": as_officer("amendment_new", lambda: [signed().pk, "schedule"]),
    "amendment": as_officer(
        "amendment", lambda: [propose(signed(), "amount", amount="15000", decision="CP-2026-40").pk]
    ),
    "agreement templates": as_officer("templates"),
}
NOT_PAGES = {
    "agreements:export",
    "agreements:act",
    "agreements:docx",
    "agreements:signed_copy",
    "agreements:amendment_file",
    "agreements:amendment_cancel",
    "agreements:proof_file",
    "agreements:proof_accept",
    "agreements:proof_refuse",
    "agreements:template_try",
    "agreements:template_archive",
}
