"""What the page of an application shows an officer, as plain values for its templates."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.urls import reverse

from maillage.accounts.models import Event, User
from maillage.accounts.rights import Right
from maillage.applications.actions.clock import refusal_clock
from maillage.applications.awaited import Awaited, first_awaited
from maillage.applications.forms.officer import (
    AssignForm,
    CorrectionForm,
    DossierForm,
    MessageForm,
    NoteForm,
    OpinionRequestForm,
    ReasonForm,
    ScoreForm,
)
from maillage.applications.history import past_aids
from maillage.applications.lists import AWAITING
from maillage.applications.models import Application
from maillage.applications.prefill import mismatches
from maillage.applications.questions import steps
from maillage.applications.scoring import means_of, weighted
from maillage.applications.sections import SECTIONS
from maillage.applications.standing import left_to_do, pieces, remarks
from maillage.applications.states import ALLOWED
from maillage.applications.tables import TONES
from maillage.kit import clock
from maillage.rules.calendar import days_text
from maillage.rules.money import euros
from maillage.schemes.forms import answer_texts
from maillage.schemes.pages.verdict import kept

Bound = Mapping[str, DossierForm]
# The forms of each tab, by verb: shown when the state allows the verb and the person may use it.
FORMS: Final[Mapping[str, type[DossierForm]]] = {
    "assign": AssignForm,
    "ask_correction": CorrectionForm,
    "give_back": ReasonForm,
    "declare_inadmissible": ReasonForm,
    "reopen": ReasonForm,
    "ask_opinion": OpinionRequestForm,
    "score": ScoreForm,
    "write_message": MessageForm,
    "write_note": NoteForm,
}
TABS: Final[Mapping[str, str]] = {
    "demande": "Demande",
    "pieces": "Pièces",
    "eligibilite": "Éligibilité",
    "avis": "Avis",
    "notation": "Notation",
    "messagerie": "Messagerie",
    "notes": "Notes internes",
    "instruire": "Instruire",
    "historique": "Historique",
}
# The one thing to do next, by state: verb, and what its button says.
NEXT: Final[Mapping[str, tuple[str, str]]] = {
    Application.State.SUBMITTED: ("declare_complete", "Déclarer le dossier complet"),
    Application.State.INCOMPLETE: ("declare_complete", "Déclarer le dossier complet"),
    Application.State.COMPLETE: ("begin_review", "Commencer l'instruction"),
    Application.State.UNDER_REVIEW: ("mark_ready", "Déclarer prêt pour le comité"),
}


@dataclass(frozen=True, slots=True)
class Head:
    """What every tab says first."""

    number: str
    recipient: str
    scheme: str
    version: int
    call: str
    state: str
    tone: str
    deadline: str
    left: str
    officer: str
    requested: str


def allowed(application: Application, verb: str, user: User) -> bool:
    """Whether the page offers a verb: the state admits it, and so does the role of this person."""
    right = Right.OVERRIDE_RULES if verb == "override" else Right.REVIEW_APPLICATIONS
    state = "judge_document" if verb in ("accept_document", "refuse_document") else verb
    states = ALLOWED[state][0] if state in ALLOWED else tuple(Application.State)
    return application.state in states and user.can(right, application.authority)


def head(application: Application) -> Head:
    deadline, left = _deadline(application)
    amount = application.requested_amount
    return Head(
        number=application.number,
        recipient=str(application.recipient),
        scheme=str(application.version.scheme),
        version=application.version.number,
        call=str(application.call or ""),
        state=application.get_state_display(),
        tone=TONES.get(Application.State(application.state), ""),
        deadline=deadline,
        left=left,
        officer=str(application.assigned_to or ""),
        requested=euros(amount) if amount is not None else "",
    )


def _deadline(application: Application) -> tuple[str, str]:
    """The sentence of the clock, and how many days it leaves; nothing once decided."""
    if application.state not in (*AWAITING, Application.State.ON_AGENDA):
        return "", ""
    if application.implicit_refusal_on is None:
        return "L'examen a repris après un refus implicite : une décision expresse est attendue.", ""
    silence = refusal_clock(application, clock.today())
    if silence.stopped_now:
        return silence.sentence, "délai suspendu"
    if silence.refused:
        return silence.sentence, "délai écoulé"
    return silence.sentence, f"{days_text(silence.days_left)} pour répondre"


def tabs(application: Application, current: str) -> list[dict[str, Any]]:
    """The tabs of the page, those of the rooms above before the history."""
    shown = {key: label for key, label in TABS.items() if key != "notation" or _has_grid(application)}
    history = shown.pop("historique")
    shown |= {section.key: section.title for section in SECTIONS} | {"historique": history}
    return [
        {"label": label, "url": tab_url(application, key), "current": key == current}
        for key, label in shown.items()
    ]


def _has_grid(application: Application) -> bool:
    return application.call is not None and bool(application.call.scoring_grid)


def tab_url(application: Application, tab: str) -> str:
    if tab == "demande":
        return reverse("applications:dossier", args=[application.pk])
    return reverse("applications:dossier_tab", args=[application.pk, tab])


def page(application: Application, tab: str, user: User, bound: Bound) -> dict[str, Any]:
    """The context of a tab; forms sent and found wanting come back as they were sent."""
    left = left_to_do(application)
    verb, label = NEXT.get(application.state, ("", ""))
    context = {
        "application": application,
        "head": head(application),
        "tabs": tabs(application, tab),
        "tab": tab,
        "tab_label": TABS.get(tab) or next(found.title for found in SECTIONS if found.key == tab),
        "left": left,
        "next": {"verb": verb, "label": label} if verb and allowed(application, verb, user) else None,
        "awaited": _awaited(application, user),
        "forms": _forms(application, user, bound),
        "may_review": user.can(Right.REVIEW_APPLICATIONS, application.authority),
    }
    builder = BUILDERS.get(tab)
    return context | (builder(application, user) if builder is not None else _section(application, tab, user))


def _awaited(application: Application, user: User) -> Awaited | None:
    """What waits for this person once it is granted: until then the walk is the one of this room."""
    granted = application.state == Application.State.GRANTED
    return first_awaited(application, user) if granted else None


def _forms(application: Application, user: User, bound: Bound) -> dict[str, DossierForm]:
    found = {}
    for verb, form in FORMS.items():
        if allowed(application, verb, user):
            found[verb] = bound.get(verb) or form(application, prefix=verb)
    return found


def _asked(application: Application, user: User) -> dict[str, Any]:
    parts = [
        {
            "title": step.title,
            "answers": [(f.label, text) for f, text in answer_texts(step.fields, application.answers)],
        }
        for step in steps(application)
    ]
    return {
        "parts": [part for part in parts if part["answers"]],
        "aids": past_aids(application),
        "mismatches": mismatches(application.answers, authority=application.authority),
        "sworn": [entry["sentence"] for entry in application.sworn],
    }


def _pieces(application: Application, user: User) -> dict[str, Any]:
    return {
        "pieces": pieces(application),
        "may_judge": allowed(application, "accept_document", user),
    }


def _eligibility(application: Application, user: User) -> dict[str, Any]:
    judgement = application.judgement
    return {
        "verdict": kept(judgement) if judgement is not None else None,
        "judgement": judgement,
        "remarks": remarks(application, clock.today()),
        "may_override": allowed(application, "override", user),
        "may_judge": allowed(application, "judge_again", user),
    }


def _opinions(application: Application, user: User) -> dict[str, Any]:
    return {"opinions": application.opinions.select_related("asked_to", "asked_by")}


def _scoring(application: Application, user: User) -> dict[str, Any]:
    call = application.call
    if call is None:
        return {"scores": [], "score": None}
    means = means_of(call).get(application.pk, {})
    labels = {line["key"]: line["label"] for line in call.scoring_grid}
    scores = application.scores.select_related("scorer")
    return {
        "scores": [(labels.get(line.criterion, line.criterion), line) for line in scores],
        "score": weighted(call.scoring_grid, means),
        "grid": call.scoring_grid,
    }


def _messages(application: Application, user: User) -> dict[str, Any]:
    return {"messages_sent": application.messages.filter(is_internal=False).select_related("author")}


def _notes(application: Application, user: User) -> dict[str, Any]:
    return {"notes": application.messages.filter(is_internal=True).select_related("author")}


def _nothing(application: Application, user: User) -> dict[str, Any]:
    return {}


def _history(application: Application, user: User) -> dict[str, Any]:
    return {"events": list(Event.objects.about(application)[:200])}


def _section(application: Application, tab: str, user: User) -> dict[str, Any]:
    section = next(found for found in SECTIONS if found.key == tab)
    return {"section_html": section.render(application, user)}


BUILDERS: Final[Mapping[str, Callable[[Application, User], dict[str, Any]]]] = {
    "demande": _asked,
    "pieces": _pieces,
    "eligibilite": _eligibility,
    "avis": _opinions,
    "notation": _scoring,
    "messagerie": _messages,
    "notes": _notes,
    "instruire": _nothing,
    "historique": _history,
}
