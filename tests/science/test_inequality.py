import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from maillage.science.checks import ScienceError
from maillage.science.inequality import (
    concentration_index,
    erreygers_index,
    gini,
    interdecile_ratio,
    palma_ratio,
    share_under,
    tenth_means,
    theil,
    valid,
    weighted_mean,
    weighted_quantile,
)

values = arrays(np.float64, st.integers(1, 30), elements=st.floats(0.01, 100))


def weights_for(array: np.ndarray) -> np.ndarray:
    return np.random.default_rng(len(array)).integers(1, 50, len(array)).astype(float)


def test_missing_values_are_left_out_in_plain_sight() -> None:
    scores, people = np.array([1.0, np.nan, 3.0]), np.array([10.0, 10.0, np.nan])
    kept = valid(scores, people)
    assert kept.tolist() == [True, False, False]
    assert weighted_mean(scores[kept], people[kept]) == 1
    for statistic in (weighted_mean, gini, theil, tenth_means, palma_ratio):
        with pytest.raises(ScienceError, match="absente n'est pas un zéro"):
            statistic(scores, [1, 1, 1])


def test_a_threshold_is_strict_unless_said_otherwise() -> None:
    assert share_under([2.4, 2.5, 2.6], [1, 2, 1], 2.5) == 0.25
    assert share_under([2.4, 2.5, 2.6], [1, 2, 1], 2.5, inclusive=True) == 0.75


@given(values)
def test_split_tenths_average_to_the_mean(array: np.ndarray) -> None:
    weights = weights_for(array)
    means = tenth_means(array, weights, straddling="split")
    assert means.mean() == pytest.approx(weighted_mean(array, weights))
    assert (np.diff(means) >= -1e-9).all()


@given(values, st.randoms())
def test_tenths_do_not_depend_on_the_order_of_the_rows(array: np.ndarray, random) -> None:
    weights = weights_for(array)
    order = random.sample(range(len(array)), len(array))
    for straddling in ("whole", "split"):
        first = tenth_means(array, weights, straddling=straddling)
        np.testing.assert_allclose(
            tenth_means(array[order], weights[order], straddling=straddling), first, rtol=1e-12
        )


def test_a_row_astride_two_tenths_goes_whole_to_the_last_or_is_split() -> None:
    scores, people = [1.0, 2.0, 3.0], [1.0, 2.0, 1.0]
    assert tenth_means(scores, people, tenths=2).tolist() == [1.0, 7 / 3]
    assert tenth_means(scores, people, tenths=2, straddling="split").tolist() == [1.5, 2.5]


def test_a_tenth_without_any_row_is_missing_not_zero() -> None:
    means = tenth_means([1.0, 2.0], [1, 9])
    assert means[0] == 1
    assert means[9] == 2
    assert np.isnan(means[1:9]).all()


def test_tenths_are_cut_by_one_weight_and_averaged_by_another() -> None:
    assert tenth_means([1, 3, 5, 7], [1, 1, 1, 1], [1, 3, 0, 2], tenths=2).tolist() == [2.5, 7]


def test_quantiles_and_their_ratio() -> None:
    scores = np.arange(1.0, 11.0)
    assert weighted_quantile(scores, np.ones(10), 0.1) == 1
    assert weighted_quantile(scores, np.ones(10), 0.11) == 2
    assert weighted_quantile(scores, np.ones(10), 1) == 10
    assert interdecile_ratio(scores, np.ones(10)) == 9
    assert np.isnan(interdecile_ratio([0, 0, 1], [1, 1, 1]))
    with pytest.raises(ScienceError):
        weighted_quantile(scores, np.ones(10), 0)


@given(values)
def test_everybody_alike_is_no_inequality(array: np.ndarray) -> None:
    same, weights = np.full(len(array), array[0]), weights_for(array)
    assert gini(same, weights) == pytest.approx(0, abs=1e-9)
    assert theil(same, weights).total == pytest.approx(0, abs=1e-9)
    assert palma_ratio(same, weights) == pytest.approx(1)
    assert concentration_index(same, weights, np.arange(len(array))) == pytest.approx(0, abs=1e-9)


@given(values, st.floats(0.1, 10))
def test_inequality_ignores_the_unit(array: np.ndarray, factor: float) -> None:
    weights = weights_for(array)
    assert gini(array * factor, weights) == pytest.approx(gini(array, weights), abs=1e-9)
    assert theil(array * factor, weights).total == pytest.approx(theil(array, weights).total, abs=1e-9)
    assert 0 <= gini(array, weights) + 1e-9 < 1


