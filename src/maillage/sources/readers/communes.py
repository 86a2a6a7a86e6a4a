"""Communes as geo.api.gouv.fr gives them: `/communes?fields=nom,code,codesPostaux,centre,population,…`."""

from __future__ import annotations

from typing import Any

from maillage.sources.probe import Probe
from maillage.sources.tables import Reading, Scope, SourceError, Table
from maillage.sources.values import commune_code, text


class CommunesReader:
    source = "communes"
    title = "Communes (geo.api.gouv.fr)"
    expects = "communes de geo.api.gouv.fr en JSON (code, nom, codeDepartement, population, centre)"

    def recognises(self, probe: Probe) -> bool:
        head = probe.head_text[:2000]
        return probe.format == "json" and all(
            f'"{key}"' in head for key in ("nom", "code", "codeDepartement", "centre")
        )

    def read(self, probe: Probe, scope: Scope) -> Reading:
        records = probe.load_json()
        if not isinstance(records, list) or not all(isinstance(record, dict) for record in records):
            raise SourceError(f"{probe.name} : une liste de communes est attendue.")
        rows = [_row(probe, record, number) for number, record in enumerate(records, start=1)]
        names = list(rows[0]) if rows else []
        table = Table("communes", {name: [row[name] for row in rows] for name in names})
        return Reading(probe.name, probe.sha256, probe.size, [table], probe.defects, len(records))


def _row(probe: Probe, record: dict[str, Any], number: int) -> dict[str, Any]:
    code = commune_code(record.get("code"))
    if code is None or not text(record.get("nom")):
        raise SourceError(
            f"{probe.name} : enregistrement {number} sans code INSEE ou sans nom "
            f"(« {record.get('code')} », « {record.get('nom')} ») ; corrigez ou téléchargez de nouveau."
        )
    lon, lat = _centre(record.get("centre"))
    for field, missing in (("centre", lon is None), ("codeEpci", not record.get("codeEpci"))):
        if missing:
            probe.defects.add(
                column=field, problem="valeur absente", action="commune gardée sans cette valeur", line=number
            )
    return {
        "code": code,
        "name": str(record["nom"]).strip(),
        "departement": text(record.get("codeDepartement")),
        "region": text(record.get("codeRegion")),
        "epci": text(record.get("codeEpci")),
        "population": record.get("population"),
        "lon": lon,
        "lat": lat,
        "area_ha": record.get("surface"),
        "postal_codes": record.get("codesPostaux") or [],
    }


def _centre(point: Any) -> tuple[Any, Any]:
    """Longitude and latitude of a GeoJSON point, (None, None) when it is not one."""
    coordinates = point.get("coordinates") if isinstance(point, dict) else None
    if not isinstance(coordinates, list) or len(coordinates) < 2:
        return None, None
    return coordinates[0], coordinates[1]
