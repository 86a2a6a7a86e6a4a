"""Looking for where to open: the answers of the models on the ground of a territory, and what is refused."""

from __future__ import annotations

import json
from dataclasses import replace
from itertools import combinations
from typing import Any

import numpy as np
import pytest

from labs import CODES, diagnosis, siting, snapshot
from maillage.diagnosis.professions import profession
from maillage.kit.console import Refused
from maillage.lab import actions
from maillage.lab.effects import effects
from maillage.lab.ground import ground_of
from maillage.lab.models import Result, Scenario
from maillage.lab.simulating import simulate
from maillage.lab.siting import MODELS, Cancelled, Opening, Sited, SitingRequest, prepare, site
from maillage.science.siting import Status
from people import authority

pytestmark = pytest.mark.django_db

BOOTH = Opening("booth", 20.0, 30_000.0)


def asked(model: str, **values: Any) -> SitingRequest:
    snapshot()
    return SitingRequest("departement:00", model, **values)


def found(model: str, **values: Any) -> dict[str, Any]:
    return site(asked(model, **values)).as_document()


EVERYTHING: dict[str, dict[str, Any]] = {
    slug: {"p": 2, "minutes": 6.0, "capacity": 5000.0} for slug in MODELS
} | {
    "lscp": {"minutes": 6.0},
    "mix": {"budget": 50_000.0, "opened": (BOOTH, Opening("health_centre", 1.0, 45_000.0))},
    "mobile": {"p": 2, "opened": (Opening("mobile", 3.0),)},
}


@pytest.mark.parametrize("model", MODELS)
def test_every_model_answers_with_its_proof_and_its_sentence(model: str) -> None:
    document = found(model, **EVERYTHING[model])
    assert json.loads(json.dumps(document, allow_nan=False))["model"] == model
    assert document["status"] == "optimal"
    assert document["sentence"].startswith("Avec ")
    assert document["bound"] == pytest.approx(document["objective"])
    assert len(document["sites"]) == len(document["names"]) == len(document["places"]) > 0
    assert document["after"]["mean"] > document["before"]["mean"]


@pytest.mark.parametrize("model", MODELS)
def test_a_request_is_kept_as_json_and_read_again(model: str) -> None:
    request = asked(model, kept=("00001",), supposed={"booth_hour": 0.1}, **EVERYTHING[model])
    assert SitingRequest.from_document(json.loads(json.dumps(request.as_document()))) == request


def test_the_shortfall_is_removed_as_the_simulation_counts_it() -> None:
    """Against every pair of communes, each simulated."""
    ground, small = ground_of(diagnosis()), Opening("booth", 5.0)
    worth = small.practitioners(effects({}))

    def removed(pair: tuple[int, ...]) -> float:
        added = np.zeros(len(ground.place))
        added[list(pair)] = worth
        after = simulate(ground, added, profession("mg")).after
        was, becomes = (
            np.maximum(2.5 - access, 0.0) @ ground.population for access in (ground.access, after)
        )
        return float(was - becomes)

    pairs = {pair: removed(pair) for pair in combinations(range(len(CODES)), 2)}
    best = max(pairs, key=lambda pair: pairs[pair])
    document = found("shortfall", p=2, opened=(small,))
    assert document["objective"] == pytest.approx(pairs[best])
    assert document["sites"] == [CODES[rank] for rank in best]


def test_a_coverage_counts_inhabitants_or_those_weighted_by_need() -> None:
    assert found("mclp", p=1, minutes=6.0)["objective"] == 8000
    weighted = found("mclp", p=1, minutes=6.0, demand="standardised")
    assert weighted["demand"].startswith("habitants pondérés")


def test_a_place_kept_is_open_and_not_counted() -> None:
    document = found("mclp", p=1, minutes=6.0, kept=("00001",))
    assert document["sites"] == ["00004"]
    assert document["objective"] == 11_000
    assert "1 lieu gardé" in document["sentence"].replace("\N{NO-BREAK SPACE}", " ")


def test_the_communes_where_the_profession_practises_are_kept_when_asked() -> None:
    document = found("mclp", p=1, minutes=6.0, keeps_practices=True)
    assert document["kept"] == ["00001", "00003", "00004"]
    assert document["sites"] == ["00002"]


def test_a_place_kept_gives_its_access_before_the_search() -> None:
    bare, kept = (
        found("shortfall", p=1, opened=(BOOTH,)),
        found("shortfall", p=1, opened=(BOOTH,), kept=("00005",)),
    )
    assert kept["before"]["mean"] > bare["before"]["mean"]
    assert "00005" not in kept["sites"]
    assert any("avant" in warning for warning in kept["warnings"])


def test_an_excluded_commune_is_never_opened() -> None:
    assert found("mclp", p=1, minutes=6.0, excluded=("00001",))["sites"] == ["00004"]


def test_the_budget_is_held() -> None:
    document = found("shortfall", budget=70_000.0, opened=(BOOTH,))
    assert 1 <= len(document["sites"]) <= 2


def test_the_days_of_a_mobile_practice_are_shared_between_its_stops() -> None:
    document = found("mobile", opened=(Opening("mobile", 4.0, 40_000.0),))
    assert sum(place["quantity"] for place in document["places"]) <= 4
    assert all(place["cost"] == place["quantity"] * 10_000 for place in document["places"])


