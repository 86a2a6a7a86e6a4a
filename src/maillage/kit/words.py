"""French words of the screens: counts and quotations."""

from __future__ import annotations

from maillage.kit.text import number

NO_BREAK_SPACE = "\N{NO-BREAK SPACE}"


def counted(count: int, noun: str, plural: str = "") -> str:
    """A count with its noun: « 1 mesure », « 12 mesures »; zero is singular in French."""
    return f"{number(count)}{NO_BREAK_SPACE}{noun if count < 2 else plural or f'{noun}s'}"


def quoted(title: str) -> str:
    """A title between French quotation marks; those it holds become English ones."""
    inner = title.replace("« ", "“").replace(" »", "”").replace("«", "“").replace("»", "”")
    return f"«{NO_BREAK_SPACE}{inner}{NO_BREAK_SPACE}»"
