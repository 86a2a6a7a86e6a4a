"""Eligibility, criterion by criterion: met, not met, to be proved, in one sentence that everybody reads.

The same rules, facts and date give the same verdict for ever: nothing here looks at a clock.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Context as DecimalContext
from decimal import Decimal, localcontext
from typing import Any

from maillage.rules.amounts import AmountResult, work_out
from maillage.rules.expressions import UNKNOWN, Context, Expression
from maillage.rules.expressions.nodes import LegalParameter
from maillage.rules.expressions.values import TYPES, ValueType, value_text
from maillage.rules.fields import Facts, Field
from maillage.rules.parts import Criterion, Document
from maillage.rules.scheme import SchemeRules
from maillage.rules.terms import Effect, Term
from maillage.rules.vocabulary import ANSWERS
from maillage.rules.wording import capital, inside, linked, listed

# Enough for any product of the figures of a rule, and the same whatever the caller's own context.
_PRECISION = DecimalContext(prec=40)


class Verdict(Term):
    MET = "met", "condition remplie"
    NOT_MET = "not_met", "condition non remplie"
    TO_PROVE = "to_prove", "à prouver"


class Eligibility(Term):
    ELIGIBLE = "eligible", "éligible"
    NOT_ELIGIBLE = "not_eligible", "non éligible"
    TO_PROVE = "to_prove", "à prouver"


class Need(Term):
    REQUIRED = "required", "obligatoire"
    OPTIONAL = "optional", "facultative"
    NOT_CONCERNED = "not_concerned", "sans objet"
    UNDECIDED = "undecided", "selon les réponses à venir"


@dataclass(frozen=True)
class CriterionResult:
    """The verdict on one criterion.

    :ivar sentence: rule, what was found, verdict.
    :ivar missing: keys of the facts to fill in.
    """

    key: str
    label: str
    verdict: Verdict
    effect: Effect
    sentence: str
    law: str
    proof: str | None
    missing: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        return {
            "key": self.key,
            "label": self.label,
            "verdict": self.verdict.value,
            "effect": self.effect.value,
            "sentence": self.sentence,
            "law": self.law,
            "proof": self.proof,
            "missing": list(self.missing),
        }


@dataclass(frozen=True)
class Assessment:
    """The verdict on an application, criterion by criterion, and what it would get."""

    on: date
    results: tuple[CriterionResult, ...]
    amount: AmountResult

    @property
    def verdict(self) -> Eligibility:
        """Not eligible as soon as a blocking criterion is not met; to be proved while one is unknown."""
        verdicts = {result.verdict for result in self.results if result.effect is Effect.STOP}
        if Verdict.NOT_MET in verdicts:
            return Eligibility.NOT_ELIGIBLE
        return Eligibility.TO_PROVE if Verdict.TO_PROVE in verdicts else Eligibility.ELIGIBLE

    @property
    def warnings(self) -> tuple[CriterionResult, ...]:
        """Criteria not met that do not refuse the application."""
        return tuple(
            result
            for result in self.results
            if result.effect is Effect.WARN and result.verdict is Verdict.NOT_MET
        )

    @property
    def sentence(self) -> str:
        """The verdict in one sentence."""
        blocking = [result for result in self.results if result.effect is Effect.STOP]
        count = len(blocking)
        if self.verdict is Eligibility.ELIGIBLE:
            if count < 2:
                return "La demande remplit la condition posée." if count else "Aucune condition n'est posée."
            return f"La demande remplit les {count} conditions posées."
        wanted = Verdict.NOT_MET if self.verdict is Eligibility.NOT_ELIGIBLE else Verdict.TO_PROVE
        labels = [inside(result.label) for result in blocking if result.verdict is wanted]
        state = "non remplie" if wanted is Verdict.NOT_MET else "à prouver"
        if len(labels) == 1:
            return f"Une condition {state} sur {count} : {labels[0]}."
        plural = state if wanted is Verdict.TO_PROVE else "non remplies"
        return f"{len(labels)} conditions {plural} sur {count} : {listed(labels)}."

    def to_json(self) -> dict[str, Any]:
        return {
            "on": self.on.isoformat(),
            "verdict": self.verdict.value,
            "results": [result.to_json() for result in self.results],
            "amount": self.amount.to_json(),
        }


@dataclass(frozen=True)
class DocumentNeed:
    """Whether a document is asked of this applicant, and why when it depends."""

    document: Document
    need: Need
    sentence: str


def judge(
    rules: SchemeRules,
    facts: Mapping[str, Any],
    on: date,
    parameters: Mapping[str, Decimal] | None = None,
) -> Assessment:
    """Judge an application.

    :param facts: answers and computed facts as stored (JSON values), by key of field.
    :param on: judging date, at which legal parameters are read.
    :param parameters: values the authority puts in place of legal parameters.
    """
    context = _context(rules, facts, on, parameters)
    labels = {document.key: document.label for document in rules.documents}
    with localcontext(_PRECISION):
        results = tuple(_judge_one(criterion, context, labels) for criterion in rules.criteria)
        return Assessment(on, results, work_out(rules.amount, context))


def fields_needed(rules: SchemeRules) -> tuple[Field, ...]:
    """Every field the rules may read or that they ask, answers that computed facts rest on included.

    In the order of the vocabulary, the scheme's own questions last.
    """
    keys = {own.key for own in rules.fields}
    for expression in _expressions(rules):
        keys |= expression.fields()
    if rules.amount.requested:
        keys.add("requested_by_year" if rules.amount.yearly_cap is not None else "requested_amount")
    if rules.schedule is not None and rules.schedule.starts_field is not None:
        keys.add(rules.schedule.starts_field)
    if rules.obligation is not None and rules.obligation.place.zones is not None:
        keys.add("zone_category")
    if rules.cumulation.de_minimis is not None:
        keys.add("de_minimis_total")
    if rules.cumulation.ten_years:
        keys.add("previous_aid_on")
    for key in tuple(keys):
        keys.update(ANSWERS.get(key, ()))
    return tuple(field for key, field in rules.vocabulary.items() if key in keys)


def documents_needed(
    rules: SchemeRules, facts: Mapping[str, Any], on: date | None = None
) -> tuple[DocumentNeed, ...]:
    """What is asked of this applicant, in the order of the rules.

    :param on: the day legal parameters are read at; without it, a condition on one stays undecided.
    """
    context = _context(rules, facts, on, None)
    with localcontext(_PRECISION):
        return tuple(_need(document, context) for document in rules.documents)


def _need(document: Document, context: Context) -> DocumentNeed:
    if isinstance(document.required, bool):
        need = Need.REQUIRED if document.required else Need.OPTIONAL
        return DocumentNeed(document, need, f"Pièce {need.label}.")
    condition = document.required.condition(must=False)
    match document.required.compute(context):
        case True:
            return DocumentNeed(document, Need.REQUIRED, f"Pièce obligatoire, car {condition}.")
        case False:
            contrary = document.required.condition(must=False, holds=False)
            return DocumentNeed(document, Need.NOT_CONCERNED, f"Pièce sans objet, car {contrary}.")
    return DocumentNeed(document, Need.UNDECIDED, f"Pièce obligatoire si {condition}.")


def _context(
    rules: SchemeRules, facts: Mapping[str, Any], on: date | None, parameters: Mapping[str, Decimal] | None
) -> Context:
    known = facts if on is None else {**facts, "judged_on": on.isoformat()}
    return Context(Facts.read(known, rules.vocabulary), on, parameters or {})


def _expressions(rules: SchemeRules) -> Iterable[Expression]:
    yield from (criterion.rule for criterion in rules.criteria)
    amount = rules.amount
    yield from (part for part in (amount.value, amount.cap, amount.yearly_cap) if part is not None)
    yield from (doc.required for doc in rules.documents if isinstance(doc.required, Expression))


def _judge_one(criterion: Criterion, context: Context, documents: Mapping[str, str]) -> CriterionResult:
    value = criterion.rule.compute(context)
    verdict = Verdict.TO_PROVE if value is UNKNOWN else Verdict.MET if value else Verdict.NOT_MET
    missing = criterion.rule.missing(context)
    rule = capital(criterion.rule.condition(must=True))
    ending = verdict.label
    if verdict is Verdict.NOT_MET and criterion.effect is Effect.WARN:
        ending = f"{ending}, signalée sans bloquer la demande"
    sentence = f"{rule} ; {_found(criterion.rule, missing, context)} : {ending}."
    if criterion.proof is not None:
        sentence += f" Pièce à l'appui : {inside(documents[criterion.proof])}."
    return CriterionResult(
        key=criterion.key,
        label=criterion.label,
        verdict=verdict,
        effect=criterion.effect,
        sentence=sentence,
        law=criterion.law,
        proof=criterion.proof,
        missing=tuple(field.key for field in missing),
    )


def _found(rule: Expression, missing: tuple[Field, ...], context: Context) -> str:
    """What was found: known facts, then what lacks, in French."""
    fields = rule.named_fields()
    known = [field for field in fields if field.key in context.facts.values]
    parts = [_fact(field, context.facts, alone=len(fields) == 1) for field in known]
    parts += [_figure(node, context) for node in rule.walk() if isinstance(node, LegalParameter)]
    parts += [
        f"la réponse à « {field.label} » est illisible ({context.facts.unreadable[field.key]})"
        for field in missing
        if field.key in context.facts.unreadable
    ]
    lacking = [field for field in missing if field.key not in context.facts.unreadable]
    if lacking and len(fields) == 1:
        parts.append("non renseigné")
    elif lacking:
        parts.append(f"il manque {listed(field.quoted_label for field in lacking)}")
    if rule.compute(context) is UNKNOWN and not missing:
        parts.append("le règlement ne fixe pas la valeur dans ce cas")
    return ", ".join(dict.fromkeys(parts))


def _fact(field: Field, facts: Facts, *, alone: bool) -> str:
    """« elle est classée ZAC », « Boisville est classée ZAC », « la durée du stage est de 6 mois »."""
    value = facts.values[field.key]
    named_by = field.phrase.named_by if field.phrase else ""
    subject = str(facts.values.get(named_by) or (field.pronoun if alone else field.noun))
    type = TYPES[field.type]
    if type is ValueType.BOOLEAN:
        return f"{subject} {field.states(value)}"
    if value == ():
        return f"{subject} ne comprend aucun choix"
    verb = {
        ValueType.NUMBER: "est de",
        ValueType.MONEY: "est de",
        ValueType.DATE: "tombe",
        ValueType.LIST: "comprend",
        ValueType.TEXT: field.found,
    }[type]
    return f"{subject} {linked(verb, [value_text(value, type, field)])}"


def _figure(node: LegalParameter, context: Context) -> str:
    value = node.compute(context)
    if not isinstance(value, Decimal):
        return f"{node.explain()} est sans valeur connue à cette date"
    return f"{node.explain()} vaut {node.value_text(value)}"
