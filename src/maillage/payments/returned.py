"""The return file of finance read into lines: reference, outcome, day, reason. No database."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from python_calamine import CalamineError, CalamineWorkbook

from maillage.files.content import recognise
from maillage.kit.console import Refused
from maillage.kit.text import search_key

ACCEPTED = ("csv", "xlsx", "ods")
MAX_LINES = 20_000
# Where the header may be: below a title or two.
_HEADER_WITHIN = 10
_NAMES = {
    "reference": {"reference", "ref", "reference du paiement", "reference paiement"},
    "state": {"etat", "statut", "resultat"},
    "day": {"date", "date de paiement", "date de reglement", "regle le"},
    "reason": {"motif", "motif du rejet", "motif de rejet"},
}
_PAID = {"paye", "payee", "regle", "reglee", "paiement effectue"}
_REJECTED = {"rejete", "rejetee", "rejet", "refuse", "refusee", "retourne"}
# What our own file writes below its lines, when finance sends it back filled in.
_CONTROL = {"total", "nombre de paiements", "empreinte sha 256"}


@dataclass(frozen=True, slots=True)
class ReturnedLine:
    """One line. `outcome` is paid, rejected, or "" when none is given; `fault` says what cannot be read."""

    row: int
    reference: str
    outcome: str
    day: date | None
    reason: str
    fault: str = ""


def read(content: bytes) -> list[ReturnedLine]:
    """The lines of a CSV, XLSX or ODS whose header names reference, état, date and motif, in any order.

    :raises Refused: another kind of file, no header, no line, too many lines.
    """
    rows = _rows(content)
    header, columns = _header(rows)
    found = []
    for number, row in enumerate(rows[header + 1 :], start=header + 2):
        cells = {name: row[at] if at < len(row) else "" for name, at in columns.items()}
        reference = _text(cells["reference"])
        if reference and search_key(reference.replace("(€)", "")) not in _CONTROL:
            found.append(_line(number, reference, cells))
    if not found:
        raise Refused("Ce fichier retour ne contient aucune ligne sous ses intitulés.")
    if len(found) > MAX_LINES:
        raise Refused(f"Ce fichier retour dépasse {MAX_LINES} lignes : découpez-le.")
    return found


def _line(number: int, reference: str, cells: dict[str, Any]) -> ReturnedLine:
    said, reason = _text(cells["state"]), _text(cells.get("reason", ""))[:250]
    word = search_key(said)
    outcome = "paid" if word in _PAID else "rejected" if word in _REJECTED else ""
    fault = f"état « {said} » inconnu : écrivez « payé » ou « rejeté »" if word and not outcome else ""
    day = _day(cells.get("day", ""))
    if outcome and day is None and not fault:
        written = _text(cells.get("day", ""))
        fault = f"date « {written} » illisible" if written else "date absente"
        fault = f"{fault} : écrivez-la comme 31/01/2026"
    return ReturnedLine(number, reference, outcome, day, reason, fault)


def _rows(content: bytes) -> list[Sequence[Any]]:
    kind = recognise(content)
    if kind is None or kind.slug not in ACCEPTED:
        raise Refused("Ce fichier retour n'est ni un CSV, ni un classeur XLSX ou ODS : exportez-le ainsi.")
    if kind.slug == "csv":
        return _csv_rows(content)
    try:
        return list(CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0).to_python())
    except (CalamineError, IndexError) as error:
        raise Refused(
            "Ce classeur est abîmé : ouvrez-le, enregistrez-le de nouveau, puis renvoyez-le."
        ) from error


def _csv_rows(content: bytes) -> list[Sequence[Any]]:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("cp1252", errors="replace")
    delimiter = max(";,\t", key=text.count)
    return list(csv.reader(io.StringIO(text), delimiter=delimiter))


def _header(rows: Sequence[Sequence[Any]]) -> tuple[int, dict[str, int]]:
    """The rank of the header and the column of each name."""
    for rank, row in enumerate(rows[:_HEADER_WITHIN]):
        columns = _columns(row)
        if {"reference", "state"} <= columns.keys():
            return rank, columns
    raise Refused(
        "Ce fichier retour n'a pas les colonnes attendues : « référence », « état », « date » et « motif »."
    )


def _columns(row: Iterable[Any]) -> dict[str, int]:
    columns: dict[str, int] = {}
    for at, cell in enumerate(row):
        word = search_key(_text(cell))
        for name, spellings in _NAMES.items():
            if word in spellings:
                columns.setdefault(name, at)
    return columns


def _text(cell: Any) -> str:
    return str(cell).strip().removeprefix("'")


def _day(cell: Any) -> date | None:
    """A day as a spreadsheet or a person writes it; None when it is none."""
    if isinstance(cell, datetime):
        return cell.date()
    if isinstance(cell, date):
        return cell
    for pattern in ("%d/%m/%Y", "%Y-%m-%d", "%d-%m-%Y", "%d.%m.%Y", "%Y%m%d"):
        try:
            return datetime.strptime(_text(cell), pattern).date()
        except ValueError:
            continue
    return None
