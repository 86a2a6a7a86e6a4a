"""One page of a long list."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.http import HttpRequest

PER_PAGE = 50


def page_of(request: HttpRequest, found: QuerySet[Any], *, per_page: int = PER_PAGE) -> Page[Any]:
    """The page asked for by `?page=`; the nearest one when there is no such page."""
    return Paginator(found, per_page).get_page(request.GET.get("page"))
