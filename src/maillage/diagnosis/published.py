"""Figures published for a territory as a whole, set beside those computed from a snapshot."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date

import numpy as np
from django.db.models import F, Sum

from maillage.diagnosis.figures import Figure
from maillage.diagnosis.frame import Frame
from maillage.diagnosis.indicators import SHARE, Indicator
from maillage.diagnosis.models import AgeShare, PublishedDensity, Snapshot
from maillage.diagnosis.professions import Profession, profession
from maillage.kit.text import search_key
from maillage.territories.keys import FRANCE, Key
from maillage.territories.models import AgeBand, Dataset, Zone

AGE_GROUPS = {"mg": "gp"}
NEWEST_EDITION = F("dataset__vintage").desc(nulls_last=True)
KINDS = ("densities", "age_shares", "population_by_age", "zoning")
# Beyond, reading every zone is quicker than naming so many communes.
MOST_CODES_ASKED = 5000


def version() -> tuple[int, ...]:
    """What is in force of the data this module reads: the key under which its figures may be kept."""
    loaded = Dataset.objects.active().filter(kind__in=KINDS).order_by("pk")
    return tuple(loaded.values_list("pk", flat=True))


def located_code(code: str) -> str:
    """The code of a count or density as located by commune, beside the one published for a territory."""
    return code.replace("_count", "_located_count").replace("_density", "_located_density")


def with_counts(computed: Iterable[Figure], key: Key, snapshot: Snapshot) -> list[Figure]:
    """Head count and density as the Assurance maladie publishes them, where it does; else as located."""
    published = published_density(key, snapshot)
    if published is None:
        return list(computed)
    title, vintage = str(published.dataset), published.dataset.vintage
    slug = profession(snapshot.profession).slug
    density = None if published.density is None else published.density / 10
    values = {f"{slug}_count": published.count, f"{slug}_density_per_10000": density}
    result = []
    for figure in computed:
        indicator = figure.indicator
        if indicator.code not in values:
            result.append(figure)
            continue
        result.append(replace(figure, value=values[indicator.code], vintage=vintage, source=title))
        label = f"{indicator.label} (localisés par commune)"
        as_located = replace(indicator, code=located_code(indicator.code), label=label)
        result.append(replace(figure, indicator=as_located))
    return result


def published_density(key: Key, snapshot: Snapshot) -> PublishedDensity | None:
    """Head count and density of the profession of a snapshot, where they are published."""
    rows = PublishedDensity.objects.filter(
        dataset__active=True,
        dataset__is_fictional=snapshot.is_fictional,
        level=key.level,
        code="france" if key == FRANCE else key.code,
        profession=profession(snapshot.profession).densities_label,
    )
    return rows.select_related("dataset").order_by(NEWEST_EDITION).first()


def age_shares(key: Key, of: Profession) -> list[Figure]:
    """Share of doctors over an age, published by département: the latest edition."""
    group = AGE_GROUPS.get(of.code)
    if group is None or key.level != "departement":
        return []
    loaded = AgeShare.objects.filter(dataset__active=True, departement=key.code, group=group)
    rows = list(loaded.select_related("dataset").order_by(NEWEST_EDITION, "dataset", "age"))
    return [
        Figure(
            Indicator(
                f"{of.slug}_share_over_{row.age}",
                f"{of.label} de plus de {row.age} ans",
                SHARE,
                f"Part des {of.label.lower()} de plus de {row.age} ans (par département).",
                2,
                "low",
            ),
            row.share,
            row.dataset.vintage,
            str(row.dataset),
        )
        for row in rows
        if row.dataset == rows[0].dataset
    ]


def elderly(key: Key, frame: Frame, snapshot: Snapshot) -> list[Figure]:
    """Share of people of 75 and over, who need care most, in the year closest to the snapshot."""
    if key.level not in ("departement", "region", "france"):
        return []
    departements = np.unique(frame["departement"]).tolist()
    datasets = Dataset.objects.of_kind("population_by_age", fictional=snapshot.is_fictional)
    dataset = min(datasets, key=lambda d: abs((d.vintage or 0) - snapshot.vintage), default=None)
    if dataset is None:
        return []
    bands = AgeBand.objects.filter(dataset=dataset, departement__in=departements).order_by()
    people = dict(bands.values_list("age_band").annotate(total=Sum("population")))
    total = sum(people.values())
    if not total:
        return []
    indicator = Indicator(
        "population_share_over_75",
        "Population de 75 ans ou plus",
        SHARE,
        "Part des habitants de 75 ans ou plus, qui ont le plus besoin de soins (par département).",
        2,
    )
    oldest = sum(count for band, count in people.items() if band.startswith("75"))
    return [Figure(indicator, oldest / total, dataset.vintage, str(dataset))]


def zone_shares(frame: Frame, snapshot: Snapshot, day: date) -> list[Figure]:
    """Share of the population of each category of the zoning in force of a profession, by commune."""
    zones = Zone.objects.in_force(day).filter(
        profession=snapshot.profession, unit_type="commune", dataset__is_fictional=snapshot.is_fictional
    )
    communes = frame["commune"].tolist()
    if len(communes) <= MOST_CODES_ASKED:
        zones = zones.filter(unit_code__in=communes)
    rows = zones.select_related("dataset").order_by("unit_code")
    category = {zone.unit_code: zone.category for zone in rows}
    if not category:
        return []
    source = rows[0]
    population = np.nan_to_num(frame["population"])
    total = population.sum()
    found = np.array([category.get(code, "") for code in communes])
    return [
        Figure(
            Indicator(
                f"zone_share_{search_key(name).replace(' ', '_')}",
                f"Population en {name}",
                SHARE,
                f"Part de la population qui habite une commune classée {name} par l'ARS ({source.decree}).",
                2,
            ),
            float(population[found == name].sum() / total) if total else None,
            source.valid_from.year,
            str(source.dataset),
        )
        for name in sorted(set(category.values()))
    ]
