"""Numbers of professionals, their ages, and population by age."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from maillage.sources.professions import PROFESSIONS
from maillage.sources.tables import Reading, SourceError

Write = Callable[..., Path]
Load = Callable[[Path], Reading]
Problems = Callable[[Reading], dict[str, int]]

DENSITIES = (
    "annee,profession_sante,region,libelle_region,departement,libelle_departement,"
    "classe_age,libelle_classe_age,libelle_sexe,effectif,densite\n"
)


def density(place: str, *, age: str = "tout_age", count: str = "775", density: str = "52.4") -> str:
    region, departement = place.split("/")
    return f"2024,Infirmiers,{region},R,{departement},D,{age},A,tout sexe,{count},{density}\n"


def test_levels_are_told_from_the_codes_of_totals(write_text: Write, load: Load) -> None:
    content = DENSITIES + density("11/77") + density("11/999") + density("01/999") + density("99/999")
    table = load(write_text(content, encoding="utf-8-sig")).tables[0]
    assert list(table.rows("level", "code")) == [
        ("departement", "77"),
        ("region", "11"),
        ("region", "01"),
        ("france", "france"),
    ]
    assert (table.vintage, table.columns["count"][0], table.columns["density"][0]) == (2024, 775, 52.4)


def test_rows_of_an_age_class_are_set_aside(write_text: Write, load: Load, problems: Problems) -> None:
    reading = load(write_text(DENSITIES + density("11/77") + density("11/77", age="55_59")))
    assert (reading.rows_read, reading.rows_set_aside) == (2, 1)
    assert problems(reading) == {"ligne d'un âge ou d'un sexe": 1}


def test_a_masked_number_is_unknown_and_never_zero(write_text: Write, load: Load, problems: Problems) -> None:
    reading = load(write_text(DENSITIES + density("11/77", count="", density="N/A - secret statistique")))
    assert list(reading.tables[0].rows("count", "density")) == [(None, None)]
    assert problems(reading) == {"effectif ou densité absent": 1}


def test_a_place_given_twice_is_refused(write_text: Write, load: Load) -> None:
    with pytest.raises(SourceError, match="deux fois"):
        load(write_text(DENSITIES + density("11/77") * 2))


def test_doctors_without_departement_or_specialty_are_named(
    write_text: Write, load: Load, problems: Problems
) -> None:
    content = (
        "dpt,code_savoir_faire,libelle_savoir_faire,eff\n"
        "01,SM04,Cardiologie,14\n00,SM26,Médecine générale,1\n92,,,1\n2a,SM04,Cardiologie,3\n"
    )
    reading = load(write_text(content, name="rpps_2025-04.csv"))
    table = reading.tables[0]
    assert list(table.rows("departement", "specialty", "count")) == [("01", "SM04", 14), ("2A", "SM04", 3)]
    assert table.vintage == 2025
    assert problems(reading) == {
        "département inconnu": 1,
        "spécialité inconnue": 1,
        "zéro initial perdu ou lettre minuscule": 1,
        "année absente du fichier": 1,
    }


def test_published_percents_become_shares_by_group(write_text: Write, load: Load, problems: Problems) -> None:
    content = "code,departement,omnipraticiens,specialistes\n1,Ain,47,44\n77,Là,51,\n"
    reading = load(write_text(content, name="part_sup_55.csv"))
    assert list(reading.tables[0].rows("departement", "group", "age", "share")) == [
        ("01", "gp", 55, 0.47),
        ("01", "specialists", 55, 0.44),
        ("77", "gp", 55, 0.51),
    ]
    assert problems(reading)["part absente ou illisible"] == 1
    assert problems(reading)["zéro initial perdu ou lettre minuscule"] == 1


def test_an_age_that_is_nowhere_is_asked_for(write_text: Write, load: Load) -> None:
    content = "code,departement,omnipraticiens,specialistes\n77,Là,51,50\n"
    with pytest.raises(SourceError, match="âge introuvable"):
        load(write_text(content, name="parts.csv"))


@pytest.mark.parametrize("shares", [("0,56", "0.25"), ("56 %", "25"), ("56", "25,0 %")])
def test_ages_of_an_authority_may_be_shares_or_percents(
    shares: tuple[str, str], write_text: Write, load: Load
) -> None:
    content = (
        "departement;groupe;age;part\n"
        f"77;Généralistes;60;{shares[0]}\n77;Médecins spécialistes;60;{shares[1]}\n"
    )
    assert list(load(write_text(content)).tables[0].rows("group", "age", "share")) == [
        ("gp", 60, 0.56),
        ("specialists", 60, 0.25),
    ]


def test_an_unknown_group_is_refused_with_those_expected(write_text: Write, load: Load) -> None:
    with pytest.raises(SourceError, match=r"ligne 2 : groupe « sorciers » inconnu"):
        load(write_text("departement;groupe;age;part\n77;sorciers;60;0,5\n"))


def population_sheet(women: str = "Femmes") -> list[list[Any]]:
    bands = ["0 à 19 ans", "75 ans et plus", "Total"]
    return [
        ["Estimation de population au 1er janvier, par département, sexe et grande classe d'âge"],
        ["Année"],
        ["Départements", "", "Ensemble", "", "", "Hommes", "", "", women, "", ""],
        ["", "", *bands, *bands, *bands],
        ["01", "Ain", 30, 12, 42, 16, 5, 21, 14, 7, 21],
        ["France métropolitaine", "", 30, 12, 42, 16, 5, 21, 14, 7, 21],
        [971, "Là", 3, 1, 4, 2, 1, 3, 1, 0, 1],
        ["Source : personne"],
    ]


def test_population_is_kept_by_sex_and_band_without_its_sums(
    write_workbook: Write, load: Load, problems: Problems
) -> None:
    sheets = {"À savoir": [["Notes"]], "2023": population_sheet(), "2022": population_sheet()}
    reading = load(write_workbook(sheets))
    assert [table.vintage for table in reading.tables] == [2022, 2023]
    rows = list(reading.tables[0].rows("departement", "sex", "age_band", "population"))
    assert rows[:4] == [
        ("01", "h", "00-19", 16),
        ("01", "h", "75+", 5),
        ("01", "f", "00-19", 14),
        ("01", "f", "75+", 7),
    ]
    assert {row[0] for row in rows} == {"01", "971"}
    assert (reading.rows_read, reading.rows_set_aside) == (6, 2)
    assert problems(reading) == {"total ou ligne qui n'est pas d'un département": 2}


def test_a_block_that_is_missing_is_named(write_workbook: Write, load: Load) -> None:
    with pytest.raises(SourceError, match="« Femmes »"):
        load(write_workbook({"2023": population_sheet(women="Autres")}))


@pytest.mark.shared
def test_densities_hold_every_profession_of_the_apl(shared_data: Path, load: Load) -> None:
    path = shared_data / "demographie" / "cnam_2024_effectif_densite_departement.csv"
    table = load(path).tables[0]
    assert {profession.cnam_label for profession in PROFESSIONS.values()} <= set(table.columns["profession"])
    gps = {
        code: (count, density)
        for code, label, count, density in table.rows("code", "profession", "count", "density")
        if label == PROFESSIONS["mg"].cnam_label
    }
    assert (gps["77"], gps["41"], gps["france"]) == ((775, 52.4), (211, 64.4), (55_546, 81.0))
