from dataclasses import replace
from itertools import product
from math import erfc

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from maillage.science.checks import ScienceError
from maillage.science.evaluation.conclusions import (
    Estimate,
    Verdict,
    conclude,
    minimum_detectable_effect,
)
from maillage.science.evaluation.effects import NEVER, Controls, Panel, event_study, overall_effect
from maillage.science.evaluation.matching import balance, matched, trend
from maillage.science.evaluation.placebo import before_the_aid, by_permutation
from maillage.science.evaluation.survival import kaplan_meier, log_rank

YEARS = np.arange(2015, 2023)


def simulated(
    seed: int,
    effect: float = 0.0,
    *,
    growing: float = 0.0,
    treated: int = 40,
    units: int = 160,
    drift: float = 0.0,
) -> Panel:
    """Communes of their own level on a common course; aid adds ``effect``, and ``growing`` each year after.

    ``drift`` sets the aided communes apart each year, aid or not.
    """
    rng = np.random.default_rng(seed)
    start = np.full(units, NEVER)
    start[:treated] = rng.choice([2018, 2020, 2021], treated)
    since = np.where(start[:, None] == NEVER, -1, YEARS - start[:, None])
    outcome = (
        rng.normal(3, 1, (units, 1))
        + rng.normal(0, 0.1, len(YEARS))
        + rng.normal(0, 0.2, (units, len(YEARS)))
    )
    outcome += np.where(since >= 0, effect + growing * since, 0.0)
    outcome += np.where(start[:, None] == NEVER, 0.0, drift * (YEARS - YEARS[0]))
    return Panel(outcome, YEARS, start)


def by_hand(panel: Panel, start: int, year: int, others: np.ndarray) -> float:
    """ATT(g, t) as a difference of two differences."""
    base, then = start - 1 - panel.years[0], year - panel.years[0]
    change = panel.outcome[:, then] - panel.outcome[:, base]
    return float(change[panel.start == start].mean() - change[others].mean())


def test_effects_by_group_and_year_are_two_differences_worked_out_by_hand() -> None:
    outcome = np.array([[1, 2, 7, 9], [2, 3, 4, 9], [1, 1, 2, 3], [3, 4, 4, 5]], dtype=float)
    panel = Panel(outcome, np.arange(2019, 2023), np.array([2021, 2022, NEVER, NEVER]))
    never = {
        (e.start, e.year): e.estimate.effect for e in event_study(panel, Controls.NEVER_TREATED).by_group
    }
    assert never[2021, 2021] == 5 - 0.5
    assert never[2021, 2022] == 7 - 1.5
    assert never[2021, 2019] == -1 - -0.5
    assert never[2022, 2022] == 5 - 1
    study = event_study(panel, Controls.NOT_YET_TREATED)
    not_yet = {(entry.start, entry.year): entry.estimate.effect for entry in study.by_group}
    # In 2021 the commune of 2022 is not aided yet: changes 1, 1 and 0.
    assert not_yet[2021, 2021] == pytest.approx(5 - 2 / 3)
    assert not_yet[2021, 2022] == never[2021, 2022]
    by_event = {entry.event: entry.estimate.effect for entry in study.by_event}
    assert by_event[0] == pytest.approx(((5 - 2 / 3) + 4) / 2)
    assert study.overall.effect == pytest.approx((by_event[0] + by_event[1]) / 2)
    assert overall_effect(panel) == pytest.approx(study.overall.effect)


@pytest.mark.parametrize("controls", list(Controls))
def test_a_growing_effect_is_found_year_by_year(controls: Controls) -> None:
    study = event_study(simulated(1, 0.5, growing=0.1), controls)
    for entry in study.by_event:
        truth = 0.5 + 0.1 * entry.event if entry.event >= 0 else 0.0
        assert abs(entry.estimate.effect - truth) < 4 * entry.estimate.error
        assert 0 < entry.estimate.error < 0.2
    assert study.pretrend_p is not None
    assert study.pretrend_p > 0.01
    assert study.impossible == ()


