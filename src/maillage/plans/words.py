"""French words of the plan: counts and lists."""

from __future__ import annotations

from collections.abc import Iterable

from maillage.kit.text import number

NO_BREAK_SPACE = "\N{NO-BREAK SPACE}"


def counted(count: int, noun: str, plural: str = "") -> str:
    """A count with its noun: « 1 mesure », « 12 mesures »; zero is singular in French."""
    return f"{number(count)}{NO_BREAK_SPACE}{noun if count < 2 else plural or f'{noun}s'}"


def listed(items: Iterable[str]) -> str:
    """« a », « a et b », « a, b et c »."""
    *first, last = [*items] or [""]
    return f"{', '.join(first)} et {last}" if first else last
