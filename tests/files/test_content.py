from __future__ import annotations

import struct
import zlib
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maillage.files.content import KINDS, recognise
from maillage.files.names import cleaned
from maillage.kit.console import Refused
from specimens import archive, docx, image, ods, pdf, stream, xlsx

SOUND = {
    "pdf": pdf(),
    "jpeg": image("JPEG"),
    "png": image(),
    "docx": docx(),
    "xlsx": xlsx(),
    "ods": ods(),
    "csv": "nom;montant\nCœur;12,5\n".encode(),
}


@pytest.mark.parametrize("slug", SOUND)
def test_a_sound_file_is_known_by_its_content_and_passes(slug: str) -> None:
    kind = recognise(SOUND[slug])
    assert kind is KINDS[slug]
    kind.check(SOUND[slug])


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"MZ\x90;,",
        b"#!/bin/sh;",
        b"\x7fELF;",
        b"<html>;",
        b"texte sans colonne",
        b"a;b\0c",
        archive(("a", b"b")),
    ],
)
def test_what_is_none_of_our_kinds_is_not_recognised(content: bytes) -> None:
    assert recognise(content) is None


def giant_png() -> bytes:
    """A PNG of some bytes that claims 100,000 pixels a side."""
    header = struct.pack(">LLBBBBB", 100_000, 100_000, 8, 2, 0, 0, 0)
    chunk = b"IHDR" + header
    return image()[:8] + struct.pack(">L", 13) + chunk + struct.pack(">L", zlib.crc32(chunk)) + image()[33:]


JS = b"<< /S /JavaScript /JS (app.alert) >>"
XML = b'<?xml version="1.0"?><facture/>'


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (pdf()[:-8], "incomplet"),
        (pdf(JS), "une action"),
        (pdf(b"<< /S /J#61vaScr#69pt >>"), "une action"),
        (pdf(b"<< /S /Launch /F (x) >>"), "une action"),
        (pdf(stream(b"/Type /ObjStm /N 1 /Filter /FlateDecode", JS)), "une action"),
        (pdf(stream(b"/Type /Obj#53tm /Filter /FlateDecode", JS)), "une action"),
        (pdf(stream(b"/Type /ObjStm", JS, deflated=False)), "une action"),
        (pdf(stream(b"/Type /ObjStm /Filter [/ASCIIHexDecode /FlateDecode]", b"x")), "inhabituelle"),
        (pdf(stream(b"/Type /ObjStm /Filter /FlateDecode", b" " * (9 * 1024 * 1024))), "démesuré"),
        (pdf(stream(b"/Type /EmbeddedFile", b"MZ executable")), "fichier joint"),
        (pdf(stream(b"/Type /EmbeddedFile", b"PK archive", deflated=False)), "fichier joint"),
        (pdf(stream(b"/Type /EmbeddedFile", b"<html><script>", deflated=False)), "fichier joint"),
        (pdf(b"<< >>") + b"trailer << /Encrypt 5 0 R >>\n%%EOF", "mot de passe"),
        (image()[:60], "abîmée"),
        (giant_png(), "pixels|abîmée"),
        (docx(("word/vbaProject.bin", b"x")), "macros"),
        (xlsx(("xl/activeX/activeX1.bin", b"x")), "macros"),
        (ods(("Basic/Standard/Module1.xml", b"x")), "macros"),
        (docx(("word/media/a.bin", b"\0" * (40 * 1024 * 1024))), "démesuré"),
        (docx(*((f"word/{rank}", b"") for rank in range(5001))), "démesuré"),
        (docx().replace(b"word/document.xml", b"word/document.xmx", 1), "abîmé"),
    ],
)
def test_what_is_dangerous_or_broken_is_refused_with_a_remedy(content: bytes, said: str) -> None:
    kind = recognise(content)
    assert kind is not None
    with pytest.raises(Refused, match=said):
        kind.check(content)


def test_a_pdf_invoice_may_carry_its_data() -> None:
    KINDS["pdf"].check(pdf(stream(b"/Type /EmbeddedFile", XML)))


def test_a_stream_cut_by_the_word_that_ends_streams_is_read_on() -> None:
    deflater = zlib.compressobj(level=0)
    data = deflater.compress(b" endstream " + JS) + deflater.flush()
    hidden = b"<< /Type /ObjStm /Filter /FlateDecode >>\nstream\n%s\nendstream" % data.replace(
        b"JavaS", b"JavaS"
    )
    with pytest.raises(Refused, match="une action"):
        KINDS["pdf"].check(pdf(hidden))


@given(st.binary(max_size=300), st.sampled_from(sorted(SOUND)))
def test_no_content_makes_the_checks_fail_otherwise_than_by_a_refusal(noise: bytes, slug: str) -> None:
    """A sound file whose middle is replaced by anything: recognised or not, accepted or refused."""
    sound = SOUND[slug]
    content = sound[: len(sound) // 2] + noise + sound[len(sound) // 2 + len(noise) :]
    kind = recognise(content)
    if kind is not None:
        with suppress(Refused):
            kind.check(content)


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("Relevé d'identité.pdf", "Relevé d'identité.pdf"),
        ("C:\\Users\\moi\\scan.PDF", "scan.pdf"),
        ("../../etc/passwd", "passwd.pdf"),
        ("photo.jpg", "photo.pdf"),
        ("M. Dupont 12.03.pdf", "M. Dupont 12.03.pdf"),
        ("a\u202efdp.png", "afdp.pdf"),
        ("", "document.pdf"),
        ("...", "document.pdf"),
        ('a<b>:"c".pdf', "a b c.pdf"),
        ("x" * 300 + ".pdf", "x" * 120 + ".pdf"),
    ],
)
def test_a_name_is_cleaned_and_ends_as_what_the_file_is(sent: str, kept: str) -> None:
    assert cleaned(sent, KINDS["pdf"]) == kept


@pytest.mark.parametrize("sent", ["facture.pdf.exe", "photo.php.jpg", "a.SVG", "b.js .pdf"])
def test_the_name_of_a_program_is_refused(sent: str) -> None:
    with pytest.raises(Refused, match="renommez-le"):
        cleaned(sent, KINDS["pdf"])
