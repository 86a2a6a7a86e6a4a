"""APL (accessibilité potentielle localisée) published by the DREES, for any profession and vintage.

DREES, data set 530. Sheets, header row, profession and year are found in the content: the layout changed
between editions (title lines and a row of units since 2022, a bare table before).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from maillage.sources.columns import RowLog, missing_columns, table_of
from maillage.sources.probe import Probe
from maillage.sources.professions import PROFESSIONS, Profession
from maillage.sources.tables import Reading, Scope, SourceError, Table
from maillage.sources.values import commune_code, number, plain, text

HEADER_WITHIN = 40
VALUE_COLUMNS = ("apl", "apl_65", "apl_62", "apl_60", "standardised_population", "population")
REQUIRED = {
    "name": "Commune",
    "apl": "APL aux …",
    "standardised_population": "Population standardisée",
    "population": "Population totale",
}


@dataclass(frozen=True, slots=True)
class Header:
    """Where the columns of a sheet are, and the profession they speak of."""

    sheet: str
    row: int
    labels: list[str]
    positions: dict[str, int]
    profession: Profession

    def label(self, name: str) -> str:
        """What the sheet calls one of our columns."""
        return self.labels[self.positions[name]]


class AplReader:
    source = "apl"
    title = "Accessibilité potentielle localisée (DREES)"
    expects = "classeur d'APL de la DREES (feuilles « APL 2022 », colonnes « Code commune », « APL aux … »)"

    def recognises(self, probe: Probe) -> bool:
        return next(_headers(probe), None) is not None

    def read(self, probe: Probe, scope: Scope) -> Reading:
        """One table `apl` per sheet. meta: `profession`, `unit`, `population_year`."""
        log = RowLog(probe)
        tables = [_read_sheet(log, header) for header in _headers(probe)]
        return log.reading(tables)


def _headers(probe: Probe) -> Iterator[Header]:
    """The header of each sheet that holds an APL by commune of a known profession."""
    for sheet in probe.sheet_names:
        for row, cells in enumerate(probe.sheet(sheet)[:HEADER_WITHIN]):
            if cells and plain(str(cells[0])).startswith("code commune"):
                labels = [text(cell) or "" for cell in cells]
                profession = _profession(labels)
                if profession is not None:
                    yield Header(sheet, row, labels, _positions(labels), profession)
                break


def _profession(labels: list[str]) -> Profession | None:
    apl = next((plain(label) for label in labels if plain(label).startswith("apl ")), "")
    for known in PROFESSIONS.values():
        if apl.startswith(tuple(f"apl aux {name}" for name in known.drees_names)):
            return known
    return None


def _positions(labels: list[str]) -> dict[str, int]:
    """Our column names → positions; the first column of a kind wins."""
    found: dict[str, int] = {}
    for position, label in enumerate(labels):
        name = _column_name(plain(label))
        if name is not None:
            found.setdefault(name, position)
    return found


def _column_name(label: str) -> str | None:
    if label.startswith("apl "):
        age = re.search(r"\b(60|62|65) ans", label)
        return f"apl_{age[1]}" if age else "apl"
    starts = {
        "code commune": "code",
        "population standardisee": "standardised_population",
        "population totale": "population",
        "commune": "name",
        "libelle": "name",
    }
    return next((name for start, name in starts.items() if label.startswith(start)), None)


def _read_sheet(log: RowLog, header: Header) -> Table:
    probe = log.probe
    where = f", feuille « {header.sheet} »"
    missing = [label for name, label in REQUIRED.items() if name not in header.positions]
    if missing:
        raise missing_columns(probe, missing, header.labels, where=where)
    sheet = probe.sheet(header.sheet)
    rows = [
        row
        for line, cells in enumerate(sheet[header.row + 1 :], start=header.row + 2)
        if (row := _row(log, header, cells, line)) is not None
    ]
    if not rows:
        raise SourceError(f"{probe.name}{where} : aucune commune ; téléchargez de nouveau le fichier.")
    meta = {
        "profession": header.profession.slug,
        "unit": _unit(log, header),
        "population_year": _year(header.label("standardised_population")),
    }
    vintage = _vintage(probe, header)
    return table_of("apl", ("code", "name", *VALUE_COLUMNS), rows, vintage=vintage, meta=meta)


def _row(log: RowLog, header: Header, cells: list[Any], line: int) -> tuple[Any, ...] | None:
    """One commune, or None for what is not a row of data (units, notes) or has no usable code."""
    code = log.commune(cells[0], line, header.labels[0])
    if code is None:
        if sum(text(cell) is not None for cell in cells) > 1 and text(cells[0]) is not None:
            log.read += 1
            log.set_aside(line, header.labels[0], "code commune non valable")
        return None
    log.read += 1
    defects = log.probe.defects
    values: list[float | None] = []
    for name in VALUE_COLUMNS:
        position = header.positions.get(name)
        try:
            values.append(number(cells[position]) if position is not None else None)
        except ValueError:
            values.append(None)
            label = header.label(name)
            action = "commune gardée sans valeur"
            defects.add(line=line, column=label, problem="nombre illisible", action=action)
    commune = text(cells[header.positions["name"]])
    if commune is None:
        action = "commune gardée sans nom"
        defects.add(line=line, column=header.label("name"), problem="nom absent", action=action)
    if values[0] is None:
        action = "commune gardée sans valeur"
        defects.add(line=line, column=header.label("apl"), problem="APL absent", action=action)
    return code, commune, *values


def _unit(log: RowLog, header: Header) -> str:
    """The unit under the header of the APL column, else the known unit of the profession, and says so."""
    below = log.probe.sheet(header.sheet)[header.row + 1]
    unit = text(below[header.positions["apl"]]) if commune_code(below[0]) is None else None
    if unit is not None:
        return unit
    log.probe.defects.add(
        column=header.label("apl"),
        problem="unité absente du classeur",
        action=f"unité de la profession retenue : {header.profession.apl_unit}",
    )
    return header.profession.apl_unit


def _vintage(probe: Probe, header: Header) -> int:
    """Year of the APL: from the sheet name, the title lines, else the file name (said in a defect)."""
    titles = [text(row[0]) or "" for row in probe.sheet(header.sheet)[: header.row]]
    stated = [line for line in titles if plain(line).startswith("millesime")]
    for label in (header.sheet, *stated, *titles):
        if (year := _year(label)) is not None:
            return year
    year = _year(probe.name)
    if year is None:
        raise SourceError(
            f"{probe.name}, feuille « {header.sheet} » : millésime introuvable ; nommez la feuille "
            "« APL 2021 » ou mettez l'année dans le nom du fichier."
        )
    probe.defects.add(
        column="", problem="millésime absent du classeur", action=f"année du nom de fichier retenue : {year}"
    )
    return year


def _year(label: str) -> int | None:
    found = re.search(r"(?<!\d)(20\d\d)(?!\d)", label)
    return int(found[1]) if found else None
