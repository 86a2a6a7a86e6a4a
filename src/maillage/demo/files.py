"""The demo written down in the formats of the official files, so that every reader is walked."""

from __future__ import annotations

import csv
import hashlib
import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import xlsxwriter

from maillage.demo.access import PublishedApl
from maillage.demo.geography import DEPARTEMENTS, HOME, departement_outlines, polygon_json
from maillage.demo.people import YEARS
from maillage.demo.territory import (
    DEPARTEMENT_NAMES,
    FORMER,
    REGION,
    REGION_NAME,
    Territory,
)
from maillage.sources.professions import PROFESSIONS

# Workbooks carry the day they were made: a fixed one, or the same seed would not give the same bytes.
MADE_ON = datetime(2024, 6, 1)
MERGED_ON = "2022-01-01"
INSEE_BANDS = (
    ("0 à 19 ans", slice(0, 4)),
    ("20 à 39 ans", slice(4, 8)),
    ("40 à 59 ans", slice(8, 12)),
    ("60 à 74 ans", slice(12, 15)),
    ("75 ans et plus", slice(15, 19)),
)
APL_NAMES = {
    "mg": ("médecins généralistes", "la médecine générale"),
    "inf": ("infirmiers", "les soins infirmiers"),
    "mk": ("masseurs-kinésithérapeutes", "la masso-kinésithérapie"),
    "sf": ("sages-femmes", "la maïeutique"),
    "cd": ("chirurgiens-dentistes", "les soins dentaires"),
}
FICTIONAL = "Territoire fictif de démonstration : aucune de ces valeurs ne décrit un lieu réel."


def write_json(path: Path, document: Any) -> None:
    path.write_text(json.dumps(document, ensure_ascii=False, separators=(",", ":")), encoding="utf-8")


def write_csv(
    path: Path,
    header: Sequence[str],
    rows: Iterable[Sequence[Any]],
    *,
    delimiter: str = ";",
    bom: bool = False,
) -> None:
    with path.open("w", encoding="utf-8-sig" if bom else "utf-8", newline="") as stream:
        writer = csv.writer(stream, delimiter=delimiter, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)


def write_communes(territory: Territory, folder: Path) -> None:
    """Communes of geo.api.gouv.fr, and those of the official geographic code."""
    land, people = territory.land, territory.people
    areas = land.area_ha
    records = [
        {
            "nom": territory.names[index],
            "code": code,
            "codesPostaux": [territory.postal_code(index)],
            "codeDepartement": territory.departement(index),
            "codeRegion": REGION,
            "population": int(people.base[index]),
            "centre": {"type": "Point", "coordinates": land.lonlat[index].tolist()},
            "codeEpci": territory.epci_codes[territory.epci[index]],
            "surface": round(float(areas[index]), 1),
        }
        for index, code in enumerate(land.codes)
    ]
    write_json(folder / "communes.json", records)
    official = [
        {
            "code": record["code"],
            "nom": record["nom"],
            "departement": record["codeDepartement"],
            "region": REGION,
            "type": "commune-actuelle",
            "codesPostaux": record["codesPostaux"],
            "population": record["population"],
        }
        for record in records
    ]
    write_json(folder / "cog_communes.json", official)


def write_areas(territory: Territory, folder: Path) -> None:
    """Départements, region and EPCI of the official geographic code, and what communes became."""
    codes = territory.land.codes
    seats = {code: codes[territory.people.towns[code][0]] for code in DEPARTEMENTS}
    departements = [
        {
            "code": code,
            "region": REGION,
            "chefLieu": seats[code],
            "nom": name,
            "typeLiaison": 0,
            "zone": "metro",
        }
        for code, name in DEPARTEMENT_NAMES.items()
    ]
    write_json(folder / "cog_departements.json", departements)
    region = {"code": REGION, "chefLieu": seats[HOME], "nom": REGION_NAME, "typeLiaison": 0, "zone": "metro"}
    write_json(folder / "cog_regions.json", [region])
    write_json(
        folder / "cog_epci.json", [_epci(territory, number) for number in range(len(territory.epci_codes))]
    )
    moves = [
        (32, MERGED_ON, "COM", code, name, "COM", codes[territory.host], territory.names[territory.host])
        for code, name in [*FORMER, (codes[territory.host], territory.names[territory.host])]
    ]
    header = ("MOD", "DATE_EFF", "TYPECOM_AV", "COM_AV", "LIBELLE_AV", "TYPECOM_AP", "COM_AP", "LIBELLE_AP")
    write_csv(folder / "mouvements-communes.csv", header, moves, delimiter=",")


