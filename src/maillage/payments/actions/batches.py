"""A batch of payments, from the choice of the instalments to the payment orders. Each step is whole or not.

One transaction per step, and one key of the ledger per payment: a process killed half-way has done nothing,
and the step done again does nothing twice.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from decimal import Decimal

from django.db import transaction

from maillage.accounts.journal import record
from maillage.accounts.models import Authority, User
from maillage.accounts.rights import Right, require
from maillage.agreements.instalments import mark_free, mark_in_batch, mark_ordered
from maillage.agreements.models import Instalment
from maillage.applications.models import Recipient
from maillage.applications.numbers import next_number
from maillage.budget import balances, ledger
from maillage.budget.models import Envelope
from maillage.budget.writing import locked
from maillage.kit import clock
from maillage.kit.console import Refused
from maillage.kit.words import counted
from maillage.payments.actions.locking import held
from maillage.payments.models import BankAccount, Payment, PaymentBatch
from maillage.payments.readiness import missing
from maillage.rules.money import ZERO, euros

State = PaymentBatch.State


@transaction.atomic
def prepare_batch(
    *, authority: Authority, year: int, instalments: Iterable[Instalment], by: User | None
) -> PaymentBatch:
    """Put instalments together in a new batch, to be paid on the CP of a year.

    :raises Refused: nothing chosen, or one of them lacks something: the sentence says which and what.
    """
    require(by, Right.PREPARE_PAYMENTS, authority)
    number = next_number(PaymentBatch.objects.all(), authority=authority, letter="B", year=year, width=3)
    chosen = _held_instalments(authority, instalments)
    if not chosen:
        raise Refused("Choisissez au moins une échéance à payer.")
    _require_ready(chosen)
    batch = PaymentBatch.objects.create(authority=authority, number=number, year=year, prepared_by=by)
    for rank, instalment in enumerate(chosen, start=1):
        Payment.objects.create(
            batch=batch,
            instalment=instalment,
            envelope=_envelope(instalment),
            reference=f"{number}-{rank:04d}",
            amount=instalment.amount,
        )
        mark_in_batch(instalment=instalment)
    total = sum((one.amount for one in chosen), ZERO)
    sentence = f"Bordereau {batch} préparé : {_counted(len(chosen))}, {euros(total)}, exercice {year}."
    record("prepare_batch", sentence, by=by, authority=authority, about=batch)
    return batch


@transaction.atomic
def remove_payment(*, payment: Payment, reason: str, by: User | None) -> Payment:
    """Take a payment out of a batch not yet approved; its instalment may be paid later."""
    require(by, Right.PREPARE_PAYMENTS, payment.batch.authority)
    batch = held(payment.batch, State.PREPARED)
    reason = _reason(reason)
    payment = Payment.objects.with_agreement().get(pk=payment.pk)
    if payment.state != Payment.State.PREPARED:
        raise Refused(f"Le paiement {payment} n'est plus dans le bordereau.")
    _take_out(payment, reason, by)
    sentence = f"Paiement {payment} retiré du bordereau ({euros(payment.amount)}) : {reason}"
    record("remove_payment", sentence, by=by, authority=batch.authority, about=batch)
    return payment


@transaction.atomic
def approve_batch(*, batch: PaymentBatch, by: User | None) -> PaymentBatch:
    """Order every payment of the batch on the CP of its year; the accounts are held from here on.

    :raises Refused: by the person who prepared it; when something came to be missing; when the CP of an
        envelope fall short (it says which and by how much). Nothing is then ordered.
    """
    require(by, Right.APPROVE_PAYMENTS, batch.authority)
    batch = held(batch, State.PREPARED)
    if by is not None and batch.prepared_by_id == by.pk:
        raise Refused("Vous avez préparé ce bordereau : une autre personne doit l'approuver.")
    payments = list(batch.payments.kept().with_agreement().order_by("reference"))
    if not payments:
        raise Refused("Ce bordereau est vide : annulez-le.")
    accounts = _held_accounts(payments)
    _require_still_ready(payments)
    _require_appropriations(batch.year, payments)
    for payment in payments:
        _order(payment, accounts[payment.instalment.agreement.recipient_id], by)
    batch.state, batch.approved_at, batch.approved_by = State.APPROVED, clock.now(), by
    batch.save(update_fields=["state", "approved_at", "approved_by"])
    total = sum((payment.amount for payment in payments), ZERO)
    sentence = f"Bordereau {batch} approuvé : {_counted(len(payments))}, {euros(total)} mandatés."
    record("approve_batch", sentence, by=by, authority=batch.authority, about=batch)
    return batch


@transaction.atomic
def cancel_batch(*, batch: PaymentBatch, reason: str, by: User | None) -> PaymentBatch:
    """Give up a batch that was not sent: its instalments are free, its orders rejected in the ledger."""
    require(by, Right.PREPARE_PAYMENTS, batch.authority)
    batch = held(batch, State.PREPARED, State.APPROVED)
    if batch.state == State.APPROVED:
        require(by, Right.APPROVE_PAYMENTS, batch.authority)
    reason = _reason(reason)
    for payment in batch.payments.kept().with_agreement().order_by("reference"):
        if payment.order is not None:
            key = f"payment:{payment.pk}:cancelled"
            ledger.reject_payment(order=payment.order, key=key, by=by, note=reason)
        _take_out(payment, reason, by)
    batch.state, batch.closed_at = State.CANCELLED, clock.now()
    batch.save(update_fields=["state", "closed_at"])
    sentence = f"Bordereau {batch} annulé : {reason}"
    record("cancel_batch", sentence, by=by, authority=batch.authority, about=batch)
    return batch


def _held_instalments(authority: Authority, instalments: Iterable[Instalment]) -> list[Instalment]:
    """Those chosen, read anew and locked, the oldest due first."""
    keys = {one.pk for one in instalments}
    rows = Instalment.objects.select_for_update(of=("self",)).select_related(
        "agreement__recipient", "agreement__decision__envelope"
    )
    found = list(rows.filter(pk__in=keys, agreement__authority=authority).order_by("pk"))
    if len(found) != len(keys):
        raise Refused("Une échéance choisie n'existe plus : rechargez la liste et choisissez de nouveau.")
    return sorted(found, key=lambda one: (one.due_on or clock.today(), one.agreement_id, one.number))


def _require_ready(instalments: list[Instalment]) -> None:
    """Raise Refused with the first thing missing, and how many instalments lack something."""
    lacks = missing(instalments, clock.today())
    lacking = [one for one in instalments if lacks[one.pk]]
    if not lacking:
        return
    first = lacking[0]
    others = (
        f" À régler aussi : {counted(len(lacking) - 1, 'autre échéance', 'autres échéances')}."
        if len(lacking) > 1
        else ""
    )
    raise Refused(
        f"L'échéance {first.number} de la convention {first.agreement} ne peut être payée : "
        f"{lacks[first.pk][0]}{others}"
    )


def _require_still_ready(payments: list[Payment]) -> None:
    """Since the batch was prepared, payments may have been suspended, an account archived."""
    instalments = [payment.instalment for payment in payments]
    for instalment in instalments:
        # It waits in this very batch: that alone stands in its way.
        if instalment.state == Instalment.State.IN_BATCH:
            instalment.state = Instalment.State.PLANNED
    _require_ready(instalments)


def _held_accounts(payments: list[Payment]) -> dict[int, BankAccount]:
    """The active account of each recipient, none of which may change until the end of the transaction."""
    recipients = {payment.instalment.agreement.recipient_id for payment in payments}
    rows = Recipient.objects.select_for_update(of=("self",), no_key=True)
    list(rows.filter(pk__in=recipients).order_by("pk"))
    active = BankAccount.objects.active().filter(recipient__in=recipients).order_by("pk")
    return {account.recipient_id: account for account in active}


def _require_appropriations(year: int, payments: list[Payment]) -> None:
    """Raise Refused when the CP of an envelope do not cover what the batch asks of it."""
    asked: defaultdict[Envelope, Decimal] = defaultdict(lambda: ZERO)
    for payment in payments:
        asked[payment.envelope] += payment.amount
    left = balances.of(locked(*asked))
    short = []
    for envelope, amount in asked.items():
        available = left[envelope.pk].in_year(year).left
        if amount > available:
            short.append(
                f"il manque {euros(amount - available)} de CP {year} sur l'enveloppe « {envelope} » "
                f"({euros(amount)} à mandater pour {euros(available)} disponibles)"
            )
    if short:
        listed = " ; ".join(short)
        raise Refused(
            f"{listed[0].upper()}{listed[1:]} : votez ou virez des CP, ou retirez des lignes du bordereau."
        )


def _order(payment: Payment, account: BankAccount, by: User | None) -> None:
    agreement = payment.instalment.agreement
    payment.order = ledger.order_payment(
        envelope=payment.envelope,
        year=payment.batch.year,
        amount=payment.amount,
        subject=agreement.decision,
        key=f"payment:{payment.pk}:order",
        by=by,
        scheme=agreement.scheme_key,
        decision=agreement.decision.number,
    )
    payment.account, payment.state = account, Payment.State.ORDERED
    payment.save(update_fields=["order", "account", "state"])
    # Put back as it is in the database: `_require_still_ready` looked at it as if it were not in the batch.
    payment.instalment.state = Instalment.State.IN_BATCH
    mark_ordered(instalment=payment.instalment)


def _take_out(payment: Payment, reason: str, by: User | None) -> None:
    payment.state, payment.reason = Payment.State.REMOVED, reason
    payment.save(update_fields=["state", "reason"])
    mark_free(instalment=payment.instalment, by=by)


def _envelope(instalment: Instalment) -> Envelope:
    envelope = instalment.agreement.decision.envelope
    if envelope is None:
        raise Refused("La décision ne dit pas sur quelle enveloppe payer : complétez-la.")
    return envelope


def _reason(text: str) -> str:
    text = text.strip()
    if not text:
        raise Refused("Écrivez le motif : il sera gardé avec le bordereau.")
    return text[:250]


def _counted(number: int) -> str:
    return f"{number} paiement{'s' if number > 1 else ''}"
