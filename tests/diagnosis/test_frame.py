"""Aggregation of communes to territories, by the rules of DREES, on figures worked out by hand."""

import math
from typing import Any

import numpy as np
import pytest

from maillage.diagnosis.figures import Figure, Origin, figures
from maillage.diagnosis.frame import NUMBER_COLUMNS, TEXT_COLUMNS, Frame, by_area
from maillage.diagnosis.professions import PROFESSIONS
from maillage.territories.keys import FRANCE, Key

NOWHERE = Origin(("APL", 2023), ("BPE", 2021), ("BPE", 2021), ("APL", 2021), ("estimation", 2023))


def frame(**columns: list[Any]) -> Frame:
    """Units of which only these columns are known."""
    size = len(next(iter(columns.values())))
    unknown: dict[str, Any] = {name: np.full(size, "") for name in TEXT_COLUMNS}
    unknown |= {name: np.full(size, np.nan) for name in NUMBER_COLUMNS}
    return Frame(unknown | {name: np.array(values) for name, values in columns.items()})


def values_of(units: Frame) -> dict[str, Figure]:
    return {found.indicator.code: found for found in figures(units, PROFESSIONS["mg"], NOWHERE)}


@pytest.fixture
def three() -> Frame:
    """Three communes whose total and standardised populations do not weigh alike."""
    return frame(
        code=["a", "b", "c"],
        commune=["a", "b", "c"],
        epci=["x", "x", ""],
        departement=["01", "01", "01"],
        region=["84", "84", "84"],
        population=[100.0, 300.0, 100.0],
        standardised_population=[200.0, 300.0, 100.0],
        apl=[2.0, 4.0, 1.0],
        apl_65=[1.5, 3.0, np.nan],
        count=[1.0, 0.0, 2.0],
        minutes_practitioner=[0.0, 10.0, 0.0],
    )


def test_a_mean_apl_is_weighted_by_the_standardised_population(three: Frame) -> None:
    # (200 × 2 + 300 × 4 + 100 × 1) / 600
    assert values_of(three)["apl_mean"].value == pytest.approx(1700 / 600)


def test_the_share_under_a_threshold_is_of_the_total_population(three: Frame) -> None:
    assert values_of(three)["apl_share_under_2_5"].value == pytest.approx(200 / 500)


def test_exactly_the_threshold_is_not_under_it() -> None:
    units = frame(code=["a", "b"], population=[1.0, 1.0], standardised_population=[1.0, 1.0], apl=[2.5, 2.4])
    assert values_of(units)["apl_share_under_2_5"].value == pytest.approx(0.5)


def test_times_are_weighted_by_the_total_population(three: Frame) -> None:
    assert values_of(three)["minutes_practitioner"].value == pytest.approx(3000 / 500)


def test_density_is_the_count_over_the_population_and_not_a_mean_of_densities(three: Frame) -> None:
    assert values_of(three)["gp_density_per_10000"].value == pytest.approx(3 / 500 * 10_000)


def test_fragility_compares_both_apl_where_both_are_published(three: Frame) -> None:
    found = values_of(three)
    # a: 0.5 × 200, b: 1.0 × 300; c has no APL of the 65 and under.
    assert found["fragility"].value == pytest.approx(400 / 500)
    assert found["fragility_share"].value == pytest.approx(400 / 1600)
    assert "65 ans" in found["fragility"].note


def test_tenths_are_cut_by_the_total_population_and_averaged_by_the_standardised_one() -> None:
    units = frame(
        code=[str(number) for number in range(20)],
        population=[10.0] * 20,
        standardised_population=[1.0, 3.0] * 10,
        apl=[float(number) for number in range(20)],
    )
    found = values_of(units)
    assert found["apl_worst_tenth"].value == pytest.approx((1 * 0 + 3 * 1) / 4)
    assert found["apl_best_tenth"].value == pytest.approx((1 * 18 + 3 * 19) / 4)


def test_a_few_communes_have_no_tenths(three: Frame) -> None:
    assert values_of(three)["apl_worst_tenth"].value is None


def test_a_unit_without_value_is_left_out_of_both_sides_and_told() -> None:
    units = frame(
        code=["a", "b"],
        population=[100.0, 900.0],
        standardised_population=[100.0, 900.0],
        apl=[2.0, np.nan],
        count=[1.0, 1.0],
    )
    found = values_of(units)
    assert found["apl_mean"].value == pytest.approx(2.0)
    assert found["apl_share_under_2_5"].value == pytest.approx(1.0)
    assert found["apl_mean"].note == "1\N{NO-BREAK SPACE}commune sans valeur publiée, hors du calcul."


def test_nothing_known_is_never_zero() -> None:
    found = values_of(frame(code=["a", "b"]))
    assert {code: figure.value for code, figure in found.items() if figure.value is not None} == {}
    area = by_area(frame(code=["a"], commune=["a"]), "commune")
    assert all(math.isnan(area[name][0]) for name in area if name != "code")


def test_a_count_unknown_in_one_unit_is_unknown_for_all() -> None:
    units = frame(code=["a", "b"], region=["84", "84"], population=[10.0, 10.0], count=[1.0, np.nan])
    assert values_of(units)["gp_count"].value is None
    assert values_of(units)["gp_density_per_10000"].value is None
    assert math.isnan(by_area(units, "region")["count"][0])


def test_areas_agree_with_the_figures_of_the_same_units(three: Frame) -> None:
    table = by_area(three, "departement")
    found = values_of(three)
    assert table["code"].tolist() == ["01"]
    for column, code in (
        ("population", "population"),
        ("count", "gp_count"),
        ("density", "gp_density_per_10000"),
        ("apl", "apl_mean"),
        ("fragility", "fragility"),
        ("minutes_practitioner", "minutes_practitioner"),
    ):
        assert table[column][0] == pytest.approx(found[code].value), column


def test_units_of_no_area_are_left_out_of_it(three: Frame) -> None:
    table = by_area(three, "epci")
    assert table["code"].tolist() == ["x"]
    assert table["population"].tolist() == [400.0]
    assert table["apl"][0] == pytest.approx(1600 / 500)


def test_an_empty_commune_keeps_its_value() -> None:
    units = frame(code=["a"], commune=["a"], population=[0.0], standardised_population=[0.0], apl=[3.0])
    assert by_area(units, "commune")["apl"].tolist() == [3.0]


def test_a_territory_is_its_units_and_france_all_of_them(three: Frame) -> None:
    assert three.within(Key("epci", "x"))["code"].tolist() == ["a", "b"]
    assert len(three.within(FRANCE)) == 3
    assert len(three.within(Key("departement", "77"))) == 0
