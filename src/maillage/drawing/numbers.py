"""Numbers as they are written in France."""

from __future__ import annotations

from math import isfinite
from typing import Final, TypeGuard

MISSING: Final = "donnée absente"

NARROW_SPACE: Final = "\N{NARROW NO-BREAK SPACE}"
MINUS: Final = "\N{MINUS SIGN}"


def is_known(value: float | None) -> TypeGuard[float]:
    """False for None, NaN and infinities: nothing that can be drawn or written."""
    return value is not None and isfinite(value)


def format_number(value: float | None, decimals: int = 0, *, missing: str = MISSING) -> str:
    """French text of a number: decimal comma, narrow no-break space by thousands, true minus sign."""
    if not is_known(value):
        return missing
    rounded = round(value, decimals) + 0.0
    text = f"{abs(rounded):,.{decimals}f}".replace(",", NARROW_SPACE).replace(".", ",")
    return f"{MINUS}{text}" if rounded < 0 else text
