"""Tables out as CSV, XLSX or ODS: exactly the rows given, numbers as numbers, an unknown value empty."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from xml.sax.saxutils import escape

import xlsxwriter
from django.http import HttpResponse

Cell = str | int | float | date | None
Row = Sequence[Cell]

CONTENT_TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "ods": "application/vnd.oasis.opendocument.spreadsheet",
    "geojson": "application/geo+json",
}


def table_response(fmt: str, *, name: str, columns: Sequence[str], rows: Iterable[Row]) -> HttpResponse:
    """A download of a table. `fmt` is csv, xlsx or ods; `name` is the file's, without its ending."""
    return file_response(fmt, name=name, content=WRITERS[fmt](columns, rows))


def file_response(fmt: str, *, name: str, content: bytes) -> HttpResponse:
    """A download of bytes already made."""
    response = HttpResponse(content, content_type=CONTENT_TYPES[fmt])
    response["Content-Disposition"] = f'attachment; filename="{name}.{fmt}"'
    return response


def to_csv(columns: Sequence[str], rows: Iterable[Row]) -> bytes:
    """Semicolons, decimal comma and a byte order mark: what French spreadsheets open without a question."""
    stream = io.StringIO()
    writer = csv.writer(stream, delimiter=";", lineterminator="\r\n")
    writer.writerow(columns)
    writer.writerows([_french(cell) for cell in row] for row in rows)
    return stream.getvalue().encode("utf-8-sig")


def _french(cell: Cell) -> Cell:
    if isinstance(cell, float):
        return repr(round(cell, 6)).replace(".", ",")
    if isinstance(cell, str):
        return _inert(cell)
    return cell


def _inert(text: str) -> str:
    """Text that no spreadsheet takes for a formula."""
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text


def to_xlsx(columns: Sequence[str], rows: Iterable[Row]) -> bytes:
    stream = io.BytesIO()
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(stream, options) as book:
        sheet = book.add_worksheet()
        sheet.freeze_panes(1, 0)
        bold, day = book.add_format({"bold": True}), book.add_format({"num_format": "dd/mm/yyyy"})
        sheet.write_row(0, 0, columns, bold)
        for number, row in enumerate(rows, start=1):
            for position, cell in enumerate(row):
                if isinstance(cell, date):
                    sheet.write_datetime(number, position, cell, day)
                elif cell is not None:
                    sheet.write(number, position, cell)
    return stream.getvalue()


_ODS_TYPE = "application/vnd.oasis.opendocument.spreadsheet"
_ODS_MANIFEST = (
    '<?xml version="1.0" encoding="UTF-8"?>'
    '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"'
    ' manifest:version="1.2">'
    f'<manifest:file-entry manifest:full-path="/" manifest:media-type="{_ODS_TYPE}"/>'
    '<manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml"/>'
    "</manifest:manifest>"
)
_ODS_OPENING = (
    '<?xml version="1.0" encoding="UTF-8"?><office:document-content'
    ' xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"'
    ' xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"'
    ' xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" office:version="1.2">'
    '<office:body><office:spreadsheet><table:table table:name="Tableau">'
)
_ODS_CLOSING = "</table:table></office:spreadsheet></office:body></office:document-content>"


def to_ods(columns: Sequence[str], rows: Iterable[Row]) -> bytes:
    """A minimal OpenDocument spreadsheet: three members, the mimetype first and stored as the format asks."""
    body = [_ODS_OPENING, _ods_row(columns), *(_ods_row(row) for row in rows), _ODS_CLOSING]
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", _ODS_TYPE, compress_type=zipfile.ZIP_STORED)
        archive.writestr("content.xml", "".join(body))
        archive.writestr("META-INF/manifest.xml", _ODS_MANIFEST)
    return stream.getvalue()


def _ods_row(row: Row) -> str:
    return f"<table:table-row>{''.join(map(_ods_cell, row))}</table:table-row>"


def _ods_cell(cell: Cell) -> str:
    if cell is None:
        return "<table:table-cell/>"
    if isinstance(cell, int | float):
        return f'<table:table-cell office:value-type="float" office:value="{cell}"/>'
    if isinstance(cell, date):
        return f'<table:table-cell office:value-type="date" office:date-value="{cell.isoformat()}"/>'
    text = f"<text:p>{escape(cell)}</text:p>"
    return f'<table:table-cell office:value-type="string">{text}</table:table-cell>'


WRITERS: dict[str, Callable[[Sequence[str], Iterable[Row]], bytes]] = {
    "csv": to_csv,
    "xlsx": to_xlsx,
    "ods": to_ods,
}
