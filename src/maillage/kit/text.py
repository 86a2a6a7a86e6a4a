"""French text: search keys without accents or case, numbers as they are written in France."""

from __future__ import annotations

import re
import unicodedata

from maillage.drawing.numbers import NARROW_SPACE, format_number

UNKNOWN = "n. d."


def search_key(label: str) -> str:
    """A label made comparable: "Œuilly-sur-Évre" → "oeuilly sur evre".

    Stored beside names, since neither SQLite nor PostgreSQL in C.UTF-8 folds French accents.
    """
    folded = label.replace("œ", "oe").replace("Œ", "oe").replace("æ", "ae").replace("Æ", "ae")
    stripped = "".join(c for c in unicodedata.normalize("NFKD", folded) if not unicodedata.combining(c))
    return re.sub(r"[^a-z0-9]+", " ", stripped.lower()).strip()


def number(value: float | None, decimals: int = 0) -> str:
    """A number in French: decimal comma, narrow no-break spaces between thousands; "n. d." when unknown."""
    return format_number(value, decimals, missing=UNKNOWN)


def percent(share: float | None, decimals: int = 1) -> str:
    """A share between 0 and 1 as a French percentage."""
    return UNKNOWN if share is None else f"{number(100 * share, decimals)}{NARROW_SPACE}%"
