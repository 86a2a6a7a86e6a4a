"""What each page of the diagnosis shows: main sentence, figures, map, tables. No request, no HTML."""

from __future__ import annotations

from typing import Any

import numpy as np
from django.core.paginator import Page
from django.urls import reverse

from maillage.diagnosis.areas import SHOWN, Area, Filter, areas, narrowed
from maillage.diagnosis.choices import MESHES, Choice, available, meshes, scale_for
from maillage.diagnosis.contributions import Contribution, contributions
from maillage.diagnosis.figures import Figure
from maillage.diagnosis.indicators import MINUTES, Indicator, indicators
from maillage.diagnosis.mapping import outline_of
from maillage.diagnosis.professions import PROFESSIONS
from maillage.diagnosis.reading import Diagnosis, located_code, snapshot_for, specialties, vintages
from maillage.drawing import charts
from maillage.drawing.maps import paint
from maillage.drawing.scales import legend
from maillage.kit.console import Refused
from maillage.kit.text import NARROW_SPACE, number, percent, search_key
from maillage.territories import places
from maillage.territories.keys import LEVEL_LABELS, Key
from maillage.territories.models import Dataset, Programme, Zone

LOWEST_SHOWN = 15
CONTRIBUTIONS_SHOWN = 12
# DREES revised the field and the activity bounds of the APL in the series that begins in 2022.
METHOD_BREAK = 2022
BREAK_NOTE = "La méthode de la DREES a changé en 2022 : avant et après ne se comparent pas strictement."
TABS = {"map": "Carte", "figures": "Chiffres", "table": "Tableau"}
PROGRAMMES = {
    "frr": "France Ruralités Revitalisation",
    "fs": "France services",
    "pvd": "Petites villes de demain",
    "acv": "Action cœur de ville",
    "va": "Villages d'avenir",
}


def shown(figure: Figure | None) -> str:
    """The value of a figure as pages write it."""
    return "n. d." if figure is None else written(figure.indicator, figure.value)


def written(indicator: Indicator, value: float | None) -> str:
    if indicator.is_share:
        return percent(value)
    suffix = f"{NARROW_SPACE}min" if indicator.unit == MINUTES and value is not None else ""
    return number(value, indicator.decimals) + suffix


def map_page(choice: Choice) -> dict[str, Any]:
    rows = areas(choice)
    return {
        **_frame(choice, "map"),
        "key_figures": key_figures(choice),
        "map": _map(choice, rows),
        "lowest": _lowest_table(choice, rows),
        "area_count": len(rows),
    }


def _frame(choice: Choice, page: str) -> dict[str, Any]:
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
    code = diagnosis.profession.code
    offered = {
        "indicateur": [(i.code, i.label, i.code == choice.indicator.code) for i in available(diagnosis)],
        "profession": [(p.code, p.label, p.code == code) for p in PROFESSIONS.values() if vintages(p.code)],
        "millesime": [(str(y), str(y), y == diagnosis.snapshot.vintage) for y in vintages(code)],
        "maille": [
            (mesh, label, mesh == choice.mesh) for mesh, label in meshes(diagnosis.territory.key).items()
        ],
    }
    labels = {
        "indicateur": "Indicateur",
        "profession": "Profession",
        "millesime": "Millésime",
        "maille": "Maille",
    }
    return [{"name": name, "label": labels[name], "options": options} for name, options in offered.items()]


def main_sentences(diagnosis: Diagnosis) -> list[list[tuple[str, bool]]]:
    """The page's main thing, in sentences cut into pieces: text, and whether it is the figure."""
    mean = diagnosis.figure("apl_mean")
    if mean is None or mean.value is None:
        return _density_sentence(diagnosis)
    compared = _compared(diagnosis, "apl_mean")
    of = diagnosis.profession
    what = "consultations de généraliste par an" if of.code == "mg" else f"({of.apl_unit})"
    said = [
        [
            (f"En {mean.vintage}, chaque habitant a accès en moyenne à ", False),
            (f"{shown(mean)} {what}", True),
            (f"{compared}.", False),
        ]
    ]
    under = diagnosis.figure("apl_share_under_2_5")
    if under is not None and under.value is not None:
        said.append(
            [(shown(under), True), (" de la population vit dans une commune sous le seuil de 2,5.", False)]
        )
    return said


def headline(key: str) -> list[list[tuple[str, bool]]]:
    """The main sentences of a territory for a list of them; none when nothing is loaded of it."""
    try:
        return main_sentences(Diagnosis(places.find(key), snapshot_for("mg", None)))
    except Refused:
        return []


def _density_sentence(diagnosis: Diagnosis) -> list[list[tuple[str, bool]]]:
    density = _density(diagnosis)
    if density is None or density.value is None:
        return [[("Aucun chiffre n'est connu ici pour cette profession.", False)]]
    compared = _compared(diagnosis, density.indicator.code)
    label = diagnosis.profession.label.lower()
    return [
        [
            (f"En {density.vintage}, on compte ", False),
            (f"{shown(density)} {label} pour 10 000 habitants", True),
            (f"{compared}.", False),
        ]
    ]


