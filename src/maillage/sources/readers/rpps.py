"""Health professionals and where they practise: `PS_LibreAcces_Personne_activite` of the ANS (RPPS).

Personal data are kept to what the count needs: identifier, name, profession, specialty, mode, and the site.
Telephone, e-mail and street address are never read into a table.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from operator import itemgetter
from pathlib import Path
from sys import intern
from typing import NamedTuple

from maillage.sources import rpps_rules
from maillage.sources.columns import RowLog, locate
from maillage.sources.probe import Probe
from maillage.sources.tables import Reading, Scope, SourceError, Table
from maillage.sources.values import (
    commune_code,
    departement_code,
    departement_of,
    departement_of_postal_code,
    plain,
)

# Our name of each column we read, and its header in the file. Columns are found by name, never by position.
COLUMNS = {
    "rpps": "Identifiant PP",
    "category": "Code catégorie professionnelle",
    "family_name": "Nom d'exercice",
    "given_name": "Prénom d'exercice",
    "profession_code": "Code profession",
    "profession_label": "Libellé profession",
    "skill_type": "Code type savoir-faire",
    "specialty_code": "Code savoir-faire",
    "specialty_label": "Libellé savoir-faire",
    "practice_mode": "Code mode exercice",
    "site_siret": "Numéro SIRET site",
    "site_finess": "Numéro FINESS site",
    "site_id": "Identifiant technique de la structure",
    "site_name": "Raison sociale site",
    "site_sign": "Enseigne commerciale site",
    "postal_code": "Code postal (coord. structure)",
    "commune": "Code commune (coord. structure)",
    "departement": "Code Département (structure)",
    "sector_code": "Code secteur d'activité",
    "sector_label": "Libellé secteur d'activité",
    "section": "Code section tableau pharmaciens",
}
# Columns of the table, in the order `_Site.values` holds them; `share` is added once all sites are known.
TABLE_COLUMNS = (
    "rpps",
    "site",
    "family_name",
    "given_name",
    "profession_code",
    "profession_label",
    "specialty_code",
    "specialty_label",
    "practice_mode",
    "sector_code",
    "sector_label",
    "site_name",
    "site_siret",
    "site_finess",
    "commune",
    "departement",
    "postal_code",
)
PLACE_COLUMNS = ("commune", "postal_code", "departement")
BLOCK_BYTES = 4 * 1024**2
LONGEST_LINE_BYTES = 1024**2
EXTRACTION_DATE = re.compile(r"(20\d\d)(?:0[1-9]|1[0-2])(?:[0-2]\d|3[01])")


class RppsReader:
    """One row per person and place of practice that counts (`sources.rpps_rules`), with its share.

    A person counts 1 in all, split equally over their counted places: share = 1 / number of places, those
    outside the scope included. Rows of one person at one place (several skills) are merged. Rows that do not
    count are set aside with their reason; a person without any counted place gets no row.
    """

    source = "rpps"
    title = "Professionnels de santé (RPPS, personnes et activités)"
    expects = (
        "extraction RPPS en libre accès « PS_LibreAcces_Personne_activite » (texte séparé par des « | », "
        "une ligne par professionnel et lieu d'exercice)"
    )

    def recognises(self, probe: Probe) -> bool:
        if probe.format != "csv" or probe.delimiter != "|":
            return False
        header = {plain(name) for name in probe.header}
        known = sum(plain(name) in header for name in COLUMNS.values())
        # The sibling files of the same archive (diplomas, skills) have persons but no places.
        return known >= len(COLUMNS) // 2 and any("(coord. structure)" in name for name in header)

    def read(self, probe: Probe, scope: Scope) -> Reading:
        return _RppsReading(probe, scope).run()


class _Row(NamedTuple):
    """The cells we read of a line, in the order of COLUMNS."""

    rpps: str
    category: str
    family_name: str
    given_name: str
    profession_code: str
    profession_label: str
    skill_type: str
    specialty_code: str
    specialty_label: str
    practice_mode: str
    site_siret: str
    site_finess: str
    site_id: str
    site_name: str
    site_sign: str
    postal_code: str
    commune: str
    departement: str
    sector_code: str
    sector_label: str
    section: str


@dataclass(slots=True)
class _Site:
    """A person at a counted place. `rank` orders the rows of one place: located, main skill first."""

    values: tuple[str | None, ...]
    rank: tuple[bool, int]
    in_scope: bool


class _RppsReading:
    """One reading of one file. With a scope, two passes: who has a place in it, then all rows of theirs."""

    def __init__(self, probe: Probe, scope: Scope) -> None:
        self.probe = probe
        self.scope = scope
        self.positions, self.width = _layout(probe)
        self.cells_read = itemgetter(*(self.positions[key] for key in _Row._fields))
        self.people: dict[str, dict[str, _Site]] = {}
        self.uncounted: dict[str, int] = {}
        self.log = RowLog(probe)

    def run(self) -> Reading:
        _refuse_cut_file(self.probe, self.width)
        wanted = self._people_in_scope() if self.scope.departements else None
        for number, line in _lines(self.probe):
            self.log.read += 1
            if wanted is None or self._identifier(line) in wanted:
                self._take(number, line)
        self._name_the_uncounted()
        return self.log.reading([_table(self.people, self.probe.name)])

    def _identifier(self, line: bytes) -> bytes:
        position = self.positions["rpps"]
        cells = line.split(b"|", position + 1)
        return cells[position] if len(cells) > position else b""

    def _people_in_scope(self) -> set[bytes]:
        """Identifiers of the persons with at least one row in the scope.

        Most lines are told by the two first characters of their commune code alone. A line too short to tell
        makes its person wanted: the second pass names it.
        """
        commune, postal_code, departement = (self.positions[key] for key in PLACE_COLUMNS)
        last = max(commune, postal_code, departement)
        prefixes = {code[:2].encode() for code in self.scope.departements}
        people: set[bytes] = set()
        for number, line in _lines(self.probe):
            cells = line.split(b"|", commune + 1)
            if len(cells) > commune and _plainly_elsewhere(cells[commune], prefixes):
                continue
            cells = line.split(b"|", last + 1)
            if len(cells) <= last:
                people.add(self._identifier(line))
                continue
            place = _place_of(cells[commune], cells[postal_code], cells[departement])
            if place is None:
                self.log.set_aside(number, "", "ni commune, ni département, ni code postal en France")
            elif self.scope.keeps(place):
                people.add(self._identifier(line))
        return people

    def _take(self, number: int, line: bytes) -> None:
        cells = self._decode(number, line).split("|")
        if len(cells) != self.width and not (len(cells) == self.width + 1 and not cells[-1]):
            self.log.set_aside(number, "", f"{len(cells)} colonnes au lieu de {self.width}")
            return
        if b" |" in line or b"| " in line:
            cells = [cell.strip() for cell in cells]
        row = _Row(*self.cells_read(cells))
        commune, departement = _place(row.commune, row.postal_code, row.departement)
        in_scope = not self.scope.departements or departement in self.scope.departements
        why = _why_not_counted(row)
        if why is not None:
            if in_scope:
                self.log.set_aside(number, "", why)
                self.uncounted.setdefault(row.rpps, number)
            return
        if in_scope and commune is None:
            self._name_missing_commune(number, row.commune, departement)
        site = _Site(_values(row, commune, departement), (commune is None, _skill_rank(row)), in_scope)
        self._merge(number, site)

    def _merge(self, number: int, site: _Site) -> None:
        rpps, place = str(site.values[0]), str(site.values[1])
        places = self.people.setdefault(rpps, {})
        known = places.get(place)
        if known is not None and site.in_scope:
            self.probe.defects.add(
                line=number,
                column=COLUMNS["specialty_code"],
                problem="même personne au même lieu sur plusieurs lignes",
                action="lignes fusionnées, le savoir-faire principal est gardé",
            )
        if known is None or site.rank < known.rank:
            places[place] = site

    def _decode(self, number: int, line: bytes) -> str:
        try:
            return line.decode("utf-8")
        except UnicodeDecodeError:
            self.probe.defects.add(
                line=number,
                column="",
                problem="ligne en Windows-1252 et non en UTF-8",
                action="lue en Windows-1252",
            )
            return line.decode("cp1252", errors="replace")

    # --- defects --------------------------------------------------------------------------------

    def _name_missing_commune(self, number: int, code: str, departement: str | None) -> None:
        self.probe.defects.add(
            line=number,
            column=COLUMNS["commune"],
            problem="code de commune inconnu" if code else "code de commune absent",
            action="lieu gardé sans commune" if departement else "lieu gardé sans commune ni département",
        )

    def _name_the_uncounted(self) -> None:
        for rpps, number in self.uncounted.items():
            if not any(site.in_scope for site in self.people.get(rpps, {}).values()):
                self.probe.defects.add(
                    line=number,
                    column=COLUMNS["rpps"],
                    problem="personne sans aucun lieu d'exercice compté",
                    action="personne laissée de côté",
                )


def _layout(probe: Probe) -> tuple[dict[str, int], int]:
    """Position of each column we read, and how many columns a line has."""
    header = list(probe.header)
    while header and not header[-1]:
        header.pop()
    return dict(zip(COLUMNS, locate(probe, header, list(COLUMNS.values())), strict=True)), len(header)


def _refuse_cut_file(probe: Probe, width: int) -> None:
    """A last line without its end means an interrupted download: half of the people would be missing."""
    with probe.path.open("rb") as stream:
        stream.seek(max(0, probe.size - LONGEST_LINE_BYTES))
        last = stream.read().rpartition(b"\n")[2]
    if last and last.count(b"|") < width - 1:
        raise SourceError(
            f"{probe.name} : la dernière ligne est coupée, le fichier est incomplet ; "
            "téléchargez-le de nouveau."
        )


def _lines(probe: Probe) -> Iterator[tuple[int, bytes]]:
    """Number and bytes of each line after the header, blank ones left out, in bounded memory."""
    lines = enumerate(_raw_lines(probe.path, probe.name), start=1)
    next(lines, None)
    return ((number, line) for number, line in lines if line)


def _raw_lines(path: Path, name: str) -> Iterator[bytes]:
    rest = b""
    with path.open("rb") as stream:
        while block := stream.read(BLOCK_BYTES):
            *lines, rest = (rest + block.replace(b"\r", b"")).split(b"\n")
            if len(rest) > LONGEST_LINE_BYTES:
                raise SourceError(
                    f"{name} : une ligne dépasse un million de caractères ; le fichier est abîmé, "
                    "téléchargez-le de nouveau."
                )
            yield from lines
    if rest:
        yield rest


def _plainly_elsewhere(commune: bytes, prefixes: set[bytes]) -> bool:
    """Whether a whole numeric commune code settles that a row is out of the scope (99 is abroad)."""
    return len(commune) == 5 and commune[:2] not in prefixes and commune.isdigit() and commune[:2] != b"99"


def _place_of(commune: bytes, postal_code: bytes, departement: bytes) -> str | None:
    """The département of a row from its raw cells, or None when it has no place at all."""
    if not (commune or postal_code or departement):
        return None
    return _place(commune.decode("latin-1"), postal_code.decode("latin-1"), departement.decode("latin-1"))[1]


def _place(commune: str, postal_code: str, departement: str) -> tuple[str | None, str | None]:
    """Commune and département of a row; without a commune, the département given, else the post code's."""
    code = commune_code(commune)
    if code is not None:
        return code, departement_of(code)
    return None, departement_code(departement) or departement_of_postal_code(postal_code.strip())


