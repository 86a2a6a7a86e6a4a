"""What every page of the laboratory says: data, assumptions, maps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from maillage.acts.document import Bullets
from maillage.diagnosis.frame import Floats
from maillage.diagnosis.mapping import outline_of
from maillage.diagnosis.models import Snapshot
from maillage.drawing.maps import Pin, paint
from maillage.drawing.scales import Scale, legend
from maillage.kit.text import number, percent
from maillage.lab.ground import Ground
from maillage.lab.simulating import Levels
from maillage.science.demography.parameters import AgeTable, Mark, Parameter
from maillage.territories.keys import Key
from maillage.territories.models import Commune

MARKS = {Mark.SOURCED: "publié", Mark.ESTIMATED: "estimé", Mark.ASSUMED: "supposé"}


def assumption_rows(supposed: Mapping[str, Parameter | AgeTable]) -> list[dict[str, Any]]:
    """Every parameter with its value (one by age for a table), unit, mark and source."""
    return [
        {
            "label": known.label,
            "values": (values := _values(known)),
            "value": " ; ".join(values),
            "unit": known.unit,
            "mark": MARKS[known.mark],
            "source": known.source,
        }
        for known in supposed.values()
    ]


def _values(known: Parameter | AgeTable) -> list[str]:
    if isinstance(known, AgeTable):
        pairs = zip(known.starts, known.values, strict=True)
        return [f"{age} ans : {_plain(value)}" for age, value in pairs]
    return [_plain(known.value)]


def _plain(value: float) -> str:
    """A number with the decimals it has, four at most."""
    return number(value, next((digits for digits in range(4) if round(value, digits) == value), 4))


def provenance(snapshot: Snapshot) -> dict[str, Any]:
    """The data and the parameters of a snapshot, for a page and for what is kept."""
    return {
        "profession": snapshot.profession,
        "vintage": snapshot.vintage,
        "fingerprint": snapshot.fingerprint,
        "sources": snapshot.sources,
        "parameters": snapshot.parameters,
    }


def level_rows(before: Levels, after: Levels) -> list[dict[str, str]]:
    """Before and after, figure by figure; what does not hold for the profession is left out."""
    rows = [
        ("Accès moyen", number(before.mean, 2), number(after.mean, 2)),
        ("Habitants sous 2,5", people(before.people_under), people(after.people_under)),
        ("Part sous 2,5", percent(before.share_under), percent(after.share_under)),
        ("Dixième le moins bien loti", number(before.worst_tenth, 2), number(after.worst_tenth, 2)),
        ("Indice de Gini", number(before.gini, 4), number(after.gini, 4)),
    ]
    known = [row for row in rows if before.share_under is not None or "2,5" not in row[0]]
    return [{"label": label, "before": was, "after": becomes} for label, was, becomes in known]


def people(value: float | None) -> str:
    return number(None if value is None else round(value))


def pins_at(names: Mapping[str, str]) -> tuple[Pin, ...]:
    """A pin at each commune that has a position, by code, with what it is called."""
    rows = Commune.objects.filter(code__in=names).exclude(lon=None).order_by("code")
    return tuple(
        Pin(f"{names[row.code]}, {row.name}", row.lon, row.lat)
        for row in rows
        if row.lon is not None and row.lat is not None
    )


def data_list(sources: Sequence[Mapping[str, Any]], *said: str) -> Bullets:
    """The data of a printed result, each named once, then what must be known of it."""
    return Bullets(tuple(dict.fromkeys((*(str(source["title"]) for source in sources), *said))))


def by_commune(ground: Ground, values: Floats) -> dict[str, float]:
    """One value per commune: the mean of its units, weighted by their inhabitants."""
    codes, group = np.unique(ground.code, return_inverse=True)
    weights = np.maximum(ground.population, 1e-9)
    means = np.bincount(group, weights=values * weights) / np.bincount(group, weights=weights)
    return dict(zip(codes.tolist(), means.tolist(), strict=True))


def people_by_commune(ground: Ground) -> dict[str, float]:
    codes, group = np.unique(ground.code, return_inverse=True)
    return dict(zip(codes.tolist(), np.bincount(group, weights=ground.population).tolist(), strict=True))


def commune_map(
    key: Key,
    values: Mapping[str, float | None],
    people: Mapping[str, float],
    scale: Scale,
    *,
    title: str,
    unit: str,
    links: str = "",
    pins: tuple[Pin, ...] = (),
    standalone: bool = False,
) -> dict[str, Any] | None:
    """A map of the communes of a territory; None when no contour of it is loaded.

    :param links: address of a commune, `{}` standing for its code; none when empty.
    """
    outline = outline_of(key, "commune")
    if outline is None:
        return None
    return {
        "svg": paint(
            outline,
            values,
            scale,
            label=f"Carte : {title}",
            unit=unit,
            links={code: links.replace("{}", code) for code in outline.paths} if links else None,
            pins=pins,
            standalone=standalone,
        ),
        "title": title,
        "legend": legend(values, scale, people),
        "noun": "Communes",
        "source": "",
        "table_url": "#communes",
        "undrawn": len(values.keys() - outline.paths.keys()),
    }
