"""APL workbooks: sheets, profession, year, unit and columns are found in the content."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from maillage.sources.probe import Probe
from maillage.sources.readers import READERS
from maillage.sources.readers.apl import AplReader
from maillage.sources.tables import Reading, SourceError

Write = Callable[..., Path]
Load = Callable[[Path], Reading]
Problems = Callable[[Reading], dict[str, int]]


def sheet(
    who: str = "médecins généralistes", unit: str = "En nombre de consultations", year: int = 2020
) -> list[list[Any]]:
    return [
        ["Indicateur d'accessibilité"],
        [],
        ["Code commune INSEE", "Commune", f"APL aux {who} ", f"APL aux {who} de 65 ans ou moins",
         f"APL aux {who} de moins de 62 ans", f"Population standardisée {year} pour eux",
         f"Population totale {year}"],
        ["", "", unit, unit, unit, "En nombre d'habitants standardisés", "En nombre d'habitants"],
        ["77001", "Aubépine", 2.5, 2.0, 1.5, 100.5, 101],
        ["77002", "Bruyère", 3.5, 3.0, 2.5, 50.5, 49],
        ["Source : personne."],
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("who", "slug"),
    [
        ("médecins généralistes", "mg"),
        ("infirmières", "inf"),
        ("masseurs-kinésithérapeutes", "mk"),
        ("sages-femmes", "sf"),
        ("chirurgiens-dentistes", "cd"),
    ],
)
def test_profession_unit_and_year_come_from_the_sheet(
    who: str, slug: str, write_workbook: Write, load: Load
) -> None:
    reading = load(write_workbook({"Lisez-moi": [["Rien"]], "APL 2022": sheet(who, "En ETP")}))
    (table,) = reading.tables
    assert table.vintage == 2022
    assert table.meta == {"profession": slug, "unit": "En ETP", "population_year": 2020}
    assert list(table.rows("code", "name", "apl", "apl_65", "apl_62", "apl_60")) == [
        ("77001", "Aubépine", 2.5, 2.0, 1.5, None),
        ("77002", "Bruyère", 3.5, 3.0, 2.5, None),
    ]
    assert list(table.rows("standardised_population", "population")) == [(100.5, 101.0), (50.5, 49.0)]
    assert (reading.rows_read, reading.rows_set_aside, reading.defects.total) == (2, 0, 0)


def test_each_vintage_is_a_table(write_workbook: Write, load: Load) -> None:
    reading = load(write_workbook({"APL 2022": sheet(), "APL 2023": sheet(year=2021)}))
    assert [(table.vintage, table.meta["population_year"]) for table in reading.tables] == [
        (2022, 2020),
        (2023, 2021),
    ]


def test_the_year_may_stand_in_a_title_line(write_workbook: Write, load: Load) -> None:
    rows = sheet()
    rows[1] = ["Millésime : 2019"]
    assert load(write_workbook({"Données": rows})).tables[0].vintage == 2019


def test_a_bare_table_takes_year_and_unit_elsewhere_and_says_so(
    write_workbook: Write, load: Load, problems: Problems
) -> None:
    rows = [sheet()[2], ["77001", "", "", "", "", "", ""]]
    reading = load(write_workbook({"Sheet1": rows}, name="APL_2021.xlsx"))
    assert reading.tables[0].vintage == 2021
    assert "habitant standardisé" in reading.tables[0].meta["unit"]
    assert list(reading.tables[0].rows("code", "name", "apl")) == [("77001", None, None)]
    assert problems(reading) == {
        "nom absent": 1,
        "APL absent": 1,
        "unité absente du classeur": 1,
        "millésime absent du classeur": 1,
    }


def test_without_any_year_the_sentence_says_where_to_put_it(write_workbook: Write, load: Load) -> None:
    with pytest.raises(SourceError, match="millésime introuvable"):
        load(write_workbook({"Sheet1": sheet()[2:]}, name="apl.xlsx"))


def test_a_code_that_is_none_sets_its_row_aside(
    write_workbook: Write, load: Load, problems: Problems
) -> None:
    rows = [*sheet()[:-1], ["7X003", "Cytise", 1, 1, 1, 1, 1]]
    reading = load(write_workbook({"APL 2022": rows}))
    assert (reading.rows_read, reading.rows_set_aside) == (3, 1)
    assert problems(reading) == {"code commune non valable": 1}
    assert reading.defects.kept[0].line == 7


def test_a_renamed_column_is_named_with_those_found(write_workbook: Write, load: Load) -> None:
    rows = sheet()
    rows[2][5] = "Habitants"
    with pytest.raises(
        SourceError, match=r"« Population standardisée » ; colonnes trouvées : .*« Habitants »"
    ):
        load(write_workbook({"APL 2022": rows}))


def test_a_negative_population_is_refused(write_workbook: Write, load: Load) -> None:
    rows = sheet()
    rows[4][6] = -5
    with pytest.raises(SourceError, match="-5"):
        load(write_workbook({"APL 2022": rows}))


def test_a_commune_given_twice_is_refused(write_workbook: Write, load: Load) -> None:
    rows = sheet()
    rows[5][0] = "77001"
    with pytest.raises(SourceError, match="« 77001 » apparaît deux fois"):
        load(write_workbook({"APL 2022": rows}))


@pytest.mark.parametrize(
    "who", ["structures pour personnes âgées", "services de soins infirmiers à domicile"]
)
def test_files_about_structures_for_the_elderly_are_not_taken_for_it(who: str, write_workbook: Write) -> None:
    probe = Probe(write_workbook({"APL 2022": sheet(who)}))
    assert not any(isinstance(reader, AplReader) and reader.recognises(probe) for reader in READERS)


@pytest.mark.shared
def test_published_means_come_out_of_the_real_workbooks(shared_data: Path, load: Load) -> None:
    tables = [
        table
        for name in ("APL_mg_2021.xlsx", "DREES_APL_medecins_generalistes_2022_2023.xlsx")
        for table in load(shared_data / "apl" / name).tables
    ]
    assert [(table.vintage, len(table)) for table in tables] == [(2021, 34997), (2022, 34964), (2023, 34954)]
    means = []
    for table in tables[1:]:
        known = [
            (apl, weight)
            for code, apl, weight in table.rows("code", "apl", "standardised_population")
            if code.startswith("77") and apl is not None
        ]
        means.append(sum(apl * weight for apl, weight in known) / sum(weight for _, weight in known))
    assert [round(mean, 3) for mean in means] == [2.501, 2.382]
