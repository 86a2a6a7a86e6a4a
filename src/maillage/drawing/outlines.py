"""The lasting part of a map: contours projected to the page, shared borders, places of the labels.

An :class:`Outline` depends on geometry alone. It costs some 100 ms for a département, is made of plain
text and numbers (it can be pickled), and serves every indicator: see :mod:`maillage.drawing.maps`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from math import cos, floor, log10, pi, radians
from typing import Any, Final, TypeAlias

import numpy as np
import shapely
from shapely.geometry import shape as read_geometry

SIZE: Final = 1000.0
MARGIN: Final = 14.0
SCALE_BAR_BAND: Final = 46.0
LABEL_SIZE: Final = 21.0
_MEAN_CHARACTER: Final = 0.54
_DOT_RADIUS: Final = 3.5
_SPACING: Final = 24.0
_SIMPLIFY: Final = 0.6
_EARTH_RADIUS_KM: Final = 6371.0088
_STEPS_PER_UNIT: Final = 10
# Three points, the first repeated: such an islet has no surface left at the scale of the page.
_SMALLEST_RING: Final = 3


_Box: TypeAlias = tuple[float, float, float, float]


@dataclass(frozen=True)
class Shape:
    """One area to draw: ``geometry`` is a GeoJSON (Multi)Polygon in WGS84, ``group`` its EPCI, if any."""

    code: str
    name: str
    geometry: Mapping[str, Any]
    group: str | None = None


@dataclass(frozen=True)
class Town:
    """A town that may be named on the map; the most populated are placed first."""

    name: str
    lon: float
    lat: float
    population: float


@dataclass(frozen=True)
class Projection:
    """Local equirectangular projection: x = (lon - west) · cos(mean latitude) · k, y = (north - lat) · k.

    Good to 1 % over 200 km, which is all that a map of one territory asks.
    """

    west: float
    north: float
    cosine: float
    units_per_degree: float

    def project(self, lon: float, lat: float) -> tuple[float, float]:
        """Position on the page of a point in WGS84 degrees, to a tenth of a unit."""
        x = MARGIN + (lon - self.west) * self.cosine * self.units_per_degree
        y = MARGIN + (self.north - lat) * self.units_per_degree
        return round(x, 1), round(y, 1)

    @property
    def units_per_km(self) -> float:
        return self.units_per_degree / (_EARTH_RADIUS_KM * pi / 180)


@dataclass(frozen=True)
class Label:
    """A town placed on the map: its dot and where its name is written (SVG text anchor)."""

    name: str
    x: float
    y: float
    dx: float
    dy: float
    anchor: str


@dataclass(frozen=True)
class Outline:
    """What stays the same whatever the indicator; ``paths`` holds the SVG path data by code."""

    width: float
    height: float
    projection: Projection
    paths: Mapping[str, str]
    names: Mapping[str, str]
    group_border: str
    outer_border: str
    labels: tuple[Label, ...]
    scale_km: float


def outline(shapes: Sequence[Shape], towns: Iterable[Town] = (), label_count: int = 14) -> Outline:
    """Project ``shapes``, find the borders between groups and the outer one, place the names of ``towns``.

    At most ``label_count`` names are placed, the most populated towns first, apart from one another.

    Borders come from shared edges: an edge with two different groups on its sides is a group border,
    an edge with one side only belongs to the outside. Raises ValueError with a French sentence when there
    is nothing to draw or when a geometry cannot be read.
    """
    if not shapes:
        raise ValueError("Aucun contour à dessiner : chargez les contours de ce territoire.")
    geometries = np.array([_polygonal(shape) for shape in shapes])
    projection, width, height = _fit(geometries)
    page = _to_page(geometries, projection)
    rings, owners = _rings(page)
    paths = _paths(rings, owners, [shape.code for shape in shapes])
    group_border, outer_border = _borders(rings, owners, [shape.group for shape in shapes])
    return Outline(
        width=width,
        height=height + SCALE_BAR_BAND,
        projection=projection,
        paths=paths,
        names={shape.code: shape.name for shape in shapes},
        group_border=group_border,
        outer_border=outer_border,
        labels=_place_labels(towns, projection, width, height, label_count),
        scale_km=_round_length(width / 4 / projection.units_per_km),
    )


def _polygonal(shape: Shape) -> shapely.Geometry:
    try:
        geometry = read_geometry(dict(shape.geometry))
    except (AttributeError, KeyError, TypeError, ValueError, shapely.errors.ShapelyError) as error:
        raise ValueError(f"Le contour de {shape.name} ({shape.code}) est illisible : {error}.") from error
    if geometry.is_empty or geometry.geom_type not in {"Polygon", "MultiPolygon"}:
        raise ValueError(
            f"Le contour de {shape.name} ({shape.code}) doit être un polygone non vide, "
            f"pas un objet « {geometry.geom_type} »."
        )
    return geometry


def _fit(geometries: np.ndarray) -> tuple[Projection, float, float]:
    west, south, east, north = shapely.total_bounds(geometries)
    cosine = cos(radians((south + north) / 2))
    across, down = (east - west) * cosine, north - south
    units_per_degree = (SIZE - 2 * MARGIN) / max(across, down)
    projection = Projection(float(west), float(north), cosine, float(units_per_degree))
    return (
        projection,
        round(across * units_per_degree + 2 * MARGIN, 1),
        round(down * units_per_degree + 2 * MARGIN, 1),
    )


def _to_page(geometries: np.ndarray, projection: Projection) -> np.ndarray:
    scale = np.array([projection.cosine, -1.0]) * projection.units_per_degree
    origin = np.array([projection.west, projection.north])
    page = shapely.transform(geometries, lambda points: (points - origin) * scale + MARGIN)
    return np.asarray(shapely.coverage_simplify(page, _SIMPLIFY))


def _rings(page: np.ndarray) -> tuple[list[np.ndarray], list[int]]:
    """Rings as whole tenths of a unit, without repeated points, and the index of the shape of each."""
    polygons, shape_of_polygon = shapely.get_parts(page, return_index=True)
    rings, polygon_of_ring = shapely.get_rings(polygons, return_index=True)
    points, ring_of_point = shapely.get_coordinates(rings, return_index=True)
    steps = np.rint(points * _STEPS_PER_UNIT).astype(np.int64)
    kept = np.ones(len(steps), dtype=bool)
    kept[1:] = (steps[1:] != steps[:-1]).any(axis=1) | (ring_of_point[1:] != ring_of_point[:-1])
    steps, ring_of_point = steps[kept], ring_of_point[kept]
    cuts = np.flatnonzero(np.diff(ring_of_point)) + 1
    return np.split(steps, cuts), [int(index) for index in shape_of_polygon[polygon_of_ring]]


def _paths(rings: list[np.ndarray], owners: list[int], codes: list[str]) -> dict[str, str]:
    pieces: dict[str, list[str]] = {code: [] for code in codes}
    for ring, owner in zip(rings, owners, strict=True):
        if len(ring) > _SMALLEST_RING:
            pieces[codes[owner]].append(_path(ring[:-1]) + "z")
    return {code: "".join(parts) for code, parts in pieces.items()}


def _borders(rings: list[np.ndarray], owners: list[int], groups: list[str | None]) -> tuple[str, str]:
    """SVG path data of the edges between two groups, then of the edges that have nothing on one side."""
    sides = np.concatenate([np.full(len(ring) - 1, owner) for ring, owner in zip(rings, owners, strict=True)])
    edges = np.concatenate([np.hstack([ring[:-1], ring[1:]]) for ring in rings])
    backwards = (edges[:, 0] > edges[:, 2]) | ((edges[:, 0] == edges[:, 2]) & (edges[:, 1] > edges[:, 3]))
    edges[backwards] = edges[backwards][:, [2, 3, 0, 1]]
    keys = edges @ np.array([1 << 42, 1 << 28, 1 << 14, 1])
    order = np.argsort(keys)
    edges, sides, keys = edges[order], sides[order], keys[order]
    group_of_shape = np.unique([group or "" for group in groups], return_inverse=True)[1]
    same_as_next = keys[1:] == keys[:-1]
    shared = np.append(same_as_next, False) | np.insert(same_as_next, 0, False)
    differs = group_of_shape[sides[1:]] != group_of_shape[sides[:-1]]
    between_groups = np.append(same_as_next & differs, False)
    return _polylines(edges[between_groups]), _polylines(edges[~shared])


def _polylines(edges: np.ndarray) -> str:
    if not len(edges):
        return ""
    segments = np.asarray(shapely.linestrings(edges.reshape(-1, 2, 2).astype(float)))
    merged = shapely.line_merge(shapely.multilinestrings(segments))
    lines = shapely.get_parts(merged)
    return "".join(_path(np.rint(shapely.get_coordinates(line)).astype(np.int64)) for line in lines)


def _path(points: np.ndarray) -> str:
    """Smallest path data through points in tenths of a unit: one absolute move, then relative lines."""
    steps = "".join(map(_number, np.diff(points, axis=0).ravel().tolist()))
    return f"M{_number(int(points[0, 0]))}{_number(int(points[0, 1]))}l{steps}"


@cache
def _number(tenths: int) -> str:
    """Text of a number of tenths with the separator that path data asks before it."""
    whole, tenth = divmod(abs(tenths), _STEPS_PER_UNIT)
    text = f"{whole or ''}.{tenth}" if tenth else str(whole)
    return f"-{text}" if tenths < 0 else f" {text}"


def _place_labels(
    towns: Iterable[Town], projection: Projection, width: float, height: float, count: int
) -> tuple[Label, ...]:
    """Greedy placement, most populated first; a town whose four positions are all taken is left unnamed."""
    labels: list[Label] = []
    taken: list[_Box] = []
    for town in sorted(towns, key=lambda town: (-town.population, town.name)):
        if len(labels) == count:
            break
        x, y = projection.project(town.lon, town.lat)
        for dx, dy, anchor in _POSITIONS:
            box = _label_box(town.name, x, y, dx, dy, anchor)
            inside = box[0] >= 0 and box[1] >= 0 and box[2] <= width and box[3] <= height
            if inside and not any(_overlap(box, other) for other in taken):
                taken.append(_spaced(box))
                labels.append(Label(town.name, x, y, dx, dy, anchor))
                break
    return tuple(labels)


_POSITIONS: Final = (
    (7.0, 7.0, "start"),
    (-7.0, 7.0, "end"),
    (0.0, -8.0, "middle"),
    (0.0, LABEL_SIZE + 2.0, "middle"),
)


def _label_box(name: str, x: float, y: float, dx: float, dy: float, anchor: str) -> _Box:
    length = len(name) * LABEL_SIZE * _MEAN_CHARACTER
    left = x + dx - {"start": 0.0, "middle": length / 2, "end": length}[anchor]
    top, bottom = y + dy - LABEL_SIZE * 0.8, y + dy + LABEL_SIZE * 0.25
    return (
        min(left, x - _DOT_RADIUS),
        min(top, y - _DOT_RADIUS),
        max(left + length, x + _DOT_RADIUS),
        max(bottom, y + _DOT_RADIUS),
    )


def _spaced(box: _Box) -> _Box:
    """The box with air around it, so that names spread over the territory instead of crowding its suburbs."""
    left, top, right, bottom = box
    return left - _SPACING, top - _SPACING, right + _SPACING, bottom + _SPACING


def _overlap(one: _Box, other: _Box) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def _round_length(kilometres: float) -> float:
    """The greatest of 1, 2 or 5 times a power of ten that does not exceed ``kilometres``."""
    power = 10.0 ** floor(log10(kilometres))
    return float(max(power * factor for factor in (1, 2, 5) if power * factor <= kilometres))
