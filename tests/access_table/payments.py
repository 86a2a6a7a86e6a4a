"""Payments: prepared by finance and administrators; bank details read by finance alone."""

from __future__ import annotations

from typing import Any

from access_table.lines import ABSENT, MOVED, OUTSIDER, REFUSED, Line
from applying import submitted
from maillage.accounts.roles import Role
from paying import account, prepared, recipient_of, returned, sent

PREPARERS = frozenset({Role.ADMINISTRATOR, Role.FINANCE_OFFICER})
FINANCE = frozenset({Role.FINANCE_OFFICER})
PROGRAMME = PREPARERS | {Role.MISSION_OFFICER, Role.CASE_OFFICER, Role.ELECTED_MEMBER, Role.ANALYST, OUTSIDER}
MANAGERS = PREPARERS | {Role.MISSION_OFFICER, Role.CASE_OFFICER}


def batch(*rest: str) -> list[Any]:
    return [prepared().pk, *rest]


def batch_sent(*rest: str) -> list[Any]:
    return [sent().pk, *rest]


def one_line() -> list[Any]:
    return [prepared().payments.order_by("pk")[0].pk]


def report(*rest: str) -> list[Any]:
    return [returned(sent()).pk, *rest]


def to_check() -> list[Any]:
    return [account(recipient_of(submitted()), checked=False).pk]


def recipient() -> list[Any]:
    return [recipient_of(submitted()).pk]


def finance(arguments: Any = to_check, **options: Any) -> Line:
    """An object of the first authority that finance alone opens: others hold no such right anywhere."""
    return Line(FINANCE, arguments, elsewhere=REFUSED, **options)


def step(who: frozenset[str], arguments: Any, **options: Any) -> Line:
    return Line(who, arguments, allowed=MOVED, post={}, **options)


LINES: dict[str, Line] = {
    "payments:payable": Line(PREPARERS | {OUTSIDER}),
    "payments:payable_export": Line(PREPARERS | {OUTSIDER}, lambda: ["csv"]),
    "payments:prepare": step(PREPARERS | {OUTSIDER}, list),
    "payments:forecast": Line(PROGRAMME),
    "payments:forecast_export": Line(PROGRAMME, lambda: ["csv"]),
    "payments:batches": Line(PREPARERS | {OUTSIDER}),
    "payments:batches_export": Line(PREPARERS | {OUTSIDER}, lambda: ["csv"]),
    "payments:batch": Line(PREPARERS, batch, elsewhere=ABSENT),
    "payments:approve": step(FINANCE, batch),
    "payments:send": step(FINANCE, batch),
    "payments:cancel": step(PREPARERS, batch, elsewhere=ABSENT),
    "payments:remove": step(PREPARERS, one_line, elsewhere=ABSENT),
    "payments:file": finance(lambda: batch_sent("csv"), post={}),
    "payments:table": Line(PREPARERS, lambda: batch_sent("sommes-payees", "csv"), elsewhere=ABSENT),
    "payments:returns": Line(PREPARERS | {OUTSIDER}),
    "payments:report": Line(PREPARERS, report, elsewhere=ABSENT),
    "payments:report_export": Line(PREPARERS, lambda: report("csv"), elsewhere=ABSENT),
    "payments:accounts": Line(FINANCE),
    "payments:account": finance(),
    "payments:reveal": finance(post={}),
    "payments:proof": finance(post={}),
    "payments:accept": step(FINANCE, to_check),
    "payments:refuse": step(FINANCE, to_check),
    "payments:archive": step(FINANCE, to_check),
    "payments:add_account": Line(MANAGERS, recipient, others=ABSENT, elsewhere=ABSENT),
}
