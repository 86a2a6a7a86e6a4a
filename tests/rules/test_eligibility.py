from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from maillage.rules.eligibility import Assessment, documents_needed, fields_needed, judge
from maillage.rules.scheme import SchemeRules
from rules.strategies import documents, facts, field

ON = date(2026, 1, 10)
slow = settings(suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large], max_examples=25)
ZONE = {
    "key": "zone",
    "label": "Zone",
    "rule": {"one_of": [field("zone_category"), ["ZIP", "ZAC"]]},
    "law": "L-01",
}


def rules_of(*criteria: dict[str, Any], **parts: Any) -> SchemeRules:
    return SchemeRules.parse({"legal_basis": "OTHER", "kind": "bursary", "criteria": list(criteria), **parts})


def sentence(rule: Any, **answers: Any) -> str:
    said = judge(rules_of({"key": "a", "label": "A", "rule": rule}), answers, ON).results[0].sentence
    return said.replace("\xa0", " ").replace("\u202f", " ")


def awarded(amount: dict[str, Any], **answers: Any) -> Assessment:
    return judge(rules_of(amount=amount), answers, ON)


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        (
            {"zone_category": "ZAC", "practice_commune_name": "Boisville"},
            "La commune d'exercice doit être classée ZIP ou ZAC ; Boisville est classée ZAC : "
            "condition remplie.",
        ),
        (
            {"zone_category": "HZ"},
            "La commune d'exercice doit être classée ZIP ou ZAC ; elle est classée hors zonage : "
            "condition non remplie.",
        ),
        ({}, "La commune d'exercice doit être classée ZIP ou ZAC ; non renseigné : à prouver."),
    ],
)
def test_a_sentence_says_the_rule_what_was_found_and_the_verdict(
    answers: dict[str, Any], expected: str
) -> None:
    assert sentence(ZONE["rule"], **answers) == expected


def test_what_is_missing_is_named_beside_what_is_known() -> None:
    rule = {"all": [field("housing_provided"), {"at_least": [field("year_of_study"), 5]}]}
    assert sentence(rule, housing_provided=True) == (
        "Le demandeur doit disposer d'un logement mis à disposition et l'année d'études doit être d'au moins "
        "5 ; "
        "le demandeur dispose d'un logement mis à disposition, il manque « Année d'études » : à prouver."
    )


def test_an_answer_that_cannot_be_read_is_no_fact_and_is_said() -> None:
    said = sentence({"at_most": [field("diploma_date"), "2026-06-30"]}, diploma_date="30/06/2026")
    assert "illisible (« 30/06/2026 » n'est pas lisible comme date) : à prouver." in said


def test_a_legal_figure_is_given_with_its_value() -> None:
    rule = {"at_most": [field("monthly_rent"), {"parameter": "housing_monthly_cap"}]}
    said = sentence(rule, monthly_rent="500.00")
    assert "il est de 500 €" in said
    assert "vaut 473,47 € : condition non remplie." in said


def test_a_null_cell_is_to_prove_and_says_that_the_rules_are_silent() -> None:
    scale = {"table": {"field": "profession", "rows": {"medecin": None}}}
    said = sentence({"at_most": [field("works_budget"), scale]}, profession="medecin", works_budget=1)
    assert said.endswith("le règlement ne fixe pas la valeur dans ce cas : à prouver.")


@pytest.mark.parametrize(
    ("effect", "answers", "verdict"),
    [
        ("stop", {"zone_category": "ZIP"}, "eligible"),
        ("stop", {"zone_category": "HZ"}, "not_eligible"),
        ("stop", {}, "to_prove"),
        ("warn", {"zone_category": "HZ"}, "eligible"),
        ("warn", {}, "eligible"),
    ],
)
def test_only_blocking_criteria_decide(effect: str, answers: dict[str, Any], verdict: str) -> None:
    assessment = judge(rules_of({**ZONE, "effect": effect}), answers, ON)
    assert assessment.verdict == verdict
    assert len(assessment.warnings) == (effect == "warn" and bool(answers))
    assert assessment.to_json()["verdict"] == verdict


def test_the_verdict_holds_in_one_sentence() -> None:
    rules = rules_of(ZONE, {"key": "here", "label": "Territoire", "rule": field("in_territory")})
    assert judge(rules, {}, ON).sentence == "2 conditions à prouver sur 2 : zone et territoire."
    assert (
        judge(rules, {"in_territory": False}, ON).sentence == "Une condition non remplie sur 2 : territoire."
    )
    answers = {"in_territory": True, "zone_category": "ZIP"}
    assert judge(rules, answers, ON).sentence == "La demande remplit les 2 conditions posées."


