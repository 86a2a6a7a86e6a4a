"""What committees and decisions do to an application; called by their actions, which check the right."""

from __future__ import annotations

from django.db import transaction

from maillage.accounts.journal import record
from maillage.accounts.models import User
from maillage.applications.models import Application
from maillage.applications.states import locked, require_state
from maillage.kit import clock


@transaction.atomic
def put_on_agenda(application: Application, *, by: User | None = None) -> Application:
    """The application is on the agenda of a session."""
    row = locked(application)
    require_state(row, "put_on_agenda")
    return _move(row, Application.State.ON_AGENDA, "Dossier inscrit en comité.", by)


@transaction.atomic
def take_off_agenda(application: Application, *, by: User | None = None) -> Application:
    """The application goes back among those ready for a committee."""
    row = locked(application)
    require_state(row, "take_off_agenda")
    return _move(row, Application.State.READY, "Dossier retiré de l'ordre du jour du comité.", by)


@transaction.atomic
def record_outcome(*, application: Application, granted: bool, by: User | None) -> Application:
    """The decision has been notified: the application is closed, granted or refused."""
    row = locked(application)
    require_state(row, "record_outcome")
    row.decided_at = clock.now()
    state = Application.State.GRANTED if granted else Application.State.REFUSED
    return _move(row, state, f"Dossier {'accordé' if granted else 'refusé'}.", by)


@transaction.atomic
def undo_outcome(*, application: Application, by: User | None) -> Application:
    """Its decision has been withdrawn: the application is ready for another one."""
    row = locked(application)
    require_state(row, "undo_outcome")
    row.decided_at = None
    return _move(row, Application.State.READY, "La décision est retirée : le dossier est repris.", by)


def _move(row: Application, state: Application.State, sentence: str, by: User | None) -> Application:
    row.state = state
    row.save(update_fields=["state", "decided_at"])
    record("move_application", sentence, by=by, authority=row.authority, about=row, state=state)
    return row
