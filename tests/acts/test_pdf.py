from __future__ import annotations

import re
import shutil
import subprocess
import zlib
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from act_examples import AGREEMENT, LETTER
from maillage.acts import fonts
from maillage.acts.document import (
    Act,
    Bullets,
    Figures,
    Heading,
    Legal,
    Paragraph,
    Party,
    Signatures,
    Table,
)
from maillage.acts.fonts import MissingFonts
from maillage.acts.pdf import to_pdf


def inflated(document: bytes) -> bytes:
    """Every stream of a PDF in clear, after the rest of the file."""
    found = [document]
    for match in re.finditer(rb"stream\r?\n", document):
        try:
            found.append(zlib.decompressobj().decompress(document[match.end() :]))
        except zlib.error:
            continue
    return b"\n".join(found)


def words(document: bytes, tmp_path: Path) -> str:
    """The text of a PDF as poppler reads it."""
    tool = shutil.which("pdftotext")
    if tool is None:
        pytest.skip("pdftotext is not installed on this machine (apt-get install poppler-utils)")
    (tmp_path / "act.pdf").write_bytes(document)
    run = subprocess.run(
        [tool, "-layout", tmp_path / "act.pdf", "-"], capture_output=True, check=True, text=True
    )
    return run.stdout


@pytest.mark.parametrize("act", [LETTER, AGREEMENT])
def test_a_pdf_says_that_it_is_accessible_durable_and_french(act: Act) -> None:
    clear = inflated(to_pdf(act))
    assert b"<pdfaid:part>2</pdfaid:part>" in clear
    assert b"<pdfaid:conformance>A</pdfaid:conformance>" in clear
    assert b"<pdfuaid:part>1</pdfuaid:part>" in clear
    assert re.search(rb"/Lang ?\(fr", clear)
    assert re.search(rb"/Marked true", clear)


def test_a_table_has_header_cells_and_headings_are_headings() -> None:
    clear = inflated(to_pdf(AGREEMENT))
    for tag in (rb"/H1", rb"/H2", rb"/Table", rb"/THead", rb"/TH", rb"/TD", rb"/Caption"):
        assert re.search(rb"/S ?" + tag + rb"\b", clear), tag


def test_the_same_act_gives_the_same_bytes() -> None:
    assert to_pdf(LETTER) == to_pdf(replace(LETTER))


def test_a_letter_and_an_agreement_read_in_full(tmp_path: Path) -> None:
    letter = words(to_pdf(LETTER), tmp_path)
    for part in (
        "Cœur-d’Été",
        "Référence",
        "2026-00042",
        "12 000",
        "Il manque encore",
        "L’Haÿ",
        "Page 1 sur 1",
    ):
        assert part in letter
    agreement = words(to_pdf(AGREEMENT), tmp_path)
    assert "24 janvier 2027" in agreement
    assert agreement.count("Pièce attendue") == 2
    assert agreement.count("Date et signature") == 3


def test_signature_boxes_stay_whole(tmp_path: Path) -> None:
    """Whatever comes before them, all boxes of a block stand on one page."""
    boxes = Signatures((Party("Pour l’une", "Alpha"), Party("Pour l’autre", "Bêta")))
    for lines in range(30, 60, 6):
        blocks = (*(Paragraph(f"Ligne {rank}") for rank in range(lines)), boxes)
        pages = words(to_pdf(replace(AGREEMENT, blocks=blocks)), tmp_path).split("\f")
        assert sorted(page.count("Date et signature") for page in pages)[-2:] == [0, 2]


HOSTILE = '#read("/etc/passwd") $x$ @ref <label> *a* _b_ `c` \\ " #sys.inputs = == - + / // /* [[ ]] #{'


def test_what_people_write_is_never_typst_code(tmp_path: Path) -> None:
    blocks = (
        Heading(HOSTILE),
        Paragraph(HOSTILE),
        Bullets((HOSTILE,)),
        Figures(((HOSTILE, HOSTILE),)),
        Table(HOSTILE, (HOSTILE,), ((HOSTILE,),)),
        Legal(HOSTILE),
        Signatures((Party(HOSTILE, HOSTILE),)),
    )
    act = replace(
        LETTER,
        title=HOSTILE,
        reference=HOSTILE,
        recipient_lines=(HOSTILE,),
        authority_lines=(HOSTILE,),
        place=HOSTILE,
        blocks=blocks,
    )
    text = words(to_pdf(act), tmp_path)
    assert "#read" in text
    assert "root:" not in text


@settings(max_examples=25)
@given(st.text(max_size=60))
def test_any_text_makes_a_pdf(text: str) -> None:
    act = replace(
        LETTER,
        logo=None,
        title=f"T{text}",
        recipient_lines=(text,),
        blocks=(Paragraph(text), Heading(f"H{text}"), Paragraph(f"**{text}** __{text}__")),
    )
    assert to_pdf(act).startswith(b"%PDF-")


def test_what_the_font_cannot_write_becomes_a_box(tmp_path: Path) -> None:
    text = words(
        to_pdf(replace(LETTER, blocks=(Paragraph("Łukasz Ñandú Ωμέγα 日 😀 \ue000 fin"),))), tmp_path
    )
    assert "Łukasz Ñandú Ωμέγα □ □" in text


def test_an_act_without_anything_optional_makes_a_pdf() -> None:
    bare = Act(title="Titre", reference="", authority="Commune fictive", dated=LETTER.dated)
    assert to_pdf(bare).startswith(b"%PDF-")


def test_missing_fonts_are_said_with_their_remedy(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(fonts, "FONTS", tmp_path)
    with pytest.raises(MissingFonts, match="make setup"):
        to_pdf(LETTER)
