"""Structures of care of the former FINESS extractions (frozen in 2026): `etalab-cs1100502`, `cs1100507`.

Rows without header, typed by their first cell: `structureet` (32 cells), then in cs1100507 `geolocalisation`
(plane coordinates: Lambert-93, UTM overseas). The first line is `finess;etalab;<number>;<date>`.
"""

from __future__ import annotations

from maillage.sources.columns import RowLog
from maillage.sources.probe import Probe
from maillage.sources.projections import Pair
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
from maillage.sources.values import commune_code, departement_of, departement_of_postal_code

# The cells of a `structureet` row, in order.
CELLS = (
    *(
        "section",
        "nofinesset",
        "nofinessej",
        "rs",
        "rslongue",
        "complrs",
        "compldistrib",
        "numvoie",
        "typvoie",
    ),
    *("voie", "compvoie", "lieuditbp", "commune", "departement", "libdepartement", "ligneacheminement"),
    *("telephone", "telecopie", "categetab", "libcategetab", "categagretab", "libcategagretab", "siret"),
    *("codeape", "codemft", "libmft", "codesph", "libsph", "dateouv", "dateautor", "datemaj", "numuai"),
)
READ = {
    name: CELLS.index(name)
    for name in (
        *("nofinesset", "nofinessej", "rs", "rslongue", "numvoie", "compvoie", "typvoie", "voie"),
        *("commune", "departement", "ligneacheminement", "categetab", "libcategetab", "siret", "dateouv"),
    )
}
# Overseas départements may be written 9A to 9J; their communes keep the three last digits of their code.
OVERSEAS_LETTERS = "ABCDEFGHJ"


class FinessEtalabReader:
    """Active sites only (the extraction holds no other): `closed_on` is always null."""

    source = "finess_etalab"
    title = "Structures de soins (ancien FINESS, extraction Etalab)"
    expects = "extraction FINESS etalab-cs1100502 ou cs1100507 (« finess;etalab;… », lignes « structureet »)"

    def recognises(self, probe: Probe) -> bool:
        return (
            probe.format == "csv"
            and [cell.lower() for cell in probe.header[:2]] == ["finess", "etalab"]
            and any(line.startswith("structureet;") for line in probe.head_lines[1:])
        )

    def read(self, probe: Probe, scope: Scope) -> Reading:
        log = RowLog(probe)
        structures: dict[str, tuple[int, Structure]] = {}
        positions: dict[str, Pair | None] = {}
        for line, row in probe.csv_rows(quoted=False):
            if row[0] == "structureet":
                _take_structure(log, line, row, scope, structures)
            elif row[0] == "geolocalisation":
                _take_position(row, positions)
            else:
                log.set_aside(line, "section", f"section « {row[0][:40]} » inconnue")
        if positions:
            for line, structure in structures.values():
                set_position(log, line, structure, metres=positions.get(structure.finess))
        header_day = probe.header[3] if len(probe.header) > 3 else None
        published_on = day_or_none(log, 1, "", header_day)
        return log.reading(
            [structures_table([structure for _, structure in structures.values()], published_on)]
        )


def _take_structure(
    log: RowLog, line: int, row: list[str], scope: Scope, structures: dict[str, tuple[int, Structure]]
) -> None:
    log.read += 1
    if len(row) != len(CELLS) and not (len(row) == len(CELLS) + 1 and not row[-1]):
        log.set_aside(line, "", f"{len(row)} cellules au lieu de {len(CELLS)}")
        return
    cells = {name: row[position].strip(' "') or None for name, position in READ.items()}
    commune = _commune(cells["departement"] or "", cells["commune"] or "")
    postal_code = (cells["ligneacheminement"] or "")[:5]
    departement = departement_of(commune) if commune else departement_of_postal_code(postal_code)
    if not in_scope(log, line, scope, departement):
        return
    finess, name, category = (
        finess_number(cells["nofinesset"]),
        cells["rslongue"] or cells["rs"],
        cells["categetab"],
    )
    if finess is None or name is None or category is None:
        log.set_aside(line, "nofinesset", "établissement sans numéro FINESS, sans nom ou sans catégorie")
        return
    if finess in structures:
        raise SourceError(
            f"{log.probe.name} : l'établissement {finess} est donné deux fois "
            f"(lignes {structures[finess][0]} et {line}) ; retirez le doublon "
            "ou téléchargez de nouveau le fichier."
        )
    if commune is None:
        log.probe.defects.add(
            line=line, column="commune", problem="commune absente", action="structure gardée sans commune"
        )
    street = " ".join(filter(None, (cells["numvoie"], cells["compvoie"], cells["typvoie"], cells["voie"])))
    structures[finess] = (
        line,
        Structure(
            finess,
            name,
            category,
            finess_legal=finess_number(cells["nofinessej"]),
            category_label=cells["libcategetab"] or CATEGORY_LABELS.get(category),
            commune=commune,
            departement=departement,
            postal_code=postal_code if postal_code.isdigit() else None,
            address=street or None,
            siret=siret(log, line, cells["siret"]),
            opened_on=day_or_none(log, line, "dateouv", cells["dateouv"]),
        ),
    )


def _commune(departement: str, commune: str) -> str | None:
    """INSEE code from the two cells; zeros lost by a spreadsheet are put back."""
    if not commune.isdigit():
        return None
    prefix = departement.upper().zfill(2)[:2]
    if prefix[0] == "9" and prefix[1] in OVERSEAS_LETTERS:
        prefix = "97"
    return commune_code(f"{prefix}{commune.zfill(3)}")


def _take_position(row: list[str], positions: dict[str, Pair | None]) -> None:
    finess = finess_number(row[1]) if len(row) > 3 else None
    if finess is not None:
        positions[finess] = pair(row[2], row[3])