@pytest.mark.parametrize(
    ("amount", "answers", "expected"),
    [
        ({"value": {"multiply": [24, 500]}}, {}, "12000"),
        ({"value": 12000, "cap": 10000}, {}, "10000"),
        ({"value": 12000, "unset": ["cap"]}, {}, None),
        ({"requested": True, "cap": 20000}, {"requested_amount": 30000}, "20000"),
        ({"requested": True, "cap": 20000}, {}, None),
        ({"value": 9000, "requested": True}, {"requested_amount": "8000.50"}, "8000.50"),
        (
            {"requested": True, "yearly_cap": 20000, "max_years": 3},
            {"requested_by_year": {"2026": 25000, "2027": 10000}},
            "30000",
        ),
        (
            {"requested": True, "yearly_cap": 20000, "max_years": 2},
            {"requested_by_year": {"2026": 5000, "2027": 5000, "2028": 5000}},
            "10000",
        ),
        ({"value": {"multiply": [{"parameter": "intern_yearly_pay"}, field("third_cycle_years")]}},
         {"third_cycle_years": 2}, "56816.60"),
        ({"value": {"divide": [100, 3]}}, {}, "33.33"),
        ({}, {}, None),
    ],
)  # fmt: skip
def test_the_amount_is_the_least_of_what_is_due_asked_and_allowed(
    amount: dict[str, Any], answers: dict[str, Any], expected: str | None
) -> None:
    found = awarded(amount, **answers).amount
    assert found.value == (None if expected is None else Decimal(expected))
    assert found.lines


def test_the_amount_is_explained_line_by_line() -> None:
    amount = {"value": {"multiply": [0.2, field("eligible_base")]}, "cap": 15000}
    lines = [
        line.text.replace("\xa0", " ").replace("\u202f", " ")
        for line in awarded(amount, eligible_base=100000).amount.lines
    ]
    assert lines == [
        "Montant prévu : 0,2 × la dépense éligible (100 000 €) = 20 000 €",
        "Plafond : 15 000 €",
        "Montant retenu, le plus petit de ces montants : 15 000 €",
    ]
    assert awarded(amount).amount.missing == ("eligible_base",)


def test_the_form_asks_what_the_rules_read_and_what_that_is_worked_out_from() -> None:
    rules = rules_of(
        ZONE, amount={"requested": True}, cumulation={"ten_years": True}, fields=[{"key": "themes"}]
    )
    keys = [needed.key for needed in fields_needed(rules)]
    assert keys == [
        "profession", "practice_commune", "zone_category", "themes", "requested_amount",
        "has_previous_aid", "previous_aid_on",
    ]  # fmt: skip


def test_a_document_is_asked_when_its_condition_holds() -> None:
    document = {"key": "cer", "label": "CER", "required": {"equals": [field("legal_form"), "association"]}}
    rules = rules_of(documents=[document])
    needs = [
        documents_needed(rules, answers)[0]
        for answers in ({"legal_form": "association"}, {"legal_form": "company"}, {})
    ]
    assert [need.need for need in needs] == ["required", "not_concerned", "undecided"]
    assert needs[0].sentence == "Pièce obligatoire, car la forme juridique est association."


@slow
@given(documents(), facts())
def test_the_same_rules_facts_and_date_give_the_same_verdict(
    document: dict[str, Any], answers: dict[str, Any]
) -> None:
    rules = SchemeRules.parse(document)
    assert judge(rules, answers, ON) == judge(SchemeRules.parse(rules.to_json()), dict(answers), ON)


@slow
@given(documents(), facts(), facts())
def test_adding_facts_never_turns_a_decided_criterion_round(
    document: dict[str, Any], answers: dict[str, Any], more: dict[str, Any]
) -> None:
    rules = SchemeRules.parse(document)
    before, after = judge(rules, answers, ON), judge(rules, {**more, **answers}, ON)
    for one, other in zip(before.results, after.results, strict=True):
        assert one.verdict in ("to_prove", other.verdict)


@slow
@given(documents(), facts())
def test_a_sentence_shows_no_key(document: dict[str, Any], answers: dict[str, Any]) -> None:
    rules = SchemeRules.parse(document)
    assessment = judge(rules, answers, ON)
    keys = [key for key in rules.vocabulary if "_" in key]
    for said in (
        *(result.sentence for result in assessment.results),
        *(line.text for line in assessment.amount.lines),
    ):
        assert not [key for key in keys if key in said]
