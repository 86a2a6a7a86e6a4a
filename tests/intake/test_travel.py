"""Building travel times by road: once, block by block, through the door of every other file."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import StringIO
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import numpy as np
import pytest
from django.core.management import CommandError, call_command
from pytest_django import Settings

from country import PLACES, SIDE, SOUTH, WEST
from maillage.diagnosis.models import Snapshot
from maillage.diagnosis.reading import Diagnosis
from maillage.diagnosis.snapshots import matrix_of
from maillage.intake.models import ImportRun
from maillage.intake.travel import building, engines
from maillage.intake.travel.actions import Built, build_travel_times
from maillage.kit.console import Refused
from maillage.kit.lock import held
from maillage.science.roads import road_times
from maillage.sources import osrm
from maillage.sources.matrix_file import read_note
from maillage.sources.tables import SourceError
from maillage.territories import places
from maillage.territories.models import Commune, Dataset
from road_extract import Tags, write_extract

pytestmark = pytest.mark.django_db

# The communes of département 20, by letter: their centres are nodes.
CENTRES = {
    letter: (WEST + SIDE * (place.column + 0.5), SOUTH + SIDE * (place.row + 0.5))
    for letter, place in zip("ABCDE", PLACES, strict=False)
}
ROAD = {"highway": "secondary", "maxspeed": "100"}
WAYS: list[tuple[str, Tags]] = [
    ("A-B", ROAD),
    ("B-C", ROAD | {"oneway": "yes"}),
    ("C-X-B", {"highway": "service"}),
    ("A-D", ROAD),
    ("D-E", ROAD | {"access": "private"}),
]
A, B, C, D, E = (place.code for place in PLACES[:5])


@pytest.fixture(autouse=True)
def _home(tmp_path: Path, settings: Settings) -> None:
    settings.HOME = tmp_path / "home"
    settings.HOME.mkdir()


@pytest.fixture
def extract(tmp_path: Path) -> Path:
    detour = {"X": (CENTRES["B"][0] + 0.03, CENTRES["B"][1] + 0.03)}
    return write_extract(tmp_path / "pays.osm.pbf", CENTRES | detour, WAYS, restrictions=1)


def build(extract: Path, **more: Any) -> Built:
    return build_travel_times(territories=["departement:20"], extract=extract, **more)


def minutes() -> dict[tuple[str, str], float]:
    """The matrix in force."""
    matrix = matrix_of(Dataset.objects.active().get(kind="travel_times"))
    assert matrix is not None
    codes = matrix.codes.tolist()
    return {
        (codes[origin], codes[destination]): time
        for origin, destination, time in zip(matrix.origin, matrix.destination, matrix.minutes, strict=True)
    }


def test_the_matrix_is_in_force_and_its_times_are_those_of_the_roads(
    loaded_territory: ImportRun, extract: Path
) -> None:
    built = build(extract)
    times = minutes()
    assert built.matrix.made
    assert {code for pair in times for code in pair} == {A, B, C, D}
    # A tenth of a degree at 80 km/h, times the calibration, rounded up to a hundredth.
    assert times[A, D] == pytest.approx(1.05 * 60 * 11.1195 / 80, abs=0.011)
    assert times[A, B] == times[B, A]
    assert times[C, B] > 3 * times[B, C]
    assert times[A, A] == 0.0
    assert all(time * 100 == pytest.approx(round(time * 100), abs=1e-9) for time in times.values())


def test_a_commune_without_a_road_is_named_and_stays_in_a_straight_line(
    loaded_territory: ImportRun, extract: Path
) -> None:
    built = build(extract)
    assert built.matrix.note["out_of_roads"] == [E]
    snapshot = Snapshot.objects.of("mg", fictional=False)
    assert snapshot is not None
    diagnosis = Diagnosis(places.find("departement:20"), snapshot)
    assert diagnosis.warnings[0] == (
        "Temps de trajet par la route, OpenStreetMap (extrait pays.osm.pbf du "
        "15\N{NO-BREAK SPACE}janvier\N{NO-BREAK SPACE}2026), vitesses supposées, sans interdictions de "
        "tourner ; en ligne droite pour les communes que cette matrice n'a pas."
    )


def test_a_commune_without_a_centre_is_named(loaded_territory: ImportRun, extract: Path) -> None:
    Commune.objects.filter(code=B).update(lon=None)
    assert build(extract).matrix.note["without_centre"] == [B]


def test_the_file_says_how_it_was_made_wherever_it_goes(loaded_territory: ImportRun, extract: Path) -> None:
    built = build(extract)
    note = read_note(built.matrix.path)
    assert note == built.matrix.note
    assert note["extract_day"] == "2026-01-15"
    assert note["speeds_assumed"] is True
    assert {found["problem"] for found in note["defects"]} == {
        "voie fermée aux voitures (access=private)",
        "interdiction de tourner",
    }
    assert Dataset.objects.active().get(kind="travel_times").meta["described"] == note["described"]
    assert note["straight_line"]["pairs"] == 12
    assert 0 < note["straight_line"]["correlation"] <= 1


def test_nothing_is_made_twice(
    loaded_territory: ImportRun, extract: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = build(extract)

    def never(*arguments: Any, **more: Any) -> Any:
        raise AssertionError("computed again")

    monkeypatch.setattr(engines, "road_times", never)
    monkeypatch.setattr(engines, "read_roads", never)
    again = build(extract.rename(extract.with_name("autre_nom.osm.pbf")))
    assert (again.matrix.path, again.matrix.note, again.matrix.made) == (
        first.matrix.path,
        first.matrix.note,
        False,
    )
    assert again.run.report["files"][0]["status"] == "unchanged"


def test_another_limit_is_another_matrix_on_the_same_roads(
    loaded_territory: ImportRun, extract: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    build(extract)
    monkeypatch.setattr(engines, "read_roads", lambda path: pytest.fail("read again"))
    build(extract, limit_minutes=9)
    assert max(minutes().values()) <= 9


def test_an_interrupted_building_goes_on_from_its_finished_blocks(
    loaded_territory: ImportRun, extract: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = build(extract)
    expected = minutes()
    whole.matrix.path.unlink()
    monkeypatch.setattr(building, "ORIGINS_PER_BLOCK", 1)
    asked: list[int] = []

    def breaks(*arguments: Any, **more: Any) -> Any:
        asked.append(1)
        if len(asked) == 4:
            raise KeyboardInterrupt
        return road_times(*arguments, **more)

    monkeypatch.setattr(engines, "road_times", breaks)
    with pytest.raises(KeyboardInterrupt):
        build(extract)
    folder = whole.matrix.path.parent
    kept = len(list(folder.glob("*.npz")))
    assert kept >= 3
    assert not whole.matrix.path.exists()
    asked.extend([1] * 10)
    before = len(asked)
    build(extract)
    assert len(asked) - before == 5 - kept
    assert minutes() == expected
    assert [path.name for path in folder.iterdir()] == ["temps_de_trajet.parquet"]


def test_one_building_at_a_time(loaded_territory: ImportRun, extract: Path) -> None:
    with held("travel", otherwise="occupé"), pytest.raises(Refused, match="en construction"):
        build(extract)


def test_communes_that_a_new_matrix_loses_are_counted(
    loaded_territory: ImportRun, extract: Path, tmp_path: Path
) -> None:
    build(extract)
    smaller = write_extract(tmp_path / "petit.osm.pbf", CENTRES, [("A-B", ROAD)])
    assert build(smaller).dropped == 2


def far(folder: Path) -> Path:
    places = {"A": (9.0, 9.0), "B": (9.001, 9.0)}
    return write_extract(folder / "loin.osm.pbf", places, [("A-B", ROAD)])


def no_extract(folder: Path) -> Path:
    path = folder / "texte.osm.pbf"
    path.write_text("bonjour\n")
    return path


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        ({}, "l'un des deux"),
        ({"extract": far, "server": "http://localhost"}, "l'un des deux"),
        ({"extract": lambda folder: folder / "absent.osm.pbf"}, "n'existe pas"),
        ({"extract": no_extract}, "pas un extrait"),
        ({"extract": far}, "près d'une route"),
        ({"extract": far, "limit_minutes": 0}, "durée limite"),
        ({"extract": far, "territories": ["departement:99"]}, "Aucun territoire"),
        ({"extract": far, "territories": []}, "Donnez un territoire"),
        ({"server": "ftp://exemple.invalid"}, "pas l'adresse"),
        ({"server": "http://127.0.0.1:9"}, "ne répond pas"),
    ],
)
def test_what_cannot_be_built_is_refused_and_changes_nothing(
    loaded_territory: ImportRun, tmp_path: Path, asked: dict[str, Any], sentence: str
) -> None:
    made = {name: value(tmp_path) if callable(value) else value for name, value in asked.items()}
    with pytest.raises(Refused, match=sentence):
        build_travel_times(**{"territories": ["departement:20"]} | made)
    assert not Dataset.objects.filter(kind="travel_times").exists()


def test_the_command_tells_what_it_did(loaded_territory: ImportRun, extract: Path) -> None:
    out = StringIO()
    call_command("travel", "build", str(extract), "--territory", "departement:20", stdout=out)
    told = out.getvalue()
    for words in ("sans interdictions de tourner", "Fougeraie", "Calcul fait"):
        assert words in told
    out = StringIO()
    call_command(
        "travel", "build", str(extract), "--territory", "departement:20", "--format", "json", stdout=out
    )
    document = json.loads(out.getvalue())
    assert (document["computed"], document["communes"], document["out_of_roads"]) == (False, 4, [E])
    with pytest.raises(CommandError, match="n'existe pas"):
        call_command("travel", "build", "absent.pbf", "--territory", "departement:20", stdout=StringIO())


# --- an OSRM server ---------------------------------------------------------------------------------------


class Server(ThreadingHTTPServer):
    """Answers tables as OSRM does: 60 seconds a hundredth of a degree of longitude, no way to the north."""

    answer: Callable[[list[list[float]], list[int], list[int]], tuple[int, Any]]
    largest = 0


def table(points: list[list[float]], sources: list[int], destinations: list[int]) -> tuple[int, Any]:
    def seconds(origin: int, place: int) -> float | None:
        (west, south), (east, north) = points[origin], points[place]
        return None if north > south + 1e-6 else 6000 * abs(east - west)

    beside = [{"distance": 5000.0 if lat > SOUTH + 2 * SIDE else 100.0} for _, lat in points]
    return 200, {
        "code": "Ok",
        "durations": [[seconds(origin, place) for place in destinations] for origin in sources],
        "sources": [beside[origin] for origin in sources],
        "destinations": [beside[place] for place in destinations],
    }


class Handler(BaseHTTPRequestHandler):
    server: Server

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        points = [list(map(float, point.split(","))) for point in parts.path.rsplit("/", 1)[1].split(";")]
        asked = {
            name: [int(n) for n in text[0].split(";")]
            for name, text in parse_qs(parts.query).items()
            if name != "annotations"
        }
        self.server.largest = max(self.server.largest, len(points))
        status, document = self.server.answer(points, asked["sources"], asked["destinations"])
        self.send_response(status)
        self.end_headers()
        self.wfile.write(document if isinstance(document, bytes) else json.dumps(document).encode())

    def log_message(self, *arguments: Any) -> None:
        """Silence."""


@pytest.fixture
def server() -> Iterator[Server]:
    with Server(("127.0.0.1", 0), Handler) as served:
        served.answer = table
        threading.Thread(target=served.serve_forever, daemon=True).start()
        yield served
        served.shutdown()


def address(server: Server) -> str:
    return f"http://127.0.0.1:{server.server_port}"


def test_times_come_from_an_osrm_server(
    loaded_territory: ImportRun, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(osrm, "POINTS_PER_SIDE", 2)
    built = build_travel_times(territories=["departement:20"], server=address(server))
    times = minutes()
    assert server.largest == 4
    # Ten minutes of road, and a hundred metres at 20 km/h at both ends.
    assert times[A, B] == pytest.approx(10.6)
    assert (A, D) not in times
    assert times[D, A] == pytest.approx(0.6)
    assert "serveur OSRM 127.0.0.1, interrogé le" in built.matrix.note["described"]
    assert not build_travel_times(territories=["departement:20"], server=address(server)).matrix.made


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        ((400, {"code": "TooBig", "message": "Too many table coordinates"}), "Too many table coordinates"),
        ((404, b"<html>"), "erreur 404"),
        ((200, b"<html>"), "n'est pas une table"),
        ((200, {"code": "NoTable"}), "n'est pas une table"),
        ((200, {"code": "Ok", "durations": [[1]]}), "n'est pas une table"),
        ((200, {"code": "Ok", "durations": [[1]], "sources": [], "destinations": []}), "n'est pas une table"),
    ],
)
def test_a_server_that_answers_something_else_is_told_so(
    server: Server, answer: tuple[int, Any], sentence: str
) -> None:
    server.answer = lambda *asked: answer
    points = np.array([[2.0, 47.0], [2.1, 47.0]])
    with pytest.raises(SourceError, match=sentence):
        osrm.drive(address(server), points, points)
