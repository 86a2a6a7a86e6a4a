"""What is given back: ordered, recovered step by step, relieved, written off or cancelled."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from django.db import transaction

from maillage.accounts.journal import record
from maillage.accounts.models import User
from maillage.accounts.rights import Right, require
from maillage.budget import ledger
from maillage.budget.models import Entry
from maillage.kit import clock
from maillage.kit.console import Refused
from maillage.kit.writing import save
from maillage.letters.models import Letter
from maillage.obligations.actions.common import required
from maillage.obligations.models import Clawback, RecoveryInstalment
from maillage.obligations.states import locked_clawback
from maillage.rules.calendar import day_text
from maillage.rules.clawback import repayment_plan
from maillage.rules.money import ZERO, euros, to_cent

State = Clawback.State


@transaction.atomic
def order(
    *, clawback: Clawback, number: str, on: date, count: int, first_due_on: date, by: User | None
) -> Clawback:
    """Issue the revenue order (titre de recettes, CGCT L1617-5) and its repayment plan, in the ledger too.

    Refused before the decision was notified: it binds from there (CRPA L221-8, L-28).
    """
    current = _locked(clawback, "order", Right.RECOVER, by)
    if current.letter is None or current.letter.state != Letter.State.SENT:
        raise Refused("Notifiez d'abord la décision au bénéficiaire : son courrier n'est pas envoyé.")
    if on > clock.today():
        raise Refused("La date du titre est à venir : enregistrez-le une fois émis.")
    if first_due_on < on:
        raise Refused("La première échéance ne peut précéder le titre : corrigez l'une des deux dates.")
    decision = current.breach.obligation.agreement.decision
    if decision.envelope is None:
        raise Refused(
            "La décision d'attribution n'a pas d'enveloppe : rattachez le dispositif à une enveloppe."
        )
    try:
        plan = repayment_plan(current.left, count, first_due_on)
    except ValueError as error:
        raise Refused(str(error)) from error
    current.order_number = required(number, "Donnez le numéro du titre de recettes.")[:40]
    current.order = ledger.order_revenue(
        envelope=decision.envelope,
        year=on.year,
        amount=current.left,
        subject=current,
        key=f"clawback:{current.pk}",
        by=by,
        scheme=current.breach.obligation.agreement.scheme_key,
        decision=current.order_number,
    )
    current.ordered_on, current.state = on, State.ORDERED
    save(current)
    RecoveryInstalment.objects.bulk_create(
        RecoveryInstalment(clawback=current, number=step.number, due_on=step.due_on, amount=step.amount)
        for step in plan
    )
    steps = "en une fois" if count == 1 else f"en {count} échéances"
    sentence = f"Titre {current.order_number} émis le {day_text(on)} : {euros(current.left)} {steps}."
    _told("order_clawback", sentence, current, by)
    return current


@transaction.atomic
def record_recovery(*, instalment: RecoveryInstalment, on: date, by: User | None) -> RecoveryInstalment:
    """Write that a step of the repayment came in. Written twice, it is written once."""
    current = _locked(instalment.clawback, "record_recovery", Right.RECOVER, by)
    row = RecoveryInstalment.objects.select_for_update().get(pk=instalment.pk)
    if row.paid_on is not None:
        raise Refused(f"L'échéance {row.number} est déjà recouvrée, le {day_text(row.paid_on)}.")
    if on > clock.today() or (current.ordered_on is not None and on < current.ordered_on):
        raise Refused("Donnez le jour où la somme est arrivée, après l'émission du titre.")
    row.paid_on = on
    row.save(update_fields=["paid_on"])
    ledger.record_recovery(
        order=_entry(current), amount=row.amount, key=f"recovery:{row.pk}", by=by, note=current.order_number
    )
    sentence = f"Échéance {row.number} recouvrée le {day_text(on)} : {euros(row.amount)}."
    _told("record_recovery", sentence, current, by)
    _close_if_settled(_again(current), on, State.RECOVERED)
    return row


@transaction.atomic
def relieve(*, clawback: Clawback, reason: str, by: User | None, amount: Decimal | None = None) -> Clawback:
    """Forgive all that is left or a part of it (remise gracieuse), as the assembly decided."""
    current = _locked(clawback, "relieve", Right.DECIDE_BREACHES, by)
    why = required(reason, "Donnez la délibération et le motif de la remise.")
    given_up = _give_up(current, amount, f"Remise gracieuse : {why}", by)
    sentence = f"Remise gracieuse de {euros(given_up)} : {why}"
    _told("relieve_clawback", sentence, current, by)
    return _close_if_settled(_again(current), clock.today(), State.RELIEVED, sentence)


@transaction.atomic
def write_off(*, clawback: Clawback, reason: str, by: User | None) -> Clawback:
    """Give up what cannot be recovered (admission en non-valeur)."""
    current = _locked(clawback, "write_off", Right.RECOVER, by)
    why = required(reason, "Dites pourquoi la somme ne peut pas être recouvrée.")
    given_up = _give_up(current, None, f"Admission en non-valeur : {why}", by)
    sentence = f"Admission en non-valeur de {euros(given_up)} : {why}"
    _told("write_off_clawback", sentence, current, by)
    return _close_if_settled(_again(current), clock.today(), State.WRITTEN_OFF, sentence)


@transaction.atomic
def cancel(*, clawback: Clawback, reason: str, by: User | None) -> Clawback:
    """Cancel a claim that was not due, after an appeal for instance. What came in is to be given back."""
    current = _locked(clawback, "cancel", Right.DECIDE_BREACHES, by)
    why = required(reason, "Dites pourquoi le reversement est annulé.")
    if current.order is not None:
        ledger.cancel_revenue(
            order=current.order, amount=current.left, key=f"clawback:{current.pk}:cancelled", by=by, note=why
        )
    current.instalments.filter(paid_on=None).delete()
    current.state, current.closed_on, current.closing_reason = State.CANCELLED, clock.today(), why
    save(current)
    _told("cancel_clawback", f"Reversement annulé : {why}", current, by)
    return current


def _give_up(clawback: Clawback, amount: Decimal | None, note: str, by: User | None) -> Decimal:
    """Take an amount off what is claimed: from the ledger, and from the last steps of the repayment."""
    given_up = clawback.left if amount is None else to_cent(amount)
    if not ZERO < given_up <= clawback.left:
        raise Refused(
            f"Il reste {euros(clawback.left)} à recouvrer : la remise ne peut dépasser cette somme."
        )
    if clawback.order is not None:
        ledger.write_off(
            order=clawback.order,
            amount=given_up,
            key=f"clawback:{clawback.pk}:given-up:{clawback.given_up}",
            by=by,
            note=note,
        )
        _shorten(clawback, given_up)
    clawback.given_up += given_up
    save(clawback)
    return given_up


def _shorten(clawback: Clawback, amount: Decimal) -> None:
    """Take an amount off the steps not paid yet, the last one first."""
    left = amount
    for row in clawback.instalments.filter(paid_on=None).order_by("-number"):
        taken = min(left, row.amount)
        left -= taken
        if taken == row.amount:
            row.delete()
        elif taken:
            row.amount -= taken
            row.save(update_fields=["amount"])


def _close_if_settled(clawback: Clawback, on: date, state: State, reason: str = "") -> Clawback:
    """Close a claim of which nothing is left."""
    if clawback.left == ZERO:
        clawback.state, clawback.closed_on = state, on
        clawback.closing_reason = reason
        save(clawback)
        _told(
            "close_clawback", f"Reversement soldé : {clawback.get_state_display().lower()}.", clawback, None
        )
    return clawback


def _entry(clawback: Clawback) -> Entry:
    if clawback.order is None:
        raise Refused("Le titre de recettes n'est pas émis.")
    return clawback.order


def _locked(clawback: Clawback, verb: str, right: Right, by: User | None) -> Clawback:
    require(by, right, clawback.breach.obligation.agreement.authority)
    return locked_clawback(clawback, verb)


def _again(clawback: Clawback) -> Clawback:
    return Clawback.objects.with_instalments().get(pk=clawback.pk)


def _told(verb: str, sentence: str, clawback: Clawback, by: User | None) -> None:
    obligation = clawback.breach.obligation
    record(
        verb,
        sentence,
        by=by,
        authority=obligation.agreement.authority,
        about=obligation,
        clawback=clawback.pk,
    )
