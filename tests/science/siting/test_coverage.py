import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from maillage.science.checks import ScienceError
from maillage.science.siting import Choice, Effort, Status, backup_coverage, cmclp, lscp, mclp
from maillage.science.travel import TravelTimes
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
RADIUS = 6.0


def open_within(times: TravelTimes, opened: np.ndarray) -> np.ndarray:
    return (minutes_table(times)[:, opened] <= RADIUS).sum(axis=1)


@pytest.mark.parametrize("choosing", [counted, some_choice])
@settings(max_examples=25)
@given(seed=SEEDS)
def test_the_mclp_is_the_best_of_all_choices(choosing, seed: int) -> None:
    times, people = territory(seed)
    choice = choosing(seed)
    best = best_of(choice, lambda opened: people @ (open_within(times, opened) > 0))
    found = mclp(times, people, choice, RADIUS)
    assert found.status is Status.OPTIMAL
    assert found.objective == pytest.approx(best)
    opened = opened_by(found.sites, choice)
    assert choice.allows(opened)
    assert people @ (open_within(times, opened) > 0) == found.objective


@settings(max_examples=25)
@given(SEEDS, st.sampled_from([0.5, 0.7, 1.0]))
def test_backup_coverage_is_the_best_of_all_choices(seed: int, first: float) -> None:
    times, people = territory(seed)
    choice = counted(seed)

    def value(opened: np.ndarray) -> float:
        places = open_within(times, opened)
        return float(people @ (first * (places >= 1) + (1 - first) * (places >= 2)))

    found = backup_coverage(times, people, choice, RADIUS, first=first)
    assert found.objective == pytest.approx(best_of(choice, value))
    assert found.status is Status.OPTIMAL


@settings(max_examples=25)
@given(SEEDS, st.sampled_from([1, 2]))
def test_the_lscp_opens_the_fewest_places(seed: int, times_covered: int) -> None:
    times, people = territory(seed, filled=0.95)
    rng = np.random.default_rng(seed)
    choice = Choice.of(PLACES, costs=rng.integers(1, 4, PLACES), kept=[0] if seed % 2 else [])
    costs = [
        choice.costs @ (opened & ~choice.kept)
        for opened in all_choices(choice)
        if (open_within(times, opened)[people > 0] >= times_covered).all()
    ]
    found = lscp(times, people, choice, RADIUS, times_covered=times_covered)
    if costs:
        assert found.status is Status.OPTIMAL
        assert found.objective == min(costs)
        assert found.bound == found.objective
    else:
        assert found.status is Status.INFEASIBLE
        everywhere = open_within(times, np.ones(PLACES, dtype=bool))
        assert (
            found.unreachable.tolist() == np.flatnonzero((people > 0) & (everywhere < times_covered)).tolist()
        )


def test_too_few_places_to_cover_everyone_is_said() -> None:
    times = TravelTimes.from_pairs([0, 1], [0, 1], [1.0, 1.0], origins=2, places=2)
    found = lscp(times, [1.0, 1.0], Choice.of(2, p=1), RADIUS)
    assert found.status is Status.INFEASIBLE
    assert "ouvrez plus de lieux" in found.reason
    assert not found.found


@pytest.mark.parametrize(("minutes", "covered"), [(6.0, 10.0), (6.0 + 1e-9, 0.0)])
def test_the_boundary_belongs_to_the_disc(minutes: float, covered: float) -> None:
    times = TravelTimes.from_pairs([0, 1], [0, 1], [minutes, 1.0], origins=2, places=2)
    found = mclp(times, [10.0, 1.0], Choice.of(2, p=1, excluded=[1]), 6.0) if covered else None
    if found is None:
        with pytest.raises(ScienceError, match="Aucun lieu candidat"):
            mclp(times, [10.0, 1.0], Choice.of(2, p=1, excluded=[1]), 6.0)
    else:
        assert found.objective == covered
        assert found.unreachable.tolist() == [1]


def served_at_most(
    times: TravelTimes, people: np.ndarray, capacities: np.ndarray, opened: np.ndarray
) -> float:
    """The transport problem, by another solver and another formulation."""
    origin, place = np.nonzero(minutes_table(times) <= RADIUS)
    useful = opened[place]
    origin, place = origin[useful], place[useful]
    if not len(origin):
        return 0.0
    rows = np.concatenate((origin == np.arange(ORIGINS)[:, None], place == np.arange(PLACES)[:, None]))
    answer = linprog(-np.ones(len(origin)), A_ub=rows, b_ub=np.concatenate((people, capacities)))
    return -float(answer.fun)


@settings(max_examples=15)
@given(SEEDS)
def test_capacities_are_respected_and_filled_at_best(seed: int) -> None:
    times, people = territory(seed)
    capacities = np.random.default_rng(seed).integers(0, 60, PLACES).astype(float)
    choice = counted(seed)
    found = cmclp(times, people, choice, RADIUS, capacities)
    best = best_of(choice, lambda opened: served_at_most(times, people, capacities, opened))
    assert found.status is Status.OPTIMAL
    assert found.objective == pytest.approx(best, abs=1e-6)
    assert found.served is not None
    assert (found.served <= people + 1e-6).all()
    assert found.served.sum() == pytest.approx(found.objective)


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda times, people: mclp(times, people, Choice.of(PLACES, p=2), -1.0), "positif"),
        (lambda times, people: mclp(times, people, Choice.of(PLACES), RADIUS), "budget"),
        (lambda times, people: lscp(times, people, Choice.of(3), RADIUS), "3 candidats"),
        (
            lambda times, people: backup_coverage(times, people, Choice.of(PLACES, p=1), RADIUS, first=0.2),
            "0,5 à 1",
        ),
        (
            lambda times, people: cmclp(times, people, Choice.of(PLACES, p=1), RADIUS, [-1.0] * PLACES),
            "négative dans les capacités",
        ),
    ],
)
def test_a_wrong_question_is_refused_with_a_sentence(call, sentence: str) -> None:
    with pytest.raises(ScienceError, match=sentence):
        call(*territory(1))


def test_capacities_without_time_still_give_a_choice_and_its_bound() -> None:
    times, people = territory(1)
    capacities = np.full(PLACES, 30.0)
    choice = Choice.of(PLACES, p=2, kept=[0])
    hurried = cmclp(times, people, choice, RADIUS, capacities, effort=Effort(time_limit=1e-9))
    proven = cmclp(times, people, choice, RADIUS, capacities)
    assert hurried.found
    assert hurried.objective is not None
    assert proven.objective is not None
    assert hurried.bound is not None
    assert 0 < hurried.objective <= proven.objective + 1e-6 <= hurried.bound + 2e-6
