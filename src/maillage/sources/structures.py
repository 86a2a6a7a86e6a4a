"""One structure of care as FINESS knows it, and the checks its two file formats share."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import date
from typing import Any

from maillage.sources.columns import RowLog
from maillage.sources.projections import Pair, geolocate
from maillage.sources.tables import Scope, Table
from maillage.sources.values import day, number, text

# Categories of geographic entities (nomenclature TRE_R66): FINESS+ gives the code without its label.
CATEGORY_LABELS = {
    "124": "Centre de santé",
    "156": "Centre médico-psychologique (CMP)",
    "209": "Service autonomie",
    "354": "Service de soins infirmiers à domicile (SSIAD)",
    "355": "Centre hospitalier",
    "603": "Maison de santé",
    "604": "Communauté professionnelle territoriale de santé (CPTS)",
    "620": "Pharmacie d'officine",
}
FINESS_NUMBER = re.compile(r"^[0-9][0-9AB][0-9]{7}$")
SIRET = re.compile(r"^[0-9]{14}$")


@dataclass(slots=True)
class Structure:
    """One row of the table `structures`. Null is not known."""

    finess: str
    name: str
    category_code: str
    finess_legal: str | None = None
    category_label: str | None = None
    commune: str | None = None
    departement: str | None = None
    postal_code: str | None = None
    address: str | None = None
    siret: str | None = None
    lon: float | None = None
    lat: float | None = None
    opened_on: date | None = None
    closed_on: date | None = None


def structures_table(structures: Sequence[Structure], published_on: date | None) -> Table:
    columns: dict[str, Sequence[Any]] = {
        column.name: [getattr(structure, column.name) for structure in structures]
        for column in fields(Structure)
    }
    meta = {"published_on": published_on} if published_on else {}
    return Table("structures", columns, vintage=published_on.year if published_on else None, meta=meta)


def finess_number(cell: object) -> str | None:
    """A FINESS number of nine characters, its lost leading zero put back; None when it is not one."""
    value = (text(cell) or "").upper()
    if len(value) == 8:
        value = f"0{value}"
    return value if FINESS_NUMBER.match(value) else None


def in_scope(log: RowLog, line: int, scope: Scope, departement: str | None) -> bool:
    """Whether a structure is kept; one that cannot be placed is set aside when only some départements are."""
    if departement is None and scope.departements:
        log.set_aside(line, "commune", "ni commune, ni code postal en France")
        return False
    return departement is None or scope.keeps(departement)


def siret(log: RowLog, line: int, cell: object) -> str | None:
    value = text(cell)
    if value is None or SIRET.match(value):
        return value
    log.probe.defects.add(
        line=line, column="siret", problem="numéro SIRET abîmé", action="structure gardée sans SIRET"
    )
    return None


def day_or_none(log: RowLog, line: int, column: str, cell: object) -> date | None:
    try:
        return day(cell)
    except ValueError as error:
        log.probe.defects.add(line=line, column=column, problem=str(error), action="date laissée vide")
        return None


def pair(first: object, second: object) -> Pair | None:
    """Two coordinates, None when one is missing or is not a number."""
    try:
        x, y = number(first), number(second)
    except ValueError:
        return None
    return (x, y) if x is not None and y is not None else None


def set_position(
    log: RowLog, line: int, structure: Structure, *, angles: Pair | None = None, metres: Pair | None = None
) -> None:
    """Fill longitude and latitude from what should be degrees (lon, lat) and metres (x, y)."""
    if angles is None and metres is None:
        log.probe.defects.add(
            line=line, column="coordonnées", problem="absentes", action="structure gardée sans position"
        )
        return
    location = geolocate(structure.departement, angles=angles, metres=metres)
    if location is None:
        log.probe.defects.add(
            line=line,
            column="coordonnées",
            problem="hors du territoire de la structure",
            action="structure gardée sans position",
        )
        return
    structure.lon, structure.lat = location.lon, location.lat
    if location.repair:
        log.probe.defects.add(
            line=line, column="coordonnées", problem=location.repair, action="remises dans l'ordre"
        )