def test_intervals_cover_the_truth_as_often_as_they_say() -> None:
    covered = []
    for seed in range(150):
        low, high = event_study(simulated(seed, 0.3)).overall.interval()
        covered.append(low <= 0.3 <= high)
    assert 0.88 <= np.mean(covered) <= 0.99


def test_without_effect_the_placebo_covers_zero() -> None:
    held = []
    for seed in range(60):
        low, high = before_the_aid(simulated(seed, 0.8), years_ahead=1).overall.interval()
        held.append(low <= 0 <= high)
    assert np.mean(held) >= 0.85


def test_communes_already_on_another_course_are_found_out() -> None:
    panel = simulated(2, drift=0.3)
    study = event_study(panel)
    assert study.pretrend_p is not None
    assert study.pretrend_p < 0.01
    assert not study.overall.interval()[0] <= 0
    assert conclude(study.overall, pretrend_p=study.pretrend_p).verdict is Verdict.CANNOT_CONCLUDE
    assert before_the_aid(panel, years_ahead=1).overall.effect == pytest.approx(0.3, abs=0.15)


def test_standard_errors_are_those_of_two_independent_means() -> None:
    panel = simulated(3)
    one = replace(panel, start=np.where(panel.start == NEVER, NEVER, 2020))
    study = event_study(one, Controls.NEVER_TREATED)
    entry = next(found for found in study.by_group if found.year == 2020)
    change = one.outcome[:, 5] - one.outcome[:, 4]
    aided, others = change[one.start == 2020], change[one.start == NEVER]
    expected = np.sqrt(aided.var() / len(aided) + others.var() / len(others))
    assert entry.estimate.error == pytest.approx(expected)


def test_units_that_move_as_one_count_as_one() -> None:
    panel = simulated(4)
    twice = Panel(
        np.repeat(panel.outcome, 2, axis=0),
        panel.years,
        np.repeat(panel.start, 2),
        np.repeat(np.arange(len(panel.start)), 2),
    )
    once, doubled = event_study(panel).overall, event_study(twice).overall
    assert doubled.effect == pytest.approx(once.effect)
    assert doubled.error == pytest.approx(once.error)
    assert event_study(replace(twice, cluster=None)).overall.error < 0.8 * once.error


def test_a_start_that_leaves_no_control_is_named() -> None:
    outcome = np.arange(12.0).reshape(4, 3)
    panel = Panel(outcome, np.arange(2019, 2022), np.array([2020, 2020, 2021, 2021]))
    study = event_study(panel)
    assert set(study.impossible) == {(2020, 2021), (2021, 2019), (2021, 2021)}
    with pytest.raises(ScienceError, match="Moins de deux communes de comparaison"):
        event_study(panel, Controls.NEVER_TREATED)


@given(st.integers(0, 50), st.floats(-100, 100), st.floats(0.1, 10))
def test_the_effect_moves_with_the_outcome(seed: int, shift: float, scale: float) -> None:
    panel = simulated(seed, 0.4, treated=8, units=20)
    moved = replace(panel, outcome=panel.outcome * scale + shift)
    first, second = event_study(panel).overall, event_study(moved).overall
    assert second.effect == pytest.approx(scale * first.effect, rel=1e-6, abs=1e-6)
    assert second.error == pytest.approx(scale * first.error, rel=1e-6, abs=1e-6)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"start": np.array([2015, NEVER])}, "dès 2015 ou avant"),
        ({"start": np.array([NEVER, NEVER])}, "Aucune commune n'est aidée"),
        ({"start": np.array([2030, NEVER])}, "Aucune commune n'est aidée"),
        ({"outcome": np.full((2, 8), np.nan)}, "manquante"),
        ({"years": np.array([2015, 2017, *range(2018, 2024)])}, "sans en sauter"),
        ({"cluster": np.array([1])}, "2 groupes"),
    ],
)
def test_a_panel_that_cannot_be_studied_is_refused(change: dict, sentence: str) -> None:
    given_panel = {"outcome": np.ones((2, 8)), "years": YEARS, "start": np.array([2020, NEVER])} | change
    with pytest.raises(ScienceError, match=sentence):
        Panel(**given_panel)


