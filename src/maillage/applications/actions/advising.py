"""What people say of an application: internal notes, opinions of partners, points on the scoring grid."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from django.db import transaction

from maillage.accounts.journal import record
from maillage.accounts.models import User
from maillage.accounts.rights import Right, has_right, require
from maillage.applications.models import Application, Message, OpinionRequest, Score
from maillage.applications.states import locked, require_state
from maillage.kit import clock
from maillage.kit.console import Refused


@transaction.atomic
def write_note(*, application: Application, text: str, by: User) -> Message:
    """An internal note: the applicant never reads it."""
    require(by, Right.REVIEW_APPLICATIONS, application.authority)
    if not text.strip():
        raise Refused("Écrivez la note avant de l'enregistrer.")
    return Message.objects.create(application=application, author=by, is_internal=True, text=text.strip())


@transaction.atomic
def ask_opinion(
    *,
    application: Application,
    asked_to: User,
    question: str,
    due_on: date | None,
    is_confidential: bool,
    by: User | None,
) -> OpinionRequest:
    """Ask an opinion to someone outside the review, who may then read the application."""
    application = locked(application)
    require(by, Right.REVIEW_APPLICATIONS, application.authority)
    require_state(application, "ask_opinion")
    if not (asked_to.is_active and has_right(asked_to, Right.GIVE_OPINIONS, application.authority)):
        raise Refused(
            f"{asked_to} ne rend pas d'avis pour {application.authority} : choisissez un partenaire."
        )
    if not question.strip():
        raise Refused("Écrivez la question à laquelle l'avis doit répondre.")
    if due_on is not None and due_on < clock.today():
        raise Refused("La date limite de l'avis est passée : choisissez une date à venir.")
    if application.opinions.filter(asked_to=asked_to, given_at=None).exists():
        raise Refused(f"Un avis est déjà demandé à {asked_to} : attendez sa réponse.")
    request = OpinionRequest.objects.create(
        application=application,
        asked_to=asked_to,
        question=question.strip(),
        due_on=due_on,
        is_confidential=is_confidential,
        asked_by=by,
    )
    record(
        "ask_opinion",
        f"Un avis est demandé à {asked_to}.",
        by=by,
        authority=application.authority,
        about=application,
    )
    return request


@transaction.atomic
def give_opinion(*, request: OpinionRequest, opinion: str, reasons: str, by: User | None) -> OpinionRequest:
    """Answer a request: only the person asked may, once, with reasons unless plainly favourable."""
    application = locked(request.application)
    require(by, Right.GIVE_OPINIONS, application.authority)
    request = (
        OpinionRequest.objects.select_for_update(of=("self",)).select_related("asked_to").get(pk=request.pk)
    )
    if by is not None and by.pk != request.asked_to_id:
        raise Refused(f"Cet avis est demandé à {request.asked_to}, qui seul peut le rendre.")
    if request.given_at is not None:
        raise Refused("Cet avis est déjà rendu et ne se modifie plus.")
    if application.state not in Application.OPEN_STATES:
        raise Refused(f"Le dossier {application} est décidé : il n'attend plus d'avis.")
    if opinion not in OpinionRequest.Opinion.values:
        raise Refused("Choisissez un avis favorable, réservé ou défavorable.")
    if opinion != OpinionRequest.Opinion.FAVOURABLE and not reasons.strip():
        raise Refused("Motivez un avis réservé ou défavorable.")
    request.opinion, request.reasons, request.given_at = opinion, reasons.strip(), clock.now()
    request.save(update_fields=["opinion", "reasons", "given_at"])
    record(
        "give_opinion",
        f"{request.asked_to} rend un avis {request.get_opinion_display().lower()}.",
        by=by,
        authority=application.authority,
        about=application,
    )
    return request


@transaction.atomic
def score(*, application: Application, points: Mapping[str, tuple[Decimal, str]], by: User) -> list[Score]:
    """Give points with a comment on criteria of the call's grid; one's earlier points are replaced."""
    application = locked(application)
    require(by, Right.REVIEW_APPLICATIONS, application.authority)
    require_state(application, "score")
    grid = {} if application.call is None else {line["key"]: line for line in application.call.scoring_grid}
    if not grid:
        raise Refused("Ce dossier ne relève d'aucun appel noté : il n'y a pas de grille à remplir.")
    written = []
    for criterion, (given, comment) in points.items():
        if criterion not in grid:
            raise Refused(f"« {criterion} » n'est pas un critère de la grille de cet appel.")
        most = Decimal(str(grid[criterion]["points"]))
        if not 0 <= given <= most:
            raise Refused(f"« {grid[criterion]['label']} » se note de 0 à {most} : corrigez les points.")
        line, _ = Score.objects.update_or_create(
            application=application,
            scorer=by,
            criterion=criterion,
            defaults={"points": given, "comment": comment.strip(), "at": clock.now()},
        )
        written.append(line)
    record(
        "score",
        f"{by} note le dossier sur {len(written)} critère{'s' if len(written) > 1 else ''}.",
        by=by,
        authority=application.authority,
        about=application,
    )
    return written
