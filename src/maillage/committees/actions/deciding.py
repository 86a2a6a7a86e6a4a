"""Decisions proposed, then taken by an assembly, a standing committee, a bureau or a president (L3211-2)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db import transaction

from maillage.accounts.journal import record
from maillage.accounts.models import User
from maillage.accounts.rights import Right, require
from maillage.applications.actions import put_on_agenda, take_off_agenda
from maillage.applications.models import Application
from maillage.budget import ledger
from maillage.committees.actions.agenda import checked
from maillage.committees.arbitration import is_paid
from maillage.committees.models import Decision
from maillage.committees.states import locked_decision
from maillage.kit import clock
from maillage.kit.console import Refused
from maillage.kit.writing import said, save
from maillage.rules.calendar import day_text
from maillage.rules.money import ZERO, euros

Outcome, State = Decision.Outcome, Decision.State


@transaction.atomic
def propose(
    *,
    application: Application,
    outcome: str,
    by: User | None,
    amount: Decimal | None = None,
    reasons: str = "",
) -> Decision:
    """Propose a decision without a committee, on an application that is ready for it.

    As with a committee, silence no longer refuses it and its applicant no longer takes it back.
    """
    require(by, Right.RECORD_DECISIONS, application.authority)
    application = put_on_agenda(application, by=by)
    granted = outcome == Outcome.GRANTED
    decision = Decision(
        application=application,
        envelope=application.version.scheme.envelope,
        outcome=outcome,
        amount=_granted_amount(amount) if granted else None,
        reasons=reasons.strip() if granted else said(reasons),
    )
    save(decision)
    _record("propose_decision", f"Décision proposée : {described(decision)}.", decision, by)
    return decision


@transaction.atomic
def decide(
    *,
    decision: Decision,
    body: str,
    number: str,
    taken_on: date,
    by: User | None,
    amount: Decimal | None = None,
    outcome: str = "",
    reasons: str = "",
) -> Decision:
    """Record that a proposed decision was taken; a grant commits its amount, or nothing is written.

    :param amount: as voted, when the vote changed what was proposed.
    :param outcome: as voted, when the vote went against the proposal.
    :raises Refused: a refusal without reasons (CRPA L211-2); a grant above what is left of its envelope.
    """
    row = _proposed(decision, by)
    _write_vote(row, body, number, taken_on)
    row.outcome = outcome or row.outcome
    if row.is_granted:
        row.amount = _granted_amount(amount if amount is not None else row.amount)
        row.reasons = reasons.strip() or row.reasons
        row.envelope = row.envelope or row.application.version.scheme.envelope
    else:
        row.amount, row.reasons = None, said(reasons or row.reasons)
    row.state = State.TAKEN
    save(row)
    if row.is_granted:
        _commit(row, by)
    sentence = f"Décision prise le {day_text(taken_on)} ({row.number}) : {described(row)}."
    _record("take_decision", sentence, row, by, number=row.number, amount=str(row.amount or ""))
    return row


@transaction.atomic
def adjourn(
    *, decision: Decision, body: str, number: str, taken_on: date, reasons: str, by: User | None
) -> Decision:
    """Record that the vote put a decision off: the application is ready again for a committee."""
    row = _proposed(decision, by)
    _write_vote(row, body, number, taken_on)
    row.reasons, row.state = said(reasons), State.ADJOURNED
    save(row)
    if row.application.state == Application.State.ON_AGENDA:
        take_off_agenda(row.application, by=by)
    _record("adjourn_decision", f"Décision ajournée ({row.number}) : {row.reasons}", row, by)
    return row


@dataclass(frozen=True, slots=True)
class Vote:
    """What was voted on one proposed decision; `outcome` is granted, refused or adjourned."""

    ADJOURNED = "adjourned"

    decision: Decision
    outcome: str
    amount: Decimal | None = None
    reasons: str = ""


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one line of a deliberation; `refusal` says why it was not recorded."""

    decision: Decision
    refusal: str = ""


def record_votes(
    *, votes: Sequence[Vote], body: str, number: str, taken_on: date, together: bool, by: User | None
) -> list[Result]:
    """Record every vote of one deliberation.

    :param together: all of them or none; otherwise one that is refused holds back no other.
    :raises Refused: when `together`, with the first reason.
    """

    def one(vote: Vote) -> Decision:
        return _record_vote(vote, body, number, taken_on, by)

    if together:
        with transaction.atomic():
            return [Result(_named(vote, one)) for vote in votes]
    results = []
    for vote in votes:
        try:
            results.append(Result(one(vote)))
        except Refused as refusal:
            results.append(Result(vote.decision, str(refusal)))
    return results


def _record_vote(vote: Vote, body: str, number: str, taken_on: date, by: User | None) -> Decision:
    if vote.outcome == Vote.ADJOURNED:
        return adjourn(
            decision=vote.decision, body=body, number=number, taken_on=taken_on, reasons=vote.reasons, by=by
        )
    return decide(
        decision=vote.decision,
        body=body,
        number=number,
        taken_on=taken_on,
        amount=vote.amount,
        outcome=vote.outcome,
        reasons=vote.reasons,
        by=by,
    )


def _named(vote: Vote, one: Callable[[Vote], Decision]) -> Decision:
    """The decision recorded; a refusal says which one it is about."""
    try:
        return one(vote)
    except Refused as refusal:
        raise Refused(
            f"{vote.decision.application} : {refusal} Aucune décision n'a été enregistrée."
        ) from refusal


def described(decision: Decision) -> str:
    """« accord de 12 000 € », « refus »."""
    if not decision.is_granted or decision.amount is None:
        return decision.get_outcome_display().lower()
    return f"accord de {euros(decision.amount)}"


def _proposed(decision: Decision, by: User | None) -> Decision:
    row = locked_decision(decision)
    require(by, Right.RECORD_DECISIONS, row.application.authority)
    if row.state != State.PROPOSED:
        raise Refused(
            f"La décision sur le dossier {row.application} est déjà {row.get_state_display().lower()}."
        )
    return row


def _write_vote(decision: Decision, body: str, number: str, taken_on: date) -> None:
    if not number.strip():
        raise Refused("Donnez le numéro de la délibération ou de l'arrêté.")
    if taken_on > clock.today():
        raise Refused(f"Cette décision serait prise le {day_text(taken_on)}, qui n'est pas encore venu.")
    decision.body, decision.number, decision.taken_on = body, number.strip(), taken_on


def _granted_amount(amount: Decimal | None) -> Decimal:
    if not (known := checked(amount)):
        raise Refused("Donnez le montant accordé, supérieur à zéro.")
    return known


def _commit(decision: Decision, by: User | None) -> None:
    """Set the amount aside; guarantees, exemptions and gifts spend nothing."""
    scheme = decision.application.version.scheme
    if not is_paid(decision.application):
        return
    if decision.envelope is None:
        raise Refused(f"Le dispositif « {scheme} » n'a pas d'enveloppe : rattachez-le à l'une d'elles.")
    ledger.commit(
        envelope=decision.envelope,
        amount=decision.amount or ZERO,
        subject=decision,
        key=f"decision:{decision.pk}",
        scheme=scheme.key,
        decision=decision.number,
        year=decision.taken_on.year if decision.taken_on else None,
        by=by,
    )


def _record(verb: str, sentence: str, decision: Decision, by: User | None, **data: object) -> None:
    authority = decision.application.authority
    record(verb, sentence, by=by, authority=authority, about=decision, **data)
