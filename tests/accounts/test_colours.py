from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maillage.accounts.colours import READABLE, contrast, darkened

colours = st.integers(0, 0xFFFFFF).map(lambda value: f"#{value:06x}")


@pytest.mark.parametrize(
    ("colour", "ratio"), [("#000000", 21.0), ("#ffffff", 1.0), ("#777777", 4.48), ("#ff0000", 4.00)]
)
def test_contrast_on_white_is_that_of_the_guidelines(colour: str, ratio: float) -> None:
    assert contrast(colour) == pytest.approx(ratio, abs=0.005)


@given(colours, colours)
def test_contrast_is_symmetric_and_between_1_and_21(one: str, other: str) -> None:
    assert contrast(one, other) == contrast(other, one)
    assert 1 <= contrast(one, other) <= 21


@given(colours)
def test_a_darkened_colour_can_always_be_read(colour: str) -> None:
    assert contrast(darkened(colour)) >= READABLE
    if contrast(colour) >= READABLE:
        assert darkened(colour) == colour
