"""FINESS, both formats: sites, their category, where they are whatever the order of the numbers."""

from __future__ import annotations

import gzip
import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from maillage.sources.probe import Probe
from maillage.sources.reader import read
from maillage.sources.readers.finess import FinessReader
from maillage.sources.readers.finess_etalab import CELLS, FinessEtalabReader
from maillage.sources.tables import Reading, Scope, SourceError

READER = FinessReader()
ETALAB = FinessEtalabReader()
# The same point in degrees and in Lambert-93 metres: Notre-Dame de Paris, a landmark.
LON, LAT, X, Y = "2.3522", "48.8566", "652469.02", "6862035.26"


def site(finess: str = "770000001", **changes: Any) -> dict[str, Any]:
    general = {
        "numFinessEge": finess,
        "nomEgeCourt": "MSP DU CHENE",
        "nomEgeLong": "Maison de santé du Chêne",
        "siret": "12345678900012",
        "dateOuverture": "2019-09-01",
    }
    return {
        "informationsGeneralesEGE": general | changes.pop("general", {}),
        "categorieentiteGeographiqueExercice": "603",
        "adresse": [{"usageAdresse": "01", "cogCommune": "75101"}, address(**changes.pop("address", {}))],
        "etatObjet": "A",
        "dateDerniereMaj": "2026-05-01T00:00:00Z",
    } | changes


def address(**changes: Any) -> dict[str, Any]:
    coordinates = {"directionLongitude": LON, "directionLatitude": LAT, "coordonneeX": X, "coordonneeY": Y}
    return {
        "usageAdresse": "03",
        "numeroVoie": "3",
        "typeVoie": "RUE",
        "libelleVoie": "DES EXEMPLES",
        "cogCommune": "77001",
        "codePostal": "77100",
        "coordonneesGeographique": coordinates | changes.pop("coordinates", {}),
    } | changes


def write(folder: Path, *sites: dict[str, Any], packed: bool = False) -> Probe:
    document = {
        "schemaVersion": "1.0.0",
        "generatedAt": "2026-09-30T04:00:00Z",
        "pmej": [{"informationsGeneralesPMEJ": {"numFinessPm": "770000999"}, "ege": list(sites)}],
        "gco": [{"pmSmsseId": "1"}],
    }
    path = folder / "anything"
    content = json.dumps(document, ensure_ascii=False).encode()
    path.write_bytes(gzip.compress(content) if packed else content)
    return Probe(path)


def row(reading: Reading, *names: str) -> tuple[Any, ...]:
    (only,) = reading.tables[0].rows(*names)
    return only


@pytest.mark.parametrize("packed", [False, True])
def test_a_site_is_read_from_its_legal_entity_packed_or_not(tmp_path: Path, packed: bool) -> None:
    probe = write(tmp_path, site(), packed=packed)
    assert READER.recognises(probe)
    reading = read(probe, READER, Scope())
    assert row(reading, "finess", "finess_legal", "name", "category_code", "category_label") == (
        ("770000001", "770000999", "Maison de santé du Chêne", "603", "Maison de santé")
    )
    assert row(reading, "commune", "departement", "postal_code", "address", "siret", "opened_on") == (
        ("77001", "77", "77100", "3 RUE DES EXEMPLES", "12345678900012", date(2019, 9, 1))
    )
    assert row(reading, "lon", "lat", "closed_on") == (2.3522, 48.8566, None)
    assert reading.tables[0].vintage == 2026
    assert reading.defects.total == 0


@pytest.mark.parametrize(
    ("coordinates", "repaired"),
    [
        ({"directionLongitude": LAT, "directionLatitude": LON}, True),
        ({"directionLongitude": X, "directionLatitude": Y, "coordonneeX": LON, "coordonneeY": LAT}, True),
        ({"directionLongitude": Y, "directionLatitude": X, "coordonneeX": LAT, "coordonneeY": LON}, True),
        ({"directionLongitude": "", "directionLatitude": ""}, False),
        ({"directionLongitude": "", "directionLatitude": "", "coordonneeX": Y, "coordonneeY": X}, True),
        ({"directionLongitude": X, "directionLatitude": Y, "coordonneeX": None, "coordonneeY": None}, True),
        ({"directionLongitude": "2,3522", "directionLatitude": "48,8566"}, False),
    ],
)
def test_a_position_is_found_whichever_way_round_the_file_stores_it(
    tmp_path: Path, coordinates: dict[str, Any], repaired: bool
) -> None:
    reading = read(write(tmp_path, site(address={"coordinates": coordinates})), READER, Scope())
    assert row(reading, "lon", "lat") == pytest.approx((2.3522, 48.8566), abs=1e-7)
    assert reading.defects.total == repaired


