import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from maillage.science.checks import ScienceError
from maillage.science.siting import Choice, Effort, Status, limits_by_group, p_centre, p_median
from maillage.science.travel import TravelTimes, straight_line
from siting_cases import (
    ORIGINS,
    PLACES,
    all_choices,
    best_of,
    counted,
    minutes_table,
    opened_by,
    some_choice,
    territory,
)

SEEDS = st.integers(0, 2**32 - 1)


def total_time(times: TravelTimes, people: np.ndarray, opened: np.ndarray, beyond: float) -> float:
    nearest = minutes_table(times)[:, opened].min(axis=1, initial=np.inf)
    counted_minutes = np.minimum(nearest, beyond)[people > 0]
    return float(people[people > 0] @ counted_minutes)


def longest_trip(times: TravelTimes, people: np.ndarray, opened: np.ndarray) -> float:
    nearest = minutes_table(times)[:, opened].min(axis=1, initial=np.inf)
    return float(nearest[people > 0].max())


@pytest.mark.parametrize("choosing", [counted, some_choice])
@pytest.mark.parametrize("beyond", [None, 20.0])
@settings(max_examples=25)
@given(seed=SEEDS)
def test_the_p_median_is_the_best_of_all_choices(choosing, beyond: float | None, seed: int) -> None:
    times, people = territory(seed)
    choice = choosing(seed)
    found = p_median(times, people, choice, beyond=beyond)
    far = np.inf if beyond is None else beyond
    best = -best_of(choice, lambda opened: -total_time(times, people, opened, far))
    if np.isinf(best):
        assert found.status is Status.INFEASIBLE
        assert found.objective is None
        assert found.reason
        return
    assert found.status is Status.OPTIMAL
    assert found.objective == pytest.approx(best, rel=1e-6)
    opened = opened_by(found.sites, choice)
    assert choice.allows(opened)
    assert total_time(times, people, opened, far) == pytest.approx(found.objective)


@pytest.mark.parametrize("choosing", [counted, some_choice])
@settings(max_examples=25)
@given(seed=SEEDS)
def test_the_p_centre_is_the_best_of_all_choices(choosing, seed: int) -> None:
    times, people = territory(seed, filled=0.9)
    choice = choosing(seed)
    found = p_centre(times, people, choice)
    best = -best_of(choice, lambda opened: -longest_trip(times, people, opened))
    if np.isinf(best):
        assert found.status is Status.INFEASIBLE
        return
    assert found.status is Status.OPTIMAL
    assert found.objective == best
    assert longest_trip(times, people, opened_by(found.sites, choice)) == best


@pytest.mark.parametrize("model", [p_median, p_centre])
def test_origins_that_nobody_can_reach_are_named(model) -> None:
    times = TravelTimes.from_pairs([0, 2], [0, 1], [3.0, 4.0], origins=4, places=2)
    found = model(times, [10.0, 20.0, 5.0, 0.0], Choice.of(2, p=2))
    assert found.status is Status.INFEASIBLE
    assert found.unreachable.tolist() == [1]
    assert found.objective is None
    assert "candidat : 1." in found.reason


def test_everyone_goes_to_the_nearest_open_place() -> None:
    times, people = territory(3, filled=1.0)
    found = p_median(times, people, Choice.of(PLACES, p=2))
    assert found.assignment is not None
    table = minutes_table(times)
    for origin in range(ORIGINS):
        if people[origin] == 0:
            assert found.assignment[origin] == -1
        else:
            assert table[origin, found.assignment[origin]] == table[origin, found.sites].min()


def test_an_unreached_origin_is_counted_at_the_time_said() -> None:
    times = TravelTimes.from_pairs([0, 1], [0, 1], [3.0, 4.0], origins=3, places=2)
    found = p_median(times, [10.0, 20.0, 5.0], Choice.of(2, p=1), beyond=30.0)
    assert found.sites.tolist() == [1]
    assert found.objective == 10 * 30 + 20 * 4 + 5 * 30
    assert found.unreachable.tolist() == [2]


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"beyond": 2.0}, "hors de portée"),
        ({"demand": [1.0, np.nan, 1.0]}, "manquante"),
        ({"demand": [1.0, -1.0, 1.0]}, "négative"),
        ({"demand": [0.0, 0.0, 0.0]}, "personne à desservir"),
        ({"choice": Choice.of(3, p=1)}, "3 candidats"),
        ({"choice": Choice.of(2)}, "un budget"),
        ({"choice": Choice.of(2, budget=1, costs=[2, 3])}, "aucun candidat"),
    ],
)
def test_a_wrong_question_is_refused_with_a_sentence(change: dict, sentence: str) -> None:
    times = TravelTimes.from_pairs([0, 1, 2], [0, 1, 1], [3.0, 4.0, 1.0], origins=3, places=2)
    asked = {"demand": [1.0, 2.0, 3.0], "choice": Choice.of(2, p=1), "beyond": 9.0} | change
    with pytest.raises(ScienceError, match=sentence):
        p_median(times, asked["demand"], asked["choice"], beyond=asked["beyond"])


def country(count: int, seed: int) -> tuple[TravelTimes, np.ndarray]:
    rng = np.random.default_rng(seed)
    times = straight_line(rng.uniform(2, 3, count), rng.uniform(48, 49, count), limit_minutes=600)
    return times, np.round(rng.lognormal(6, 1.4, count))


def test_a_département_is_solved_whatever_the_rules() -> None:
    times, people = country(150, 5)
    groups = np.random.default_rng(6).integers(0, 12, 150)
    for choice in (
        Choice.of(150, p=6),
        Choice.of(150, p=6, kept=[3, 4], excluded=[0, 1], limits=limits_by_group(groups, 1)),
    ):
        found = p_median(times, people, choice)
        assert found.status is Status.OPTIMAL
        assert found.gap is not None
        assert found.gap < 1e-6
        assert choice.allows(opened_by(found.sites, choice))


def test_a_search_without_time_gives_a_choice_and_its_gap_or_says_it_has_none() -> None:
    times, people = country(150, 7)
    found = p_median(times, people, Choice.of(150, p=6), effort=Effort(time_limit=1e-9))
    assert found.status is Status.FEASIBLE
    assert found.bound is not None
    assert found.objective is not None
    assert found.bound <= found.objective
    assert p_centre(times, people, Choice.of(150, p=6), effort=Effort(time_limit=1e-9)).status in (
        Status.NONE,
        Status.FEASIBLE,
    )


def test_the_bound_never_passes_the_best_choice() -> None:
    for seed in range(20):
        times, people = territory(seed, filled=1.0)
        choice = counted(seed)
        found = p_median(times, people, choice, effort=Effort(gap=0.3))
        best = min(
            total_time(times, people, opened, np.inf) for opened in all_choices(choice) if opened.any()
        )
        assert found.bound is not None
        assert found.objective is not None
        assert found.bound <= best * (1 + 1e-9)
        assert best <= found.objective * (1 + 1e-9)
        assert found.gap is not None
        assert found.gap <= 0.3
