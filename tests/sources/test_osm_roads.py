"""Roads of an extract: what a car may drive, which way, how fast; whatever is left out is counted."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import pytest

from maillage.sources.osm_roads import CLASSES, Roads, limit_kmh, load_roads, read_roads, save_roads
from maillage.sources.tables import SourceError
from road_extract import STEP_METRES, Tags, positions, write_extract

ROAD = {"highway": "residential"}
CROSS = """
.A.
BCD
.E.
"""


def read(folder: Path, drawing: str, *ways: tuple[str, Tags], **more: object) -> Roads:
    path = folder / "carte.osm.pbf"
    return read_roads(write_extract(path, positions(drawing), ways, **more))  # type: ignore[arg-type]


def problems(roads: Roads) -> dict[str, int]:
    return {problem: count for (_, problem, _), count in roads.defects.counts.items()}


@pytest.mark.parametrize(
    ("tags", "expected"),
    [
        ({}, {"AB", "BA"}),
        ({"oneway": "yes"}, {"AB"}),
        ({"oneway": "-1"}, {"BA"}),
        ({"oneway": "no"}, {"AB", "BA"}),
        ({"junction": "roundabout"}, {"AB"}),
        ({"highway": "motorway"}, {"AB"}),
        ({"highway": "motorway", "oneway": "no"}, {"AB", "BA"}),
        ({"oneway": "peut-être"}, {"AB", "BA"}),
    ],
)
def test_a_road_is_driven_the_way_its_signs_say(tmp_path: Path, tags: Tags, expected: set[str]) -> None:
    places = {"A": (0.0, 0.0), "B": (0.001, 0.0)}
    roads = read_roads(write_extract(tmp_path / "a.osm.pbf", places, [("A-B", ROAD | tags)]))
    found = {
        "AB" if roads.lon[a] < roads.lon[b] else "BA" for a, b in zip(roads.tail, roads.head, strict=True)
    }
    assert found == expected


def test_a_crossing_joins_ways_and_a_mere_bend_is_no_node(tmp_path: Path) -> None:
    places = {"A": (0.0, 0.0), "B": (0.001, 0.0), "C": (0.001, 0.001), "D": (0.002, 0.0)}
    bend = read_roads(write_extract(tmp_path / "a.osm.pbf", places, [("A-B-C", ROAD)]))
    assert (len(bend.lon), len(bend.tail)) == (2, 2)
    assert bend.metres == pytest.approx([2 * STEP_METRES / 10] * 2, rel=1e-6)
    crossing = [("A-B-C", ROAD), ("B-D", ROAD)]
    assert len(read_roads(write_extract(tmp_path / "a.osm.pbf", places, crossing)).lon) == 4


def test_a_long_road_without_junction_has_a_node_now_and_then(tmp_path: Path) -> None:
    places = {chr(65 + rank): (rank * 0.001, 0.0) for rank in range(26)}
    roads = read_roads(write_extract(tmp_path / "a.osm.pbf", places, [("-".join(places), ROAD)]))
    assert roads.metres.max() < 400
    assert roads.metres.sum() == pytest.approx(2 * 2.5 * STEP_METRES, rel=1e-6)
    assert 8 <= len(roads.lon) <= 12


@pytest.mark.parametrize(
    ("tags", "problem"),
    [
        ({"highway": "footway"}, "voie non carrossable (footway)"),
        ({"highway": "track"}, "voie non carrossable (track)"),
        ({"access": "private"}, "voie fermée aux voitures (access=private)"),
        ({"access": "yes", "motor_vehicle": "no"}, "voie fermée aux voitures (motor_vehicle=no)"),
        ({"area": "yes"}, "surface et non voie"),
    ],
)
def test_what_no_car_drives_is_left_out_and_counted(tmp_path: Path, tags: Tags, problem: str) -> None:
    roads = read(tmp_path, CROSS, ("A-C", ROAD), ("B-C", ROAD | tags), ("C-E", ROAD | tags))
    assert problems(roads) == {problem: 2}
    assert (roads.ways, roads.ways_kept) == (3, 1)


def test_the_most_precise_access_decides(tmp_path: Path) -> None:
    roads = read(tmp_path, CROSS, ("A-C", ROAD | {"access": "no", "motorcar": "destination"}))
    assert roads.ways_kept == 1


def test_ferries_and_turn_restrictions_are_counted(tmp_path: Path) -> None:
    roads = read(tmp_path, CROSS, ("A-C", ROAD), ("B-D", {"route": "ferry"}), restrictions=2)
    assert problems(roads) == {"bac": 1, "interdiction de tourner": 2}


def test_nothing_is_drawn_across_a_node_that_is_not_in_the_extract(tmp_path: Path) -> None:
    places = {"A": (0.0, 0.0), "B": (0.001, 0.0), "C": (0.002, 0.0), "D": (0.003, 0.0)}
    path = write_extract(tmp_path / "a.osm.pbf", places, [("A-B-X-C-D", ROAD)])
    roads = read_roads(path)
    assert roads.metres.sum() == pytest.approx(4 * STEP_METRES / 10, rel=1e-6)
    assert problems(roads) == {"route dont un nœud est hors de l'extrait": 1}


@pytest.mark.parametrize(
    ("written", "kmh"),
    [
        ("50", 50.0),
        ("30 mph", 48.28032),
        ("50 km/h", 50.0),
        ("FR:urban", 50.0),
        ("FR:zone30", 30.0),
        ("none", 130.0),
        ("80;50", 50.0),
        ("walk", 6.0),
        ("signals", None),
        ("0", None),
        ("", None),
    ],
)
def test_a_speed_limit_is_read_as_it_is_written(written: str, kmh: float | None) -> None:
    assert limit_kmh(written) == pytest.approx(kmh)


def test_a_limit_that_is_not_understood_is_said_and_not_invented(tmp_path: Path) -> None:
    roads = read(tmp_path, CROSS, ("A-C", ROAD | {"maxspeed": "vite"}), ("B-C", ROAD | {"maxspeed": "30"}))
    assert set(roads.limit_kmh[~np.isnan(roads.limit_kmh)]) == {30.0}
    assert np.isnan(roads.limit_kmh).any()
    assert problems(roads) == {"vitesse « vite » non comprise": 1}
    assert CLASSES[roads.road_class[0]] == "residential"


def test_the_day_of_the_extract_is_that_of_its_header(tmp_path: Path) -> None:
    assert read(tmp_path, CROSS, ("A-C", ROAD)).day == date(2026, 1, 15)
    assert read(tmp_path, CROSS, ("A-C", ROAD), day="").day is None


def test_kept_roads_come_back_the_same(tmp_path: Path) -> None:
    roads = read(tmp_path, CROSS, ("A-C", ROAD), ("B-C", {"highway": "steps"}))
    save_roads(roads, tmp_path / "routes.npz")
    again = load_roads(tmp_path / "routes.npz")
    for name in ("lon", "lat", "tail", "head", "metres", "road_class", "limit_kmh"):
        np.testing.assert_array_equal(getattr(again, name), getattr(roads, name))
    assert (again.day, again.sha256, again.ways) == (roads.day, roads.sha256, roads.ways)
    assert again.defects.counts == roads.defects.counts


def test_a_file_that_is_no_extract_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "carte.osm.pbf"
    with pytest.raises(SourceError, match="n'existe pas"):
        read_roads(path)
    path.write_text("bonjour\n")
    with pytest.raises(SourceError, match="ce n'est pas un extrait"):
        read_roads(path)


def test_an_extract_that_is_cut_is_refused(tmp_path: Path) -> None:
    path = write_extract(tmp_path / "a.osm.pbf", positions(CROSS), [("A-C-D", ROAD)])
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(SourceError, match="incomplet ou abîmé"):
        read_roads(path)


def test_an_extract_without_a_road_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="aucune route"):
        read(tmp_path, CROSS, ("A-C", {"highway": "steps"}))
    with pytest.raises(SourceError, match="aucune route"):
        read(tmp_path, CROSS, ("X-Y", ROAD))


@pytest.mark.parametrize(
    ("name", "ways", "kept", "arcs"),
    [("valhalla_liechtenstein-latest", 4660, 2346, 8698), ("valhalla_paris_bss", 1219, 542, 1077)],
)
def test_real_extracts_are_read(shared_data: Path, name: str, ways: int, kept: int, arcs: int) -> None:
    roads = read_roads(shared_data / "osm" / f"{name}.osm.pbf")
    assert (roads.ways, roads.ways_kept, len(roads.tail)) == (ways, kept, arcs)
    left_out = sum(count for (column, *_), count in roads.defects.counts.items() if column == "highway")
    assert roads.ways_kept + left_out == roads.ways
    assert roads.metres.min() > 0
