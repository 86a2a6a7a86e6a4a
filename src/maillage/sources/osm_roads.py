"""The roads of an OpenStreetMap extract (.osm.pbf) as arrays: what a car may drive, which way, how fast.

Read with pyosmium in one pass. What is left out is counted and named: ways closed to cars or not made for
them, ferries, pieces whose nodes lie outside the extract. Turn restrictions are counted, and not held.
"""

from __future__ import annotations

import json
import re
from array import array
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import osmium
from osmium.osm import Relation, Way

from maillage.sources.probe import Probe
from maillage.sources.tables import DefectLog, SourceError

# Ways a car drives on. https://wiki.openstreetmap.org/wiki/Key:highway
CLASSES = (
    "motorway",
    "motorway_link",
    "trunk",
    "trunk_link",
    "primary",
    "primary_link",
    "secondary",
    "secondary_link",
    "tertiary",
    "tertiary_link",
    "unclassified",
    "residential",
    "living_street",
    "service",
    "road",
)
CLASS_NUMBER = {name: number for number, name in enumerate(CLASSES)}
# From the most to the least specific: the first that is present decides.
ACCESS_KEYS = ("motorcar", "motor_vehicle", "vehicle", "access")
CLOSED = frozenset(
    {"no", "private", "agricultural", "forestry", "emergency", "military", "psv", "bus", "bicycle", "foot"}
)
ROUNDABOUTS = frozenset({"roundabout", "circular"})
FORWARD, BACKWARD, BOTH = 1, -1, 0
ONEWAY = {"yes": FORWARD, "true": FORWARD, "1": FORWARD, "-1": BACKWARD, "reverse": BACKWARD, "no": BOTH}

# Speed limits that OpenStreetMap writes as words, in km/h (code de la route, R413-2, R413-3, R110-2).
IMPLIED_LIMITS = {
    "urban": 50.0,
    "rural": 80.0,
    "trunk": 110.0,
    "motorway": 130.0,
    "zone30": 30.0,
    "zone:30": 30.0,
    "living_street": 20.0,
    "walk": 6.0,
    "none": 130.0,
}
MILE_KM = 1.609344
LIMIT = re.compile(r"(\d+(?:\.\d+)?)\s*(km/h|kmh|mph)?")

# A bend is not a node of the graph, but no stretch between two nodes grows much longer than this: a house
# beside a long road without junction must find a node near it.
STRETCH_METRES = 250.0
EARTH_RADIUS_METRES = 6371008.8
# What osmium gives as the coordinate of a node it has not met.
UNKNOWN = 2**31 - 1
DEGREE = 1e-7

Integers = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Roads:
    """A road network: nodes, and directed arcs between them. A two-way road is two arcs.

    :ivar lon, lat: of the nodes, in degrees, shape (nodes,).
    :ivar tail, head: the nodes an arc leaves and reaches, shape (arcs,).
    :ivar metres: length of each arc.
    :ivar road_class: position of each arc's class in `CLASSES`.
    :ivar limit_kmh: posted speed limit of each arc, NaN when the extract does not tell it.
    :ivar day: the day the extract describes, None when its header does not say.
    :ivar sha256: checksum of the extract.
    :ivar ways, ways_kept: ways that are roads or paths of any kind, and those of them that became arcs.
    """

    lon: Floats
    lat: Floats
    tail: Integers
    head: Integers
    metres: Floats
    road_class: npt.NDArray[np.int8]
    limit_kmh: Floats
    day: date | None
    sha256: str
    ways: int
    ways_kept: int
    defects: DefectLog


ARRAYS = ("lon", "lat", "tail", "head", "metres", "road_class", "limit_kmh")


def read_roads(path: Path) -> Roads:
    """The roads open to cars of an extract.

    Raises SourceError with one French sentence when the file is not a PBF extract, is cut or broken, or holds
    no road.
    """
    probe = Probe(path)
    if not path.is_file():
        raise SourceError(f"« {path} » n'existe pas ; donnez un extrait OpenStreetMap (.osm.pbf).")
    if probe.format != "pbf":
        raise SourceError(
            f"{probe.name} : ce n'est pas un extrait OpenStreetMap au format .osm.pbf ; téléchargez-en un "
            "(par exemple d'une région) puis recommencez."
        )
    ways = _Ways(probe.defects)
    try:
        day = _day_of(path)
        ways.collect(path)
    # pyosmium tells what is wrong with a file by RuntimeError alone.
    except RuntimeError as error:
        raise SourceError(
            f"{probe.name} : extrait incomplet ou abîmé ({error}) ; téléchargez de nouveau le fichier."
        ) from error
    arcs = _arcs(ways, probe.defects)
    if not len(arcs["tail"]):
        raise SourceError(
            f"{probe.name} : aucune route ouverte aux voitures dans cet extrait ; vérifiez qu'il contient "
            "les voies (« highway ») et leurs nœuds."
        )
    return Roads(
        **arcs,
        day=day,
        sha256=probe.sha256,
        ways=ways.met,
        ways_kept=ways.kept,
        defects=probe.defects,
    )