def test_a_position_outside_its_territory_is_left_out_and_named(tmp_path: Path) -> None:
    coordinates = {
        "directionLongitude": "0",
        "directionLatitude": "0",
        "coordonneeX": "0",
        "coordonneeY": "0",
    }
    reading = read(write(tmp_path, site(address={"coordinates": coordinates})), READER, Scope())
    assert row(reading, "lon", "lat") == (None, None)
    assert reading.defects.kept[0].problem == "hors du territoire de la structure"


def test_a_closed_site_is_kept_with_the_day_it_closed(tmp_path: Path) -> None:
    closed = site(etatObjet="I", general={"dateFermeture": "2024-06-30"})
    assert row(read(write(tmp_path, closed), READER, Scope()), "closed_on") == (date(2024, 6, 30),)


def test_an_inactive_site_without_closing_day_does_not_pass_for_open(tmp_path: Path) -> None:
    reading = read(write(tmp_path, site(etatObjet="I")), READER, Scope())
    assert row(reading, "closed_on") == (date(2026, 5, 1),)
    assert reading.defects.kept[0].problem == "structure inactive sans date de fermeture"


def test_only_the_départements_asked_for_are_kept(tmp_path: Path) -> None:
    probe = write(tmp_path, site(), site("410000001", address={"cogCommune": "41018"}))
    reading = read(probe, READER, Scope(frozenset({"41"})))
    assert row(reading, "finess") == ("410000001",)
    assert (reading.rows_read, reading.rows_set_aside) == (2, 0)


@pytest.mark.parametrize(
    "changes",
    [{"general": {"numFinessEge": "x"}}, {"categorieentiteGeographiqueExercice": None}],
)
def test_a_site_without_number_or_category_is_set_aside(tmp_path: Path, changes: dict[str, Any]) -> None:
    reading = read(write(tmp_path, site(**changes), site("770000002")), READER, Scope())
    assert row(reading, "finess") == ("770000002",)
    assert reading.rows_set_aside == 1


def test_sites_across_many_blocks_are_all_read(tmp_path: Path) -> None:
    many = [site(f"77{number:07}", comment="é" * 3000) for number in range(900)]
    assert len(read(write(tmp_path, *many, packed=True), READER, Scope()).tables[0]) == 900


