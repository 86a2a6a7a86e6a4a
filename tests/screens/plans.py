"""The pages of the plan."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from maillage.accounts.roles import Role
from maillage.plans.models import Milestone
from plans.plan import measure, written
from screens.screen import Screen


def _screen(name: str, arguments: Callable[[], list[Any]] = list, **options: Any) -> Screen:
    return Screen(f"plans:{name}", arguments, role=Role.MISSION_OFFICER, **options)


def plan() -> list[Any]:
    return [written().pk]


def some() -> list[Any]:
    written()
    return []


def one_measure() -> list[Any]:
    written()
    return [measure().pk]


def milestone() -> list[Any]:
    written()
    return [Milestone.objects.get().pk]


SCREENS = {
    "no plan": _screen("plans"),
    "plans": _screen("plans", some),
    "plan": _screen("plan", plan),
    "plan filtered to nothing": _screen("plan", plan, query="status=abandoned"),
    "new decision of a plan": _screen("new_decision", plan, button="Enregistrer"),
    "measure": _screen("measure", one_measure),
    "state of a measure": _screen("status", one_measure),
    "owner of a measure": _screen("owner", one_measure),
    "reading with nothing typed": _screen("reading", one_measure, button="Enregistrer"),
    "milestone": _screen("milestone", milestone),
}
NOT_PAGES = {"plans:export"}
