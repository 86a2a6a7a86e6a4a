"""The map of a territory and the page of its figures."""

from __future__ import annotations

from typing import Any

from maillage.diagnosis.areas import Area, Filter, areas, narrowed
from maillage.diagnosis.choices import MESHES, Choice
from maillage.diagnosis.figures import Figure
from maillage.diagnosis.pages.parts import address, comparison, link_cell, map_of, page_frame, trend
from maillage.diagnosis.pages.wording import shown, written
from maillage.diagnosis.reading import Diagnosis
from maillage.diagnosis.specialties import professions, specialties
from maillage.kit.text import number

LOWEST_SHOWN = 15


def map_page(choice: Choice) -> dict[str, Any]:
    rows = areas(choice)
    return {
        **page_frame(choice, "map"),
        "key_figures": key_figures(choice),
        "map": map_of(choice, rows),
        "lowest": _lowest_table(choice, rows),
        "area_count": len(rows),
        "mesh": MESHES[choice.mesh].lower(),
    }


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


def _lowest_table(choice: Choice, rows: list[Area]) -> dict[str, Any]:
    """The areas where it is worst, by the chosen indicator."""
    code = choice.indicator.code
    worst_is_high = choice.indicator.better == "low" or choice.indicator.better is None
    order = f"-{code}" if worst_is_high else code
    inhabited = [area for area in rows if area.population and area.values[code] is not None]
    lowest = narrowed(inhabited, choice, Filter(order=order))[:LOWEST_SHOWN]
    titles = {
        "high": "Les plus faibles valeurs",
        "low": "Les plus fortes valeurs",
        None: "Les plus fortes valeurs",
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
                    link_cell(choice, area),
                    {"text": written(choice.indicator, area.values[code]), "numeric": True},
                    {"text": number(area.population), "numeric": True},
                ]
            }
            for area in lowest
        ],
    }


def figures_page(choice: Choice) -> dict[str, Any]:
    diagnosis = choice.diagnosis
    source, counted = professions(diagnosis.territory.key)
    return {
        **page_frame(choice, "figures"),
        "comparison": comparison(diagnosis),
        "specialties": specialties(diagnosis.territory.key),
        "professions_source": source,
        "professions": counted,
        "parents": diagnosis.parents,
        "trend": trend(diagnosis),
    }