@given(values)
def test_a_row_of_weight_two_is_two_rows(array: np.ndarray) -> None:
    weights = np.ones(len(array))
    weights[0] = 2
    twice = np.append(array, array[0])
    ones = np.ones(len(twice))
    assert gini(array, weights) == pytest.approx(gini(twice, ones), abs=1e-9)
    assert theil(array, weights).total == pytest.approx(theil(twice, ones).total, abs=1e-9)
    ranking = concentration_index(array, weights, array)
    assert ranking == pytest.approx(concentration_index(twice, ones, twice), abs=1e-9)


@given(values)
def test_concentration_by_the_value_itself_is_gini(array: np.ndarray) -> None:
    weights = weights_for(array)
    assert concentration_index(array, weights, array) == pytest.approx(gini(array, weights), abs=1e-9)
    assert concentration_index(array, weights, -array) == pytest.approx(-gini(array, weights), abs=1e-9)


def test_erreygers_rescales_by_the_bounds() -> None:
    args = ([1.0, 3.0], [1.0, 1.0], [0, 1])
    assert concentration_index(*args) == 0.25
    assert erreygers_index(*args, minimum=0, maximum=4) == 4 * 2 / 4 * 0.25
    with pytest.raises(ScienceError, match="bornes"):
        erreygers_index(*args, minimum=0, maximum=2)


@given(values)
def test_theil_splits_exactly_between_and_within_groups(array: np.ndarray) -> None:
    weights = weights_for(array)
    groups = np.arange(len(array)) % 3
    split = theil(array, weights, groups)
    assert split.between + split.within == pytest.approx(split.total, abs=1e-12)
    mean = weighted_mean(array, weights)
    within = 0.0
    for group in np.unique(groups):
        here = groups == group
        share = weights[here].sum() / weights.sum() * weighted_mean(array[here], weights[here]) / mean
        within += share * theil(array[here], weights[here]).total
    assert split.within == pytest.approx(within, abs=1e-9)
    assert theil(array, weights, np.arange(len(array))).within == pytest.approx(0, abs=1e-9)


def test_zero_is_a_value_for_theil_and_gini() -> None:
    assert theil([0.0, 2.0], [1, 1]).total == pytest.approx(np.log(2))
    assert gini([0.0, 2.0], [1, 1]) == 0.5


@pytest.mark.parametrize(
    ("array", "weights"),
    [([], []), ([1.0], [0.0]), ([1.0], [-1.0]), ([1.0, 2.0], [1.0]), ([-1.0, 2.0], [1, 1]), ([0.0], [1.0])],
)
def test_impossible_input_is_refused(array, weights) -> None:
    with pytest.raises(ScienceError):
        gini(array, weights)


@pytest.mark.shared
def test_the_published_figures_of_2021_come_out(apl_2021) -> None:
    kept = valid(apl_2021.under_65, apl_2021.standardised)
    assert (~kept).sum() == 23
    scores, people = apl_2021.under_65[kept], apl_2021.population[kept]
    standardised = apl_2021.standardised[kept]
    assert people.sum() == pytest.approx(standardised.sum(), abs=1) == 66_988_403
    assert round(weighted_mean(scores, standardised), 3) == 3.369
    means = tenth_means(scores, people, standardised)
    assert means.round(2).tolist() == [1.52, 2.19, 2.54, 2.85, 3.14, 3.43, 3.76, 4.10, 4.57, 5.63]
    assert means[[0, 9]].round(3).tolist() == [1.518, 5.631]
    assert round(means[9] / means[0], 2) == 3.71
    assert round(gini(scores, people), 3) == 0.195
    assert round(theil(scores, people).total, 3) == 0.062
    assert round(gini(apl_2021.all_ages[kept], people), 3) == 0.185
    assert round(theil(apl_2021.all_ages[kept], people).total, 3) == 0.056
    assert round(share_under(scores, people, 2.5), 4) == 0.2368
    assert round(share_under(apl_2021.all_ages[kept], people, 2.5), 4) == 0.1399
    assert round(share_under(scores, people, 4), 3) == 0.72


@pytest.mark.shared
def test_splitting_rows_between_tenths_is_not_what_was_published(apl_2021) -> None:
    kept = valid(apl_2021.under_65, apl_2021.standardised)
    means = tenth_means(
        apl_2021.under_65[kept],
        apl_2021.population[kept],
        apl_2021.standardised[kept],
        straddling="split",
    )
    assert means[9].round(3) == 5.639
