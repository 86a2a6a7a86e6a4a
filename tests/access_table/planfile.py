"""The plan file: checked and loaded by those who edit the plan, taken away by those who read it."""

from __future__ import annotations

from access_table.lines import ABSENT, MOVED, OUTSIDER, Line
from access_table.plans import EDITORS, READERS, plan

LINES: dict[str, Line] = {
    "planfile:check": Line(EDITORS | {OUTSIDER}),
    "planfile:load": Line(EDITORS | {OUTSIDER}, allowed=MOVED, post={}),
    "planfile:export": Line(READERS, plan, elsewhere=ABSENT),
}
