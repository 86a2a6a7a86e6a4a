"""Payments held back and let go again; the end of an agreement, at its term or before."""

from __future__ import annotations

from datetime import date

from django.db import transaction

from maillage.accounts.models import User
from maillage.agreements import money, planning, registry
from maillage.agreements.actions.writing import State, held, manage, past, tell
from maillage.agreements.models import Agreement, Amendment, Instalment, PaymentSuspension
from maillage.kit.console import Refused
from maillage.kit.writing import said, save
from maillage.rules.calendar import day_text
from maillage.rules.money import euros


@transaction.atomic
def suspend_payments(*, agreement: Agreement, on: date, reason: str, by: User | None) -> PaymentSuspension:
    """Hold payments back from a day, until they are resumed: gap year, proof in doubt, breach suspected."""
    agreement = held(agreement, State.SIGNED)
    manage(agreement, by)
    suspension = PaymentSuspension(agreement=agreement, starts_on=on, reason=said(reason, 250).rstrip("."))
    save(suspension)
    sentence = f"Versements suspendus à compter du {day_text(on)} : {suspension.reason}."
    tell("suspend_payments", sentence, agreement, by)
    return suspension


@transaction.atomic
def resume_payments(*, agreement: Agreement, on: date, by: User | None) -> PaymentSuspension:
    """Let payments go again from a day."""
    agreement = held(agreement, State.SIGNED)
    manage(agreement, by)
    suspension = agreement.suspensions.filter(ends_on=None).first()
    if suspension is None:
        raise Refused("Les versements de cette convention ne sont pas suspendus.")
    suspension.ends_on = on
    save(suspension)
    tell("resume_payments", f"Versements repris le {day_text(on)}.", agreement, by)
    return suspension


@transaction.atomic
def terminate(*, agreement: Agreement, on: date, reason: str, by: User | None) -> Agreement:
    """Terminate a signed agreement: what is not paid is cancelled and given back to its envelope.

    What is ordered follows its course; what was paid is recovered elsewhere, if it is to be.
    """
    agreement = held(agreement, State.SIGNED)
    manage(agreement, by)
    _require_end(agreement, on)
    batched = agreement.instalments.filter(state=Instalment.State.IN_BATCH).first()
    if batched is not None:
        raise Refused(
            f"L'échéance {batched.number} est dans un bordereau : retirez-la du bordereau avant de résilier."
        )
    planned = planning.unpaid(agreement)
    left = planning.total(planned)
    agreement.instalments.filter(state=Instalment.State.PLANNED).update(state=Instalment.State.CANCELLED)
    _close(agreement, State.TERMINATED, on, said(reason))
    money.release(agreement, key=f"agreement:{agreement.pk}:terminated", by=by)
    tell(
        "terminate_agreement",
        f"Convention {agreement.number} résiliée le {day_text(on)}, {euros(left)} non versés : "
        f"{agreement.end_reason}",
        agreement,
        by,
    )
    registry.ended(agreement, by)
    return agreement


@transaction.atomic
def end(*, agreement: Agreement, on: date, by: User | None) -> Agreement:
    """The agreement comes to its term: everything is paid."""
    agreement = held(agreement, State.SIGNED)
    manage(agreement, by)
    _require_end(agreement, on)
    left = [one for one in agreement.instalments.live() if one.state != Instalment.State.PAID]
    if left:
        raise Refused(
            f"{euros(planning.total(left))} ne sont pas encore payés : payez-les, ou résiliez la convention."
        )
    _close(agreement, State.ENDED, on, "")
    tell("end_agreement", f"Convention {agreement.number} arrivée à son terme.", agreement, by)
    registry.ended(agreement, by)
    return agreement


def _require_end(agreement: Agreement, on: date) -> None:
    past(on, "La fin d'une convention")
    if agreement.signed_on is not None and on < agreement.signed_on:
        raise Refused(
            f"La convention a été signée le {day_text(agreement.signed_on)} : elle ne peut finir avant."
        )


def _close(agreement: Agreement, state: Agreement.State, on: date, reason: str) -> None:
    """Write the end; amendments being prepared and suspensions still open end with it."""
    agreement.state, agreement.ended_on, agreement.end_reason = state, on, reason
    save(agreement)
    agreement.amendments.filter(state=Amendment.State.DRAFT).update(state=Amendment.State.CANCELLED)
    agreement.suspensions.filter(ends_on=None, starts_on__lte=on).update(ends_on=on)
