"""Preparing an application: answers, documents, declared aids. Also used while a correction is open."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final

from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils import timezone

from maillage.accounts.actions import grant_role
from maillage.accounts.journal import record
from maillage.accounts.models import User
from maillage.accounts.roles import Role
from maillage.applications.corrections import unlocked
from maillage.applications.models import Application, Call, DeclaredAid, SupportingDocument
from maillage.applications.prefill import missing_answers
from maillage.applications.questions import commune_of, questions
from maillage.applications.states import locked, require_state
from maillage.files.actions import receive
from maillage.kit import clock
from maillage.kit.console import Refused
from maillage.kit.text import search_key
from maillage.rules.reading import decimal_of
from maillage.rules.terms import DeMinimis
from maillage.schemes.forms import is_given
from maillage.schemes.models import Scheme

MOST_COPIES: Final = 10
_SEARCHED: Final = (
    *("structure_name", "last_name", "first_name", "email", "rpps", "siret", "finess", "rna"),
    "project_title",
)


def require_applicant(application: Application, by: User | None) -> None:
    """Raise PermissionDenied unless `by` is who applies, or the program itself."""
    if by is not None and by.pk != application.applicant_id:
        raise PermissionDenied("Ce dossier est celui d'une autre personne.")


@transaction.atomic
def start(*, scheme: Scheme, applicant: User, call: Call | None = None, by: User | None) -> Application:
    """Begin an application, judged for ever by the version in force today.

    Whoever applies becomes an applicant of the authority. Raises Refused when nothing is open.
    """
    if by is not None and by != applicant:
        raise PermissionDenied("Une demande se commence pour soi-même.")
    version = scheme.current
    if version is None:
        raise Refused(f"Le dispositif « {scheme} » n'a pas de règlement en vigueur.")
    require_open(scheme, call)
    grant_role(user=applicant, authority=scheme.authority, role=Role.APPLICANT, by=None)
    application = Application(
        authority=scheme.authority, version=version, call=call, applicant=applicant, answers={}
    )
    application.answers = _own_answers(application, applicant)
    _restate(application)
    application.save()
    record(
        "start_application",
        f"Demande commencée : {scheme}.",
        by=by,
        authority=scheme.authority,
        about=application,
        version=version.number,
    )
    return application


def require_open(scheme: Scheme, call: Call | None) -> None:
    """Raise Refused, saying since or until when, unless the scheme takes applications now."""
    if scheme.is_closed(clock.today()):
        raise Refused(f"Le dispositif « {scheme} » est clos depuis le {scheme.closed_on:%d/%m/%Y}.")
    if call is None:
        if not scheme.is_open_all_year:
            raise Refused(
                f"Le dispositif « {scheme} » se demande dans le cadre d'un appel : attendez le prochain."
            )
        return
    if call.scheme_id != scheme.pk:
        raise Refused(f"L'appel « {call} » ne porte pas sur le dispositif « {scheme} ».")
    if sentence := call_is_shut(call):
        raise Refused(sentence)


def call_is_shut(call: Call) -> str:
    """Why a call takes no application now, in a sentence; "" when it does. Server time decides."""
    now = clock.now()
    if call.state != Call.State.PUBLISHED:
        return f"L'appel « {call} » n'est pas ouvert : {call.get_state_display().lower()}."
    if now < call.opens_at:
        return f"L'appel « {call} » ouvrira le {_moment(call.opens_at)}."
    if now >= call.closes_at:
        return f"L'appel « {call} » est fermé depuis le {_moment(call.closes_at)}."
    return ""


@transaction.atomic
def save(*, application: Application, answers: Mapping[str, Any], by: User | None) -> Application:
    """Keep answers, complete or not; None takes one back. What the registers know fills in the blanks.

    :param answers: plain JSON values, as `schemes.forms.FactsForm.answers` gives them.
    """
    row = locked(application)
    require_applicant(row, by)
    allowed = unlocked(row)
    fields = questions(row)
    _require_unlocked(set(answers), set(allowed.fields), {key: field.label for key, field in fields.items()})
    for key, value in answers.items():
        try:
            fields[key].read(value)
        except ValueError as error:
            raise Refused(f"« {fields[key].label} » : {error}.") from error
    held = {key: value for key, value in (row.answers | dict(answers)).items() if is_given(value)}
    blanks = missing_answers(held, authority=row.authority)
    held |= {key: value for key, value in blanks.items() if key in allowed.fields}
    changed = sorted(key for key in {*held, *row.answers} if held.get(key) != row.answers.get(key))
    row.answers, row.saved_at = held, clock.now()
    _restate(row)
    row.save()
    if changed and row.state != Application.State.DRAFT:
        labels = ", ".join(fields[key].label for key in changed if key in fields)
        record(
            "correct_answers",
            f"Réponses corrigées : {labels}.",
            by=by,
            authority=row.authority,
            about=row,
            fields=changed,
        )
    return row


@transaction.atomic
def attach(
    *, application: Application, requirement: str, upload: UploadedFile, by: User | None
) -> SupportingDocument:
    """Hand in a file for one of the documents the rules ask for. It is checked before anyone opens it."""
    row = locked(application)
    require_applicant(row, by)
    documents = {document.key: document for document in row.version.parsed.documents}
    labels = {key: document.label for key, document in documents.items()}
    _require_unlocked({requirement}, set(unlocked(row).requirements), labels)
    asked = documents[requirement]
    if row.documents.standing().filter(requirement=requirement).count() >= MOST_COPIES:
        raise Refused(f"Vous avez déjà joint {MOST_COPIES} fichiers pour « {asked.label} » : retirez-en un.")
    file = receive(
        upload=upload,
        authority=row.authority,
        by=by,
        accepted=tuple(str(kind) for kind in asked.accepted),
        max_mb=asked.max_mb,
    )
    document = SupportingDocument.objects.create(
        application=row, requirement=requirement, file=file, added_by=by
    )
    _touch(row)
    record(
        "attach_document",
        f"Pièce jointe : {asked.label} ({file.name}).",
        by=by,
        authority=row.authority,
        about=row,
    )
    return document


@transaction.atomic
def remove_document(*, document: SupportingDocument, by: User | None) -> Application:
    """Take back a file that nobody has accepted. Its content is erased with the files nothing points to."""
    row = locked(document.application)
    require_applicant(row, by)
    labels = {known.key: known.label for known in row.version.parsed.documents}
    _require_unlocked({document.requirement}, set(unlocked(row).requirements), labels)
    if document.state == SupportingDocument.State.ACCEPTED:
        raise Refused("Cette pièce a été acceptée : elle ne se retire plus.")
    name = document.file.name
    document.delete()
    _touch(row)
    record("remove_document", f"Pièce retirée : {name}.", by=by, authority=row.authority, about=row)
    return row


@transaction.atomic
def declare_aid(
    *,
    application: Application,
    funder: str,
    label: str,
    amount: Decimal | None = None,
    signed_on: date | None = None,
    category: str = "",
    de_minimis: str = "",
    by: User | None,
) -> DeclaredAid:
    """Declare an aid asked of, or received from, any funder: cumulation rules are checked against it."""
    row = locked(application)
    require_applicant(row, by)
    _require_declaring(row)
    if not funder.strip() or not label.strip():
        raise Refused("Dites qui donne l'aide et pour quoi.")
    if amount is not None and amount < 0:
        raise Refused("Le montant d'une aide n'est pas négatif.")
    if de_minimis and de_minimis not in {regime.value for regime in DeMinimis}:
        raise Refused(f"« {de_minimis} » n'est pas un régime de minimis connu.")
    aid = DeclaredAid.objects.create(
        application=row,
        recipient=row.recipient,
        funder=funder.strip(),
        label=label.strip(),
        amount=amount,
        signed_on=signed_on,
        category=category,
        de_minimis=de_minimis,
    )
    _touch(row)
    record("declare_aid", f"Aide déclarée : {aid}.", by=by, authority=row.authority, about=row)
    return aid


@transaction.atomic
def remove_declared_aid(*, aid: DeclaredAid, by: User | None) -> Application:
    """Take back the declaration of an aid, made on an application still open to changes."""
    if aid.application is None:
        raise Refused("Cette aide a été déclarée dans un autre dossier : signalez l'erreur par un message.")
    row = locked(aid.application)
    require_applicant(row, by)
    _require_declaring(row)
    record("remove_declared_aid", f"Déclaration retirée : {aid}.", by=by, authority=row.authority, about=row)
    aid.delete()
    _touch(row)
    return row


@transaction.atomic
def discard(*, application: Application, by: User | None) -> None:
    """Throw a draft away."""
    row = locked(application)
    require_applicant(row, by)
    require_state(row, "discard")
    record(
        "discard_application",
        f"Brouillon supprimé : {row.version.scheme}.",
        by=by,
        authority=row.authority,
        about=row,
    )
    row.delete()


def _own_answers(application: Application, applicant: User) -> dict[str, Any]:
    """What is already known of the applicant: their address, and what they told in an earlier application."""
    asked = questions(application)
    earlier = (
        Application.objects.filter(applicant=applicant, authority=application.authority)
        .exclude(state=Application.State.DRAFT)
        .order_by("-pk")
        .first()
    )
    known: dict[str, Any] = {"email": applicant.email}
    if earlier is not None:
        known |= {
            key: value for key, value in earlier.answers.items() if key in asked and asked[key].personal
        }
    return {key: value for key, value in known.items() if key in asked}


def _require_unlocked(keys: set[str], allowed: set[str], labels: Mapping[str, str]) -> None:
    if not keys <= allowed:
        first = sorted(keys - allowed)[0]
        if first not in labels:
            raise Refused(f"« {first} » ne fait pas partie de cette demande.")
        raise Refused(f"« {labels[first]} » ne peut pas être modifié dans l'état actuel du dossier.")


def _require_declaring(application: Application) -> None:
    if not unlocked(application):
        raise Refused("Les aides déclarées ne peuvent pas être modifiées dans l'état actuel du dossier.")


def _touch(application: Application) -> None:
    application.saved_at = clock.now()
    application.save(update_fields=["saved_at"])


def _restate(application: Application) -> None:
    """Write again what lists read from the answers."""
    answers = application.answers
    application.requested_amount = _requested(answers)
    application.commune = commune_of(application)
    application.title = str(answers.get("project_title", ""))[:200]
    words = [application.number, *(str(answers[key]) for key in _SEARCHED if key in answers)]
    application.search_text = search_key(" ".join(words))


def _requested(answers: Mapping[str, Any]) -> Decimal | None:
    if "requested_amount" in answers:
        return decimal_of(answers["requested_amount"])
    by_year = [decimal_of(amount) for amount in answers.get("requested_by_year", {}).values()]
    known = [amount for amount in by_year if amount is not None]
    return sum(known, Decimal(0)) if known else None


def _moment(moment: datetime) -> str:
    return f"{timezone.localtime(moment):%d/%m/%Y à %H h %M}"
