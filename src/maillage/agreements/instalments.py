"""What stands before the payment of an instalment, and what becomes of it as it is paid.

The screen, the guard of the payment and the reminder read the same list: `missing`. `payable` asks the
database the same question. The functions `mark_…` are called only by the actions of the payments, inside
their transaction: the right and the event are theirs.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, prefetch_related_objects

from maillage.accounts.models import Authority, User
from maillage.agreements import money
from maillage.agreements.models import Agreement, Instalment, InstalmentQuerySet, PaymentSuspension, Proof
from maillage.committees.models import Decision
from maillage.kit.console import Refused
from maillage.rules.calendar import day_text
from maillage.rules.money import euros

State = Instalment.State

# What `missing` reads; ask for it before a list, so that no row costs a query.
RELATED = ("agreement__decision__application",)
PREFETCHED = ("agreement__suspensions", "agreement__proofs")


def missing(instalment: Instalment, on: date) -> list[str]:
    """What stands before the payment of an instalment, in French sentences; empty when it may be paid.

    Bank details belong to the payments, which add their own sentence.
    """
    agreement = instalment.agreement
    sentences = [_state(instalment), _signature(agreement), _decision(agreement.decision)]
    sentences += [_suspension(agreement, on), _due(instalment, on), _proof(instalment)]
    return [sentence for sentence in sentences if sentence]


def missing_from(instalments: Iterable[Instalment], on: date) -> dict[int, list[str]]:
    """What is missing from each, by key, in three queries whatever their number."""
    found = list(instalments)
    prefetch_related_objects(found, *RELATED, *PREFETCHED)
    return {instalment.pk: missing(instalment, on) for instalment in found}


def payable(authority: Authority, on: date) -> InstalmentQuerySet:
    """The instalments of an authority from which nothing is missing on a day."""
    suspended = PaymentSuspension.objects.open(on).filter(agreement=OuterRef("agreement"))
    enforceable = Decision.objects.enforceable().filter(pk=OuterRef("agreement__decision"))
    served = Proof.objects.filter(_serves(), agreement=OuterRef("agreement"), requirement=OuterRef("proof"))
    ready = Instalment.objects.filter(
        Q(due_on__lte=on) | Q(due_on=None) & ~Q(proof=""),
        Q(proof="") | Exists(served.filter(state=Proof.State.ACCEPTED)),
        Exists(enforceable),
        ~Exists(suspended),
        agreement__authority=authority,
        agreement__state=Agreement.State.SIGNED,
        state=State.PLANNED,
        is_estimate=False,
    )
    return ready.select_related("agreement__recipient", *RELATED).order_by(
        F("due_on").asc(nulls_last=True), "agreement", "number"
    )


@transaction.atomic
def mark_in_batch(*, instalment: Instalment) -> Instalment:
    """It enters a payment batch. Raises Refused when it is no longer planned."""
    return _mark(instalment, State.IN_BATCH, State.PLANNED)


@transaction.atomic
def mark_ordered(*, instalment: Instalment) -> Instalment:
    """Its batch was approved: it may no longer be taken out."""
    return _mark(instalment, State.ORDERED, State.IN_BATCH)


@transaction.atomic
def mark_paid(*, instalment: Instalment, on: date) -> Instalment:
    """The accountant paid it."""
    return _mark(instalment, State.PAID, State.ORDERED, paid_on=on)


@transaction.atomic
def mark_free(*, instalment: Instalment, by: User | None) -> Instalment:
    """It left its batch, or its payment was rejected: it may be paid again.

    Of an agreement terminated meanwhile, it is cancelled and its money given back to the envelope: the
    rejection is written in the ledger before.
    """
    agreement = Agreement.objects.select_for_update(of=("self",)).get(pk=instalment.agreement_id)
    if agreement.state == Agreement.State.SIGNED:
        return _mark(instalment, State.PLANNED, State.IN_BATCH, State.ORDERED)
    freed = _mark(instalment, State.CANCELLED, State.IN_BATCH, State.ORDERED)
    money.release(agreement, key=f"instalment:{freed.pk}:cancelled", by=by)
    return freed


def _mark(
    instalment: Instalment, state: Instalment.State, *before: Instalment.State, paid_on: date | None = None
) -> Instalment:
    """Write its state, holding its row. Raises Refused when it was in none of the states before."""
    current = Instalment.objects.select_for_update(of=("self",)).get(pk=instalment.pk)
    if current.state not in before:
        raise Refused(
            f"L'échéance {current.number} de {euros(current.amount)} est "
            f"{current.get_state_display().lower()} : rechargez la page pour voir où elle en est."
        )
    current.state, current.paid_on = state, paid_on
    current.save(update_fields=["state", "paid_on"])
    instalment.state, instalment.paid_on = state, paid_on
    return instalment


def served_by(instalment: Instalment, proof: Proof) -> bool:
    """Whether a proof is for this instalment: handed in for it, or covering the day it is due."""
    if proof.requirement != instalment.proof:
        return False
    if proof.instalment_id is not None:
        return proof.instalment_id == instalment.pk
    due, first, last = instalment.due_on, proof.covers_from, proof.covers_until
    return due is not None and first is not None and last is not None and first <= due <= last


def _serves() -> Q:
    """`served_by`, asked of the database about the instalment outside."""
    covers = Q(covers_from__lte=OuterRef("due_on"), covers_until__gte=OuterRef("due_on"))
    return Q(instalment=OuterRef("pk")) | Q(instalment=None) & covers


def _state(instalment: Instalment) -> str:
    if instalment.state == State.PLANNED:
        return ""
    return f"Cette échéance est {instalment.get_state_display().lower()}."


def _signature(agreement: Agreement) -> str:
    if agreement.state == Agreement.State.SIGNED:
        return ""
    if agreement.state in (Agreement.State.DRAFT, Agreement.State.SENT):
        return "La convention n'est pas signée des deux parties."
    return f"La convention est {agreement.get_state_display().lower()}."


def _decision(decision: Decision) -> str:
    if decision.is_enforceable:
        return ""
    if decision.state != Decision.State.TAKEN:
        return f"La décision d'attribution est {decision.get_state_display().lower()}."
    if decision.transmitted_on is None:
        return "La décision n'est pas transmise au préfet : elle n'est pas exécutoire."
    return "La décision n'est pas notifiée au bénéficiaire : elle n'est pas exécutoire."


def _suspension(agreement: Agreement, on: date) -> str:
    for suspension in agreement.suspensions.all():
        if suspension.is_open(on):
            since = day_text(suspension.starts_on)
            return f"Les versements sont suspendus depuis le {since} : {suspension.reason}."
    return ""


def _due(instalment: Instalment, on: date) -> str:
    if instalment.is_estimate:
        return "Son montant sera arrêté selon l'activité constatée : calculez le solde."
    if instalment.due_on is None:
        return "" if instalment.proof else "Cette échéance n'a pas de date : fixez-la par un avenant."
    return f"Elle n'est due que le {day_text(instalment.due_on)}." if instalment.due_on > on else ""


def _proof(instalment: Instalment) -> str:
    if not instalment.proof:
        return ""
    agreement = instalment.agreement
    label = agreement.label_of(instalment.proof)
    handed = [proof for proof in agreement.proofs.all() if proof.requirement == instalment.proof]
    served = {proof.state: proof for proof in reversed(handed) if served_by(instalment, proof)}
    if Proof.State.ACCEPTED in served:
        return ""
    if Proof.State.RECEIVED in served:
        return f"Le justificatif « {label} » est reçu et reste à vérifier."
    if Proof.State.REFUSED in served:
        return f"Le justificatif « {label} » a été refusé : {served[Proof.State.REFUSED].reason}"
    if instalment.due_on is not None and any(proof.state == Proof.State.ACCEPTED for proof in handed):
        return f"Le justificatif « {label} » ne couvre pas le {day_text(instalment.due_on)}."
    return f"Le justificatif « {label} » n'est pas reçu."
