"""What stands between a draft and its submission: one list, for the recap, the guard and the letter."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from django.conf import settings

from maillage.applications.facts import gathered
from maillage.applications.models import Application, ConfirmedEmail
from maillage.applications.questions import Step, kind_of, steps
from maillage.rules.eligibility import DocumentNeed, Need, documents_needed
from maillage.rules.parts import Document
from maillage.rules.terms import LegalBasis
from maillage.schemes.forms import is_given


@dataclass(frozen=True, slots=True)
class Missing:
    """One thing to do.

    :ivar step: step of the form where it is done, "" when it is elsewhere.
    :ivar key: question or document concerned.
    :ivar blocks: false for a document, which the law lets one send later (CRPA L114-5).
    """

    step: str
    key: str
    sentence: str
    blocks: bool


@dataclass(frozen=True, slots=True)
class Statement:
    """What is sworn when submitting."""

    key: str
    sentence: str


def missing(application: Application, on: date) -> list[Missing]:
    """What is still to be done before submitting, in the order of the form."""
    found = [
        lack for step in steps(application) for lack in _unanswered(application, step) if step.key != "pieces"
    ]
    found += [
        Missing("pieces", document.key, f"Joignez la pièce « {document.label} ».", blocks=False)
        for document in missing_documents(application, on)
    ]
    if not email_is_confirmed(application):
        sentence = "Confirmez votre adresse électronique par le lien que nous vous avons envoyé."
        found.append(Missing("", "email_confirmation", sentence, blocks=True))
    return found


def document_needs(application: Application, on: date) -> tuple[DocumentNeed, ...]:
    """Every document of the rules, with whether it is asked of this applicant and why."""
    facts, _ = gathered(application, on)
    return documents_needed(application.version.parsed, facts, on)


def missing_documents(application: Application, on: date) -> list[Document]:
    """The documents asked of this applicant of which no standing copy was handed in."""
    handed = set(application.documents.standing().values_list("requirement", flat=True))
    needs = document_needs(application, on)
    return [need.document for need in needs if need.need is Need.REQUIRED and need.document.key not in handed]


def email_is_confirmed(application: Application) -> bool:
    """Whether the applicant has proved to read their address; the demo asks for no proof."""
    if settings.DEMO and application.authority.is_demo:
        return True
    applicant = application.applicant
    return ConfirmedEmail.objects.filter(user=applicant, email=applicant.email).exists()


def statements(application: Application) -> list[Statement]:
    """What this applicant must swear, by the rules and by who they are."""
    rules, kind = application.version.parsed, kind_of(application)
    found = [
        Statement("accuracy", "Je certifie que les renseignements de cette demande sont exacts et complets."),
        Statement(
            "other_aids",
            "Je certifie avoir déclaré toutes les aides publiques demandées ou reçues pour le même objet.",
        ),
    ]
    if rules.legal_basis is LegalBasis.L1511_8_I and rules.cumulation.ten_years:
        found.append(
            Statement(
                "ten_years",
                "Je déclare sur l'honneur ne pas avoir signé, depuis dix ans, de convention pour une aide de "
                "même catégorie (CGCT, article D1511-47).",
            )
        )
    if kind == "association":
        found.append(
            Statement(
                "republican_commitment",
                "L'association souscrit le contrat d'engagement républicain (loi n° 2000-321, article 10-1).",
            )
        )
    if rules.obligation is not None:
        found.append(
            Statement("obligation", "J'ai lu l'engagement demandé en contrepartie de l'aide et je l'accepte.")
        )
    return found


def _unanswered(application: Application, step: Step) -> Iterator[Missing]:
    for field in step.fields:
        if field.required and not is_given(application.answers.get(field.key)):
            yield Missing(step.key, field.key, f"Répondez à « {field.label} ».", blocks=True)
