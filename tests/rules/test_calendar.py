from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maillage.rules.calendar import (
    Period,
    SchoolYear,
    Span,
    add_months,
    day_text,
    days_text,
    first_of_next_month,
    merged,
    months_between,
    school_year,
)

DAYS = st.dates(date(2000, 1, 1), date(2060, 12, 31))


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [
        (date(2026, 6, 30), 6, date(2026, 12, 30)),
        (date(2026, 8, 31), 6, date(2027, 2, 28)),
        (date(2027, 8, 31), 6, date(2028, 2, 29)),
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2024, 2, 29), 12, date(2025, 2, 28)),
        (date(2026, 3, 31), -1, date(2026, 2, 28)),
        (date(2026, 1, 15), -1, date(2025, 12, 15)),
        (date(2026, 5, 4), 0, date(2026, 5, 4)),
    ],
)
def test_months_go_to_the_same_day_clamped_to_the_end_of_the_month(day, months, expected) -> None:
    assert add_months(day, months) == expected


def test_a_date_out_of_the_calendar_is_refused_in_french() -> None:
    with pytest.raises(ValueError, match="hors du calendrier"):
        add_months(date(2026, 1, 1), 12 * 9000)


@pytest.mark.parametrize(
    ("start", "end", "span"),
    [
        (date(2026, 1, 1), date(2026, 1, 31), Span(0, 30)),
        (date(2026, 1, 31), date(2026, 2, 28), Span(1, 0)),
        (date(2026, 1, 15), date(2027, 3, 20), Span(14, 5)),
        (date(2027, 3, 20), date(2026, 1, 15), Span(-14, -5)),
        (date(2026, 1, 15), date(2026, 1, 15), Span(0, 0)),
    ],
)
def test_months_between_two_days(start, end, span) -> None:
    assert months_between(start, end) == span


@given(DAYS, st.integers(0, 240), DAYS)
def test_months_added_are_the_months_between(day, months, other) -> None:
    assert months_between(day, add_months(day, months)) == (months, 0)
    span = months_between(min(day, other), max(day, other))
    assert 0 <= span.days <= 30
    assert add_months(min(day, other), span.months) <= max(day, other)
    assert add_months(min(day, other), span.months + 1) > max(day, other)


def test_a_period_counts_both_its_ends() -> None:
    period = Period(date(2026, 3, 1), date(2026, 3, 31))
    assert period.days_until(date(2026, 12, 31)) == 31
    assert period.days_until(date(2026, 3, 1)) == 1
    assert period.days_until(date(2026, 2, 28)) == 0
    assert Period(date(2026, 3, 1)).covers(date(2050, 1, 1))
    with pytest.raises(ValueError, match="ne peut pas finir"):
        Period(date(2026, 3, 2), date(2026, 3, 1))


def test_periods_that_touch_or_overlap_become_one() -> None:
    days = [date(2026, 1, day) for day in range(1, 20)]
    assert merged(
        [
            Period(days[6], days[8]),
            Period(days[0], days[2]),
            Period(days[3], days[4]),
            Period(days[7], days[7]),
            Period(days[12]),
            Period(days[15], days[16]),
        ]
    ) == (Period(days[0], days[4]), Period(days[6], days[8]), Period(days[12]))
    assert merged([]) == ()


def test_a_school_year_starts_in_september() -> None:
    assert school_year(date(2026, 8, 31)).label == "2025-2026"
    assert school_year(date(2026, 9, 1)) == SchoolYear(2026)
    assert SchoolYear(2026).period == Period(date(2026, 9, 1), date(2027, 8, 31))


def test_days_are_written_in_french() -> None:
    assert day_text(date(2028, 3, 1)) == "1er\N{NO-BREAK SPACE}mars\N{NO-BREAK SPACE}2028"
    assert Period(date(2028, 3, 2)).text().startswith("depuis le 2")
    assert Period(date(2028, 3, 2), date(2028, 3, 2)).text().startswith("le 2")
    assert days_text(1).endswith("jour")
    assert first_of_next_month(date(2026, 12, 31)) == date(2027, 1, 1)
