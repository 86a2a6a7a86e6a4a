"""Submitting an application, answering a correction, writing to the authority, withdrawing."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from maillage.accounts.journal import record
from maillage.accounts.models import Authority, User
from maillage.accounts.rights import Right
from maillage.applications.acknowledgement import acknowledgement
from maillage.applications.actions import clock as refusal
from maillage.applications.actions.drafting import call_is_shut, require_applicant
from maillage.applications.checks import missing, missing_documents, statements
from maillage.applications.facts import gathered
from maillage.applications.models import Application, CorrectionRequest, Message
from maillage.applications.numbers import next_number
from maillage.applications.recipients import recipient_of
from maillage.applications.states import locked, require_state
from maillage.kit import clock
from maillage.kit.console import Refused
from maillage.kit.text import search_key
from maillage.letters.actions import draft, send
from maillage.letters.models import Letter
from maillage.rules.deadlines import completeness_due_on
from maillage.rules.parts import Document
from maillage.schemes.actions import judge

State = Application.State


def submit(*, application: Application, by: User | None, sworn: Collection[str] | None = None) -> Application:
    """Hand the application in: number, recipient, verdict, clock of implicit refusal, acknowledgement.

    Server time decides whether the call is still open; a late attempt is refused and recorded. Documents
    may still lack: the acknowledgement asks for them, which suspends the clock (CRPA L114-5).

    :param sworn: keys of the statements sworn (`checks.statements`); None when the caller has had all of
        them sworn.
    """
    require_applicant(application, by)
    moment = clock.now()
    _refuse_late(application, by)
    return _acknowledge(_submit(application=application, moment=moment, sworn=sworn, by=by))


@transaction.atomic
def _submit(
    *, application: Application, moment: datetime, sworn: Collection[str] | None, by: User | None
) -> Application:
    row = locked(application)
    require_state(row, "submit")
    today = timezone.localdate(moment)
    blocking = [lack.sentence for lack in missing(row, today) if lack.blocks]
    if blocking:
        raise Refused(" ".join(blocking))
    row.sworn = _sworn(row, sworn)
    row.number = next_number(Application.objects.all(), authority=row.authority, letter="D", year=today.year)
    row.recipient, is_another_s = recipient_of(row)
    row.declared_aids.update(recipient=row.recipient)
    row.search_text = f"{search_key(row.number)} {row.search_text}"
    row.state = State.SUBMITTED
    refusal.start(row, moment=moment)
    _judge(row, today)
    row.save()
    if is_another_s:
        _warn_of_identity(row)
    record(
        "submit_application",
        f"Dossier déposé : {row.number}, {row.version.scheme}.",
        by=by,
        authority=row.authority,
        about=row,
        version=row.version.number,
        judgement=row.judgement_id,
    )
    _ask_for(row, missing_documents(row, today), today)
    return row


@transaction.atomic
def answer_correction(*, application: Application, by: User | None) -> Application:
    """Give a correction back: the clock runs again, the new answers are judged by the same rules."""
    row = locked(application)
    require_applicant(row, by)
    correction = _open_correction(row)
    handed = row.documents.standing().filter(requirement__in=correction.requirements)
    lacking = set(correction.requirements) - set(handed.values_list("requirement", flat=True))
    if lacking:
        labels = {document.key: document.label for document in row.version.parsed.documents}
        listed = ", ".join(f"« {labels.get(key, key)} »" for key in sorted(lacking))
        raise Refused(f"Il manque encore : {listed}. Joignez ce qui est demandé, puis renvoyez le dossier.")
    correction.answered_at = clock.now()
    correction.save(update_fields=["answered_at"])
    refusal.resume(row)
    if correction.fields:
        _correct_identity(row)
        _judge(row, clock.today())
    if row.state == State.INCOMPLETE:
        row.state = State.SUBMITTED
    row.save()
    record("answer_correction", "Corrections rendues.", by=by, authority=row.authority, about=row)
    return row


@transaction.atomic
def withdraw(*, application: Application, reason: str, by: User | None) -> Application:
    """Give the request up. Nothing is decided after that; a new one may be submitted."""
    row = locked(application)
    require_applicant(row, by)
    require_state(row, "withdraw")
    row.state = State.WITHDRAWN
    row.save(update_fields=["state"])
    row.corrections.open().update(closed_at=clock.now())
    refusal.resume(row)
    why = f" Motif : {reason.strip()}" if reason.strip() else ""
    record(
        "withdraw_application",
        f"Dossier retiré par le demandeur.{why}",
        by=by,
        authority=row.authority,
        about=row,
    )
    return row


@transaction.atomic
def write_message(*, application: Application, text: str, by: User | None) -> Message:
    """Write to the other side: the applicant to the authority, or the reverse."""
    is_reviewer = by is None or by.can(Right.REVIEW_APPLICATIONS, application.authority)
    if by is not None and by.pk != application.applicant_id and not is_reviewer:
        raise PermissionDenied("Seuls le demandeur et le service instructeur s'écrivent dans ce dossier.")
    require_state(application, "write_message")
    if not text.strip():
        raise Refused("Écrivez votre message.")
    message = Message.objects.create(application=application, author=by, text=text.strip())
    record("write_message", "Message écrit.", by=by, authority=application.authority, about=application)
    return message


@transaction.atomic
def read_messages(*, application: Application, by: User) -> int:
    """Mark as read what the other side wrote. Returns how many messages were new to this person."""
    unread = application.messages.filter(is_internal=False, read_at=None)
    if by.pk == application.applicant_id:
        unread = unread.exclude(author=by)
    else:
        unread = unread.filter(author_id=application.applicant_id)
    return unread.update(read_at=clock.now())


def _refuse_late(application: Application, by: User | None) -> None:
    """Refuse what comes after the end, outside any transaction so that the attempt stays in the journal."""
    if application.state != State.DRAFT:
        return
    scheme, call = application.version.scheme, application.call
    reason = call_is_shut(call) if call is not None else ""
    if not reason and scheme.is_closed(clock.today()):
        reason = f"Le dispositif « {scheme} » est clos depuis le {scheme.closed_on:%d/%m/%Y}."
    if not reason:
        return
    sentence = f"{reason} Votre demande n'a pas été déposée ; votre brouillon est conservé."
    record(
        "refuse_late_submission",
        f"Dépôt refusé. {reason}",
        by=by,
        authority=application.authority,
        about=application,
    )
    raise Refused(sentence)


def _sworn(application: Application, sworn: Collection[str] | None) -> list[dict[str, str]]:
    asked = statements(application)
    if sworn is not None and any(statement.key not in sworn for statement in asked):
        raise Refused("Cochez chacune des déclarations sur l'honneur avant de déposer.")
    return [{"key": statement.key, "sentence": statement.sentence} for statement in asked]


def _judge(application: Application, on: date) -> None:
    """Keep the verdict of the pinned version on today's facts; the application is left to be saved."""
    facts, zoning = gathered(application, on)
    application.judgement = judge(version=application.version, facts=facts, zoning=zoning, on=on)


