"""Official geographic code: names and parents (Etalab), composition of the EPCI (DGCL), movements (INSEE)."""

from __future__ import annotations

import re
from typing import Any

from maillage.sources.columns import RowLog, csv_columns, header_has, locate, missing_columns, table_of
from maillage.sources.probe import Probe
from maillage.sources.tables import Reading, Scope, SourceError, Table
from maillage.sources.values import day, integer, text

AREA_COLUMNS = ("level", "code", "name", "parent", "nature", "population")
# Type of an Etalab commune → our level, and the property that names its parent.
COMMUNE_LEVELS = {
    "commune-actuelle": ("commune", "departement"),
    "arrondissement-municipal": ("arrondissement", "commune"),
    "commune-deleguee": ("commune_deleguee", "chefLieu"),
    "commune-associee": ("commune_associee", "chefLieu"),
}

Row = tuple[Any, ...]


class AreasReader:
    """The four files of `@etalab/decoupage-administratif`: communes, epci, departements, regions."""

    source = "cog"
    title = "Code officiel géographique (Etalab)"
    expects = "communes, EPCI, départements ou régions d'Etalab en JSON (code, nom, chefLieu ou type)"

    def recognises(self, probe: Probe) -> bool:
        return probe.format == "json" and _family(probe.first_record) is not None

    def read(self, probe: Probe, scope: Scope) -> Reading:
        """Tables `areas`, and `epci_members` for the file of EPCI."""
        records = probe.load_json()
        log = RowLog(probe, read=len(records))
        family = _family(probe.first_record)
        if family == "epci":
            return log.reading(_epci(probe, records))
        rows = [
            _commune(probe, record, number) if family == "communes" else _area(probe, record, number)
            for number, record in enumerate(records, start=1)
        ]
        return log.reading([table_of("areas", AREA_COLUMNS, rows)])


def _family(record: dict[str, Any]) -> str | None:
    """Which of the four files a first record belongs to."""
    keys = record.keys()
    if "membres" in keys and "modeFinancement" in keys:
        return "epci"
    if text(record.get("type")) in COMMUNE_LEVELS:
        return "communes"
    if "chefLieu" in keys and "typeLiaison" in keys:
        return "areas"
    return None


def _commune(probe: Probe, record: dict[str, Any], number: int) -> Row:
    code, name = _code_and_name(probe, record, number)
    kind = text(record.get("type"))
    if kind not in COMMUNE_LEVELS:
        raise SourceError(
            f"{probe.name} : enregistrement {number} du type inconnu « {kind} » ; "
            f"types attendus : {', '.join(COMMUNE_LEVELS)}."
        )
    level, parent = COMMUNE_LEVELS[kind]
    population = record.get("population")
    if level == "commune" and population is None:
        probe.defects.add(
            line=number,
            column="population",
            problem="population absente",
            action="commune gardée sans valeur",
        )
    return level, code, name, text(record.get(parent)), None, population


def _area(probe: Probe, record: dict[str, Any], number: int) -> Row:
    code, name = _code_and_name(probe, record, number)
    level = "departement" if "region" in record else "region"
    return level, code, name, text(record.get("region")), text(record.get("zone")), None


def _code_and_name(probe: Probe, record: Any, number: int) -> tuple[str, str]:
    keys = list(record) if isinstance(record, dict) else []
    missing = [key for key in ("code", "nom") if key not in keys or not text(record[key])]
    if missing:
        raise missing_columns(probe, missing, keys, where=f" (enregistrement {number})")
    return str(record["code"]).strip(), str(record["nom"]).strip()


