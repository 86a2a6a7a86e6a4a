import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from maillage.science.siting import Choice, Limit
from maillage.science.siting.relaxation import cheapest_choice
from siting_cases import PLACES, all_choices, some_choice


def priced(seed: int) -> np.ndarray:
    return np.round(np.random.default_rng(seed).normal(-1, 3, PLACES), 1)


@given(st.integers(0, 2**32 - 1))
def test_the_relaxed_minimum_bounds_every_choice_and_its_penalties_those_that_open_a_candidate(
    seed: int,
) -> None:
    choice, reduced = some_choice(seed), priced(seed)
    found = cheapest_choice(choice, reduced)
    for opened in all_choices(choice):
        assert found.value <= reduced @ opened + 1e-9
        for place in np.flatnonzero(opened):
            assert found.value + found.penalties[place] <= reduced @ opened + 1e-9


@given(st.integers(0, 2**32 - 1), st.integers(1, 5), st.integers(0, 2), st.integers(0, 2))
def test_number_and_disjoint_quotas_are_exact(seed: int, p: int, first: int, second: int) -> None:
    limits = [Limit(np.array([0, 1, 2]), first), Limit(np.array([3, 4]), second)]
    choice, reduced = Choice.of(PLACES, p=p, limits=limits), priced(seed)
    found = cheapest_choice(choice, reduced)
    assert found.value == pytest.approx(min(reduced @ opened for opened in all_choices(choice)))
    for place in range(PLACES):
        opening = [reduced @ opened for opened in all_choices(choice) if opened[place]]
        assert not opening or found.value + found.penalties[place] <= min(opening) + 1e-9
