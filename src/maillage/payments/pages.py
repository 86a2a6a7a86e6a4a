"""What the pages of the payments say, as plain values."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Any

from django.db.models import Count, Sum
from django.utils import timezone

from maillage.accounts.models import Event, User
from maillage.accounts.rights import Right
from maillage.kit.exports import Row
from maillage.kit.words import counted
from maillage.payments.models import Payment, PaymentBatch, PaymentBatchQuerySet, ReturnFile
from maillage.payments.outcomes import TONES as OUTCOME_TONES
from maillage.payments.outcomes import Outcome, summary
from maillage.rules.money import ZERO, euros, to_cent

TONES: dict[str, str] = {
    PaymentBatch.State.PREPARED: "wait",
    PaymentBatch.State.APPROVED: "wait",
    PaymentBatch.State.CLOSED: "good",
}
PAYMENT_TONES: dict[str, str] = {
    Payment.State.ORDERED: "wait",
    Payment.State.PAID: "good",
    Payment.State.REJECTED: "bad",
}
LINE_COLUMNS = (
    "Référence",
    "Convention",
    "Bénéficiaire",
    "Objet",
    "Montant (€)",
    "Enveloppe",
    "Compte",
    "État",
    "Réglé le",
    "Motif",
)
BATCH_COLUMNS = (
    "Numéro",
    "Exercice",
    "État",
    "Paiements",
    "Montant (€)",
    "En attente",
    "Rejetés",
    "Préparé le",
    "Approuvé le",
    "Envoyé le",
    "Empreinte",
)
REPORT_COLUMNS = ("Ligne", "Référence", "Résultat", "Détail")


def batches_sentence(batches: PaymentBatchQuerySet) -> str:
    """Where the batches of an authority stand."""
    waiting = (
        Payment.objects.in_flight().filter(batch__in=batches).aggregate(n=Count("pk"), total=Sum("amount"))
    )
    to_approve = batches.filter(state=PaymentBatch.State.PREPARED).count()
    parts = []
    if to_approve:
        parts.append(f"{to_approve} bordereau{'x' if to_approve > 1 else ''} à approuver")
    if waiting["n"]:
        plural = "s" if waiting["n"] > 1 else ""
        total = euros(to_cent(waiting["total"]))
        parts.append(f"{waiting['n']} paiement{plural} en attente de la comptabilité, {total}")
    return f"{' ; '.join(parts)}." if parts else "Aucun paiement n'est en attente."


def batch_rows(batches: Iterable[Any]) -> Iterator[Row]:
    """The batches of the list, with what it counts of each."""
    for one in batches:
        days = (one.prepared_at, one.approved_at, one.sent_at)
        yield (
            one.number, one.year, one.get_state_display(), one.lines, to_cent(one.amount or ZERO),
            one.waiting, one.rejected, *(timezone.localdate(day) if day else None for day in days),
            one.checksum,
        )  # fmt: skip


def batch_page(batch: PaymentBatch, user: User) -> dict[str, Any]:
    """One batch: what it is worth, its lines, what this person may do with it, what happened to it."""
    payments = list(batch.payments.with_agreement().order_by("reference"))
    kept = [payment for payment in payments if payment.state != Payment.State.REMOVED]
    return {
        "batch": batch,
        "tone": TONES.get(batch.state, ""),
        "sentence": _sentence(batch, kept),
        "total": _total(kept),
        "payments": [(payment, PAYMENT_TONES.get(payment.state, "")) for payment in payments],
        "envelopes": _by_envelope(kept),
        "may": _possible(batch, user),
        "shows_files": batch.file_id is not None and user.can(Right.SEE_BANK_DETAILS, batch.authority),
        "events": Event.objects.about(batch),
    }


def line_rows(payments: Iterable[Payment]) -> Iterator[Row]:
    """The lines of a batch, accounts masked."""
    for one in payments:
        agreement = one.instalment.agreement
        yield (
            one.reference, agreement.number, str(agreement.recipient), one.instalment.label, one.amount,
            str(one.envelope), one.masked_iban, one.get_state_display(), one.settled_on, one.reason,
        )  # fmt: skip


def report_page(returned: ReturnFile) -> dict[str, Any]:
    """What a return file changed, line by line, what went wrong first."""
    lines = [{**line, "label": Outcome(line["outcome"]).label} for line in returned.report["lines"]]
    order = [Outcome.UNREADABLE, Outcome.UNKNOWN, Outcome.CONTRADICTORY, Outcome.REJECTED]
    ranked = sorted(lines, key=lambda line: order.index(line["outcome"]) if line["outcome"] in order else 9)
    return {
        "returned": returned,
        "sentence": report_sentence(returned),
        "lines": [(line, OUTCOME_TONES.get(line["outcome"], "")) for line in ranked],
        "has_rejected": any(line["outcome"] == Outcome.REJECTED for line in lines),
        "events": Event.objects.about(returned),
    }


def report_sentence(returned: ReturnFile) -> str:
    return summary(Counter(line["outcome"] for line in returned.report["lines"]))


def report_rows(returned: ReturnFile) -> Iterator[Row]:
    for line in returned.report["lines"]:
        yield (line["row"], line["reference"], Outcome(line["outcome"]).label, line["sentence"])


def _total(kept: list[Payment]) -> Decimal:
    return sum((payment.amount for payment in kept), ZERO)


def _sentence(batch: PaymentBatch, kept: list[Payment]) -> str:
    text = f"{euros(_total(kept))} en {counted(len(kept), 'paiement')}, sur l'exercice {batch.year}"
    states = Counter(payment.state for payment in kept)
    words = {
        Payment.State.PAID: ("payé", "payés"),
        Payment.State.REJECTED: ("rejeté", "rejetés"),
        Payment.State.ORDERED: ("en attente", "en attente"),
    }
    if batch.state in (PaymentBatch.State.SENT, PaymentBatch.State.CLOSED):
        parts = [
            f"{states[state]} {both[states[state] > 1]}" for state, both in words.items() if states[state]
        ]
        text = f"{text} : {', '.join(parts)}"
    return f"{text}."


def _by_envelope(kept: list[Payment]) -> list[tuple[str, int, Decimal]]:
    """Envelope, how many payments, how much."""
    found: dict[str, list[Decimal]] = {}
    for payment in kept:
        found.setdefault(str(payment.envelope), []).append(payment.amount)
    return [(envelope, len(amounts), sum(amounts, ZERO)) for envelope, amounts in sorted(found.items())]


def _possible(batch: PaymentBatch, user: User) -> dict[str, bool]:
    """The verbs this person may try on the batch as it is."""
    prepared, approved = (
        batch.state == state for state in (PaymentBatch.State.PREPARED, PaymentBatch.State.APPROVED)
    )
    approves = user.can(Right.APPROVE_PAYMENTS, batch.authority)
    mine = batch.prepared_by_id == user.pk
    return {
        "approve": prepared and approves and not mine,
        "wait": prepared and (mine or not approves),
        "send": approved and user.can(Right.SEE_BANK_DETAILS, batch.authority),
        "remove": prepared,
        "cancel": prepared or (approved and approves),
        "read": batch.state == PaymentBatch.State.SENT,
    }
