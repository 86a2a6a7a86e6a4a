"""Health professionals and where they practise: `PS_LibreAcces_Personne_activite` of the ANS (RPPS).

Personal data are kept to what the count needs: identifier, name, profession, specialty, mode, and the site.
Telephone, e-mail and street address are never read into a table.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from operator import itemgetter
from sys import intern
from typing import NamedTuple

import numpy as np

from maillage.sources import rpps_rules
from maillage.sources.columns import RowLog, locate
from maillage.sources.line_blocks import LONGEST_LINE_BYTES, LineBlock, Positions, line_blocks
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
NOWHERE = "ni commune, ni département, ni code postal en France"
# Commune codes in 99 are countries.
ABROAD = 99
# RPPS numbers take 11 characters; the identifiers of other registers fit too.
IDENTIFIER_BYTES = 32
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


class _Spans(NamedTuple):
    """Where the lines of a block stand in the file, to read again those that turn out to be wanted."""

    numbers: Positions
    offsets: Positions
    lengths: Positions


@dataclass(slots=True)
class _Site:
    """A person at a counted place. `rank` orders the rows of one place: located, main skill first."""

    values: tuple[str | None, ...]
    rank: tuple[bool, int]
    in_scope: bool


class _RppsReading:
    """One reading of one file: lines taken, people gathered, what is left out named."""

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
        for number, line in self._lines_of_people_in_scope() if self.scope.departements else self._lines():
            self._take(number, line)
        self._name_the_uncounted()
        return self.log.reading([_table(self.people, self.probe.name)])

    def _blocks(self) -> Iterator[LineBlock]:
        for block in line_blocks(self.probe, b"|"):
            self.log.read += len(block) - (block.offset == 0)
            yield block

    def _lines(self) -> Iterator[tuple[int, bytes]]:
        for block in self._blocks():
            for row in range(block.offset == 0, len(block)):
                yield int(block.numbers[row]), block.line(row)

    def _lines_of_people_in_scope(self) -> Iterator[tuple[int, bytes]]:
        """All lines of the persons with at least one of them in the scope.

        The whole file is told apart as arrays, then only these lines are read again.
        """
        wanted: set[bytes] = set()
        identified: list[tuple[_Spans, list[bytes]]] = []
        for block in self._blocks():
            identifiers = self._identifiers(block)
            identified.append((_spans(block), identifiers))
            wanted.update(identifiers[row] for row in self._rows_in_scope(block))
        with self.probe.path.open("rb") as stream:
            for spans, identifiers in identified:
                for row, identifier in enumerate(identifiers):
                    if identifier in wanted and spans.numbers[row] > 1:
                        stream.seek(spans.offsets[row])
                        yield int(spans.numbers[row]), stream.read(spans.lengths[row])

    def _identifiers(self, block: LineBlock) -> list[bytes]:
        starts, ends = block.cell(self.positions["rpps"])
        cells = block.leading_bytes(starts, ends, IDENTIFIER_BYTES)
        return cells.view(f"S{IDENTIFIER_BYTES}").ravel().tolist()

    def _rows_in_scope(self, block: LineBlock) -> Iterator[int]:
        """Rows of a block with a place in the scope; a line too short to tell is one, to be named later.

        Most are told by the two first digits of their commune code; rows without any place are set aside.
        """
        cells = [block.cell(self.positions[key]) for key in PLACE_COLUMNS]
        short = block.separators < max(self.positions[key] for key in PLACE_COLUMNS)
        nowhere = ~short & np.logical_and.reduce([starts == ends for starts, ends in cells])
        commune = block.leading_bytes(*cells[0], 6).astype(np.int16) - ord("0")
        whole = ((commune[:, :5] >= 0) & (commune[:, :5] <= 9)).all(axis=1) & (commune[:, 5] == -ord("0"))
        prefix = commune[:, 0] * 10 + commune[:, 1]
        near = [int(code[:2]) for code in self.scope.departements if code[:2].isdigit()]
        elsewhere = ~short & whole & ~np.isin(prefix, [*near, ABROAD])
        after_header = block.numbers > 1
        self.log.set_all_aside(block.numbers[nowhere & after_header].tolist(), "", NOWHERE)
        for row in np.flatnonzero(~elsewhere & ~nowhere & after_header).tolist():
            if short[row]:
                yield row
                continue
            raw = (block.data[starts[row] : ends[row]].decode("latin-1") for starts, ends in cells)
            departement = _place(*raw)[1]
            if departement is None:
                self.log.set_aside(int(block.numbers[row]), "", NOWHERE)
            elif self.scope.keeps(departement):
                yield row

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


def _spans(block: LineBlock) -> _Spans:
    return _Spans(block.numbers, block.starts + block.offset, block.ends - block.starts)


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
