"""Columns found by their name, and rows counted: what every reader of rows does before anything else."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from maillage.sources.probe import Probe
from maillage.sources.tables import Reading, SourceError, Table
from maillage.sources.values import commune_code, departement_code, plain, text


@dataclass(slots=True)
class RowLog:
    """Rows of one file, counted as they are read; a row set aside is always named as a defect."""

    probe: Probe
    read: int = 0
    aside: int = 0

    def set_aside(self, line: int | None, column: str, problem: str, action: str = "ligne écartée") -> None:
        self.aside += 1
        self.probe.defects.add(line=line, column=column, problem=problem, action=action)

    def commune(self, cell: Any, line: int | None, column: str) -> str | None:
        """The commune code of a cell, None when it is not one; a code put right is named as a defect."""
        return self._put_right(cell, commune_code(cell), line, column)

    def departement(self, cell: Any, line: int | None, column: str) -> str | None:
        """The same for a département."""
        return self._put_right(cell, departement_code(cell), line, column)

    def _put_right(self, cell: Any, code: str | None, line: int | None, column: str) -> str | None:
        if code is not None and code != text(cell):
            problem = "zéro initial perdu ou lettre minuscule"
            self.probe.defects.add(line=line, column=column, problem=problem, action="code rétabli")
        return code

    def set_all_aside(
        self, lines: Sequence[int], column: str, problem: str, action: str = "ligne écartée"
    ) -> None:
        self.aside += len(lines)
        self.probe.defects.add_all(lines, column=column, problem=problem, action=action)

    def reading(self, tables: list[Table]) -> Reading:
        probe = self.probe
        return Reading(
            probe.name, probe.sha256, probe.size, tables, probe.defects, self.read, rows_set_aside=self.aside
        )


def locate(probe: Probe, header: Sequence[str], names: Sequence[str], *, where: str = "") -> list[int]:
    """Position of each named column, compared without case or accents.

    Raises SourceError naming the missing columns and those found. `where` says which part of the file
    the header is from (" (feuille « COM »)").
    """
    found = {plain(cell): index for index, cell in reversed(list(enumerate(header)))}
    missing = [name for name in names if plain(name) not in found]
    if missing:
        raise missing_columns(probe, missing, header, where=where)
    return [found[plain(name)] for name in names]


def missing_columns(
    probe: Probe, missing: Sequence[str], header: Sequence[str], *, where: str = ""
) -> SourceError:
    """The sentence that says which columns are missing from a file otherwise recognised."""
    which = "colonne absente" if len(missing) == 1 else "colonnes absentes"
    named = ", ".join(f"« {name} »" for name in missing)
    found = ", ".join(f"« {cell} »" for cell in header if cell) or "aucune"
    return SourceError(
        f"{probe.name}{where} : {which} {named} ; colonnes trouvées : {found}. "
        "Rétablissez les noms d'origine ou téléchargez de nouveau le fichier."
    )


def csv_columns(log: RowLog, names: Sequence[str]) -> Iterator[tuple[int, list[str]]]:
    """Line number and the named cells of each row of a CSV file.

    A row that has not as many cells as the header is set aside: its cells cannot be told apart. Raises
    SourceError when a column is missing, or when the last row is short and never ends: what was cut off
    with it cannot be known.
    """
    probe = log.probe
    positions = locate(probe, probe.header, names)
    width = line_width = len(probe.header)
    line = 1
    for line, row in probe.csv_rows():
        log.read += 1
        line_width = len(row)
        if len(row) != width:
            log.set_aside(line, "", f"nombre de cellules différent de l'en-tête ({width})")
            continue
        yield line, [row[position] for position in positions]
    if line_width < width and not probe.ends_with_newline:
        raise SourceError(
            f"{probe.name} : la dernière ligne ({line}) est coupée, le fichier est incomplet ; "
            "téléchargez-le de nouveau."
        )


def header_has(probe: Probe, names: Sequence[str]) -> bool:
    """Whether the first line of a CSV file holds all these columns."""
    if probe.format != "csv":
        return False
    found = {plain(cell) for cell in probe.header}
    return all(plain(name) in found for name in names)


def table_of(
    kind: str,
    names: Sequence[str],
    rows: Sequence[tuple[Any, ...]],
    *,
    vintage: int | None = None,
    meta: dict[str, Any] | None = None,
) -> Table:
    """Rows of values, in the order of `names`, turned into the columns of a table."""
    columns = zip(*rows, strict=True) if rows else ((),) * len(names)
    named: dict[str, Sequence[Any]] = {
        name: list(column) for name, column in zip(names, columns, strict=True)
    }
    return Table(kind, named, vintage=vintage, meta=meta or {})