def test_permutations_are_uniform_without_effect_and_sharp_with_one() -> None:
    small = {"treated": 6, "units": 30}
    sharp = by_permutation(simulated(5, 1.0, **small), draws=199)
    assert sharp.p_value == 1 / 200
    levels = [by_permutation(simulated(seed, **small), draws=99, seed=seed).p_value for seed in range(30)]
    assert np.mean(np.array(levels) <= 0.1) <= 0.3
    assert np.mean(levels) == pytest.approx(0.5, abs=0.2)
    with pytest.raises(ScienceError, match="au moins 99"):
        by_permutation(simulated(5, **small), draws=10)


def test_a_placebo_asks_for_years_before_the_aid() -> None:
    with pytest.raises(ScienceError, match="années plus anciennes"):
        before_the_aid(simulated(1), years_ahead=5)


def test_the_trend_before_the_aid_is_a_slope_by_year() -> None:
    np.testing.assert_allclose(trend([[1, 3, 5], [2, 2, 2], [0, 3, 0]]), [2, 0, 0], atol=1e-12)
    with pytest.raises(ScienceError, match="deux années au moins"):
        trend([[1.0], [2.0]])


def test_a_pair_is_the_nearest_one_and_far_ones_are_named() -> None:
    covariates = np.array(
        [[1.0, 1.0], [5.0, 2.0], [99.0, 0.0], [5.1, 2.1], [1.1, 0.9], [3.0, 7.0], [2.0, 3.0]]
    )
    treated = np.array([True, True, True, False, False, False, False])
    found = matched(covariates, treated, caliper=1.0)
    assert found.treated.tolist() == [0, 1]
    assert found.control.tolist() == [4, 3]
    assert found.unmatched.tolist() == [2]
    assert (found.distance <= 1.0).all()


def test_a_control_serves_once_unless_replacement_is_allowed() -> None:
    covariates = np.array([[0.0], [0.1], [0.05], [3.0]])
    treated = np.array([True, True, False, False])
    assert sorted(matched(covariates, treated).control.tolist()) == [2, 3]
    assert matched(covariates, treated, replacement=True).control.tolist() == [2, 2]
    both = matched(covariates, treated, per_unit=2, replacement=True)
    assert both.treated.tolist() == [0, 0, 1, 1]


@given(st.integers(0, 40))
def test_distances_do_not_depend_on_units_of_measure(seed: int) -> None:
    rng = np.random.default_rng(seed)
    covariates, treated = rng.normal(size=(30, 3)), np.arange(30) < 8
    mixed = covariates @ rng.uniform(0.5, 2, (3, 3)) + 7
    if np.linalg.matrix_rank(mixed - mixed.mean(axis=0)) == 3:
        first, second = matched(covariates, treated), matched(mixed, treated)
        np.testing.assert_allclose(first.distance, second.distance, rtol=1e-5)


def test_matching_brings_balance() -> None:
    rng = np.random.default_rng(0)
    treated = np.arange(400) < 40
    covariates = rng.normal(size=(400, 2)) + np.where(treated, 0.7, 0.0)[:, None]
    table = balance(covariates, treated, matched(covariates, treated, caliper=0.5), ["apl", "population"])
    for row in table:
        assert row.before > 0.4
        assert abs(row.after) < 0.15
    by_hand_gap = covariates[treated, 0].mean() - covariates[~treated, 0].mean()
    spread = np.sqrt((covariates[treated, 0].var(ddof=1) + covariates[~treated, 0].var(ddof=1)) / 2)
    assert table[0].before == pytest.approx(by_hand_gap / spread)


