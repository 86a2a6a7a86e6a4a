"""The next number of a series of the year: D-2026-00123 for applications."""

from __future__ import annotations

from typing import Any

from django.db.models import IntegerField, Max, QuerySet
from django.db.models.functions import Cast, Substr

from maillage.accounts.models import Authority


def next_number(rows: QuerySet[Any], *, authority: Authority, letter: str, year: int, width: int = 5) -> str:
    """The number that follows the greatest one among these rows of the authority and year.

    Holds the row of the authority until the end of the transaction, so that two people are never given the
    same one. The rows have an `authority` and a `number`.
    """
    Authority.objects.select_for_update(no_key=True).get(pk=authority.pk)
    prefix = f"{letter}-{year}-"
    rank = Cast(Substr("number", len(prefix) + 1), IntegerField())
    given = rows.filter(authority=authority, number__startswith=prefix)
    last: int | None = given.order_by().aggregate(last=Max(rank))["last"]
    return f"{prefix}{(last or 0) + 1:0{width}d}"
