"""From contours in the database to the outline of a territory: read and projected once, painted often."""

from __future__ import annotations

import json
import re
from functools import lru_cache
from typing import Any

import shapely
from shapely.geometry import mapping
from shapely.geometry import shape as read_geometry
from shapely.geometry.base import BaseGeometry

from maillage.diagnosis.areas import Area
from maillage.diagnosis.choices import Choice
from maillage.drawing.outlines import Outline, Shape, Town, outline
from maillage.territories.keys import Key
from maillage.territories.models import (
    LARGEST_FIRST,
    Commune,
    CommuneQuerySet,
    Contour,
    Dataset,
    Departement,
    Epci,
)

# More than a map can name: arrondissements of one city count once, and names must not overlap.
TOWNS_SOUGHT = 40


def outline_of(key: Key, mesh: str) -> Outline | None:
    """The outline of a territory in a mesh, None when no contour of it is loaded."""
    in_force = Dataset.objects.active().filter(kind__in=("contours", "communes"))
    version = tuple(in_force.order_by("pk").values_list("pk", flat=True))
    return _outline(key, mesh, version)


# « Paris 15e Arrondissement » is written Paris, once.
ARRONDISSEMENT = re.compile(r" \d+(?:er|e) Arrondissement$")


@lru_cache(maxsize=32)
def _outline(key: Key, mesh: str, version: tuple[int, ...]) -> Outline | None:
    shapes = _shapes(key, mesh)
    if not shapes:
        return None
    communes = Commune.objects.within(key.level, key.code)
    largest = communes.exclude(lon=None).order_by(LARGEST_FIRST, "code")[:TOWNS_SOUGHT]
    towns: dict[str, Town] = {}
    for commune in largest:
        city = ARRONDISSEMENT.sub("", commune.name)
        if commune.lon is not None and commune.lat is not None:
            towns.setdefault(city, Town(city, commune.lon, commune.lat, commune.population or 0))
    return outline(shapes, towns.values())


def _shapes(key: Key, mesh: str) -> list[Shape]:
    communes = Commune.objects.within(key.level, key.code)
    if mesh == "departement":
        return _departements(communes)
    shapes = _communes(communes)
    return _merged(shapes) if mesh == "epci" else shapes


def _communes(communes: CommuneQuerySet) -> list[Shape]:
    rows = {code: (name, epci) for code, name, epci in communes.values_list("code", "name", "epci")}
    geometries = dict(Contour.objects.best("commune", list(rows)).values_list("code", "geometry"))
    return [
        Shape(code, name, json.loads(geometries[code]), epci)
        for code, (name, epci) in rows.items()
        if code in geometries
    ]


# Drawn at their place, the overseas départements would leave the mainland the size of a stamp.
OVERSEAS = ("971", "972", "973", "974", "976")


def _departements(communes: CommuneQuerySet) -> list[Shape]:
    codes = set(communes.order_by().values_list("departement", flat=True)) - set(OVERSEAS)
    rows = {d.code: d for d in Departement.objects.filter(code__in=codes).order_by("code")}
    geometries = dict(Contour.objects.best("departement", list(rows)).values_list("code", "geometry"))
    return [
        Shape(code, departement.name, json.loads(geometries[code]), departement.region_id)
        for code, departement in rows.items()
        if code in geometries
    ]


def _merged(shapes: list[Shape]) -> list[Shape]:
    """One shape per EPCI, made of its communes."""
    groups: dict[str, list[shapely.Geometry]] = {}
    for shape in shapes:
        if shape.group:
            groups.setdefault(shape.group, []).append(read_geometry(dict(shape.geometry)))
    names = dict(Epci.objects.filter(code__in=list(groups)).values_list("code", "name"))
    return [
        Shape(code, names[code], mapping(_united(geometries))) for code, geometries in sorted(groups.items())
    ]


def _united(geometries: list[shapely.Geometry]) -> BaseGeometry:
    """One surface: what generalisation folded into a line leaves nothing."""
    return shapely.union_all(shapely.make_valid(geometries, method="structure", keep_collapsed=False))


def as_geojson(choice: Choice, rows: list[Area]) -> dict[str, Any]:
    """A FeatureCollection of the areas with their values; an area without contour has a null geometry."""
    key = choice.diagnosis.territory.key
    shapes = {shape.code: shape.geometry for shape in _shapes(key, choice.mesh)}
    return {
        "type": "FeatureCollection",
        "features": [
            {
                "type": "Feature",
                "properties": {
                    "code": area.code,
                    "nom": area.name,
                    "population": area.population,
                    **area.values,
                },
                "geometry": shapes.get(area.code),
            }
            for area in rows
        ],
    }
