"""What the pages of an applicant show, as plain values."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Prefetch
from django.urls import reverse

from maillage.accounts.models import Event, User
from maillage.applications.actions.clock import refusal_clock
from maillage.applications.checks import Missing, missing
from maillage.applications.corrections import Unlocked
from maillage.applications.facts import gathered
from maillage.applications.models import Application, CorrectionRequest, SupportingDocument
from maillage.applications.prefill import look_up, mismatches
from maillage.applications.questions import Step, steps
from maillage.applications.sections import sections_of
from maillage.applications.standing import pieces
from maillage.applications.words import PUBLIC_VERBS, Standing, form_url, saved_text, standing
from maillage.files.models import StoredFile
from maillage.kit import clock
from maillage.letters.models import Letter
from maillage.rules.eligibility import Need
from maillage.rules.terms import FileType
from maillage.schemes.forms import answer_texts
from maillage.schemes.judging import assess
from maillage.schemes.models import Scheme
from maillage.schemes.pages.verdict import kept, shown

# What a file looks like to who sent it: words, then tone.
_FILES = {
    StoredFile.State.QUARANTINED: ("En cours de vérification", "state-wait"),
    StoredFile.State.REFUSED: ("Refusé à la vérification", "state-bad"),
}
_DOCUMENTS = {
    SupportingDocument.State.RECEIVED: ("Reçue", "state-good"),
    SupportingDocument.State.ACCEPTED: ("Acceptée", "state-good"),
    SupportingDocument.State.REFUSED: ("Refusée", "state-bad"),
}


# Endings that browsers offer for a type, where there is more than its name.
_ENDINGS = {FileType.JPEG: ".jpg,.jpeg"}


@dataclass(frozen=True, slots=True)
class Row:
    """A line of « Mes demandes »."""

    application: Application
    title: str
    standing: Standing


@dataclass(frozen=True, slots=True)
class Handed:
    """A file handed in."""

    pk: int
    name: str
    state: str
    tone: str
    reason: str
    can_open: bool
    can_remove: bool


@dataclass(frozen=True, slots=True)
class Asked:
    """A document the rules ask for, and what was handed in for it."""

    key: str
    label: str
    need: str
    formats: str
    accept: str
    files: list[Handed]
    is_open: bool


@dataclass(frozen=True, slots=True)
class Link:
    """A step of the form, in its menu."""

    title: str
    url: str
    is_current: bool
    lacks: int


def rows_of(user: User) -> list[Row]:
    """The applications of a person, the one touched last first: two queries whatever their number."""
    found = Application.objects.filter(applicant=user).select_related("version__scheme", "authority", "call")
    waiting = Prefetch(
        "corrections", CorrectionRequest.objects.open().order_by("-asked_at", "-pk"), to_attr="waiting"
    )
    return [
        Row(one, title_of(one), standing(one, next(iter(one.waiting), None)))
        for one in found.prefetch_related(waiting).order_by("-saved_at", "-pk")
    ]


def title_of(application: Application) -> str:
    return application.title or str(application.version.scheme)


def page_of_application(application: Application, user: User) -> dict[str, Any]:
    """The page of an application, for who filed it."""
    correction = application.corrections.open().first()
    context: dict[str, Any] = {
        "application": application,
        "title": title_of(application),
        "scheme": application.version.scheme,
        "standing": standing(application, correction),
        "correction": correction,
        "answers": answered(application),
        "documents": documents(application, Unlocked(frozenset(), frozenset())),
        "letters": Letter.objects.about(application).sent().filter(recipient_user=user),
        "conversation": application.messages.filter(is_internal=False).select_related("author"),
        "sections": sections_of(application, user),
        "events": Event.objects.about(application).filter(verb__in=PUBLIC_VERBS),
        "can_withdraw": application.state in (Application.State.SUBMITTED, *Application.OPEN_STATES[1:-1]),
    }
    if application.submitted_at is not None:
        context["clock"] = refusal_clock(application, clock.today())
        context["awaits_answer"] = application.state in Application.OPEN_STATES
    if application.judgement is not None:
        context["verdict"] = kept(application.judgement)
        context["judged_on"] = application.judgement.on
    return context


def answered(application: Application) -> list[tuple[str, list[tuple[str, str]]]]:
    """The answers given, step by step."""
    found = [(step.title, _texts(step, application)) for step in steps(application)]
    return [(title, texts) for title, texts in found if texts]


def _texts(step: Step, application: Application) -> list[tuple[str, str]]:
    return [(field.label, text) for field, text in answer_texts(step.fields, application.answers)]


def documents(application: Application, allowed: Unlocked) -> list[Asked]:
    """The documents asked of this applicant; `allowed` says which ones may be changed."""
    return [
        Asked(
            key=piece.document.key,
            label=piece.document.label,
            need=piece.sentence,
            formats=f"{', '.join(kind.label for kind in piece.document.accepted)}, "
            f"{piece.document.max_mb} Mo au plus",
            accept=",".join(_ENDINGS.get(kind, f".{kind}") for kind in piece.document.accepted),
            files=[_handed(given, allowed) for given in piece.given],
            is_open=piece.document.key in allowed.requirements,
        )
        for piece in pieces(application)
        if piece.need is not Need.NOT_CONCERNED or piece.given
    ]


def _handed(given: SupportingDocument, allowed: Unlocked) -> Handed:
    file, is_refused = given.file, given.state == SupportingDocument.State.REFUSED
    words, tone = _DOCUMENTS[SupportingDocument.State(given.state)]
    if not is_refused and file.state in _FILES:
        words, tone = _FILES[StoredFile.State(file.state)]
    return Handed(
        pk=given.pk,
        name=file.name,
        state=words,
        tone=tone,
        reason=given.reason or file.reason,
        can_open=file.is_usable,
        can_remove=given.requirement in allowed.requirements
        and given.state != SupportingDocument.State.ACCEPTED,
    )


def menu(application: Application, current: str, lacks: Iterable[Missing]) -> list[Link]:
    """The steps of the form, each with how many things it still lacks."""
    by_step = [lack.step for lack in lacks if lack.blocks]
    return [
        Link(step.title, form_url(application, step.key), step.key == current, by_step.count(step.key))
        for step in steps(application)
    ]


def page_of_step(application: Application, step: Step, allowed: Unlocked) -> dict[str, Any]:
    """What a step of the form shows around its questions."""
    lacks = missing(application, clock.today())
    context: dict[str, Any] = {
        "application": application,
        "title": title_of(application),
        "step": step,
        "menu": menu(application, step.key, lacks),
        "saved": saved_text(application),
        "register": [
            found.sentence for found in look_up(application.answers, authority=application.authority)
        ],
        "mismatches": mismatches(application.answers, authority=application.authority),
        "next_url": next_url(application, step),
    }
    if step.key == "aides":
        context["aids"] = application.declared_aids.all()
    if step.key == "pieces":
        context["documents"] = documents(application, allowed)
    if step.key == "recapitulatif":
        context |= _recap(application, lacks)
    return context


def next_url(application: Application, step: Step) -> str:
    """Address of the step after this one; of the recap, the last one, itself."""
    keys = [one.key for one in steps(application)]
    return form_url(application, keys[min(keys.index(step.key) + 1, len(keys) - 1)])


def _recap(application: Application, lacks: list[Missing]) -> dict[str, Any]:
    today = clock.today()
    facts, zoning = gathered(application, today)
    assessment = assess(application.version, facts, today)
    return {
        "answers": answered(application),
        "blocking": [(lack.sentence, _where(application, lack)) for lack in lacks if lack.blocks],
        "later": [(lack.sentence, _where(application, lack)) for lack in lacks if not lack.blocks],
        "verdict": shown(assessment),
        "sentence": assessment.sentence,
        "zones": [place["sentence"] for place in zoning.values()],
        "needs_confirmation": any(lack.key == "email_confirmation" for lack in lacks),
    }


def _where(application: Application, lack: Missing) -> str:
    return form_url(application, lack.step) if lack.step else ""


def page_of_correction(application: Application, allowed: Unlocked) -> dict[str, Any]:
    """The documents and questions that a correction unlocks."""
    return {
        "application": application,
        "title": title_of(application),
        "correction": allowed.correction,
        "documents": [one for one in documents(application, allowed) if one.is_open],
        "saved": saved_text(application),
    }


def start_page(scheme: Scheme, user: User | None) -> dict[str, Any]:
    """What is open on a scheme, and the drafts this person has already begun."""
    now = clock.now()
    calls = scheme.calls.filter(state="published", closes_at__gt=now).order_by("closes_at", "pk")
    drafts = Application.objects.filter(
        applicant_id=user.pk if user else None, version__scheme=scheme, state=Application.State.DRAFT
    )
    today = clock.today()
    return {
        "scheme": scheme,
        "version": scheme.current,
        "calls": [call for call in calls if call.opens_at <= now],
        "coming": [call for call in calls if call.opens_at > now],
        "is_open": scheme.is_open(today),
        "is_closed": scheme.is_closed(today),
        "drafts": [(saved_text(one), form_url(one)) for one in drafts.order_by("-saved_at", "-pk")]
        if user
        else [],
        "aid_url": reverse("schemes:aid", args=[scheme.authority.slug, scheme.key]),
    }
