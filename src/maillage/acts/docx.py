"""An act as a Word document that a screen reader can walk: real headings, header rows, French throughout."""

from __future__ import annotations

import io
from datetime import datetime, time
from typing import Any

import vl_convert
from docx import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_BREAK
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Mm, Pt, RGBColor

from maillage.acts.document import (
    Act,
    Block,
    Bullets,
    Figures,
    Heading,
    Legal,
    PageBreak,
    Paragraph,
    Picture,
    Signatures,
    Table,
    dateline,
    french,
    spans,
)

QUIET = RGBColor(0x55, 0x62, 0x6A)
ALIGNMENTS: dict[str, WD_ALIGN_PARAGRAPH] = {
    "left": WD_ALIGN_PARAGRAPH.LEFT,
    "center": WD_ALIGN_PARAGRAPH.CENTER,
    "right": WD_ALIGN_PARAGRAPH.RIGHT,
}


def to_docx(act: Act) -> bytes:
    """The act as a DOCX that may be corrected by hand before it is signed; the PDF is the one that counts."""
    document = Document()
    _set_up(document, act)
    _head(document, act)
    for block in act.blocks:
        _write(document, block)
    stream = io.BytesIO()
    document.save(stream)
    return stream.getvalue()


def _set_up(document: Any, act: Act) -> None:
    """Language, properties, margins and styles."""
    properties = document.core_properties
    properties.title, properties.author = french(act.title), french(act.authority)
    properties.language, properties.comments = "fr-FR", ""
    properties.created = properties.modified = datetime.combine(act.dated, time())
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.left_margin, section.right_margin = Mm(25), Mm(22)
    section.top_margin, section.bottom_margin = Mm(22), Mm(24)
    _page_number(section.footer.paragraphs[0])
    accent = RGBColor.from_string(act.colour.removeprefix("#"))
    for name, size, colour in (
        ("Normal", 10.5, None),
        ("Title", 17, None),
        ("Heading 1", 12, accent),
        ("Heading 2", 10.5, None),
    ):
        style = document.styles[name]
        _one_font(style)
        style.font.size = Pt(size)
        style.font.color.rgb = colour or RGBColor(0, 0, 0)
    document.styles["Normal"].paragraph_format.space_after = Pt(7)
    _without_rule(document.styles["Title"])
    _speak_french(document)


def _one_font(style: Any) -> None:
    """A font that every office suite has, in place of those of the theme."""
    style.font.name = "Calibri"
    fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
    for name in [name for name in fonts.attrib if "Theme" in name]:
        del fonts.attrib[name]
    for script in ("w:ascii", "w:hAnsi", "w:cs", "w:eastAsia"):
        fonts.set(qn(script), "Calibri")


def _without_rule(style: Any) -> None:
    properties = style.element.get_or_add_pPr()
    for border in properties.findall(qn("w:pBdr")):
        properties.remove(border)


def _speak_french(document: Any) -> None:
    for language in document.styles.element.iter(qn("w:lang")):
        for script in ("w:val", "w:eastAsia", "w:bidi"):
            language.set(qn(script), "fr-FR")


def _page_number(paragraph: Any) -> None:
    paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    paragraph.add_run("Page ")
    for kind, text in (("begin", None), (None, "PAGE"), ("end", None)):
        run = paragraph.add_run()
        if kind:
            mark = OxmlElement("w:fldChar")
            mark.set(qn("w:fldCharType"), kind)
        else:
            mark = OxmlElement("w:instrText")
            mark.text = text
        run._r.append(mark)


def _head(document: Any, act: Act) -> None:
    """Who writes, to whom, about what."""
    if act.logo:
        picture = document.add_picture(io.BytesIO(act.logo), height=Mm(15))
        picture._inline.docPr.set("descr", f"Logo de {act.authority}")
    document.add_paragraph().add_run(french(act.authority)).bold = True
    if act.authority_lines:
        run = document.add_paragraph().add_run(french("\n".join(act.authority_lines)))
        run.font.color.rgb = QUIET
    if act.recipient_lines:
        recipient = document.add_paragraph(french("\n".join(act.recipient_lines)))
        recipient.paragraph_format.left_indent = Mm(83)
        document.add_paragraph(dateline(act)).alignment = WD_ALIGN_PARAGRAPH.RIGHT
    if act.reference:
        document.add_paragraph(french(f"Référence : {act.reference}"))
    document.add_paragraph(french(act.title), style="Title")


def _write(document: Any, block: Block) -> None:
    match block:
        case Heading():
            _fill(document.add_heading(level=block.level), block.text)
        case Paragraph():
            _fill(document.add_paragraph(), block.text)
        case Bullets():
            for item in block.items:
                _fill(document.add_paragraph(style="List Bullet"), item)
        case Figures():
            for label, value in block.pairs:
                _fill(document.add_paragraph(), f"{label} : **{value}**")
        case Table():
            _table(document, block)
        case Legal():
            _small(document.add_paragraph(), block.text)
        case Signatures():
            _signatures(document, block)
        case Picture():
            _picture(document, block)
        case PageBreak():
            document.add_paragraph().add_run().add_break(WD_BREAK.PAGE)


def _picture(document: Any, block: Picture) -> None:
    """Word reads no SVG by itself: the drawing goes in as an image, its words as the alternative."""
    image = vl_convert.svg_to_png(block.svg, scale=2)
    run = document.add_paragraph().add_run()
    run.add_picture(io.BytesIO(image), width=Cm(16))
    run.element.xpath(".//wp:docPr")[0].set("descr", block.alt)


def _fill(paragraph: Any, text: str) -> None:
    for span in spans(text):
        run = paragraph.add_run(span.text)
        run.bold, run.italic = span.strong or None, span.emphasis or None


def _small(paragraph: Any, text: str) -> None:
    _fill(paragraph, text)
    for run in paragraph.runs:
        run.font.size, run.font.color.rgb = Pt(8.5), QUIET


def _table(document: Any, block: Table) -> None:
    """The caption, then the table; its header is repeated on every page and announced by screen readers."""
    caption = document.add_paragraph(style="Caption")
    _fill(caption, block.caption)
    caption.paragraph_format.keep_with_next = True
    table = document.add_table(rows=0, cols=len(block.header), style="Table Grid")
    aligns = block.aligns or ("left",) * len(block.header)
    for rank, row in enumerate((block.header, *block.rows)):
        added = table.add_row()
        for cell, text, side in zip(added.cells, row, aligns, strict=True):
            paragraph = cell.paragraphs[0]
            paragraph.alignment, paragraph.paragraph_format.space_after = ALIGNMENTS[side], Pt(2)
            _fill(paragraph, f"**{text}**" if rank == 0 else text)
        _mark(added, "w:cantSplit")
        if rank == 0:
            _mark(added, "w:tblHeader")
    document.add_paragraph()


def _mark(row: Any, name: str) -> None:
    row._tr.get_or_add_trPr().append(OxmlElement(name))


def _signatures(document: Any, block: Signatures) -> None:
    """Two boxes a row, which stay whole; laid out as a table, read party by party."""
    table = document.add_table(rows=0, cols=2, style="Table Grid")
    for start in range(0, len(block.parties), 2):
        row = table.add_row()
        row.height = Mm(42)
        _mark(row, "w:cantSplit")
        for cell, party in zip(row.cells, block.parties[start : start + 2], strict=False):
            _fill(cell.paragraphs[0], f"**{party.capacity}**\n{party.name}")
            _small(cell.add_paragraph(), "Date et signature :")
