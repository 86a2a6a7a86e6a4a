"""Contrast of colours (WCAG 2.1, success criterion 1.4.3)."""

from __future__ import annotations

import re

READABLE = 4.5
HEX = re.compile(r"#[0-9a-f]{6}")


def _channels(colour: str) -> list[int]:
    return [int(colour[i : i + 2], 16) for i in (1, 3, 5)]


def luminance(colour: str) -> float:
    """Relative luminance of `#rrggbb`, from 0 (black) to 1 (white) (WCAG 2.1, definition)."""
    linear = [
        value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4
        for value in (channel / 255 for channel in _channels(colour))
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(colour: str, other: str = "#ffffff") -> float:
    """Contrast ratio of two colours: (lighter + 0.05) / (darker + 0.05), from 1 to 21."""
    darker, lighter = sorted((luminance(colour), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def mixed(colour: str, other: str, share: float) -> str:
    """`colour` with a share (0 to 1) of another."""
    pairs = zip(_channels(colour), _channels(other), strict=True)
    return "#" + "".join(f"{round(a + (b - a) * share):02x}" for a, b in pairs)


def darkened(colour: str, ratio: float = READABLE) -> str:
    """The same colour with just enough black for the ratio on white."""
    return next(c for c in (mixed(colour, "#000000", p / 100) for p in range(101)) if contrast(c) >= ratio)
