import json
from dataclasses import fields
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from maillage.rules.describe import compare, describe
from maillage.rules.errors import RulesError, RulesErrors
from maillage.rules.scheme import SchemeRules
from maillage.rules.terms import Formula, Kind, Unit
from rules.strategies import documents

slow = settings(suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large], max_examples=25)

BURSARY: dict[str, Any] = {
    "legal_basis": "L1511_8_I",
    "kind": "bursary",
    "recipients": ["student"],
    "criteria": [
        {
            "key": "profession",
            "label": "Profession",
            "rule": {"equals": [{"field": "profession"}, "medecin"]},
            "proof": "school",
        }
    ],
    "amount": {"value": {"multiply": [24, 500]}},
    "schedule": {"kind": "monthly", "count": 24, "proof": "school"},
    "obligation": {
        "months": 36,
        "trigger": "diploma",
        "start_within_months": 6,
        "share": 0.5,
        "share_is_strict": True,
        "place": {"zones": ["ZIP", "ZAC"], "zone_at": "either"},
    },
    "clawback": {"formula": "PRO_RATA"},
    "documents": [{"key": "school", "label": "Certificat de scolarité", "valid_months": 12}],
    "sources": ["S3-19"],
}


def errors_of(document: object) -> dict[str, str]:
    with pytest.raises(RulesErrors) as caught:
        SchemeRules.parse(document)
    return {error.path: error.sentence for error in caught.value.errors}


def changed(**parts: Any) -> dict[str, Any]:
    return {**BURSARY, **parts}


@slow
@given(documents())
def test_a_document_written_back_reads_the_same(document: dict[str, Any]) -> None:
    rules = SchemeRules.parse(document)
    written = rules.to_json()
    assert SchemeRules.parse(written) == rules
    assert SchemeRules.parse(json.loads(json.dumps(written))) == rules
    assert SchemeRules.parse(written).to_json() == written


@slow
@given(documents())
def test_the_order_of_the_keys_of_a_table_changes_nothing(document: dict[str, Any]) -> None:
    rules, reordered = (
        SchemeRules.parse(document),
        SchemeRules.parse(json.loads(json.dumps(document, sort_keys=True))),
    )
    assert rules == reordered
    assert describe(rules) == describe(reordered)


def test_a_document_without_defaults_is_written_back_as_it_was() -> None:
    assert SchemeRules.parse(BURSARY).to_json() == BURSARY


def test_null_is_kept_and_never_becomes_zero() -> None:
    rules = SchemeRules.parse(
        changed(
            amount={"value": None, "cap": None, "unset": ["cap"]},
            schedule={"kind": "activity", "activity": {"rates": {"hours": None, "doctors": 100}}},
        )
    )
    assert rules.amount.value is None
    assert rules.amount.unset == ("cap",)
    assert rules.schedule is not None
    assert rules.schedule.activity is not None
    assert rules.schedule.activity.rates == {Unit.HOURS: None, Unit.DOCTORS: Decimal(100)}
    assert rules.to_json()["schedule"]["activity"]["rates"] == {"hours": None, "doctors": 100}


def test_numbers_are_exact() -> None:
    rules = SchemeRules.parse(changed(clawback={"formula": "FULL", "penalty_flat": 0.1}))
    assert rules.clawback is not None
    assert rules.clawback.penalty_flat == Decimal("0.1")
    assert rules.clawback.not_started is Formula.FULL


@pytest.mark.parametrize(
    ("document", "path", "said"),
    [
        ([], "", "Une table est attendue"),
        ({"kind": "bursary"}, "legal_basis", "manque"),
        (changed(legal_basis="IEP"), "legal_basis", "vouliez-vous dire « IEPP »"),
        (changed(kind=3), "kind", "Une de ces valeurs est attendue"),
        (changed(oblgation={}), "oblgation", "vouliez-vous dire « obligation »"),
        (changed(obligation={"months": 36, "shares": 1}), "obligation.shares", "« share »"),
        (changed(obligation={"months": "36"}), "obligation.months", "Un nombre est attendu, pas « 36 »"),
        (changed(obligation={"months": 36.5}), "obligation.months", "nombre entier"),
        (changed(obligation={"months": 36, "share": 50}), "obligation.share", "entre 0 et 1"),
        (changed(obligation={"months": 36, "consecutive": 1}), "obligation.consecutive", "true"),
        (changed(obligation={"months": 36, "reminders": [1.5]}), "obligation.reminders[0]", "entier"),
        (
            changed(obligation={"months": 36, "place": {"within": "communes"}}),
            "obligation.place.communes",
            "INSEE",
        ),
        (changed(recipients=["student", "student"]), "recipients", "deux fois"),
        (changed(recipients="student"), "recipients", "Une liste est attendue"),
        (changed(criteria=[3]), "criteria[0]", "Une table est attendue"),
        (changed(criteria=[{"key": "A b", "label": "x", "rule": True}]), "criteria[0].key", "minuscules"),
        (changed(documents=[]), "criteria[0].proof", "n'est pas dans la liste des documents"),
        (changed(documents=BURSARY["documents"] * 2), "documents[1].key", "sert déjà"),
        (changed(amount={"unset": ["plafond"]}), "amount.unset", "n'est pas un montant"),
        (changed(amount={"cap": 10, "unset": ["cap"]}), "amount.unset", "a une valeur"),
        (changed(amount={"value": float("nan")}), "amount.value", "un nombre hors de portée"),
        (changed(schedule={"kind": "milestones"}), "schedule.steps", "ajoutez-les"),
        (
            changed(schedule={"kind": "milestones", "steps": [{"label": "Solde", "share": 0.9}]}),
            "schedule.steps",
            "doit faire 1",
        ),
        (changed(schedule={"kind": "activity"}), "schedule.activity", "formule"),
        (changed(schedule={"kind": "once", "starts": "tomorrow"}), "schedule.starts", "n'est pas admis"),
        (
            changed(schedule={"kind": "once", "starts": "field:siret"}),
            "schedule.starts",
            "pas une date connue",
        ),
        (changed(clawback={"formula": "FULL_PLUS_PENALTY"}), "clawback.formula", "pénalité"),
        (changed(fields=[{"key": "siret", "type": "text"}]), "fields[0].type", "gardez ce type"),
        (changed(fields=[{"key": "neuf", "label": "Neuf", "type": "choice"}]), "fields[0].choices", "liste"),
    ],
)
def test_a_defect_is_named_with_its_path_and_a_remedy(document: object, path: str, said: str) -> None:
    found = errors_of(document)
    assert path in found
    assert said in found[path]