@pytest.mark.parametrize("packed", [False, True])
def test_a_cut_file_is_refused(tmp_path: Path, packed: bool) -> None:
    probe = write(tmp_path, *(site(f"77{number:07}") for number in range(300)), packed=packed)
    content = probe.path.read_bytes()
    probe.path.write_bytes(content[: len(content) // 2])
    with pytest.raises(SourceError, match="JSON incomplet ou abîmé"):
        read(Probe(probe.path), READER, Scope())


def test_a_gzip_bomb_is_refused_before_it_fills_the_memory(tmp_path: Path) -> None:
    path = tmp_path / "bomb"
    with gzip.open(path, "wb", compresslevel=1) as stream:
        stream.write(b'{"schemaVersion": "1", "pmej": [{"informationsGeneralesPMEJ": {}, "ege": []}')
        for _ in range(260):
            stream.write(b" " * 1024**2)
    probe = Probe(path)
    assert READER.recognises(probe)
    with pytest.raises(SourceError, match="se déplie en plus de"):
        read(probe, READER, Scope())


def test_entities_that_are_no_objects_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "wrong.json"
    path.write_text('{"pmej": ["informationsGenerales", 3]}', encoding="utf-8")
    with pytest.raises(SourceError, match="entités juridiques"):
        read(Probe(path), READER, Scope())


# --- former extraction -----------------------------------------------------------------------------


def etalab_row(**cells: str) -> str:
    row = {
        "section": "structureet",
        "nofinesset": "770000001",
        "nofinessej": "770000999",
        "rs": "CDS DU CHENE",
        "rslongue": "CENTRE DE SANTE DU CHENE",
        "numvoie": "3",
        "typvoie": "R",
        "voie": "DES EXEMPLES",
        "commune": "001",
        "departement": "77",
        "ligneacheminement": "77100 MEAUX",
        "categetab": "124",
        "libcategetab": "Centre de santé",
        "siret": "12345678900012",
        "dateouv": "2001-03-01",
    } | cells
    return ";".join(row.get(name, "") for name in CELLS)


def write_etalab(folder: Path, *lines: str, first: str = "finess;etalab;98;2026-05-12") -> Probe:
    path = folder / "anything"
    path.write_text("\n".join([first, *lines]) + "\n", encoding="utf-8")
    return Probe(path)


def test_a_former_row_is_read_by_its_section(tmp_path: Path) -> None:
    probe = write_etalab(tmp_path, etalab_row())
    assert ETALAB.recognises(probe)
    reading = read(probe, ETALAB, Scope())
    assert row(reading, "finess", "name", "category_code", "commune", "departement", "opened_on", "lon") == (
        ("770000001", "CENTRE DE SANTE DU CHENE", "124", "77001", "77", date(2001, 3, 1), None)
    )
    assert reading.tables[0].meta == {"published_on": date(2026, 5, 12)}
    assert reading.defects.total == 0


def test_the_extraction_of_legal_entities_is_not_taken_for_it(tmp_path: Path) -> None:
    assert not ETALAB.recognises(write_etalab(tmp_path, "structureej;770000999;X"))


def test_positions_of_the_second_section_are_projected(tmp_path: Path) -> None:
    probe = write_etalab(
        tmp_path,
        etalab_row(),
        etalab_row(nofinesset="970100012", departement="9A", commune="117", ligneacheminement="97111 X"),
        f"geolocalisation;770000001;{X};{Y};1,ATLASANTE,100,LAMBERT_93;2026-05-04",
        "geolocalisation;970100012;657242.9;1795384.4;2;ATLASANTE;96;UTM_N20;2026-05-04",
    )
    reading = read(probe, ETALAB, Scope())
    assert list(reading.tables[0].rows("commune", "departement")) == [("77001", "77"), ("97117", "971")]
    positions = list(reading.tables[0].rows("lon", "lat"))
    assert positions[0] == pytest.approx((2.3522, 48.8566), abs=1e-7)
    assert positions[1] == pytest.approx((-61.52873706, 16.23400433), abs=1e-7)
    assert reading.defects.total == 0


def test_zeros_lost_by_a_spreadsheet_and_old_dates_are_repaired(tmp_path: Path) -> None:
    probe = write_etalab(
        tmp_path,
        etalab_row(nofinesset="10002350", departement="1", commune="4", dateouv="20/09/1990", siret="3,4E+13")
        + ";",
    )
    reading = read(probe, ETALAB, Scope())
    assert row(reading, "finess", "commune", "opened_on", "siret") == (
        "010002350",
        "01004",
        date(1990, 9, 20),
        None,
    )
    assert [defect.problem for defect in reading.defects.kept] == ["numéro SIRET abîmé"]


def test_a_row_of_the_wrong_width_or_section_is_set_aside_with_its_line(tmp_path: Path) -> None:
    probe = write_etalab(tmp_path, etalab_row(), "structureet;770000002;x", "autre;1")
    reading = read(probe, ETALAB, Scope())
    assert reading.rows_set_aside == 2
    assert [defect.line for defect in reading.defects.kept] == [3, 4]


def test_a_structure_given_twice_is_refused_with_both_lines(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="lignes 2 et 3"):
        read(write_etalab(tmp_path, etalab_row(), etalab_row()), ETALAB, Scope())


def test_a_structure_nowhere_is_counted_aside_when_some_départements_are_asked_for(tmp_path: Path) -> None:
    probe = write_etalab(tmp_path, etalab_row(commune="", ligneacheminement=""))
    assert read(probe, ETALAB, Scope(frozenset({"77"}))).rows_set_aside == 1
    assert len(read(Probe(probe.path), ETALAB, Scope()).tables[0]) == 1
