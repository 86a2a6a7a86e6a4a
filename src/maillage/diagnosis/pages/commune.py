"""The page of a commune: its figures, who serves it and from where, what surrounds it."""

from __future__ import annotations

from typing import Any

import numpy as np

from maillage.care.models import FacilityCount, Structure
from maillage.diagnosis.areas import areas
from maillage.diagnosis.choices import Choice
from maillage.diagnosis.contributions import Contribution, Lack, Served, contributions, lack, served
from maillage.diagnosis.frame import THRESHOLD
from maillage.diagnosis.mapping import outline_of
from maillage.diagnosis.pages.parts import address, comparison, map_of, page_frame, trend
from maillage.diagnosis.pages.wording import Sentence, main_sentences
from maillage.diagnosis.professions import PROFESSIONS
from maillage.diagnosis.reading import Diagnosis
from maillage.drawing import charts
from maillage.drawing.maps import paint
from maillage.drawing.scales import Scale, legend, sequential
from maillage.kit.text import number, percent
from maillage.kit.words import counted
from maillage.sources.facility_types import ROLES, codes_of
from maillage.territories.keys import Key
from maillage.territories.models import Dataset, Programme, Zone

CONTRIBUTIONS_SHOWN = 12
PROGRAMMES = {
    "frr": "France Ruralités Revitalisation",
    "fs": "France services",
    "pvd": "Petites villes de demain",
    "acv": "Action cœur de ville",
    "va": "Villages d'avenir",
}


def commune_page(choice: Choice) -> dict[str, Any]:
    diagnosis = choice.diagnosis
    parts, served_communes = contributions(diagnosis), served(diagnosis)
    return {
        **page_frame(choice, "map"),
        "sentences": _commune_sentences(choice, parts),
        "comparison": comparison(diagnosis),
        "parents": diagnosis.parents,
        "parts": parts[:CONTRIBUTIONS_SHOWN],
        "parts_table": _parts_table(choice, parts),
        "other_parts": len(parts) - CONTRIBUTIONS_SHOWN,
        "parts_chart": _parts_chart(choice, parts),
        "parts_map": _parts_map(choice, parts),
        "served_sentence": _served_sentence(diagnosis, served_communes),
        "served_table": _served_table(choice, served_communes),
        "other_served": len(served_communes) - CONTRIBUTIONS_SHOWN,
        "map": _surroundings(choice),
        "trend": trend(diagnosis),
        "zones": _zones(diagnosis),
        "programmes": _programmes(diagnosis),
        "facilities": _facilities(diagnosis),
        "structures": list(Structure.objects.open_in(diagnosis.territory.key.code)),
    }


def _commune_sentences(choice: Choice, parts: list[Contribution]) -> list[Sentence]:
    said = main_sentences(choice.diagnosis)[:1]
    if parts:
        first = parts[0]
        where = (
            "dans la commune même" if first.code == choice.diagnosis.territory.key.code else f"à {first.name}"
        )
        served = "une commune la sert" if len(parts) == 1 else f"{len(parts)} communes la servent"
        said.append(
            [
                (f"D'après l'estimation, {served} ; ", False),
                (percent(first.share, 0), True),
                (f" de cet accès se trouve {where}.", False),
            ]
        )
        said.append([(_loss_sentence(choice.diagnosis, first), False)])
    missing = lack(choice.diagnosis, THRESHOLD) if choice.diagnosis.profession.code == "mg" else None
    if missing is not None:
        said.append(_lack_sentence(choice.diagnosis, missing))
    return said


def _loss_sentence(diagnosis: Diagnosis, part: Contribution) -> str:
    """What would be lost if the place that gives most closed."""
    where = "ici" if part.code == diagnosis.territory.key.code else f"à {part.name}"
    return f"Si plus personne n'exerçait {where}, elle en perdrait {number(part.amount, 2)}."


def _lack_sentence(diagnosis: Diagnosis, missing: Lack) -> Sentence:
    settled = number(missing.practitioners, 1)
    plural = "s" if missing.practitioners >= 2 else ""
    return [
        (
            f"Il lui manque {number(missing.access, 2)} pour atteindre le seuil de 2,5 : l'équivalent de ",
            False,
        ),
        (f"{settled} {diagnosis.profession.one.replace(' ', f'{plural} ', 1)}{plural}", True),
        (" à temps plein de plus dans la commune.", False),
    ]


