"""The parts that several pages share: their frame, the comparison, the map, the trend."""

from __future__ import annotations

from typing import Any

import numpy as np
from django.urls import reverse

from maillage.diagnosis.areas import Area
from maillage.diagnosis.choices import MESHES, Choice, available, meshes, scale_for
from maillage.diagnosis.figures import Figure
from maillage.diagnosis.indicators import MINUTES
from maillage.diagnosis.mapping import outline_of
from maillage.diagnosis.pages.wording import main_sentences, shown
from maillage.diagnosis.professions import PROFESSIONS
from maillage.diagnosis.published import located_code
from maillage.diagnosis.reading import Diagnosis, snapshot_for, vintages
from maillage.drawing import charts
from maillage.drawing.maps import paint
from maillage.drawing.scales import legend
from maillage.kit.text import number
from maillage.territories.keys import LEVEL_LABELS, Key

TABS = {"map": "Carte", "figures": "Chiffres", "table": "Tableau"}
# DREES revised the field and the activity bounds of the APL in the series that begins in 2022.
METHOD_BREAK = 2022
BREAK_NOTE = "La méthode de la DREES a changé en 2022 : avant et après ne se comparent pas strictement."


def page_frame(choice: Choice, page: str) -> dict[str, Any]:
    """What every page of a territory holds: its name, its main sentence, its links, its choices."""
    diagnosis = choice.diagnosis
    key = diagnosis.territory.key
    links = {name: address(name, key, choice.query()) for name in TABS}
    return {
        "sentences": main_sentences(diagnosis),
        "warnings": diagnosis.warnings,
        "tabs": [
            {"label": label, "url": links[name], "current": name == page}
            for name, label in TABS.items()
            if key.level != "commune"
        ],
        "territory": diagnosis.territory,
        "level": LEVEL_LABELS[key.level],
        "profession": diagnosis.profession,
        "vintage": diagnosis.snapshot.vintage,
        "indicator": choice.indicator,
        "breadcrumb": breadcrumb(choice),
        "choices": _menus(choice),
        "links": links,
    }


def address(name: str, key: Key, query: str = "") -> str:
    found = reverse(f"diagnosis:{name}", kwargs={"key": str(key)})
    return f"{found}?{query}" if query else found


def breadcrumb(choice: Choice) -> list[dict[str, str]]:
    """From France down to the territory."""
    query = choice.query()
    entries = [
        {"label": parent.name, "url": address("map", parent.key, _for_level(parent.key, choice))}
        for parent in reversed(choice.diagnosis.parents)
    ]
    return [*entries, {"label": choice.diagnosis.territory.name, "url": f"?{query}"}]


def _for_level(key: Key, choice: Choice) -> str:
    """The same view in another territory, in a mesh that exists there."""
    return choice.query(maille=next(iter(meshes(key))))


def _menus(choice: Choice) -> list[dict[str, Any]]:
    diagnosis = choice.diagnosis
    key, code = diagnosis.territory.key, diagnosis.profession.code
    offered = {
        "indicateur": [(i.code, i.label, i.code == choice.indicator.code) for i in available(diagnosis)],
        "profession": [
            (p.code, p.label, p.code == code) for p in PROFESSIONS.values() if vintages(p.code, key)
        ],
        "millesime": [(str(y), str(y), y == diagnosis.snapshot.vintage) for y in vintages(code, key)],
        "maille": [
            (mesh, label, mesh == choice.mesh) for mesh, label in meshes(key, drawn=choice.drawn).items()
        ],
    }
    labels = {
        "indicateur": "Indicateur",
        "profession": "Profession",
        "millesime": "Millésime",
        "maille": "Maille",
    }
    return [{"name": name, "label": labels[name], "options": options} for name, options in offered.items()]


# What does not depend on the profession one looks at.
COMMON_COLUMNS = ("population", "minutes_pharmacy", "minutes_emergency")


def map_title(choice: Choice) -> str:
    """« Temps au plus proche médecin généraliste (min), médecins généralistes, 2023 »."""
    unit = " (min)" if choice.indicator.unit == MINUTES else ""
    profession = choice.diagnosis.profession.label.lower()
    whose = "" if choice.column in COMMON_COLUMNS else f", {profession}"
    return f"{choice.indicator.label}{unit}{whose}, {choice.diagnosis.snapshot.vintage}"


