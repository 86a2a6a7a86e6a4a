"""The fonts of our documents, brought by `make setup`, and what they can write."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import maillage

FONTS = Path(maillage.__file__).parent / "site" / "static" / "vendor" / "fonts"
SUBSTITUTE = "□"


class MissingFonts(RuntimeError):
    """The fonts that `make setup` brings are not there."""


def font_folder() -> Path:
    """Where the fonts are. Raises MissingFonts when the program was installed without its front-end files."""
    if not any(FONTS.glob("*.ttf")):
        raise MissingFonts("Les polices des documents manquent : lancez « make setup ».")
    return FONTS


def writable(text: str) -> str:
    """The text with a box in place of each character that no style of the font can write.

    PDF/A and PDF/UA refuse a document that holds a character without its drawing.
    """
    known = _coverage(font_folder())
    return "".join(letter if letter in "\n" or ord(letter) in known else SUBSTITUTE for letter in text)


@cache
def _coverage(folder: Path) -> frozenset[int]:
    """The code points that every style of the font holds."""
    styles = [frozenset(_code_points(file.read_bytes())) for file in sorted(folder.glob("*.ttf"))]
    return frozenset.intersection(*styles)


def _code_points(font: bytes) -> Iterator[int]:
    """The code points of a TrueType font: its `cmap` table, subtables of format 4 (OpenType 1.9, § cmap)."""
    (tables,) = struct.unpack_from(">H", font, 4)
    records = [struct.unpack_from(">4sLLL", font, 12 + 16 * rank) for rank in range(tables)]
    start = next(offset for tag, _, offset, _ in records if tag == b"cmap")
    (count,) = struct.unpack_from(">H", font, start + 2)
    for rank in range(count):
        (offset,) = struct.unpack_from(">L", font, start + 4 + 8 * rank + 4)
        if struct.unpack_from(">H", font, start + offset)[0] == 4:
            yield from _segments(font, start + offset)


def _segments(font: bytes, subtable: int) -> Iterator[int]:
    """The code points of a subtable of format 4: segments from a first to a last code."""
    (doubled,) = struct.unpack_from(">H", font, subtable + 6)
    shape = f">{doubled // 2}H"
    lasts = struct.unpack_from(shape, font, subtable + 14)
    firsts = struct.unpack_from(shape, font, subtable + 16 + doubled)
    for first, last in zip(firsts, lasts, strict=True):
        yield from range(first, min(last, 0xFFFE) + 1)
