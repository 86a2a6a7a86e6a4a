"""Travel times by road: a graph, and bounded shortest paths from where people live to places of care.

A graph is read from arcs (:meth:`RoadGraph.from_arcs`), points are attached to it (:func:`snap`), and
:func:`road_times` gives the :class:`~maillage.science.travel.TravelTimes` that every other function of this
room takes::

    minutes(i, j) = access_i + shortest path from the node of i to the node of j + access_j

Turns are free: a graph of nodes and arcs knows no turn restriction, no traffic light and no traffic jam.
Dijkstra's algorithm stops at the limit, so that the cost is that of what is within reach.
"""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from importlib.util import find_spec
from itertools import pairwise, repeat

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array, get_index_dtype
from scipy.sparse.csgraph import connected_components, dijkstra
from scipy.spatial import cKDTree

from maillage.science.checks import (
    BoolArray,
    FloatArray,
    IntArray,
    ScienceError,
    finite,
    indices,
    nonnegative,
)
from maillage.science.travel import EARTH_RADIUS_KM, TravelTimes, require_positive, unit_vectors

NO_NODE = -1
"""Node of a point that no road comes near."""

ROUNDING_MINUTES = 0.01
"""What stored times are rounded up to."""

ORIGINS_PER_TASK = 1000
"""Origins an executor computes at a time; the result does not depend on it."""

SEARCH_BYTES = 128 * 1024**2
"""Memory a search by SciPy may take: its rows are dense, one per origin, as long as the graph."""


@dataclass(frozen=True)
class Speeds:
    """What a car drives, by class of road.

    :ivar by_class: km/h where no limit is posted, by class.
    :ivar share_of_limit: part of a posted limit that is driven.
    :ivar calibration: what the minutes so found are multiplied by.
    :ivar source: where these figures come from.
    :ivar assumed: whether they are assumptions, to be shown as such.
    """

    by_class: Mapping[str, float]
    share_of_limit: float
    calibration: float
    source: str
    assumed: bool

    def minutes(
        self,
        metres: npt.ArrayLike,
        road_class: npt.ArrayLike,
        limit_kmh: npt.ArrayLike,
        classes: Sequence[str],
    ) -> FloatArray:
        """Minutes of each arc: calibration · 0.06 · metres / km/h.

        :param metres: lengths, shape (arcs,).
        :param road_class: position of the class of each arc in ``classes``.
        :param limit_kmh: posted limits, NaN where there is none.
        :raises ScienceError: class without a speed, negative length, limit not above zero.
        """
        unknown = sorted(set(classes) - set(self.by_class))
        if unknown:
            raise ScienceError(
                f"Aucune vitesse pour les routes de classe {', '.join(unknown)} : donnez-en une."
            )
        length = nonnegative(metres, np.asarray(metres).size, "les longueurs des routes")
        posted = np.asarray(limit_kmh, dtype=np.float64)
        if (posted <= 0).any():
            raise ScienceError("Une vitesse limite est nulle ou négative : corrigez la donnée.")
        ordinary = np.array([self.by_class[name] for name in classes])
        ordinary = ordinary[indices(road_class, len(classes), "les classes des routes")]
        driven = np.where(np.isnan(posted), ordinary, posted * self.share_of_limit)
        return self.calibration * 0.06 * length / driven


ORDINARY_SPEEDS = Speeds(
    by_class={
        "motorway": 110.0,
        "motorway_link": 50.0,
        "trunk": 85.0,
        "trunk_link": 45.0,
        "primary": 65.0,
        "primary_link": 35.0,
        "secondary": 55.0,
        "secondary_link": 30.0,
        "tertiary": 45.0,
        "tertiary_link": 25.0,
        "unclassified": 30.0,
        "residential": 25.0,
        "living_street": 10.0,
        "service": 15.0,
        "road": 25.0,
    },
    share_of_limit=0.8,
    calibration=1.05,
    source=(
        "Hypothèses de Maillage. Le calage compte les feux et les virages : celui d'OSRM sur l'extrait du "
        "Liechtenstein de 2015 (60 803 trajets, r = 0,999, écart moyen de 0,27 minute)"
    ),
    assumed=True,
)

ACCESS_KMH = 20.0
"""Assumed speed between a point and the road beside it, as the crow flies."""

FARTHEST_METRES = 3000.0
"""A point farther than this from any road is out of the network."""


