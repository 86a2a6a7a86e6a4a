"""Columns found by name, rows counted, codes put right, cells made into values."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maillage.sources.columns import RowLog, csv_columns
from maillage.sources.probe import Probe
from maillage.sources.tables import SourceError
from maillage.sources.values import commune_code, integer, number

Write = Callable[..., Path]


def test_columns_are_found_whatever_their_order_case_and_accents(write_text: Write) -> None:
    log = RowLog(Probe(write_text("Libellé|CODE|x\nAubépine|77001|1\n")))
    assert list(csv_columns(log, ["code", "libelle"])) == [(2, ["77001", "Aubépine"])]
    assert log.read == 1


def test_a_row_of_another_width_is_set_aside_with_its_line(write_text: Write) -> None:
    log = RowLog(Probe(write_text("code;nom\n77001;A\n77002\n77003;C;3\n")))
    assert [line for line, _ in csv_columns(log, ["code"])] == [2]
    assert (log.read, log.aside) == (3, 2)
    assert [defect.line for defect in log.probe.defects.kept] == [3, 4]


def test_a_last_row_cut_short_refuses_the_file(write_text: Write) -> None:
    log = RowLog(Probe(write_text("code;nom\n77001;A\n770")))
    with pytest.raises(SourceError, match=r"la dernière ligne \(3\) est coupée"):
        list(csv_columns(log, ["code"]))


def test_a_whole_last_row_needs_no_end_of_line(write_text: Write) -> None:
    log = RowLog(Probe(write_text("code;nom\n77001;A\n77002;B")))
    assert len(list(csv_columns(log, ["code"]))) == 2


def test_all_missing_columns_are_named_at_once(write_text: Write) -> None:
    log = RowLog(Probe(write_text("code;nom\n77001;A\n")))
    with pytest.raises(
        SourceError, match="colonnes absentes « âge », « part » ; colonnes trouvées : « code »"
    ):
        list(csv_columns(log, ["code", "âge", "part"]))


@given(st.integers(1, 95), st.integers(1, 999))
def test_a_commune_code_survives_the_loss_of_its_zero(departement: int, commune: int) -> None:
    code = f"{departement:02d}{commune:03d}"
    assert commune_code(int(code)) == code


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("1 234,5", 1234.5),
        ("-3", -3.0),
        ("nan", None),
        (float("nan"), None),
        ("", None),
        ("N/A - secret", None),
    ],
)
def test_numbers_are_read_as_the_french_write_them(cell: object, value: float | None) -> None:
    assert number(cell) == value


@pytest.mark.parametrize("cell", ["inf", "1_000", "٣", "12 ans", "1,2,3", True])
def test_what_is_not_a_number_is_an_error(cell: object) -> None:
    with pytest.raises(ValueError, match="n'est pas un nombre"):
        number(cell)


def test_half_a_person_is_not_a_whole_number() -> None:
    with pytest.raises(ValueError, match="entier"):
        integer("2,5")
