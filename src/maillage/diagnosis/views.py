"""Pages of the diagnosis. A view translates HTTP; what it shows is read in `pages` and `areas`."""

from __future__ import annotations

import json
from typing import cast

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from maillage.accounts.middleware import speak_for
from maillage.accounts.requests import PageRequest
from maillage.diagnosis import pages
from maillage.diagnosis.areas import Filter, areas, export_rows, narrowed
from maillage.diagnosis.choices import Choice, choose
from maillage.diagnosis.mapping import as_geojson
from maillage.kit.exports import file_response, table_response
from maillage.kit.web import refusals_as_pages
from maillage.territories import places

ROWS_PER_PAGE = 100


def _choice(request: HttpRequest, key: str, *, drawn: bool = True) -> Choice:
    choice = choose(places.find(key), request.GET.dict(), drawn=drawn)
    around = [choice.diagnosis.territory, *choice.diagnosis.parents]
    speak_for(cast(PageRequest, request), [str(territory.key) for territory in around])
    return choice


@require_safe
@refusals_as_pages
def territory_map(request: HttpRequest, key: str) -> HttpResponse:
    choice = _choice(request, key)
    if choice.diagnosis.territory.key.level == "commune":
        return render(request, "diagnosis/commune.html", pages.commune_page(choice))
    return render(request, "diagnosis/map.html", pages.map_page(choice))


@require_safe
@refusals_as_pages
def figures(request: HttpRequest, key: str) -> HttpResponse:
    return render(request, "diagnosis/figures.html", pages.figures_page(_choice(request, key)))


@require_safe
@refusals_as_pages
def table(request: HttpRequest, key: str) -> HttpResponse:
    choice, wanted = _choice(request, key, drawn=False), Filter.read(request.GET.dict())
    rows = areas(choice)
    shown = Paginator(narrowed(rows, choice, wanted), ROWS_PER_PAGE).get_page(request.GET.get("page"))
    groups = {area.group for area in rows}
    return render(request, "diagnosis/table.html", pages.table_page(choice, wanted, shown, groups))


@require_safe
@refusals_as_pages
def export(request: HttpRequest, key: str, fmt: str) -> HttpResponse:
    choice = _choice(request, key, drawn=False)
    rows = narrowed(areas(choice), choice, Filter.read(request.GET.dict()))
    name = pages.file_name(choice)
    if fmt == "geojson":
        return file_response(fmt, name=name, content=json.dumps(as_geojson(choice, rows)).encode())
    headers, cells = export_rows(choice, rows)
    return table_response(fmt, name=name, columns=headers, rows=cells)


@require_safe
def method(request: HttpRequest) -> HttpResponse:
    return render(request, "diagnosis/method.html", pages.method_page())
