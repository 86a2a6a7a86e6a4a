"""Structures of care of FINESS+ (ANS): `finess-structures-…json`, gzipped or not, one site per `ege`.

Format: `flux/out/data.gouv/structure/schema-structures-v1.json` of the repository ansforge/finess. Sites
stand inside their legal entity (`pmej[].ege[]`). The file is streamed: unpacked it weighs hundreds of MB.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from typing import Any

from maillage.sources.columns import RowLog
from maillage.sources.json_stream import array_items, unpacked_head
from maillage.sources.probe import Probe
from maillage.sources.structures import (
    CATEGORY_LABELS,
    Structure,
    day_or_none,
    finess_number,
    in_scope,
    pair,
    set_position,
    siret,
    structures_table,
)
from maillage.sources.tables import Reading, Scope, SourceError
from maillage.sources.values import commune_code, day, departement_of, departement_of_postal_code, text

# The address of the site itself, among those of a structure (correspondence, invoices…).
SITE_ADDRESS = "03"
INACTIVE = "I"
GENERATED = re.compile(r'"generatedAt"\s*:\s*"(\d{4}-\d\d-\d\d)')


class FinessReader:
    """Active and closed sites; a closed one has its `closed_on`. Coordinates are WGS84 degrees, whichever
    of the two pairs of the file holds them and in whatever order, projected from metres when there are none.
    """

    source = "finess"
    title = "Structures de soins (FINESS+)"
    expects = "structures FINESS+ en JSON, compressé ou non (« schemaVersion », « pmej »)"

    def recognises(self, probe: Probe) -> bool:
        if probe.format not in ("json", "json.gz"):
            return False
        head = unpacked_head(probe)
        return '"pmej"' in head and '"informationsGenerales' in head

    def read(self, probe: Probe, scope: Scope) -> Reading:
        log = RowLog(probe)
        generated = GENERATED.search(unpacked_head(probe))
        published_on = day(generated[1]) if generated else None
        structures = [
            structure
            for number, legal, site in _sites(probe)
            if (structure := _structure(log, number, legal, site, scope, published_on)) is not None
        ]
        return log.reading([structures_table(structures, published_on)])


def _sites(probe: Probe) -> Iterator[tuple[int, str | None, dict[str, Any]]]:
    """Rank in the file, number of the legal entity and record of each site."""
    number = 0
    for entity in array_items(probe, "pmej"):
        if not isinstance(entity, dict):
            raise SourceError(
                f"{probe.name} : « pmej » ne contient pas des entités juridiques ; "
                "téléchargez de nouveau le fichier."
            )
        legal = finess_number(_part(entity, "informationsGeneralesPMEJ").get("numFinessPm"))
        for site in entity.get("ege") or []:
            number += 1
            yield number, legal, site


def _part(record: dict[str, Any], name: str) -> dict[str, Any]:
    """An object inside a record; the case of its name differs between the schema's editions."""
    part = record.get(name)
    if part is None:
        part = next((value for key, value in record.items() if key.lower() == name.lower()), None)
    return part if isinstance(part, dict) else {}


def _structure(
    log: RowLog,
    number: int,
    legal: str | None,
    site: dict[str, Any],
    scope: Scope,
    published_on: date | None,
) -> Structure | None:
    log.read += 1
    general = _part(site, "informationsGeneralesEGE")
    address = _site_address(site)
    commune = commune_code(address.get("cogCommune"))
    postal_code = text(address.get("codePostal"))
    departement = departement_of(commune) if commune else departement_of_postal_code(postal_code or "")
    if not in_scope(log, number, scope, departement):
        return None
    finess = finess_number(general.get("numFinessEge"))
    name = text(general.get("nomEgeLong")) or text(general.get("nomEgeCourt"))
    category = text(site.get("categorieentiteGeographiqueExercice"))
    if finess is None or name is None or category is None:
        log.set_aside(number, "numFinessEge", "établissement sans numéro FINESS, sans nom ou sans catégorie")
        return None
    if commune is None:
        log.probe.defects.add(
            line=number,
            column="cogCommune",
            problem="commune absente",
            action="structure gardée sans commune",
        )
    structure = Structure(
        finess,
        name,
        category,
        finess_legal=legal,
        category_label=CATEGORY_LABELS.get(category),
        commune=commune,
        departement=departement,
        postal_code=postal_code,
        address=" ".join(
            filter(None, (text(address.get(key)) for key in ("numeroVoie", "typeVoie", "libelleVoie")))
        )
        or None,
        siret=siret(log, number, general.get("siret")),
        opened_on=day_or_none(log, number, "dateOuverture", general.get("dateOuverture")),
        closed_on=_closed_on(log, number, site, general, published_on),
    )
    coordinates = _part(address, "coordonneesGeographique")
    set_position(
        log,
        number,
        structure,
        angles=pair(coordinates.get("directionLongitude"), coordinates.get("directionLatitude")),
        metres=pair(coordinates.get("coordonneeX"), coordinates.get("coordonneeY")),
    )
    return structure


def _site_address(site: dict[str, Any]) -> dict[str, Any]:
    addresses = [address for address in site.get("adresse") or [] if isinstance(address, dict)]
    of_site = (address for address in addresses if address.get("usageAdresse") == SITE_ADDRESS)
    return next(of_site, addresses[0] if addresses else {})


def _closed_on(
    log: RowLog, number: int, site: dict[str, Any], general: dict[str, Any], published_on: date | None
) -> date | None:
    closed_on = day_or_none(log, number, "dateFermeture", general.get("dateFermeture"))
    if closed_on is not None or site.get("etatObjet") != INACTIVE:
        return closed_on
    log.probe.defects.add(
        line=number,
        column="dateFermeture",
        problem="structure inactive sans date de fermeture",
        action="fermée à la date de sa dernière mise à jour",
    )
    return day_or_none(log, number, "dateDerniereMaj", site.get("dateDerniereMaj")) or published_on
