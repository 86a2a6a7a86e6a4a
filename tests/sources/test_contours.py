"""Contours: the level is told from codes and names, no ground is covered twice."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from maillage.sources.tables import Reading, SourceError

Write = Callable[..., Path]
Load = Callable[[Path], Reading]
Problems = Callable[[Reading], dict[str, int]]

SIDE = 0.02


def square(lon: float = 2.0, lat: float = 48.0, side: float = SIDE, steps: int = 1) -> dict[str, Any]:
    along = [index * side / steps for index in range(steps)]
    ring = [[lon + at, lat] for at in along]
    ring += [[lon + side, lat + at] for at in along]
    ring += [[lon + side - at, lat + side] for at in along]
    ring += [[lon, lat + side - at] for at in along]
    return {"type": "Polygon", "coordinates": [[*ring, ring[0]]]}


def collection(*features: tuple[dict[str, Any], dict[str, Any] | None]) -> dict[str, Any]:
    return {
        "type": "FeatureCollection",
        "features": [
            {"type": "Feature", "properties": properties, "geometry": geometry}
            for properties, geometry in features
        ],
    }


def test_codes_of_five_characters_are_communes(write_json: Write, load: Load) -> None:
    table = load(write_json(collection(({"code": "77001", "nom": "Aubépine"}, square())))).tables[0]
    assert list(table.rows("level", "code", "name")) == [("commune", "77001", "Aubépine")]


@pytest.mark.parametrize(("name", "level"), [("Aude", "departement"), ("Île-de-France", "region")])
def test_the_name_tells_a_region_from_a_departement_of_the_same_code(
    name: str, level: str, write_json: Write, load: Load
) -> None:
    table = load(write_json(collection(({"code": "11", "nom": name}, square())))).tables[0]
    assert table.columns["level"] == [level]


@pytest.mark.parametrize(("side", "steps", "tolerance"), [(0.02, 8, 0), (0.05, 2, 1000)])
def test_tolerance_is_estimated_from_the_distance_between_vertices(
    side: float, steps: int, tolerance: int, write_json: Write, load: Load
) -> None:
    table = load(write_json(collection(({"code": "77001"}, square(side=side, steps=steps))))).tables[0]
    assert table.meta["tolerance_m"] == tolerance


def test_a_whole_city_is_set_aside_for_its_arrondissements(
    write_json: Write, load: Load, problems: Problems
) -> None:
    reading = load(
        write_json(
            collection(
                ({"code": "75056", "nom": "Ville", "plm": True}, square()),
                ({"code": "75101", "nom": "Ville 1er", "commune": "75056"}, square()),
            )
        )
    )
    assert reading.tables[0].columns["code"] == ["75101"]
    assert (reading.rows_read, reading.rows_set_aside) == (2, 1)
    assert problems(reading) == {"ville entière donnée en plus de ses arrondissements": 1}


def test_a_whole_city_without_arrondissements_is_kept(write_json: Write, load: Load) -> None:
    reading = load(write_json(collection(({"code": "75056", "plm": True}, square()))))
    assert reading.tables[0].columns["code"] == ["75056"]


def test_a_delegated_commune_is_set_aside(write_json: Write, load: Load, problems: Problems) -> None:
    features = collection(({"code": "01015"}, square()), ({"code": "01016", "commune": "01015"}, square()))
    reading = load(write_json(features))
    assert reading.tables[0].columns["code"] == ["01015"]
    assert problems(reading) == {"commune déléguée ou associée": 1}


def test_a_null_geometry_is_a_defect(write_json: Write, load: Load, problems: Problems) -> None:
    reading = load(write_json(collection(({"code": "77001"}, square()), ({"code": "77002"}, None))))
    assert reading.rows_set_aside == 1
    assert problems(reading) == {"contour absent": 1}


def test_an_open_ring_is_closed_and_said(write_json: Write, load: Load, problems: Problems) -> None:
    geometry = square()
    geometry["coordinates"][0].pop()
    reading = load(write_json(collection(({"code": "77001"}, geometry))))
    ring = reading.tables[0].columns["geometry"][0]["coordinates"][0]
    assert ring[0] == ring[-1]
    assert problems(reading) == {"anneau non fermé": 1}


def test_a_lost_zero_is_put_back_and_said(write_json: Write, load: Load, problems: Problems) -> None:
    reading = load(write_json(collection(({"code": "1015"}, square()))))
    assert reading.tables[0].columns["code"] == ["01015"]
    assert problems(reading) == {"zéro initial perdu ou lettre minuscule": 1}


def test_coordinates_in_metres_are_refused(write_json: Write, load: Load) -> None:
    with pytest.raises(SourceError, match="EPSG:4326"):
        load(write_json(collection(({"code": "77001"}, square(650_000, 6_800_000)))))


def test_a_renamed_property_is_named(write_json: Write, load: Load) -> None:
    with pytest.raises(SourceError, match="« code » ; colonnes trouvées : « insee », « nom »"):
        load(write_json(collection(({"insee": "77001", "nom": "Aubépine"}, square()))))


def test_mixed_levels_are_refused(write_json: Write, load: Load) -> None:
    with pytest.raises(SourceError, match="même niveau"):
        load(write_json(collection(({"code": "77001"}, square()), ({"code": "77"}, square()))))


@pytest.mark.parametrize("coordinates", ["rien", 5, [[]], [[["a", "b"]]], [[1, 2], [3, 4]]])
def test_unreadable_coordinates_are_refused_in_one_sentence(
    coordinates: Any, write_json: Write, load: Load
) -> None:
    broken = {"type": "Polygon", "coordinates": coordinates}
    with pytest.raises(SourceError, match="illisible"):
        load(write_json(collection(({"code": "77001"}, broken))))
