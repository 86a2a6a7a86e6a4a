"""Files that are broken, foreign or malicious: one French sentence each, quickly, without memory."""

from __future__ import annotations

import contextlib
import gzip
import os
import tracemalloc
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maillage.sources.probe import Probe
from maillage.sources.reader import read, recognise
from maillage.sources.readers import READERS
from maillage.sources.tables import Reading, Scope, SourceError

Write = Callable[..., Path]
Load = Callable[[Path], Reading]

BPE = "REG;DEP;DEPCOM;DCIRIS;AN;TYPEQU;NB_EQUIP\n"
FIVE_GB = 5 * 1000**3
NOBODY = 65534
# Far under any of the hostile files, above what looking at a file costs.
MEMORY = 64 * 1024**2

WORKBOOK_PARTS = {
    "[Content_Types].xml": (
        '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/></Types>'
    ),
    "_rels/.rels": (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        '<Relationship Id="r1" Target="xl/workbook.xml" Type="http://schemas.openxmlformats.org/'
        'officeDocument/2006/relationships/officeDocument"/></Relationships>'
    ),
    "xl/_rels/workbook.xml.rels": (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        '<Relationship Id="r1" Target="worksheets/sheet1.xml" Type="http://schemas.openxmlformats.org/'
        'officeDocument/2006/relationships/worksheet"/></Relationships>'
    ),
    "xl/workbook.xml": (
        '<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" '
        'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships">'
        '<sheets><sheet name="APL 2022" sheetId="1" r:id="r1"/></sheets></workbook>'
    ),
}


