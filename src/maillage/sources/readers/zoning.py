"""Zoning of a health profession in the canonical CSV: one row per unit, category and period of validity.

Columns: `profession;code_unite;type_unite;categorie;date_debut;date_fin;reference_arrete`. An open end of
validity is an empty `date_fin`, which otherwise is the last day of validity.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from itertools import pairwise
from typing import Any

from maillage.sources.columns import RowLog, csv_columns, table_of
from maillage.sources.probe import Probe
from maillage.sources.tables import Reading, Scope, SourceError
from maillage.sources.values import commune_code, day, departement_of, plain, text

COLUMNS = (
    "profession",
    "code_unite",
    "type_unite",
    "categorie",
    "date_debut",
    "date_fin",
    "reference_arrete",
)
# What a file may call each profession, to our slug.
PROFESSION_NAMES = {
    "mg": ("médecins", "médecins généralistes", "médecin", "médecin généraliste", "omnipraticiens"),
    "inf": ("infirmiers", "infirmier", "infirmières", "infirmiers libéraux"),
    "mk": ("masseurs-kinésithérapeutes", "masseur-kinésithérapeute", "kinésithérapeutes"),
    "sf": ("sages-femmes", "sage-femme"),
    "cd": ("chirurgiens-dentistes", "chirurgien-dentiste", "dentistes"),
    "orthophonistes": ("orthophonistes", "orthophoniste"),
}
# ZIP and ZAC: arrêté of 13 November 2017; HZ: hors zonage; ZV: zone de vigilance of some regions.
DOCTORS_CATEGORIES = ("ZIP", "ZAC", "HZ", "ZV")
# Arrêté of 21 December 2011 and those by profession; "non prioritaire" since 2024 for two of them.
OTHER_CATEGORIES = (
    "très sous-dotée",
    "sous-dotée",
    "intermédiaire",
    "très dotée",
    "sur-dotée",
    "non prioritaire",
)
UNIT_TYPES = ("commune", "tvs", "bvcv", "quartier")
# Spellings met in decrees.
CATEGORY_SPELLINGS = {
    "hors zonage": "HZ",
    "zone de vigilance": "ZV",
    "zone d'intervention prioritaire": "ZIP",
    "zone d'action complementaire": "ZAC",
}

SLUGS = {plain(name): slug for slug, names in PROFESSION_NAMES.items() for name in (slug, *names)}


class ZoningReader:
    """A category not of its profession, or two at the same time for one unit, refuse the whole file."""

    source = "zonage"
    title = "Zonage des professions de santé"
    expects = f"zonage en CSV ({' ; '.join(COLUMNS)})"

    def recognises(self, probe: Probe) -> bool:
        if probe.format != "csv":
            return False
        found = {plain(cell) for cell in probe.header}
        return "categorie" in found and sum(name in found for name in COLUMNS) >= 5

    def read(self, probe: Probe, scope: Scope) -> Reading:
        log = RowLog(probe)
        names = ("profession", "unit_code", "unit_type", "category", "valid_from", "valid_to", "decree")
        lines: list[int] = []
        rows: list[tuple[Any, ...]] = []
        for line, cells in csv_columns(log, COLUMNS):
            row = _row(probe, line, cells)
            if row[2] == "commune" and not scope.keeps(departement_of(row[1])):
                continue
            lines.append(line)
            rows.append(row)
        _refuse_overlaps(probe, lines, rows)
        return log.reading([table_of("zoning", names, rows)])


def _row(probe: Probe, line: int, cells: list[str]) -> tuple[Any, ...]:
    profession = SLUGS.get(plain(cells[0]))
    if profession is None:
        raise _refusal(probe, line, "profession", cells[0], PROFESSION_NAMES)
    unit_type = plain(cells[2])
    if unit_type not in UNIT_TYPES:
        raise _refusal(probe, line, "type_unite", cells[2], UNIT_TYPES)
    valid_from = _day(probe, line, "date_debut", cells[4])
    valid_to = _day(probe, line, "date_fin", cells[5])
    if valid_from is None:
        raise SourceError(f"{probe.name}, ligne {line} : « date_debut » est vide ; complétez-la.")
    if valid_to is not None and valid_to < valid_from:
        raise SourceError(
            f"{probe.name}, ligne {line} : la validité finit ({valid_to:%d/%m/%Y}) avant de commencer "
            f"({valid_from:%d/%m/%Y}) ; corrigez les dates."
        )
    unit_code = _unit_code(probe, line, unit_type, cells[1])
    category = _category(probe, line, profession, cells[3])
    return profession, unit_code, unit_type, category, valid_from, valid_to, text(cells[6])


def _unit_code(probe: Probe, line: int, unit_type: str, cell: str) -> str:
    code = commune_code(cell) if unit_type == "commune" else text(cell)
    if code is None:
        raise SourceError(
            f"{probe.name}, ligne {line} : « {cell} » n'est pas un code de {unit_type} ; "
            "corrigez « code_unite »."
        )
    if code != cell.strip():
        probe.defects.add(
            line=line, column="code_unite", problem="zéro de tête perdu", action="code de commune rétabli"
        )
    return code


def _category(probe: Probe, line: int, profession: str, cell: str) -> str:
    accepted = DOCTORS_CATEGORIES if profession == "mg" else OTHER_CATEGORIES
    spelled = CATEGORY_SPELLINGS.get(plain(cell), cell)
    by_plain = {_bare(category): category for category in accepted}
    category = by_plain.get(_bare(spelled))
    if category is None:
        raise _refusal(probe, line, "categorie", cell, accepted)
    return category


def _bare(category: str) -> str:
    """ "Très sous dotée", "tres-sous-dotee" and "très sous-dotée" are the same; so is "surdotée"."""
    return plain(category).replace("-", "").replace(" ", "").replace("dotees", "dotee")


def _day(probe: Probe, line: int, column: str, cell: str) -> date | None:
    try:
        return day(cell)
    except ValueError as error:
        raise SourceError(
            f"{probe.name}, ligne {line}, « {column} » : {error} ; écrivez 2025-12-31 ou 31/12/2025."
        ) from error


def _refuse_overlaps(probe: Probe, lines: list[int], rows: list[tuple[Any, ...]]) -> None:
    periods: dict[tuple[str, str, str], list[tuple[date, date, int]]] = defaultdict(list)
    for line, (profession, unit_code, unit_type, _, valid_from, valid_to, _) in zip(lines, rows, strict=True):
        periods[profession, unit_type, unit_code].append((valid_from, valid_to or date.max, line))
    for (profession, unit_type, unit_code), dated in periods.items():
        dated.sort()
        for (_, end, line), (start, _, next_line) in pairwise(dated):
            if start <= end:
                first, second = sorted((line, next_line))
                raise SourceError(
                    f"{probe.name} : {unit_type} {unit_code} ({profession}) a deux classements à la fois, "
                    f"lignes {first} et {second} ; donnez une « date_fin » au plus ancien."
                )


def _refusal(probe: Probe, line: int, column: str, cell: str, accepted: Iterable[str]) -> SourceError:
    return SourceError(
        f"{probe.name}, ligne {line} : « {column} » vaut « {cell} » ; "
        f"valeurs acceptées : {', '.join(accepted)}."
    )
