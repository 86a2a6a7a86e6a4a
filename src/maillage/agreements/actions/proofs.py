"""Proofs before payment, and the grant that the activity they declare justifies."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from maillage.accounts.models import User
from maillage.accounts.rights import Right, require
from maillage.agreements import money, planning
from maillage.agreements.actions.writing import State, held, manage_or_own, past, take_in, tell
from maillage.agreements.models import Agreement, Instalment, Proof
from maillage.kit import clock
from maillage.kit.console import Refused
from maillage.kit.writing import said, save
from maillage.rules.money import ZERO, euros
from maillage.rules.schedules import PlannedInstalment, activity_grant, adjustment
from maillage.rules.terms import Unit

_UNITS = {unit.value: unit for unit in Unit}


@transaction.atomic
def receive_proof(
    *,
    agreement: Agreement,
    requirement: str,
    upload: UploadedFile | None,
    by: User | None,
    covers_from: date | None = None,
    covers_until: date | None = None,
    units: Mapping[str, Decimal] | None = None,
    instalment: Instalment | None = None,
) -> Proof:
    """Take in a proof: for the period it covers or, without one, for the next instalment that waits for "
    "it."""
    agreement = held(agreement, State.SIGNED, State.ENDED)
    _may_hand_in(agreement, by)
    _require_asked(agreement, requirement)
    declared = _units(agreement, units or {})
    if upload is None and not declared:
        raise Refused("Joignez le justificatif.")
    if (covers_from is None) != (covers_until is None):
        raise Refused("Donnez les deux dates de la période que couvre le justificatif, ou aucune.")
    if covers_from is None and instalment is None:
        instalment = _next(agreement, requirement)
    proof = Proof(
        agreement=agreement,
        instalment=instalment,
        requirement=requirement,
        file=take_in(agreement, upload, by) if upload is not None else None,
        covers_from=covers_from,
        covers_until=covers_until,
        units=declared,
        added_by=by,
    )
    save(proof)
    tell(
        "receive_proof",
        f"Justificatif reçu : {agreement.label_of(requirement)}.",
        agreement,
        by,
        proof=proof.pk,
    )
    return proof


def requirements(agreement: Agreement) -> list[str]:
    """The keys of what may be handed in: what instalments ask, and the reports due."""
    asked = [one.proof for one in agreement.instalments.live() if one.proof]
    return list(dict.fromkeys([*asked, *(report["key"] for report in agreement.terms["reports"])]))


def _may_hand_in(agreement: Agreement, by: User | None) -> None:
    if by is not None and not by.can(Right.CERTIFY_PROOFS, agreement.authority):
        manage_or_own(agreement, by)


def _require_asked(agreement: Agreement, requirement: str) -> None:
    asked = requirements(agreement)
    if requirement not in asked:
        known = ", ".join(agreement.label_of(key) for key in asked) or "aucun"
        raise Refused(f"Cette convention ne demande pas ce justificatif (demandés : {known}).")


def _units(agreement: Agreement, units: Mapping[str, Decimal]) -> dict[str, str]:
    """Declared activity, as JSON keeps it. Raises Refused for a unit that the agreement does not count."""
    schedule = agreement.rules.schedule
    rates = schedule.activity.rates if schedule is not None and schedule.activity is not None else {}
    for unit, count in units.items():
        if unit not in rates:
            raise Refused(f"La convention ne compte pas cette unité d'activité : {unit}.")
        if count < 0:
            raise Refused("Une activité déclarée n'est pas négative.")
    return {unit: str(count) for unit, count in units.items()}


def _next(agreement: Agreement, requirement: str) -> Instalment | None:
    """The first planned instalment that asks for this proof and has none received or accepted."""
    planned = agreement.instalments.filter(state=Instalment.State.PLANNED, proof=requirement)
    handed = Proof.objects.filter(agreement=agreement).exclude(state=Proof.State.REFUSED)
    return planned.exclude(pk__in=handed.exclude(instalment=None).values("instalment")).first()


@transaction.atomic
def accept_proof(*, proof: Proof, by: User | None) -> Proof:
    """Certify a proof: the instalments it serves may be paid."""
    proof = _to_check(proof, by)
    if proof.file is not None and not proof.file.is_usable:
        raise Refused("Ce fichier n'est pas encore vérifié, ou il est refusé : attendez ou redemandez-le.")
    return _judge(proof, Proof.State.ACCEPTED, "", by)


