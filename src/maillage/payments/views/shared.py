"""What the views of this room share."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from django.contrib import messages
from django.forms import BaseForm
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase

from maillage.accounts.requests import MemberRequest
from maillage.kit.console import Refused
from maillage.kit.exports import WRITERS, Row, streamed_response


def attempt(request: MemberRequest, act: Callable[[], Any], done: str = "") -> Any:
    """What the action gives, said to have been done; None when it refuses, its sentence then being shown."""
    try:
        result = act()
    except Refused as refusal:
        messages.error(request, str(refusal))
        return None
    if done:
        messages.success(request, done)
    return result


def say_errors(request: MemberRequest, form: BaseForm) -> None:
    """Show what is wrong with a small form that has no page of its own."""
    for field, errors in form.errors.items():
        label = form.fields[field].label if field in form.fields else ""
        messages.error(
            request, f"{label} : {' '.join(map(str, errors))}" if label else " ".join(map(str, errors))
        )


def download(fmt: str, *, name: str, columns: Sequence[str], rows: Iterable[Row]) -> HttpResponseBase:
    """A table as CSV, XLSX or ODS; not found in any other form."""
    if fmt not in WRITERS:
        raise Http404
    return streamed_response(fmt, name=name, columns=columns, rows=rows)


def private(response: HttpResponse) -> HttpResponse:
    """A page with bank details in clear: no cache keeps it."""
    response["Cache-Control"] = "private, no-store"
    return response