def test_every_defect_is_said_at_once() -> None:
    found = errors_of(changed(kind="?", clawback={"formula": "?"}, obligation={"months": -1}))
    assert set(found) == {"kind", "clawback.formula", "obligation.months"}


def test_a_defect_reads_with_its_path() -> None:
    assert str(RulesError("amount.cap", "Phrase.")) == "amount.cap : Phrase."
    assert str(RulesErrors([RulesError("", "Une."), RulesError("kind", "Deux.")])) == "Une.\nkind : Deux."


def deep(levels: int) -> Any:
    rule: Any = {"field": "in_territory"}
    for _ in range(levels):
        rule = {"not": rule}
    return rule


@pytest.mark.parametrize("levels", [20, 100, 100_000])
def test_a_rule_nested_too_deep_is_refused(levels: int) -> None:
    document = changed(criteria=[{"key": "deep", "label": "Profond", "rule": deep(levels)}])
    assert any("niveaux" in sentence for sentence in errors_of(document).values())


@pytest.mark.parametrize(
    "document",
    [
        changed(sources=["x"] * 50_000),
        changed(legal_note="x" * 1_000_000),
        {f"key{rank}": rank for rank in range(50_000)},
    ],
)
def test_a_huge_document_is_refused_in_one_sentence(document: dict[str, Any]) -> None:
    assert list(errors_of(document)) == [""]


def test_a_standard_field_asked_besides_keeps_its_type() -> None:
    rules = SchemeRules.parse(changed(fields=[{"key": "themes", "choices": {"b": "Bêta", "a": "Alpha"}}]))
    assert rules.vocabulary["themes"].type == "choices"
    assert list(rules.vocabulary["themes"].choices) == ["a", "b"]
    assert rules.to_json()["fields"] == [{"key": "themes", "choices": {"a": "Alpha", "b": "Bêta"}}]


def test_the_whole_of_the_rules_is_told() -> None:
    told = {section.title: section.sentences for section in describe(SchemeRules.parse(BURSARY))}
    assert list(told) == [
        "Cadre", "Bénéficiaires", "Conditions", "Montant", "Versement", "Engagement", "Reversement",
        "Pièces à fournir", "Sources",
    ]  # fmt: skip
    plain = (
        " ".join(" ".join(sentences) for sentences in told.values())
        .replace("\xa0", " ")
        .replace("\u202f", " ")
    )
    assert "Montant de l'aide : 24 × 500 €." in plain
    assert "L'exercice commence dans les 6 mois suivant l'obtention du diplôme." in plain
    assert "L'activité y est exercée pour plus de 50 %." in plain
    assert "reversement au prorata des mois restants" in plain
    assert "classée ZIP ou ZAC à la signature de la convention ou à l'installation" in plain


@slow
@given(documents())
def test_telling_never_fails_and_shows_no_key(document: dict[str, Any]) -> None:
    rules = SchemeRules.parse(document)
    for section in describe(rules):
        assert len({item.key for item in section.items}) == len(section.items)
        for text in section.sentences:
            assert "zq_" not in text
            assert text.endswith((".", "!", "?")) or section.title == "Sources"


@slow
@given(documents(), documents())
def test_a_change_of_any_part_is_seen(one: dict[str, Any], other: dict[str, Any]) -> None:
    old = SchemeRules.parse(one)
    assert compare(old, old) == []
    told = [
        part.name
        for part in fields(SchemeRules)
        if part.name not in ("criteria", "documents", "amount", "sources")
    ]
    for name in told:
        mixed = {key: value for key, value in one.items() if key != name}
        if name in other:
            mixed[name] = other[name]
        if name == "schedule" and isinstance(mixed.get(name), dict):
            mixed[name] = {key: value for key, value in mixed[name].items() if key != "proof"}
        new = SchemeRules.parse(mixed)
        if new != old:
            assert compare(old, new), name


def test_a_change_says_what_was_and_what_is() -> None:
    new = changed(amount={"value": 8000}, obligation={**BURSARY["obligation"], "months": 60})
    changes = compare(SchemeRules.parse(BURSARY), SchemeRules.parse(new))
    said = [change.sentence.replace("\xa0", " ").replace("\u202f", " ") for change in changes]
    assert said == [
        "Montant — remplacé : Montant de l'aide : 24 × 500 €. Désormais : Montant de l'aide : 8 000 €.",
        "Engagement — remplacé : L'engagement porte sur 36 mois, cumulés ; il lie le bénéficiaire lui-même. "
        "Désormais : L'engagement porte sur 60 mois, cumulés ; il lie le bénéficiaire lui-même.",
    ]


def test_kinds_have_french_labels() -> None:
    assert Kind.BURSARY.label == "Bourse d'études"
    assert Kind("bursary") is Kind.BURSARY  # type: ignore[call-arg]
