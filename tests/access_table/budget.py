"""The budget: read by those who see the programme, voted by finance and the administrators."""

from __future__ import annotations

from typing import Any

from access_table.lines import ABSENT, OUTSIDER, Line
from budget.money import funded
from maillage.accounts.roles import Role

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
VOTERS = frozenset({Role.ADMINISTRATOR, Role.FINANCE_OFFICER})


def envelope(*rest: str) -> list[Any]:
    return [funded(1000, y2026=400).pk, *rest]


LINES: dict[str, Line] = {
    "budget:overview": Line(READERS | {OUTSIDER}),
    "budget:export": Line(READERS | {OUTSIDER}, lambda: ["csv"]),
    "budget:new": Line(VOTERS | {OUTSIDER}),
    "budget:envelope": Line(READERS, envelope, elsewhere=ABSENT),
    "budget:entries_export": Line(READERS, lambda: envelope("csv"), elsewhere=ABSENT),
    "budget:operation": Line(VOTERS, lambda: envelope("credits"), elsewhere=ABSENT),
}
