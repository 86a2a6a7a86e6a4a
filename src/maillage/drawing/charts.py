"""Charts as Vega-Lite specifications, drawn to SVG without a browser or the network.

Each builder returns a plain specification, which :func:`render` draws. A chart repeats a data table of the
page: lines and points carry their name beside them, so that none needs a legend or colour alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape
from itertools import pairwise
from typing import Any, Final, TypeAlias

import vl_convert

from maillage.drawing.numbers import MINUS, NARROW_SPACE, format_number, is_known

Spec: TypeAlias = dict[str, Any]

FAMILY: Final = "'Source Sans 3', sans-serif"
ACCENT: Final = "#0d5c6b"
_INK: Final = "#1d2529"
_QUIET: Final = "#5b666c"
_RULE: Final = "#dfe4e6"
_TICK: Final = "#9fb3b9"
_WIDTH: Final = 330
_ROW: Final = 30
_TREND_HEIGHT: Final = 220
_LINE_HEIGHT: Final = 20
_TREND_PADDING: Final = 0.12
_SPREAD_ROUNDS: Final = 50
_UNWANTED: Final = re.compile(r'\s(?:style|role|aria-roledescription|aria-hidden|xmlns:xlink)="[^"]*"')
_ROWS: Final[Spec] = {"field": "label", "type": "nominal", "sort": None}
_PERCENT: Final = f"{NARROW_SPACE}%"
_LOCALE: Final = {
    "decimal": ",",
    "thousands": NARROW_SPACE,
    "grouping": [3],
    "currency": ["", f"{NARROW_SPACE}€"],
    "percent": _PERCENT,
    "minus": MINUS,
}
_CONFIG: Final[Spec] = {
    "aria": False,
    "background": "transparent",
    "font": FAMILY,
    "view": {"stroke": None},
    "axis": {
        "domain": False,
        "ticks": False,
        "grid": False,
        "gridColor": _RULE,
        "labelColor": _QUIET,
        "labelFontSize": 15,
        "labelLimit": 260,
        "labelPadding": 8,
        "title": None,
        "titleColor": _QUIET,
        "titleFontSize": 15,
        "titleFontWeight": "normal",
        "titlePadding": 10,
    },
    "text": {"fontSize": 15, "color": _INK},
}


@dataclass(frozen=True)
class Point:
    """One value of one line: ``year`` is the vintage, None or NaN leaves no point."""

    series: str
    year: int
    value: float | None


@dataclass(frozen=True)
class Mark:
    """One named value: a bar of :func:`bars`."""

    label: str
    value: float


@dataclass(frozen=True)
class Band:
    """A figure within its bounds, at a place of the horizontal axis (a year, years since an aid).

    ``wide`` holds ``narrow``; give the same one twice where a single interval is known.
    """

    at: int
    value: float
    narrow: tuple[float, float]
    wide: tuple[float, float]


@dataclass(frozen=True)
class Step:
    """A share still there from a time on, in one line of :func:`steps`."""

    series: str
    time: float
    share: float


def trend(points: Iterable[Point], *, highlight: str, decimals: int = 1, colour: str = ACCENT) -> Spec:
    """Lines over the vintages: ``highlight`` in ``colour``, the other series grey for comparison.

    Each line is named, with its last value, at its right end.
    """
    known = _known(points)
    low, high = _padded_range([row["value"] for row in known], _TREND_PADDING)
    last = {row["series"]: row for row in sorted(known, key=lambda row: row["year"])}
    ends = [
        {**row, "place": place, "label": f"{row['series']} {format_number(row['value'], decimals)}"}
        for row, place in _spread(list(last.values()), gap=_LINE_HEIGHT / _TREND_HEIGHT * (high - low))
    ]
    years = sorted({row["year"] for row in known})
    x = {
        "field": "year",
        "type": "quantitative",
        "axis": {"format": "d", "values": years, "labelFlush": False},
        "scale": {"domain": [years[0] - 0.15, years[-1]], "nice": False},
    }
    y = {
        "field": "value",
        "type": "quantitative",
        "scale": {"domain": [low, high], "nice": False},
        "axis": {"grid": True, "tickCount": 4, "format": f",.{decimals}f"},
    }
    lines = {
        "x": x,
        "y": y,
        "detail": {"field": "series"},
        "color": _emphasis("series", highlight, colour, _QUIET),
    }
    return _chart(
        [*known, *ends],
        [
            {
                "transform": [{"filter": "!isValid(datum.label)"}],
                "mark": "line",
                "encoding": {**lines, "strokeWidth": _emphasis("series", highlight, 3, 1.5)},
            },
            {
                "transform": [{"filter": "!isValid(datum.label)"}],
                "mark": {"type": "circle", "opacity": 1},
                "encoding": {**lines, "size": _emphasis("series", highlight, 70, 30)},
            },
            {
                "transform": [{"filter": "isValid(datum.label)"}],
                "mark": {"type": "text", "align": "left", "dx": 10},
                "encoding": {
                    **lines,
                    "y": {"field": "place", "type": "quantitative"},
                    "text": {"field": "label"},
                    "fontWeight": _emphasis("series", highlight, 600, 400),
                },
            },
        ],
        height=_TREND_HEIGHT,
    )


def bars(
    marks: Sequence[Mark], *, decimals: int = 1, highlight: str | None = None, colour: str = ACCENT
) -> Spec:
    """Horizontal bars in the order given, each ended by its value: shares, contributions, head counts.

    With ``highlight`` only that bar takes ``colour``; without it all do.
    """
    rows = [{**row, "text": format_number(row["value"], decimals)} for row in _rows(marks)]
    fill = {"value": colour} if highlight is None else _emphasis("label", highlight, colour, _TICK)
    x = {
        "field": "value",
        "type": "quantitative",
        "axis": None,
        "scale": {"nice": False, "zero": True},
    }
    return _chart(
        rows,
        [
            {"mark": {"type": "bar", "height": 16}, "encoding": {"x": x, "y": _ROWS, "color": fill}},
            {
                "mark": {"type": "text", "align": "left", "dx": 6},
                "encoding": {"x": x, "y": _ROWS, "text": {"field": "text"}},
            },
        ],
        height=_ROW * len(rows),
    )


def fan(bands: Sequence[Band], *, decimals: int = 1, colour: str = ACCENT, zero: bool = False) -> Spec:
    """A line inside two bands, the wider the paler: what may come. No figure is drawn without its bounds.

    :param zero: draws the line of zero, for effects.
    """
    rows = [
        {
            "at": band.at,
            "value": band.value,
            "narrow_low": band.narrow[0],
            "narrow_high": band.narrow[1],
            "wide_low": band.wide[0],
            "wide_high": band.wide[1],
        }
        for band in bands
    ]
    if not rows:
        raise ValueError("Aucune valeur à tracer : il faut au moins une année prévue.")
    bounds = [bound for band in bands for bound in band.wide]
    low, high = _padded_range([*bounds, 0.0] if zero else bounds, _TREND_PADDING)
    places = sorted({band.at for band in bands})
    shown = places[:: max(1, len(places) // 6)]
    x = {
        "field": "at",
        "type": "quantitative",
        "axis": {"format": "d", "values": shown, "labelFlush": False},
        "scale": {"domain": [places[0] - 0.15, places[-1] + 0.15], "nice": False},
    }
    scale = {"domain": [low, high], "nice": False}
    axis = {"grid": True, "tickCount": 4, "format": f",.{decimals}f"}
    y = {"type": "quantitative", "scale": scale, "axis": axis}
    layers: list[Spec] = [
        {
            "mark": {"type": "area", "color": colour, "opacity": opacity},
            "encoding": {"x": x, "y": {**y, "field": f"{name}_low"}, "y2": {"field": f"{name}_high"}},
        }
        for name, opacity in (("wide", 0.18), ("narrow", 0.3))
    ]
    if zero:
        layers.append({"mark": {"type": "rule", "color": _QUIET}, "encoding": {"y": {"datum": 0, **y}}})
    line = {"x": x, "y": {**y, "field": "value"}}
    layers.append({"mark": {"type": "line", "color": colour, "strokeWidth": 3}, "encoding": line})
    layers.append({"mark": {"type": "circle", "color": colour, "opacity": 1, "size": 40}, "encoding": line})
    return _chart(rows, layers, height=_TREND_HEIGHT)


def front(points: Sequence[tuple[float, float]], *, first: str, second: str, colour: str = ACCENT) -> Spec:
    """Compromises between two goals: each better than its neighbour for one, worse for the other.

    :param points: values for the first goal (horizontal) and the second (vertical).
    """
    if not points:
        raise ValueError("Aucun compromis à tracer.")
    rows = [{"first": one, "second": other} for one, other in sorted(points)]
    axes = {}
    for channel, name, title in (("x", "first", first), ("y", "second", second)):
        low, high = _padded_range([row[name] for row in rows], _TREND_PADDING)
        axes[channel] = {
            "field": name,
            "type": "quantitative",
            "title": title,
            "scale": {"domain": [low, high], "nice": False},
            "axis": {"grid": True, "tickCount": 5, "format": ",~f"},
        }
    return _chart(
        rows,
        [
            {"mark": {"type": "line", "color": colour, "strokeWidth": 1.5}, "encoding": axes},
            {"mark": {"type": "point", "filled": True, "size": 90, "color": colour}, "encoding": axes},
        ],
        height=_TREND_HEIGHT,
    )


def steps(points: Sequence[Step], *, highlight: str, last: float, colour: str = ACCENT) -> Spec:
    """Shares that fall step by step from the whole, one line a series, each named at its end.

    :param last: where the axis of time stops.
    """
    if not points:
        raise ValueError("Aucune valeur à tracer : il faut au moins une personne suivie.")
    rows = [{"series": point.series, "time": point.time, "share": point.share} for point in points]
    ends = {row["series"]: {**row, "value": row["share"]} for row in rows}
    named = [
        {**row, "place": place, "label": f"{row['series']} {format_number(100 * row['share'])}{_PERCENT}"}
        for row, place in _spread(list(ends.values()), gap=_LINE_HEIGHT / _TREND_HEIGHT * 1.05)
    ]
    x = {
        "field": "time",
        "type": "quantitative",
        "axis": {"format": "d", "tickCount": 6, "labelFlush": False},
        "scale": {"domain": [0, last], "nice": False},
    }
    y = {
        "field": "share",
        "type": "quantitative",
        "scale": {"domain": [0, 1.05], "nice": False},
        "axis": {"grid": True, "values": [0, 0.25, 0.5, 0.75, 1], "format": ".0%"},
    }
    line = {
        "x": x,
        "y": y,
        "detail": {"field": "series"},
        "color": _emphasis("series", highlight, colour, _QUIET),
        "strokeWidth": _emphasis("series", highlight, 3, 1.5),
    }
    return _chart(
        [*rows, *named],
        [
            {
                "transform": [{"filter": "!isValid(datum.label)"}],
                "mark": {"type": "line", "interpolate": "step-after"},
                "encoding": line,
            },
            {
                "transform": [{"filter": "isValid(datum.label)"}],
                "mark": {"type": "text", "align": "left", "dx": 10},
                "encoding": {
                    "x": x,
                    "y": {**y, "field": "place"},
                    "text": {"field": "label"},
                    "color": line["color"],
                },
            },
        ],
        height=_TREND_HEIGHT,
    )


def render(spec: Spec, *, label: str) -> str:
    """Draw a specification to an SVG text named ``label`` for screen readers.

    The text holds neither style attribute nor script, so that it serves inline under a strict
    Content-Security-Policy; it is one image, without roles inside; nothing is fetched.
    """
    drawn = vl_convert.vegalite_to_svg(spec, format_locale=_LOCALE, allowed_base_urls=[])
    opening = f'<svg role="img" aria-label="{escape(label)}" '
    return _UNWANTED.sub("", drawn).replace("<svg ", opening, 1)


def _chart(rows: Sequence[Spec], layers: Sequence[Spec], *, height: int) -> Spec:
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v6.json",
        "config": _CONFIG,
        "width": _WIDTH,
        "height": height,
        "data": {"values": list(rows)},
        "layer": list(layers),
    }


def _known(points: Iterable[Point]) -> list[Spec]:
    known = [
        {"series": point.series, "year": point.year, "value": point.value}
        for point in points
        if is_known(point.value)
    ]
    if not known:
        raise ValueError("Aucune valeur à tracer : il faut au moins un millésime qui en porte une.")
    return known


def _rows(marks: Sequence[Mark]) -> list[Spec]:
    if not marks:
        raise ValueError("Aucune valeur à tracer : il faut au moins une ligne.")
    return [{"label": mark.label, "value": mark.value} for mark in marks]


def _emphasis(field: str, highlight: str, strong: str | float, weak: str | float) -> Spec:
    test = {"field": field, "equal": highlight}
    return {"condition": {"test": test, "value": strong}, "value": weak}


def _padded_range(values: Sequence[float], padding: float) -> tuple[float, float]:
    low, high = min(values), max(values)
    margin = (high - low or abs(high) or 1.0) * padding
    return low - margin, high + margin


def _spread(rows: Sequence[Spec], gap: float) -> list[tuple[Spec, float]]:
    """Places of the line names: two names closer than ``gap`` part by the same amount, others stay."""
    ordered = sorted(rows, key=lambda row: row["value"])
    places = [float(row["value"]) for row in ordered]
    for _ in range(_SPREAD_ROUNDS):
        for lower, upper in pairwise(range(len(places))):
            lack = max(0.0, gap - (places[upper] - places[lower]))
            places[lower] -= lack / 2
            places[upper] += lack / 2
    return list(zip(ordered, places, strict=True))
