"""Travel-time matrices: any separator, any usual name, arrays out, a bad row refused with its line."""

from __future__ import annotations

from pathlib import Path

import duckdb
import numpy as np
import pytest

from maillage.sources.probe import Probe
from maillage.sources.reader import read
from maillage.sources.readers.travel_times import TravelTimesReader
from maillage.sources.tables import Reading, Scope, SourceError

READER = TravelTimesReader()


def write(folder: Path, *lines: str, name: str = "anything") -> Probe:
    path = folder / name
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return Probe(path)


def load(probe: Probe) -> Reading:
    assert READER.recognises(probe)
    return read(probe, READER, Scope())


def values(reading: Reading) -> list[tuple[object, ...]]:
    return list(reading.tables[0].rows("origin", "destination", "minutes"))


@pytest.mark.parametrize(
    ("header", "row"),
    [
        ("origin,destination,minutes", "77001,41018,12.5"),
        ("Origine;Destination;Durée", '"77001";41018;12,5'),
        ("temps|départ|arrivée", "12.5|77001|41018"),
        ("id\tidSrc\tidDst\tduree", "1\t77001\t41018\t12.5"),
        ("from_id , to_id , minutes", " 77001 , 41018 ,12.5"),
    ],
)
def test_usual_separators_and_names_are_understood(tmp_path: Path, header: str, row: str) -> None:
    reading = load(write(tmp_path, header, row))
    assert values(reading) == [("77001", "41018", 12.5)]
    assert reading.tables[0].columns["origin"].dtype.kind == "U"  # type: ignore[attr-defined]
    assert reading.tables[0].columns["minutes"].dtype == np.float64  # type: ignore[attr-defined]


def test_a_parquet_file_is_read_whatever_its_types(tmp_path: Path) -> None:
    path = tmp_path / "anything"
    duckdb.execute(
        f"COPY (SELECT 1004 AS origine, '77001' AS destination, 7 AS minutes) TO '{path}' (FORMAT parquet)"
    )
    reading = load(Probe(path))
    assert values(reading) == [("01004", "77001", 7.0)]
    assert reading.defects.kept[0].problem == "zéro de tête perdu sur 1 lignes"


def test_identifiers_that_are_no_commune_codes_are_left_alone(tmp_path: Path) -> None:
    reading = load(write(tmp_path, "origin,destination,minutes", "1004,S1,3", "770010101,S1,4"))
    assert values(reading)[0] == ("1004", "S1", 3.0)


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        ("77001,77003,", "temps absent"),
        ("77001,77003,abc", "« abc » n'est pas un temps"),
        ("77001,77003,nan", "« nan » n'est pas un temps"),
        ("77001,77003,-1", "« -1 » n'est pas un temps"),
        ("77001,77003,inf", "« inf » n'est pas un temps"),
        (",77003,4", "l'origine ou la destination est vide"),
        ("77001,77002,9", "le trajet de 77001 à 77002 est déjà donné ligne 2"),
    ],
)
def test_a_bad_row_is_refused_with_its_line_blank_lines_counted(
    tmp_path: Path, row: str, sentence: str
) -> None:
    with pytest.raises(SourceError, match=f"ligne 4 : {sentence}"):
        load(write(tmp_path, "origin,destination,minutes", "77001,77002,5", "", row))


def test_rows_keep_the_order_of_a_large_file(tmp_path: Path) -> None:
    rows = (f"{number % 1000:05},{number // 1000:05},{number % 60}" for number in range(200_000))
    minutes = load(write(tmp_path, "origin,destination,minutes", *rows)).tables[0].columns["minutes"]
    assert (np.asarray(minutes) == np.arange(200_000) % 60).all()


def test_a_name_with_brackets_or_stars_is_one_file(tmp_path: Path) -> None:
    write(tmp_path, "origin,destination,minutes", "77001,77002,5", name="a1.csv")
    reading = load(write(tmp_path, "origin,destination,minutes", "77001,77002,8", name="a[1]*?.csv"))
    assert values(reading) == [("77001", "77002", 8.0)]


def test_a_missing_column_is_named_beside_those_found(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"colonne absente « minutes » ; .*« secondes »"):
        load(write(tmp_path, "origin,destination,secondes", "77001,77002,300"))


def test_a_row_with_too_many_cells_is_refused_in_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"illisible \(.*\) ; corrigez"):
        load(write(tmp_path, "origin,destination,minutes", "77001,77002,5", "77001,77003,5,9,9"))


def test_a_cut_parquet_file_is_not_recognised(tmp_path: Path) -> None:
    path = tmp_path / "anything"
    path.write_bytes(b"PAR1" + b"\x00" * 100)
    assert not READER.recognises(Probe(path))


def test_a_header_alone_gives_an_empty_matrix(tmp_path: Path) -> None:
    assert len(load(write(tmp_path, "origin,destination,minutes")).tables[0]) == 0
