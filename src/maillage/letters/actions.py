"""Preparing letters, sending them, and what follows."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import replace
from smtplib import SMTPException

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.core.mail import EmailMessage
from django.db import models, transaction

from maillage.accounts.journal import record
from maillage.accounts.models import Authority, User
from maillage.accounts.rights import Right, require
from maillage.acts.document import Act, french, to_json
from maillage.acts.fonts import MissingFonts
from maillage.acts.pdf import to_pdf
from maillage.files.actions import keep
from maillage.kit import clock
from maillage.kit.console import Refused
from maillage.kit.writing import save
from maillage.letters.models import Letter
from maillage.letters.registry import TOLD
from maillage.letters.writing import dressed

logger = logging.getLogger(__name__)

# Sending binds the authority: those who review applications do, and those who recover its money.
SENDERS = (Right.REVIEW_APPLICATIONS, Right.RECOVER)


def require_sender(by: User | None, authority: Authority) -> None:
    """Raise PermissionDenied unless `by` may send letters; None is the program itself."""
    if by is not None and not any(by.can(right, authority) for right in SENDERS):
        raise PermissionDenied("Votre rôle ne permet pas d'envoyer des courriers.")


@transaction.atomic
def draft(
    *,
    authority: Authority,
    kind: str,
    act: Act,
    by: User | None,
    about: models.Model | None = None,
    recipient_name: str,
    recipient_user: User | None = None,
    recipient_email: str = "",
    recipient_address: str = "",
    channel: Letter.Channel | None = None,
) -> Letter:
    """Prepare a letter. It is numbered at once and may be revised until it is sent.

    Left out: the channel is the recipient's account, else their e-mail, else registered post; the recipient's
    lines are their name and address; the reference is the number of the letter.
    """
    require(by, Right.SEE_APPLICATIONS, authority)
    number = _next_number(authority)
    lines = act.recipient_lines or (recipient_name, *recipient_address.splitlines())
    complete = replace(act, reference=act.reference or number, recipient_lines=lines, logo=None)
    letter = Letter(
        authority=authority,
        kind=kind,
        number=number,
        subject_kind=about._meta.label_lower if about is not None else "",
        subject_id=str(about.pk) if about is not None else "",
        recipient_user=recipient_user,
        recipient_name=recipient_name,
        recipient_email=recipient_email,
        recipient_address=recipient_address,
        title=act.title[:200],
        content=to_json(complete),
        channel=channel or _channel(recipient_user, recipient_email),
        drafted_by=by,
    )
    save(letter)
    record("draft_letter", f"Courrier préparé : {letter}.", by=by, authority=authority, about=letter)
    return letter


@transaction.atomic
def revise(
    *,
    letter: Letter,
    by: User | None,
    act: Act | None = None,
    channel: Letter.Channel | None = None,
    recipient_email: str | None = None,
) -> Letter:
    """Change a letter that has not been sent: its content, how it leaves, the e-mail address."""
    require(by, Right.SEE_APPLICATIONS, letter.authority)
    locked = _locked_draft(letter)
    if act is not None:
        kept = {"reference": act.reference or locked.number, "logo": None}
        locked.content = to_json(replace(act, **kept))  # type: ignore[arg-type]
        locked.title = act.title[:200]
    if channel is not None:
        locked.channel = channel
    if recipient_email is not None:
        locked.recipient_email = recipient_email
    save(locked)
    record("revise_letter", f"Courrier modifié : {locked}.", by=by, authority=locked.authority, about=locked)
    return locked


@transaction.atomic
def send(*, letter: Letter, by: User | None, tracking: str = "") -> Letter:
    """Send a letter: dated today, its PDF frozen, and its e-mail off once all this is certain.

    Registered post and delivery by hand are done by people: the program keeps the act they carry.
    """
    require_sender(by, letter.authority)
    locked = _locked_draft(letter)
    if locked.channel == Letter.Channel.PORTAL and locked.recipient_user_id is None:
        raise Refused("Ce destinataire n'a pas de compte : choisissez le courriel ou la lettre recommandée.")
    act = replace(locked.act, dated=clock.today())
    locked.content = to_json(act)
    locked.pdf = keep(
        content=rendered(act, locked.authority),
        name=f"courrier-{locked.number}.pdf",
        media_type="application/pdf",
        authority=locked.authority,
        by=by,
    )
    locked.state, locked.sent_at, locked.sent_by = Letter.State.SENT, clock.now(), by
    locked.tracking = tracking.strip()
    save(locked)
    record(
        "send_letter",
        f"Courrier envoyé ({locked.get_channel_display().lower()}) à {locked.recipient_name} : {locked}.",
        by=by,
        authority=locked.authority,
        about=locked,
        channel=locked.channel,
        sha256=locked.pdf.sha256,
    )
    for told in TOLD:
        told(locked, by)
    if locked.channel == Letter.Channel.EMAIL:
        transaction.on_commit(lambda: deliver(letter=locked, by=by))
    return locked


@transaction.atomic
def send_by(
    *, letter: Letter, by: User | None, channel: Letter.Channel, recipient_email: str = "", tracking: str = ""
) -> Letter:
    """Send a letter by a channel chosen at that moment: all of it happens, or nothing."""
    if (letter.channel, letter.recipient_email) != (channel, recipient_email):
        letter = revise(letter=letter, by=by, channel=channel, recipient_email=recipient_email)
    return send(letter=letter, by=by, tracking=tracking)


def send_each(*, letters: Iterable[Letter], by: User | None) -> list[str]:
    """Send letters one by one. Returns a sentence for each that could not be."""
    refusals = []
    for letter in letters:
        try:
            send(letter=letter, by=by)
        except Refused as refusal:
            refusals.append(f"{letter.number} : {refusal}")
    return refusals


def deliver(*, letter: Letter, by: User | None) -> Letter:
    """Have the e-mail of a sent letter leave, unless it has. A failure is written on it, not raised.

    Nothing leaves a demonstration, whose people do not exist: its letters are held as gone.
    """
    require_sender(by, letter.authority)
    letter.refresh_from_db()
    if not letter.mail_is_late or letter.pdf is None:
        return letter
    if letter.authority.is_demo:
        return _mail_left(letter, by)
    try:
        with letter.pdf.file.open("rb") as stream:
            _message(letter, stream.read()).send()
    except (SMTPException, OSError, ValueError) as error:
        logger.warning("the e-mail of letter %s did not leave: %s", letter.number, error)
        return _mail_failed(letter, str(error), by)
    return _mail_left(letter, by)


@transaction.atomic
def track(*, letter: Letter, by: User | None, tracking: str) -> Letter:
    """Write down the number of the registered letter, known once it has been posted."""
    require_sender(by, letter.authority)
    if letter.state != Letter.State.SENT or letter.channel != Letter.Channel.REGISTERED_POST:
        raise Refused("Seule une lettre recommandée envoyée porte un numéro de suivi.")
    letter.tracking = tracking.strip()
    save(letter)
    sentence = f"Numéro de recommandé {letter.tracking} : {letter}."
    record("track_letter", sentence, by=by, authority=letter.authority, about=letter)
    return letter


@transaction.atomic
def cancel(*, letter: Letter, by: User | None, reason: str = "") -> Letter:
    """Give up a letter that has not been sent. Its number is not used again."""
    require(by, Right.SEE_APPLICATIONS, letter.authority)
    locked = _locked_draft(letter)
    locked.state = Letter.State.CANCELLED
    save(locked)
    why = f" ({reason.strip()})" if reason.strip() else ""
    sentence = f"Courrier annulé{why} : {locked}."
    record("cancel_letter", sentence, by=by, authority=locked.authority, about=locked)
    return locked


def rendered(act: Act, authority: Authority) -> bytes:
    """The PDF of a document, with the authority's name, colour and logo of today."""
    try:
        return to_pdf(dressed(act, authority))
    except MissingFonts as error:
        raise Refused(str(error)) from error


