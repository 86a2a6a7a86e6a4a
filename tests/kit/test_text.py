"""French text: search keys, numbers, percentages."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maillage.drawing.numbers import MINUS, NARROW_SPACE
from maillage.kit.text import number, percent, search_key


@pytest.mark.parametrize(
    ("label", "key"),
    [
        ("Évreux", "evreux"),
        ("Œuilly-sur-Èvre", "oeuilly sur evre"),
        ("L'Haÿ-les-Roses", "l hay les roses"),
        ("  CÆSAR  ", "caesar"),
        ("Saint-Ouen – Nord", "saint ouen nord"),
        ("", ""),
    ],
)
def test_a_label_is_found_without_accents_case_or_hyphens(label: str, key: str) -> None:
    assert search_key(label) == key


@given(st.text())
def test_a_search_key_is_its_own_key(label: str) -> None:
    assert search_key(search_key(label)) == search_key(label)


@pytest.mark.parametrize(
    ("value", "decimals", "written"),
    [
        (1234567.891, 2, f"1{NARROW_SPACE}234{NARROW_SPACE}567,89"),
        (0, 0, "0"),
        (-2.5, 1, f"{MINUS}2,5"),
        (-0.04, 1, "0,0"),
        (float("nan"), 1, "n. d."),
        (None, 2, "n. d."),
    ],
)
def test_numbers_are_written_as_in_france(value: float | None, decimals: int, written: str) -> None:
    assert number(value, decimals) == written


def test_a_share_is_written_as_a_percentage_and_unknown_is_not_zero() -> None:
    assert percent(0.553) == f"55,3{NARROW_SPACE}%"
    assert percent(0.0) == f"0,0{NARROW_SPACE}%"
    assert percent(None) == "n. d."
