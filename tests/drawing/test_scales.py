from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maillage.drawing.numbers import format_number
from maillage.drawing.scales import (
    APL_BREAKS,
    Scale,
    apl_scale,
    diverging,
    legend,
    lightness,
    quantile_breaks,
    sequential,
)

VALUES = st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=60)


def test_a_value_on_a_break_belongs_to_the_class_above() -> None:
    scale = apl_scale()
    assert scale.class_of(2.5) == 3
    assert scale.class_of(2.4999) == 2


def test_no_value_has_no_class_and_zero_has_one() -> None:
    scale = apl_scale()
    assert scale.class_of(None) is None
    assert scale.colour_of(float("nan")) is None
    assert scale.class_of(0.0) == 0


def test_class_names_read_in_french() -> None:
    assert Scale((1.5, 2.0), sequential(3)).labels() == ("moins de 1,5", "de 1,5 à 2,0", "2,0 ou plus")
    assert Scale((), sequential(1)).labels() == ("toutes les valeurs",)


@pytest.mark.parametrize("breaks", [(2.0, 1.0), (1.0, 1.0), (float("nan"), 1.0)])
def test_breaks_out_of_order_are_refused(breaks: tuple[float, ...]) -> None:
    with pytest.raises(ValueError, match="strictement croissantes"):
        Scale(breaks, sequential(3))


def test_a_colour_too_few_is_refused() -> None:
    with pytest.raises(ValueError, match="2 bornes, 2 couleurs"):
        Scale((1.0, 2.0), sequential(2))


@pytest.mark.parametrize("count", range(2, 10))
def test_sequential_palette_darkens_without_a_step_back(count: int) -> None:
    levels = [lightness(colour) for colour in sequential(count)]
    assert all(paler - darker > 0.05 for paler, darker in pairwise(levels))


@pytest.mark.parametrize(("below", "above"), [(2, 2), (3, 3), (4, 3), (2, 4)])
def test_diverging_palette_keeps_its_order_in_grey_print(below: int, above: int) -> None:
    levels = [lightness(colour) for colour in diverging(below, above)]
    assert all(lighter - darker > 0.03 for darker, lighter in pairwise(levels))


def test_palest_class_differs_from_white_paper() -> None:
    assert lightness(diverging(3, 3)[-1]) < 0.97
    assert lightness(sequential(6)[0]) < 0.97


def test_diverging_hue_turns_from_warm_to_cool_at_the_threshold() -> None:
    colours = diverging(3, 3)
    reds_over_blues = [int(colour[1:3], 16) - int(colour[5:7], 16) for colour in colours]
    assert all(excess > 30 for excess in reds_over_blues[:3])
    assert all(excess < 0 for excess in reds_over_blues[3:])


def test_an_empty_palette_is_refused() -> None:
    with pytest.raises(ValueError, match="au moins une couleur"):
        sequential(0)


@pytest.mark.parametrize(
    ("value", "decimals", "text"),
    [
        (1234567.25, 1, "1\u202f234\u202f567,2"),
        (-0.5, 1, "\u22120,5"),
        (-0.01, 1, "0,0"),
        (0, 0, "0"),
        (None, 1, "donnée absente"),
        (float("nan"), 1, "donnée absente"),
    ],
)
def test_numbers_are_written_the_french_way(value: float | None, decimals: int, text: str) -> None:
    assert format_number(value, decimals) == text


def test_quantile_breaks_follow_the_weights() -> None:
    assert quantile_breaks([1, 2, 3, 4], 2) == (3.0,)
    assert quantile_breaks([1, 2, 3, 4], 2, weights=[10, 1, 1, 1]) == ()
    assert quantile_breaks([1, 2, 3, 4], 2, weights=[1, 1, 1, 10]) == (4.0,)


def test_missing_values_leave_breaks_unchanged() -> None:
    assert quantile_breaks([1, None, 2, float("nan"), 3, 4], 2) == quantile_breaks([1, 2, 3, 4], 2)
    assert quantile_breaks([None], 4) == ()


@given(VALUES, st.integers(1, 8))
def test_quantile_breaks_make_a_scale_without_an_empty_class(values: list[float], classes: int) -> None:
    breaks = quantile_breaks(values, classes)
    scale = Scale(breaks, sequential(len(breaks) + 1))
    held = legend({str(index): value for index, value in enumerate(values)}, scale)
    assert len(breaks) < classes or classes == 1
    assert all(line.count for line in held.classes)


def test_legend_counts_places_and_inhabitants_and_keeps_the_missing_apart() -> None:
    values = {"00001": 1.0, "00002": 2.5, "00003": None, "00004": 9.0}
    held = legend(values, apl_scale(), {"00001": 100, "00002": 20, "00003": 3})
    assert [line.count for line in held.classes] == [1, 0, 0, 1, 0, 1]
    assert [line.population for line in held.classes] == [100, 0, 0, 20, 0, 0]
    assert (held.missing_count, held.missing_population) == (1, 3)
    assert [line.lower for line in held.classes] == [None, *APL_BREAKS]
    assert [line.upper for line in held.classes] == [*APL_BREAKS, None]


@given(st.dictionaries(st.text(max_size=5), st.none() | st.floats(), max_size=30))
def test_legend_holds_every_place_once(values: dict[str, float | None]) -> None:
    held = legend(values, apl_scale(), dict.fromkeys(values, 1.0))
    assert sum(line.count for line in held.classes) + held.missing_count == len(values)
    assert sum(line.population for line in held.classes) + held.missing_population == len(values)
