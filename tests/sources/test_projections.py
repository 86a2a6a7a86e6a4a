"""Projections: published test points, and back from the metres a textbook forward formula gives."""

from __future__ import annotations

from math import asin, asinh, atan, atanh, cos, cosh, degrees, exp, hypot, radians, sin, sinh, tan

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maillage.sources.projections import (
    ECCENTRICITY,
    LAMBERT_93,
    LambertConic,
    UniversalTransverseMercator,
    geolocate,
)


def test_the_test_point_of_ign_algorithm_0004_comes_out() -> None:
    # NTG_71, "Projection cartographique conique conforme de Lambert", test set of ALG0004.
    conic = LambertConic(0.760405966, 11_603_796.9767, 600_000.0, 5_657_616.674, 0.04079234433, 0.0824832568)
    longitude, latitude = conic.inverse(1_029_705.083, 272_723.849)
    assert (radians(longitude), radians(latitude)) == pytest.approx((0.14551209899, 0.8726646258), abs=1e-8)


def test_the_false_origin_of_lambert_93_is_its_meridian_and_parallel() -> None:
    assert LAMBERT_93.inverse(700_000, 6_600_000) == pytest.approx((3, 46.5), abs=1e-9)


@given(longitude=st.floats(-5, 9.5), latitude=st.floats(41.2, 51.2))
def test_lambert_93_undoes_its_forward_formula(longitude: float, latitude: float) -> None:
    phi = radians(latitude)
    isometric = asinh(tan(phi)) - ECCENTRICITY * atanh(ECCENTRICITY * sin(phi))
    radius = LAMBERT_93.constant * exp(-LAMBERT_93.exponent * isometric)
    angle = LAMBERT_93.exponent * radians(longitude - 3)
    x, y = LAMBERT_93.x_pole + radius * sin(angle), LAMBERT_93.y_pole - radius * cos(angle)
    assert LAMBERT_93.inverse(x, y) == pytest.approx((longitude, latitude), abs=1e-9)


@given(offset=st.floats(-3, 3), latitude=st.floats(-25, 25))
def test_utm_undoes_its_forward_series(offset: float, latitude: float) -> None:
    """Forward: Krüger's series of third order, α coefficients (the inverse uses the β ones)."""
    n = (1 / 298.257222101) / (2 - 1 / 298.257222101)
    phi = radians(latitude)
    conformal = asinh(tan(phi)) - ECCENTRICITY * atanh(ECCENTRICITY * sin(phi))
    xi = atan(sinh(conformal) / cos(radians(offset)))
    eta = asinh(sin(radians(offset)) / hypot(sinh(conformal), cos(radians(offset))))
    alphas = (n / 2 - 2 * n**2 / 3 + 5 * n**3 / 16, 13 * n**2 / 48 - 3 * n**3 / 5, 61 * n**3 / 240)
    scale = 0.9996 * 6_378_137 / (1 + n) * (1 + n**2 / 4 + n**4 / 64)
    y = scale * (xi + sum(a * sin(2 * k * xi) * cosh(2 * k * eta) for k, a in enumerate(alphas, start=1)))
    x = scale * (eta + sum(a * cos(2 * k * xi) * sinh(2 * k * eta) for k, a in enumerate(alphas, start=1)))
    zone = UniversalTransverseMercator(40, south=True)
    assert zone.inverse(500_000 + x, 10_000_000 + y) == pytest.approx((57 + offset, latitude), abs=1e-8)


@pytest.mark.parametrize(
    ("departement", "metres", "expected"),
    [
        ("974", (338_000.0, 7_690_000.0), (55.45, -20.88)),
        ("973", (354_000.0, 545_000.0), (-52.32, 4.93)),
        ("972", (708_000.0, 1_615_000.0), (-61.07, 14.60)),
    ],
)
def test_overseas_metres_land_on_their_island(
    departement: str, metres: tuple[float, float], expected: tuple[float, float]
) -> None:
    location = geolocate(departement, metres=metres)
    assert location is not None
    assert (location.lon, location.lat) == pytest.approx(expected, abs=0.02)


def test_a_territory_without_known_projection_gives_no_position() -> None:
    assert geolocate("988", angles=(166.4, -22.2)) is None


@given(st.floats(allow_nan=True), st.floats(allow_nan=True))
def test_no_pair_of_numbers_breaks_the_search(first: float, second: float) -> None:
    location = geolocate("77", angles=(first, second), metres=(second, first))
    assert location is None or (-5.5 <= location.lon <= 10 and 41 <= location.lat <= 51.5)


def test_degrees_announced_as_such_need_no_repair() -> None:
    location = geolocate("77", angles=(degrees(asin(0.045)), 48.5))
    assert location is not None
    assert location.repair == ""
