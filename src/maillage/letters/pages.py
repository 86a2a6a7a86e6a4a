"""What the pages of this room show, as plain values."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.utils.html import conditional_escape, format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.timezone import localtime

from maillage.acts.document import (
    Act,
    Block,
    Bullets,
    Figures,
    Heading,
    PageBreak,
    Picture,
    Signatures,
    Span,
    Table,
    dateline,
    french,
    spans,
)
from maillage.kit.exports import Row
from maillage.letters.kinds import kind_label
from maillage.letters.models import Letter

COLUMNS = ("Numéro", "Nature", "Objet", "Destinataire", "Envoi", "État", "Préparé le", "Envoyé le", "Suivi")


@dataclass(frozen=True, slots=True)
class Cell:
    text: SafeString
    numeric: bool


def shown(act: Act) -> dict[str, Any]:
    """An act for `letters/act.html`: the same words as its PDF, as HTML."""
    return {
        "title": french(act.title),
        "reference": french(act.reference),
        "authority": french(act.authority),
        "authority_lines": [french(line) for line in act.authority_lines],
        "recipient_lines": [french(line) for line in act.recipient_lines],
        "dateline": dateline(act) if act.recipient_lines else "",
        "blocks": [_block(block) for block in act.blocks if not isinstance(block, PageBreak | Picture)],
    }


def _block(block: Block) -> dict[str, Any]:
    kind = type(block).__name__.lower()
    match block:
        case Heading():
            return {"kind": kind, "level": block.level, "text": rich(block.text)}
        case Bullets():
            return {"kind": kind, "items": [rich(item) for item in block.items]}
        case Figures():
            return {"kind": kind, "pairs": [(rich(label), rich(value)) for label, value in block.pairs]}
        case Table():
            numeric = [side == "right" for side in block.aligns] or [False] * len(block.header)
            return {
                "kind": kind,
                "caption": rich(block.caption),
                "header": _cells(block.header, numeric),
                "rows": [_cells(row, numeric) for row in block.rows],
            }
        case Signatures():
            parties = [(rich(party.capacity), rich(party.name)) for party in block.parties]
            return {"kind": kind, "parties": parties}
        case PageBreak() | Picture():
            return {"kind": kind}
        case _:
            return {"kind": kind, "text": rich(block.text)}


def _cells(row: Iterable[str], numeric: Iterable[bool]) -> list[Cell]:
    return [Cell(rich(text), side) for text, side in zip(row, numeric, strict=True)]


def rich(text: str) -> SafeString:
    """The text of an act as HTML: its marks become tags, all else is escaped."""
    return format_html_join("", "{}", ((_tagged(span),) for span in spans(text)))


def _tagged(span: Span) -> SafeString:
    lines = format_html_join(
        mark_safe("<br>"), "{}", ((conditional_escape(line),) for line in span.text.split("\n"))
    )
    if span.strong:
        return format_html("<strong>{}</strong>", lines)
    return format_html("<em>{}</em>", lines) if span.emphasis else lines


def exported(letters: Iterable[Letter]) -> Iterator[Row]:
    """The rows of the list, for a spreadsheet."""
    for letter in letters:
        yield (
            letter.number,
            kind_label(letter.kind),
            letter.title,
            letter.recipient_name,
            letter.get_channel_display(),
            letter.get_state_display(),
            localtime(letter.drafted_at).date(),
            localtime(letter.sent_at).date() if letter.sent_at else None,
            letter.tracking or letter.mail_error,
        )
