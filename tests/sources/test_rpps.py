"""RPPS: one row per person and place, told by column name, each person counted once."""

from __future__ import annotations

from pathlib import Path

import pytest

from maillage.sources.probe import Probe
from maillage.sources.reader import read
from maillage.sources.readers.rpps import COLUMNS, RppsReader
from maillage.sources.tables import Reading, Scope, SourceError

READER = RppsReader()
SEINE_ET_MARNE = Scope(frozenset({"77"}))
HEADER = ["Type d'identifiant PP", *COLUMNS.values(), "Téléphone (coord. structure)", "Libellé commune"]

GP = {
    "rpps": "10000000001",
    "category": "C",
    "family_name": "IMAGINAIRE",
    "given_name": "Alice",
    "profession_code": "10",
    "profession_label": "Médecin",
    "skill_type": "S",
    "specialty_code": "SM54",
    "specialty_label": "Médecine générale",
    "practice_mode": "L",
    "site_id": "R1",
    "site_name": "CABINET DU CHÊNE",
    "postal_code": "77100",
    "commune": "77001",
    "sector_code": "SA07",
    "sector_label": "Cabinet individuel",
}


def line(**values: str) -> str:
    cells = dict.fromkeys(HEADER, "")
    cells |= {COLUMNS[key]: value for key, value in (GP | values).items()}
    cells["Téléphone (coord. structure)"] = "0100000000"
    return "|".join(cells.values())


def write(folder: Path, *lines: str, header: list[str] = HEADER, encoding: str = "utf-8") -> Probe:
    path = folder / "anything.bin"
    path.write_bytes("".join(f"{text}\n" for text in ("|".join(header), *lines)).encode(encoding))
    return Probe(path)


def rows(reading: Reading, *names: str) -> list[tuple[object, ...]]:
    return list(reading.tables[0].rows(*names))


def test_an_extraction_is_recognised_by_its_header_whatever_its_name(tmp_path: Path) -> None:
    assert READER.recognises(write(tmp_path, line()))


def test_the_sibling_file_of_skills_is_not_taken_for_it(tmp_path: Path) -> None:
    header = [name for name in HEADER if "coord. structure" not in name and "site" not in name]
    assert not READER.recognises(write(tmp_path, header=header))


def test_a_practitioner_keeps_name_specialty_and_place_and_no_contact(tmp_path: Path) -> None:
    reading = read(write(tmp_path, line()), READER, Scope())
    columns = reading.tables[0].columns
    assert rows(
        reading, "rpps", "site", "family_name", "specialty_code", "commune", "departement", "share"
    ) == [("10000000001", "R1", "IMAGINAIRE", "SM54", "77001", "77", 1.0)]
    assert "0100000000" not in str(columns)
    assert reading.rows_set_aside == 0


def test_a_person_over_three_places_is_counted_once(tmp_path: Path) -> None:
    probe = write(tmp_path, line(), line(site_id="R2", commune="77002"), line(site_id="R3", commune="75101"))
    reading = read(probe, READER, Scope())
    assert rows(reading, "site", "share") == [("R1", 1 / 3), ("R2", 1 / 3), ("R3", 1 / 3)]


def test_places_outside_the_scope_weigh_in_the_share_but_give_no_row(tmp_path: Path) -> None:
    probe = write(tmp_path, line(commune="75101", site_id="R9"), line(), line(rpps="2", commune="75101"))
    reading = read(probe, READER, SEINE_ET_MARNE)
    assert rows(reading, "rpps", "site", "share") == [("10000000001", "R1", 0.5)]
    assert reading.rows_read == 3
    assert reading.rows_set_aside == 0


def test_several_skills_at_one_place_make_one_row_with_the_main_one(tmp_path: Path) -> None:
    probe = write(
        tmp_path, line(skill_type="CAPA", specialty_code="C01", specialty_label="Gériatrie"), line(), line()
    )
    reading = read(probe, READER, Scope())
    assert rows(reading, "specialty_code", "share") == [("SM54", 1.0)]
    assert reading.defects.total == 2


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ({"sector_code": "SA01", "practice_mode": "S"}, "hors exercice de ville"),
        ({"sector_code": "SA05", "practice_mode": "L"}, "hors exercice de ville"),
        ({"sector_code": "SA64", "practice_mode": "S"}, "société de téléconsultation"),
        ({"site_name": "SOS MEDECINS 77"}, "lieu de garde"),
        ({"site_sign": "Centre de téléconsultation du Nuage"}, "plateforme de téléconsultation"),
        ({"site_name": "SELARL DES URGENCES"}, "service d'urgences"),
        ({"category": "E"}, "étudiant ou interne"),
        ({"profession_code": "86"}, "profession non suivie"),
        ({"profession_code": "21", "section": "H"}, "pharmacien hors officine"),
        ({"family_name": ""}, "personne sans identifiant ou sans nom"),
    ],
)
def test_a_row_that_does_not_count_is_named_with_its_reason(
    tmp_path: Path, values: dict[str, str], reason: str
) -> None:
    reading = read(write(tmp_path, line(**values)), READER, SEINE_ET_MARNE)
    assert len(reading.tables[0]) == 0
    assert reading.rows_set_aside == 1
    problems = [defect.problem for defect in reading.defects.kept]
    assert problems == [reason, "personne sans aucun lieu d'exercice compté"]
    assert reading.defects.kept[0].line == 2


def test_an_excluded_place_does_not_weigh_in_the_share(tmp_path: Path) -> None:
    probe = write(tmp_path, line(), line(site_id="R2", site_name="POINT DE GARDE DE L'EST"))
    reading = read(probe, READER, SEINE_ET_MARNE)
    assert rows(reading, "site", "share") == [("R1", 1.0)]
    assert reading.rows_set_aside == 1


