from datetime import date
from decimal import Decimal

import pytest

from maillage.rules.parameters import PARAMETERS, UnknownParameter, explain, value

TODAY = date(2026, 11, 22)


@pytest.mark.parametrize(
    ("on", "pay", "housing"),
    [
        (date(2020, 10, 31), "25653", "427.55"),
        (date(2020, 11, 1), "27042", "450.70"),
        (date(2022, 6, 30), "27042", "450.70"),
        (date(2022, 7, 1), "28408.30", "473.47"),
        (TODAY, "28408.30", "473.47"),
    ],
)
def test_the_interns_pay_and_the_housing_cap_are_those_of_the_day(on, pay, housing) -> None:
    assert value("intern_yearly_pay", on) == Decimal(pay)
    assert value("housing_monthly_cap", on) == Decimal(housing)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("agreement_threshold", "23000"),
        ("de_minimis_2023_2831", "300000"),
        ("de_minimis_2023_2832", "750000"),
        ("guarantee_debt_share", "0.5"),
        ("guarantee_debtor_share", "0.1"),
        ("guarantee_loan_share", "0.5"),
        ("guarantee_loan_share_development", "0.8"),
        ("own_share_minimum", "0.2"),
        ("practice_minimum_months", "36"),
        ("iepp_minimum_months", "60"),
        ("new_aid_after_months", "120"),
        ("silence_months", "2"),
        ("transmission_days", "15"),
    ],
)
def test_the_figures_of_the_law(name: str, expected: str) -> None:
    assert value(name, TODAY) == Decimal(expected)


def test_an_authority_may_put_its_own_value() -> None:
    overrides = {"agreement_threshold": Decimal(15000)}
    assert value("agreement_threshold", TODAY, overrides) == 15000
    assert "fixée par la collectivité" in explain("agreement_threshold", TODAY, overrides)
    assert value("silence_months", TODAY, overrides) == 2


def test_every_figure_explains_where_it_comes_from() -> None:
    for name, parameter in PARAMETERS.items():
        sentence = explain(name, TODAY)
        assert parameter.article in sentence
        assert sentence.endswith(").")


def test_no_value_outside_the_days_of_the_text() -> None:
    with pytest.raises(UnknownParameter, match="aucune valeur connue"):
        value("de_minimis_2023_2831", date(2023, 12, 31))
    with pytest.raises(UnknownParameter, match="aucune valeur connue"):
        value("de_minimis_2023_2831", date(2031, 1, 1))
    with pytest.raises(UnknownParameter, match="aucune valeur connue"):
        value("new_aid_after_months", date(2025, 3, 14))


def test_an_unknown_name_gets_a_suggestion() -> None:
    with pytest.raises(UnknownParameter, match="intern_yearly_pay"):
        value("intern_yearly_pai", TODAY)
    with pytest.raises(UnknownParameter, match="Choisissez parmi"):
        value("xyz", TODAY, {"xyz": Decimal(1)})


def test_values_of_a_parameter_follow_each_other_without_overlap() -> None:
    for parameter in PARAMETERS.values():
        for before, after in zip(parameter.values, parameter.values[1:], strict=False):
            assert before.valid_to is not None
            assert after.valid_from is not None
            assert before.valid_to < after.valid_from
