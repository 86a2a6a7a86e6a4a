"""Signed agreements with instalments to pay, bank details and batches of a fictional authority.

What the rooms below do by their own actions is written here as it stands once done: these tests begin where
a euro is due.
"""

from __future__ import annotations

import io
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import count
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from applying import moment, pdf, submitted
from budget.money import euro, funded
from maillage.accounts.models import User
from maillage.agreements.models import Agreement, Instalment
from maillage.applications.models import Application, Recipient
from maillage.budget import ledger
from maillage.budget.models import Envelope
from maillage.committees.models import Decision
from maillage.files.actions import check
from maillage.kit import clock
from maillage.payments import actions
from maillage.payments.models import BankAccount, Payment, PaymentBatch, ReturnFile
from people import authority

# Specimens of standards and made-up accounts with a right key: nobody's.
IBANS = ("FR7630006000011234567890189", "FR1420041010050500013M02606", "DE89370400440532013000")
_ranks = count(1)


def agreement(
    amount: str | int = 2000,
    *,
    parts: int = 4,
    envelope: Envelope | None = None,
    application: Application | None = None,
    **fields: Any,
) -> Agreement:
    """A signed agreement whose decision is enforceable and committed, its instalments all due."""
    application = application or submitted()
    envelope = envelope or funded(100_000, y2026=50_000)
    today, rank = clock.today(), next(_ranks)
    decision = Decision.objects.create(
        application=application,
        envelope=envelope,
        outcome=Decision.Outcome.GRANTED,
        state=Decision.State.TAKEN,
        amount=euro(amount),
        number=f"CP-2026-{rank}",
        taken_on=today - timedelta(days=200),
        transmitted_on=today - timedelta(days=199),
        notified_at=clock.now() - timedelta(days=190),
    )
    scheme = application.version.scheme
    ledger.commit(
        envelope=envelope, amount=euro(amount), subject=decision, key=f"decision:{decision.pk}", by=None
    )
    signed = Agreement.objects.create(
        authority=application.authority,
        decision=decision,
        recipient=recipient_of(application),
        number=f"C-2026-{rank:04d}",
        title="Bourse d'étude",
        state=Agreement.State.SIGNED,
        amount=euro(amount),
        terms={
            "scheme": {"key": scheme.key, "title": scheme.title},
            "labels": {"certificate": "Certificat"},
            "reports": [],
        },
        sent_at=clock.now(),
        signed_on=today - timedelta(days=180),
        **fields,
    )
    part = euro(amount) / parts
    for number in range(1, parts + 1):
        Instalment.objects.create(
            agreement=signed,
            number=number,
            label=f"Mois {number}",
            due_on=today - timedelta(days=30 * (parts - number)),
            amount=part,
        )
    return signed


def recipient_of(application: Application) -> Recipient:
    assert application.recipient is not None
    return application.recipient


def account(
    recipient: Recipient, *, iban: str = IBANS[0], by: User | None = None, checked: bool = True
) -> BankAccount:
    """Bank details handed in by the recipient, found right by the program unless `checked` is false."""
    handed = actions.add_bank_account(
        recipient=recipient,
        holder=str(recipient),
        iban=iban,
        upload=pdf("rib.pdf"),
        by=by or recipient.user,
    )
    if not checked:
        return handed
    assert handed.proof is not None
    check(file=handed.proof)
    return actions.accept_bank_account(account=handed, by=None)


def payable(amount: str | int = 2000, **options: Any) -> Agreement:
    """An agreement from which nothing is missing, bank details checked."""
    signed = agreement(amount, **options)
    account(signed.recipient)
    return signed


def prepared(*agreements: Agreement, by: User | None = None, year: int | None = None) -> PaymentBatch:
    """A batch of all the instalments of these agreements, of a new one when none is given."""
    chosen = agreements or (payable(),)
    return actions.prepare_batch(
        authority=authority(),
        year=year or clock.today().year,
        instalments=Instalment.objects.filter(agreement__in=[one.pk for one in chosen]),
        by=by,
    )


def approved(*agreements: Agreement) -> PaymentBatch:
    return actions.approve_batch(batch=prepared(*agreements), by=None)


def sent(*agreements: Agreement) -> PaymentBatch:
    return actions.send_batch(batch=approved(*agreements), by=None)


def payments(batch: PaymentBatch) -> list[Payment]:
    return list(batch.payments.order_by("reference"))


def return_file(rows: Iterable[tuple[str, str, str, str]], *, name: str = "retour.csv") -> SimpleUploadedFile:
    """A return file as finance writes it: reference, état, date, motif."""
    stream = io.StringIO()
    stream.write("Référence;État;Date;Motif\r\n")
    for row in rows:
        stream.write(";".join(row) + "\r\n")
    return SimpleUploadedFile(name, stream.getvalue().encode("utf-8-sig"), content_type="text/csv")


def returned(
    batch: PaymentBatch, *, rejected: str = "", on: date | None = None, by: User | None = None
) -> ReturnFile:
    """What finance answers to a batch: all paid, or all rejected for this reason."""
    day = (on or clock.today()).strftime("%d/%m/%Y")
    state = "Rejeté" if rejected else "Payé"
    rows = [(payment.reference, state, day, rejected) for payment in payments(batch)]
    return actions.read_return(authority=batch.authority, upload=return_file(rows), by=by)


def in_2026(month: int = 6, day: int = 15) -> datetime:
    """A moment of the year whose CP the tests vote."""
    return moment(date(2026, month, day))


def total(batch: PaymentBatch) -> Decimal:
    return sum((payment.amount for payment in payments(batch)), Decimal(0))
