"""Money of a plan added up: new and existing apart, unknown left out and said."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from maillage.plans.content import MoneyContent
from maillage.plans.totals import by_year, comparison, millions, planned, totals

YEARLY = MoneyContent(label="Bourses", kind="new", section="operating", amount=Decimal(1000), per="year")
ONCE = replace(YEARLY, label="Étude", per="total", amount=Decimal(500))


def test_a_yearly_line_counts_once_for_each_year_of_the_plan() -> None:
    made = totals([YEARLY], first_year=2022, last_year=2028)
    assert (made.new.per_year, made.new.total) == (1000, 7000)


def test_a_line_of_some_years_is_clipped_to_the_plan() -> None:
    line = replace(YEARLY, first_year=2020, last_year=2023)
    assert totals([line], first_year=2022, last_year=2028).new.total == 2000
    outside = replace(YEARLY, first_year=2030, last_year=2031)
    assert totals([outside], first_year=2022, last_year=2028).new.total == 0


def test_a_total_line_counts_once_and_in_no_year() -> None:
    made = totals([ONCE], first_year=2022, last_year=2028)
    assert (made.new.per_year, made.new.total) == (0, 500)


def test_new_and_existing_means_are_apart() -> None:
    made = totals(
        [YEARLY, replace(YEARLY, kind="base", amount=Decimal(300))], first_year=2022, last_year=2023
    )
    assert (made.new.total, made.base.total, made.all.total) == (2000, 600, 2600)


def test_an_unknown_amount_is_left_out_and_said() -> None:
    made = totals([YEARLY, replace(ONCE, label="Campus", amount=None)], first_year=2022, last_year=2022)
    assert made.new.total == 1000
    assert made.left_out == ("Campus",)
    assert "campus" in made.left_out_sentence
    assert not made.is_unknown


def test_a_plan_of_unknown_amounts_has_no_total_of_zero() -> None:
    made = totals([replace(ONCE, amount=None)], first_year=2022, last_year=2022)
    assert made.is_unknown
    assert comparison(made, "").startswith("Aucun montant n'est fixé")
    assert planned(None) == "à définir"


def test_high_estimates_are_counted_and_told_apart() -> None:
    made = totals([YEARLY, replace(YEARLY, is_high_estimate=True)], first_year=2022, last_year=2022)
    assert (made.new.total, made.high_estimate.total) == (2000, 1000)


def test_years_hold_what_their_lines_ask() -> None:
    lines = [YEARLY, replace(YEARLY, first_year=2023, last_year=2023), ONCE, replace(YEARLY, amount=None)]
    assert by_year(lines, first_year=2022, last_year=2024) == {2022: 1000, 2023: 2000, 2024: 1000}


def test_amounts_are_written_as_in_france() -> None:
    assert millions(Decimal(9_100_000)) == "9,10\N{NO-BREAK SPACE}M€"
    assert millions(Decimal(677_000)) == "677\N{NARROW NO-BREAK SPACE}000\N{NO-BREAK SPACE}€"


@given(st.lists(st.integers(0, 10**6), max_size=8), st.integers(2000, 2010), st.integers(0, 10))
def test_years_add_up_to_the_total_of_yearly_lines(amounts: list[int], first: int, length: int) -> None:
    lines = [replace(YEARLY, amount=Decimal(amount)) for amount in amounts]
    years = by_year(lines, first_year=first, last_year=first + length)
    assert sum(years.values()) == totals(lines, first_year=first, last_year=first + length).new.total
