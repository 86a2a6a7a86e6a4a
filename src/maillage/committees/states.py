"""From which states of a session each verb may be used: one table, for the actions, the pages, the tests."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from maillage.committees.models import AgendaItem, Decision, Session
from maillage.kit.console import Refused

State = Session.State

# Verb → (states it may be used in, what it does, as « elle ne peut pas être … »).
ALLOWED: Final[Mapping[str, tuple[tuple[State, ...], str]]] = {
    "reschedule": ((State.PREPARED,), "déplacée"),
    "convene": ((State.PREPARED,), "convoquée"),
    "open": ((State.CONVENED,), "ouverte"),
    "cancel": ((State.PREPARED, State.CONVENED), "annulée"),
    "attendance": ((State.CONVENED, State.OPEN), "émargée"),
    "agenda": ((State.PREPARED, State.CONVENED, State.OPEN), "modifiée"),
    "amounts": ((State.PREPARED, State.CONVENED, State.OPEN), "arbitrée"),
    "withdrawal": ((State.PREPARED, State.CONVENED, State.OPEN), "complétée d'un déport"),
    "opinion": ((State.OPEN,), "saisie d'un avis"),
    "close": ((State.OPEN,), "close"),
}


def require_state(session: Session, verb: str) -> None:
    """Raise Refused unless the session is in a state where the verb may be used."""
    states, done = ALLOWED[verb]
    if session.state not in states:
        allowed = ", ".join(f"« {state.label} »" for state in states)
        raise Refused(
            f"La séance est à l'état « {session.get_state_display()} » : elle ne peut pas être {done}, ce "
            f"qui se fait à l'état {allowed}."
        )


def allows(session: Session, verb: str) -> bool:
    return session.state in ALLOWED[verb][0]


def locked(session: Session) -> Session:
    """The session read anew and held until the end of the transaction."""
    rows = Session.objects.select_for_update(of=("self",))
    return rows.select_related("committee__authority").get(pk=session.pk)


def locked_item(item: AgendaItem) -> AgendaItem:
    """The item read anew, its session held: whatever is written on an agenda goes one at a time."""
    held = locked(Session(pk=item.session_id))
    rows = AgendaItem.objects.select_related(
        "application__recipient", "application__version__scheme", "envelope"
    )
    found = rows.filter(pk=item.pk).first()
    if found is None:
        raise Refused("Ce dossier n'est plus à l'ordre du jour : rechargez la page.")
    found.session = held
    return found


def locked_decision(decision: Decision) -> Decision:
    """The decision read anew and held until the end of the transaction."""
    rows = Decision.objects.select_for_update(of=("self",))
    return rows.select_related(
        "application__authority",
        "application__recipient",
        "application__applicant",
        "application__version__scheme",
        "envelope",
        "letter",
    ).get(pk=decision.pk)