def _served_sentence(diagnosis: Diagnosis, found: list[Served]) -> str:
    """Whom the practitioners of the commune serve, in a sentence; "" when nobody practises there."""
    if not found:
        return ""
    own = sum(one.share for one in found if one.code == diagnosis.territory.key.code)
    away = len({one.code for one in found} - {diagnosis.territory.key.code})
    return (
        f"Qui exerce ici donne {percent(own, 0)} de ses consultations aux habitants de la commune, "
        f"le reste à ceux de {counted(away, 'autre commune', 'autres communes')} (estimation)."
    )


def _served_table(choice: Choice, found: list[Served]) -> dict[str, Any]:
    return {
        "caption": "Qui vient se soigner ici (estimation)",
        "columns": [
            {"label": "Commune", "numeric": False},
            {"label": "Minutes", "numeric": True},
            {"label": "Habitants", "numeric": True},
            {"label": "Part des consultations", "numeric": True},
        ],
        "rows": [
            {
                "here": one.code == choice.diagnosis.territory.key.code,
                "cells": [
                    {"text": one.name, "url": address("map", Key("commune", one.code), choice.query())},
                    {"text": number(one.minutes), "numeric": True},
                    {"text": number(one.population), "numeric": True},
                    {"text": percent(one.share), "numeric": True},
                ],
            }
            for one in found[:CONTRIBUTIONS_SHOWN]
        ],
    }


def _parts_map(choice: Choice, parts: list[Contribution]) -> dict[str, Any] | None:
    """Where the access of the commune comes from, on the map of its département."""
    diagnosis = choice.diagnosis
    around = next((parent for parent in diagnosis.parents if parent.key.level == "departement"), None)
    outline = outline_of(around.key, "commune") if around and parts else None
    if around is None or outline is None:
        return None
    amounts: dict[str, float | None] = dict.fromkeys(outline.paths, 0.0)
    amounts |= {part.code: part.amount for part in parts if part.code in outline.paths}
    bounds = sorted({round(max(0.01, share * parts[0].amount), 2) for share in (0.0, 0.2, 0.6)})
    scale = Scale(tuple(bounds), ("#f4f5f5", *sequential(len(bounds) + 1)[1:]), 2)
    whole = diagnosis.whole
    people = dict(zip(whole["commune"].tolist(), np.nan_to_num(whole["population"]).tolist(), strict=True))
    title = f"Apport à l'APL estimée de {diagnosis.territory.name}"
    return {
        "svg": paint(
            outline,
            amounts,
            scale,
            label=f"Carte : {title}",
            selected=diagnosis.territory.key.code,
            identifier="apports",
            links={
                code: address("map", Key("commune", code), choice.query())
                for code in (part.code for part in parts)
            },
        ),
        "title": title,
        "legend": legend(amounts, scale, people),
        "noun": "Communes",
        "source": "",
        "table_url": "#qui",
        "undrawn": sum(part.code not in outline.paths for part in parts),
    }


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
    return map_of(wider, areas(wider), selected=choice.diagnosis.territory.key.code)


def _zones(diagnosis: Diagnosis) -> list[tuple[str, Zone]]:
    """The zones of the commune, each with the name of its profession, the latest first."""
    code = diagnosis.territory.key.code
    zones = Zone.objects.filter(dataset__active=True, unit_type="commune", unit_code=code)
    named = ((PROFESSIONS.get(zone.profession), zone) for zone in zones.order_by("profession", "-valid_from"))
    return [(profession.label if profession else zone.profession, zone) for profession, zone in named]


def _facilities(diagnosis: Diagnosis) -> list[tuple[str, int, int | None]]:
    """What the commune counts by role, each from the latest edition that counts it."""
    found: dict[str, tuple[int, Dataset]] = {}
    for row in FacilityCount.objects.latest_in(diagnosis.territory.key.code):
        role = next((role for role in ROLES if row.type in codes_of(role, row.dataset.vintage or 0)), None)
        if role is None:
            continue
        count, edition = found.get(role, (0, row.dataset))
        if edition == row.dataset:
            found[role] = (count + row.count, edition)
    return [(ROLES[role], found[role][0], found[role][1].vintage) for role in ROLES if role in found]


def _programmes(diagnosis: Diagnosis) -> list[str]:
    rows = Programme.objects.filter(dataset__active=True, commune=diagnosis.territory.key.code)
    codes = rows.order_by("programme").values_list("programme", flat=True)
    return [PROGRAMMES.get(code, code) for code in dict.fromkeys(codes)]
