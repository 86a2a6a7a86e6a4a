"""The pages of the plan."""

from __future__ import annotations

from typing import Any

from access_table.lines import ABSENT, OUTSIDER, Line
from maillage.accounts.roles import Role
from maillage.plans.models import Axis, Measure, Milestone, Plan
from people import authority

# Those who read the programme; the administrator of elsewhere reads their own.
READERS = frozenset(
    {
        Role.ADMINISTRATOR,
        Role.MISSION_OFFICER,
        Role.CASE_OFFICER,
        Role.FINANCE_OFFICER,
        Role.ELECTED_MEMBER,
        Role.ANALYST,
    }
)
EDITORS = frozenset({Role.ADMINISTRATOR, Role.MISSION_OFFICER})


def _measure() -> Measure:
    plan, _ = Plan.objects.get_or_create(
        authority=authority(), key="plan", defaults={"title": "Plan", "first_year": 2026, "last_year": 2028}
    )
    axis, _ = Axis.objects.get_or_create(plan=plan, key="axe", defaults={"title": "Axe", "position": 1})
    measure, _ = Measure.objects.get_or_create(
        axis=axis, key="mesure", defaults={"title": "Mesure", "position": 1}
    )
    return measure


def plan() -> list[Any]:
    return [_measure().axis.plan.pk]


def measure() -> list[Any]:
    return [_measure().pk]


def milestone() -> list[Any]:
    found, _ = Milestone.objects.get_or_create(measure=_measure(), key="jalon", defaults={"label": "Jalon"})
    return [found.pk]


def export() -> list[Any]:
    return [*plan(), "csv"]


LINES: dict[str, Line] = {
    "plans:plans": Line(READERS | {OUTSIDER}),
    "plans:plan": Line(READERS, plan, elsewhere=ABSENT),
    "plans:export": Line(READERS, export, elsewhere=ABSENT),
    "plans:new_decision": Line(EDITORS, plan, elsewhere=ABSENT),
    "plans:measure": Line(READERS, measure, elsewhere=ABSENT),
    "plans:status": Line(EDITORS, measure, elsewhere=ABSENT),
    "plans:owner": Line(EDITORS, measure, elsewhere=ABSENT),
    "plans:reading": Line(EDITORS, measure, elsewhere=ABSENT),
    "plans:milestone": Line(EDITORS, milestone, elsewhere=ABSENT),
}
