import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import spearmanr

from maillage.science.agreement import calibration_constant, spearman
from maillage.science.checks import ScienceError


@given(st.integers(0, 2**32 - 1), st.integers(3, 40))
def test_without_weights_it_is_the_usual_spearman_ties_included(seed: int, count: int) -> None:
    rng = np.random.default_rng(seed)
    first = np.append(rng.integers(0, 6, count), [0, 9]).astype(float)
    second = np.append(rng.integers(0, 6, count), [9, 0]).astype(float)
    assert spearman(first, second) == pytest.approx(spearmanr(first, second).statistic, abs=1e-12)


@given(st.integers(0, 2**32 - 1))
def test_a_weight_of_three_is_three_rows(seed: int) -> None:
    rng = np.random.default_rng(seed)
    first, second, weights = rng.random(6), rng.random(6), rng.integers(1, 4, 6)
    repeated = spearman(np.repeat(first, weights), np.repeat(second, weights))
    assert spearman(first, second, weights) == pytest.approx(repeated)


def test_only_the_ranks_count() -> None:
    first = np.array([1.0, 5.0, 2.0, 9.0])
    assert spearman(first, np.exp(first)) == pytest.approx(1)
    assert spearman(first, -(first**3)) == pytest.approx(-1)


def test_a_constant_side_has_no_correlation() -> None:
    assert np.isnan(spearman([1, 1, 1], [1, 2, 3]))


@pytest.mark.parametrize(
    ("first", "second", "weights"),
    [([1], [1], None), ([1, 2], [1, np.nan], None), ([1, 2], [1, 2, 3], None), ([1, 2], [1, 2], [0, 0])],
)
def test_impossible_input_is_refused(first, second, weights) -> None:
    with pytest.raises(ScienceError):
        spearman(first, second, weights)


def test_calibration_brings_the_mean_to_the_published_one() -> None:
    estimate, published, weights = np.array([1.0, 2.0]), np.array([3.0, 5.0]), np.array([1.0, 3.0])
    constant = calibration_constant(estimate, published, weights)
    assert constant * (estimate @ weights) == pytest.approx(published @ weights)
    with pytest.raises(ScienceError, match="calée"):
        calibration_constant([0, 0], published, weights)
