"""A verdict as pages show it, the same for the applicant and for the officer (`schemes/verdict.html`)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from maillage.rules.eligibility import Assessment, Eligibility
from maillage.rules.eligibility import Verdict as Answer
from maillage.rules.money import euros
from maillage.schemes.models import Judgement

# Class of the text that says the state of a criterion; the state itself is always written.
_TONES: Final[Mapping[str, str]] = {
    Answer.MET: "state-good",
    Answer.NOT_MET: "state-bad",
    Answer.TO_PROVE: "state-wait",
}
_STATES: Final[Mapping[str, str]] = {
    Answer.MET: "Remplie",
    Answer.NOT_MET: "Non remplie",
    Answer.TO_PROVE: "À prouver",
}
_TITLES: Final[Mapping[str, str]] = {
    Eligibility.ELIGIBLE: "Toutes les conditions sont remplies",
    Eligibility.NOT_ELIGIBLE: "Une condition au moins n'est pas remplie",
    Eligibility.TO_PROVE: "Des conditions restent à prouver",
}
_NOTICES: Final[Mapping[str, str]] = {
    Eligibility.ELIGIBLE: "notice-success",
    Eligibility.NOT_ELIGIBLE: "notice-error",
    Eligibility.TO_PROVE: "notice-warning",
}


@dataclass(frozen=True, slots=True)
class CriterionLine:
    label: str
    state: str
    tone: str
    sentence: str
    law: str


@dataclass(frozen=True, slots=True)
class AmountLine:
    label: str
    formula: str
    value: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """A verdict in words.

    :ivar amount: in French, empty when it is not known.
    :ivar lines: how the amount was found.
    """

    title: str
    notice: str
    criteria: tuple[CriterionLine, ...]
    amount: str
    lines: tuple[AmountLine, ...]


def shown(assessment: Assessment) -> Verdict:
    """A verdict just worked out."""
    said = assessment.to_json()
    return _verdict(said["verdict"], said["results"], said["amount"])


def kept(judgement: Judgement) -> Verdict:
    """A verdict as it was given and kept."""
    return _verdict(judgement.verdict, judgement.results, judgement.calculation)


def _verdict(verdict: str, results: Sequence[Mapping[str, Any]], calculation: Mapping[str, Any]) -> Verdict:
    lines = tuple(
        AmountLine(line["label"], line["formula"], _amount(line["value"]) or "inconnu")
        for line in calculation.get("lines", [])
    )
    return Verdict(
        title=_TITLES[verdict],
        notice=_NOTICES[verdict],
        criteria=tuple(_criterion(result) for result in results),
        amount=_amount(calculation.get("value")),
        lines=lines,
    )


def _criterion(result: Mapping[str, Any]) -> CriterionLine:
    answer = result["verdict"]
    return CriterionLine(result["label"], _STATES[answer], _TONES[answer], result["sentence"], result["law"])


def _amount(value: str | None) -> str:
    return "" if value is None else euros(Decimal(value))