def test_who_cannot_be_reached_is_named() -> None:
    document = found("lscp", minutes=3.0, excluded=("00002", "00005"))
    assert (document["status"], document["sites"], document["after"]) == ("infeasible", [], None)
    assert [one["name"] for one in document["unreachable"]] == ["Commune 2", "Commune 5"]
    assert "Commune 2, Commune 5" in document["reason"]


def test_an_answer_without_proof_says_by_how_much_another_could_be_better() -> None:
    whole = site(asked("mclp", p=2, minutes=6.0))
    partial = Sited(whole.problem, _replaced(whole, Status.FEASIBLE, bound=12_100.0))
    assert "10,00" in partial.proof
    nothing = Sited(whole.problem, _replaced(whole, Status.NONE, bound=None))
    assert nothing.sentence.startswith("Le temps accordé")
    with pytest.raises(Refused, match="Le temps accordé"):
        nothing.require_answer()


def _replaced(sited: Sited, status: Status, *, bound: float | None) -> Any:
    return replace(sited.siting, status=status, bound=bound)


@pytest.mark.parametrize(
    ("model", "values", "sentence"),
    [
        ("autre", {"p": 1}, "n'est pas un modèle"),
        ("mclp", {"minutes": 6.0}, "nombre de lieux à ouvrir ou un budget"),
        ("mclp", {"p": 9, "minutes": 6.0}, "5 candidats seulement"),
        ("mclp", {"p": 1}, "demande un temps de trajet"),
        ("mclp", {"p": 1, "minutes": float("nan")}, "de 0 à 240 minutes"),
        ("cmclp", {"p": 1, "minutes": 6.0}, "combien d'habitants"),
        ("mclp", {"p": 1, "minutes": 6.0, "excluded": CODES}, "0 candidats seulement"),
        ("mclp", {"p": 1, "minutes": 6.0, "kept": ("77305",)}, "aucune commune de ce code"),
        ("mclp", {"p": 1, "minutes": 6.0, "kept": ("00001",), "excluded": ("00001",)}, "gardée et exclue"),
        ("mclp", {"p": 1, "minutes": 6.0, "opened": (Opening(quantity=-1.0),)}, "supérieur à zéro"),
        ("mclp", {"p": 1, "minutes": 6.0, "opened": (Opening("closure"),)}, "ne s'ouvre pas"),
        ("mclp", {"p": 1, "minutes": 6.0, "opened": (Opening(cost=-5.0),)}, "montant positif"),
        ("mclp", {"p": 1, "minutes": 6.0, "opened": (BOOTH, BOOTH)}, "une seule chose"),
        ("mclp", {"p": 1, "minutes": 6.0, "time_limit": float("nan")}, "nombre de secondes"),
        ("mclp", {"p": 1, "minutes": 6.0, "demand": "tous"}, "n'est pas une demande"),
        ("shortfall", {"p": 1, "keeps_practices": True}, "comptent déjà"),
        ("shortfall", {"p": 1, "threshold": float("nan")}, "seuil doit être"),
        ("shortfall", {"p": 1, "threshold": 0.5}, "Personne n'est sous le seuil"),
        ("shortfall", {"p": 1, "supposed": {"autre": 1.0}}, "hypothèse"),
        ("shortfall", {"budget": 10.0}, "ce que coûte chaque lieu"),
        ("shortfall", {"budget": 10.0, "opened": (BOOTH,)}, "aucun candidat"),
        ("mix", {"p": 1, "kept": ("00001",)}, "ne garde pas"),
        ("mobile", {"p": 1}, "jours par semaine"),
        ("mobile", {"p": 1, "opened": (Opening("mobile", 2.5),)}, "nombre entier"),
    ],
)
def test_what_cannot_be_asked_is_said_in_one_sentence(
    model: str, values: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(Refused, match=sentence):
        site(asked(model, **values))


def test_a_request_is_checked_before_the_search() -> None:
    with pytest.raises(Refused, match="5 candidats seulement"):
        prepare(asked("mclp", p=9, minutes=6.0))


def test_a_search_that_is_stopped_leaves_nothing() -> None:
    with pytest.raises(Cancelled):
        site(asked("lifted", p=2), cancelled=lambda: True)


def test_a_result_becomes_a_scenario_with_a_change_for_each_place() -> None:
    result = siting(opened=(BOOTH,), supposed={"booth_hour": 0.1})
    scenario = actions.turn_into_scenario(result=result, title="Deux cabines", by=None)
    assert scenario.question == result.outcome["sentence"]
    assert scenario.assumptions == {"booth_hour": 0.1}
    rows = scenario.changes.order_by("commune").values_list("commune", "kind", "quantity", "yearly_cost")
    assert list(rows) == [("00001", "booth", 20, None), ("00004", "booth", 20, None)]
    assert all("30" in change.note for change in scenario.changes.all())


def test_a_scenario_is_whole_or_not_at_all() -> None:
    result = siting()
    result.outcome["places"][1]["code"] = "99999"
    with pytest.raises(Refused, match="à portée"):
        actions.turn_into_scenario(result=result, title="Essai", by=None)
    assert not Scenario.objects.exists()


def test_a_result_without_a_place_makes_no_scenario() -> None:
    result = siting(model="lscp", p=None, excluded=("00004", "00005"))
    with pytest.raises(Refused, match="aucun lieu"):
        actions.turn_into_scenario(result=result, title="Essai", by=None)
    other = Result(authority=authority(), kind=Result.Kind.FORECAST, outcome={}, request={})
    with pytest.raises(Refused, match="aucun lieu"):
        actions.turn_into_scenario(result=other, title="Essai", by=None)
