"""What a letter or an agreement is made of, whatever it is written as: PDF, DOCX or a page.

Text is plain. Two marks are understood in it: `**strong**` and `__emphasis__`; a new line stays a new line.
"""

from __future__ import annotations

import base64
import re
import unicodedata
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any, Literal

NO_BREAK_SPACE = "\N{NO-BREAK SPACE}"
NARROW_SPACE = "\N{NARROW NO-BREAK SPACE}"

Align = Literal["left", "center", "right"]


def _not_blank(text: str, what: str) -> None:
    """A title that says nothing leads nowhere: PDF/UA forbids it."""
    if not french(text).strip():
        raise ValueError(f"the {what} of an act is blank")


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading of the body: level 1 is an article or a part, level 2 what it is divided into."""

    text: str
    level: Literal[1, 2] = 1

    def __post_init__(self) -> None:
        _not_blank(self.text, "heading")


@dataclass(frozen=True, slots=True)
class Paragraph:
    text: str


@dataclass(frozen=True, slots=True)
class Bullets:
    items: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Figures:
    """What the act says in figures: (label, value) pairs, such as ("Montant total", "12 000 €")."""

    pairs: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Table:
    """A table with its caption; `aligns` holds one entry per column, or none for all to the left."""

    caption: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    aligns: tuple[Align, ...] = ()

    def __post_init__(self) -> None:
        width = len(self.header)
        if not width or any(len(row) != width for row in self.rows) or len(self.aligns) not in (0, width):
            raise ValueError(f"a table of {width} columns needs as many cells in each row and alignment")


@dataclass(frozen=True, slots=True)
class Legal:
    """Small print at the end: appeal routes and deadlines, data protection."""

    text: str


@dataclass(frozen=True, slots=True)
class Party:
    """Who signs: in what capacity ("Pour le Département"), and the name with its title."""

    capacity: str
    name: str


@dataclass(frozen=True, slots=True)
class Signatures:
    """A box per party; never cut by the end of a page."""

    parties: tuple[Party, ...]


@dataclass(frozen=True, slots=True)
class Picture:
    """A drawing (SVG text) with what it shows said in words, for those who do not see it."""

    svg: str
    alt: str

    def __post_init__(self) -> None:
        _not_blank(self.alt, "alternative of a picture")


@dataclass(frozen=True, slots=True)
class PageBreak:
    pass


Block = Heading | Paragraph | Bullets | Figures | Table | Legal | Signatures | Picture | PageBreak

KINDS: dict[str, type[Any]] = {
    kind.__name__.lower(): kind
    for kind in (Heading, Paragraph, Bullets, Figures, Table, Legal, Signatures, Picture, PageBreak)
}


@dataclass(frozen=True, slots=True)
class Act:
    """A document of an authority. With `recipient_lines` it is a letter, laid out for a windowed envelope."""

    title: str
    reference: str
    authority: str
    dated: date
    authority_lines: tuple[str, ...] = ()
    logo: bytes | None = None
    colour: str = "#0d5c6b"
    place: str = ""
    recipient_lines: tuple[str, ...] = ()
    blocks: tuple[Block, ...] = ()

    def __post_init__(self) -> None:
        _not_blank(self.title, "title")


def to_json(act: Act) -> dict[str, Any]:
    """The act as JSON can hold it; `from_json` gives the same act back."""
    document = {name: getattr(act, name) for name in ("title", "reference", "authority", "colour", "place")}
    return document | {
        "dated": act.dated.isoformat(),
        "authority_lines": list(act.authority_lines),
        "recipient_lines": list(act.recipient_lines),
        "logo": base64.b64encode(act.logo).decode() if act.logo else None,
        "blocks": [{"kind": type(block).__name__.lower(), **_listed(asdict(block))} for block in act.blocks],
    }


def from_json(document: dict[str, Any]) -> Act:
    """The act that `to_json` wrote. Raises KeyError, TypeError or ValueError when it is not one."""
    fields = {name: document[name] for name in ("title", "reference", "authority", "colour", "place")}
    return Act(
        **fields,
        dated=date.fromisoformat(document["dated"]),
        authority_lines=tuple(document["authority_lines"]),
        recipient_lines=tuple(document["recipient_lines"]),
        logo=base64.b64decode(document["logo"]) if document["logo"] else None,
        blocks=tuple(_block(block) for block in document["blocks"]),
    )


def _block(document: dict[str, Any]) -> Block:
    fields = {name: _frozen(value) for name, value in document.items() if name != "kind"}
    if document["kind"] == "signatures":
        fields["parties"] = tuple(Party(**party) for party in fields["parties"])
    block: Block = KINDS[document["kind"]](**fields)
    return block


def _frozen(value: Any) -> Any:
    return tuple(map(_frozen, value)) if isinstance(value, list) else value


def _listed(value: Any) -> Any:
    """Tuples as lists, so that what is written compares equal to what is read back from a database."""
    if isinstance(value, dict):
        return {name: _listed(inside) for name, inside in value.items()}
    return [_listed(inside) for inside in value] if isinstance(value, list | tuple) else value


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of text in one style."""

    text: str
    strong: bool = False
    emphasis: bool = False


_MARKED = re.compile(r"\*\*(?P<strong>.+?)\*\*|__(?P<emphasis>.+?)__", re.DOTALL)


def spans(text: str) -> list[Span]:
    """A text cut at its marks; a mark that is not closed is text like any other."""
    found, position = [], 0
    typeset = french(text)
    for match in _MARKED.finditer(typeset):
        if match.start() > position:
            found.append(Span(typeset[position : match.start()]))
        if match["strong"] is not None:
            found.append(Span(match["strong"], strong=True))
        else:
            found.append(Span(match["emphasis"], emphasis=True))
        position = match.end()
    if position < len(typeset):
        found.append(Span(typeset[position:]))
    return found


_THIN_BEFORE = re.compile(r" (?=[;!?%])")
_WIDE_BEFORE = re.compile(r" (?=[:»€])|(?<=«) ")
_NUMBER_WORDS = re.compile(r"\b(n°|art\.|M\.|Mme|Dr|R\.|L\.) (?=\w)")

# Controls, invisible formatting (bidirectional overrides among it), and what Unicode gives to nobody.
_UNWRITTEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})


def french(text: str) -> str:
    """The spaces of French typography made unbreakable; characters no document may hold are dropped."""
    composed = unicodedata.normalize("NFC", "\n".join(text.splitlines()))
    text = "".join(c for c in composed if c == "\n" or unicodedata.category(c) not in _UNWRITTEN)
    text = _THIN_BEFORE.sub(NARROW_SPACE, text)
    text = _WIDE_BEFORE.sub(NO_BREAK_SPACE, text)
    return _NUMBER_WORDS.sub(rf"\1{NO_BREAK_SPACE}", text)


MONTHS = (
    *("janvier", "février", "mars", "avril", "mai", "juin"),
    *("juillet", "août", "septembre", "octobre", "novembre", "décembre"),
)


def long_date(day: date) -> str:
    """A date as a letter writes it: « 1er mars 2027 », « 22 novembre 2026 »."""
    number = "1er" if day.day == 1 else str(day.day)
    return f"{number}{NO_BREAK_SPACE}{MONTHS[day.month - 1]}{NO_BREAK_SPACE}{day.year}"


def dateline(act: Act) -> str:
    """« À Sylvanne, le 22 novembre 2026 », or « Le 22 novembre 2026 »."""
    return f"À {act.place}, le {long_date(act.dated)}" if act.place else f"Le {long_date(act.dated)}"
