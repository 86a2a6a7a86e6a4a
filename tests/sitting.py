"""Committees, sessions and decisions of a fictional authority, for the tests of this room and above."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from decimal import Decimal
from itertools import count
from typing import Any

from applying import RULES, scheme, submitted
from budget.money import funded
from maillage.applications.models import Application
from maillage.budget import balances
from maillage.budget.models import Envelope
from maillage.committees import actions
from maillage.committees.models import AgendaItem, Committee, Decision, Session
from maillage.committees.quorum import sitting
from maillage.kit import clock
from maillage.schemes.models import Scheme
from people import authority

_ranks = count(1)


def euro(amount: str | int) -> Decimal:
    return Decimal(amount).quantize(Decimal("0.01"))


def paid_scheme(authorised: int = 100_000, **changes: Any) -> Scheme:
    """A scheme in force, its envelope voted."""
    return scheme({**RULES, **changes}, envelope=funded(authorised))


def ready(on: Scheme | None = None) -> Application:
    """An application that a committee may examine; the rules give it 12 000 €."""
    row = submitted(on or paid_scheme())
    Application.objects.filter(pk=row.pk).update(state=Application.State.READY)
    row.refresh_from_db()
    return row


def committee(members: int = 3, *, quorum: int = 2, **fields: Any) -> Committee:
    """A committee and its members, without accounts."""
    made = actions.create_committee(
        authority=authority(), name=f"Comité {next(_ranks)}", quorum=quorum, by=None, **fields
    )
    for rank in range(members):
        actions.add_member(
            committee=made, name=f"Membre {rank + 1}", is_chair=rank == 0, title="Conseillère", by=None
        )
    return made


def session(
    applications: Iterable[Application] = (), *, of: Committee | None = None, state: str = "open"
) -> Session:
    """A session brought to a state, its agenda made; everyone is present once it is open."""
    planned = actions.plan_session(
        committee=of or committee(), held_at=clock.now() + timedelta(days=1), place="Salle des actes", by=None
    )
    actions.enlist(session=planned, applications=applications, by=None)
    if state == "prepared":
        return planned
    convened = actions.convene(session=planned, by=None)
    if state == "convened":
        return convened
    opened = actions.open_session(session=convened, by=None)
    actions.record_attendance(session=opened, present=sitting(opened), by=None)
    return opened


def only_item(of: Session) -> AgendaItem:
    return of.items.select_related("session__committee", "application").get()


def closed(application: Application | None = None, opinion: str = "favourable") -> Session:
    """A closed session of one application."""
    opened = session([application or ready()])
    actions.set_opinion(item=only_item(opened), opinion=opinion, reasons="Motif connu.", by=None)
    return actions.close_session(session=opened, by=None)


def proposed(
    application: Application | None = None, outcome: str = "granted", amount: Any = 12000
) -> Decision:
    """A decision proposed without a committee."""
    return actions.propose(
        application=application or ready(),
        outcome=outcome,
        amount=euro(amount) if outcome == "granted" else None,
        reasons="Motif connu.",
        by=None,
    )


def taken(decision: Decision | None = None, *, on: date | None = None, **fields: Any) -> Decision:
    """A decision taken today by the standing committee."""
    given = {"body": "standing_committee", "number": "CP-2026-12", "taken_on": on or clock.today(), **fields}
    return actions.decide(decision=decision or proposed(), by=None, **given)


def notified(decision: Decision | None = None) -> Decision:
    """A decision transmitted and notified: enforceable."""
    decision = decision or taken()
    actions.transmit(decisions=[decision], on=clock.today(), receipt="AR-1", by=None)
    return actions.notify(decision=decision, by=None)


def left_of(envelope: Envelope) -> Decimal:
    return balances.of([envelope])[envelope.pk].left_to_commit
