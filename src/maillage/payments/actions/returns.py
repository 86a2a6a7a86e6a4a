"""What finance returns: each payment paid, or rejected with a reason. Read twice, it changes nothing more."""

from __future__ import annotations

import hashlib
from collections import Counter
from datetime import date

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from maillage.accounts.journal import record
from maillage.accounts.models import Authority, User
from maillage.accounts.rights import Right, require
from maillage.agreements.instalments import mark_free, mark_paid
from maillage.budget import ledger
from maillage.budget.models import Entry
from maillage.files.actions import receive
from maillage.kit import clock
from maillage.payments.models import Payment, PaymentBatch, ReturnFile
from maillage.payments.outcomes import Outcome, summary
from maillage.payments.returned import ACCEPTED, ReturnedLine, read
from maillage.rules.calendar import day_text
from maillage.rules.money import euros

State = Payment.State
_SAME = {State.PAID: "paid", State.REJECTED: "rejected"}


@transaction.atomic
def read_return(*, authority: Authority, upload: UploadedFile, by: User | None) -> ReturnFile:
    """Match a return file with the payments sent: paid, rejected, unknown, already known, unreadable.

    The same file again gives the first report; the same lines in another file change nothing. What it does
    not name stays on its way. A batch closes when all its payments are settled.

    :raises Refused: a file that is not a return file.
    """
    require(by, Right.PREPARE_PAYMENTS, authority)
    content = b"".join(upload.chunks())
    sha256 = hashlib.sha256(content).hexdigest()
    # Two uploads of one file at the same time: the second waits, then finds the first.
    Authority.objects.select_for_update(no_key=True).get(pk=authority.pk)
    if first := ReturnFile.objects.filter(authority=authority, sha256=sha256).first():
        return first
    lines = read(content)
    payments = _held_payments(authority, {line.reference for line in lines})
    results = [_settle(line, payments.get(line.reference), by) for line in lines]
    upload.seek(0)
    returned = ReturnFile.objects.create(
        authority=authority,
        file=receive(upload=upload, authority=authority, by=by, accepted=ACCEPTED),
        sha256=sha256,
        received_by=by,
        report={
            "lines": [
                {"row": line.row, "reference": line.reference, "outcome": outcome, "sentence": sentence}
                for line, (outcome, sentence) in zip(lines, results, strict=True)
            ]
        },
    )
    counts = Counter(str(outcome) for outcome, _ in results)
    record("read_return", summary(counts), by=by, authority=authority, about=returned)
    for batch in {payment.batch for payment in payments.values()}:
        _close_if_settled(batch, by)
    return returned


def _held_payments(authority: Authority, references: set[str]) -> dict[str, Payment]:
    """The payments sent that these references name, locked with their batches."""
    batches = PaymentBatch.objects.filter(authority=authority, sent_at__isnull=False)
    named = batches.filter(payments__reference__in=references).values("pk")
    rows = PaymentBatch.objects.select_for_update(of=("self",)).select_related("authority")
    held = {batch.pk: batch for batch in rows.filter(pk__in=named).order_by("pk")}
    found: dict[str, Payment] = {}
    payments = Payment.objects.kept().with_agreement().select_related("order__envelope")
    for payment in payments.filter(batch__in=held, reference__in=references).order_by("pk"):
        payment.batch = held[payment.batch_id]
        found[payment.reference] = payment
    return found


def _settle(line: ReturnedLine, payment: Payment | None, by: User | None) -> tuple[Outcome, str]:
    """What a line of the file does, and how the report says it."""
    if payment is None:
        return Outcome.UNKNOWN, "Aucun paiement envoyé ne porte cette référence."
    if line.fault:
        return Outcome.UNREADABLE, f"Ligne non lue, {line.fault}."
    if not line.outcome or line.day is None:
        return Outcome.WAITING, "Sans état : le paiement reste en attente."
    if payment.state != State.ORDERED:
        return _already(line, payment)
    if fault := _wrong_day(line.day, payment):
        return Outcome.UNREADABLE, f"Ligne non lue, {fault}."
    if line.outcome == "paid":
        return _pay(payment, line.day, by)
    return _reject(payment, line.day, line.reason or "motif non précisé", by)


def _already(line: ReturnedLine, payment: Payment) -> tuple[Outcome, str]:
    known = payment.get_state_display().lower()
    on = f" le {day_text(payment.settled_on)}" if payment.settled_on else ""
    if _SAME.get(State(payment.state)) == line.outcome:
        return Outcome.KNOWN, f"Déjà connu : {known}{on}."
    return (
        Outcome.CONTRADICTORY,
        f"Le paiement est déjà {known}{on} : rien n'est changé, voyez la comptabilité.",
    )


def _wrong_day(day: date, payment: Payment) -> str:
    if day > clock.today():
        return f"date à venir ({day_text(day)})"
    ordered = payment.batch.approved_at
    return f"date antérieure au mandat ({day_text(day)})" if ordered and day < ordered.date() else ""


def _pay(payment: Payment, on: date, by: User | None) -> tuple[Outcome, str]:
    ledger.confirm_payment(order=_order(payment), key=f"payment:{payment.pk}:paid", by=by)
    payment.state, payment.settled_on = State.PAID, on
    payment.save(update_fields=["state", "settled_on"])
    mark_paid(instalment=payment.instalment, on=on)
    agreement = payment.instalment.agreement
    sentence = f"Versement de {euros(payment.amount)} payé le {on:%d/%m/%Y} ({payment})."
    record("confirm_payment", sentence, by=by, authority=payment.batch.authority, about=agreement)
    return Outcome.PAID, f"{euros(payment.amount)} payés le {day_text(on)}."


def _reject(payment: Payment, on: date, reason: str, by: User | None) -> tuple[Outcome, str]:
    ledger.reject_payment(order=_order(payment), key=f"payment:{payment.pk}:rejected", by=by, note=reason)
    payment.state, payment.settled_on, payment.reason = State.REJECTED, on, reason
    payment.save(update_fields=["state", "settled_on", "reason"])
    mark_free(instalment=payment.instalment, by=by)
    agreement = payment.instalment.agreement
    sentence = f"Versement de {euros(payment.amount)} rejeté le {on:%d/%m/%Y} ({payment}) : {reason}"
    record("reject_payment", sentence, by=by, authority=payment.batch.authority, about=agreement)
    return Outcome.REJECTED, f"{euros(payment.amount)} rejetés le {day_text(on)} : {reason}"


def _order(payment: Payment) -> Entry:
    if payment.order is None:
        raise ValueError(f"payment {payment.pk} was sent without an order")
    return payment.order


def _close_if_settled(batch: PaymentBatch, by: User | None) -> None:
    if batch.state != PaymentBatch.State.SENT or batch.payments.in_flight().exists():
        return
    batch.state, batch.closed_at = PaymentBatch.State.CLOSED, clock.now()
    batch.save(update_fields=["state", "closed_at"])
    sentence = f"Bordereau {batch} soldé : la comptabilité a répondu pour chaque paiement."
    record("close_batch", sentence, by=by, authority=batch.authority, about=batch)
