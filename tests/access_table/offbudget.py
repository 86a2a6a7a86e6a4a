"""Loan guarantees and tax exemptions."""

from __future__ import annotations

from typing import Any

from access_table.lines import ABSENT, MOVED, OUTSIDER, Line
from maillage.accounts.roles import Role
from programme_offbudget import exemption, guarantee

REVIEWERS = frozenset({Role.ADMINISTRATOR, Role.MISSION_OFFICER, Role.CASE_OFFICER, OUTSIDER})
READERS = REVIEWERS | {Role.FINANCE_OFFICER}
PROGRAMME = READERS | {Role.ELECTED_MEMBER, Role.ANALYST}
DECIDERS = frozenset({Role.ADMINISTRATOR, Role.MISSION_OFFICER, OUTSIDER})
FINANCE = frozenset({Role.ADMINISTRATOR, Role.FINANCE_OFFICER, OUTSIDER})


def one_guarantee() -> list[Any]:
    return [guarantee().pk]


def one_exemption() -> list[Any]:
    return [exemption().pk]


def of_here(who: frozenset[str], arguments: Any = one_guarantee, **options: Any) -> Line:
    """An object of the first authority: for the others it does not exist."""
    return Line(who - {OUTSIDER}, arguments, elsewhere=ABSENT, **options)


def step(who: frozenset[str]) -> Line:
    return of_here(who, allowed=MOVED, post={})


LINES: dict[str, Line] = {
    "offbudget:guarantees": Line(READERS),
    "offbudget:guarantee": of_here(READERS),
    "offbudget:guarantee_new": Line(REVIEWERS),
    "offbudget:guarantee_year": Line(FINANCE),
    "offbudget:guarantees_export": Line(READERS, lambda: ["csv"]),
    "offbudget:guarantee_grant": step(DECIDERS),
    "offbudget:guarantee_refuse": step(DECIDERS),
    "offbudget:guarantee_call": step(FINANCE),
    "offbudget:guarantee_end": step(FINANCE),
    "offbudget:exemptions": Line(PROGRAMME),
    "offbudget:exemptions_export": Line(PROGRAMME, lambda: ["csv"]),
    "offbudget:exemption_new": Line(DECIDERS),
    "offbudget:exemption": of_here(DECIDERS, one_exemption),
}