def _channel(user: User | None, email: str) -> Letter.Channel:
    if user is not None:
        return Letter.Channel.PORTAL
    return Letter.Channel.EMAIL if email else Letter.Channel.REGISTERED_POST


def _next_number(authority: Authority) -> str:
    """The next number of the year in this authority, such as 2026-00042. Locks the authority."""
    Authority.objects.select_for_update().get(pk=authority.pk)
    year = clock.today().year
    last = (
        Letter.objects.filter(authority=authority, number__startswith=f"{year}-").order_by("-number").first()
    )
    rank = int(last.number.partition("-")[2]) + 1 if last is not None else 1
    return f"{year}-{rank:05d}"


def _locked_draft(letter: Letter) -> Letter:
    locked = (
        Letter.objects.select_for_update(of=("self",))
        .select_related("authority", "recipient_user")
        .get(pk=letter.pk)
    )
    if not locked.is_draft:
        raise Refused(f"Le courrier {locked.number} est déjà {locked.get_state_display().lower()}.")
    return locked


def _message(letter: Letter, pdf: bytes) -> EmailMessage:
    title = " ".join(french(letter.title).split())
    body = (
        f"Bonjour,\n\n{letter.authority.name} vous adresse le courrier joint :\n{title}\n"
        f"Référence : {letter.number}\n\n"
        "Merci de ne pas répondre à ce message : le courrier dit à qui écrire.\n"
    )
    return EmailMessage(
        subject=f"{letter.authority.short_name} : {title}",
        body=body,
        from_email=settings.DEFAULT_FROM_EMAIL,
        to=[letter.recipient_email],
        attachments=[(f"courrier-{letter.number}.pdf", pdf, "application/pdf")],
    )


@transaction.atomic
def _mail_left(letter: Letter, by: User | None) -> Letter:
    letter.mailed_at, letter.mail_error = clock.now(), ""
    letter.save(update_fields=["mailed_at", "mail_error"])
    sentence = f"Courriel parti à {letter.recipient_email} : {letter}."
    record("deliver_letter", sentence, by=by, authority=letter.authority, about=letter)
    return letter


@transaction.atomic
def _mail_failed(letter: Letter, why: str, by: User | None) -> Letter:
    letter.mail_error = why[:300] or "Le serveur de messagerie n'a pas répondu."
    letter.save(update_fields=["mail_error"])
    sentence = f"Le courriel n'est pas parti à {letter.recipient_email} : {letter}."
    record("fail_letter", sentence, by=by, authority=letter.authority, about=letter, error=why)
    return letter
