"""Sending decisions to the préfet and publishing them (CGCT L3131-1)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from django.db import transaction

from maillage.accounts.journal import record
from maillage.accounts.models import User
from maillage.accounts.rights import Right, require
from maillage.committees.models import Decision
from maillage.committees.states import locked_decision
from maillage.kit import clock
from maillage.kit.console import Refused
from maillage.rules.calendar import day_text


@transaction.atomic
def transmit(*, decisions: Iterable[Decision], on: date, receipt: str, by: User | None) -> list[Decision]:
    """Record that decisions were sent to the préfet, with the number of the receipt: all of them or none."""
    receipt = receipt.strip()
    if not receipt:
        raise Refused("Donnez le numéro de l'accusé de réception de la préfecture.")
    return [_transmit(decision, on, receipt, by) for decision in decisions]


def _transmit(decision: Decision, on: date, receipt: str, by: User | None) -> Decision:
    row = _taken(decision, on, by)
    if row.transmitted_on is not None:
        raise Refused(
            f"La décision sur le dossier {row.application} est déjà transmise, le "
            f"{day_text(row.transmitted_on)} ({row.transmission_receipt})."
        )
    row.transmitted_on, row.transmission_receipt = on, receipt[:120]
    row.save(update_fields=["transmitted_on", "transmission_receipt"])
    late = row.transmission_due_on is not None and on > row.transmission_due_on
    delay = " hors du délai de quinze jours" if late else ""
    _record("transmit_decision", f"Transmise au préfet le {day_text(on)}{delay} ({receipt}).", row, by)
    return row


@transaction.atomic
def publish(*, decisions: Iterable[Decision], on: date, by: User | None) -> list[Decision]:
    """Record the day decisions were published; one already published keeps its day."""
    return [_publish(decision, on, by) for decision in decisions]


def _publish(decision: Decision, on: date, by: User | None) -> Decision:
    row = _taken(decision, on, by)
    if row.published_on is None:
        row.published_on = on
        row.save(update_fields=["published_on"])
        _record("publish_decision", f"Publiée le {day_text(on)}.", row, by)
    return row


def _taken(decision: Decision, on: date, by: User | None) -> Decision:
    """The decision, held, once taken, on a day from then to today."""
    row = locked_decision(decision)
    require(by, Right.RECORD_DECISIONS, row.application.authority)
    if row.state != Decision.State.TAKEN or row.taken_on is None:
        raise Refused(
            f"La décision sur le dossier {row.application} est « {row.get_state_display().lower()} » : "
            "seule une décision prise se transmet et se publie."
        )
    if not row.taken_on <= on <= clock.today():
        raise Refused(
            f"Donnez une date entre celle de la décision, le {day_text(row.taken_on)}, et aujourd'hui."
        )
    return row


def _record(verb: str, sentence: str, decision: Decision, by: User | None) -> None:
    record(verb, sentence, by=by, authority=decision.application.authority, about=decision)