def _correct_identity(application: Application) -> None:
    """Bring the recipient up to date with what was corrected: letters go to the address given last."""
    Authority.objects.select_for_update(no_key=True).get(pk=application.authority_id)
    before = application.recipient_id
    application.recipient, is_another_s = recipient_of(application)
    if application.recipient_id != before:
        application.declared_aids.update(recipient=application.recipient)
        if is_another_s:
            _warn_of_identity(application)


def _warn_of_identity(application: Application) -> None:
    text = (
        f"Le numéro officiel donné dans ce dossier est celui de {application.recipient}, dont répond un "
        "autre compte : vérifiez l'identité du demandeur avant d'instruire."
    )
    Message.objects.create(application=application, author=None, is_internal=True, text=text)


def _ask_for(application: Application, lacking: Sequence[Document], today: date) -> None:
    """Missing documents are asked for in the acknowledgement, and the clock waits for them."""
    if not lacking:
        return
    due_on = completeness_due_on(today)
    CorrectionRequest.objects.create(
        application=application,
        requirements=[document.key for document in lacking],
        message="Ces pièces manquaient au dépôt de votre demande.",
        due_on=due_on,
    )
    application.state = State.INCOMPLETE
    application.save(update_fields=["state"])
    refusal.suspend(
        application, due_on=due_on, reason="Pièces manquantes demandées par l'accusé de réception"
    )


def _acknowledge(application: Application) -> Application:
    """Send the acknowledgement at once, to the portal and by e-mail.

    The application is received whatever becomes of the letter: one that cannot be written waits among those
    to send, and says why in the journal.
    """
    letter = _letter(application)
    try:
        send(letter=letter, by=None)
    except Refused as refusal_of_letter:
        record(
            "fail_acknowledgement",
            f"L'accusé de réception attend d'être envoyé. {refusal_of_letter}",
            by=None,
            authority=application.authority,
            about=application,
        )
        return application
    application.acknowledged_at = clock.now()
    application.save(update_fields=["acknowledged_at"])
    return application


def _letter(application: Application) -> Letter:
    asked = application.corrections.open().first()
    keys = asked.requirements if asked is not None else []
    lacking = [document for document in application.version.parsed.documents if document.key in keys]
    recipient, applicant = application.recipient, application.applicant
    return draft(
        authority=application.authority,
        kind="acknowledgement",
        act=acknowledgement(application, lacking=lacking, due_on=asked.due_on if asked is not None else None),
        about=application,
        recipient_user=applicant,
        recipient_name=str(recipient or applicant),
        recipient_email=application.answers.get("email") or applicant.email,
        recipient_address=recipient.address if recipient is not None else "",
        channel=Letter.Channel.EMAIL,
        by=None,
    )


def _open_correction(application: Application) -> CorrectionRequest:
    correction = application.corrections.open().first()
    if correction is None or application.state not in Application.OPEN_STATES:
        raise Refused("Aucune correction ne vous est demandée sur ce dossier.")
    return correction
