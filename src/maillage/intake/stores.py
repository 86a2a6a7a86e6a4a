"""Which room keeps which kind of table, and which slot a table takes."""

from __future__ import annotations

import hashlib
from collections.abc import Callable

from maillage.care import actions as care
from maillage.diagnosis import actions as diagnosis
from maillage.sources.tables import Table
from maillage.sources.values import departement_of
from maillage.territories import actions as territories
from maillage.territories.keys import FICTIONAL_PREFIX
from maillage.territories.models import Dataset

Store = Callable[[Dataset, Table], None]

# Reference tables have no versions side by side: they are applied at the swap, in this order.
REFERENCES: dict[str, Store] = {
    "areas": territories.store_areas,
    "communes": territories.store_communes,
    "epci_members": territories.store_epci_members,
}

# The rows of the others are staged beside those in force, and take their place at the swap.
STAGED: dict[str, Store] = {
    "movements": territories.store_movements,
    "contours": territories.store_contours,
    "zoning": territories.store_zoning,
    "programmes": territories.store_programmes,
    "population_by_age": territories.store_population_by_age,
    "travel_times": territories.store_travel_times,
    "facilities": care.store_facilities,
    "structures": care.store_structures,
    "practitioners": care.store_practitioners,
    "apl": diagnosis.store_apl,
    "densities": diagnosis.store_densities,
    "specialties": diagnosis.store_specialties,
    "age_shares": diagnosis.store_age_shares,
}

# Kinds whose rows are kept only for the territories asked for: persons and their places.
SCOPED = ("practitioners", "structures")


# The columns that say where a row is, by which the demo's tables are told from real ones.
PLACE_COLUMNS = ("code", "commune", "departement", "before", "origin", "unit_code")


def is_fictional(table: Table) -> bool:
    """Whether every row of a table is of the demo's territory."""
    column = next(name for name in PLACE_COLUMNS if name in table.columns)
    known = (str(code) for code in table.columns[column] if code is not None)
    first = next(known, "")
    return first.startswith(FICTIONAL_PREFIX) and all(code.startswith(FICTIONAL_PREFIX) for code in known)


def slot_of(source: str, table: Table) -> str:
    """What a table replaces: the former one of the same kind, vintage, profession and coverage."""
    parts = [table.kind, "fictif"] if is_fictional(table) else [table.kind]
    if table.kind in ("apl",):
        parts.append(str(table.meta["profession"]))
    elif table.kind in ("facilities", "epci_members"):
        parts.append(source)
    elif table.kind == "contours":
        parts += [*_distinct(table, "level"), str(table.meta["tolerance_m"]), _coverage(table)]
    elif table.kind == "communes":
        parts.append(_coverage(table))
    elif table.kind == "areas":
        parts += _distinct(table, "level")
    elif table.kind == "zoning":
        parts += _distinct(table, "profession")
    elif table.kind == "programmes":
        parts += _distinct(table, "programme")
    if table.vintage is not None:
        parts.append(str(table.vintage))
    return ":".join(parts)


def _distinct(table: Table, column: str) -> list[str]:
    return sorted(set(table.columns[column]))


def _coverage(table: Table) -> str:
    """The départements a table covers: named when few, else a mark of the list."""
    if "departement" in table.columns:
        departements = sorted(set(table.columns["departement"]))
    else:
        departements = sorted({departement_of(code) for code in table.columns["code"]})
    if len(departements) <= 3:
        return "+".join(departements)
    return hashlib.sha256(" ".join(departements).encode()).hexdigest()[:8]
