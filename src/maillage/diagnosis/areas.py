"""The areas of a territory side by side: the table behind a map, its filters, its order, its exports."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from maillage.diagnosis.choices import Choice, available, columns
from maillage.diagnosis.frame import by_area
from maillage.diagnosis.indicators import Indicator
from maillage.kit.console import Refused
from maillage.kit.text import search_key
from maillage.sources.values import number
from maillage.territories.models import Commune, Departement, Epci

# Columns of a commune's table; a wider one is for the export.
SHOWN = (
    "apl_mean",
    "apl_65_mean",
    "apl_estimate_mean",
    "fragility",
    "minutes_practitioner",
    "minutes_emergency",
)


@dataclass(frozen=True, slots=True)
class Area:
    """One commune, EPCI or département with its values by indicator code, None where not known."""

    code: str
    name: str
    search_name: str
    group: str
    population: float | None
    values: Mapping[str, float | None]


@dataclass(frozen=True, slots=True)
class Filter:
    """What a reader of the table narrowed it to, and its order (`-code` for the highest first)."""

    text: str = ""
    epci: str = ""
    below: float | None = None
    order: str = ""

    @classmethod
    def read(cls, parameters: Mapping[str, str]) -> Filter:
        """From the parameters of an address. Raises Refused on a threshold that is not a number."""
        threshold = _threshold(parameters.get("sous", ""))
        return cls(parameters.get("q", ""), parameters.get("epci", ""), threshold, parameters.get("tri", ""))


def _threshold(text: str) -> float | None:
    try:
        return number(text)
    except ValueError:
        raise Refused(f"« {text} » n'est pas un nombre ; écrivez par exemple 2,5.") from None


def areas(choice: Choice) -> list[Area]:
    """Every area of the territory in the chosen mesh, by code."""
    table = by_area(choice.diagnosis.frame, choice.mesh)
    named = _names(choice)
    held = {indicator.code: table[column] for indicator, column in _held(choice)}
    return [
        Area(
            code=code,
            name=named[code].name,
            search_name=named[code].search_name,
            group=named[code].group,
            population=_known(table["population"][row]),
            values={indicator: _known(values[row]) for indicator, values in held.items()},
        )
        for row, code in enumerate(table["code"].tolist())
        if code in named
    ]


def _held(choice: Choice) -> list[tuple[Indicator, str]]:
    names = columns(choice.diagnosis.profession)
    return [(indicator, names[indicator.code]) for indicator in available(choice.diagnosis)]


def _known(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None


@dataclass(frozen=True, slots=True)
class _Name:
    name: str
    search_name: str
    group: str = ""


def _names(choice: Choice) -> dict[str, _Name]:
    """Name of each area, and of the EPCI of a commune."""
    if choice.mesh == "commune":
        key = choice.diagnosis.territory.key
        rows = Commune.objects.within(key.level, key.code).values_list(
            "code", "name", "search_name", "epci__name"
        )
        return {code: _Name(name, searched, epci or "") for code, name, searched, epci in rows}
    model: Any = Epci if choice.mesh == "epci" else Departement
    return {code: _Name(name, search_key(name)) for code, name in model.objects.values_list("code", "name")}


def narrowed(rows: list[Area], choice: Choice, wanted: Filter) -> list[Area]:
    """The areas that pass the filter, in its order; areas without value last, whatever the order."""
    text = search_key(wanted.text)
    shown = [
        area
        for area in rows
        if text in area.search_name
        and (not wanted.epci or area.group == wanted.epci)
        and (wanted.below is None or _is_below(area.values[choice.indicator.code], wanted.below))
    ]
    return _sorted(shown, wanted.order)


def _is_below(value: float | None, threshold: float) -> bool:
    return value is not None and value < threshold


def _sorted(rows: list[Area], order: str) -> list[Area]:
    code, descending = order.removeprefix("-"), order.startswith("-")
    if code in ("", "name"):
        return sorted(rows, key=lambda area: area.search_name, reverse=descending)
    known = [area for area in rows if area.values.get(code) is not None]
    unknown = [area for area in rows if area.values.get(code) is None]
    return sorted(known, key=lambda area: area.values[code] or 0.0, reverse=descending) + unknown


def export_rows(choice: Choice, rows: list[Area]) -> tuple[list[str], list[list[Any]]]:
    """Headers and rows of an export: every indicator there is, with its code, unit and vintage."""
    indicators = available(choice.diagnosis)
    vintage = choice.diagnosis.snapshot.vintage
    headers = ["code", "nom", "intercommunalité"]
    headers += [f"{indicator.label} ({indicator.unit}, {vintage})" for indicator in indicators]
    return headers, [
        [area.code, area.name, area.group, *(area.values[indicator.code] for indicator in indicators)]
        for area in rows
    ]