def raw_workbook(path: Path, sheet: str, *, padding: int = 0) -> Path:
    """A workbook with this sheet, followed by `padding` bytes of nothing, which pack very well."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in WORKBOOK_PARTS.items():
            archive.writestr(name, content)
        with archive.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as stream:
            stream.write(sheet.encode())
            for _ in range(padding >> 20):
                stream.write(b" " * (1 << 20))
    return path


def sparse(path: Path, start: bytes, size: int = FIVE_GB) -> Path:
    path.write_bytes(start)
    os.truncate(path, size)
    return path


def refusal(load: Load, path: Path) -> str:
    """The sentence a file is refused with, which must name it, in one line, within little memory."""
    tracemalloc.start()
    try:
        with pytest.raises(SourceError) as caught:
            load(path)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    sentence = str(caught.value)
    assert sentence.startswith(path.name)
    assert "\n" not in sentence
    assert sentence.endswith(".")
    assert peak < MEMORY
    return sentence


def test_an_empty_file(write_text: Write, load: Load) -> None:
    assert "fichier vide" in refusal(load, write_text(""))


def test_a_workbook_cut_short(write_workbook: Write, load: Load) -> None:
    path = write_workbook({"COM": [["CODGEO", "NB_D106", "NB_D307"], ["77001", 1, 2]]})
    path.write_bytes(path.read_bytes()[:-200])
    assert "incomplet" in refusal(load, path)


def test_a_workbook_whose_sheet_is_garbage(tmp_path: Path, load: Load) -> None:
    assert "téléchargez" in refusal(load, raw_workbook(tmp_path / "a.xlsx", "<worksheet><sheetData><row"))


@pytest.mark.parametrize(
    "content",
    [
        '[{"nom": "Aubépine", "code": "77001", "codeDepartement": "77", "centre": {"coor',
        '{"type": "FeatureCollection", "features": [{"geometry": {"type": "Polygon", "coordinates": [[[2.0,',
        '{"type": "FeatureCollection", "features": [{"properties": {"id_territoire": "fs-1"',
    ],
)
def test_a_json_cut_short(content: str, write_text: Write, load: Load) -> None:
    assert "incomplet ou abîmé" in refusal(load, write_text(content))


def test_a_json_of_another_shape(write_json: Write, load: Load) -> None:
    content = {"type": "FeatureCollection", "geometry": {"type": "Polygon"}, "features": 3}
    assert "features" in refusal(load, write_json(content))


def test_a_json_nested_without_end(write_text: Write, load: Load) -> None:
    deep = '{"type": "FeatureCollection", "is": "Polygon", "features": ' + "[" * 200_000
    assert "incomplet ou abîmé" in refusal(load, write_text(deep))


def test_a_csv_cut_short_is_refused(write_text: Write, load: Load) -> None:
    path = write_text(BPE + "11;77;77001;x;2018;D201;1\n11;77;770")
    assert "la dernière ligne (3) est coupée" in refusal(load, path)


def test_a_workbook_of_something_else(write_workbook: Write, load: Load) -> None:
    path = write_workbook({"Dépenses": [["Titre"], ["Code", "Montant"], ["77", 12]]})
    assert "contenu non reconnu" in refusal(load, path)


def test_a_renamed_column(write_text: Write, load: Load) -> None:
    sentence = refusal(load, write_text(BPE.replace("DEPCOM", "CODGEO") + "11;77;77001;x;2018;D201;1\n"))
    assert "« DEPCOM »" in sentence
    assert "« CODGEO »" in sentence


def test_a_commune_given_twice(write_json: Write, load: Load) -> None:
    commune = {
        "nom": "Aubépine",
        "code": "77001",
        "codeDepartement": "77",
        "codeRegion": "11",
        "centre": None,
    }
    assert "« 77001 » apparaît deux fois" in refusal(load, write_json([commune, commune]))


def test_a_negative_population(write_json: Write, load: Load) -> None:
    commune = {
        "nom": "Aubépine",
        "code": "77001",
        "codeDepartement": "77",
        "codeRegion": "11",
        "centre": None,
        "population": -12,
    }
    assert "-12" in refusal(load, write_json([commune]))


def test_five_gigabytes_of_nothing(tmp_path: Path, load: Load) -> None:
    assert "contenu non reconnu" in refusal(load, sparse(tmp_path / "vide.csv", b""))


@pytest.mark.parametrize(
    ("start", "expected"),
    [
        (BPE.encode(), "contenu non reconnu"),
        (BPE.encode() + b"11;77;77001;x;2018;D201;1\n" * 3000, "pas un fichier de texte"),
        (b'[{"code": "77001", "nom": "A", "type": "commune-actuelle"},' + b" " * 5000, "trop grand"),
        (b"PK\x03\x04", "incomplet"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "trop grand"),
    ],
)
def test_five_gigabytes_after_a_good_start(start: bytes, expected: str, tmp_path: Path, load: Load) -> None:
    assert expected in refusal(load, sparse(tmp_path / "gros.dat", start))


def test_a_line_without_end(write_text: Write, load: Load) -> None:
    assert "ligne sans fin" in refusal(load, write_text(BPE + "1" * (3 << 20)))


def test_a_zip_bomb(tmp_path: Path, load: Load) -> None:
    bomb = raw_workbook(tmp_path / "bombe.xlsx", "<worksheet><sheetData/></worksheet>", padding=220 << 20)
    assert bomb.stat().st_size < 1 << 20
    assert "se déplierait" in refusal(load, bomb)


def test_a_cell_far_away(tmp_path: Path, load: Load) -> None:
    rows = '<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
    sheet = (
        '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
        f"<sheetData>{rows}</sheetData></worksheet>"
    )
    assert "cellules isolées" in refusal(load, raw_workbook(tmp_path / "loin.xlsx", sheet))


def test_a_gzip_bomb(tmp_path: Path, load: Load) -> None:
    path = tmp_path / "bombe.json.gz"
    with gzip.open(path, "wb", compresslevel=1) as stream:
        for _ in range(200):
            stream.write(bytes(1 << 20))
    refusal(load, path)


@contextlib.contextmanager
def an_ordinary_user() -> Iterator[None]:
    """Root reads everything: for as long as the block lasts, it is nobody."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)


def test_a_file_one_may_not_read(write_text: Write, load: Load) -> None:
    path = write_text(BPE)
    path.chmod(0)
    with an_ordinary_user():
        assert "lecture refusée" in refusal(load, path)


def test_a_binary_named_csv(tmp_path: Path, load: Load) -> None:
    path = tmp_path / "image.csv"
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 40)
    assert "contenu non reconnu" in refusal(load, path)


def test_a_quoted_cell_that_never_ends(write_text: Write, load: Load) -> None:
    content = BPE + '11;77;77001;"x;2018;D201;1\n' + "11;77;77001;x;2018;D201;1\n" * 10
    assert "illisible" in refusal(load, write_text(content))


