"""Zoning: dated, by profession, in the categories of its decrees and nothing else."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from maillage.sources.probe import Probe
from maillage.sources.reader import read
from maillage.sources.readers.zoning import COLUMNS, ZoningReader
from maillage.sources.tables import Reading, Scope, SourceError

READER = ZoningReader()


def write(folder: Path, *lines: str, header: str = ";".join(COLUMNS), encoding: str = "utf-8") -> Probe:
    path = folder / "anything"
    path.write_text("\n".join([header, *lines]) + "\n", encoding=encoding)
    return Probe(path)


def load(probe: Probe, scope: Scope | None = None) -> Reading:
    assert READER.recognises(probe)
    return read(probe, READER, scope or Scope())


def test_both_ways_of_writing_dates_are_read(tmp_path: Path) -> None:
    reading = load(
        write(
            tmp_path,
            "mg;77001;commune;ZIP;2022-01-15;31/12/2024;Arrêté imaginaire n° 1",
            "mg;77001;commune;ZAC;01/01/2025;;Arrêté imaginaire n° 2",
        )
    )
    assert list(reading.tables[0].rows("unit_code", "category", "valid_from", "valid_to", "decree")) == [
        ("77001", "ZIP", date(2022, 1, 15), date(2024, 12, 31), "Arrêté imaginaire n° 1"),
        ("77001", "ZAC", date(2025, 1, 1), None, "Arrêté imaginaire n° 2"),
    ]


@pytest.mark.parametrize(
    ("profession", "category", "expected"),
    [
        ("Médecins généralistes", "zip", ("mg", "ZIP")),
        ("MG", "Hors zonage", ("mg", "HZ")),
        ("mg", "zone de vigilance", ("mg", "ZV")),
        ("Infirmiers", "Très sous dotée", ("inf", "très sous-dotée")),
        ("mk", "surdotée", ("mk", "sur-dotée")),
        ("sages-femmes", "INTERMEDIAIRE", ("sf", "intermédiaire")),
        ("Chirurgien-dentiste", "non prioritaire", ("cd", "non prioritaire")),
        ("orthophonistes", "Très dotées", ("orthophonistes", "très dotée")),
    ],
)
def test_names_and_categories_are_told_apart_from_case_accents_and_hyphens(
    tmp_path: Path, profession: str, category: str, expected: tuple[str, str]
) -> None:
    reading = load(write(tmp_path, f"{profession};TVS-1;TVS;{category};2022-01-01;;"))
    assert list(reading.tables[0].rows("profession", "category")) == [expected]


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        (
            "magiciens;77001;commune;ZIP;2022-01-01;;",
            "« profession » vaut « magiciens » ; .*mg, inf, mk, sf, cd",
        ),
        ("mg;77001;commune;ZIPP;2022-01-01;;", "« categorie » vaut « ZIPP » ; .*ZIP, ZAC, HZ, ZV"),
        ("inf;77001;commune;ZIP;2022-01-01;;", "« ZIP » ; .*très sous-dotée, sous-dotée"),
        ("mg;77001;village;ZIP;2022-01-01;;", "« type_unite » vaut « village » ; .*commune, tvs"),
        ("mg;X;commune;ZIP;2022-01-01;;", "« X » n'est pas un code de commune"),
        ("mg;;tvs;ZIP;2022-01-01;;", "n'est pas un code de tvs"),
        ("mg;77001;commune;ZIP;hier;;", "« date_debut » : « hier » n'est pas une date"),
        ("mg;77001;commune;ZIP;;;", "« date_debut » est vide"),
        ("mg;77001;commune;ZIP;2022-01-01;2021-01-01;", "finit .* avant de commencer"),
    ],
)
def test_a_wrong_cell_refuses_the_file_and_says_what_is_accepted(
    tmp_path: Path, line: str, sentence: str
) -> None:
    with pytest.raises(SourceError, match=f"ligne 2.*{sentence}"):
        load(write(tmp_path, line))


def test_a_lost_leading_zero_is_put_back_and_said(tmp_path: Path) -> None:
    reading = load(write(tmp_path, "mg;1004;commune;ZIP;2022-01-01;;"))
    assert list(reading.tables[0].rows("unit_code")) == [("01004",)]
    assert reading.defects.kept[0].problem == "zéro de tête perdu"


def test_two_categories_at_the_same_time_are_refused_with_their_lines(tmp_path: Path) -> None:
    probe = write(
        tmp_path,
        "mg;77001;commune;ZIP;2022-01-01;;",
        "mg;77002;commune;ZIP;2022-01-01;;",
        "inf;77001;commune;intermédiaire;2022-01-01;;",
        "mg;77001;commune;ZAC;2020-01-01;2022-01-01;",
    )
    with pytest.raises(
        SourceError, match=r"commune 77001 \(mg\) a deux classements à la fois, lignes 2 et 5"
    ):
        load(probe)


def test_a_renamed_column_is_named_beside_those_found(tmp_path: Path) -> None:
    header = ";".join(COLUMNS).replace("code_unite", "insee")
    with pytest.raises(SourceError, match=r"colonne absente « code_unite » ; .*« insee »"):
        load(write(tmp_path, "mg;77001;commune;ZIP;2022-01-01;;", header=header))


def test_communes_outside_the_scope_are_left_out_but_wider_units_are_kept(tmp_path: Path) -> None:
    probe = write(
        tmp_path,
        "mg;77001;commune;ZIP;2022-01-01;;",
        "mg;41018;commune;ZIP;2022-01-01;;",
        "mg;7711;tvs;ZIP;2022-01-01;;",
    )
    reading = load(probe, Scope(frozenset({"77"})))
    assert list(reading.tables[0].rows("unit_code")) == [("77001",), ("7711",)]
    assert reading.rows_read == 3


def test_a_row_with_too_few_cells_is_set_aside(tmp_path: Path) -> None:
    reading = load(write(tmp_path, "mg;77001;commune;ZIP;2022-01-01;;", "mg;77002"))
    assert reading.rows_set_aside == 1
    assert reading.defects.kept[0].line == 3


def test_a_windows_file_with_commas_is_read(tmp_path: Path) -> None:
    header = ",".join(COLUMNS)
    reading = load(
        write(tmp_path, "inf,77001,commune,très dotée,2022-01-01,,", header=header, encoding="cp1252")
    )
    assert list(reading.tables[0].rows("category")) == [("très dotée",)]
    assert reading.defects.kept[0].action == "lu en Windows-1252"
