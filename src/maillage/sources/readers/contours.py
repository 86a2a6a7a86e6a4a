"""Contours of communes, départements or régions in GeoJSON (Etalab, geo.api.gouv.fr, IGN exports)."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np

from maillage.sources.columns import RowLog, missing_columns
from maillage.sources.probe import Probe
from maillage.sources.tables import Reading, Scope, SourceError, Table
from maillage.sources.values import city_of_arrondissement, commune_code, departement_code, plain, text

METRES_PER_DEGREE = 111_320.0
# Generalising with a tolerance t leaves vertices about 2.5 t apart (median of the Etalab files at 1000 m).
SPACING_PER_TOLERANCE = 2.5
# Under this, no difference can be seen on the map of a territory.
PRECISE_M = 200.0

REGIONS = {
    "01": "Guadeloupe",
    "02": "Martinique",
    "03": "Guyane",
    "04": "La Réunion",
    "06": "Mayotte",
    "11": "Île-de-France",
    "24": "Centre-Val de Loire",
    "27": "Bourgogne-Franche-Comté",
    "28": "Normandie",
    "32": "Hauts-de-France",
    "44": "Grand Est",
    "52": "Pays de la Loire",
    "53": "Bretagne",
    "75": "Nouvelle-Aquitaine",
    "76": "Occitanie",
    "84": "Auvergne-Rhône-Alpes",
    "93": "Provence-Alpes-Côte d'Azur",
    "94": "Corse",
}

Edges = np.ndarray[Any, np.dtype[np.float64]]


class ContoursReader:
    source = "contours"
    title = "Contours (GeoJSON)"
    expects = "contours de communes, de départements ou de régions en GeoJSON (code, nom)"

    def recognises(self, probe: Probe) -> bool:
        head = probe.head_text
        return (
            probe.format == "json"
            and '"FeatureCollection"' in head
            and ('"Polygon"' in head or '"MultiPolygon"' in head)
        )

    def read(self, probe: Probe, scope: Scope) -> Reading:
        """One table: level, code, name, geometry (WGS84). meta: `tolerance_m`.

        A whole city given beside its arrondissements, and a delegated commune given beside the commune it
        belongs to, would cover the same ground twice: they are set aside. Raises SourceError on coordinates
        that are not degrees.
        """
        features = probe.load_features()
        log = RowLog(probe, read=len(features))
        kept = list(_usable(log, features))
        properties = [feature["properties"] for feature in kept]
        names = [text(entry.get("nom")) for entry in properties]
        level = _level(probe, [str(entry["code"]).strip() for entry in properties], names)
        codes = [_code(log, entry["code"], level) for entry in properties]
        geometries = [feature["geometry"] for feature in kept]
        lengths = [
            edges
            for geometry, code in zip(geometries, codes, strict=True)
            for edges in _check_geometry(probe, geometry, code)
        ]
        table = Table(
            "contours",
            {"level": [level] * len(codes), "code": codes, "name": names, "geometry": geometries},
            meta={"tolerance_m": _tolerance(lengths)},
        )
        return log.reading([table])


def _usable(log: RowLog, features: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Features with a code and a surface, whose ground no other feature of the file covers."""
    cut_up = {text(feature["properties"].get("commune")) for feature in features}
    for number, feature in enumerate(features, start=1):
        properties = feature["properties"]
        if text(properties.get("code")) is None:
            raise missing_columns(log.probe, ["code"], list(properties), where=f" (contour {number})")
        geometry = feature.get("geometry")
        whole = properties.get("commune")
        if not _is_surface(geometry):
            problem = "contour absent" if geometry is None else "géométrie sans surface"
            log.set_aside(number, "geometry", problem, "contour écarté")
        elif whole and city_of_arrondissement(str(properties["code"])) is None:
            log.set_aside(number, "commune", "commune déléguée ou associée", "contour écarté")
        elif properties.get("plm") and text(properties["code"]) in cut_up:
            log.set_aside(
                number, "plm", "ville entière donnée en plus de ses arrondissements", "ville écartée"
            )
        else:
            yield feature


def _is_surface(geometry: Any) -> bool:
    return (
        isinstance(geometry, dict)
        and geometry.get("type") in ("Polygon", "MultiPolygon")
        and bool(geometry.get("coordinates"))
    )


def _level(probe: Probe, codes: list[str], names: list[str | None]) -> str:
    """Level of all the contours. Régions are told from départements of the same code by their names."""
    if all(commune_code(code) for code in codes):
        return "commune"
    if all(code in REGIONS for code in codes) and all(
        name is None or plain(name) == plain(REGIONS[code]) for code, name in zip(codes, names, strict=True)
    ):
        return "region"
    if all(departement_code(code) for code in codes):
        return "departement"
    odd = next((code for code in codes if not commune_code(code)), codes[0])
    raise SourceError(
        f"{probe.name} : le code « {odd} » n'est pas du même niveau que les autres ; donnez un fichier de "
        "communes, un de départements ou un de régions."
    )


def _code(log: RowLog, cell: Any, level: str) -> str:
    if level == "commune":
        return log.commune(cell, None, "code") or ""
    if level == "departement":
        return log.departement(cell, None, "code") or ""
    return str(cell).strip()


def _check_geometry(probe: Probe, geometry: dict[str, Any], code: str) -> list[Edges]:
    """Edge lengths of each ring of a surface. Raises SourceError when its coordinates cannot be read."""
    polygons = geometry["coordinates"]
    try:
        rings = polygons if geometry["type"] == "Polygon" else [ring for rings in polygons for ring in rings]
        return [_check_ring(probe, ring, code) for ring in rings]
    except (ValueError, TypeError, IndexError) as error:
        raise SourceError(
            f"{probe.name} : contour de « {code} » illisible ; téléchargez de nouveau le fichier."
        ) from error


def _check_ring(probe: Probe, ring: list[list[float]], code: str) -> Edges:
    """Close a ring left open, refuse one that is not in degrees, and give its edge lengths in metres."""
    points = np.asarray(ring, dtype=np.float64)[:, :2]
    lon, lat = points[:, 0], points[:, 1]
    if not (np.abs(lon) <= 180).all() or not (np.abs(lat) <= 90).all():
        raise SourceError(
            f"{probe.name} : le contour de « {code} » n'est pas en degrés (WGS84) ; "
            "reprojetez le fichier en EPSG:4326."
        )
    if ring[0] != ring[-1]:
        ring.append(list(ring[0]))
        probe.defects.add(column="geometry", problem="anneau non fermé", action="anneau refermé")
    scale = math.cos(math.radians(float(lat[0])))
    return np.hypot(np.diff(lon) * scale, np.diff(lat)) * METRES_PER_DEGREE


def _tolerance(lengths: list[Edges]) -> int:
    """Tolerance of generalisation in metres, to the nearest power of ten; 0 for a precise file.

    Nothing in these files states it: it is estimated from the median distance between two vertices.
    """
    edges = np.concatenate(lengths) if lengths else np.empty(0)
    if not edges.size:
        return 0
    tolerance = float(np.median(edges)) / SPACING_PER_TOLERANCE
    return 0 if tolerance < PRECISE_M else int(10 ** round(math.log10(tolerance)))
