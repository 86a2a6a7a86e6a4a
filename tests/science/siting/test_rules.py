from collections.abc import Callable

import numpy as np
import pytest

from maillage.science.accessibility import Catchments
from maillage.science.checks import ScienceError
from maillage.science.decay import within
from maillage.science.siting import (
    MODELS,
    Cancelled,
    Choice,
    Effort,
    Ground,
    Limit,
    Options,
    Siting,
    Status,
    inequality,
    lifted,
    limits_by_group,
    lscp,
    max_min,
    mclp,
    p_centre,
    p_median,
    shortfall,
)
from siting_cases import PLACES, all_choices, some_choice, territory


@pytest.mark.parametrize(
    ("rules", "sentence"),
    [
        ({"p": 4}, "4 lieux à ouvrir sont demandés et 3 candidats seulement"),
        ({"p": 3, "excluded": [0]}, "2 candidats seulement"),
        ({"p": 3, "kept": [0]}, "2 candidats seulement"),
        ({"p": 0}, "au moins un lieu"),
        ({"p": -2}, "au moins un lieu"),
        ({"budget": -1.0}, "budget"),
        ({"budget": float("nan")}, "budget"),
        ({"costs": [1.0, -1.0, 2.0]}, "négative dans les coûts"),
        ({"costs": [1.0, np.nan, 2.0]}, "manquante"),
        ({"costs": [1.0]}, "3 valeurs"),
        ({"kept": [3]}, "de 0 à 2"),
        ({"kept": [1], "excluded": [1]}, "à la fois gardé et exclu"),
        ({"limits": [Limit(np.array([0, 7]), 1)]}, "de 0 à 2"),
        ({"limits": [Limit(np.array([0, 1]), -1)]}, "négatif"),
    ],
)
def test_rules_that_cannot_be_met_are_refused(rules: dict, sentence: str) -> None:
    with pytest.raises(ScienceError, match=sentence):
        Choice.of(3, **rules)


def test_no_candidate_is_refused() -> None:
    with pytest.raises(ScienceError, match="Aucun lieu candidat"):
        Choice.of(0, p=1)


def test_everything_kept_leaves_nothing_to_choose() -> None:
    times, people = territory(1)
    with pytest.raises(ScienceError, match="rien à choisir"):
        mclp(times, people, Choice.of(PLACES, budget=3, kept=np.arange(PLACES)), 5.0)


@pytest.mark.parametrize("seed", range(30))
def test_what_may_be_added_or_swapped_is_what_the_rules_allow(seed: int) -> None:
    choice = some_choice(seed)
    allowed = {tuple(opened) for opened in all_choices(choice)}
    for bits in sorted(allowed):
        opened = np.array(bits)
        assert choice.allows(opened)
        for place in range(PLACES):
            more = opened.copy()
            more[place] = True
            assert choice.addable(opened)[place] == (not opened[place] and tuple(more) in allowed)
        leaving = np.flatnonzero(opened)
        swappable = choice.swappable(opened, leaving)
        for rank, place in enumerate(leaving):
            for entering in np.flatnonzero(~opened):
                swapped = opened.copy()
                swapped[place], swapped[entering] = False, True
                assert swappable[rank, entering] == (tuple(swapped) in allowed)
    assert max(int((np.array(bits) & ~choice.kept).sum()) for bits in allowed) <= choice.most()


def test_groups_make_one_limit_each() -> None:
    limits = limits_by_group(["a", "b", "a"], 2)
    assert [(limit.candidates.tolist(), limit.at_most) for limit in limits] == [([0, 2], 2), ([1], 2)]
    with pytest.raises(ScienceError, match="par lieu candidat"):
        limits_by_group([["a"]], 1)


@pytest.mark.parametrize(
    ("limit", "gap"), [(0.0, 0.0), (-1.0, 0.0), (float("nan"), 0.0), (1.0, 1.0), (1, -0.1)]
)
def test_an_impossible_effort_is_refused(limit: float, gap: float) -> None:
    with pytest.raises(ScienceError):
        Effort(time_limit=limit, gap=gap)


def ground(seed: int) -> Ground:
    times, people = territory(seed)
    access = Catchments(times, within(9.0)).accessibility(people)
    return Ground.of(access, np.ones(PLACES), Options.everywhere(np.arange(PLACES), [(1.0, 1.0)]))


CALLS: list[Callable[[Effort], Siting]] = [
    lambda effort: p_median(*territory(1), Choice.of(PLACES, p=2), beyond=30.0, effort=effort),
    lambda effort: p_centre(*territory(1, filled=1.0), Choice.of(PLACES, p=2), effort=effort),
    lambda effort: mclp(*territory(1), Choice.of(PLACES, p=2), 6.0, effort=effort),
    lambda effort: lscp(*territory(1, filled=1.0), Choice.of(PLACES), 14.0, effort=effort),
    lambda effort: shortfall(ground(1), Choice.of(PLACES, p=2), 1.0, effort=effort),
    lambda effort: lifted(ground(1), Choice.of(PLACES, p=2), 1.0, effort=effort),
    lambda effort: max_min(ground(1), Choice.of(PLACES, p=2), effort=effort),
    lambda effort: inequality(ground(1), Choice.of(PLACES, p=2), effort=effort),
]


@pytest.mark.parametrize("call", CALLS)
def test_a_cancelled_search_gives_no_result(call: Callable[[Effort], Siting]) -> None:
    with pytest.raises(Cancelled, match="annulé"):
        call(Effort(cancelled=lambda: True))


@pytest.mark.parametrize("call", CALLS)
def test_a_search_without_time_never_shows_a_value_that_is_not_one(
    call: Callable[[Effort], Siting],
) -> None:
    proven, hurried = call(Effort()), call(Effort(time_limit=1e-9))
    assert proven.status is Status.OPTIMAL
    assert (hurried.objective is None) == (not hurried.found)
    if hurried.found and hurried.status is Status.FEASIBLE:
        assert hurried.gap is None or hurried.gap >= 0


@pytest.mark.parametrize("slug", MODELS)
def test_every_model_is_solved_by_its_slug(slug: str) -> None:
    times, people = territory(1, filled=1.0)
    given = {
        "times": times,
        "demand": people,
        "choice": Choice.of(PLACES, p=3),
        "radius": 14.0,
        "capacities": np.full(PLACES, 40.0),
        "ground": ground(1),
        "threshold": 1.0,
    }
    found = MODELS[slug].solve(given, Effort())
    assert found.model == slug
    assert found.status is Status.OPTIMAL
    assert found.objective is not None
    assert found.bound is not None
    assert (found.bound >= found.objective) if MODELS[slug].maximised else (found.bound <= found.objective)


def test_a_model_takes_the_options_it_knows() -> None:
    times, people = territory(1)
    given = {
        "times": times,
        "demand": people,
        "choice": Choice.of(PLACES, p=1),
        "beyond": 30.0,
        "radius": 9.0,
    }
    found = MODELS["p-median"].solve(given)
    assert found.objective == p_median(times, people, given["choice"], beyond=30.0).objective


def test_what_a_model_lacks_is_said() -> None:
    with pytest.raises(ScienceError, match="« mclp » demande aussi : choice, radius"):
        MODELS["mclp"].solve({"times": None, "demand": None})
