"""What an applicant reads of their application: where it stands, and what comes next."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from django.urls import reverse
from django.utils import timezone

from maillage.applications.awaited import first_awaited
from maillage.applications.models import Application, CorrectionRequest
from maillage.kit import clock
from maillage.rules.calendar import day_text

State = Application.State
Tone = Literal["good", "wait", "bad"]

# What the service has done that the applicant may read; the rest (notes, opinions, scores) is its own.
PUBLIC_VERBS: Final = (
    *("start_application", "submit_application", "refuse_late_submission", "withdraw_application"),
    *("attach_document", "remove_document", "declare_aid", "remove_declared_aid", "correct_answers"),
    *("answer_correction", "write_message", "move_application"),
    *("accept_document", "refuse_document", "declare_complete", "ask_correction"),
    *("give_back", "lapse_silent", "declare_inadmissible", "reopen"),
)
_STATES: Final[dict[str, tuple[str, Tone]]] = {
    State.DRAFT: ("À terminer et à déposer", "wait"),
    State.SUBMITTED: ("Reçue", "good"),
    State.INCOMPLETE: ("À compléter", "wait"),
    State.COMPLETE: ("Complète, en attente d'instruction", "good"),
    State.UNDER_REVIEW: ("À l'étude", "good"),
    State.READY: ("Étudiée, en attente de décision", "good"),
    State.ON_AGENDA: ("Présentée à un comité", "good"),
    State.GRANTED: ("Acceptée", "good"),
    State.REFUSED: ("Refusée", "bad"),
    State.LAPSED: ("Refusée, faute de réponse dans le délai", "bad"),
    State.WITHDRAWN: ("Retirée par vous", "bad"),
    State.INADMISSIBLE: ("Irrecevable", "bad"),
}
_NEXT: Final[dict[str, str]] = {
    State.DRAFT: "Terminez votre demande, puis déposez-la : rien n'est examiné avant.",
    State.SUBMITTED: "Le service vérifie que le dossier est complet. Vous n'avez rien à faire.",
    State.COMPLETE: "Le service va étudier votre demande. Vous n'avez rien à faire.",
    State.UNDER_REVIEW: "Le service étudie votre demande. Vous n'avez rien à faire.",
    State.READY: "Votre demande sera présentée pour décision. Vous n'avez rien à faire.",
    State.ON_AGENDA: "La décision vous sera notifiée après le comité.",
    State.GRANTED: "Lisez la décision : elle dit ce qui vient ensuite.",
    State.REFUSED: "Lisez la décision : elle dit pourquoi, et comment la contester.",
    State.LAPSED: "Vous pouvez demander les motifs de ce refus, ou le contester, dans les deux mois.",
    State.WITHDRAWN: "Vous pouvez déposer une nouvelle demande.",
    State.INADMISSIBLE: "Lisez le courrier reçu : il dit pourquoi, et comment contester.",
}


@dataclass(frozen=True, slots=True)
class Standing:
    """Where an application stands, in the applicant's words.

    :ivar next: what comes next, or what to do, in one sentence.
    :ivar action: label of the one thing to do, "" when there is none, with its address.
    """

    state: str
    tone: Tone
    next: str
    action: str = ""
    url: str = ""


def standing(application: Application, correction: CorrectionRequest | None) -> Standing:
    """What the list and the page of an application say first.

    :param correction: the request the applicant still has to answer, if any.
    """
    label, tone = _STATES[application.state]
    if application.state == State.DRAFT:
        return Standing(label, tone, _NEXT[State.DRAFT], "Reprendre", form_url(application))
    if correction is not None and application.state in Application.OPEN_STATES:
        waited = (
            f"Envoyez ce qui vous est demandé avant le {day_text(correction.due_on)} : le délai de "
            "réponse est suspendu."
        )
        label = _STATES[State.INCOMPLETE][0]
        return Standing(
            label, "wait", waited, "Répondre", reverse("applications:correction", args=[application.pk])
        )
    if application.state == State.GRANTED and (waiting := first_awaited(application, application.applicant)):
        return Standing(label, "wait", waiting.sentence, waiting.action, waiting.url)
    return Standing(label, tone, _NEXT.get(application.state, ""))


def form_url(application: Application, step: str = "identite") -> str:
    """Address of a step of the form."""
    return reverse("applications:step", args=[application.pk, step])


def saved_text(application: Application) -> str:
    """« Enregistré à 14 h 32 », with the day when it was not today's."""
    at = timezone.localtime(application.saved_at)
    if at.date() == clock.today():
        return f"Enregistré à {at:%H h %M}"
    return f"Enregistré le {day_text(at.date())} à {at:%H h %M}"
