"""Notifying decisions, apart from taking them (CRPA L221-8), and withdrawing them (CRPA L242-1)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from django.db import transaction

from maillage.accounts.journal import record
from maillage.accounts.models import User
from maillage.accounts.rights import Right, require
from maillage.acts.document import Act
from maillage.applications.actions import record_outcome, take_off_agenda
from maillage.applications.actions.outcome import undo_outcome
from maillage.budget import balances, ledger
from maillage.committees import notices
from maillage.committees.models import Decision
from maillage.committees.registry import OBJECTIONS
from maillage.committees.states import locked_decision
from maillage.kit import clock
from maillage.kit.console import Refused
from maillage.kit.writing import said
from maillage.letters.actions import cancel, draft, send
from maillage.letters.models import Letter
from maillage.rules.calendar import day_text

State = Decision.State
KIND = "committees.decision"
NOTIFICATIONS = ("grant", "refusal")


@transaction.atomic
def prepare_notification(*, decision: Decision, by: User | None) -> Letter:
    """Write the letter that notifies a decision, to be read before it is sent. Asked again, the same one."""
    row = locked_decision(decision)
    require(by, Right.RECORD_DECISIONS, row.application.authority)
    if row.state != State.TAKEN:
        raise Refused(
            f"La décision sur le dossier {row.application} est « {row.get_state_display().lower()} » : "
            "seule une décision prise se notifie."
        )
    if row.letter is not None and row.letter.state != Letter.State.CANCELLED:
        return row.letter
    kind, act = ("grant", notices.grant(row)) if row.is_granted else ("refusal", notices.refusal(row))
    row.letter = _draft(row, kind, act, by)
    row.save(update_fields=["letter"])
    return row.letter


@transaction.atomic
def notify(*, decision: Decision, by: User | None) -> Decision:
    """Send the letter of a decision: it binds its recipient from then on (CRPA L221-8)."""
    letter = prepare_notification(decision=decision, by=by)
    if letter.is_draft:
        send(letter=letter, by=by)
    return locked_decision(decision)


def notify_each(*, decisions: Iterable[Decision], by: User | None) -> list[str]:
    """Notify decisions one by one. Returns a sentence for each that could not be."""
    refusals = []
    for decision in decisions:
        try:
            notify(decision=decision, by=by)
        except Refused as refusal:
            refusals.append(f"{decision.application} : {refusal}")
    return refusals


def letter_sent(letter: Letter, by: User | None) -> None:
    """Told by the letters of each one sent, from whatever page: that of a decision notifies it."""
    if letter.subject_kind != KIND or letter.kind not in NOTIFICATIONS:
        return
    row = locked_decision(Decision.objects.get(pk=letter.subject_id))
    if row.letter_id != letter.pk or row.notified_at is not None:
        return
    row.notified_at = letter.sent_at
    row.save(update_fields=["notified_at"])
    record_outcome(application=row.application, granted=row.is_granted, by=by)
    _record("notify_decision", f"Décision notifiée à {letter.recipient_name}.", row, by)


@transaction.atomic
def withdraw_decision(*, decision: Decision, on: date, reason: str, by: User | None) -> Decision:
    """Withdraw a decision, give back what it committed, and take up the application again.

    A grant creates rights: it is withdrawn only when illegal, within four months of its signature (CRPA
    L242-1). Beyond, a condition that is not respected is a breach (L242-2), which another room follows.
    """
    row = locked_decision(decision)
    require(by, Right.RECORD_DECISIONS, row.application.authority)
    if row.state != State.TAKEN:
        raise Refused("Seule une décision prise se retire.")
    _check_withdrawal(row, on)
    row.withdrawal_reason, row.withdrawn_on, row.state = said(reason), on, State.WITHDRAWN
    row.save(update_fields=["withdrawal_reason", "withdrawn_on", "state"])
    _decommit(row, by)
    _take_back(row, by)
    _record("withdraw_decision", f"Décision retirée le {day_text(on)} : {row.withdrawal_reason}", row, by)
    return row


def _check_withdrawal(decision: Decision, on: date) -> None:
    taken_on, until = decision.taken_on, decision.withdrawable_until
    if taken_on is None or until is None or not taken_on <= on <= clock.today():
        raise Refused("Donnez une date entre celle de la décision et aujourd'hui.")
    if decision.is_granted and on > until:
        raise Refused(
            f"Un accord ne se retire que dans les quatre mois, jusqu'au {day_text(until)} (CRPA L242-1). "
            "Si ses conditions ne sont pas respectées, ouvrez un manquement."
        )
    for objection in OBJECTIONS:
        if sentence := objection(decision):
            raise Refused(sentence)


def _decommit(decision: Decision, by: User | None) -> None:
    """Give back what the decision still holds; refused by the ledger when a part was ordered for payment."""
    held = balances.of_subject(KIND, decision.pk).committed
    if decision.envelope is None or not held:
        return
    ledger.decommit(
        envelope=decision.envelope,
        amount=held,
        subject=decision,
        key=f"decision:{decision.pk}:withdrawn",
        scheme=decision.application.version.scheme.key,
        decision=decision.number,
        year=decision.taken_on.year if decision.taken_on else None,
        by=by,
    )


def _take_back(decision: Decision, by: User | None) -> None:
    """The letter not sent is given up, the one sent calls for another; the application is ready again."""
    if decision.letter is not None and decision.letter.is_draft:
        cancel(letter=decision.letter, by=by, reason="décision retirée")
    if decision.notified_at is not None:
        _draft(decision, "message", notices.withdrawn(decision), by)
        undo_outcome(application=decision.application, by=by)
    else:
        take_off_agenda(decision.application, by=by)


def _draft(decision: Decision, kind: str, act: Act, by: User | None) -> Letter:
    application, recipient = decision.application, decision.application.recipient
    return draft(
        authority=application.authority,
        kind=kind,
        act=act,
        about=decision,
        recipient_name=str(recipient),
        recipient_user=application.applicant,
        recipient_email=(recipient.email if recipient else "") or application.applicant.email,
        recipient_address=recipient.address if recipient else "",
        by=by,
    )


def _record(verb: str, sentence: str, decision: Decision, by: User | None) -> None:
    record(verb, sentence, by=by, authority=decision.application.authority, about=decision)
