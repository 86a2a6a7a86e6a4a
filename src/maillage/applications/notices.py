"""The letters that the review writes: what is to be corrected, and the two ways a file is closed unheard."""

from __future__ import annotations

from datetime import date

from maillage.accounts.models import User
from maillage.acts.document import Act, Block, Bullets, Heading, Legal, Paragraph, long_date
from maillage.applications.models import Application, CorrectionRequest
from maillage.applications.questions import questions
from maillage.kit import clock
from maillage.letters.actions import draft, send
from maillage.letters.mentions import appeal_routes
from maillage.letters.models import Letter


def correction(request: CorrectionRequest, *, stops_clock: bool, by: User | None) -> Letter:
    """Sent at once: the applicant is waited for, and knows what for."""
    application = request.application
    fields = questions(application)
    documents = {known.key: known.label for known in application.version.parsed.documents}
    asked = [
        *(fields[key].label for key in request.fields if key in fields),
        *(documents[key] for key in request.requirements if key in documents),
    ]
    until = long_date(request.due_on)
    blocks: list[Block] = [
        Paragraph(f"Votre dossier **{application.number}** est à compléter."),
        Paragraph(request.message),
        Heading("Réponses et pièces concernées"),
        Bullets(tuple(asked)),
        Paragraph(
            f"Répondez avant le **{until}** depuis votre espace « Mes demandes » : seules ces réponses et "
            "ces pièces peuvent y être modifiées."
        ),
    ]
    if stops_clock:
        blocks.append(
            Legal(
                "Le délai au terme duquel votre demande est refusée par notre silence est suspendu jusqu'à "
                "votre réponse (CRPA, art. L. 114-5)."
            )
        )
    letter = _draft(application, "correction", "Votre dossier est à corriger", blocks, by)
    return send(letter=letter, by=None)


def inadmissible(application: Application, *, reason: str, by: User | None) -> Letter:
    """Left to be read over before it is sent: it closes the file, with its reasons (CRPA L211-2, L211-5)."""
    blocks: list[Block] = [
        Paragraph(f"Votre demande **{application.number}** est déclarée irrecevable."),
        Heading("Motifs"),
        Paragraph(reason),
        appeal_routes(application.authority.name),
    ]
    return _draft(application, "inadmissibility", "Votre demande est irrecevable", blocks, by)


def lapsed(application: Application, *, due_on: date, by: User | None) -> Letter:
    """Left to be sent or not: the refusal stands without it, an express decision may still follow."""
    blocks: list[Block] = [
        Paragraph(
            f"Votre demande **{application.number}** est restée sans réponse avant le {long_date(due_on)}. "
            "Le silence gardé deux mois sur une demande de caractère financier vaut décision de rejet (code "
            "des relations entre le public et l'administration, article L231-4, 3°)."
        ),
        appeal_routes(application.authority.name),
    ]
    return _draft(application, "implicit_refusal", "Votre demande est refusée implicitement", blocks, by)


def _draft(application: Application, kind: str, title: str, blocks: list[Block], by: User | None) -> Letter:
    recipient = application.recipient
    address = recipient.address if recipient is not None else ""
    act = Act(
        title=title,
        reference=application.number,
        authority=application.authority.name,
        colour=application.authority.colour,
        dated=clock.today(),
        recipient_lines=(str(recipient), *address.splitlines()),
        blocks=tuple(blocks),
    )
    return draft(
        authority=application.authority,
        kind=kind,
        act=act,
        about=application,
        recipient_user=application.applicant,
        recipient_name=str(recipient),
        recipient_email=application.answers.get("email") or application.applicant.email,
        recipient_address=address,
        channel=Letter.Channel.EMAIL,
        by=by,
    )
