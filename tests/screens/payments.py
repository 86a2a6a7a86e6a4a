"""The pages of the payments."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from applying import submitted
from maillage.accounts.models import User
from maillage.accounts.roles import Role
from maillage.applications.models import Recipient
from maillage.kit import clock
from maillage.payments import actions
from maillage.payments.models import Payment
from paying import account, agreement, approved, payable, prepared, recipient_of, return_file, returned, sent
from people import authority
from screens.screen import Screen


def finance(name: str, arguments: Callable[[], list[Any]] = list, **options: Any) -> Screen:
    return Screen(f"payments:{name}", arguments, role=Role.FINANCE_OFFICER, **options)


def both() -> list[Any]:
    payable()
    agreement()
    return []


def cancelled() -> list[Any]:
    return [actions.cancel_batch(batch=approved(), reason="Erreur d'exercice", by=None).pk]


def rejected() -> list[Any]:
    batch = sent()
    returned(batch, rejected="Compte clos")
    return [batch.pk]


def a_return() -> list[Any]:
    batch = sent()
    first = Payment.objects.filter(batch=batch).order_by("pk")[0]
    rows = [
        (first.reference, "Payé", clock.today().strftime("%d/%m/%Y"), ""),
        ("B-2020-001-0001", "Payé", "01/01/2026", ""),
        (first.reference, "perdu", "", ""),
    ]
    return [actions.read_return(authority=authority(), upload=return_file(rows), by=None).pk]


def with_(make: Callable[[], Any]) -> Callable[[], list[Any]]:
    """An address without arguments, once this was made."""

    def arguments() -> list[Any]:
        make()
        return []

    return arguments


def of(make: Callable[[], Any]) -> Callable[[], list[Any]]:
    return lambda: [make().pk]


def handed(*, checked: bool) -> Any:
    return account(recipient_of(submitted()), checked=checked)


def latest_applicant() -> User:
    found = Recipient.objects.order_by("-pk")[0].user
    assert found is not None
    return found


SCREENS = {
    "nothing to pay": finance("payable"),
    "what is to pay": finance("payable", both),
    "what is not yet to pay": finance("payable", both, query="vue=incompletes"),
    "no batch": finance("batches"),
    "batches": finance("batches", with_(sent)),
    "batch to approve": finance("batch", of(prepared)),
    "batch to send": finance("batch", of(approved)),
    "batch sent": finance("batch", of(sent)),
    "batch rejected": finance("batch", rejected),
    "batch cancelled": finance("batch", cancelled),
    "returns": finance("returns", with_(a_return)),
    "return with no file": finance("returns", button="Lire le fichier"),
    "report of a return": finance("report", a_return),
    "bank details to check": finance("accounts", with_(lambda: handed(checked=False))),
    "an account to check": finance("account", of(lambda: handed(checked=False))),
    "an IBAN in clear": finance("account", of(lambda: handed(checked=True)), button="Lire l’IBAN entier"),
    "bank details for someone": finance("add_account", of(lambda: recipient_of(submitted()))),
    "one's own bank details": Screen(
        "payments:add_account", lambda: [handed(checked=False).recipient_id], who=latest_applicant
    ),
    "forecast of payments": finance("forecast", with_(payable)),
    "empty forecast": finance("forecast"),
}
NOT_PAGES = {
    "payments:payable_export",
    "payments:prepare",
    "payments:forecast_export",
    "payments:batches_export",
    "payments:approve",
    "payments:send",
    "payments:cancel",
    "payments:remove",
    "payments:file",
    "payments:table",
    "payments:report_export",
    "payments:reveal",
    "payments:proof",
    "payments:accept",
    "payments:refuse",
    "payments:archive",
}