def _why_not_counted(row: _Row) -> str | None:
    if not row.rpps or not row.family_name:
        return "personne sans identifiant ou sans nom"
    return rpps_rules.why_not_counted(
        profession=row.profession_code,
        category=row.category,
        mode=row.practice_mode,
        sector=row.sector_code,
        section=row.section,
        site_names=(row.site_name, row.site_sign),
    )


def _skill_rank(row: _Row) -> int:
    """Which skill stands for a person at a place: general practice, another specialty, a competence, none."""
    if row.specialty_code in rpps_rules.GENERAL_PRACTICE:
        return 0
    if not row.specialty_code:
        return 3
    return 1 if row.skill_type == rpps_rules.SPECIALTY_TYPE else 2


def _values(row: _Row, commune: str | None, departement: str | None) -> tuple[str | None, ...]:
    """What is kept of a row, in the order of TABLE_COLUMNS. Values that repeat are held once in memory."""
    unnamed = f"sans-identifiant-{commune or row.postal_code}"
    return (
        row.rpps,
        row.site_id or row.site_finess or row.site_siret or unnamed,
        row.family_name,
        row.given_name or None,
        intern(row.profession_code),
        intern(row.profession_label) or None,
        intern(row.specialty_code) or None,
        intern(row.specialty_label) or None,
        intern(row.practice_mode) or None,
        intern(row.sector_code) or None,
        intern(row.sector_label) or None,
        row.site_name or row.site_sign or None,
        row.site_siret or None,
        row.site_finess or None,
        commune and intern(commune),
        departement and intern(departement),
        intern(row.postal_code) or None,
    )


def _table(people: dict[str, dict[str, _Site]], name: str) -> Table:
    columns: dict[str, list[str | float | None]] = {column: [] for column in (*TABLE_COLUMNS, "share")}
    for places in people.values():
        share = 1 / len(places)
        for site in places.values():
            if site.in_scope:
                for column, value in zip(TABLE_COLUMNS, site.values, strict=True):
                    columns[column].append(value)
                columns["share"].append(share)
    # The file does not hold its date; its name does, as the agency publishes it.
    dated = EXTRACTION_DATE.search(name)
    return Table("practitioners", dict(columns), vintage=int(dated[1]) if dated else None)
