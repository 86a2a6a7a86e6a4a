"""The review of an application by the authority: who has it, its documents, its completeness, its merits."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from django.db import transaction

from maillage.accounts.journal import record
from maillage.accounts.models import Authority, User
from maillage.accounts.rights import Right, has_right, require
from maillage.applications import notices
from maillage.applications.actions.clock import resume, suspend
from maillage.applications.facts import gathered
from maillage.applications.models import Application, CorrectionRequest, Override, SupportingDocument
from maillage.applications.questions import questions
from maillage.applications.standing import left_before_complete, left_before_ready, remarks
from maillage.applications.states import locked, require_state
from maillage.kit import clock
from maillage.kit.console import Refused
from maillage.kit.words import counted
from maillage.rules.calendar import add_months, day_text
from maillage.rules.deadlines import completeness_due_on
from maillage.schemes.actions import judge


@transaction.atomic
def assign(*, applications: Iterable[Application], to: User | None, by: User | None) -> list[Application]:
    """Give applications to a case officer, or to nobody. Raises Refused when that person may not review."""
    assigned = []
    for application in (locked(given) for given in applications):
        require(by, Right.REVIEW_APPLICATIONS, application.authority)
        require_state(application, "assign")
        if to is not None and not (
            to.is_active and has_right(to, Right.REVIEW_APPLICATIONS, application.authority)
        ):
            raise Refused(
                f"{to} n'instruit pas les dossiers de {application.authority} : choisissez un instructeur."
            )
        if application.assigned_to_id != (to.pk if to is not None else None):
            application.assigned_to = to
            application.save(update_fields=["assigned_to"])
            sentence = f"Le dossier est confié à {to}." if to else "Le dossier n'est plus confié à personne."
            record("assign", sentence, by=by, authority=application.authority, about=application)
        assigned.append(application)
    return assigned


@transaction.atomic
def hand_over(*, authority: Authority, leaver: User, to: User, by: User | None) -> int:
    """Give all the open applications of a colleague to another; says how many."""
    require(by, Right.REVIEW_APPLICATIONS, authority)
    if leaver == to:
        raise Refused("Choisissez deux personnes différentes : on ne transmet pas ses dossiers à soi-même.")
    held = Application.objects.filter(
        authority=authority, assigned_to=leaver, state__in=Application.OPEN_STATES
    ).order_by("pk")
    return len(assign(applications=list(held), to=to, by=by))


def _of_document(document: SupportingDocument, by: User | None) -> Application:
    application = locked(document.application)
    require(by, Right.REVIEW_APPLICATIONS, application.authority)
    require_state(application, "judge_document")
    return application


def _label(application: Application, requirement: str) -> str:
    documents = application.version.parsed.documents
    return next((known.label for known in documents if known.key == requirement), requirement)


@transaction.atomic
def accept_document(
    *, document: SupportingDocument, by: User | None, valid_until: date | None = None
) -> SupportingDocument:
    """Accept a document; it stays valid until the day given, else for as long as the rules say."""
    application = _of_document(document, by)
    if not document.file.is_usable:
        raise Refused(
            f"« {document.file} » n'est pas vérifié : attendez la fin de la vérification avant de l'accepter."
        )
    terms = next((t for t in application.version.parsed.documents if t.key == document.requirement), None)
    if valid_until is None and terms is not None and terms.valid_months is not None:
        valid_until = add_months(clock.today(), terms.valid_months)
    document.state, document.reason = SupportingDocument.State.ACCEPTED, ""
    document.valid_until = valid_until
    document.save(update_fields=["state", "reason", "valid_until"])
    record(
        "accept_document",
        f"La pièce « {_label(application, document.requirement)} » est acceptée.",
        by=by,
        authority=application.authority,
        about=application,
        document=document.pk,
    )
    return document


@transaction.atomic
def refuse_document(*, document: SupportingDocument, reason: str, by: User | None) -> SupportingDocument:
    """Refuse a document, with the reason the applicant will read."""
    application = _of_document(document, by)
    document.state, document.reason = SupportingDocument.State.REFUSED, _said(reason, 250)
    document.valid_until = None
    document.save(update_fields=["state", "reason", "valid_until"])
    record(
        "refuse_document",
        f"La pièce « {_label(application, document.requirement)} » est refusée : {document.reason}",
        by=by,
        authority=application.authority,
        about=application,
        document=document.pk,
    )
    return document


def _said(text: str, longest: int | None = None) -> str:
    """A text somebody must have written."""
    text = text.strip()
    if not text:
        raise Refused("Écrivez le motif : il sera gardé, et lu par la personne concernée.")
    if longest is not None and len(text) > longest:
        raise Refused(f"Le motif dépasse {longest} caractères : raccourcissez-le.")
    return text


@transaction.atomic
def declare_complete(*, application: Application, by: User | None) -> Application:
    """The file is complete: nothing more is asked, and the clock runs (CRPA L114-5)."""
    application = locked(application)
    require(by, Right.REVIEW_APPLICATIONS, application.authority)
    require_state(application, "declare_complete")
    _refuse_what_is_left(left_before_complete(application))
    _close_correction(application)
    application.state = Application.State.COMPLETE
    application.completed_at = clock.now()
    application.save(update_fields=["state", "completed_at"])
    record(
        "declare_complete",
        "Le dossier est déclaré complet.",
        by=by,
        authority=application.authority,
        about=application,
    )
    return application


def _refuse_what_is_left(left: Sequence[str]) -> None:
    if left:
        more = f" Et {counted(len(left) - 1, 'autre point', 'autres points')}." if len(left) > 1 else ""
        raise Refused(f"{left[0]}{more}")


def _close_correction(application: Application) -> None:
    """What was asked is no longer awaited."""
    application.corrections.open().update(closed_at=clock.now())
    resume(application)


@transaction.atomic
def ask_correction(
    *,
    application: Application,
    fields: Sequence[str],
    requirements: Sequence[str],
    message: str,
    due_on: date,
    by: User | None,
) -> CorrectionRequest:
    """Ask for what is missing or wrong, and for nothing else; meanwhile the clock stands still (CRPA L114-5).

    Raises Refused when nothing is asked, or something the form does not hold, or for a day already past.
    """
    application = locked(application)
    require(by, Right.REVIEW_APPLICATIONS, application.authority)
    require_state(application, "ask_correction")
    if not fields and not requirements:
        raise Refused("Cochez au moins une réponse ou une pièce à corriger.")
    known = {*questions(application), *(terms.key for terms in application.version.parsed.documents)}
    if unknown := [key for key in (*fields, *requirements) if key not in known]:
        raise Refused(
            f"« {unknown[0]} » n'est pas demandé par ce dispositif : choisissez dans le formulaire."
        )
    if due_on <= clock.today():
        raise Refused("Laissez au demandeur au moins un jour pour répondre : choisissez une date à venir.")
    request = CorrectionRequest.objects.create(
        application=application,
        fields=list(fields),
        requirements=list(requirements),
        message=_said(message),
        due_on=due_on,
        asked_by=by,
    )
    application.state = Application.State.INCOMPLETE
    application.save(update_fields=["state"])
    suspend(application, due_on=due_on, reason="Réponses ou pièces demandées")
    record(
        "ask_correction",
        f"Une correction est demandée pour le {day_text(due_on)} ; le délai est suspendu.",
        by=by,
        authority=application.authority,
        about=application,
        fields=list(fields),
        requirements=list(requirements),
    )
    notices.correction(request, stops_clock=True, by=by)
    return request


@transaction.atomic
def give_back(*, application: Application, by: User | None, message: str) -> CorrectionRequest:
    """Let the applicant write the whole application again. Its number is kept, and its clock keeps running:
    only a request for what is missing stops it (CRPA L114-5)."""
    application = locked(application)
    require(by, Right.REVIEW_APPLICATIONS, application.authority)
    require_state(application, "give_back")
    request = CorrectionRequest.objects.create(
        application=application,
        fields=list(questions(application)),
        requirements=[terms.key for terms in application.version.parsed.documents],
        message=_said(message),
        due_on=completeness_due_on(clock.today()),
        asked_by=by,
    )
    application.state = Application.State.INCOMPLETE
    application.save(update_fields=["state"])
    record(
        "give_back",
        "Le dossier est rendu au demandeur, qui peut le modifier ; le délai continue de courir.",
        by=by,
        authority=application.authority,
        about=application,
    )
    notices.correction(request, stops_clock=False, by=by)
    return request


@transaction.atomic
def begin_review(*, application: Application, by: User | None) -> Application:
    """Begin the review; whoever begins it takes the application when nobody has it."""
    application = locked(application)
    require(by, Right.REVIEW_APPLICATIONS, application.authority)
    require_state(application, "begin_review")
    application.state = Application.State.UNDER_REVIEW
    application.assigned_to = application.assigned_to or by
    application.save(update_fields=["state", "assigned_to"])
    record(
        "begin_review",
        "L'instruction du dossier commence.",
        by=by,
        authority=application.authority,
        about=application,
    )
    return application


@transaction.atomic
def judge_again(*, application: Application, by: User | None) -> Application:
    """Judge the application again as of today, by the version of the rules it pins."""
    application = locked(application)
    require(by, Right.REVIEW_APPLICATIONS, application.authority)
    require_state(application, "judge_again")
    on = clock.today()
    facts, zoning = gathered(application, on)
    application.judgement = judge(version=application.version, facts=facts, zoning=zoning, on=on)
    application.save(update_fields=["judgement"])
    record(
        "judge_again",
        "L'éligibilité est examinée de nouveau.",
        by=by,
        authority=application.authority,
        about=application,
        verdict=application.judgement.verdict,
    )
    return application


@transaction.atomic
def override(*, application: Application, finding_code: str, reason: str, by: User | None) -> Override:
    """Set aside a criterion or a guard that stops the application; the reason is kept with it."""
    application = locked(application)
    require(by, Right.OVERRIDE_RULES, application.authority)
    require_state(application, "override")
    found = {remark.code: remark for remark in remarks(application, clock.today())}
    remark = found.get(finding_code)
    if remark is None:
        raise Refused("Ce point n'est plus relevé pour ce dossier : relisez l'éligibilité.")
    if remark.override is not None:
        raise Refused("Ce point est déjà écarté pour ce dossier.")
    written = Override.objects.create(
        application=application, code=finding_code, sentence=remark.sentence, reason=_said(reason), by=by
    )
    record(
        "override",
        f"« {remark.label} » est écarté : {written.reason}",
        by=by,
        authority=application.authority,
        about=application,
        code=finding_code,
        finding=remark.sentence,
    )
    return written


@transaction.atomic
def mark_ready(*, application: Application, by: User | None) -> Application:
    """The review is done: the application may be put on the agenda of a committee."""
    application = locked(application)
    require(by, Right.REVIEW_APPLICATIONS, application.authority)
    require_state(application, "mark_ready")
    _refuse_what_is_left(left_before_ready(application))
    application.state = Application.State.READY
    application.save(update_fields=["state"])
    record(
        "mark_ready",
        "Le dossier est prêt pour le comité.",
        by=by,
        authority=application.authority,
        about=application,
    )
    return application


@transaction.atomic
def declare_inadmissible(*, application: Application, reason: str, by: User | None) -> Application:
    """Close an application that cannot be examined, by a reasoned letter (CRPA L211-2)."""
    application = locked(application)
    require(by, Right.REVIEW_APPLICATIONS, application.authority)
    require_state(application, "declare_inadmissible")
    reason = _said(reason)
    _close_correction(application)
    application.state = Application.State.INADMISSIBLE
    application.decided_at = clock.now()
    application.save(update_fields=["state", "decided_at"])
    record(
        "declare_inadmissible",
        f"Le dossier est déclaré irrecevable : {reason}",
        by=by,
        authority=application.authority,
        about=application,
    )
    notices.inadmissible(application, reason=reason, by=by)
    return application