@pytest.mark.parametrize(
    ("covariates", "treated", "sentence"),
    [
        ([[1.0], [2.0]], [False, False], "Aucune commune n'est aidée"),
        ([[1.0], [2.0], [3.0]], [True, True, False], "1 communes non aidées pour 2"),
        ([[1.0, 2.0], [2.0, 4.0], [3.0, 6.0]], [True, False, False], "se déduit des autres"),
        ([[1.0], [np.nan]], [True, False], "manquante"),
    ],
)
def test_what_cannot_be_matched_is_refused(covariates: list, treated: list, sentence: str) -> None:
    with pytest.raises(ScienceError, match=sentence):
        matched(np.array(covariates), treated)


# Ten doctors, in years; + is still there: 1, 2, 2+, 3, 4+, 5, 5, 6+, 8, 9+.
DURATIONS = [1, 2, 2, 3, 4, 5, 5, 6, 8, 9]
LEFT = np.array([1, 1, 0, 1, 0, 1, 1, 0, 1, 0], dtype=bool)


def test_kaplan_meier_is_the_table_worked_out_by_hand() -> None:
    found = kaplan_meier(DURATIONS, LEFT)
    assert found.times.tolist() == [1, 2, 3, 5, 8]
    assert found.at_risk.tolist() == [10, 9, 7, 5, 2]
    assert found.left.tolist() == [1, 1, 1, 2, 1]
    np.testing.assert_allclose(found.share, [9 / 10, 8 / 10, 24 / 35, 72 / 175, 36 / 175])
    # Greenwood at 3 years: 1/90 + 1/72 + 1/42, and the interval on log(−log S).
    variance = 1 / 90 + 1 / 72 + 1 / 42
    half = 1.959964 * np.sqrt(variance) / -np.log(24 / 35)
    low, share, high = found.at(3.5)
    assert low == pytest.approx((24 / 35) ** np.exp(half), rel=1e-6)
    assert high == pytest.approx((24 / 35) ** np.exp(-half), rel=1e-6)
    assert share == pytest.approx(24 / 35)
    assert found.at(0.5) == (1, 1, 1)
    assert found.median[1] == 5
    assert (found.people, found.followed) == (10, 9)


def test_nothing_is_said_past_those_who_are_followed() -> None:
    with pytest.raises(ScienceError, match="entre 0 et 9"):
        kaplan_meier(DURATIONS, LEFT).at(10)


def test_the_median_is_not_known_while_more_than_half_stay() -> None:
    found = kaplan_meier([1, 2, 3, 4, 5], np.array([True, False, False, False, False]))
    assert found.median[1] is None
    assert found.median[2] is None


def test_when_all_have_left_nobody_stays() -> None:
    found = kaplan_meier([1, 2, 2], np.array([True, True, True]))
    assert found.at(2) == (0, 0, 0)


@given(st.lists(st.tuples(st.integers(0, 20), st.booleans()), min_size=1, max_size=30))
def test_survival_decreases_inside_its_interval(people: list[tuple[int, bool]]) -> None:
    durations, left = zip(*people, strict=True)
    found = kaplan_meier(durations, np.array(left))
    assert (np.diff(found.share) <= 1e-12).all()
    assert (found.low <= found.share + 1e-12).all()
    assert (found.share <= found.high + 1e-12).all()
    assert found.left.sum() == sum(left)


@given(st.lists(st.integers(1, 20), min_size=2, max_size=30))
def test_without_censoring_survival_is_the_share_that_stays(durations: list[int]) -> None:
    found = kaplan_meier(durations, np.ones(len(durations), dtype=bool))
    for time in found.times:
        assert found.at(time)[1] == pytest.approx(np.mean(np.array(durations) > time))


