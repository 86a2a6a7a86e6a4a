"""What goes with a batch: the sums already paid and the documents that justify each payment.

CGCT, annexe I, rubrique 721: a first payment rests on the decision and the agreement; the next ones on their
own justifications and on the statement of the sums already paid.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal

from django.db.models import prefetch_related_objects

from maillage.agreements.instalments import served_by
from maillage.agreements.models import Instalment, Proof
from maillage.kit.exports import Row
from maillage.payments.models import Payment
from maillage.rules.calendar import day_text
from maillage.rules.money import ZERO

ALREADY_PAID_COLUMNS = (
    "Référence",
    "Convention",
    "Bénéficiaire",
    "Montant attribué (€)",
    "Déjà payé (€)",
    "En cours de paiement (€)",
    "Ce paiement (€)",
    "Reste ensuite (€)",
)
DOCUMENT_COLUMNS = ("Référence", "Convention", "Bénéficiaire", "Pièce", "Date", "Numéro ou état")


def already_paid(payments: Iterable[Payment]) -> Iterator[Row]:
    """For each payment, what its agreement grants, what came before it, and what is left after it.

    What came before is what was ordered earlier, paid or on its way, in this batch as in the others.
    """
    payments = list(payments)
    agreements = {payment.instalment.agreement_id for payment in payments}
    others: dict[int, list[Payment]] = {}
    for other in (
        Payment.objects.filter(
            instalment__agreement__in=agreements, state__in=["prepared", "ordered", "paid"]
        )
        .select_related("instalment")
        .order_by("pk")
    ):
        others.setdefault(other.instalment.agreement_id, []).append(other)
    for payment in payments:
        agreement = payment.instalment.agreement
        before = [other for other in others.get(agreement.pk, []) if other.pk < payment.pk]
        paid = _sum(other.amount for other in before if other.state == Payment.State.PAID)
        under_way = _sum(other.amount for other in before if other.state != Payment.State.PAID)
        left = agreement.amount - paid - under_way - payment.amount
        yield (
            payment.reference, agreement.number, str(agreement.recipient), agreement.amount, paid,
            under_way, payment.amount, left,
        )  # fmt: skip


def documents(payments: Iterable[Payment]) -> Iterator[Row]:
    """The documents that justify each payment, one per line."""
    payments = list(payments)
    prefetch_related_objects(payments, "instalment__agreement__proofs")
    for payment in payments:
        agreement = payment.instalment.agreement
        for piece in (*_founding(payment), *_proofs(payment.instalment)):
            yield (payment.reference, agreement.number, str(agreement.recipient), *piece)


def _founding(payment: Payment) -> Iterator[Row]:
    agreement = payment.instalment.agreement
    decision = agreement.decision
    yield ("Décision attributive", decision.taken_on, decision.number)
    transmission = decision.transmission_receipt or "transmise"
    yield ("Transmission au représentant de l'État", decision.transmitted_on, transmission)
    yield ("Convention", agreement.signed_on, agreement.number)
    if payment.instalment.amendment is not None:
        amendment = payment.instalment.amendment
        yield ("Avenant", amendment.signed_on, f"avenant {amendment.number}")
    yield ("État des sommes déjà payées", None, payment.batch.number)


def _proofs(instalment: Instalment) -> Iterator[Row]:
    if not instalment.proof:
        return
    label = instalment.agreement.label_of(instalment.proof)
    for proof in instalment.agreement.proofs.all():
        if proof.state == Proof.State.ACCEPTED and served_by(instalment, proof):
            accepted = f"accepté le {day_text(proof.checked_at.date())}" if proof.checked_at else "accepté"
            yield (label, proof.covers_from, accepted)


def _sum(amounts: Iterable[Decimal]) -> Decimal:
    return sum(amounts, ZERO)
