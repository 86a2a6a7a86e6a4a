"""A plan written from its content, again and again, without undoing what the office did."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied

from maillage.accounts.roles import Role
from maillage.plans.actions import reach_milestone, record_reading, set_status, write_plan
from maillage.plans.content import AxisContent, PlanContent
from maillage.plans.models import Indicator, Measure, Milestone, Plan, Reading
from maillage.plans.stored import content_of
from people import authority, person
from plans.plan import BOOTHS, BURSARIES, CONTENT, measure, written

pytestmark = pytest.mark.django_db


def again(content: PlanContent, before: PlanContent = CONTENT) -> list[str]:
    return write_plan(authority=authority(), content=content, before=before, by=None)[1]


def with_bursaries(**changes: object) -> PlanContent:
    axis = replace(CONTENT.axes[0], measures=(replace(BURSARIES, **changes),))  # type: ignore[arg-type]
    return replace(CONTENT, axes=(axis, CONTENT.axes[1]))


def test_what_is_written_is_read_back() -> None:
    assert content_of(written()) == CONTENT


def test_writing_the_same_content_changes_nothing() -> None:
    written()
    assert again(CONTENT) == []


def test_a_new_plan_is_told_in_one_sentence() -> None:
    _, changes = write_plan(authority=authority(), content=CONTENT, by=None)
    assert len(changes) == 1
    assert "2\N{NO-BREAK SPACE}mesures" in changes[0]


def test_a_measure_that_leaves_the_file_is_withdrawn_never_destroyed() -> None:
    written()
    changes = again(replace(CONTENT, axes=CONTENT.axes[:1]))
    assert measure("cabines").status == Measure.Status.WITHDRAWN
    assert measure("cabines").status_reason
    assert any("retirée" in change for change in changes)


def test_a_measure_may_move_to_another_axis() -> None:
    written()
    kept = measure("cabines").pk
    moved = replace(CONTENT, axes=(replace(CONTENT.axes[0], measures=(BURSARIES, BOOTHS)),))
    again(moved)
    assert measure("cabines").pk == kept
    assert measure("cabines").axis.key == "former"
    assert content_of(Plan.objects.get()) == moved


def test_what_the_office_said_stays_when_the_file_does_not_change_it() -> None:
    written()
    set_status(measure=measure(), status="suspended", reason="Gel des crédits", by=None)
    again(with_bursaries(title="Verser des bourses aux étudiants"))
    assert measure().title == "Verser des bourses aux étudiants"
    assert measure().status == Measure.Status.SUSPENDED


def test_the_file_changes_what_it_changes_itself() -> None:
    written()
    again(with_bursaries(status="done"))
    assert measure().status == Measure.Status.DONE


def test_amounts_are_replaced_when_the_file_changes_them() -> None:
    written()
    changed = (replace(BURSARIES.money[0], amount=Decimal("200000.00")),)
    changes = again(with_bursaries(money=changed))
    assert [line.amount for line in measure().money.all()] == [Decimal("200000.00")]
    assert changes == ["Montants modifiés : Verser des bourses."]


def test_a_reached_milestone_and_a_recorded_reading_survive_their_removal() -> None:
    written()
    officer = person(Role.MISSION_OFFICER)
    reach_milestone(milestone=Milestone.objects.get(), on=date(2024, 5, 1), by=officer)
    record_reading(indicator=Indicator.objects.get(), on=date(2024, 5, 1), value=Decimal(20), by=officer)
    again(with_bursaries(milestones=(), indicators=()))
    assert Milestone.objects.count() == 1
    assert Indicator.objects.count() == 1


def test_an_unused_milestone_and_indicator_go() -> None:
    written()
    again(with_bursaries(milestones=(), indicators=()))
    assert not Milestone.objects.exists()
    assert not Indicator.objects.exists()


def test_a_reading_the_file_takes_back_goes_unless_someone_confirmed_it() -> None:
    written()
    without = replace(BURSARIES.indicators[0], readings=())
    again(with_bursaries(indicators=(without,)))
    assert not Reading.objects.exists()


def test_an_axis_without_measure_goes_with_the_file() -> None:
    empty = replace(CONTENT, axes=(*CONTENT.axes, AxisContent(key="vide", title="Vide")))
    written(empty)
    again(CONTENT, before=empty)
    assert content_of(Plan.objects.get()) == CONTENT


def test_a_plan_is_written_by_those_who_may() -> None:
    with pytest.raises(PermissionDenied):
        write_plan(authority=authority(), content=CONTENT, by=person(Role.CASE_OFFICER))
