"""The estimate takes the official parameters of the formulation a vintage was published under."""

import pytest

from maillage.diagnosis.estimate import parameters_for
from maillage.diagnosis.professions import PROFESSIONS


@pytest.mark.parametrize(
    ("profession", "vintage", "series"),
    [
        ("mg", 2010, 2012),
        ("mg", 2012, 2012),
        ("mg", 2015, 2021),
        ("mg", 2018, 2021),
        ("mg", 2022, 2022),
        ("mg", 2030, 2023),
        ("inf", 2012, 2021),
        ("inf", 2023, 2021),
    ],
)
def test_a_vintage_takes_the_parameters_of_its_formulation(
    profession: str, vintage: int, series: int
) -> None:
    assert parameters_for(PROFESSIONS[profession], vintage).vintage == series