def _density(diagnosis: Diagnosis) -> Figure | None:
    return diagnosis.figure(f"{diagnosis.profession.slug}_density_per_10000")


def _compared(diagnosis: Diagnosis, code: str) -> str:
    """« (3,27 en Île-de-France, 3,74 en France) »: the same figure, of the same source, above."""
    own = diagnosis.figure(code)
    said = []
    for parent in diagnosis.parents[-2:]:
        figure = Diagnosis(parent, diagnosis.snapshot).figure(code)
        if figure and figure.value is not None and own and figure.source == own.source:
            said.append(f"{parent.name} : {shown(figure)}")
    return f" ({', '.join(said)})" if said else ""


def key_figures(choice: Choice) -> list[dict[str, str]]:
    """Four figures at most that answer "so what?", each leading to the page that details it."""
    diagnosis = choice.diagnosis
    slug = diagnosis.profession.slug
    wanted = [
        f"{slug}_density_per_10000",
        f"{slug}_share_over_55",
        "apl_worst_tenth",
        "fragility_share",
        "minutes_emergency",
        "minutes_practitioner",
    ]
    found = [figure for code in wanted if (figure := diagnosis.figure(code)) and figure.value is not None]
    url = address("figures", diagnosis.territory.key, choice.query())
    return [
        {
            "label": figure.indicator.label,
            "value": shown(figure),
            "note": " · ".join(filter(None, [str(figure.vintage or ""), _parent_value(diagnosis, figure)])),
            "url": f"{url}#{figure.indicator.code}",
        }
        for figure in found[:4]
    ]


def _parent_value(diagnosis: Diagnosis, figure: Figure) -> str:
    if not diagnosis.parents:
        return ""
    parent = diagnosis.parents[-1]
    above = Diagnosis(parent, diagnosis.snapshot).figure(figure.indicator.code)
    known = above is not None and above.value is not None and above.source == figure.source
    return f"{parent.name} : {shown(above)}" if known else ""


def _map(choice: Choice, rows: list[Area], *, selected: str | None = None) -> dict[str, Any] | None:
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
    links = {code: address("map", Key(choice.mesh, code), _below(choice)) for code in outline.paths}  # type: ignore[arg-type]
    title = (
        f"{indicator.label}, {choice.diagnosis.profession.label.lower()}, {choice.diagnosis.snapshot.vintage}"
    )
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


def _lowest_table(choice: Choice, rows: list[Area]) -> dict[str, Any]:
    """The areas where it is worst, by the chosen indicator."""
    code = choice.indicator.code
    worst_is_high = choice.indicator.better == "low" or choice.indicator.better is None
    order = f"-{code}" if worst_is_high else code
    inhabited = [area for area in rows if area.population and area.values[code] is not None]
    lowest = narrowed(inhabited, choice, Filter(order=order))[:LOWEST_SHOWN]
    titles = {
        "high": "Les moins bien servies",
        "low": "Les moins bien servies",
        None: "Les plus grandes valeurs",
    }
    return {
        "caption": f"{titles[choice.indicator.better]} : {choice.indicator.label}",
        "columns": [
            {"label": MESHES[choice.mesh], "numeric": False},
            {"label": choice.indicator.label, "numeric": True},
            {"label": "Habitants", "numeric": True},
        ],
        "rows": [
            {
                "cells": [
                    _link_cell(choice, area),
                    {"text": written(choice.indicator, area.values[code]), "numeric": True},
                    {"text": number(area.population), "numeric": True},
                ]
            }
            for area in lowest
        ],
    }


def _link_cell(choice: Choice, area: Area) -> dict[str, Any]:
    return {"text": area.name, "url": address("map", Key(choice.mesh, area.code), _below(choice))}  # type: ignore[arg-type]


