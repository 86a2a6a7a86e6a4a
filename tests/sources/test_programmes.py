"""Territorial programmes: FRR classes and the points of the ANCT."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from maillage.sources.tables import Reading, SourceError

Write = Callable[..., Path]
Load = Callable[[Path], Reading]
Problems = Callable[[Reading], dict[str, int]]


def points(*properties: dict[str, Any]) -> dict[str, Any]:
    point = {"type": "Point", "coordinates": [2.0, 48.0]}
    features = [{"type": "Feature", "properties": entry, "geometry": point} for entry in properties]
    return {"type": "FeatureCollection", "features": features}


def territory(where: str | None, *, code: str = "pvd-1", name: str = "Ici", **more: Any) -> dict[str, Any]:
    return {"id_territoire": code, "lib_territoire": name, "liste_geo": where, **more}


def test_a_commune_of_class_zero_is_not_a_member(write_text: Write, load: Load, problems: Problems) -> None:
    content = "code,nom,frr_code\n77001,Aubépine,0\n1002,Bruyère,4\n77003,Cytise,9\n"
    reading = load(write_text(content))
    assert list(reading.tables[0].rows("programme", "commune")) == [("frr", "01002")]
    assert (reading.rows_read, reading.rows_set_aside) == (3, 2)
    assert problems(reading) == {
        "commune non classée (0)": 1,
        "zéro initial perdu ou lettre minuscule": 1,
        "classe inconnue": 1,
    }


def test_a_territory_of_several_communes_gives_a_row_to_each(write_json: Write, load: Load) -> None:
    content = points(territory("Aubépine (77001); Bruyère (Ville) (77002)", date_signature="2021-05-28"))
    assert list(load(write_json(content)).tables[0].rows("programme", "commune", "label", "since")) == [
        ("pvd", "77001", "Ici", date(2021, 5, 28)),
        ("pvd", "77002", "Ici", date(2021, 5, 28)),
    ]


def test_several_places_in_a_commune_make_one_row(write_json: Write, load: Load) -> None:
    content = points(
        territory("Aubépine (77001); Aubépine (77001)", code="fs-1", name="Mairie"),
        territory("Aubépine (77001)", code="fs-2", name="Gare"),
    )
    assert list(load(write_json(content)).tables[0].rows("programme", "commune", "label", "since")) == [
        ("fs", "77001", "Mairie ; Gare", None)
    ]


def test_a_territory_without_commune_is_set_aside(write_json: Write, load: Load, problems: Problems) -> None:
    reading = load(write_json(points(territory("Aubépine (77001)"), territory("Château (Ville)"))))
    assert (reading.rows_read, reading.rows_set_aside) == (2, 1)
    assert problems(reading) == {"aucun code commune": 1}


def test_an_unknown_programme_is_refused(write_json: Write, load: Load) -> None:
    with pytest.raises(SourceError, match="programme « xyz » inconnu"):
        load(write_json(points(territory("Aubépine (77001)", code="xyz-1"))))


def test_a_renamed_property_is_named(write_json: Write, load: Load) -> None:
    renamed = {"id_territoire": "pvd-1", "communes": "Aubépine (77001)"}
    with pytest.raises(SourceError, match="« liste_geo » ; colonnes trouvées : « id_territoire »"):
        load(write_json(points(renamed)))
