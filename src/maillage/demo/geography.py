"""The land: communes as Voronoi cells with natural-looking borders, a département and four neighbours.

Positions are kilometres from the centre of the territory, x to the east and y to the north. They are put in
the Atlantic, off the west coast, where they lie over no real commune.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, log2, pi
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.spatial import Voronoi, cKDTree

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

HOME = "00"
# North, east, south and west of the département.
NEIGHBOURS = ("00N", "00E", "00S", "00O")
DEPARTEMENTS = (HOME, *NEIGHBOURS)
# First commune number of each département: all codes are 00 and three digits.
FIRST_NUMBERS = {HOME: 1, "00N": 301, "00E": 401, "00S": 501, "00O": 601}

COMMUNES = 250
COMMUNES_AROUND = 240
SPACING_KM = 4.9
# No two town halls are closer than this, nor one closer to a border than that.
APART_KM = 1.8
FROM_BORDER_KM = 0.1
# Radius of the drawn disc of cells; those beyond the neighbours only close the outer cells.
DISC_KM = 100.0
CENTRE_LON, CENTRE_LAT = -3.9, 45.6
KM_PER_DEGREE = 111.195
# Borders are refined down to about this length.
FINEST_KM = 0.32
ROUGHNESS = 0.1


@dataclass(frozen=True, slots=True)
class Land:
    """Communes in the order of their codes.

    :ivar points: where each town hall stands (km), shape (communes, 2).
    :ivar departement: index into `DEPARTEMENTS`, shape (communes,).
    :ivar adjacent: pairs of communes that touch, shape (pairs, 2).
    :ivar rings: closed outline of each commune (km).
    """

    codes: list[str]
    points: Floats
    departement: Integers
    adjacent: Integers
    rings: list[Floats]

    def __len__(self) -> int:
        return len(self.codes)

    @property
    def lonlat(self) -> Floats:
        return to_degrees(self.points)

    @property
    def area_ha(self) -> Floats:
        return np.array([shapely.Polygon(ring).area * 100 for ring in self.rings])

    def contours(self) -> list[shapely.Polygon]:
        """Outline of each commune in degrees, to five decimals (about a metre)."""
        return [shapely.Polygon(to_degrees(ring)) for ring in self.rings]


def to_degrees(points: Floats) -> Floats:
    """Longitude and latitude, to five decimals, of points in kilometres."""
    lat = CENTRE_LAT + points[:, 1] / KM_PER_DEGREE
    lon = CENTRE_LON + points[:, 0] / (KM_PER_DEGREE * np.cos(np.radians(CENTRE_LAT)))
    return np.round(np.column_stack((lon, lat)), 5)


def make_land(rng: np.random.Generator) -> Land:
    """A département of `COMMUNES` communes, and `COMMUNES_AROUND` around it shared by its neighbours."""
    seeds = _seeds(rng)
    departement = _departements(seeds, rng)
    kept = np.flatnonzero(departement >= 0)
    # Codes follow the alphabet in real départements; here, the order of the cells from north to south.
    order = kept[np.lexsort((-seeds[kept, 1], departement[kept]))]
    rank = np.full(len(seeds), -1)
    rank[order] = np.arange(len(order))
    diagram = Voronoi(seeds)
    ridges = rank[diagram.ridge_points]
    return Land(
        codes=_codes(departement[order]),
        points=seeds[order],
        departement=departement[order],
        adjacent=np.sort(ridges[(ridges >= 0).all(axis=1)], axis=1),
        rings=_rings(diagram, ridges, seeds[order], rng),
    )


def _seeds(rng: np.random.Generator) -> Floats:
    """A jittered triangular grid over the disc, gently warped so that some communes are larger."""
    steps = np.arange(-DISC_KM, DISC_KM, SPACING_KM)
    x, y = np.meshgrid(steps, steps * np.sqrt(3) / 2)
    x = x + (np.arange(len(y)) % 2)[:, None] * SPACING_KM / 2
    points = np.column_stack((x.ravel(), y.ravel()))
    points += rng.uniform(-0.45, 0.45, points.shape) * SPACING_KM
    phases = rng.uniform(0, 2 * pi, 4)
    warp = np.column_stack(
        (
            np.sin(points[:, 1] / 9 + phases[0]) + np.sin(points[:, 0] / 6.5 + phases[1]),
            np.sin(points[:, 0] / 8 + phases[2]) + np.sin(points[:, 1] / 7 + phases[3]),
        )
    )
    points += 1.3 * warp
    points = points[np.hypot(*points.T) < DISC_KM]
    crowded = {second for _, second in cKDTree(points).query_pairs(APART_KM)}
    return np.delete(points, sorted(crowded), axis=0)


def _departements(seeds: Floats, rng: np.random.Generator) -> Integers:
    """Index of the département of each cell, -1 for those beyond."""
    angle = np.arctan2(seeds[:, 1], seeds[:, 0])
    outline = np.ones(len(seeds))
    for lobes, size in ((2, 0.17), (3, 0.10), (4, 0.05), (5, 0.05), (7, 0.03)):
        outline += size * np.cos(lobes * angle + rng.uniform(0, 2 * pi))
    nearness = np.argsort(np.hypot(*seeds.T) / outline)
    departement = np.full(len(seeds), -1)
    departement[nearness[:COMMUNES]] = 0
    around = nearness[COMMUNES : COMMUNES + COMMUNES_AROUND]
    # Quarters of the compass, turned a little: east is 0, north 1, west 2, south 3.
    quarter = np.floor((angle[around] + rng.uniform(-0.3, 0.3)) / (pi / 2) + 0.5).astype(int) % 4
    departement[around] = np.array([2, 1, 4, 3])[quarter]
    return departement


def _codes(departement: Integers) -> list[str]:
    numbers = dict(FIRST_NUMBERS)
    codes = []
    for index in departement.tolist():
        code = DEPARTEMENTS[index]
        codes.append(f"00{numbers[code]:03d}")
        numbers[code] += 1
    return codes


def _rings(diagram: Voronoi, ridges: Integers, points: Floats, rng: np.random.Generator) -> list[Floats]:
    """Closed outline of each kept cell, made of borders shared to the last digit with its neighbours.

    A border so rough that it would cross another one, or leave the town hall out, is smoothed until it
    does not.
    """
    of_cell: list[list[int]] = [[] for _ in range(len(points))]
    for ridge, pair in enumerate(ridges.tolist()):
        for cell in pair:
            if cell >= 0:
                of_cell[cell].append(ridge)
    kept = sorted({ridge for listed in of_cell for ridge in listed})
    ends = {ridge: diagram.vertices[diagram.ridge_vertices[ridge]] for ridge in kept}
    offsets = {ridge: _rough(_segments(ends[ridge]), rng) for ridge in kept}
    roughness = dict.fromkeys(kept, 1.0)
    halls = np.asarray(shapely.buffer(shapely.points(points), FROM_BORDER_KM))
    while True:
        borders = {ridge: _border(ends[ridge], offsets[ridge] * roughness[ridge]) for ridge in kept}
        rings = [_joined(listed, borders, diagram) for listed in of_cell]
        shapes = np.array([shapely.Polygon(ring) for ring in rings])
        sound = shapely.is_valid(shapes)
        sound[sound] = shapely.contains(shapes[sound], halls[sound])
        if sound.all():
            return rings
        for ridge in {ridge for cell in np.flatnonzero(~sound).tolist() for ridge in of_cell[cell]}:
            roughness[ridge] *= 0.5 if roughness[ridge] > 0.1 else 0.0


def _segments(ends: Floats) -> int:
    """How many segments a border is cut into: a power of two."""
    length = float(np.hypot(*(ends[1] - ends[0])))
    return int(2 ** ceil(log2(max(1.0, length / FINEST_KM))))


def _rough(segments: int, rng: np.random.Generator) -> Floats:
    """Sideways offsets along a border of length 1, null at both ends (midpoint displacement)."""
    offsets = np.zeros(segments + 1)
    step = segments
    while step > 1:
        middles = np.arange(step // 2, segments, step)
        moves = np.clip(rng.normal(0, ROUGHNESS, len(middles)), -2 * ROUGHNESS, 2 * ROUGHNESS)
        offsets[middles] = (offsets[middles - step // 2] + offsets[middles + step // 2]) / 2
        offsets[middles] += moves * step / segments
        step //= 2
    return offsets


def _border(ends: Floats, offsets: Floats) -> Floats:
    along = ends[1] - ends[0]
    across = np.array([-along[1], along[0]])
    share = np.linspace(0, 1, len(offsets))[:, None]
    return ends[0] + share * along + offsets[:, None] * across


def _joined(listed: list[int], borders: dict[int, Floats], diagram: Voronoi) -> Floats:
    """The borders of a cell put end to end."""
    leaving: dict[int, list[tuple[int, int, bool]]] = {}
    for ridge in listed:
        first, last = diagram.ridge_vertices[ridge]
        leaving.setdefault(first, []).append((ridge, last, True))
        leaving.setdefault(last, []).append((ridge, first, False))
    start = vertex = next(iter(leaving))
    used: set[int] = set()
    pieces: list[Floats] = []
    while True:
        ridge, vertex, forward = next(entry for entry in leaving[vertex] if entry[0] not in used)
        used.add(ridge)
        pieces.append(borders[ridge][:-1] if forward else borders[ridge][:0:-1])
        if vertex == start:
            ring = np.concatenate(pieces)
            return np.vstack((ring, ring[:1]))


def polygon_json(shape: Any) -> dict[str, Any]:
    """A shape as GeoJSON."""
    return dict(shapely.geometry.mapping(shape))


def departement_outlines(land: Land) -> dict[str, Any]:
    """The union of the communes of each département."""
    contours = np.array(land.contours())
    return {
        code: shapely.coverage_union_all(contours[land.departement == index])
        for index, code in enumerate(DEPARTEMENTS)
    }
