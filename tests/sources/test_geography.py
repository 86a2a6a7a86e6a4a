"""Official geographic code, EPCI and movements of communes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from maillage.sources.tables import Reading, SourceError

Write = Callable[..., Path]
Load = Callable[[Path], Reading]
Problems = Callable[[Reading], dict[str, int]]

MOVEMENTS = (
    "MOD,DATE_EFF,TYPECOM_AV,COM_AV,TNCC_AV,NCC_AV,NCCENR_AV,LIBELLE_AV,"
    "TYPECOM_AP,COM_AP,TNCC_AP,NCC_AP,NCCENR_AP,LIBELLE_AP\n"
)
EPCI_HEADER = ["dept", "siren", "raison_sociale", "nature_juridique", "insee", "nom_membre", "pmun_2024"]


def test_communes_delegated_communes_and_arrondissements_keep_their_parent(
    write_json: Write, load: Load
) -> None:
    records = [
        {
            "code": "77001",
            "nom": "Aubépine",
            "type": "commune-actuelle",
            "departement": "77",
            "population": 9,
        },
        {"code": "77002", "nom": "Bruyère", "type": "commune-deleguee", "chefLieu": "77001"},
        {"code": "75101", "nom": "Ville 1er", "type": "arrondissement-municipal", "commune": "75056"},
    ]
    table = load(write_json(records)).tables[0]
    assert list(table.rows("level", "code", "parent", "population")) == [
        ("commune", "77001", "77", 9),
        ("commune_deleguee", "77002", "77001", None),
        ("arrondissement", "75101", "75056", None),
    ]


def test_an_unknown_type_of_commune_is_refused(write_json: Write, load: Load) -> None:
    records = [
        {"code": "77001", "nom": "Aubépine", "type": "commune-actuelle"},
        {"code": "77002", "nom": "Bruyère", "type": "hameau"},
    ]
    with pytest.raises(SourceError, match="type inconnu « hameau »"):
        load(write_json(records))


def test_departements_have_a_region_for_parent_and_regions_none(write_json: Write, load: Load) -> None:
    departement = {"code": "77", "region": "11", "chefLieu": "77288", "nom": "Là", "typeLiaison": 0}
    region = {"code": "11", "chefLieu": "75056", "nom": "Ici", "typeLiaison": 0}
    assert list(load(write_json([departement])).tables[0].rows("level", "parent")) == [("departement", "11")]
    assert list(load(write_json([region])).tables[0].rows("level", "parent")) == [("region", None)]


def test_epci_give_their_area_and_their_members(write_json: Write, load: Load) -> None:
    record = {
        "code": "200000001",
        "nom": "CC des Haies",
        "type": "CC",
        "modeFinancement": "FPU",
        "populationMunicipale": 12,
        "membres": [{"code": "77001", "nom": "Aubépine"}, {"code": "77002", "nom": "Bruyère"}],
    }
    areas, members = load(write_json([record])).tables
    assert list(areas.rows("level", "code", "nature", "population")) == [("epci", "200000001", "CC", 12)]
    assert list(members.rows("epci", "commune")) == [("200000001", "77001"), ("200000001", "77002")]


def test_a_commune_in_two_epci_is_refused(write_json: Write, load: Load) -> None:
    record = {
        "code": "200000001",
        "nom": "CC des Haies",
        "modeFinancement": "FPU",
        "membres": [{"code": "77001", "nom": "Aubépine"}],
    }
    with pytest.raises(SourceError, match=r"77001.*deux fois"):
        load(write_json([record, record | {"code": "200000002"}]))


def test_a_siren_given_as_a_number_loses_its_decimals(write_workbook: Write, load: Load) -> None:
    rows = [EPCI_HEADER, ["77", 200000001.0, "CC des Haies", "CC", "77001", "Aubépine", 9]]
    table = load(write_workbook({"Epcicom2024": rows})).tables[0]
    assert list(table.rows("epci", "epci_name", "commune")) == [("200000001", "CC des Haies", "77001")]
    assert table.vintage == 2024


def test_a_renamed_column_of_the_epci_workbook_is_named(write_workbook: Write, load: Load) -> None:
    header = ["code_insee" if name == "insee" else name for name in EPCI_HEADER]
    with pytest.raises(SourceError, match="« insee »"):
        load(write_workbook({"Epcicom2024": [header]}))


def test_movements_keep_the_code_of_their_event(write_text: Write, load: Load, problems: Problems) -> None:
    content = (
        MOVEMENTS
        + "21,2024-01-01,COM,85001,0,A,A,Ancienne,COM,85002,0,R,R,Rétablie\n"
        + "20,1947-09-17,,,,,,,COM,06162,3,N,N,Nouvelle\n"
    )
    reading = load(write_text(content))
    assert list(reading.tables[0].rows("mod", "date", "before", "after", "after_name")) == [
        (21, date(2024, 1, 1), "85001", "85002", "Rétablie")
    ]
    assert (reading.rows_read, reading.rows_set_aside) == (2, 1)
    assert problems(reading) == {"création ou disparition sans commune d'origine ou d'arrivée": 1}
    assert reading.defects.kept[0].line == 3
