"""Storing what official files say of territories. Called inside the loader's transaction."""

from __future__ import annotations

import io
import json
from collections.abc import Iterable
from typing import Any

import numpy as np
from django.db import transaction

from maillage.kit.bulk import bulk_insert
from maillage.kit.text import search_key
from maillage.sources.tables import Table
from maillage.territories.models import (
    AgeBand,
    Commune,
    Contour,
    Dataset,
    Departement,
    Epci,
    Movement,
    Programme,
    Region,
    TravelMatrix,
    Zone,
)


@transaction.atomic
def put_in_force(*, datasets: list[Dataset]) -> None:
    """Swap: the staged datasets take their slots, those that stood there leave them."""
    slots = [dataset.slot for dataset in datasets]
    Dataset.objects.filter(slot__in=slots, active=True).update(active=False)
    Dataset.objects.filter(pk__in=[dataset.pk for dataset in datasets]).update(active=True)


def discard_out_of_force() -> None:
    """Delete the datasets that were replaced, or staged by a load that failed, with their rows."""
    Dataset.objects.filter(active=False).delete()


def store_areas(dataset: Dataset, table: Table) -> None:
    """Names of regions, départements and EPCI. Communes come with their centre from another file."""
    rows: dict[str, list[tuple[str, str, str | None, str | None]]] = {}
    for level, code, name, parent, nature in table.rows("level", "code", "name", "parent", "nature"):
        rows.setdefault(level, []).append((code, name, parent, nature))
    _upsert(Region, [Region(code=code, name=name) for code, name, _, _ in rows.get("region", [])])
    departements = rows.get("departement", [])
    _ensure(Region, {parent for _, _, parent, _ in departements if parent})
    _upsert(
        Departement,
        [Departement(code=code, name=name, region_id=parent or "") for code, name, parent, _ in departements],
    )
    _upsert(
        Epci,
        [Epci(code=code, name=name, nature=nature or "") for code, name, _, nature in rows.get("epci", [])],
    )


def store_epci_members(dataset: Dataset, table: Table) -> None:
    """Names and natures of EPCI, and the membership of the communes that have none yet."""
    found = {code: (name, nature) for code, name, nature in table.rows("epci", "epci_name", "nature")}
    known = set(Epci.objects.order_by().exclude(nature="").values_list("code", flat=True))
    _upsert(
        Epci,
        [
            Epci(code=code, name=name, nature=nature or "")
            for code, (name, nature) in found.items()
            if code not in known
        ],
    )
    members = dict(table.rows("commune", "epci"))
    orphans = list(Commune.objects.filter(epci=None, code__in=list(members)).order_by("code"))
    for commune in orphans:
        commune.epci_id = members[commune.code]
    Commune.objects.bulk_update(orphans, ["epci"], batch_size=500)


def store_communes(dataset: Dataset, table: Table) -> None:
    """The communes of the départements the file covers; those it no longer names go."""
    regions = dict(table.rows("departement", "region"))
    _ensure(Region, set(regions.values()))
    known = set(Departement.objects.order_by().values_list("code", flat=True))
    Departement.objects.bulk_create(
        [
            Departement(code=code, name=code, region_id=region)
            for code, region in sorted(regions.items())
            if code not in known
        ]
    )
    _ensure(Epci, {code for code in table.columns["epci"] if code})
    communes = [
        Commune(
            code=code,
            name=name,
            search_name=search_key(name),
            departement_id=departement,
            epci_id=epci,
            population=population,
            lon=lon,
            lat=lat,
            area_ha=area,
            postal_codes=" ".join(postal_codes or ()),
        )
        for code, name, departement, epci, population, lon, lat, area, postal_codes in table.rows(
            "code", "name", "departement", "epci", "population", "lon", "lat", "area_ha", "postal_codes"
        )
    ]
    covered = Commune.objects.filter(departement__in=list(regions)).order_by()
    gone = set(covered.values_list("code", flat=True)) - set(table.columns["code"])
    for chunk in _chunks(sorted(gone)):
        Commune.objects.filter(code__in=chunk).delete()
    _upsert(Commune, communes)


def store_contours(dataset: Dataset, table: Table) -> None:
    tolerance = int(table.meta["tolerance_m"])
    bulk_insert(
        Contour,
        ["dataset", "level", "code", "tolerance_m", "geometry"],
        (
            (dataset.pk, level, code, tolerance, json.dumps(geometry, separators=(",", ":")))
            for level, code, geometry in table.rows("level", "code", "geometry")
        ),
    )


def store_movements(dataset: Dataset, table: Table) -> None:
    """Moves of whole communes; what concerns delegated and associated communes leads nowhere here."""
    bulk_insert(
        Movement,
        ["dataset", "mod", "date", "before", "after"],
        (
            (dataset.pk, mod, day.isoformat(), before, after)
            for mod, day, before_type, before, after_type, after in table.rows(
                "mod", "date", "before_type", "before", "after_type", "after"
            )
            if before_type == after_type == "COM"
        ),
    )


def store_zoning(dataset: Dataset, table: Table) -> None:
    bulk_insert(
        Zone,
        ["dataset", "profession", "unit_type", "unit_code", "category", "valid_from", "valid_to", "decree"],
        (
            (dataset.pk, profession, unit_type, code, category, start.isoformat(), _iso(end), decree or "")
            for profession, unit_type, code, category, start, end, decree in table.rows(
                "profession", "unit_type", "unit_code", "category", "valid_from", "valid_to", "decree"
            )
        ),
    )


def store_programmes(dataset: Dataset, table: Table) -> None:
    bulk_insert(
        Programme,
        ["dataset", "programme", "commune", "label", "since"],
        (
            (dataset.pk, programme, commune, label or "", _iso(since))
            for programme, commune, label, since in table.rows("programme", "commune", "label", "since")
        ),
    )


def store_population_by_age(dataset: Dataset, table: Table) -> None:
    bulk_insert(
        AgeBand,
        ["dataset", "departement", "sex", "age_band", "population"],
        ((dataset.pk, *row) for row in table.rows("departement", "sex", "age_band", "population")),
    )


def store_travel_times(dataset: Dataset, table: Table) -> None:
    origins, destinations = np.asarray(table.columns["origin"]), np.asarray(table.columns["destination"])
    codes, indices = np.unique(np.concatenate([origins, destinations]), return_inverse=True)
    stream = io.BytesIO()
    np.savez_compressed(
        stream,
        codes=codes,
        origin=indices[: len(origins)].astype(np.int32),
        destination=indices[len(origins) :].astype(np.int32),
        minutes=np.asarray(table.columns["minutes"], dtype=float),
    )
    TravelMatrix.objects.create(dataset=dataset, arrays=stream.getvalue())


def _iso(day: Any) -> str | None:
    return day.isoformat() if day else None


def _ensure(model: type[Any], codes: set[str]) -> None:
    """Codes that a file refers to before the file that names them is loaded."""
    known = set(model.objects.order_by().values_list("code", flat=True))
    model.objects.bulk_create([model(code=code, name=code) for code in sorted(codes - known)])


def _upsert(model: type[Any], instances: list[Any]) -> None:
    fields = [field.name for field in model._meta.concrete_fields if not field.primary_key]
    model.objects.bulk_create(
        instances, update_conflicts=True, unique_fields=["code"], update_fields=fields, batch_size=1000
    )


def _chunks(items: list[str], size: int = 500) -> Iterable[list[str]]:
    return (items[start : start + size] for start in range(0, len(items), size))
