from __future__ import annotations

import io
import zipfile
from typing import Any

import pytest
from docx import Document

from act_examples import AGREEMENT, LETTER
from maillage.acts.docx import to_docx
from maillage.acts.filling import Unusable, fill_docx


def opened(content: bytes) -> Any:
    return Document(io.BytesIO(content))


def member(content: bytes, name: str) -> str:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return archive.read(name).decode()


def template(*paragraphs: str) -> bytes:
    document, stream = Document(), io.BytesIO()
    for paragraph in paragraphs:
        document.add_paragraph(paragraph)
    document.save(stream)
    return stream.getvalue()


def text(content: bytes) -> str:
    return "\n".join(paragraph.text for paragraph in opened(content).paragraphs)


def test_headings_are_headings_and_the_language_is_french() -> None:
    content = to_docx(AGREEMENT)
    styles = {p.text: p.style.name for p in opened(content).paragraphs}
    assert styles["Article 1er – Objet"] == "Heading 1"
    assert styles["Durée"] == "Heading 2"
    assert styles[AGREEMENT.title] == "Title"
    assert 'w:val="fr-FR"' in member(content, "word/styles.xml")
    assert "en-US" not in member(content, "word/styles.xml")
    assert opened(content).core_properties.title == AGREEMENT.title


def test_the_header_row_of_a_table_is_announced() -> None:
    content = to_docx(AGREEMENT)
    assert member(content, "word/document.xml").count("<w:tblHeader/>") == 1
    table = opened(content).tables[0]
    assert [cell.text for cell in table.rows[0].cells] == ["Échéance", "Pièce attendue", "Montant"]
    assert len(table.rows) == 25


def test_the_logo_has_words() -> None:
    assert 'descr="Logo de Département fictif 00"' in member(to_docx(LETTER), "word/document.xml")


def test_a_letter_in_word_says_what_it_says_in_pdf() -> None:
    written = text(to_docx(LETTER))
    for part in ("12 rue des Œillets", "22 octobre 2026", "Il manque encore", "12 000", "L. 231-4"):
        assert part in written.replace("\u00a0", " ").replace("\u202f", " ")


VALUES = {
    "nom": "<b>Œ & Cie</b>",
    "lignes": [{"montant": "1 €"}, {"montant": "2 €"}],
    "mille": [*range(1000)],
}


def test_a_template_is_filled_with_text_as_it_is() -> None:
    filled = fill_docx(
        template("Bonjour {{ nom }}", "{% for l in lignes %}[{{ l.montant }}]{% endfor %}"), VALUES
    )
    assert text(filled) == "Bonjour <b>Œ & Cie</b>\n[1 €][2 €]"


@pytest.mark.parametrize(
    ("paragraph", "said"),
    [
        ("{{ inconnu }}", "« inconnu »"),
        ("{{ nom.absent }}", "« absent »"),
        ("{{ lignes[9] }}", "« 9 »"),
        ("{% for l in absent %}x{% endfor %}", "« absent »"),
        ("{{ nom.__class__ }}", "« __class__ » n'y est pas permis"),
        ("{{ nom * 1000000000 }}", "« Mul » n'y est pas permis"),
        ("{{ nom ~ nom }}", "« Concat » n'y est pas permis"),
        ("{{ range(10) }}", "« Call » n'y est pas permis"),
        ("{{ '%999999999d' % 1 }}", "« Mod » n'y est pas permis"),
        ("{{ nom|center(999999999) }}", "le filtre « center »"),
        ("{{ nom|inexistant }}", "le filtre « inexistant »"),
        ("{% macro m() %}{% endmacro %}", "« Macro » n'y est pas permis"),
        ("{% include 'x' %}", "« Include » n'y est pas permis"),
        ("{% set x = 1 %}", "« Assign » n'y est pas permis"),
        ("{% for l in lignes recursive %}{% endfor %}", "« For » n'y est pas permis"),
        ("{% for x in nom %}{% endfor %}", "ce qui n'est pas une liste"),
        ("{{ nom", "vers « {{ nom"),
        ("{% for x %}", "vers « {% for x %}"),
        ("{% if nom %}", "balise mal écrite"),
    ],
)
def test_a_template_that_cannot_be_filled_says_why(paragraph: str, said: str) -> None:
    with pytest.raises(Unusable) as refusal:
        fill_docx(template("Avant", paragraph, "Après"), VALUES)
    assert said in str(refusal.value)


def test_repetitions_are_bounded_in_all() -> None:
    loops = "{% for a in mille %}{% for b in mille %}{% for c in mille %}x" + "{% endfor %}" * 3
    with pytest.raises(Unusable, match="20000 répétitions"):
        fill_docx(template(loops), VALUES)


def bomb() -> bytes:
    stream = io.BytesIO(template("x"))
    with zipfile.ZipFile(stream, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/media/image1.bin", b"\0" * (60 * 1024 * 1024))
    return stream.getvalue()


def with_macros() -> bytes:
    stream = io.BytesIO(template("x"))
    with zipfile.ZipFile(stream, "a") as archive:
        archive.writestr("word/vbaProject.bin", b"x")
    return stream.getvalue()


def archive_of(name: str, content: bytes) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr(name, content)
    return stream.getvalue()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"%PDF-1.7", "n'est pas un document Word"),
        (b"", "n'est pas un document Word"),
        (archive_of("autre.txt", b"x"), "n'est pas un document Word"),
        (archive_of("word/document.xml", b"<pas du xml"), "n'est pas un document Word"),
        (b"PK" + b"\0" * (11 * 1024 * 1024), "dépasse 10 Mo"),
        (bomb(), "démesuré"),
        (with_macros(), "macros"),
    ],
    ids=["pdf", "empty", "other archive", "broken", "heavy", "bomb", "macros"],
)
def test_what_is_not_a_plain_word_document_is_refused(content: bytes, said: str) -> None:
    with pytest.raises(Unusable, match=said):
        fill_docx(content, {})
