"""Tables out as CSV, XLSX or ODS: exactly the rows given, numbers as numbers, an unknown value empty."""

from __future__ import annotations

import csv
import io
import itertools
import zipfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from decimal import Decimal
from tempfile import TemporaryFile
from typing import IO
from xml.sax.saxutils import escape

import xlsxwriter
from django.http import FileResponse, HttpResponse
from django.http.response import HttpResponseBase, StreamingHttpResponse

Cell = str | int | float | Decimal | date | None
Row = Sequence[Cell]

CONTENT_TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "ods": "application/vnd.oasis.opendocument.spreadsheet",
    "geojson": "application/geo+json",
    "pdf": "application/pdf",
}


def table_response(fmt: str, *, name: str, columns: Sequence[str], rows: Iterable[Row]) -> HttpResponse:
    """A download of a table. `fmt` is csv, xlsx or ods; `name` is the file's, without its ending."""
    return file_response(fmt, name=name, content=WRITERS[fmt](columns, rows))


def file_response(fmt: str, *, name: str, content: bytes) -> HttpResponse:
    """A download of bytes already made."""
    response = HttpResponse(content, content_type=CONTENT_TYPES[fmt])
    response["Content-Disposition"] = f'attachment; filename="{name}.{fmt}"'
    return response


def streamed_response(
    fmt: str, *, name: str, columns: Sequence[str], rows: Iterable[Row]
) -> HttpResponseBase:
    """The same download for lists of any length: rows leave as they come, memory does not grow with them."""
    if fmt == "csv":
        response: HttpResponseBase = StreamingHttpResponse(
            _csv_pieces(columns, rows), content_type=CONTENT_TYPES[fmt]
        )
        response["Content-Disposition"] = f'attachment; filename="{name}.csv"'
        return response
    stream = TemporaryFile()  # noqa: SIM115 (the response closes it)
    FILLERS[fmt](stream, columns, rows)
    stream.seek(0)
    return FileResponse(stream, as_attachment=True, filename=f"{name}.{fmt}", content_type=CONTENT_TYPES[fmt])


def _csv_pieces(columns: Sequence[str], rows: Iterable[Row]) -> Iterator[bytes]:
    """What `to_csv` writes, a row at a time."""
    line = io.StringIO()
    writer = csv.writer(line, delimiter=";", lineterminator="\r\n")
    yield "\ufeff".encode()
    for row in itertools.chain([columns], ([_french(cell) for cell in row] for row in rows)):
        line.seek(0)
        line.truncate()
        writer.writerow(row)
        yield line.getvalue().encode()


def to_csv(columns: Sequence[str], rows: Iterable[Row]) -> bytes:
    """Semicolons, decimal comma and a byte order mark: what French spreadsheets open without a question."""
    return b"".join(_csv_pieces(columns, rows))


def _french(cell: Cell) -> Cell:
    if isinstance(cell, float):
        return repr(round(cell, 6)).replace(".", ",")
    if isinstance(cell, Decimal):
        return str(cell).replace(".", ",")
    if isinstance(cell, str):
        return _inert(cell)
    return cell


def _inert(text: str) -> str:
    """Text that no spreadsheet takes for a formula."""
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text


def to_xlsx(columns: Sequence[str], rows: Iterable[Row]) -> bytes:
    stream = io.BytesIO()
    fill_xlsx(stream, columns, rows)
    return stream.getvalue()


def fill_xlsx(stream: IO[bytes], columns: Sequence[str], rows: Iterable[Row]) -> None:
    """Write the workbook into a stream; its rows wait in a temporary file, not in memory."""
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
    stream = io.BytesIO()
    fill_ods(stream, columns, rows)
    return stream.getvalue()


def fill_ods(stream: IO[bytes], columns: Sequence[str], rows: Iterable[Row]) -> None:
    """A minimal OpenDocument spreadsheet: three members, the mimetype first and stored as the format asks."""
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", _ODS_TYPE, compress_type=zipfile.ZIP_STORED)
        with archive.open("content.xml", "w") as content:
            content.write(_ODS_OPENING.encode())
            for row in itertools.chain([columns], rows):
                content.write(_ods_row(row).encode())
            content.write(_ODS_CLOSING.encode())
        archive.writestr("META-INF/manifest.xml", _ODS_MANIFEST)


def _ods_row(row: Row) -> str:
    return f"<table:table-row>{''.join(map(_ods_cell, row))}</table:table-row>"


def _ods_cell(cell: Cell) -> str:
    if cell is None:
        return "<table:table-cell/>"
    if isinstance(cell, int | float | Decimal):
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
FILLERS: dict[str, Callable[[IO[bytes], Sequence[str], Iterable[Row]], None]] = {
    "xlsx": fill_xlsx,
    "ods": fill_ods,
}
