"""The areas of a territory side by side, sorted, filtered, ready to be exported."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Page
from django.urls import reverse

from maillage.diagnosis.areas import SHOWN, Area, Filter
from maillage.diagnosis.choices import MESHES, Choice, available
from maillage.diagnosis.indicators import Indicator
from maillage.diagnosis.pages.parts import link_cell, page_frame
from maillage.diagnosis.pages.wording import written
from maillage.kit.text import number, search_key
from maillage.territories.keys import Key


def table_page(choice: Choice, wanted: Filter, page: Page[Area], groups: set[str]) -> dict[str, Any]:
    """`groups` are the EPCI that the filter offers: those of every area, not of the ones shown."""
    shown_codes = _table_codes(choice)
    known = {indicator.code: indicator for indicator in available(choice.diagnosis)}
    query = choice.query(**_filter_parameters(wanted))
    key = choice.diagnosis.territory.key
    return {
        **page_frame(choice, "table"),
        "table": {
            "caption": f"{MESHES[choice.mesh]} : {page.paginator.count}",
            "columns": [_column("name", MESHES[choice.mesh], wanted, choice, numeric=False)]
            + [_column("population", "Habitants", wanted, choice)]
            + [_column(code, known[code].label, wanted, choice) for code in shown_codes],
            "rows": [_table_row(choice, area, [known[code] for code in shown_codes]) for area in page],
        },
        "page": page,
        "wanted": wanted,
        "groups": sorted(groups - {""}, key=search_key),
        "exports": [
            {"label": fmt.upper(), "url": f"{_export(key, fmt)}?{query}"}
            for fmt in ("xlsx", "ods", "csv", "geojson")
        ],
        "mesh": MESHES[choice.mesh].lower(),
    }


def _export(key: Key, fmt: str) -> str:
    return reverse("diagnosis:export", kwargs={"key": str(key), "fmt": fmt})


def _table_codes(choice: Choice) -> list[str]:
    """The chosen indicator first, then the usual ones that are known here."""
    known = {indicator.code for indicator in available(choice.diagnosis)} - {"population"}
    density = f"{choice.diagnosis.profession.slug}_density_per_10000"
    usual = [choice.indicator.code, "apl_mean", density, *SHOWN]
    return list(dict.fromkeys(code for code in usual if code in known))[:6]


def _filter_parameters(wanted: Filter) -> dict[str, str]:
    parameters = {"q": wanted.text, "epci": wanted.epci, "tri": wanted.order}
    if wanted.below is not None:
        parameters["sous"] = f"{wanted.below:g}"
    return {name: value for name, value in parameters.items() if value}


def _column(code: str, label: str, wanted: Filter, choice: Choice, *, numeric: bool = True) -> dict[str, Any]:
    """A sortable header: a second click reverses the order."""
    current = (wanted.order or "name").removeprefix("-") == code
    descending = current and wanted.order.startswith("-")
    order = code if not current or descending else f"-{code}"
    return {
        "label": label,
        "numeric": numeric,
        "sort_url": f"?{choice.query(**_filter_parameters(wanted) | {'tri': order})}",
        "sort": ("descending" if descending else "ascending") if current else "",
    }


def _table_row(choice: Choice, area: Area, shown_indicators: list[Indicator]) -> dict[str, Any]:
    cells: list[dict[str, Any]] = [
        link_cell(choice, area),
        {"text": number(area.population), "numeric": True},
    ]
    cells += [
        {"text": written(indicator, area.values[indicator.code]), "numeric": True}
        for indicator in shown_indicators
    ]
    return {"cells": cells}


def file_name(choice: Choice) -> str:
    key = str(choice.diagnosis.territory.key).replace(":", "-")
    return (
        f"maillage-{key}-{choice.diagnosis.profession.code}-{choice.diagnosis.snapshot.vintage}-{choice.mesh}"
    )
