"""BPE: rows by IRIS, one row per facility, data cube, workbook; nothing counts twice."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from maillage.sources.facility_types import FACILITY_TYPES, ROLES, codes_of
from maillage.sources.tables import Reading, SourceError

Write = Callable[..., Path]
Load = Callable[[Path], Reading]
Problems = Callable[[Reading], dict[str, int]]

ROWS = "REG;DEP;DEPCOM;DCIRIS;AN;TYPEQU;NB_EQUIP\n"
CUBE = "GEO;GEO_OBJECT;FACILITY_DOM;FACILITY_SDOM;FACILITY_TYPE;BPE_MEASURE;TIME_PERIOD;OBS_VALUE\n"


def counts(reading: Reading, table: int = 0) -> dict[tuple[str, str], int]:
    rows = reading.tables[table].rows("code", "type", "count")
    return {(code, kind): count for code, kind, count in rows}


def test_iris_are_summed_to_their_commune(write_text: Write, load: Load) -> None:
    content = ROWS + (
        "11;77;77001;77001_0101;2018;D201;2\n"
        "11;77;77001;77001_0102;2018;D201;3\n"
        "84;01;01002;01002;2018;D113;1\n"
    )
    reading = load(write_text(content))
    assert counts(reading) == {("77001", "D201"): 5, ("01002", "D113"): 1}
    assert reading.tables[0].vintage == 2018
    assert reading.tables[0].meta["types"] == ["D113", "D201"]


def test_an_older_file_has_one_row_per_facility(write_text: Write, load: Load, problems: Problems) -> None:
    content = "DEPCOM;DOM;SDOM;TYPEQU\n77001;D;D2;D201\n77001;D;D2;D201\n77001;A;A1;A101\n"
    reading = load(write_text(content, name="bpe12.csv"))
    assert counts(reading) == {("77001", "D201"): 2}
    assert reading.tables[0].vintage == 2012
    assert problems(reading) == {"année absente du fichier": 1, "autre domaine que la santé": 1}


def test_a_file_without_any_year_is_refused(write_text: Write, load: Load) -> None:
    with pytest.raises(SourceError, match="année des équipements introuvable"):
        load(write_text("DEPCOM;TYPEQU\n77001;D201\n", name="equipements.csv"))


def test_a_renamed_column_is_named(write_text: Write, load: Load) -> None:
    with pytest.raises(SourceError, match="« DEPCOM »"):
        load(write_text("COMMUNE;AN;TYPEQU;NB_EQUIP\n77001;2018;D201;1\n"))


def test_a_detail_file_without_its_count_is_refused(write_text: Write, load: Load) -> None:
    with pytest.raises(SourceError, match="« NB_EQUIP »"):
        load(write_text("REG;DEP;DEPCOM;DCIRIS;AN;TYPEQU;NB\n11;77;77001;x;2018;D201;4\n"))


def test_unusable_rows_are_set_aside_by_line(write_text: Write, load: Load, problems: Problems) -> None:
    content = ROWS + "11;77;77001;x;2018;D201;deux\n11;77;XXXXX;x;2018;D201;1\n11;77;77001;x;2018;D201\n"
    reading = load(write_text(content))
    assert (reading.rows_read, reading.rows_set_aside) == (3, 3)
    assert sorted(defect.line or 0 for defect in reading.defects.kept) == [2, 3, 4]
    assert sum(problems(reading).values()) == 3


def test_a_negative_count_is_refused(write_text: Write, load: Load) -> None:
    with pytest.raises(SourceError, match="-3"):
        load(write_text(ROWS + "11;77;77001;x;2018;D201;-3\n"))


def test_the_cube_keeps_health_facilities_of_communes(
    write_text: Write, load: Load, problems: Problems
) -> None:
    content = CUBE + (
        '"77001";"COM";"D";"D2";"D265";"FACILITIES";2024;3\n'
        '"77001";"COM";"D";"D2";"_T";"FACILITIES";2024;3\n'
        '"77001";"COM";"F";"F1";"F105";"FACILITIES";2024;1\n'
        '"77001";"COM";"D";"D2";"D265";"OTHER";2024;9\n'
        '"77";"DEP";"D";"D2";"D265";"FACILITIES";2024;700\n'
    )
    reading = load(write_text(content))
    assert counts(reading) == {("77001", "D265"): 3}
    assert (reading.rows_read, reading.rows_set_aside) == (5, 4)
    assert problems(reading) == {
        "total de plusieurs types": 1,
        "autre domaine que la santé": 1,
        "autre mesure que le nombre d'équipements": 1,
        "ligne d'un autre niveau que la commune": 1,
    }


def test_the_cube_has_a_table_per_year(write_text: Write, load: Load) -> None:
    rows = "".join(f"77001;COM;D;D2;D265;FACILITIES;{year};{year - 2020}\n" for year in (2025, 2024))
    reading = load(write_text(CUBE + rows))
    assert [table.vintage for table in reading.tables] == [2024, 2025]
    assert counts(reading, 1) == {("77001", "D265"): 5}


def test_a_city_of_the_cube_counts_by_arrondissement(write_text: Write, load: Load) -> None:
    content = CUBE + (
        "75056;COM;D;D2;D265;FACILITIES;2024;9\n"
        "75101;ARM;D;D2;D265;FACILITIES;2024;4\n"
        "75102;ARM;D;D2;D265;FACILITIES;2024;5\n"
    )
    assert counts(load(write_text(content))) == {("75101", "D265"): 4, ("75102", "D265"): 5}


def test_a_cube_row_given_twice_is_refused(write_text: Write, load: Load) -> None:
    row = "77001;COM;D;D2;D265;FACILITIES;2024;3\n"
    with pytest.raises(SourceError, match="deux fois pour 2024"):
        load(write_text(CUBE + row + row))


def test_a_column_missing_from_the_cube_is_named(write_text: Write, load: Load) -> None:
    header = CUBE.replace("TIME_PERIOD", "ANNEE")
    with pytest.raises(SourceError, match="« TIME_PERIOD »"):
        load(write_text(header + "77001;COM;D;D2;D265;FACILITIES;2024;3\n"))


def workbook_sheet(*rows: list[Any], code: str = "CODGEO") -> list[list[Any]]:
    titles = [["BPE 2020 - équipements"], ["France"]]
    labels = [["Code", "Libellé", "Urgences", "Pharmacie"], [code, "LIBGEO", "NB_D106", "NB_D307"]]
    return [*titles, *labels, *rows]


def test_whole_cities_of_the_workbook_give_way_to_their_arrondissements(
    write_workbook: Write, load: Load, problems: Problems
) -> None:
    sheets = {
        "COM": workbook_sheet(["77001", "Aubépine", 0, 2], ["75056", "Ville", 1, 5]),
        "ARM": workbook_sheet(["75101", "Ville 1er", 1, 2], ["75102", "Ville 2e", 0, 3]),
        "Variables": [["VAR_ID"], ["NB_D106"]],
    }
    reading = load(write_workbook(sheets))
    assert counts(reading) == {
        ("77001", "D307"): 2,
        ("75101", "D106"): 1,
        ("75101", "D307"): 2,
        ("75102", "D307"): 3,
    }
    assert reading.tables[0].vintage == 2020
    assert reading.tables[0].meta["types"] == ["D106", "D307"]
    assert problems(reading) == {"75056 donnée entière et par arrondissement": 1}


def test_a_masked_cell_of_the_workbook_is_said(write_workbook: Write, load: Load, problems: Problems) -> None:
    reading = load(write_workbook({"COM": workbook_sheet(["77001", "Aubépine", "s", 2])}))
    assert counts(reading) == {("77001", "D307"): 2}
    assert problems(reading) == {"nombre absent ou illisible": 1}


def test_a_commune_twice_in_the_workbook_is_refused(write_workbook: Write, load: Load) -> None:
    row = ["77001", "Aubépine", 0, 2]
    with pytest.raises(SourceError, match="« 77001 » apparaît deux fois"):
        load(write_workbook({"COM": workbook_sheet(row, row)}))


def test_a_renamed_code_column_of_the_workbook_is_named(write_workbook: Write, load: Load) -> None:
    with pytest.raises(SourceError, match="« CODGEO »"):
        load(write_workbook({"COM": workbook_sheet(["77001", "Aubépine", 0, 2], code="CODE")}))


@pytest.mark.parametrize(
    ("role", "year", "codes"),
    [
        ("gp", 2018, {"D201"}),
        ("gp", 2023, {"D201"}),
        ("gp", 2024, {"D265"}),
        ("pharmacy", 2018, {"D301"}),
        ("pharmacy", 2020, {"D307"}),
        ("emergency", 2018, {"D106"}),
        ("nurse", 2025, {"D281"}),
    ],
)
def test_a_role_has_the_code_of_its_edition(role: str, year: int, codes: set[str]) -> None:
    assert codes_of(role, year) == codes


def test_every_role_has_a_code_in_every_edition() -> None:
    assert {known.role for known in FACILITY_TYPES} == set(ROLES)
    assert all(codes_of(role, year) for role in ROLES for year in range(2018, 2027))


def test_no_code_has_two_roles_in_an_edition() -> None:
    for year in (2018, 2020, 2024):
        used = [known.code for known in FACILITY_TYPES if known.used_in(year)]
        assert len(used) == len(set(used))


def test_an_unknown_role_is_an_error() -> None:
    with pytest.raises(KeyError):
        codes_of("wizard", 2024)


@pytest.mark.shared
def test_gps_of_2018_are_all_counted(shared_data: Path, load: Load) -> None:
    table = load(shared_data / "bpe" / "bpe18_ensemble_sante.csv").tables[0]
    gps = codes_of("gp", 2018)
    assert sum(count for kind, count in table.rows("type", "count") if kind in gps) == 61_594