def save_roads(roads: Roads, path: Path) -> None:
    """Keep the roads of an extract, what was left out of them included."""
    told = {
        "day": roads.day.isoformat() if roads.day else None,
        "sha256": roads.sha256,
        "ways": roads.ways,
        "ways_kept": roads.ways_kept,
        "file": roads.defects.file,
        "counts": [[*key, count] for key, count in roads.defects.counts.items()],
    }
    with path.open("wb") as stream:
        np.savez(stream, told=np.array(json.dumps(told)), **{name: getattr(roads, name) for name in ARRAYS})


def load_roads(path: Path) -> Roads:
    """The roads that `save_roads` kept."""
    with np.load(path, allow_pickle=False) as archive:
        told: dict[str, Any] = json.loads(str(archive["told"]))
        arrays = {name: archive[name] for name in ARRAYS}
    counts = {(column, problem, action): count for column, problem, action, count in told["counts"]}
    return Roads(
        **arrays,
        day=date.fromisoformat(told["day"]) if told["day"] else None,
        sha256=told["sha256"],
        ways=told["ways"],
        ways_kept=told["ways_kept"],
        defects=DefectLog(told["file"], counts=counts),
    )


def _day_of(path: Path) -> date | None:
    with osmium.io.Reader(osmium.io.File(str(path), "pbf")) as reader:
        written = reader.header().get("osmosis_replication_timestamp")
    return datetime.fromisoformat(written).date() if written else None


@dataclass(slots=True)
class _Ways:
    """The ways kept, end to end: their points in flat arrays, and what is true of each way."""

    defects: DefectLog
    met: int = 0
    references: array[int] = field(default_factory=lambda: array("q"))
    x: array[int] = field(default_factory=lambda: array("i"))
    y: array[int] = field(default_factory=lambda: array("i"))
    points: array[int] = field(default_factory=lambda: array("l"))
    classes: array[int] = field(default_factory=lambda: array("b"))
    directions: array[int] = field(default_factory=lambda: array("b"))
    limits: array[float] = field(default_factory=lambda: array("d"))

    @property
    def kept(self) -> int:
        return len(self.points)

    def collect(self, path: Path) -> None:
        found = osmium.FileProcessor(osmium.io.File(str(path), "pbf")).with_locations()
        for entity in found.with_filter(osmium.filter.KeyFilter("highway", "route", "restriction")):
            if isinstance(entity, Way):
                self._meet(entity)
            elif isinstance(entity, Relation) and "restriction" in entity.tags:
                self.defects.add(
                    column="restriction",
                    problem="interdiction de tourner",
                    action="non tenue : les temps ne la connaissent pas",
                )

    def _meet(self, way: Way) -> None:
        highway = way.tags.get("highway")
        if highway is None:
            if way.tags.get("route") == "ferry":
                self.defects.add(column="route", problem="bac", action="laissé de côté")
            return
        self.met += 1
        if self._is_left_out(way, highway):
            return
        self.classes.append(CLASS_NUMBER[highway])
        self.directions.append(self._direction(way, highway))
        self.limits.append(self._limit(way))
        self.points.append(len(way.nodes))
        for node in way.nodes:
            self.references.append(node.ref)
            self.x.append(node.x)
            self.y.append(node.y)

    def _is_left_out(self, way: Way, highway: str) -> bool:
        if highway not in CLASS_NUMBER:
            problem = f"voie non carrossable ({highway})"
        elif way.tags.get("area") == "yes":
            problem = "surface et non voie"
        elif closed := _closed_by(way):
            problem = f"voie fermée aux voitures ({closed})"
        else:
            return False
        self.defects.add(column="highway", problem=problem, action="laissée de côté")
        return True

    def _direction(self, way: Way, highway: str) -> int:
        implied = FORWARD if highway == "motorway" or way.tags.get("junction") in ROUNDABOUTS else BOTH
        oneway = way.tags.get("oneway")
        if oneway is None:
            return implied
        if oneway not in ONEWAY:
            self.defects.add(
                column="oneway", problem=f"sens unique « {oneway} » inconnu", action="lu sans ce mot"
            )
        return ONEWAY.get(oneway, implied)

    def _limit(self, way: Way) -> float:
        written = way.tags.get("maxspeed")
        if written is None:
            return np.nan
        limit = limit_kmh(written)
        if limit is None:
            self.defects.add(
                column="maxspeed",
                problem=f"vitesse « {written} » non comprise",
                action="vitesse de sa catégorie",
            )
        return np.nan if limit is None else limit


