"""Where an application stands: its documents, what the rules say of it, what is left to do.

The page, the guard of the action and the preflight of a bulk action read the same lists.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from maillage.applications.checks import document_needs, missing_documents
from maillage.applications.history import past_aids
from maillage.applications.models import Application, Override, SupportingDocument
from maillage.files.models import StoredFile
from maillage.kit import clock
from maillage.kit.text import search_key
from maillage.rules.calendar import day_text
from maillage.rules.eligibility import Need, Verdict
from maillage.rules.guards import check_award
from maillage.rules.parts import Document
from maillage.rules.terms import Effect
from maillage.schemes.models import Judgement

CRITERION = "critere:"


@dataclass(frozen=True, slots=True)
class Piece:
    """One document the rules ask for, and what was handed in for it, the latest first."""

    document: Document
    need: Need
    sentence: str
    given: list[SupportingDocument] = field(default_factory=list)

    @property
    def standing(self) -> list[SupportingDocument]:
        """Those nobody refused, neither a case officer nor the check of their content."""
        refused, unsafe = SupportingDocument.State.REFUSED, StoredFile.State.REFUSED
        return [given for given in self.given if given.state != refused and given.file.state != unsafe]

    @property
    def accepted(self) -> list[SupportingDocument]:
        return [given for given in self.standing if given.state == SupportingDocument.State.ACCEPTED]


@dataclass(frozen=True, slots=True)
class Remark:
    """What a criterion or a legal guard has to say against the application."""

    code: str
    label: str
    is_stop: bool
    article: str
    sentence: str
    remedy: str
    override: Override | None = None

    @property
    def stops(self) -> bool:
        """It forbids going on, and nobody set it aside."""
        return self.is_stop and self.override is None


UNKNOWN_AMOUNT = Remark(
    code="montant",
    label="Montant",
    is_stop=False,
    article="",
    sentence="Le montant de l'aide n'est pas connu : cumuls et plafonds n'ont pas été vérifiés.",
    remedy="Complétez les réponses dont il dépend, puis réexaminez le dossier.",
)


def pieces(application: Application) -> list[Piece]:
    """Every document of the rules for this applicant, and those received for it."""
    given: dict[str, list[SupportingDocument]] = {}
    for found in application.documents.select_related("file", "added_by").order_by("-added_at", "-pk"):
        given.setdefault(found.requirement, []).append(found)
    needs = document_needs(application, clock.today())
    return [
        Piece(need.document, need.need, need.sentence, given.get(need.document.key, [])) for need in needs
    ]


def remarks(application: Application, on: date) -> list[Remark]:
    """The criteria not met or not proved by the last judgement, then the legal guards on the award."""
    judgement = application.judgement
    if judgement is None:
        return []
    overrides = {override.code: override for override in application.overrides.all()}
    criteria = [
        Remark(
            code=f"{CRITERION}{result['key']}",
            label=result["label"],
            is_stop=result["effect"] == Effect.STOP and result["verdict"] == Verdict.NOT_MET,
            article=result.get("law", ""),
            sentence=result["sentence"],
            remedy="Corrigez la réponse ou la pièce qui la prouve, puis réexaminez le dossier.",
            override=overrides.get(f"{CRITERION}{result['key']}"),
        )
        for result in judgement.results
        if result["verdict"] != Verdict.MET
    ]
    return [*criteria, *_guards(application, judgement, overrides, on)]


def _guards(
    application: Application, judgement: Judgement, overrides: dict[str, Override], on: date
) -> list[Remark]:
    amount = judgement.amount if judgement.amount is not None else application.requested_amount
    if amount is None:
        return [UNKNOWN_AMOUNT]
    findings = check_award(
        application.version.parsed,
        judgement.facts,
        amount,
        on,
        past_aids(application),
        aid=application.version.scheme.key,
        project=search_key(application.title),
    )
    return [
        Remark(
            code=(code := f"{finding.code}:{finding.path}" if finding.path else finding.code),
            label=finding.article or finding.code,
            is_stop=finding.level is Effect.STOP,
            article=finding.article,
            sentence=finding.sentence,
            remedy=finding.remedy,
            override=overrides.get(code),
        )
        for finding in findings
    ]


def left_before_complete(application: Application) -> list[str]:
    """What is missing for the file to be complete (CRPA L114-5): one sentence each."""
    asked = application.corrections.open().order_by("-pk").first()
    awaited = set(asked.requirements) if asked else set()
    return [
        f"La pièce « {document.label} » est attendue avant le {day_text(asked.due_on)}."
        if asked and document.key in awaited
        else f"La pièce « {document.label} » manque : demandez-la au demandeur."
        for document in missing_documents(application, clock.today())
    ]


def left_before_ready(application: Application) -> list[str]:
    """What is left to do before a committee can examine the application: one sentence each."""
    return [
        *_left_of_documents(application),
        *_left_of_eligibility(application),
        *_left_of_opinions(application),
        *_left_of_scoring(application),
    ]


def left_to_do(application: Application) -> list[str]:
    """What is left at this state: to complete the file first, to make it ready then."""
    before_complete = (Application.State.SUBMITTED, Application.State.INCOMPLETE)
    if application.state in before_complete:
        return left_before_complete(application)
    reviewed = (Application.State.COMPLETE, Application.State.UNDER_REVIEW)
    return left_before_ready(application) if application.state in reviewed else []


def _left_of_documents(application: Application) -> list[str]:
    found = []
    for piece in pieces(application):
        if piece.need is Need.REQUIRED and not piece.standing:
            found.append(f"La pièce « {piece.document.label} » manque : demandez-la au demandeur.")
        elif piece.need is Need.REQUIRED and not piece.accepted:
            found.append(
                f"La pièce « {piece.document.label} » n'est pas examinée : acceptez-la ou refusez-la."
            )
        elif any(_is_expired(given) for given in piece.accepted[:1]):
            found.append(f"La pièce « {piece.document.label} » n'est plus valable : demandez-la de nouveau.")
    return found


def _is_expired(given: SupportingDocument) -> bool:
    return given.valid_until is not None and given.valid_until < clock.today()


def _left_of_eligibility(application: Application) -> list[str]:
    if application.judgement is None:
        return ["L'éligibilité n'a pas été examinée : lancez l'examen."]
    return [
        f"{remark.sentence} {remark.remedy}" for remark in remarks(application, clock.today()) if remark.stops
    ]


def _left_of_opinions(application: Application) -> list[str]:
    return [
        f"L'avis demandé à {request.asked_to} n'est pas rendu : attendez-le jusqu'à sa date limite, ou "
        "relancez."
        for request in application.opinions.select_related("asked_to").filter(given_at=None)
        if request.due_on is None or request.due_on >= clock.today()
    ]


def _left_of_scoring(application: Application) -> list[str]:
    if application.call is None:
        return []
    scored = set(application.scores.order_by().values_list("criterion", flat=True))
    return [
        f"Le critère « {criterion['label']} » n'est pas noté : donnez-lui des points."
        for criterion in application.call.scoring_grid
        if criterion["key"] not in scored
    ]
