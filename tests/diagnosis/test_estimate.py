"""The estimate takes the official parameters of its formulation, and the times of a matrix if any."""

import numpy as np
import pytest

from maillage.diagnosis.estimate import Matrix, minutes_to_nearest, parameters_for, travel_times
from maillage.diagnosis.professions import PROFESSIONS


@pytest.mark.parametrize(
    ("profession", "vintage", "series"),
    [
        ("mg", 2010, 2012),
        ("mg", 2012, 2012),
        ("mg", 2015, 2021),
        ("mg", 2018, 2021),
        ("mg", 2022, 2022),
        ("mg", 2030, 2023),
        ("inf", 2012, 2021),
        ("inf", 2023, 2021),
    ],
)
def test_a_vintage_takes_the_parameters_of_its_formulation(
    profession: str, vintage: int, series: int
) -> None:
    assert parameters_for(PROFESSIONS[profession], vintage).vintage == series


LON, LAT = np.array([2.0, 2.05, 2.1]), np.array([47.0, 47.0, 47.0])
CODES = np.array(["77001", "77002", "77003"])


def matrix(*pairs: tuple[str, str, float]) -> Matrix:
    codes, numbers = np.unique([code for pair in pairs for code in pair[:2]], return_inverse=True)
    numbers = numbers.reshape(-1, 2).astype(np.int32)
    return Matrix(codes, numbers[:, 0], numbers[:, 1], np.array([pair[2] for pair in pairs]))


def minutes(loaded: Matrix | None) -> np.ndarray:
    times = travel_times(CODES, LON, LAT, limit_minutes=30.0, matrix=loaded)
    table = np.full((3, 3), np.nan)
    table[np.repeat(np.arange(3), np.diff(times.indptr)), times.indices] = times.minutes
    return table


def test_a_matrix_counts_between_the_communes_it_has_and_a_straight_line_elsewhere() -> None:
    straight = minutes(None)
    loaded = minutes(matrix(("77001", "77001", 0.0), ("77001", "77002", 25.0), ("77002", "77001", 31.0)))
    assert loaded[0, 1] == 25.0
    # The matrix has both: what it does not say, or says too far, is out of reach.
    assert np.isnan(loaded[1, 0])
    # It does not have the third.
    np.testing.assert_array_equal(loaded[2], straight[2])
    np.testing.assert_array_equal(loaded[:2, 2], straight[:2, 2])
    assert np.diag(loaded).tolist() == [0.0, 0.0, 0.0]


def test_the_nearest_service_is_reached_by_the_matrix_where_it_says() -> None:
    has = np.array([False, True, False])
    straight = minutes_to_nearest(CODES, LON, LAT, has, matrix=None)
    loaded = minutes_to_nearest(CODES, LON, LAT, has, matrix=matrix(("77001", "77002", 25.0)))
    assert loaded.tolist() == [25.0, 0.0, straight[2]]
    nowhere = minutes_to_nearest(CODES, LON, LAT, ~has & False, matrix=matrix(("77001", "77002", 25.0)))
    assert np.isnan(nowhere).all()
