"""The day silence becomes a refusal, with the days it stood still."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from applying import moment, submitted
from maillage.applications.actions import clock as refusal
from maillage.applications.models import Application
from maillage.kit import clock

pytestmark = pytest.mark.django_db

DAY = date(2027, 1, 31)


@pytest.fixture
def row() -> Application:
    with clock.at(moment(DAY)):
        return submitted()


def test_two_months_are_clamped_to_the_end_of_the_month(row: Application) -> None:
    assert row.implicit_refusal_on == date(2027, 3, 31)


def test_days_waited_for_are_added(row: Application) -> None:
    with clock.at(moment(DAY + timedelta(days=5))):
        refusal.suspend(row, due_on=DAY + timedelta(days=35), reason="Pièces demandées")
    # Until the answer comes, the last day it may come counts.
    assert row.implicit_refusal_on == date(2027, 3, 31) + timedelta(days=30)
    assert refusal.refusal_clock(row, DAY + timedelta(days=6)).stopped_now
    with clock.at(moment(DAY + timedelta(days=9))):
        refusal.resume(row)
    assert row.implicit_refusal_on == date(2027, 3, 31) + timedelta(days=4)


def test_resuming_a_clock_that_runs_changes_nothing(row: Application) -> None:
    refusal.resume(row)
    assert row.implicit_refusal_on == date(2027, 3, 31)


def test_a_draft_has_no_clock() -> None:
    with pytest.raises(ValueError, match="draft"):
        refusal.refusal_clock(Application(), DAY)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25)
@given(stops=st.lists(st.tuples(st.integers(1, 10), st.integers(1, 20), st.integers(0, 30)), max_size=4))
def test_the_day_moves_by_the_days_stopped_and_never_back(
    row: Application, stops: list[tuple[int, int, int]]
) -> None:
    row.suspensions.all().delete()
    day, stopped = DAY, 0
    for wait, given_days, taken in stops:
        day += timedelta(days=wait)
        if day > refusal.refusal_clock(row, day).due_on:
            break
        with clock.at(moment(day)):
            refusal.suspend(row, due_on=day + timedelta(days=given_days), reason="Pièces demandées")
        stopped += min(given_days, taken)
        day += timedelta(days=taken)
        with clock.at(moment(day)):
            refusal.resume(row)
    assert refusal.refusal_clock(row, day).due_on == date(2027, 3, 31) + timedelta(days=stopped)
