"""Facts worked out, verdicts given and given again."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from maillage.accounts.models import Authority
from maillage.intake.models import ImportRun
from maillage.rules.eligibility import Assessment
from maillage.rules.vocabulary import PROFESSIONS
from maillage.schemes.actions import draft_version, judge, publish
from maillage.schemes.facts import gather, zone_of
from maillage.schemes.judging import assess
from maillage.schemes.models import Judgement
from maillage.territories.models import Dataset, Movement, Zone
from people import authority
from scheme_examples import bursary, published

DAY = date(2026, 11, 1)


def again(judgement: Judgement) -> Assessment:
    """A judgement given again: same version, same facts, same day."""
    return assess(judgement.version, judgement.facts, judgement.on)


@pytest.fixture
def aubeterre(loaded_territory: ImportRun) -> Authority:
    """The authority of the made-up département 20."""
    return authority("20")


def gathered(at: Authority, commune: str, profession: str = "medecin", **answers: Any) -> dict[str, Any]:
    facts, _ = gather(authority=at, answers=answers, commune=commune, profession=profession, on=DAY)
    return facts


def test_the_zone_and_the_territory_of_a_commune_are_worked_out(aubeterre: Authority) -> None:
    facts, zoning = gather(authority=aubeterre, answers={}, commune="20002", profession="medecin", on=DAY)
    assert facts["zone_category"] == "ZIP"
    assert facts["in_territory"] is True
    assert facts["practice_commune_name"] == "Bruyères-le-Vieux"
    assert facts["judged_on"] == "2026-11-01"
    assert zoning["practice"]["decree"] == "Arrêté imaginaire n° 1"
    assert zoning["practice"]["category"] == "ZIP"
    assert gathered(aubeterre, "2A001")["in_territory"] is False


@pytest.mark.parametrize(
    ("commune", "profession", "on", "reason"),
    [
        ("2A001", "medecin", DAY, "ne dit rien de cette commune"),
        ("20002", "medecin", date(2021, 1, 1), "ne dit rien de cette commune"),
        ("20002", "infirmier", DAY, "ne dit rien"),
        ("20002", "psychologue", DAY, "Aucun zonage"),
    ],
)
def test_an_unknown_zone_is_not_out_of_the_zoning(
    aubeterre: Authority, commune: str, profession: str, on: date, reason: str
) -> None:
    found = zone_of(commune=commune, profession=profession, on=on)
    assert found.category is None
    assert reason in found.sentence
    assert "zone_category" not in gathered(aubeterre, "2A001")


def test_a_structure_is_judged_on_the_zoning_of_doctors(aubeterre: Authority) -> None:
    assert "zone_category" not in gathered(aubeterre, "20002", "")
    assert gathered(aubeterre, "20002", "", structure_kind="msp")["zone_category"] == "ZIP"


def test_a_zoning_older_than_a_merger_still_says_the_zone(aubeterre: Authority) -> None:
    dataset = Dataset.objects.filter(kind="communes").first() or Dataset.objects.filter(active=True)[0]
    Movement.objects.create(dataset=dataset, mod=32, date=date(2024, 1, 1), before="20003", after="2A002")
    assert zone_of(commune="2A002", profession="medecin", on=DAY).category == "ZIP"


def test_neighbourhoods_of_different_classes_leave_the_commune_unknown(aubeterre: Authority) -> None:
    dataset = Zone.objects.all()[:1].get().dataset
    for rank, category in enumerate(["ZIP", "ZIP"]):
        Zone.objects.create(
            dataset=dataset,
            profession="mg",
            unit_type="quartier",
            unit_code=f"2A003000{rank}",
            category=category,
            valid_from=date(2022, 1, 1),
        )
    assert zone_of(commune="2A003", profession="medecin", on=DAY).category == "ZIP"
    Zone.objects.filter(unit_code="2A0030001").update(category="ZAC")
    found = zone_of(commune="2A003", profession="medecin", on=DAY)
    assert found.category is None
    assert "ZAC, ZIP" in found.sentence


def test_the_shares_of_a_funding_plan_are_worked_out(db: None) -> None:
    plan = [
        {"source": "Commune", "kind": "own", "amount": 40000},
        {"source": "Région", "kind": "public", "amount": 100000},
        {"source": "Banque", "kind": "private", "amount": 60000},
    ]
    facts = gathered(authority(), "", funding_plan=plan)
    assert (facts["own_share"], facts["public_share"]) == ("0.2000", "0.5000")
    assert "own_share" not in gathered(authority(), "", own_funding=10)
    assert gathered(authority(), "", own_funding=10, total_budget=100)["own_share"] == "0.1000"


def test_a_verdict_is_kept_as_it_was_given(aubeterre: Authority) -> None:
    version = published(aubeterre)
    facts, zoning = gather(
        authority=aubeterre,
        answers={"profession": "medecin", "years_left": 2},
        commune="20002",
        profession="medecin",
        on=DAY,
    )
    kept = judge(version=version, facts=facts, zoning=zoning, on=DAY)
    assert (kept.verdict, kept.amount) == ("eligible", 12000)
    assert [result["verdict"] for result in kept.results] == ["met", "met", "met"]
    Zone.objects.all().update(category="HZ")
    assert again(Judgement.objects.get()).to_json()["results"] == kept.results


def test_a_judgement_is_not_changed(db: None) -> None:
    kept = judge(version=published(), facts={}, zoning={}, on=DAY)
    kept.verdict = "eligible"
    with pytest.raises(TypeError):
        kept.save()
    with pytest.raises(TypeError):
        Judgement.objects.update(verdict="eligible")
    with pytest.raises(IntegrityError), transaction.atomic():
        Judgement.objects.filter(pk=kept.pk)._update([(Judgement._meta.get_field("verdict"), None, "x")])


FACTS = st.fixed_dictionaries(
    {},
    optional={
        "profession": st.sampled_from([*PROFESSIONS, "inconnue"]),
        "zone_category": st.sampled_from(["ZIP", "ZAC", "HZ"]),
        "years_left": st.integers(0, 12),
    },
)


class TestJudgement(TestCase):
    @settings(max_examples=40)
    @given(facts=FACTS, on=st.dates(date(2015, 1, 1), date(2040, 1, 1)))
    def test_given_again_it_is_the_same_for_ever(self, facts: dict[str, Any], on: date) -> None:
        version = published()
        kept = judge(version=version, facts=facts, zoning={}, on=on)
        replaced = draft_version(
            scheme=version.scheme, rules=bursary(criteria=[], amount={"value": 1}), note="", by=None
        )
        publish(version=replaced, decision="Délibération n° 2", by=None)
        stored = Judgement.objects.select_related("version").get(pk=kept.pk)
        said = again(stored).to_json()
        assert said["results"] == stored.results
        assert said["verdict"] == stored.verdict
        assert said["amount"] == stored.calculation
        assert assess(stored.version, facts, on) == again(stored)