def table_page(choice: Choice, wanted: Filter, page: Page[Area]) -> dict[str, Any]:
    shown_codes = _table_codes(choice)
    known = {indicator.code: indicator for indicator in available(choice.diagnosis)}
    query = choice.query(**_filter_parameters(wanted))
    groups = sorted({area.group for area in areas(choice) if area.group}, key=search_key)
    key = choice.diagnosis.territory.key
    return {
        **_frame(choice, "table"),
        "table": {
            "caption": f"{MESHES[choice.mesh]} : {page.paginator.count}",
            "columns": [_column("name", MESHES[choice.mesh], wanted, choice, numeric=False)]
            + [_column("population", "Habitants", wanted, choice)]
            + [_column(code, known[code].label, wanted, choice) for code in shown_codes],
            "rows": [_table_row(choice, area, [known[code] for code in shown_codes]) for area in page],
        },
        "page": page,
        "wanted": wanted,
        "groups": groups,
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
        _link_cell(choice, area),
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


def figures_page(choice: Choice) -> dict[str, Any]:
    diagnosis = choice.diagnosis
    return {
        **_frame(choice, "figures"),
        "comparison": _comparison(diagnosis),
        "specialties": specialties(diagnosis.territory.key),
        "parents": diagnosis.parents,
        "trend": _trend(diagnosis),
    }


def _comparison(diagnosis: Diagnosis) -> list[dict[str, Any]]:
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


def _trend(diagnosis: Diagnosis) -> dict[str, Any] | None:
    """The mean APL over the vintages, beside the département or region and France."""
    years = sorted(vintages(diagnosis.profession.code))
    shown_territories = [diagnosis.territory, *diagnosis.parents[-2:]]
    series: dict[str, dict[int, float | None]] = {}
    for year in years:
        snapshot = snapshot_for(diagnosis.profession.code, year)
        for territory in shown_territories:
            at = Diagnosis(territory, snapshot)
            figure = at.figure("apl_mean") if len(at.whole.within(territory.key)) else None
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


def commune_page(choice: Choice) -> dict[str, Any]:
    diagnosis = choice.diagnosis
    parts = contributions(diagnosis)
    return {
        **_frame(choice, "map"),
        "sentences": _commune_sentences(choice, parts),
        "comparison": _comparison(diagnosis),
        "parents": diagnosis.parents,
        "parts": parts[:CONTRIBUTIONS_SHOWN],
        "parts_table": _parts_table(choice, parts),
        "other_parts": len(parts) - CONTRIBUTIONS_SHOWN,
        "parts_chart": _parts_chart(choice, parts),
        "map": _surroundings(choice),
        "trend": _trend(diagnosis),
        "zones": _zones(diagnosis),
        "programmes": _programmes(diagnosis),
    }


def _commune_sentences(choice: Choice, parts: list[Contribution]) -> list[list[tuple[str, bool]]]:
    said = main_sentences(choice.diagnosis)[:1]
    if parts:
        first = parts[0]
        where = (
            "dans la commune même" if first.code == choice.diagnosis.territory.key.code else f"à {first.name}"
        )
        said.append(
            [
                (f"D'après l'estimation, {len(parts)} commune(s) la servent ; ", False),
                (percent(first.share, 0), True),
                (f" de cet accès se trouve {where}.", False),
            ]
        )
    return said


def _parts_table(choice: Choice, parts: list[Contribution]) -> dict[str, Any]:
    label = choice.diagnosis.profession.label
    return {
        "caption": "D'où vient l'accès aux soins (estimation)",
        "columns": [
            {"label": "Commune d'exercice", "numeric": False},
            {"label": "Minutes", "numeric": True},
            {"label": label, "numeric": True},
            {"label": "Apport à l'APL", "numeric": True},
            {"label": "Part", "numeric": True},
        ],
        "rows": [
            {
                "here": part.code == choice.diagnosis.territory.key.code,
                "cells": [
                    {"text": part.name, "url": address("map", Key("commune", part.code), choice.query())},
                    {"text": number(part.minutes), "numeric": True},
                    {"text": number(part.count, 0 if part.count.is_integer() else 1), "numeric": True},
                    {"text": number(part.amount, 2), "numeric": True},
                    {"text": percent(part.share), "numeric": True},
                ],
            }
            for part in parts[:CONTRIBUTIONS_SHOWN]
        ],
    }


def _parts_chart(choice: Choice, parts: list[Contribution]) -> dict[str, str] | None:
    if not parts:
        return None
    name = choice.diagnosis.territory.name
    marks = [charts.Mark(part.name, part.amount) for part in parts[:CONTRIBUTIONS_SHOWN]]
    caption = "Apport de chaque commune d'exercice à l'APL estimée"
    svg = charts.render(charts.bars(marks, decimals=2, highlight=name), label=f"{caption}, {name}")
    return {"svg": svg, "caption": caption}


def _surroundings(choice: Choice) -> dict[str, Any] | None:
    """The commune within its EPCI, or its département when it has none."""
    parents = choice.diagnosis.parents
    around = next((p for p in parents if p.key.level in ("epci", "departement")), None)
    if around is None:
        return None
    wider = Choice(Diagnosis(around, choice.diagnosis.snapshot), choice.indicator, "commune")
    return _map(wider, areas(wider), selected=choice.diagnosis.territory.key.code)


def _zones(diagnosis: Diagnosis) -> list[Zone]:
    code = diagnosis.territory.key.code
    zones = Zone.objects.filter(dataset__active=True, unit_type="commune", unit_code=code)
    return list(zones.order_by("profession", "-valid_from"))


def _programmes(diagnosis: Diagnosis) -> list[str]:
    rows = Programme.objects.filter(dataset__active=True, commune=diagnosis.territory.key.code)
    codes = rows.order_by("programme").values_list("programme", flat=True)
    return [PROGRAMMES.get(code, code) for code in dict.fromkeys(codes)]


def method_page() -> dict[str, Any]:
    """What the figures are made from: data sets in force, parameters of the estimates, definitions."""
    snapshots = [snapshot_for(p.code, None) for p in PROFESSIONS.values() if vintages(p.code)]
    return {
        "datasets": list(Dataset.objects.active().order_by("title", "-vintage", "file")),
        "snapshots": [(PROFESSIONS[s.profession], s) for s in snapshots],
        "indicators": list(indicators(PROFESSIONS["mg"]).values()),
    }
