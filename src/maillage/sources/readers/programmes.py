"""Territorial programmes other than health zoning: FRR, and those of the ANCT."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from typing import Any

from maillage.sources.columns import RowLog, csv_columns, header_has, missing_columns, table_of
from maillage.sources.probe import Probe
from maillage.sources.tables import Reading, Scope, SourceError
from maillage.sources.values import commune_code, day, text

COLUMNS = ("programme", "commune", "label", "since")
# First letters of `id_territoire` → name of the programme.
ANCT_PROGRAMMES = {
    "fs": "France services",
    "pvd": "Petites villes de demain",
    "acv": "Action cœur de ville",
    "va": "Villages d'avenir",
}
# Classes of the published list; 0 is a commune that is not classed.
FRR_CLASSES = {
    "1": "France ruralités revitalisation (classe 1)",
    "4": "France ruralités revitalisation (classe 4)",
    "5": "France ruralités revitalisation (classe 5)",
}


class FrrReader:
    """Class of each commune in France Ruralités Revitalisation."""

    source = "frr"
    title = "Communes classées France ruralités revitalisation"
    expects = "classement France ruralités revitalisation en CSV (code, frr_code)"

    def recognises(self, probe: Probe) -> bool:
        return header_has(probe, ["frr_code"])

    def read(self, probe: Probe, scope: Scope) -> Reading:
        """Table `programmes`: classed communes only; those of class 0 are counted and set aside."""
        log = RowLog(probe)
        rows: list[tuple[Any, ...]] = []
        for line, (code_cell, class_cell) in csv_columns(log, ["code", "frr_code"]):
            commune, label = log.commune(code_cell, line, "code"), FRR_CLASSES.get(class_cell.strip())
            if class_cell.strip() == "0":
                log.set_aside(line, "frr_code", "commune non classée (0)", "commune non retenue")
            elif commune is None:
                log.set_aside(line, "code", "code commune non valable")
            elif label is None:
                log.set_aside(line, "frr_code", "classe inconnue")
            else:
                rows.append(("frr", commune, label, None))
        return log.reading([table_of("programmes", COLUMNS, rows)])


class AnctReader:
    """Points of the ANCT: one per territory, its communes listed in `liste_geo`."""

    source = "anct"
    title = "Programmes de l'ANCT"
    expects = "programmes de l'ANCT en GeoJSON (id_territoire, liste_geo)"

    def recognises(self, probe: Probe) -> bool:
        head = probe.head_text
        return probe.format == "json" and '"FeatureCollection"' in head and '"id_territoire"' in head

    def read(self, probe: Probe, scope: Scope) -> Reading:
        """Table `programmes`: one row per commune, labels of its territories joined, earliest date."""
        features = probe.load_features()
        log = RowLog(probe, read=len(features))
        labels: dict[tuple[str, str], list[str]] = {}
        since: dict[tuple[str, str], date] = {}
        for number, feature in enumerate(features, start=1):
            properties = feature["properties"]
            programme = _programme(probe, properties, number)
            communes = list(_communes(str(properties["liste_geo"] or "")))
            if not communes:
                log.set_aside(number, "liste_geo", "aucun code commune", "territoire écarté")
            signed = _signed_on(probe, properties.get("date_signature"), number)
            for commune in communes:
                key = (programme, commune)
                labels.setdefault(key, []).append(text(properties.get("lib_territoire")) or programme)
                if signed is not None:
                    since[key] = min(signed, since.get(key, signed))
        rows = [
            (programme, commune, " ; ".join(dict.fromkeys(named)), since.get((programme, commune)))
            for (programme, commune), named in labels.items()
        ]
        return log.reading([table_of("programmes", COLUMNS, rows)])


def _programme(probe: Probe, properties: dict[str, Any], number: int) -> str:
    missing = [name for name in ("id_territoire", "liste_geo") if name not in properties]
    if missing:
        raise missing_columns(probe, missing, list(properties), where=f" (territoire {number})")
    programme = str(properties["id_territoire"]).partition("-")[0]
    if programme not in ANCT_PROGRAMMES:
        raise SourceError(
            f"{probe.name} : programme « {programme} » inconnu ; "
            f"programmes attendus : {', '.join(ANCT_PROGRAMMES.values())}."
        )
    return programme


def _signed_on(probe: Probe, cell: Any, number: int) -> date | None:
    try:
        return day(cell)
    except ValueError:
        action = "territoire gardé sans date"
        probe.defects.add(line=number, column="date_signature", problem="date illisible", action=action)
        return None


def _communes(listed: str) -> Iterator[str]:
    """Codes in « Aurillac (15014); Château-Chinon (Ville) (58062) », each once, in order."""
    found = dict.fromkeys(re.findall(r"\((\w{5})\)", listed))
    yield from (code for code in found if commune_code(code) == code)
