"""What an applicant may change at the moment: everything in a draft, then only what a correction asks for."""

from __future__ import annotations

from dataclasses import dataclass

from maillage.applications.models import Application, CorrectionRequest
from maillage.applications.questions import questions


@dataclass(frozen=True, slots=True)
class Unlocked:
    """Keys of the questions and of the documents that may be changed, and the request that unlocks them."""

    fields: frozenset[str]
    requirements: frozenset[str]
    correction: CorrectionRequest | None = None

    def __bool__(self) -> bool:
        return bool(self.fields or self.requirements)


def unlocked(application: Application) -> Unlocked:
    """What the applicant may change today."""
    fields = frozenset(questions(application))
    requirements = frozenset(document.key for document in application.version.parsed.documents)
    if application.state == Application.State.DRAFT:
        return Unlocked(fields, requirements)
    correction = application.corrections.open().first()
    if correction is None or application.state not in Application.OPEN_STATES:
        return Unlocked(frozenset(), frozenset())
    return Unlocked(
        fields & frozenset(correction.fields), requirements & frozenset(correction.requirements), correction
    )
