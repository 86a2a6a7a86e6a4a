"""A made-up country, written in the formats of the official files: 12 communes in 3 départements.

Département 00 (5 communes, two EPCI) is the one the pages are about; 2A and 2B touch each other. Communes
are squares of a tenth of a degree on a grid; figures are small enough to be worked out by hand.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import xlsxwriter


class Place(NamedTuple):
    code: str
    name: str
    departement: str
    region: str
    epci: str | None
    population: int
    column: int
    row: int


REGIONS = {"24": "Val imaginaire", "94": "Île imaginaire"}
DEPARTEMENTS = {
    "20": ("Pays-d'Aubeterre", "24"),
    "2A": ("Basse-Lande", "94"),
    "2B": ("Haute-Lande", "94"),
}
EPCI = {
    "200000001": "CC des Haies",
    "200000002": "CA du Grand Étang",
    "200000003": "CC de la Lande",
}
PLACES = (
    Place("20001", "Aubeterre", "20", "24", "200000001", 8000, 0, 0),
    Place("20002", "Bruyères-le-Vieux", "20", "24", "200000001", 1000, 1, 0),
    Place("20003", "Cytise", "20", "24", "200000001", 500, 2, 0),
    Place("20004", "Étang-sur-Œuf", "20", "24", "200000002", 3000, 0, 1),
    Place("20005", "Fougeraie", "20", "24", "200000002", 200, 1, 1),
    Place("2A001", "Genêts", "2A", "94", "200000003", 6000, 3, 0),
    Place("2A002", "Houx", "2A", "94", "200000003", 700, 3, 1),
    Place("2A003", "L'Ivraie", "2A", "94", "200000003", 400, 4, 0),
    Place("2A004", "Jonquille", "2A", "94", None, 300, 4, 1),
    Place("2B001", "Kermès", "2B", "94", "200000003", 2500, 5, 0),
    Place("2B002", "Lavande", "2B", "94", None, 900, 5, 1),
    Place("2B003", "Mousse", "2B", "94", None, 100, 6, 0),
)
# APL of 2023, by commune: all ages, 65 and under, 62 and under. The standardised population is 0.9 times
# the population; 2B003 has no published value.
APL_2023: dict[str, tuple[float, float, float] | None] = {
    "20001": (4.0, 3.5, 3.0),
    "20002": (2.0, 1.5, 1.0),
    "20003": (1.0, 0.5, 0.5),
    "20004": (3.0, 2.5, 2.0),
    "20005": (2.4, 2.0, 2.0),
    "2A001": (5.0, 4.5, 4.0),
    "2A002": (2.5, 2.0, 2.0),
    "2A003": (2.6, 2.0, 1.5),
    "2A004": (1.5, 1.0, 1.0),
    "2B001": (3.5, 3.0, 2.5),
    "2B002": (1.8, 1.2, 1.0),
    "2B003": None,
}
STANDARDISED = 0.9
# Facilities of 2021: GPs (D201), nurses (D232), pharmacies (D307), emergency departments (D106).
FACILITIES = {
    ("20001", "D201"): 7,
    ("20001", "D232"): 9,
    ("20001", "D307"): 3,
    ("20001", "D106"): 1,
    ("20004", "D201"): 2,
    ("20004", "D232"): 4,
    ("20004", "D307"): 1,
    ("2A001", "D201"): 6,
    ("2A001", "D232"): 5,
    ("2A001", "D307"): 2,
    ("2A001", "D106"): 1,
    ("2B001", "D201"): 2,
    ("2B001", "D232"): 3,
}
WEST, SOUTH, SIDE = 2.0, 47.0, 0.1

Sheet = Sequence[Sequence[Any]]


def write_country(folder: Path) -> Path:
    """Every file of the country, in a folder of that name; gives the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    write_areas(folder)
    write_communes(folder)
    write_contours(folder)
    write_apl(folder)
    write_facilities(folder)
    write_densities(folder)
    write_age_shares(folder)
    write_zoning(folder)
    return folder


def write_json(path: Path, content: Any) -> Path:
    path.write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")
    return path


def write_lines(path: Path, *lines: str) -> Path:
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def write_workbook(path: Path, sheets: dict[str, Sheet]) -> Path:
    with xlsxwriter.Workbook(str(path)) as workbook:
        for title, rows in sheets.items():
            sheet = workbook.add_worksheet(title)
            for number, row in enumerate(rows):
                sheet.write_row(number, 0, row)
    return path


def write_areas(folder: Path) -> None:
    town = {"chefLieu": "20001", "typeLiaison": 0}
    write_json(folder / "regions.json", [{"code": c, "nom": name, **town} for c, name in REGIONS.items()])
    write_json(
        folder / "departements.json",
        [{"code": c, "nom": name, "region": region, **town} for c, (name, region) in DEPARTEMENTS.items()],
    )
    write_json(
        folder / "epci.json",
        [
            {
                "code": code,
                "nom": name,
                "type": name[:2],
                "modeFinancement": "FPU",
                "populationMunicipale": sum(place.population for place in PLACES if place.epci == code),
                "membres": [{"code": p.code, "nom": p.name} for p in PLACES if p.epci == code],
            }
            for code, name in EPCI.items()
        ],
    )


