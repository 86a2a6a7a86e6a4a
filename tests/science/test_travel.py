from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from maillage.science.checks import ScienceError
from maillage.science.travel import EARTH_RADIUS_KM, TravelTimes, straight_line, straight_line_nearest


def dense(times: TravelTimes) -> np.ndarray:
    table = np.full((times.origins, times.places), np.nan)
    for origin in range(times.origins):
        pairs = slice(times.indptr[origin], times.indptr[origin + 1])
        table[origin, times.indices[pairs]] = times.minutes[pairs]
    return table


@given(st.integers(0, 2**32 - 1), st.floats(0, 1))
def test_pairs_come_out_the_same_in_whatever_order_they_came(seed: int, filled: float) -> None:
    rng = np.random.default_rng(seed)
    table = np.where(rng.random((5, 4)) < filled, rng.integers(0, 3, (5, 4)).astype(float), np.nan)
    origin, place = np.nonzero(~np.isnan(table))
    shuffled = rng.permutation(len(origin))
    for order in (slice(None), shuffled):
        times = TravelTimes.from_pairs(
            origin[order], place[order], table[origin, place][order], origins=5, places=4
        )
        np.testing.assert_array_equal(dense(times), table)
        assert all((np.diff(times.indices[a:b]) > 0).all() for a, b in pairwise(times.indptr))


def test_a_time_of_zero_is_a_pair() -> None:
    times = TravelTimes.from_pairs([1, 0], [0, 1], [0.0, 0.0], origins=2, places=2)
    assert times.pairs == 2


@pytest.mark.parametrize(
    ("origin", "place", "minutes", "sentence"),
    [
        ([0, 0], [1, 1], [3.0, 4.0], "en double"),
        ([0, 1, 0], [1, 1, 1], [3.0, 0.0, 0.0], "de l'origine 0 au lieu 1"),
        ([0], [1], [-1.0], "négative"),
        ([0], [1], [np.nan], "manquante"),
        ([0], [1], [np.inf], "infinie"),
        ([0], [2], [1.0], "de 0 à 1"),
        ([-1], [1], [1.0], "de 0 à 1"),
        ([0.5], [1], [1.0], "entiers"),
        ([[0]], [[1]], [1.0], "entiers"),
        ([0, 1], [1], [1.0, 1.0], "autant d'origines"),
        ([0, 1], [0, 1], [1.0], "2 valeurs"),
        ([0], [1], ["douze"], "nombres"),
    ],
)
def test_wrong_pairs_are_refused_with_a_sentence(origin, place, minutes, sentence: str) -> None:
    with pytest.raises(ScienceError, match=sentence):
        TravelTimes.from_pairs(origin, place, minutes, origins=2, places=2)


@pytest.mark.parametrize("kind", [np.uint64, np.uint8, np.int16, np.int64])
def test_numbers_may_be_of_any_whole_type(kind: type) -> None:
    times = TravelTimes.from_pairs(
        np.array([0, 1], kind), np.array([200, 255], kind), [1, 2], origins=2, places=300
    )
    assert times.indices.tolist() == [200, 255]
    assert times.indptr.tolist() == [0, 1, 2]


def test_no_pair_at_all_is_accepted() -> None:
    times = TravelTimes.from_pairs([], [], [], origins=2, places=3)
    assert times.pairs == 0
    assert np.isnan(times.nearest()).all()


def test_nearest_is_missing_where_nothing_is_within_reach() -> None:
    times = TravelTimes.from_pairs([0, 0, 2], [0, 1, 1], [9.0, 4.0, 0.0], origins=4, places=2)
    np.testing.assert_array_equal(times.nearest(), [4.0, np.nan, 0.0, np.nan])
    np.testing.assert_array_equal(times.nearest([True, False]), [9.0, np.nan, np.nan, np.nan])
    with pytest.raises(ScienceError):
        times.nearest([True])


def haversine_km(lon1, lat1, lon2, lat2):
    a, b, c, d = (np.radians(angle) for angle in (lon1, lat1, lon2, lat2))
    half = np.sin((d - b) / 2) ** 2 + np.cos(b) * np.cos(d) * np.sin((c - a) / 2) ** 2
    return 2 * EARTH_RADIUS_KM * np.arcsin(np.sqrt(half))


@given(st.integers(0, 2**32 - 1), st.floats(1, 120))
def test_straight_line_is_the_great_circle_with_detour_and_speed(seed: int, limit: float) -> None:
    rng = np.random.default_rng(seed)
    lon, lat = rng.uniform(-5, 8, 12), rng.uniform(42, 51, 12)
    lon[3], lat[3] = lon[2], lat[2]
    times = straight_line(lon, lat, limit_minutes=limit, detour=1.2, speed_kmh=60)
    expected = haversine_km(lon[:, None], lat[:, None], lon, lat) * 1.2
    found = dense(times)
    inside = ~np.isnan(found)
    np.testing.assert_allclose(found[inside], expected[inside], rtol=1e-6, atol=1e-6)
    assert (expected[~inside] > limit * (1 - 1e-9)).all()
    assert (expected[inside] < limit * (1 + 1e-9)).all()
    assert (np.diag(found) == 0).all()
    assert found[2, 3] == 0


def test_straight_line_crosses_the_date_line() -> None:
    times = straight_line([179.99], [-17.0], [-179.99], [-17.0], limit_minutes=10)
    assert times.pairs == 1


def test_nearest_in_straight_line_is_found_however_far() -> None:
    place, minutes = straight_line_nearest([2.0, 3.0], [48.0, 47.0], [2.0, 55.0], [48.0, -21.0])
    assert place.tolist() == [0, 0]
    assert minutes[0] == 0
    assert minutes[1] == pytest.approx(haversine_km(3.0, 47.0, 2.0, 48.0) * 1.3 * 60 / 50)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"lat": [48.0, np.nan]}, "manquante"),
        ({"lat": [48.0]}, "2 valeurs"),
        ({"lat": [480.0, 48.0]}, "inversées"),
        ({"limit_minutes": 0}, "supérieur à zéro"),
        ({"detour": -1}, "supérieur à zéro"),
        ({"speed_kmh": np.nan}, "supérieur à zéro"),
    ],
)
def test_impossible_coordinates_or_parameters_are_refused(change: dict, sentence: str) -> None:
    good = {"lon": [2.0, 2.1], "lat": [48.0, 48.1], "limit_minutes": 20}
    with pytest.raises(ScienceError, match=sentence):
        straight_line(**(good | change))


def test_nearest_without_any_place_is_refused() -> None:
    with pytest.raises(ScienceError, match="Aucun lieu"):
        straight_line_nearest([2.0], [48.0], [], [])