@transaction.atomic
def refuse_proof(*, proof: Proof, reason: str, by: User | None) -> Proof:
    """Refuse a proof, with the reason its sender reads."""
    return _judge(_to_check(proof, by), Proof.State.REFUSED, said(reason, 250), by)


def _to_check(proof: Proof, by: User | None) -> Proof:
    current = (
        Proof.objects.select_for_update(of=("self",)).select_related("agreement__authority").get(pk=proof.pk)
    )
    require(by, Right.CERTIFY_PROOFS, current.agreement.authority)
    if current.state != Proof.State.RECEIVED:
        raise Refused(f"Ce justificatif est déjà {current.get_state_display().lower()}.")
    return current


def _judge(proof: Proof, state: Proof.State, reason: str, by: User | None) -> Proof:
    proof.state, proof.reason = state, reason
    proof.checked_at, proof.checked_by = clock.now(), by
    save(proof)
    label = proof.agreement.label_of(proof.requirement)
    accepted = state == Proof.State.ACCEPTED
    sentence = f"Justificatif accepté : {label}." if accepted else f"Justificatif refusé : {label}. {reason}"
    tell("accept_proof" if accepted else "refuse_proof", sentence, proof.agreement, by, proof=proof.pk)
    return proof


@transaction.atomic
def settle_activity(*, agreement: Agreement, on: date, by: User | None) -> Agreement:
    """Close an activity-adjusted grant: pay the balance that the accepted returns justify.

    due = base + Σ rate × units, between floor and cap, and never above what was granted.

    What is not justified is decommitted. When more was paid than justified, `terms["adjustment"]` says how
    much is to be given back, and the amount of the agreement is what was paid.
    """
    agreement = held(agreement, State.SIGNED)
    require(by, Right.CERTIFY_PROOFS, agreement.authority)
    past(on, "Un solde")
    estimate = agreement.instalments.filter(is_estimate=True, state=Instalment.State.PLANNED).first()
    if estimate is None:
        raise Refused("Cette convention n'a pas de solde à arrêter selon l'activité.")
    provisional = [one for one in agreement.instalments.live() if one.pk != estimate.pk]
    if any(one.state == Instalment.State.PLANNED for one in provisional):
        raise Refused("Le versement provisionnel n'est pas encore payé : payez-le avant d'arrêter le solde.")
    due, lines = _justified(agreement)
    found = adjustment(planning.total(provisional), due)
    top_up = max(found.difference, ZERO)
    before, agreement.amount = agreement.amount, found.paid + top_up
    agreement.terms["adjustment"] = {
        "on": on.isoformat(),
        "due": str(found.due),
        "paid": str(found.paid),
        "difference": str(found.difference),
        "sentence": found.sentence,
        "lines": lines,
    }
    save(agreement)
    balance = [PlannedInstalment(1, on, "Solde arrêté selon l'activité", top_up)] if top_up else []
    planning.replanned(agreement, balance, None)
    money.decommit(agreement, before - agreement.amount, key=f"agreement:{agreement.pk}:activity", by=by)
    tell("settle_activity", found.sentence, agreement, by, due=str(found.due), paid=str(found.paid))
    return agreement


def _justified(agreement: Agreement) -> tuple[Decimal, list[list[str]]]:
    """What the accepted returns justify, within what was granted, and how it was found."""
    schedule = agreement.rules.schedule
    if schedule is None or schedule.activity is None:
        raise Refused("Cette convention ne s'ajuste pas à l'activité.")
    counted: dict[Unit, Decimal | None] = {}
    for proof in agreement.proofs.filter(state=Proof.State.ACCEPTED):
        for name, count in proof.units.items():
            unit = _UNITS[name]
            counted[unit] = (counted.get(unit) or ZERO) + Decimal(count)
    grant = activity_grant(schedule.activity, counted)
    if grant.amount is None:
        raise Refused(
            "Il manque un tarif ou une activité déclarée et acceptée : complétez les relevés d'activité."
        )
    lines = [[line.label, line.formula, euros(line.value)] for line in grant.lines]
    if grant.amount > agreement.amount:
        lines.append(["Ramené au montant attribué", "", euros(agreement.amount)])
    return min(grant.amount, agreement.amount), lines