@pytest.mark.parametrize(
    "values",
    [
        {"sector_code": "SA05", "practice_mode": "S"},
        {"profession_code": "60", "specialty_code": "", "skill_type": "", "sector_code": "SA08"},
        {"profession_code": "21", "specialty_code": "", "section": "A", "sector_code": "SA33"},
        {"profession_code": "28", "specialty_code": "", "sector_code": ""},
        {"site_name": "CABINET DE LA RUE DE L'AEROSTAT"},
    ],
)
def test_ordinary_places_of_each_profession_count(tmp_path: Path, values: dict[str, str]) -> None:
    assert rows(read(write(tmp_path, line(**values)), READER, SEINE_ET_MARNE), "share") == [(1.0,)]


@pytest.mark.parametrize(
    ("values", "place"),
    [
        ({"commune": "", "postal_code": "77100"}, (None, "77")),
        ({"commune": "99123", "departement": "77", "postal_code": ""}, (None, "77")),
        ({"commune": "", "postal_code": "20137"}, (None, "2A")),
        ({"commune": "2a004"}, ("2A004", "2A")),
        ({"commune": "1001"}, ("01001", "01")),
        ({"commune": "97105"}, ("97105", "971")),
    ],
)
def test_a_place_without_commune_is_kept_and_named(
    tmp_path: Path, values: dict[str, str], place: tuple[str | None, str]
) -> None:
    reading = read(write(tmp_path, line(**values)), READER, Scope(frozenset({place[1]})))
    assert rows(reading, "commune", "departement") == [place]
    assert reading.defects.total == (place[0] is None)


def test_a_row_without_any_place_is_counted_aside(tmp_path: Path) -> None:
    reading = read(write(tmp_path, line(commune="", postal_code=""), line()), READER, SEINE_ET_MARNE)
    assert len(reading.tables[0]) == 1
    assert reading.rows_set_aside == 1
    assert reading.defects.kept[0].problem.startswith("ni commune")


def test_closing_pipes_blank_lines_and_a_byte_order_mark_change_nothing(tmp_path: Path) -> None:
    probe = write(
        tmp_path, line() + "|\r", "", line(rpps="2") + "|", header=[*HEADER, ""], encoding="utf-8-sig"
    )
    reading = read(probe, READER, SEINE_ET_MARNE)
    assert rows(reading, "rpps") == [("10000000001",), ("2",)]
    assert reading.defects.total == 0


def test_columns_in_another_order_are_found_by_name(tmp_path: Path) -> None:
    probe = write(tmp_path, "|".join(reversed(line().split("|"))), header=HEADER[::-1])
    assert rows(read(probe, READER, SEINE_ET_MARNE), "commune") == [("77001",)]


def test_a_windows_file_is_read_and_said_so(tmp_path: Path) -> None:
    reading = read(write(tmp_path, line(), encoding="cp1252"), READER, SEINE_ET_MARNE)
    assert rows(reading, "site_name", "specialty_label") == [("CABINET DU CHÊNE", "Médecine générale")]
    assert [defect.problem for defect in reading.defects.kept] == ["ligne en Windows-1252 et non en UTF-8"]


def test_a_line_with_a_stray_pipe_is_set_aside_with_its_number(tmp_path: Path) -> None:
    reading = read(write(tmp_path, line(), line(rpps="2") + "|x"), READER, SEINE_ET_MARNE)
    assert len(reading.tables[0]) == 1
    defect = reading.defects.kept[0]
    assert (defect.line, defect.problem) == (3, f"{len(HEADER) + 1} colonnes au lieu de {len(HEADER)}")


@pytest.mark.parametrize("scope", [Scope(), SEINE_ET_MARNE])
def test_a_short_line_is_set_aside_once(tmp_path: Path, scope: Scope) -> None:
    reading = read(write(tmp_path, "8|10000000009|x", line()), READER, scope)
    assert len(reading.tables[0]) == 1
    assert reading.rows_set_aside == 1
    assert reading.rows_read == 2


def test_a_renamed_column_is_named_beside_those_found(tmp_path: Path) -> None:
    header = ["Code INSEE" if name == COLUMNS["commune"] else name for name in HEADER]
    probe = write(tmp_path, line(), header=header)
    assert READER.recognises(probe)
    with pytest.raises(SourceError, match=r"« Code commune \(coord. structure\) » ; .*« Code INSEE »"):
        read(probe, READER, SEINE_ET_MARNE)


def test_a_download_cut_in_the_middle_of_a_line_is_refused(tmp_path: Path) -> None:
    probe = write(tmp_path, line(), line(rpps="2"))
    content = probe.path.read_bytes()
    probe.path.write_bytes(content[:-60])
    with pytest.raises(SourceError, match="dernière ligne est coupée"):
        read(probe, READER, SEINE_ET_MARNE)


def test_an_endless_line_is_refused_without_filling_memory(tmp_path: Path) -> None:
    probe = write(tmp_path, line())
    with probe.path.open("ab") as stream:
        stream.write(b"|" * 6_000_000 + b"\n")
    with pytest.raises(SourceError, match="dépasse un million de caractères"):
        read(probe, READER, SEINE_ET_MARNE)


def test_the_year_of_the_extraction_comes_from_the_published_name(tmp_path: Path) -> None:
    path = tmp_path / "PS_LibreAcces_Personne_activite_202610080712.txt"
    write(tmp_path, line()).path.rename(path)
    assert read(Probe(path), READER, Scope()).tables[0].vintage == 2026
