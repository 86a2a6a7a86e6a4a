"""Cells of official files made into values: leading zeros, decimal commas, dates, codes."""

from __future__ import annotations

import math
import re
from datetime import date, datetime
from functools import lru_cache
from typing import Any

MISSING = {"", "na", "nan", "n/a", "nd", "n.d.", "null", "none", "-", "s", "ns"}
COMMUNE_CODE = re.compile(r"^(0[0-9]|[1-8][0-9]|2[AB]|9[0-8])[0-9A-Z]{3}$")

# The first three characters of the codes of municipal arrondissements, and the code of the whole city.
CITIES_BY_PREFIX = {"751": "75056", "132": "13055", "693": "69123"}
# Beyond, a float no longer holds every whole number.
LARGEST_INTEGER = 2**53
NUMBER = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)(e[+-]?[0-9]{1,2})?", re.IGNORECASE)


def text(cell: Any) -> str | None:
    """A cell as text, or None when it holds nothing. Whole floats lose the ".0" a workbook gives them."""
    if cell is None:
        return None
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    value = str(cell).strip()
    return value or None


def commune_code(cell: Any) -> str | None:
    """An INSEE commune code of five characters; a lost leading zero is put back ("1001" → "01001").

    None when the cell is not such a code. 2A and 2B may come in lower case.
    """
    value = text(cell)
    return None if value is None else _commune_code(value)


# A file gives the same few codes on each of its rows.
@lru_cache(maxsize=1 << 16)
def _commune_code(value: str) -> str | None:
    value = value.upper()
    if len(value) == 4 and value.isdigit():
        value = f"0{value}"
    return value if COMMUNE_CODE.match(value) else None


def departement_code(cell: Any) -> str | None:
    """A département code: two characters (three overseas), its leading zero put back ("1" → "01")."""
    value = text(cell)
    if value is None:
        return None
    value = value.upper()
    if len(value) == 1 and value.isdigit():
        value = f"0{value}"
    return value if re.match(r"^(\d{2}|2[AB]|00[A-Z]|9[78]\d)$", value) else None


def departement_of(commune: str) -> str:
    """The département of a real commune code: three characters overseas, two elsewhere."""
    return commune[:3] if commune.startswith(("97", "98")) else commune[:2]


def departement_of_postal_code(postal_code: str) -> str | None:
    """The département a postal code belongs to, but for the few offices that serve a neighbour's communes."""
    if not re.match(r"^\d{5}$", postal_code):
        return None
    if postal_code.startswith("20"):
        return "2A" if postal_code < "20200" else "2B"
    return departement_code(departement_of(postal_code))


def city_of_arrondissement(commune: str) -> str | None:
    """Code of Paris, Lyon or Marseille for a municipal arrondissement of theirs, None for a commune."""
    return CITIES_BY_PREFIX.get(commune[:3])


def number(cell: Any) -> float | None:
    """A number with a decimal comma or point, spaces between thousands; None for an empty or masked cell.

    Raises ValueError on anything else.
    """
    if isinstance(cell, bool):
        raise ValueError(f"« {cell} » n'est pas un nombre")
    if isinstance(cell, int | float):
        return None if math.isnan(cell) else float(cell)
    value = text(cell)
    if value is None or value.lower() in MISSING or value.lower().startswith("n/a"):
        return None
    cleaned = re.sub(r"[\s   ]", "", value).replace(",", ".")
    if not NUMBER.fullmatch(cleaned):
        raise ValueError(f"« {value} » n'est pas un nombre")
    return float(cleaned)


def integer(cell: Any) -> int | None:
    """A whole number; None for an empty or masked cell. Raises ValueError when it is not whole."""
    if isinstance(cell, str) and len(cell) <= 15 and cell.isascii() and cell.isdigit():
        return int(cell)
    value = number(cell)
    if value is None:
        return None
    if not value.is_integer() or abs(value) > LARGEST_INTEGER:
        raise ValueError(f"« {cell} » n'est pas un nombre entier")
    return int(value)


def day(cell: Any) -> date | None:
    """A date written 2024-01-31, 31/01/2024 or 20240131, or given as one by a workbook."""
    if isinstance(cell, datetime):
        return cell.date()
    if isinstance(cell, date):
        return cell
    value = text(cell)
    if value is None:
        return None
    for pattern in ("%Y-%m-%d", "%d/%m/%Y", "%Y%m%d"):
        try:
            return datetime.strptime(value[:10], pattern).date()
        except ValueError:
            continue
    raise ValueError(f"« {value} » n'est pas une date")


def plain(label: str) -> str:
    """A label without case, accents or doubled spaces, for comparing headers and names."""
    import unicodedata

    stripped = unicodedata.normalize("NFKD", label.replace("œ", "oe").replace("Œ", "OE").replace("’", "'"))
    without = "".join(char for char in stripped if not unicodedata.combining(char))
    return re.sub(r"\s+", " ", without).strip().lower()
