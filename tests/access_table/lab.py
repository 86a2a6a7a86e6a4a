"""The laboratory."""

from __future__ import annotations

from typing import Any

from access_table.lines import ABSENT, MOVED, OUTSIDER, Line
from labs import axis, change, scenario, siting
from maillage.accounts.roles import Role

RUNNERS = frozenset({Role.ADMINISTRATOR, Role.MISSION_OFFICER, Role.ANALYST, OUTSIDER})
READERS = RUNNERS | {Role.CASE_OFFICER, Role.FINANCE_OFFICER, Role.ELECTED_MEMBER}
PLANNERS = frozenset({Role.ADMINISTRATOR, Role.MISSION_OFFICER, OUTSIDER})


def one_scenario() -> list[Any]:
    return [scenario().pk]


def one_change() -> list[Any]:
    return [change().pk]


def one_result() -> list[Any]:
    return [siting().pk]


def of_here(who: frozenset[str], arguments: Any = one_scenario, **options: Any) -> Line:
    """An object of the first authority: for the others it does not exist."""
    return Line(who - {OUTSIDER}, arguments, elsewhere=ABSENT, **options)


def step(who: frozenset[str], arguments: Any = one_scenario, **data: str) -> Line:
    return of_here(who, arguments, allowed=MOVED, post=data)


LINES: dict[str, Line] = {
    "lab:scenarios": Line(READERS),
    "lab:new": Line(RUNNERS),
    "lab:compare": Line(READERS),
    "lab:scenario": of_here(READERS),
    "lab:add": step(
        RUNNERS, kind="arrival", commune="00005", quantity="1", starts_on="2027-01-01", yearly_cost="0"
    ),
    "lab:assumptions": of_here(RUNNERS),
    "lab:copy": step(RUNNERS, title="Copie"),
    "lab:archive": step(RUNNERS),
    "lab:measure": of_here(PLANNERS, lambda: [axis() and scenario().pk]),
    "lab:scenario_pdf": of_here(READERS),
    "lab:export": of_here(READERS, lambda: [scenario().pk, "csv"]),
    "lab:change": of_here(RUNNERS, one_change),
    "lab:move": step(RUNNERS, one_change, commune="00002"),
    "lab:remove": step(RUNNERS, one_change),
    "lab:results": Line(READERS),
    "lab:result": of_here(READERS, one_result),
    "lab:result_pdf": of_here(READERS, one_result),
    "lab:result_export": of_here(READERS, lambda: [siting().pk, "csv"]),
    "lab:forecast": Line(RUNNERS),
    "lab:evaluate": Line(RUNNERS),
    "lab:site": Line(RUNNERS),
    "lab:site_scenario": step(RUNNERS, one_result, title="Essai"),
}
