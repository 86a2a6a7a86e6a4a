"""Practitioners and structures written down as the official registers and counts publish them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from maillage.demo.care import PROFESSION_CODES, Place, Practitioner
from maillage.demo.files import write_csv, write_json
from maillage.demo.geography import DEPARTEMENTS
from maillage.demo.people import YEARS
from maillage.demo.territory import DEPARTEMENT_NAMES, REGION, REGION_NAME, Territory
from maillage.diagnosis.professions import PROFESSIONS
from maillage.sources.facility_types import codes_of
from maillage.sources.rpps_rules import PROFESSIONS as REGISTER_PROFESSIONS

LATEST = YEARS[-1]
# The day of the register extractions, in the names the agency gives its files.
EXTRACTED = "20240115"
RPPS_NAME = "PS_LibreAcces_Personne_activite"
AGES = (55, 60, 65)

# The 56 columns of the published extraction, in order.
RPPS_COLUMNS = (
    *("Type d'identifiant PP", "Identifiant PP", "Identification nationale PP"),
    *("Code civilité d'exercice", "Libellé civilité d'exercice", "Code civilité", "Libellé civilité"),
    *("Nom d'exercice", "Prénom d'exercice", "Code profession", "Libellé profession"),
    *("Code catégorie professionnelle", "Libellé catégorie professionnelle"),
    *("Code type savoir-faire", "Libellé type savoir-faire", "Code savoir-faire", "Libellé savoir-faire"),
    *("Code mode exercice", "Libellé mode exercice"),
    *("Numéro SIRET site", "Numéro SIREN site", "Numéro FINESS site"),
    *("Numéro FINESS établissement juridique", "Identifiant technique de la structure"),
    *("Raison sociale site", "Enseigne commerciale site"),
    *("Complément destinataire (coord. structure)", "Complément point géographique (coord. structure)"),
    *("Numéro Voie (coord. structure)", "Indice répétition voie (coord. structure)"),
    *("Code type de voie (coord. structure)", "Libellé type de voie (coord. structure)"),
    *("Libellé Voie (coord. structure)", "Mention distribution (coord. structure)"),
    *("Bureau cedex (coord. structure)", "Code postal (coord. structure)"),
    *("Code commune (coord. structure)", "Libellé commune (coord. structure)"),
    *("Code pays (coord. structure)", "Libellé pays (coord. structure)"),
    *("Téléphone (coord. structure)", "Téléphone 2 (coord. structure)"),
    *("Télécopie (coord. structure)", "Adresse e-mail (coord. structure)"),
    *("Code Département (structure)", "Libellé Département (structure)"),
    *("Ancien identifiant de la structure", "Autorité d'enregistrement"),
    *("Code secteur d'activité", "Libellé secteur d'activité"),
    *("Code section tableau pharmaciens", "Libellé section tableau pharmaciens"),
    *("Code rôle", "Libellé rôle", "Code genre activité", "Libellé genre activité"),
)

# Label in the register, BPE code until 2023, label of the Assurance maladie, and how many of them work in
# hospitals for one in town.
SPECIALTIES = {
    "SM54": ("Médecine générale", "", "", 0.45),
    "SM04": ("Cardiologie et maladies vasculaires", "D202", "Cardiologues", 0.6),
    "SM15": ("Dermatologie et vénéréologie", "D203", "Dermatologues", 0.2),
    "SM20": ("Gynécologie-obstétrique", "D214", "Gynécologues médicaux et obstétriciens", 0.9),
    "SM38": ("Ophtalmologie", "D208", "Ophtalmologues", 0.2),
    "SM39": ("Oto-rhino-laryngologie", "D209", "Oto-rhino-laryngologistes", 0.3),
    "SM40": ("Pédiatrie", "D210", "Pédiatres", 1.6),
    "SM42": ("Psychiatrie", "D207", "Psychiatres", 1.2),
    "SM44": ("Radio-diagnostic", "D212", "Radiologues", 0.4),
}
# Kinds of places that the BPE counts, named as its roles, and those that FINESS holds.
BPE_KINDS = frozenset({"pharmacy", "emergency", "maternity", "health_centre", "health_house", "laboratory"})
FINESS_CATEGORIES = {"hospital": "355", "pharmacy": "620", "health_centre": "124", "health_house": "603"}


def write_facilities(territory: Territory, year: int, folder: Path) -> None:
    """Rows of the BPE of a year: practitioners at each of their sites, and places open that year."""
    counts: Counter[tuple[int, str]] = Counter()
    for person in territory.care.practitioners:
        if person.active_in(year):
            code = _bpe_code(person, year)
            counts.update((site, code) for site in person.sites)
    for place in territory.care.places:
        if place.kind in BPE_KINDS and place.open_in(year):
            counts[place.commune, min(codes_of(place.kind, year))] += 1
    codes = territory.land.codes
    rows = [
        (REGION, territory.departement(commune), codes[commune], codes[commune], year, kind, count)
        for (commune, kind), count in sorted(counts.items())
    ]
    header = ("REG", "DEP", "DEPCOM", "DCIRIS", "AN", "TYPEQU", "NB_EQUIP")
    write_csv(folder / f"bpe-{year}.csv", header, rows)


def _bpe_code(person: Practitioner, year: int) -> str:
    if person.profession == "specialist":
        return SPECIALTIES[person.specialty][1]
    return min(codes_of(PROFESSIONS[person.profession].role, year))


def write_rpps(
    territory: Territory,
    folder: Path,
    *,
    people: Sequence[Practitioner] | None = None,
    extracted: str = EXTRACTED,
) -> None:
    """The extraction of the register: one line per person and site, `|`, no quotes, no contact at all.

    Of these people, else of those who practise in the latest year.
    """
    if people is None:
        people = [person for person in territory.care.practitioners if person.active_in(LATEST)]
    lines = ["|".join(RPPS_COLUMNS)]
    for person in people:
        lines += ["|".join(cells) for cells in _rpps_rows(territory, person)]
    path = folder / f"{RPPS_NAME}_{extracted}0830.txt"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def _rpps_rows(territory: Territory, person: Practitioner) -> Iterator[list[str]]:
    profession = PROFESSION_CODES[person.profession]
    specialty = SPECIALTIES.get(person.specialty, ("",))[0]
    for rank, site in enumerate(person.sites, start=1):
        departement = territory.departement(site)
        known = {
            "Type d'identifiant PP": "8",
            "Identifiant PP": person.rpps,
            "Identification nationale PP": f"8{person.rpps}",
            "Nom d'exercice": person.family_name.upper(),
            "Prénom d'exercice": person.given_name,
            "Code profession": profession,
            "Libellé profession": REGISTER_PROFESSIONS[profession].label,
            "Code catégorie professionnelle": "C",
            "Libellé catégorie professionnelle": "Civil",
            "Code type savoir-faire": "S" if specialty else "",
            "Libellé type savoir-faire": "Spécialité ordinale" if specialty else "",
            "Code savoir-faire": person.specialty,
            "Libellé savoir-faire": specialty,
            "Code mode exercice": "L",
            "Libellé mode exercice": "Libéral",
            "Identifiant technique de la structure": f"R{person.rpps}{rank}",
            "Raison sociale site": f"CABINET {person.given_name} {person.family_name}".upper(),
            "Code postal (coord. structure)": territory.postal_code(site),
            "Code commune (coord. structure)": territory.land.codes[site],
            "Libellé commune (coord. structure)": territory.names[site],
            "Code Département (structure)": departement,
            "Libellé Département (structure)": DEPARTEMENT_NAMES[departement],
            "Code secteur d'activité": "SA07",
            "Libellé secteur d'activité": "Cabinet individuel",
        }
        yield [known.get(column, "") for column in RPPS_COLUMNS]


def write_finess(territory: Territory, folder: Path) -> None:
    """Structures of FINESS+, open and closed, at the town hall of their commune."""
    places = [place for place in territory.care.places if place.kind in FINESS_CATEGORIES]
    sites = [_site(territory, place, number) for number, place in enumerate(places, start=1)]
    legal = {"informationsGeneralesPMEJ": {"numFinessPm": "000999999"}, "ege": sites}
    document = {"schemaVersion": "1.0.0", "generatedAt": "2024-01-15T04:00:00Z", "pmej": [legal]}
    write_json(folder / f"finess-structures-{EXTRACTED}.json", document)


def _site(territory: Territory, place: Place, number: int) -> dict[str, Any]:
    lon, lat = territory.land.lonlat[place.commune].tolist()
    return {
        "informationsGeneralesEGE": {
            "numFinessEge": f"000{number:06d}",
            "nomEgeCourt": place.name.upper(),
            "nomEgeLong": place.name,
            "dateOuverture": f"{place.opened}-01-01",
            "dateFermeture": f"{place.closed}-01-01" if place.closed else None,
        },
        "categorieentiteGeographiqueExercice": FINESS_CATEGORIES[place.kind],
        "etatObjet": "I" if place.closed else "A",
        "adresse": [
            {
                "usageAdresse": "03",
                "cogCommune": territory.land.codes[place.commune],
                "codePostal": territory.postal_code(place.commune),
                "coordonneesGeographique": {"directionLongitude": lon, "directionLatitude": lat},
            }
        ],
    }


def write_densities(territory: Territory, folder: Path) -> None:
    """Head counts and densities of the Assurance maladie: by département and for the region, each year."""
    rows = [row for year in YEARS for row in _density_rows(territory, year)]
    header = (
        *("annee", "profession_sante", "region", "libelle_region", "departement", "libelle_departement"),
        *("classe_age", "libelle_classe_age", "libelle_sexe", "effectif", "densite"),
    )
    write_csv(folder / "demographie-effectifs-densites.csv", header, rows, delimiter=",", bom=True)


def _density_rows(territory: Territory, year: int) -> Iterator[tuple[Any, ...]]:
    counts: Counter[tuple[str, str]] = Counter()
    for person in territory.care.practitioners:
        if person.active_in(year):
            counts[_cnam_label(person), territory.departement(person.sites[0])] += 1
    people = territory.people.in_year(year)
    inhabitants = np.bincount(territory.land.departement, weights=people).tolist()
    for label in sorted({label for label, _ in counts}):
        for code, around in zip(DEPARTEMENTS, inhabitants, strict=True):
            count = counts[label, code]
            place = (REGION, REGION_NAME, code, DEPARTEMENT_NAMES[code])
            yield (
                year,
                label,
                *place,
                "tout_age",
                "Tout âge",
                "tout sexe",
                count,
                _per_100000(count, around),
            )
        count = sum(counts[label, code] for code in DEPARTEMENTS)
        place = (REGION, REGION_NAME, "999", "Tout département")
        density = _per_100000(count, sum(inhabitants))
        yield (year, label, *place, "tout_age", "Tout âge", "tout sexe", count, density)


def _cnam_label(person: Practitioner) -> str:
    if person.profession == "specialist":
        return SPECIALTIES[person.specialty][2]
    return PROFESSIONS[person.profession].densities_label


def _per_100000(count: int, inhabitants: float) -> float:
    return round(count / inhabitants * 100_000, 1)


def write_specialties(territory: Territory, folder: Path) -> None:
    """Doctors by département and specialty, those of hospitals included."""
    counts: Counter[tuple[str, str]] = Counter()
    for person in territory.care.practitioners:
        if person.specialty and person.active_in(LATEST):
            counts[territory.departement(person.sites[0]), person.specialty] += 1
    rows = [
        (code, specialty, SPECIALTIES[specialty][0], round(count * (1 + SPECIALTIES[specialty][3])))
        for (code, specialty), count in sorted(counts.items())
    ]
    header = ("dpt", "code_savoir_faire", "libelle_savoir_faire", "eff")
    write_csv(folder / "medecins-departement-specialite-2024.csv", header, rows, delimiter=",")


def write_ages(territory: Territory, folder: Path) -> None:
    """Share of GPs and specialists over several ages, as an authority holds them."""
    rows = [
        (code, group, age, f"{_share_over(territory, code, profession, age):.3f}".replace(".", ","))
        for code in DEPARTEMENTS
        for group, profession in (("généralistes", "mg"), ("spécialistes", "specialist"))
        for age in AGES
    ]
    write_csv(folder / "ages-medecins.csv", ("departement", "groupe", "age", "part"), rows)


def _share_over(territory: Territory, departement: str, profession: str, age: int) -> float:
    ages = [
        person.age_in(LATEST)
        for person in territory.care.active(profession, LATEST)
        if territory.departement(person.sites[0]) == departement
    ]
    return sum(years > age for years in ages) / len(ages)
