"""What the views of this room share."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase

from maillage.kit.exports import WRITERS, Row, streamed_response


def download(fmt: str, *, name: str, columns: Sequence[str], rows: Iterable[Row]) -> HttpResponseBase:
    """A table as CSV, XLSX or ODS; not found in any other form."""
    if fmt not in WRITERS:
        raise Http404
    return streamed_response(fmt, name=name, columns=columns, rows=rows)


def private(response: HttpResponse) -> HttpResponse:
    """A page with bank details in clear: no cache keeps it."""
    response["Cache-Control"] = "private, no-store"
    return response
