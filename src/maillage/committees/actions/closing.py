"""Closing a session: its figures frozen, its minutes kept, its decisions proposed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import transaction

from maillage.accounts.journal import record
from maillage.accounts.models import User
from maillage.accounts.rights import Right, require
from maillage.applications.actions import take_off_agenda
from maillage.committees import documents
from maillage.committees.actions.agenda import faults
from maillage.committees.arbitration import Band, bands, is_paid, items_of
from maillage.committees.models import AgendaItem, Decision, Session
from maillage.committees.quorum import Voices, lack, voices
from maillage.committees.states import locked, require_state
from maillage.files.actions import keep
from maillage.kit import clock
from maillage.kit.console import Refused
from maillage.kit.words import counted
from maillage.letters.actions import rendered

Opinion = AgendaItem.Opinion


def left_before_closing(session: Session) -> list[str]:
    """What stands between an open session and its closing: the page and the action read the same list."""
    items = items_of(session)
    found = [lack(session, voices(session))]
    for item in items:
        found += [f"{item.application} : {sentence}" for sentence in _left_of(item)]
    found += [band.sentence for band in bands(session, items)]
    return [sentence for sentence in found if sentence]


def _left_of(item: AgendaItem) -> list[str]:
    if not item.opinion:
        return ["l'avis manque, rendez-le ou ajournez le dossier."]
    found = faults(item)
    if item.opinion == Opinion.FAVOURABLE:
        if not item.proposed:
            found.append("l'avis est favorable sans montant, proposez-en un.")
        if item.envelope_id is None and is_paid(item.application):
            found.append("son dispositif n'a pas d'enveloppe, rattachez-le à l'une d'elles.")
    return found


@transaction.atomic
def close_session(*, session: Session, by: User | None) -> Session:
    """Close a session: from now on nothing of it changes, and the database holds to it.

    A favourable opinion gives a proposed grant, an unfavourable one a proposed refusal; an adjourned
    application is ready again for another session.
    """
    session = locked(session)
    authority = session.committee.authority
    require(by, Right.PREPARE_SESSIONS, authority)
    require_state(session, "close")
    if left := left_before_closing(session):
        more = f" Et {counted(len(left) - 1, 'autre point', 'autres points')}." if len(left) > 1 else ""
        raise Refused(f"{left[0]}{more}")
    items, present = items_of(session), voices(session)
    figures = bands(session, items)
    session.frozen = frozen(items, figures, present, session)
    session.minutes = keep(
        content=rendered(documents.minutes(session, items, figures, present), authority),
        name=f"proces-verbal-{session.held_on:%Y-%m-%d}.pdf",
        media_type="application/pdf",
        authority=authority,
        by=by,
    )
    for item in items:
        _conclude(item, by)
    now = clock.now()
    session.items.update(frozen_at=now)
    session.state, session.closed_at = Session.State.CLOSED, now
    session.save(update_fields=["state", "closed_at", "frozen", "minutes"])
    record(
        "close_session",
        f"Séance close : {counted(len(items), 'avis rendu', 'avis rendus')}, chiffres arrêtés, "
        "procès-verbal écrit.",
        by=by,
        authority=authority,
        about=session,
        sha256=session.minutes.sha256,
    )
    return session


def frozen(
    items: Sequence[AgendaItem], figures: Sequence[Band], present: Voices, session: Session
) -> dict[str, Any]:
    """The figures of the session as JSON: amounts as text, to the cent."""
    return {
        "quorum": session.committee.quorum,
        "voices": present.count,
        "envelopes": [band.to_json() for band in figures],
        "items": [
            {
                "application": item.application.number,
                "recipient": str(item.application.recipient),
                "opinion": item.opinion,
                "requested": _text(item.requested),
                "computed": _text(item.computed),
                "proposed": _text(item.proposed),
                "votes": [item.votes_for, item.votes_against, item.abstentions],
                "withdrawals": [str(withdrawal.member) for withdrawal in item.withdrawals.all()],
            }
            for item in items
        ],
    }


def _text(amount: object) -> str | None:
    return None if amount is None else str(amount)


def _conclude(item: AgendaItem, by: User | None) -> None:
    """What the opinion becomes."""
    if item.opinion == Opinion.ADJOURNED:
        take_off_agenda(item.application, by=by)
        return
    granted = item.opinion == Opinion.FAVOURABLE
    Decision.objects.create(
        application=item.application,
        item=item,
        envelope=item.envelope,
        outcome=Decision.Outcome.GRANTED if granted else Decision.Outcome.REFUSED,
        amount=item.proposed if granted else None,
        reasons=item.reasons,
    )