def write_communes(folder: Path, places: Sequence[Place] = PLACES, *, name: str = "communes.json") -> Path:
    """Communes as geo.api.gouv.fr gives them."""
    return write_json(folder / name, [commune(place) for place in places])


def commune(place: Place) -> dict[str, Any]:
    return {
        "nom": place.name,
        "code": place.code,
        "codeDepartement": place.departement,
        "codeRegion": place.region,
        "codesPostaux": [f"{place.code[:2].replace('A', '0').replace('B', '0')}100"],
        "population": place.population,
        "surface": 8000,
        "centre": {
            "type": "Point",
            "coordinates": [
                round(WEST + SIDE * (place.column + 0.5), 3),
                round(SOUTH + SIDE * (place.row + 0.5), 3),
            ],
        },
        **({"codeEpci": place.epci} if place.epci else {}),
    }


def square(place: Place) -> dict[str, Any]:
    """The outline of a commune, as a GeoJSON geometry."""
    west, south = round(WEST + SIDE * place.column, 3), round(SOUTH + SIDE * place.row, 3)
    east, north = round(west + SIDE, 3), round(south + SIDE, 3)
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return {"type": "Polygon", "coordinates": [ring]}


def write_contours(folder: Path) -> None:
    features = [
        {
            "type": "Feature",
            "properties": {"code": place.code, "nom": place.name},
            "geometry": square(place),
        }
        for place in PLACES
    ]
    write_json(folder / "contours.geojson", {"type": "FeatureCollection", "features": features})


def apl_sheet(
    values: dict[str, tuple[float, float, float] | None],
    year: int,
    *,
    who: str = "médecins généralistes",
    unit: str = "En nombre de consultations",
) -> Sheet:
    """One sheet of an APL workbook: header on the third row, units on the fourth."""
    population = {place.code: place.population for place in PLACES}
    names = {place.code: place.name for place in PLACES}
    header = [
        "Code commune INSEE",
        "Commune",
        f"APL aux {who}",
        f"APL aux {who} de 65 ans et moins",
        f"APL aux {who} de 62 ans et moins",
        f"Population standardisée {year - 2}",
        f"Population totale {year - 2}",
    ]
    rows = [
        [
            code,
            names[code],
            *(apl or ("", "", "")),
            STANDARDISED * population[code],
            population[code],
        ]
        for code, apl in values.items()
    ]
    return [["Accessibilité imaginaire"], [], header, ["", "", unit, unit, unit, "", ""], *rows]


def write_apl(folder: Path) -> None:
    """Three vintages for the GPs, each 0.1 above the next one, and one for the nurses."""
    sheets = {
        f"APL {year}": apl_sheet(
            {
                code: apl and (apl[0] + shift, apl[1] + shift, apl[2] + shift)
                for code, apl in APL_2023.items()
            },
            year,
        )
        for year, shift in ((2021, 0.2), (2022, 0.1), (2023, 0.0))
    }
    write_workbook(folder / "apl_medecins.xlsx", sheets)
    nurses = {code: apl and (30 * apl[0], 30 * apl[1], 30 * apl[2]) for code, apl in APL_2023.items()}
    write_workbook(
        folder / "apl_infirmiers.xlsx",
        {"APL 2023": apl_sheet(nurses, 2023, who="infirmières", unit="En ETP pour 100 000 habitants")},
    )


def write_facilities(folder: Path, counts: dict[tuple[str, str], int] = FACILITIES, year: int = 2021) -> Path:
    departement = {place.code: place.departement for place in PLACES}
    return write_lines(
        folder / f"bpe{year}.csv",
        "REG;DEP;DEPCOM;DCIRIS;AN;TYPEQU;NB_EQUIP",
        *(
            f"00;{departement.get(code, code[:2])};{code};{code}0000;{year};{kind};{count}"
            for (code, kind), count in counts.items()
        ),
    )


def write_densities(folder: Path) -> None:
    """Published counts of 2024, which differ from the BPE as they do in life."""
    head = (
        "annee,profession_sante,region,libelle_region,departement,libelle_departement,"
        "classe_age,libelle_classe_age,libelle_sexe,effectif,densite"
    )
    label = "Ensemble des médecins généralistes"
    rows = [("24", "20", 10, 78.7), ("94", "999", 12, 110.1), ("99", "999", 22, 93.2)]
    write_lines(
        folder / "densites.csv",
        head,
        *(f"2024,{label},{r},R,{d},D,tout_age,A,tout sexe,{count},{n}" for r, d, count, n in rows),
    )


def write_age_shares(folder: Path) -> None:
    write_lines(
        folder / "part_medecins_sup_55.csv",
        "code,departement,omnipraticiens,specialistes",
        *(f"{code},{name},50,40" for code, (name, _) in DEPARTEMENTS.items()),
    )


def write_zoning(folder: Path) -> None:
    """Aubeterre (20001) is left out of the zoning, the others are ZIP or ZAC."""
    categories = {"20001": "HZ", "20002": "ZIP", "20003": "ZIP", "20004": "ZAC", "20005": "ZAC"}
    write_lines(
        folder / "zonage.csv",
        "profession;code_unite;type_unite;categorie;date_debut;date_fin;reference_arrete",
        *(
            f"mg;{code};commune;{name};2022-01-15;;Arrêté imaginaire n° 1"
            for code, name in categories.items()
        ),
    )