def map_of(choice: Choice, rows: list[Area], *, selected: str | None = None) -> dict[str, Any] | None:
    key, indicator = choice.diagnosis.territory.key, choice.indicator
    outline = outline_of(key, choice.mesh)
    if outline is None:
        return None
    values = {area.code: area.values[indicator.code] for area in rows}
    populations = {area.code: area.population or 0.0 for area in rows}
    scale = scale_for(
        choice,
        np.array([np.nan if v is None else v for v in values.values()]),
        np.array(list(populations.values())),
    )
    below = _below(choice)
    links = {code: address("map", Key(choice.mesh, code), below) for code in outline.paths}
    title = map_title(choice)
    return {
        "svg": paint(
            outline,
            values,
            scale,
            label=f"Carte : {title}, {choice.diagnosis.territory.name}",
            unit="" if indicator.is_share else indicator.unit,
            links=links,
            selected=selected,
        ),
        "title": title,
        "legend": legend(values, scale, populations),
        "noun": MESHES[choice.mesh],
        "source": _source(choice),
        "table_url": address("table", key, choice.query(tri=indicator.code)),
        "undrawn": len(values.keys() - outline.paths.keys()),
    }


def _below(choice: Choice) -> str:
    """The same view one level down, where the mesh is communes."""
    return choice.query(maille="commune") if choice.mesh != "departement" else choice.query(maille="epci")


def _source(choice: Choice) -> str:
    figure = choice.diagnosis.figure(choice.indicator.code)
    return f"Source : {figure.source}." if figure and figure.source else ""


def link_cell(choice: Choice, area: Area) -> dict[str, Any]:
    return {"text": area.name, "url": address("map", Key(choice.mesh, area.code), _below(choice))}


def comparison(diagnosis: Diagnosis) -> list[dict[str, Any]]:
    """Every figure beside those of the territories above, of the same source only."""
    above = [Diagnosis(parent, diagnosis.snapshot) for parent in diagnosis.parents]
    return [
        {
            "figure": figure,
            "value": shown(figure),
            "above": [_same_source(parent, figure) for parent in above],
        }
        for figure in diagnosis.figures
        if figure.value is not None
    ]


def _same_source(above: Diagnosis, own: Figure) -> str:
    """The figure of a territory above, published or located by commune, that has the source of our own."""
    code = own.indicator.code
    candidates = (above.figure(code), above.figure(located_code(code)))
    same = next((found for found in candidates if found and found.source == own.source), None)
    return shown(same) if same else "–"


def trend(diagnosis: Diagnosis) -> dict[str, Any] | None:
    """The mean APL over the vintages, beside the département or region and France."""
    key = diagnosis.territory.key
    years = sorted(vintages(diagnosis.profession.code, key))
    shown_territories = [diagnosis.territory, *diagnosis.parents[-2:]]
    series: dict[str, dict[int, float | None]] = {}
    for year in years:
        snapshot = snapshot_for(diagnosis.profession.code, year, key)
        for territory in shown_territories:
            at = Diagnosis(territory, snapshot)
            figure = at.figure("apl_mean") if at.is_covered else None
            series.setdefault(territory.name, {})[year] = figure.value if figure else None
    points = [charts.Point(name, year, v) for name, values in series.items() for year, v in values.items()]
    if len({point.year for point in points if point.value is not None}) < 2:
        return None
    caption = f"APL moyenne, {diagnosis.profession.label.lower()} ({diagnosis.profession.apl_unit})"
    svg = charts.render(
        charts.trend(points, highlight=diagnosis.territory.name, decimals=2),
        label=f"Évolution : {caption}, {diagnosis.territory.name}",
    )
    return {
        "svg": svg,
        "caption": caption,
        "break_note": BREAK_NOTE if min(years) < METHOD_BREAK <= max(years) else "",
        "years": years,
        "rows": [(name, [number(values.get(year), 2) for year in years]) for name, values in series.items()],
    }
