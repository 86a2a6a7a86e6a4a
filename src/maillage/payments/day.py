"""What waits for someone in the payments."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from django.urls import reverse

from maillage.accounts.models import Authority, User
from maillage.accounts.rights import Right
from maillage.kit import clock
from maillage.kit.matters import Matter
from maillage.payments.lists import READY, measured, selection
from maillage.payments.models import BankAccount, Payment, PaymentBatch
from maillage.rules.money import euros

# Past a month, finance is asked what became of a batch.
ANSWER_WITHIN = timedelta(days=30)


def matters(user: User, authority: Authority | None) -> Iterator[Matter]:
    """What this person has to see to; nothing without the rights over payments."""
    if authority is None:
        return
    if user.can(Right.SEE_BANK_DETAILS, authority):
        yield from _accounts(user, authority)
    if user.can(Right.PREPARE_PAYMENTS, authority):
        yield from _batches(user, authority)
        yield from _payable(authority)


def _accounts(user: User, authority: Authority) -> Iterator[Matter]:
    waiting = BankAccount.objects.to_check().filter(recipient__authority=authority)
    count = waiting.exclude(added_by=user).count()
    if count:
        text = f"{count} RIB à vérifier avant tout paiement." if count > 1 else "Un RIB est à vérifier."
        yield Matter(text, reverse("payments:accounts"), "Vérifier", "waiting")


def _batches(user: User, authority: Authority) -> Iterator[Matter]:
    batches = PaymentBatch.objects.filter(authority=authority)
    address = reverse("payments:batches")
    if user.can(Right.APPROVE_PAYMENTS, authority):
        prepared = batches.filter(state=PaymentBatch.State.PREPARED).exclude(prepared_by=user).count()
        if prepared:
            text = f"{_counted(prepared)} à approuver."
            yield Matter(text, f"{address}?etat=prepared", "Approuver", "waiting")
        approved = batches.filter(state=PaymentBatch.State.APPROVED).count()
        if approved:
            text = f"{_counted(approved)} à envoyer à la comptabilité."
            yield Matter(text, f"{address}?etat=approved", "Envoyer", "waiting")
    silent = batches.filter(state=PaymentBatch.State.SENT, sent_at__lt=clock.now() - ANSWER_WITHIN).count()
    if silent:
        text = f"{_counted(silent)} sans retour complet de la comptabilité depuis plus de 30 jours."
        yield Matter(text, f"{address}?etat=sent", "Relancer la comptabilité", "late")


def _payable(authority: Authority) -> Iterator[Matter]:
    today = clock.today()
    count, total = measured(selection(READY, authority, today.year, today))
    if count:
        plural = "s" if count > 1 else ""
        text = f"{count} échéance{plural} à payer, {euros(total)}."
        yield Matter(text, reverse("payments:payable"), "Préparer un bordereau", "waiting")
    again = Payment.objects.rejected().filter(batch__authority=authority, instalment__state="planned")
    freed = again.values("instalment").distinct().count()
    if freed:
        plural = "s" if freed > 1 else ""
        text = f"{freed} versement{plural} rejeté{plural} par la comptabilité, à payer de nouveau."
        yield Matter(text, reverse("payments:payable"), "Les reprendre", "late")


def _counted(number: int) -> str:
    return f"{number} bordereau{'x' if number > 1 else ''}"
