"""An act as an accessible, durable PDF (PDF/UA-1 and PDF/A-2a), laid out by Typst."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import UTC, datetime, time
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import typst

from maillage.acts.document import (
    Act,
    Block,
    Bullets,
    Figures,
    Heading,
    PageBreak,
    Picture,
    Signatures,
    Table,
    dateline,
    french,
    spans,
)
from maillage.acts.fonts import font_folder, writable


def to_pdf(act: Act) -> bytes:
    """The act as a tagged PDF in French; the same act gives the same bytes, on any day and machine.

    What people wrote reaches Typst as data (JSON), never as its code.
    Raises MissingFonts when the program was installed without its front-end files.
    """
    pdf: bytes = typst.compile(
        (files("maillage.acts") / "act.typ").read_bytes(),
        sys_inputs={"act": json.dumps(_data(act))},
        format="pdf",
        font_paths=_fonts(font_folder()),
        pdf_standards=["ua-1", "a-2a"],
        timestamp=int(datetime.combine(act.dated, time(), UTC).timestamp()),
    )
    return pdf


@cache
def _fonts(folder: Path) -> typst.Fonts:
    """Our fonts alone: the same pages on every machine. Read once."""
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[folder])


def _data(act: Act) -> dict[str, Any]:
    """What the template reads, every text of the body already cut into spans."""
    return {
        "title": _line(act.title),
        "reference": _line(act.reference),
        "authority": _line(act.authority),
        "authority_lines": [_line(line) for line in act.authority_lines],
        "recipient_lines": [_line(line) for line in act.recipient_lines],
        "colour": act.colour,
        # JSON holds no bytes: the picture goes as a list of its bytes.
        "logo": list(act.logo) if act.logo else None,
        "logo_alt": _line(f"Logo de {act.authority}"),
        "day": {"year": act.dated.year, "month": act.dated.month, "day": act.dated.day},
        "dateline": _line(dateline(act)),
        "blocks": [{"kind": type(block).__name__.lower(), **_block(block)} for block in act.blocks],
    }


def _block(block: Block) -> dict[str, Any]:
    match block:
        case Heading():
            return {"level": block.level, "text": _spans(block.text)}
        case Bullets():
            return {"items": [_spans(item) for item in block.items]}
        case Figures():
            return {"pairs": [[_spans(label), _spans(value)] for label, value in block.pairs]}
        case Table():
            return {
                "caption": _spans(block.caption),
                "header": [_spans(cell) for cell in block.header],
                "cells": [_spans(cell) for row in block.rows for cell in row],
                "aligns": list(block.aligns) or ["left"] * len(block.header),
            }
        case Signatures():
            parties = block.parties
            return {"parties": [{"capacity": _spans(p.capacity), "name": _spans(p.name)} for p in parties]}
        case Picture():
            return {"svg": block.svg, "alt": _line(block.alt)}
        case PageBreak():
            return {}
        case _:
            return {"text": _spans(block.text)}


def _spans(text: str) -> list[dict[str, Any]]:
    return [asdict(span) for span in spans(writable(text))]


def _line(text: str) -> str:
    return writable(french(text))