def test_log_rank_is_the_table_worked_out_by_hand() -> None:
    # a: 1, 3, 4+ ; b: 2, 5, 6. At 1: 3 of 6 are a; at 2: 2 of 5; at 3: 2 of 4; at 5 and 6: none.
    found = log_rank([1, 3, 4, 2, 5, 6], np.array([1, 1, 0, 1, 1, 1], dtype=bool), list("aaabbb"))
    expected = 3 / 6 + 2 / 5 + 2 / 4
    variance = 1 / 4 + 6 / 25 + 1 / 4
    assert found.expected[0] == pytest.approx(expected)
    assert found.observed == (2, 3)
    assert found.statistic == pytest.approx((2 - expected) ** 2 / variance)
    assert found.degrees == 1
    assert found.p_value == pytest.approx(erfc(np.sqrt(found.statistic / 2)))


def test_log_rank_sees_a_pace_that_differs_and_only_that() -> None:
    rng = np.random.default_rng(1)
    groups = np.repeat([0, 1, 2], 80)
    same, other = rng.exponential(5, 240), rng.exponential(np.take([2, 5, 9], groups))
    left = rng.random(240) < 0.8
    assert log_rank(same, left, groups).p_value > 0.05
    assert log_rank(other, left, groups).p_value < 0.001
    assert sum(log_rank(other, left, groups).expected) == pytest.approx(left.sum())


@pytest.mark.parametrize(
    ("durations", "left", "sentence"),
    [
        ([], np.array([], dtype=bool), "Personne n'est suivi"),
        ([1.0, -1.0], np.array([True, True]), "négative"),
        ([1.0, np.nan], np.array([True, True]), "manquante"),
        ([1.0, 2.0], np.array([1, 0]), "par oui ou par non"),
    ],
)
def test_survival_of_bad_data_is_refused(durations: list, left: np.ndarray, sentence: str) -> None:
    with pytest.raises(ScienceError, match=sentence):
        kaplan_meier(durations, left)


def test_a_single_scheme_is_compared_with_nothing() -> None:
    with pytest.raises(ScienceError, match="deux dispositifs"):
        log_rank([1, 2], np.array([True, True]), ["a", "a"])


def test_the_smallest_effect_that_would_be_seen() -> None:
    assert minimum_detectable_effect(1.0) == pytest.approx(1.959964 + 0.841621, abs=1e-5)
    with pytest.raises(ScienceError, match="entre 0 et 1"):
        minimum_detectable_effect(1.0, power=1.0)


@pytest.mark.parametrize(
    ("effect", "treated", "extra", "verdict", "words"),
    [
        (1.0, 5, {}, Verdict.CANNOT_CONCLUDE, "si peu de communes aidées (5) : il en faut au moins 10"),
        (1.0, 20, {}, Verdict.CANNOT_CONCLUDE, "par permutation ne confirme pas"),
        (1.0, 20, {"placebo_p": 0.2}, Verdict.CANNOT_CONCLUDE, "par permutation ne confirme pas"),
        (1.0, 20, {"placebo_p": 0.01}, Verdict.RISE, "hausse de 1,00"),
        (1.0, 40, {}, Verdict.RISE, "entre 0,80 et 1,20 avec 95 chances sur 100"),
        (-1.0, 40, {}, Verdict.FALL, "baisse de 1,00"),
        (0.1, 40, {}, Verdict.NOTHING_SEEN, "moins de 0,28 serait passé inaperçu"),
        (1.0, 40, {"pretrend_p": 0.001}, Verdict.CANNOT_CONCLUDE, "évoluaient déjà autrement"),
    ],
)
def test_what_may_be_concluded(
    effect: float, treated: int, extra: dict, verdict: Verdict, words: str
) -> None:
    found = conclude(Estimate(effect, 0.1, treated, 100), **extra)
    assert found.verdict is verdict
    assert words in found.sentence


@pytest.mark.parametrize(("effect", "error"), list(product([np.nan, 1.0], [np.nan, -1.0, np.inf])))
def test_an_effect_without_its_error_cannot_be_held(effect: float, error: float) -> None:
    with pytest.raises(ScienceError, match="avec son erreur type"):
        Estimate(effect, error, 10, 10)
