"""What becomes of a measure, said by those who may, in one sentence of the journal each."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.core.exceptions import PermissionDenied

from maillage.accounts.models import Event
from maillage.accounts.roles import Role
from maillage.kit.console import Refused
from maillage.plans.actions import (
    assign_owner,
    reach_milestone,
    record_decision,
    record_reading,
    set_status,
)
from maillage.plans.models import Indicator, Measure, Milestone, Plan, Reading
from people import authority, person
from plans.plan import measure, written

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _plan() -> None:
    written()


def last_sentence() -> str:
    return Event.objects.order_by("-pk")[0].sentence


def test_a_state_is_said_with_its_reason() -> None:
    set_status(measure=measure(), status="abandoned", reason="L'exploitant a cessé.", by=None)
    assert measure().status == Measure.Status.ABANDONED
    assert "en cours → abandonnée" in last_sentence()


@pytest.mark.parametrize("status", ["abandoned", "suspended", "withdrawn"])
def test_stopping_a_measure_asks_why(status: str) -> None:
    with pytest.raises(Refused, match="Dites pourquoi"):
        set_status(measure=measure(), status=status, reason=" ", by=None)


def test_an_unknown_state_is_refused() -> None:
    with pytest.raises(Refused, match="n'existe pas"):
        set_status(measure=measure(), status="perdue", by=None)


def test_saying_the_same_again_records_nothing() -> None:
    count = Event.objects.count()
    set_status(measure=measure(), status="running", by=None)
    assert Event.objects.count() == count


def test_a_measure_is_confided_to_a_member_or_to_a_name() -> None:
    officer = person(Role.MISSION_OFFICER)
    assign_owner(measure=measure(), owner=officer, by=None)
    assert (measure().owner, measure().owner_name) == (officer, str(officer))
    assign_owner(measure=measure(), owner_name="Agence d'attractivité", by=None)
    assert (measure().owner, measure().owner_name) == (None, "Agence d'attractivité")
    assign_owner(measure=measure(), by=None)
    assert "plus de responsable" in last_sentence()


def test_a_stranger_cannot_be_put_in_charge() -> None:
    stranger = person(Role.MISSION_OFFICER, authority("01"))
    with pytest.raises(Refused, match="pas de rôle"):
        assign_owner(measure=measure(), owner=stranger, by=None)


@time_machine.travel("2024-07-15")
def test_a_milestone_is_late_until_it_is_reached() -> None:
    found = Measure.objects.all()
    assert [row.key for row in found.late(date(2024, 7, 15))] == ["bourses"]
    assert not found.late(date(2024, 6, 30)).exists()
    reach_milestone(milestone=Milestone.objects.get(), on=date(2024, 7, 10), by=None)
    assert not found.late(date(2024, 7, 15)).exists()
    reach_milestone(milestone=Milestone.objects.get(), on=None, by=None)
    assert found.late(date(2024, 7, 15)).exists()


def test_what_is_over_is_no_longer_late() -> None:
    set_status(measure=measure(), status="done", by=None)
    assert not Measure.objects.late(date(2030, 1, 1)).exists()


@time_machine.travel("2024-07-15")
@pytest.mark.parametrize(
    "act",
    [
        lambda day: reach_milestone(milestone=Milestone.objects.get(), on=day, by=None),
        lambda day: record_reading(indicator=Indicator.objects.get(), on=day, value=Decimal(1), by=None),
        lambda day: record_decision(plan=Plan.objects.get(), title="Revue", taken_on=day, by=None),
    ],
)
def test_nothing_is_recorded_ahead_of_time(act: Callable[[date], Any]) -> None:
    with pytest.raises(Refused, match="corrigez la date"):
        act(date(2024, 7, 16))


def test_a_second_value_of_a_day_corrects_the_first() -> None:
    indicator = Indicator.objects.get()
    for value in (18, 20):
        record_reading(indicator=indicator, on=date(2024, 3, 1), value=Decimal(value), by=None)
    assert Reading.objects.get(on=date(2024, 3, 1)).value == 20


def test_two_decisions_of_one_title_have_two_keys() -> None:
    plan = Plan.objects.get()
    keys = {
        record_decision(plan=plan, title="Revue", taken_on=date(2023, 1, day), by=None).key for day in (1, 2)
    }
    assert len(keys) == 2


@pytest.mark.parametrize("role", [Role.CASE_OFFICER, Role.FINANCE_OFFICER, Role.ELECTED_MEMBER])
def test_only_editors_follow_the_plan(role: Role) -> None:
    by, day = person(role), date(2024, 1, 1)
    for act in (
        lambda: set_status(measure=measure(), status="done", by=by),
        lambda: assign_owner(measure=measure(), by=by),
        lambda: reach_milestone(milestone=Milestone.objects.get(), on=day, by=by),
        lambda: record_reading(indicator=Indicator.objects.get(), on=day, value=Decimal(1), by=by),
        lambda: record_decision(plan=Plan.objects.get(), title="Revue", taken_on=day, by=by),
    ):
        with pytest.raises(PermissionDenied):
            act()
