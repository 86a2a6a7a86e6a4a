"""Tables out: the same bytes whether made whole or streamed, and nothing that a spreadsheet would run."""

from __future__ import annotations

import io
import zipfile
from datetime import date
from decimal import Decimal

import pytest
from django.http import FileResponse
from python_calamine import CalamineWorkbook

from maillage.kit.exports import CONTENT_TYPES, WRITERS, streamed_response

# Closing a response closes old connections: the database must be there, though nothing is asked of it.
pytestmark = pytest.mark.django_db

COLUMNS = ("Nom", "Montant", "Jour")
ROWS = [("=1+1", Decimal("1200.50"), date(2026, 3, 1)), ("Été", None, None)]


def body(fmt: str) -> bytes:
    response = streamed_response(fmt, name="essai", columns=COLUMNS, rows=iter(ROWS))
    assert response["Content-Type"] == CONTENT_TYPES[fmt]
    assert response["Content-Disposition"] == f'attachment; filename="essai.{fmt}"'
    content = b"".join(response)  # type: ignore[arg-type]
    if isinstance(response, FileResponse):
        response.close()
    return content


def test_a_streamed_csv_is_the_csv_made_whole() -> None:
    assert body("csv") == WRITERS["csv"](COLUMNS, ROWS)
    assert body("csv").decode("utf-8-sig").splitlines() == [
        "Nom;Montant;Jour",
        "'=1+1;1200,50;2026-03-01",
        "Été;;",
    ]


@pytest.mark.parametrize("fmt", ["xlsx", "ods"])
def test_a_streamed_workbook_reads_back_as_it_was_given(fmt: str) -> None:
    sheet = CalamineWorkbook.from_filelike(io.BytesIO(body(fmt))).get_sheet_by_index(0).to_python()
    assert sheet == [list(COLUMNS), ["=1+1", 1200.5, date(2026, 3, 1)], ["Été", "", ""]]


def test_an_ods_begins_with_its_type_not_compressed() -> None:
    first = zipfile.ZipFile(io.BytesIO(body("ods"))).infolist()[0]
    assert (first.filename, first.compress_type) == ("mimetype", zipfile.ZIP_STORED)
