"""A territory in colours: an outline and values in, one SVG text out, for the page and for the PDF alike."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Final

from maillage.drawing.numbers import MISSING, format_number, is_known
from maillage.drawing.outlines import LABEL_SIZE, MARGIN, SCALE_BAR_BAND, Label, Outline
from maillage.drawing.scales import Scale

FONT: Final = "'Source Sans 3', sans-serif"
_INK: Final = "#1d2529"
_CONTOUR: Final = "#b3bcc1"
_CASING: Final = "#ffffff"
_HATCH: Final = "#8d979c"
_HATCH_GROUND: Final = "#eef0f1"
_LEGEND_ROW: Final = 34.0
_LEGEND_COLUMNS: Final = 3


@dataclass(frozen=True)
class Pin:
    """A place marked on the map (booth, health centre…), in WGS84 degrees."""

    name: str
    lon: float
    lat: float
    href: str | None = None


@dataclass(frozen=True)
class _Texts:
    """How one map words and links its areas."""

    unit: str
    decimals: int
    links: Mapping[str, str]
    identifier: str


def paint(
    outline: Outline,
    values: Mapping[str, float | None],
    scale: Scale,
    *,
    label: str,
    unit: str = "",
    links: Mapping[str, str] | None = None,
    pins: Sequence[Pin] = (),
    selected: str | None = None,
    identifier: str = "map",
    standalone: bool = False,
) -> str:
    """Colour ``outline`` by ``values`` (code → value, None or absent meaning no data, drawn hatched).

    ``label`` is the French sentence that names the map for screen readers, ``unit`` follows each value,
    ``links`` gives the address of each area, ``selected`` is ringed, ``identifier`` keeps ids apart when a
    page holds two maps. Colours and strokes are presentation attributes, so the text serves inline under a
    Content-Security-Policy without ``unsafe-inline``; with ``standalone`` it is a file of its own, for a
    PDF, without links.
    """
    texts = _Texts(unit, scale.decimals, {} if standalone else links or {}, identifier)
    linked = not standalone and bool(texts.links or any(pin.href for pin in pins))
    areas = "".join(_area(code, outline, values.get(code), scale, texts) for code in outline.paths)
    return "".join(
        (
            _opening(outline, scale, label, linked=linked, standalone=standalone),
            _hatching(identifier),
            f'<g class="map-areas" stroke="{_CONTOUR}" stroke-width=".6" stroke-linejoin="round">{areas}</g>',
            _borders(outline),
            _ring(outline, selected),
            "".join(_pin(pin, outline, linked=not standalone) for pin in pins),
            _labels(outline.labels),
            _scale_bar(outline),
            _printed_legend(outline, scale) if standalone else "",
            "</svg>",
        )
    )


def _opening(outline: Outline, scale: Scale, label: str, *, linked: bool, standalone: bool) -> str:
    # An image hides its children from screen readers: links need a group.
    role = "group" if linked else "img"
    height = outline.height + (_legend_height(scale) if standalone else 0)
    own_file = (
        f' xmlns="http://www.w3.org/2000/svg" width="{outline.width:g}" height="{height:g}"'
        if standalone
        else ""
    )
    return (
        f'<svg{own_file} class="map" viewBox="0 0 {outline.width:g} {height:g}" role="{role}" '
        f'preserveAspectRatio="xMinYMin" aria-label="{escape(label)}" '
        f'font-family="{FONT}" font-size="{LABEL_SIZE:g}">'
    )


def _hatching(identifier: str) -> str:
    return (
        f'<defs><pattern id="{escape(identifier)}-missing" width="7" height="7" '
        f'patternUnits="userSpaceOnUse" patternTransform="rotate(45)">'
        f'<rect width="7" height="7" fill="{_HATCH_GROUND}"/>'
        f'<path d="M0 0V7" stroke="{_HATCH}" stroke-width="2.4"/></pattern></defs>'
    )


def _area(code: str, outline: Outline, value: float | None, scale: Scale, texts: _Texts) -> str:
    colour = scale.colour_of(value) or f"url(#{escape(texts.identifier)}-missing)"
    name, reading = escape(outline.names[code]), escape(_reading(value, texts))
    path = (
        f'<path d="{outline.paths[code]}" fill="{colour}" data-code="{escape(code)}" '
        f'data-name="{name}" data-value="{reading}"'
    )
    title = f"<title>{name}\N{NO-BREAK SPACE}: {reading}</title>"
    link = texts.links.get(code)
    if link is None:
        return f"{path}>{title}</path>"
    return f'<a href="{escape(link)}">{title}{path}/></a>'


def _reading(value: float | None, texts: _Texts) -> str:
    if not is_known(value):
        return MISSING
    return f"{format_number(value, texts.decimals)} {texts.unit}".rstrip()


def _borders(outline: Outline) -> str:
    # A pale casing keeps the border legible over the darkest classes.
    return (
        '<g class="map-borders" fill="none" stroke-linejoin="round" stroke-linecap="round" '
        f'pointer-events="none" aria-hidden="true" stroke="{_INK}">'
        f'<path d="{outline.group_border}" stroke="{_CASING}" stroke-width="3.2" stroke-opacity=".8"/>'
        f'<path d="{outline.group_border}" stroke-width="1.3"/>'
        f'<path d="{outline.outer_border}" stroke-width="2"/></g>'
    )


def _ring(outline: Outline, selected: str | None) -> str:
    if selected is None or selected not in outline.paths:
        return ""
    return (
        f'<path class="map-selected" d="{outline.paths[selected]}" fill="none" stroke="{_INK}" '
        'stroke-width="3.5" stroke-linejoin="round" pointer-events="none" aria-hidden="true"/>'
    )


def _pin(pin: Pin, outline: Outline, *, linked: bool) -> str:
    x, y = outline.projection.project(pin.lon, pin.lat)
    name = escape(pin.name)
    mark = (
        f'<g class="map-pin" data-name="{name}" transform="translate({x:g} {y:g})"><title>{name}</title>'
        f'<path d="M0 0c-3-7-10-10-10-18a10 10 0 0 1 20 0c0 8-7 11-10 18z" fill="{_INK}" '
        'stroke="#fff" stroke-width="1.5"/><circle cy="-18" r="3.6" fill="#fff"/></g>'
    )
    return f'<a href="{escape(pin.href)}">{mark}</a>' if linked and pin.href else mark


def _labels(labels: Sequence[Label]) -> str:
    # The halo is a wider white copy below: `paint-order` is not drawn by every PDF engine.
    marks = "".join(
        f'<g class="map-label" transform="translate({label.x:g} {label.y:g})"><circle r="3.5"/>'
        f'<text x="{label.dx:g}" y="{label.dy:g}" text-anchor="{label.anchor}" fill="#fff" stroke="#fff" '
        f'stroke-width="4.5" stroke-linejoin="round">{escape(label.name)}</text>'
        f'<text x="{label.dx:g}" y="{label.dy:g}" text-anchor="{label.anchor}">{escape(label.name)}</text>'
        "</g>"
        for label in labels
    )
    return f'<g class="map-labels" fill="{_INK}" pointer-events="none" aria-hidden="true">{marks}</g>'


def _scale_bar(outline: Outline) -> str:
    length = outline.scale_km * outline.projection.units_per_km
    kilometres = format_number(outline.scale_km, decimals=0 if outline.scale_km >= 1 else 1)
    middle = outline.height - SCALE_BAR_BAND / 2
    return (
        f'<g class="map-scale" aria-hidden="true" transform="translate({MARGIN:g} {middle:g})" fill="{_INK}">'
        f'<path d="M0-5V0H{length:.1f}V-5" fill="none" stroke="{_INK}" stroke-width="1.5"/>'
        f'<text x="{length + 8:.1f}" y="4" font-size="18">{kilometres} km</text></g>'
    )


def _legend_height(scale: Scale) -> float:
    return _LEGEND_ROW * -(-len(scale.colours) // _LEGEND_COLUMNS) + MARGIN


def _printed_legend(outline: Outline, scale: Scale) -> str:
    """The classes under a map of its own file: a page writes them beside its map, paper cannot."""
    width = (outline.width - 2 * MARGIN) / _LEGEND_COLUMNS
    rows = "".join(
        f'<g transform="translate({MARGIN + rank % _LEGEND_COLUMNS * width:.1f} '
        f'{outline.height + rank // _LEGEND_COLUMNS * _LEGEND_ROW:.1f})">'
        f'<rect width="34" height="22" fill="{colour}" stroke="{_CONTOUR}"/>'
        f'<text x="44" y="17" font-size="18" fill="{_INK}">{escape(label)}</text></g>'
        for rank, (colour, label) in enumerate(zip(scale.colours, scale.labels(), strict=True))
    )
    return f'<g class="map-legend" aria-hidden="true">{rows}</g>'
