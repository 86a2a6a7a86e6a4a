"""Small OpenStreetMap extracts: the road network of a test is stated in the test.

Nodes are letters on a grid whose steps are a hundredth of a degree of latitude (1 111.95 m) both ways: it
lies on the equator. A capital is a node; `A-B-C` is a way through three of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import osmium
from osmium.osm.mutable import Node, Relation, Way

STEP_DEGREES = 0.01
STEP_METRES = 1111.950797
Tags = dict[str, str]


def positions(drawing: str) -> dict[str, tuple[float, float]]:
    """(lon, lat) of each letter of a drawing: a column is a step to the east, a line a step to the south."""
    lines = [line for line in drawing.splitlines() if line.strip()]
    return {
        letter: (column * STEP_DEGREES, -row * STEP_DEGREES)
        for row, line in enumerate(lines)
        for column, letter in enumerate(line)
        if letter.isalpha()
    }


def write_extract(
    path: Path,
    places: Mapping[str, tuple[float, float]],
    ways: Iterable[tuple[str, Tags]],
    *,
    restrictions: int = 0,
    day: str = "2026-01-15T20:00:00Z",
) -> Path:
    """Write an extract; a way may name a node that has no place, as at the edge of a real extract."""
    ways = list(ways)
    letters = sorted({letter for route, _ in ways for letter in route.split("-")} | set(places))
    number = {letter: rank for rank, letter in enumerate(letters, start=1)}
    header = osmium.io.Header()
    if day:
        header.set("osmosis_replication_timestamp", day)
    with osmium.SimpleWriter(str(path), overwrite=True, header=header) as writer:
        for letter, place in places.items():
            writer.add_node(Node(id=number[letter], location=place))
        for rank, (route, tags) in enumerate(ways, start=1):
            nodes = [number[letter] for letter in route.split("-")]
            writer.add_way(Way(id=rank, nodes=nodes, tags=tags))
        for rank in range(1, restrictions + 1):
            members: list[Any] = [("w", 1, "from"), ("n", 1, "via"), ("w", 1, "to")]
            tags = {"type": "restriction", "restriction": "no_left_turn"}
            writer.add_relation(Relation(id=rank, members=members, tags=tags))
    return path