def _closed_by(way: Way) -> str | None:
    """What closes a way to cars, as `key=value`; None when it is open."""
    for key in ACCESS_KEYS:
        value = way.tags.get(key)
        if value is not None:
            return f"{key}={value}" if value in CLOSED else None
    return None


def limit_kmh(written: str) -> float | None:
    """A posted limit in km/h: `50`, `30 mph`, `FR:urban`; the lowest of several; None when not understood."""
    limits = [_one_limit(part.strip()) for part in written.split(";")]
    known = [limit for limit in limits if limit]
    return min(known) if known else None


def _one_limit(written: str) -> float | None:
    found = LIMIT.fullmatch(written)
    if found:
        return float(found[1]) * (MILE_KM if found[2] == "mph" else 1.0)
    # `FR:urban`, `FR:zone30`: the country does not change the word.
    return IMPLIED_LIMITS.get(re.sub(r"^[A-Z]{2}:", "", written))


def _arcs(ways: _Ways, defects: DefectLog) -> dict[str, Any]:
    """The arrays of :class:`Roads`: ways cut at their junctions, each piece with its length."""
    references, x, y = (np.array(column) for column in (ways.references, ways.x, ways.y))
    way = np.repeat(np.arange(ways.kept), np.array(ways.points))
    known = (x != UNKNOWN) & (y != UNKNOWN)
    _tell_cut_ways(way[~known], defects)
    # A way without one of its nodes goes on as another piece: nothing is drawn across the gap.
    piece = np.cumsum(np.diff(way, prepend=-1).astype(bool) | ~known)[known]
    references, way = references[known], way[known]
    lon, lat = x[known] * DEGREE, y[known] * DEGREE
    node = np.unique(references, return_inverse=True)[1]
    along = _along(lon, lat, piece)
    first, last = _stretches(np.flatnonzero(_is_node(node, along, piece)), piece)
    ends = np.concatenate([first, last])
    used, at = np.unique(node[ends], return_index=True)
    tail, head = np.searchsorted(used, node[first]), np.searchsorted(used, node[last])
    direction = np.array(ways.directions)[way[first]]
    forward, backward = np.flatnonzero(direction != BACKWARD), np.flatnonzero(direction != FORWARD)
    both = np.concatenate([forward, backward])
    return {
        "lon": lon[ends[at]],
        "lat": lat[ends[at]],
        "tail": np.concatenate([tail[forward], head[backward]]),
        "head": np.concatenate([head[forward], tail[backward]]),
        "metres": (along[last] - along[first])[both],
        "road_class": np.array(ways.classes, dtype=np.int8)[way[first[both]]],
        "limit_kmh": np.array(ways.limits)[way[first[both]]],
    }


def _tell_cut_ways(way: Integers, defects: DefectLog) -> None:
    for _ in np.unique(way):
        defects.add(
            column="node",
            problem="route dont un nœud est hors de l'extrait",
            action="coupée à cet endroit",
        )


def _along(lon: Floats, lat: Floats, piece: Integers) -> Floats:
    """Metres driven to each point from the beginning of the file, pieces end to end (haversine)."""
    longitude, latitude = np.radians(lon), np.radians(lat)
    half = np.sin(np.diff(latitude) / 2) ** 2
    half += np.cos(latitude[1:]) * np.cos(latitude[:-1]) * np.sin(np.diff(longitude) / 2) ** 2
    steps = 2 * EARTH_RADIUS_METRES * np.arcsin(np.sqrt(half))
    steps[piece[1:] != piece[:-1]] = 0.0
    return np.concatenate([[0.0], np.cumsum(steps)])[: len(piece)]


def _is_node(node: Integers, along: Floats, piece: Integers) -> npt.NDArray[np.bool_]:
    """Points that become nodes of the graph: ends of pieces, junctions, and one in each long stretch."""
    begins = np.diff(piece, prepend=-1).astype(bool)
    ends = np.append(begins[1:], True)
    start = along[np.flatnonzero(begins)][np.cumsum(begins) - 1]
    stretch = np.floor((along - start) / STRETCH_METRES)
    long = np.diff(stretch, prepend=0.0) > 0
    return begins | ends | long | (np.bincount(node)[node] > 1)


def _stretches(nodes: Integers, piece: Integers) -> tuple[Integers, Integers]:
    """First and last point of every stretch between two nodes that follow each other on a piece."""
    joined = piece[nodes[1:]] == piece[nodes[:-1]]
    return nodes[:-1][joined], nodes[1:][joined]
