"""From which states each verb may be used: one table, for the actions, the pages and their tests."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from maillage.applications.models import Application
from maillage.kit.console import Refused

State = Application.State

# Verb → (states it may be used in, what it does, as « ne peut pas être … »).
ALLOWED: Final[Mapping[str, tuple[tuple[State, ...], str]]] = {
    "discard": ((State.DRAFT,), "supprimé"),
    "submit": ((State.DRAFT,), "déposé"),
    "withdraw": (
        (
            State.SUBMITTED,
            State.INCOMPLETE,
            State.COMPLETE,
            State.UNDER_REVIEW,
            State.READY,
        ),
        "retiré",
    ),
    "write_message": (
        tuple(state for state in State if state != State.DRAFT),
        "commenté par un message",
    ),
    "assign": (tuple(State(state) for state in Application.OPEN_STATES), "attribué"),
    "judge_document": (
        (State.SUBMITTED, State.INCOMPLETE, State.COMPLETE, State.UNDER_REVIEW, State.READY),
        "examiné pièce par pièce",
    ),
    "declare_complete": ((State.SUBMITTED, State.INCOMPLETE), "déclaré complet"),
    "ask_correction": ((State.SUBMITTED, State.COMPLETE, State.UNDER_REVIEW), "renvoyé pour correction"),
    "give_back": (
        (State.SUBMITTED, State.COMPLETE, State.UNDER_REVIEW, State.READY),
        "rendu au demandeur",
    ),
    "begin_review": ((State.COMPLETE,), "mis en instruction"),
    "ask_opinion": ((State.COMPLETE, State.UNDER_REVIEW, State.READY), "soumis pour avis"),
    "score": ((State.COMPLETE, State.UNDER_REVIEW, State.READY, State.ON_AGENDA), "noté"),
    "judge_again": (
        (State.SUBMITTED, State.INCOMPLETE, State.COMPLETE, State.UNDER_REVIEW, State.READY),
        "réexaminé",
    ),
    "override": (
        (State.SUBMITTED, State.COMPLETE, State.UNDER_REVIEW, State.READY),
        "soumis à dérogation",
    ),
    "mark_ready": ((State.UNDER_REVIEW,), "déclaré prêt"),
    "declare_inadmissible": (
        (State.SUBMITTED, State.INCOMPLETE, State.COMPLETE, State.UNDER_REVIEW),
        "déclaré irrecevable",
    ),
    "lapse": (
        (State.SUBMITTED, State.INCOMPLETE, State.COMPLETE, State.UNDER_REVIEW, State.READY),
        "refusé implicitement",
    ),
    "reopen": ((State.LAPSED,), "repris"),
    "put_on_agenda": ((State.READY,), "inscrit en comité"),
    "take_off_agenda": ((State.ON_AGENDA,), "retiré de l'ordre du jour"),
    "record_outcome": ((State.READY, State.ON_AGENDA), "décidé"),
    "undo_outcome": ((State.GRANTED, State.REFUSED), "repris après le retrait de sa décision"),
}


def require_state(application: Application, verb: str) -> None:
    """Raise Refused unless the application is in a state where the verb may be used."""
    states, done = ALLOWED[verb]
    if application.state not in states:
        allowed = ", ".join(f"« {State(state).label} »" for state in states[:3])
        more = "…" if len(states) > 3 else ""
        raise Refused(
            f"Le dossier {application} est à l'état « {application.get_state_display()} » : il ne peut pas "
            f"être {done}, ce qui se fait à l'état {allowed}{more}"
            f"{'' if more else '.'}"
        )


def locked(application: Application) -> Application:
    """The application read anew and held until the end of the transaction."""
    rows = Application.objects.select_for_update(of=("self",))
    return rows.select_related("authority", "version__scheme", "call").get(pk=application.pk)