def _epci(territory: Territory, number: int) -> dict[str, Any]:
    members = np.flatnonzero(territory.epci == number).tolist()
    people = territory.people.base
    return {
        "code": territory.epci_codes[number],
        "nom": territory.epci_names[number],
        "type": territory.epci_natures[number],
        "modeFinancement": "FPU",
        "populationMunicipale": int(people[members].sum()),
        "membres": [
            {
                "code": territory.land.codes[index],
                "nom": territory.names[index],
                "populationMunicipale": int(people[index]),
            }
            for index in members
        ],
    }


def write_contours(territory: Territory, folder: Path) -> None:
    """Outlines of communes and of départements (GeoJSON, WGS84)."""
    communes = [
        _feature(
            polygon_json(shape),
            code=code,
            nom=territory.names[index],
            epci=territory.epci_codes[territory.epci[index]],
        )
        for index, (code, shape) in enumerate(
            zip(territory.land.codes, territory.land.contours(), strict=True)
        )
    ]
    write_json(folder / "contours-communes.geojson", _collection(communes))
    outlines = departement_outlines(territory.land)
    departements = [
        _feature(polygon_json(shape), code=code, nom=DEPARTEMENT_NAMES[code])
        for code, shape in outlines.items()
    ]
    write_json(folder / "contours-departements.geojson", _collection(departements))


def _feature(geometry: dict[str, Any], **properties: str) -> dict[str, Any]:
    return {"type": "Feature", "properties": properties, "geometry": geometry}


def _collection(features: list[dict[str, Any]]) -> dict[str, Any]:
    return {"type": "FeatureCollection", "features": features}


def write_travel_times(territory: Territory, folder: Path) -> None:
    """Origin, destination, minutes, as a road distance service exports them."""
    origin, destination = np.nonzero(np.isfinite(territory.minutes))
    codes = np.array(territory.land.codes)
    minutes = territory.minutes[origin, destination].tolist()
    rows = zip(codes[origin].tolist(), codes[destination].tolist(), minutes, strict=True)
    write_csv(folder / "temps-de-trajet.csv", ("origine", "destination", "minutes"), rows)


def write_apl(territory: Territory, profession: str, folder: Path) -> None:
    """The DREES workbook of a profession: one sheet per year, titles, header on line 9, units below."""
    label, care = APL_NAMES[profession]
    path = folder / f"indicateur-apl-{label.replace(' ', '-')}.xlsx"
    with _workbook(path) as workbook:
        for year in YEARS:
            published = territory.published[profession, year]
            sheet = workbook.add_worksheet(f"APL {year}")
            titles = (
                f"Indicateur d'accessibilité potentielle localisée (APL) {year} aux {label}",
                "",
                f"Millésime : {year}",
                FICTIONAL,
            )
            for row, title in enumerate(titles):
                sheet.write(row, 0, title)
            header = [
                "Code commune INSEE",
                "Commune",
                *(_apl_header(label, bound) for bound in published.values),
                f"Population standardisée {year} pour {care}",
                f"Population totale {year}",
            ]
            unit = f"En {PROFESSIONS[profession].apl_unit}"
            units = [
                "",
                "",
                *[unit] * len(published.values),
                "En nombre d'habitants standardisés",
                "En nombre d'habitants",
            ]
            sheet.write_row(8, 0, header)
            sheet.write_row(9, 0, units)
            for row, cells in enumerate(_apl_rows(territory, published), start=10):
                sheet.write_row(row, 0, cells)


