"""Plane coordinates of French official files turned into longitude and latitude.

Closed formulas, accurate to a millimetre over France; RGF93 and WGS84 are taken as one (they differ by less
than a metre). `geolocate` decides by value range what a pair of numbers is: official files swap them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import asinh, atan, atan2, cos, cosh, degrees, exp, hypot, log, pi, radians, sin, sinh

# GRS80: semi-major axis (m) and first eccentricity.
SEMI_MAJOR_AXIS = 6_378_137.0
FLATTENING = 1 / 298.257222101
ECCENTRICITY = (2 * FLATTENING - FLATTENING**2) ** 0.5

Pair = tuple[float, float]
Inverse = Callable[[float, float], Pair]


def latitude_from_isometric(isometric: float, eccentricity: float) -> float:
    """Geodetic latitude (rad) of an isometric latitude: IGN algorithm ALG0002 (NTG_71), to 1e-12 rad."""
    latitude = 2 * atan(exp(isometric)) - pi / 2
    while True:
        swing = eccentricity * sin(latitude)
        better = 2 * atan(((1 + swing) / (1 - swing)) ** (eccentricity / 2) * exp(isometric)) - pi / 2
        if abs(better - latitude) < 1e-12:
            return better
        latitude = better


@dataclass(frozen=True, slots=True)
class LambertConic:
    """A Lambert conformal conic projection: exponent, constant (m), false origin (m), meridian (rad)."""

    exponent: float
    constant: float
    x_pole: float
    y_pole: float
    meridian: float
    eccentricity: float = ECCENTRICITY

    def inverse(self, x: float, y: float) -> Pair:
        """Longitude and latitude (degrees) of a point in metres: IGN algorithm ALG0004 (NTG_71).

        γ = atan((x − x_s) / (y_s − y)), λ = λ_c + γ / n, L = −ln(R / |c|) / n.
        """
        east, south = x - self.x_pole, self.y_pole - y
        radius = hypot(east, south)
        longitude = self.meridian + atan2(east, south) / self.exponent
        isometric = -log(radius / abs(self.constant)) / self.exponent
        return degrees(longitude), degrees(latitude_from_isometric(isometric, self.eccentricity))


# Constants of the IGN for RGF93 / Lambert-93 (EPSG:2154).
LAMBERT_93 = LambertConic(
    exponent=0.7256077650532670,
    constant=11_754_255.4260960,
    x_pole=700_000.0,
    y_pole=12_655_612.0498760,
    meridian=radians(3),
)


@dataclass(frozen=True, slots=True)
class UniversalTransverseMercator:
    """One UTM zone, north or south."""

    zone: int
    south: bool = False

    def inverse(self, x: float, y: float) -> Pair:
        """Longitude and latitude (degrees) of a point in metres.

        Krüger's series to the third order in n = f / (2 − f), 1912; then the conformal latitude χ gives the
        isometric one, atanh(sin χ).
        """
        n = FLATTENING / (2 - FLATTENING)
        rectifying_radius = SEMI_MAJOR_AXIS / (1 + n) * (1 + n**2 / 4 + n**4 / 64)
        scale = 0.9996 * rectifying_radius
        xi = (y - (10_000_000 if self.south else 0)) / scale
        eta = (x - 500_000) / scale
        series = (
            n / 2 - 2 * n**2 / 3 + 37 * n**3 / 96,
            n**2 / 48 + n**3 / 15,
            17 * n**3 / 480,
        )
        xi_0 = xi - sum(b * sin(2 * k * xi) * cosh(2 * k * eta) for k, b in enumerate(series, start=1))
        eta_0 = eta - sum(b * cos(2 * k * xi) * sinh(2 * k * eta) for k, b in enumerate(series, start=1))
        longitude = radians(6 * self.zone - 183) + atan2(sinh(eta_0), cos(xi_0))
        isometric = asinh(sin(xi_0) / hypot(sinh(eta_0), cos(xi_0)))
        return degrees(longitude), degrees(latitude_from_isometric(isometric, ECCENTRICITY))


@dataclass(frozen=True, slots=True)
class Ground:
    """A part of France: its projection in official files and the box it fits in (degrees)."""

    inverse: Inverse
    west: float
    south: float
    east: float
    north: float

    def holds(self, longitude: float, latitude: float) -> bool:
        return self.west <= longitude <= self.east and self.south <= latitude <= self.north


METROPOLE = Ground(LAMBERT_93.inverse, -5.5, 41.0, 10.0, 51.5)
OVERSEAS: dict[str, Ground] = {
    "971": Ground(UniversalTransverseMercator(20).inverse, -61.9, 15.7, -60.9, 16.6),
    "972": Ground(UniversalTransverseMercator(20).inverse, -61.3, 14.3, -60.7, 15.0),
    "973": Ground(UniversalTransverseMercator(22).inverse, -54.7, 2.0, -51.5, 6.0),
    "974": Ground(UniversalTransverseMercator(40, south=True).inverse, 55.1, -21.5, 55.9, -20.8),
    "975": Ground(UniversalTransverseMercator(21).inverse, -56.5, 46.7, -56.1, 47.2),
    "976": Ground(UniversalTransverseMercator(38, south=True).inverse, 44.9, -13.1, 45.4, -12.5),
    "977": Ground(UniversalTransverseMercator(20).inverse, -62.95, 17.85, -62.75, 18.0),
    "978": Ground(UniversalTransverseMercator(20).inverse, -63.2, 18.0, -62.95, 18.15),
}


@dataclass(frozen=True, slots=True)
class Location:
    """Longitude and latitude (degrees), and what had to be repaired to find them, in French."""

    lon: float
    lat: float
    repair: str = ""


def ground_of(departement: str | None) -> Ground | None:
    """The ground a département lies on; None where neither projection nor box is known."""
    if departement is None:
        return METROPOLE
    if departement.startswith(("97", "98")):
        return OVERSEAS.get(departement)
    return METROPOLE


def geolocate(
    departement: str | None, *, angles: Pair | None = None, metres: Pair | None = None
) -> Location | None:
    """Where a site is, given what should be its (longitude, latitude) and its plane (x, y).

    The first reading of the numbers that falls inside the box of the département's ground is taken: as
    announced, then with each pair swapped, then with the two pairs exchanged. None when nothing fits.
    """
    ground = ground_of(departement)
    if ground is None:
        return None
    for repair, pair, plane in _readings(angles, metres):
        if plane and not _projectable(pair):
            continue
        lon, lat = ground.inverse(*pair) if plane else pair
        if ground.holds(lon, lat):
            return Location(lon, lat, repair)
    return None


def _readings(angles: Pair | None, metres: Pair | None) -> list[tuple[str, Pair, bool]]:
    readings: list[tuple[str, Pair, bool]] = []
    if angles:
        readings += [("", angles, False), ("longitude et latitude inversées", angles[::-1], False)]
    if metres:
        exchanged = "degrés et mètres inversés"
        readings += [
            (exchanged, metres, False),
            (f"{exchanged}, longitude et latitude aussi", metres[::-1], False),
        ]
        readings += [("", metres, True), ("x et y inversés", metres[::-1], True)]
    if angles:
        exchanged = "mètres rangés à la place des degrés"
        readings += [(exchanged, angles, True), (f"{exchanged}, x et y inversés", angles[::-1], True)]
    return readings


def _projectable(pair: Pair) -> bool:
    # Far outside these bounds the series diverge; degrees and zeros are not metres either.
    return 1_000 < abs(pair[0]) < 2_000_000 and 1_000 < abs(pair[1]) < 10_000_000