def test_a_byte_of_no_encoding(write_text: Write, load: Load) -> None:
    path = write_text(BPE)
    path.write_bytes(path.read_bytes() + b"11;77;77001;\x81\xe9;2018;D201;1\n")
    assert "encodage" in refusal(load, path)


@pytest.mark.parametrize(("encoding", "defects"), [("utf-8", 0), ("utf-8-sig", 0), ("cp1252", 1)])
def test_the_encodings_of_official_files_are_read(
    encoding: str, defects: int, write_text: Write, load: Load
) -> None:
    content = "departement;groupe;age;part\n77;Généralistes;60;0,5\n"
    reading = load(write_text(content, encoding=encoding))
    assert list(reading.tables[0].rows("departement", "group")) == [("77", "gp")]
    assert reading.defects.total == defects


def test_the_reports_of_a_million_defects_stay_small(write_text: Write, load: Load) -> None:
    reading = load(write_text(BPE + "11;77;77001;x;2018;A101;1\n" * 5000))
    assert reading.rows_set_aside == reading.defects.total == 5000
    assert len(reading.defects.kept) == 200


SAMPLES = [
    BPE + "11;77;77001;x;2018;D201;1\n",
    "departement;groupe;age;part\n77;Généralistes;60;0,5\n",
    "code,nom,frr_code\n77001,Aubépine,4\n",
    '[{"nom": "A", "code": "77001", "codeDepartement": "77", "centre": {"coordinates": [2.0, 48.0]}}]',
    '[{"code": "200000001", "nom": "CC", "modeFinancement": 1, "membres": [{"code": "77001", "nom": 1}]}]',
    '{"type": "FeatureCollection", "features": [{"properties": {"code": "77001", "commune": null}, '
    '"geometry": {"type": "Polygon", "coordinates": [[[2, 48], [2.1, 48], [2.1, 48.1], [2, 48]]]}}]}',
    '{"type": "FeatureCollection", "features": [{"properties": {"id_territoire": "fs-1", "liste_geo": '
    '"A (77001)", "date_signature": "2021-05-28"}}]}',
]
SPLICES = [
    "",
    '"',
    ";",
    ",",
    "\n",
    "\r",
    "null",
    "-1",
    "nan",
    "[]",
    "{}",
    "true",
    "9" * 40,
    "²",
    "\x85",
    "\x00",
]


@given(
    sample=st.sampled_from(SAMPLES),
    splices=st.lists(
        st.tuples(st.integers(0, 250), st.integers(0, 8), st.sampled_from(SPLICES)), min_size=1, max_size=3
    ),
)
def test_whatever_is_done_to_a_file_it_is_read_or_refused(
    sample: str, splices: list[tuple[int, int, str]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    content = sample
    for position, length, splice in splices:
        content = content[:position] + splice + content[position + length :]
    path = tmp_path_factory.getbasetemp() / "abime.dat"
    path.write_bytes(content.encode())
    probe = Probe(path)
    with contextlib.suppress(SourceError):
        read(probe, recognise(probe, READERS), Scope())


@given(changes=st.lists(st.tuples(st.integers(0, 6000), st.integers(0, 255)), min_size=1, max_size=6))
def test_whatever_bytes_of_a_workbook_change_it_is_read_or_refused(
    changes: list[tuple[int, int]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.getbasetemp() / "abime.xlsx"
    cells = '<row r="1"><c r="A1"><v>77001</v></c><c r="B1"><v>2</v></c></row>'
    raw_workbook(path, f"<worksheet><sheetData>{cells}</sheetData></worksheet>")
    content = bytearray(path.read_bytes())
    for position, byte in changes:
        content[position % len(content)] = byte
    path.write_bytes(content)
    probe = Probe(path)
    with contextlib.suppress(SourceError):
        read(probe, recognise(probe, READERS), Scope())


def test_a_json_in_another_encoding_says_so(write_text: Write, load: Load) -> None:
    content = '[{"code": "77001", "nom": "Éteil", "codeDepartement": "77", "population": 1, "centre": null}]'
    with pytest.raises(SourceError, match="n'est pas en UTF-8"):
        load(write_text(content, encoding="cp1252"))