def _apl_header(label: str, bound: int | None) -> str:
    return f"APL aux {label}" + (f" de {bound} ans ou moins" if bound else "")


def _apl_rows(territory: Territory, published: PublishedApl) -> list[list[Any]]:
    """One row per commune of the year: the communes merged since have theirs before the merger."""
    rows: list[list[Any]] = []
    for index, code in enumerate(territory.land.codes):
        values = [float(column[index]) for column in published.values.values()]
        shares = territory.shares_before_merger(published.year) if index == territory.host else {}
        for part, name, share in shares or [(code, territory.names[index], 1.0)]:
            people = published.population[index] * share, published.standardised[index] * share
            rows.append([part, name, *values, round(people[1], 3), round(people[0])])
    return sorted(rows, key=lambda row: str(row[0]))


def write_population_by_age(territory: Territory, folder: Path) -> None:
    """The INSEE workbook of populations by département, sex and age: one sheet per year."""
    with _workbook(folder / "estim-pop-dep-sexe-gca.xlsx") as workbook:
        for year in reversed(YEARS):
            sheet = workbook.add_worksheet(str(year))
            title = "Estimation de population au 1er janvier, par département, sexe et grande classe d'âge"
            sheet.write(0, 0, title)
            sheet.write(1, 0, f"Année {year}. {FICTIONAL}")
            sheet.write(3, 0, "Départements")
            bands = [band for band, _ in INSEE_BANDS] + ["Total"]
            for block, sex in enumerate(("Ensemble", "Hommes", "Femmes")):
                sheet.write(3, 2 + block * len(bands), sex)
                sheet.write_row(4, 2 + block * len(bands), bands)
            for row, code in enumerate(DEPARTEMENTS, start=5):
                sheet.write_row(row, 0, [code, DEPARTEMENT_NAMES[code], *_by_age(territory, code, year)])


def _by_age(territory: Territory, departement: str, year: int) -> list[int]:
    own = territory.land.departement == DEPARTEMENTS.index(departement)
    everyone = territory.people.ages(year)[own].sum(axis=0)
    women = territory.people.women(year)[own].sum(axis=0)
    cells: list[int] = []
    for counts in (everyone, everyone - women, women):
        cells += [int(counts[band].sum()) for _, band in INSEE_BANDS]
        cells.append(int(counts.sum()))
    return cells


def write_zoning(territory: Territory, folder: Path) -> None:
    """The canonical file of zonings: two successive ones for doctors, one for each other profession."""
    header = (
        *("profession", "code_unite", "type_unite", "categorie", "date_debut", "date_fin"),
        "reference_arrete",
    )
    write_csv(folder / "zonage-professions.csv", header, territory.zoning_rows())


def write_programmes(territory: Territory, folder: Path) -> None:
    """Communes in France ruralités revitalisation, and the small towns and service houses of the ANCT."""
    people, land = territory.people, territory.land
    rural = np.flatnonzero((people.base < 3_000) & (people.ageing > 0.6)).tolist()
    rows = [(land.codes[index], territory.names[index], territory.departement(index), 1) for index in rural]
    write_csv(folder / "frr.csv", ("code", "nom", "dep", "frr_code"), rows, delimiter=",")
    towns = [town for code in DEPARTEMENTS for town in people.towns[code]]
    small = [town for town in towns if people.base[town] < 10_000]
    for programme, listed, since in (("pvd", small, "2021-05-28"), ("fs", towns, "2020-01-15")):
        features = [
            _feature(
                {"type": "Point", "coordinates": land.lonlat[town].tolist()},
                id_territoire=f"{programme}-{territory.departement(town)}-{rank}",
                lib_territoire=territory.names[town],
                date_signature=since,
                liste_geo=f"{territory.names[town]} ({land.codes[town]})",
            )
            for rank, town in enumerate(listed, start=1)
        ]
        write_json(folder / f"anct-{programme}.geojson", _collection(features))


def _workbook(path: Path) -> Any:
    workbook = xlsxwriter.Workbook(str(path))
    workbook.set_properties({"created": MADE_ON, "comments": FICTIONAL})
    return workbook


def sha256(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
