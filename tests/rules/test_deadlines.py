from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maillage.rules.calendar import add_months
from maillage.rules.deadlines import (
    DEBT_CONTEST,
    FINANCIAL_REPORT,
    LITIGATION,
    PUBLICATION,
    RECOVERY,
    TRANSMISSION,
    WITHDRAWAL,
    Suspension,
    completeness_due_on,
    recovery_ends_on,
    refusal_clock,
)

RECEIVED = date(2026, 1, 15)


@pytest.mark.parametrize(
    ("deadline", "expected"),
    [
        (TRANSMISSION, date(2026, 1, 30)),
        (LITIGATION, date(2026, 3, 15)),
        (DEBT_CONTEST, date(2026, 3, 15)),
        (PUBLICATION, date(2026, 4, 15)),
        (WITHDRAWAL, date(2026, 5, 15)),
        (FINANCIAL_REPORT, date(2026, 7, 15)),
        (RECOVERY, date(2030, 1, 15)),
    ],
)
def test_deadlines_of_the_law(deadline, expected) -> None:
    assert deadline.due_on(RECEIVED) == expected
    assert deadline.article in deadline.text(RECEIVED)


def test_two_months_of_silence_are_a_refusal() -> None:
    clock = refusal_clock(RECEIVED, [], date(2026, 3, 14))
    assert clock.due_on == date(2026, 3, 15)
    assert (clock.days_left, clock.refused, clock.stopped_days) == (1, False, 0)
    assert "vaudra refus" in clock.sentence
    after = refusal_clock(RECEIVED, [], date(2026, 3, 15))
    assert after.refused
    assert "vaut refus depuis" in after.sentence


def test_two_months_from_the_last_day_of_december_end_with_february() -> None:
    assert refusal_clock(date(2026, 12, 31), [], RECEIVED).due_on == date(2027, 2, 28)


def test_the_clock_stops_while_documents_are_awaited() -> None:
    asked = Suspension(date(2026, 2, 1), date(2026, 3, 3), date(2026, 2, 11))
    clock = refusal_clock(RECEIVED, [asked], date(2026, 2, 5))
    assert clock.due_on == date(2026, 3, 25)
    assert clock.stopped_days == 10
    assert clock.stopped_now
    assert "suspendu aujourd'hui" in clock.sentence
    assert not refusal_clock(RECEIVED, [asked], date(2026, 2, 11)).stopped_now


def test_the_stop_ends_with_the_deadline_when_nothing_comes() -> None:
    asked_on = date(2026, 2, 1)
    deadline = completeness_due_on(asked_on)
    assert deadline == date(2026, 3, 3)
    for provided in (None, date(2026, 6, 1)):
        clock = refusal_clock(RECEIVED, [Suspension(asked_on, deadline, provided)], date(2026, 2, 5))
        assert clock.due_on == date(2026, 4, 14)


def test_stops_that_overlap_count_once_and_late_ones_do_not_count() -> None:
    stops = [
        Suspension(date(2026, 2, 1), date(2026, 2, 11)),
        Suspension(date(2026, 2, 6), date(2026, 2, 16)),
        Suspension(date(2026, 6, 1), date(2026, 7, 1)),
        Suspension(date(2025, 12, 1), date(2025, 12, 20)),
    ]
    clock = refusal_clock(RECEIVED, stops, date(2026, 2, 20))
    assert clock.stopped_days == 15
    assert clock.due_on == date(2026, 3, 30)


def test_documents_brought_the_same_day_stop_nothing() -> None:
    same_day = Suspension(date(2026, 2, 1), date(2026, 3, 1), date(2026, 2, 1))
    assert refusal_clock(RECEIVED, [same_day], RECEIVED).due_on == date(2026, 3, 15)


@given(st.lists(st.tuples(st.integers(0, 200), st.integers(0, 60)), max_size=5), st.integers(0, 300))
def test_a_stop_never_brings_the_refusal_forward(stops, later) -> None:
    suspensions = [
        Suspension(RECEIVED + timedelta(days=first), RECEIVED + timedelta(days=first + length))
        for first, length in stops
    ]
    on = RECEIVED + timedelta(days=later)
    clock = refusal_clock(RECEIVED, suspensions, on)
    assert clock.due_on == add_months(RECEIVED, 2) + timedelta(days=clock.stopped_days)
    assert clock.due_on >= refusal_clock(RECEIVED, suspensions[1:], on).due_on
    assert clock.days_left == (clock.due_on - on).days


def test_recovery_prescribes_four_years_after_the_last_act_made_in_time() -> None:
    charged = date(2026, 5, 1)
    assert recovery_ends_on(charged) == date(2030, 5, 1)
    assert recovery_ends_on(charged, [date(2029, 1, 10)]) == date(2033, 1, 10)
    assert recovery_ends_on(charged, [date(2031, 1, 10)]) == date(2030, 5, 1)
    assert recovery_ends_on(charged, [date(2032, 1, 1), date(2029, 1, 10)]) == date(2036, 1, 1)
