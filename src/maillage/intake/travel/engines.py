"""What gives minutes by road between communes: an extract of OpenStreetMap, or an OSRM server."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from maillage.kit import clock
from maillage.rules.calendar import day_text
from maillage.science.roads import (
    ACCESS_KMH,
    FARTHEST_METRES,
    ORDINARY_SPEEDS,
    RoadGraph,
    Snapped,
    access_minutes,
    road_times,
    snap,
)
from maillage.science.travel import TravelTimes
from maillage.sources.osm_roads import CLASSES, Roads, load_roads, read_roads, save_roads
from maillage.sources.osrm import drive, host_of
from maillage.sources.probe import Probe

Floats = NDArray[np.float64]
# Part of the name of what is kept: bump when the reading of an extract, or a graph, changes.
ROADS_VERSION = 1


class Engine(Protocol):
    """Minutes between points that it was given; the points it does not reach have no pair at all."""

    @property
    def identity(self) -> dict[str, Any]:
        """All that its minutes depend on besides points and limit: the same, the same minutes."""
        ...

    @property
    def described(self) -> str:
        """How a page names these times."""
        ...

    @property
    def report(self) -> dict[str, Any]:
        """What was read and left out, for the person who builds."""
        ...

    def times(self, rows: slice, limit_minutes: float) -> TravelTimes:
        """From some of the points to all of them."""
        ...


@dataclass(frozen=True)
class ExtractEngine:
    """Shortest paths on the roads of an extract, kept beside the results for the next time."""

    extract: Path
    folder: Path
    points: Floats

    @cached_property
    def sha256(self) -> str:
        return Probe(self.extract).sha256

    @cached_property
    def roads(self) -> Roads:
        kept = self.folder / f"routes-{ROADS_VERSION}-{self.sha256[:32]}.npz"
        if kept.exists():
            return load_roads(kept)
        roads = read_roads(self.extract)
        unfinished = kept.with_suffix(".part")
        save_roads(roads, unfinished)
        unfinished.replace(kept)
        return roads

    @cached_property
    def graph(self) -> RoadGraph:
        roads = self.roads
        minutes = ORDINARY_SPEEDS.minutes(roads.metres, roads.road_class, roads.limit_kmh, CLASSES)
        return RoadGraph.from_arcs(roads.lon, roads.lat, roads.tail, roads.head, minutes)

    @cached_property
    def snapped(self) -> Snapped:
        return snap(self.graph, *self.points.T)

    @property
    def identity(self) -> dict[str, Any]:
        return {
            "extract": self.sha256,
            "roads": ROADS_VERSION,
            "speeds": dict(ORDINARY_SPEEDS.by_class),
            "share_of_limit": ORDINARY_SPEEDS.share_of_limit,
            "calibration": ORDINARY_SPEEDS.calibration,
            "access_kmh": ACCESS_KMH,
            "farthest_metres": FARTHEST_METRES,
        }

    @property
    def described(self) -> str:
        day = self.roads.day
        of_day = f"du {day_text(day)}" if day else "sans date"
        return (
            f"par la route, OpenStreetMap (extrait {self.extract.name} {of_day}), vitesses supposées, "
            "sans interdictions de tourner"
        )

    @property
    def report(self) -> dict[str, Any]:
        roads = self.roads
        return {
            "ways": roads.ways,
            "ways_kept": roads.ways_kept,
            "nodes": self.graph.nodes,
            "arcs": self.graph.arcs,
            "nodes_left_out": self.graph.left_out,
            "extract_day": roads.day.isoformat() if roads.day else None,
            "speeds_source": ORDINARY_SPEEDS.source,
            "speeds_assumed": ORDINARY_SPEEDS.assumed,
            "defects": [
                {"column": column, "problem": problem, "action": action, "count": count}
                for (column, problem, action), count in roads.defects.counts.items()
            ],
        }

    def times(self, rows: slice, limit_minutes: float) -> TravelTimes:
        return road_times(self.graph, self.snapped[rows], self.snapped, limit_minutes=limit_minutes)


@dataclass(frozen=True)
class ServerEngine:
    """Times of an OSRM server, asked today."""

    address: str
    points: Floats

    @cached_property
    def day(self) -> date:
        return clock.today()

    @property
    def identity(self) -> dict[str, Any]:
        # What a server knows may change: what it said another day is asked again.
        return {"server": self.address, "day": self.day.isoformat(), "access_kmh": ACCESS_KMH}

    @property
    def described(self) -> str:
        return f"par la route, serveur OSRM {host_of(self.address)}, interrogé le {day_text(self.day)}"

    @property
    def report(self) -> dict[str, Any]:
        return {"server": host_of(self.address)}

    def times(self, rows: slice, limit_minutes: float) -> TravelTimes:
        found = drive(self.address, self.points[rows], self.points)
        to_road, from_road = access_minutes(found.origin_metres), access_minutes(found.place_metres)
        minutes = to_road[:, None] + found.minutes + from_road
        # A comparison with NaN is false: no way, no pair.
        origin, place = np.nonzero(minutes <= limit_minutes)
        return TravelTimes.from_pairs(
            origin, place, minutes[origin, place], origins=len(minutes), places=len(self.points)
        )