@dataclass(frozen=True, eq=False)
class RoadGraph:
    """Nodes that all reach each other, and directed arcs between them, compressed by rows.

    :ivar indptr: shape (nodes + 1,).
    :ivar indices: node each arc reaches, shape (arcs,).
    :ivar minutes: time of each arc, shape (arcs,).
    :ivar lon, lat: of the nodes, in degrees, shape (nodes,).
    :ivar left_out: nodes given that are not in the largest part whose nodes all reach each other.
    """

    indptr: IntArray
    indices: IntArray
    minutes: FloatArray
    lon: FloatArray
    lat: FloatArray
    left_out: int

    @property
    def nodes(self) -> int:
        return len(self.lon)

    @property
    def arcs(self) -> int:
        return len(self.indices)

    @property
    def matrix(self) -> csr_array:
        return csr_array((self.minutes, self.indices, self.indptr), shape=(self.nodes, self.nodes))

    @classmethod
    def from_arcs(
        cls,
        lon: npt.ArrayLike,
        lat: npt.ArrayLike,
        tail: npt.ArrayLike,
        head: npt.ArrayLike,
        minutes: npt.ArrayLike,
    ) -> "RoadGraph":
        """The largest strongly connected part of a network; the fastest of the arcs that join two nodes.

        A cul-de-sac one may only enter, an island, a car park cut from the rest are left out: what is snapped
        to them would be out of reach of everything.

        :param lon, lat: nodes, in degrees, shape (nodes,).
        :param tail, head: node each arc leaves, and reaches, shape (arcs,).
        :param minutes: time of each arc.
        :raises ScienceError: different lengths, number out of range, missing or negative time, no arc.
        """
        count = np.asarray(lon).size
        longitude = finite(lon, count, "les longitudes des nœuds")
        latitude = finite(lat, count, "les latitudes des nœuds")
        start = indices(tail, count, "le départ des routes")
        end = indices(head, count, "l'arrivée des routes")
        times = nonnegative(minutes, len(start), "les temps des routes")
        if not len(start) or len(end) != len(start):
            raise ScienceError(
                f"{len(start)} départs et {len(end)} arrivées de routes : il faut autant de départs que "
                "d'arrivées, et au moins une route."
            )
        start, end, times = _fastest(start, end, times)
        whole = csr_array((np.ones(len(start)), (start, end)), shape=(count, count))
        _, part = connected_components(whole, directed=True, connection="strong")
        kept = part == np.argmax(np.bincount(part))
        return cls._of_part(kept, longitude, latitude, start, end, times)

    @classmethod
    def _of_part(
        cls,
        kept: BoolArray,
        lon: FloatArray,
        lat: FloatArray,
        start: IntArray,
        end: IntArray,
        minutes: FloatArray,
    ) -> "RoadGraph":
        number = np.cumsum(kept) - 1
        inside = kept[start] & kept[end]
        start, end, minutes = number[start[inside]], number[end[inside]], minutes[inside]
        size = int(kept.sum())
        # Arcs come sorted by their tail.
        indptr = np.searchsorted(start, np.arange(size + 1)).astype(np.int32)
        return cls(indptr, end.astype(np.int32), minutes, lon[kept], lat[kept], int((~kept).sum()))


@dataclass(frozen=True, eq=False)
class Snapped:
    """Points attached to a graph.

    :ivar node: node of each point, :data:`NO_NODE` where no road comes near, shape (points,).
    :ivar access: minutes between the point and its node, NaN where there is none.
    :ivar metres: distance to the nearest node, whatever it is.
    """

    node: IntArray
    access: FloatArray
    metres: FloatArray

    def __len__(self) -> int:
        return len(self.node)

    def __getitem__(self, rows: slice) -> "Snapped":
        return Snapped(self.node[rows], self.access[rows], self.metres[rows])

    @property
    def attached(self) -> BoolArray:
        return self.node != NO_NODE


def snap(
    graph: RoadGraph,
    lon: npt.ArrayLike,
    lat: npt.ArrayLike,
    *,
    access_kmh: float = ACCESS_KMH,
    farthest_metres: float = FARTHEST_METRES,
) -> Snapped:
    """Attach points to the nearest node (great circle), and count the way to it at ``access_kmh``.

    :param lon, lat: points, in degrees, shape (points,).
    :param farthest_metres: a point with no node within that distance is attached to none.
    :raises ScienceError: missing or impossible coordinate, parameter not above zero.
    """
    require_positive(access_kmh=access_kmh, farthest_metres=farthest_metres)
    points = unit_vectors(lon, lat)
    chord, node = cKDTree(unit_vectors(graph.lon, graph.lat)).query(points)
    metres = 2000.0 * EARTH_RADIUS_KM * np.arcsin(np.minimum(chord / 2.0, 1.0))
    access = access_minutes(metres, access_kmh=access_kmh, farthest_metres=farthest_metres)
    return Snapped(np.where(np.isnan(access), NO_NODE, node), access, metres)