def _epci(probe: Probe, records: list[dict[str, Any]]) -> list[Table]:
    areas: list[Row] = []
    members: list[Row] = []
    for number, record in enumerate(records, start=1):
        code, name = _code_and_name(probe, record, number)
        nature = text(record.get("type"))
        areas.append(("epci", code, name, None, nature, record.get("populationMunicipale")))
        listed = record.get("membres")
        if not isinstance(listed, list):
            raise missing_columns(probe, ["membres"], list(record), where=f" (enregistrement {number})")
        for member in listed:
            commune, _ = _code_and_name(probe, member, number)
            members.append((code, name, nature, commune))
    return [
        table_of("areas", AREA_COLUMNS, areas),
        table_of("epci_members", ("epci", "epci_name", "nature", "commune"), members),
    ]


class EpciMembersReader:
    """`epcicom*.xlsx` of the DGCL: one row per commune."""

    source = "epci"
    title = "Composition des EPCI (DGCL)"
    expects = "composition des EPCI de la DGCL, classeur epcicom (siren, raison_sociale, insee)"

    def recognises(self, probe: Probe) -> bool:
        return self._sheet(probe) is not None

    def _sheet(self, probe: Probe) -> str | None:
        for name in probe.sheet_names:
            header = [text(cell) for cell in (probe.sheet(name) or [[]])[0]]
            if {"siren", "raison_sociale"} <= set(header):
                return name
        return None

    def read(self, probe: Probe, scope: Scope) -> Reading:
        """Table `epci_members`. vintage: the year in the names of the population columns."""
        name = self._sheet(probe) or ""
        header, *rows = probe.sheet(name)
        labels = [text(cell) or "" for cell in header]
        where = f", feuille « {name} »"
        wanted = ("siren", "raison_sociale", "nature_juridique", "insee")
        siren, epci_name, nature, insee = locate(probe, labels, wanted, where=where)
        log = RowLog(probe, read=len(rows))
        members: list[Row] = []
        for line, row in enumerate(rows, start=2):
            commune, epci = log.commune(row[insee], line, "insee"), text(row[siren])
            if commune is None or epci is None or text(row[epci_name]) is None:
                log.set_aside(line, "insee", "commune ou EPCI sans code valable")
                continue
            members.append((epci, text(row[epci_name]), text(row[nature]), commune))
        years = [int(found[1]) for label in labels if (found := re.match(r"pmun_(\d{4})$", label))]
        table = table_of("epci_members", ("epci", "epci_name", "nature", "commune"), members)
        table.vintage = years[0] if years else None
        return log.reading([table])


class MovementsReader:
    """`v_mvt_commune`: what communes became, one row per movement."""

    source = "mouvements"
    title = "Mouvements de communes (INSEE)"
    expects = (
        "mouvements de communes de l'INSEE en CSV (MOD, DATE_EFF, TYPECOM_AV, COM_AV, TYPECOM_AP, COM_AP)"
    )

    columns = (
        "MOD",
        "DATE_EFF",
        "TYPECOM_AV",
        "COM_AV",
        "LIBELLE_AV",
        "TYPECOM_AP",
        "COM_AP",
        "LIBELLE_AP",
    )

    def recognises(self, probe: Probe) -> bool:
        return header_has(probe, ["MOD", "DATE_EFF"])

    def read(self, probe: Probe, scope: Scope) -> Reading:
        """Table `movements`; the code of the event (MOD) is kept as published."""
        log = RowLog(probe)
        rows: list[Row] = []
        for line, cells in csv_columns(log, self.columns):
            mod, on, before_type, before, before_name, after_type, after, after_name = map(text, cells)
            if not (before_type and before and after_type and after):
                log.set_aside(line, "COM_AV", "création ou disparition sans commune d'origine ou d'arrivée")
                continue
            try:
                row = (integer(mod), day(on), before_type, before, after_type, after, before_name, after_name)
            except ValueError:
                log.set_aside(line, "DATE_EFF", "code d'événement ou date illisible")
                continue
            rows.append(row)
        names = ["mod", "date", "before_type", "before", "after_type", "after", "before_name", "after_name"]
        return log.reading([table_of("movements", names, rows)])