def access_minutes(
    metres: FloatArray, *, access_kmh: float = ACCESS_KMH, farthest_metres: float = FARTHEST_METRES
) -> FloatArray:
    """Minutes to a road ``metres`` away as the crow flies, NaN beyond ``farthest_metres``."""
    return np.where(metres <= farthest_metres, 0.06 * metres / access_kmh, np.nan)


Search = Callable[[RoadGraph, Snapped, Snapped, float], TravelTimes]


def road_times(
    graph: RoadGraph,
    origins: Snapped,
    places: Snapped,
    *,
    limit_minutes: float,
    search: Search | None = None,
    executor: Executor | None = None,
) -> TravelTimes:
    """Minutes by road from every origin to every place within ``limit_minutes``.

    A point attached to no node has no pair. Times are exact sums: round them with :func:`rounded_up` before
    storing them.

    :param origins, places: points attached to ``graph`` by :func:`snap`.
    :param limit_minutes: pairs at exactly the limit are kept.
    :param search: how shortest paths are found; :func:`fastest_search` when None.
    :param executor: computes blocks of origins on it; threads are enough for the compiled search.
    :raises ScienceError: limit not above zero.
    """
    require_positive(limit_minutes=limit_minutes)
    look = search or fastest_search()
    if executor is None:
        return look(graph, origins, places, limit_minutes)
    bounds = [*range(0, len(origins), ORIGINS_PER_TASK), len(origins)]
    blocks = [origins[first:last] for first, last in pairwise(bounds)]
    return stacked(
        list(executor.map(look, repeat(graph), blocks, repeat(places), repeat(limit_minutes))), len(places)
    )


def fastest_search() -> Search:
    """The compiled search when numba is there (extra ``speed``), else SciPy's: the same times to 1e-9."""
    if find_spec("numba") is None:
        return scipy_search
    from maillage.science.compiled_roads import compiled_search

    return compiled_search


def scipy_search(graph: RoadGraph, origins: Snapped, places: Snapped, limit_minutes: float) -> TravelTimes:
    """:func:`road_times` by ``scipy.sparse.csgraph.dijkstra``, by chunks of origins that fit in memory."""
    matrix, attached = graph.matrix, np.flatnonzero(places.attached)
    if not len(attached):
        return stacked([], len(places), origins=len(origins))
    chunk = max(1, SEARCH_BYTES // (8 * (graph.nodes + 3 * len(places))))
    found = []
    for first in range(0, len(origins), chunk):
        block = origins[first : first + chunk]
        rows = np.flatnonzero(block.attached)
        minutes = np.full((len(block), len(places)), np.inf)
        if len(rows):
            reached = dijkstra(matrix, indices=block.node[rows], limit=limit_minutes)
            through = block.access[rows, None] + reached[:, places.node[attached]]
            minutes[np.ix_(rows, attached)] = through + places.access[attached]
        origin, place = np.nonzero(minutes <= limit_minutes)
        found.append(
            TravelTimes.from_pairs(
                origin, place, minutes[origin, place], origins=len(block), places=len(places)
            )
        )
    return stacked(found, len(places))


def stacked(blocks: Sequence[TravelTimes], places: int, *, origins: int = 0) -> TravelTimes:
    """Times of consecutive origins put one block under the other; ``origins`` without a pair when none."""
    if not blocks:
        return TravelTimes.from_pairs([], [], [], origins=origins, places=places)
    before = np.cumsum([0, *(block.pairs for block in blocks)])
    bounds = [block.indptr[1:] + pairs for block, pairs in zip(blocks, before, strict=False)]
    narrow = get_index_dtype(maxval=max(int(before[-1]), places))
    return TravelTimes(
        np.concatenate([[0], *bounds]).astype(narrow),
        np.concatenate([block.indices for block in blocks]).astype(narrow, copy=False),
        np.concatenate([block.minutes for block in blocks]),
        places,
    )


def rounded_up(times: TravelTimes) -> TravelTimes:
    """Times rounded upward to :data:`ROUNDING_MINUTES`, as they are stored.

    Never to the nearest: 10.004 minutes written 10.00 would enter the step « up to 10 minutes ». What is
    above a hundredth by less than the rounding of a sum of floats (1e-11 minute) is that hundredth.
    """
    steps = 1.0 / ROUNDING_MINUTES
    return replace(times, minutes=np.ceil(times.minutes * steps - 1e-9) / steps)


def _fastest(start: IntArray, end: IntArray, minutes: FloatArray) -> tuple[IntArray, IntArray, FloatArray]:
    """Arcs sorted by their ends, the fastest one where several join the same two nodes; no loop."""
    order = np.lexsort((minutes, end, start))
    start, end, minutes = start[order], end[order], minutes[order]
    first = np.append(True, (np.diff(start) != 0) | (np.diff(end) != 0)) & (start != end)
    return start[first], end[first], minutes[first]
