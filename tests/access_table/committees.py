"""Committees: prepared by those who review, read by those who sit; decisions recorded by the mission."""

from __future__ import annotations

from typing import Any

from access_table.lines import ABSENT, MOVED, OUTSIDER, Line
from maillage.accounts.roles import Role
from maillage.committees import actions
from sitting import closed, committee, only_item, proposed, ready, session, taken

PREPARERS = frozenset({Role.ADMINISTRATOR, Role.MISSION_OFFICER, Role.CASE_OFFICER})
RECORDERS = frozenset({Role.ADMINISTRATOR, Role.MISSION_OFFICER})
READERS = PREPARERS | {Role.FINANCE_OFFICER}
SEATED = frozenset({Role.ELECTED_MEMBER, Role.PARTNER})


def prepared(*rest: Any) -> list[Any]:
    return [session([ready()], state="prepared").pk, *rest]


def item(*rest: Any) -> list[Any]:
    opened = session([ready()])
    return [opened.pk, only_item(opened).pk, *rest]


def member() -> list[Any]:
    return [committee(1).members.get().pk]


def scenario(verb: str) -> list[Any]:
    opened = session([ready()])
    return [opened.pk, actions.add_scenario(session=opened, name="Essai", by=None).pk, verb]


def _office(arguments: Any = prepared, **options: Any) -> Line:
    """A page of one session or committee, for those who prepare them here."""
    return Line(PREPARERS, arguments, elsewhere=ABSENT, **options)


def _post(arguments: Any, who: frozenset[Any] = PREPARERS, **post: Any) -> Line:
    """An action on one object, which sends back to its page."""
    return Line(who, arguments, elsewhere=ABSENT, allowed=MOVED, post={"x": "", **post})


LINES: dict[str, Line] = {
    "committees:sessions": Line(PREPARERS | SEATED | {OUTSIDER}),
    "committees:sessions_export": Line(PREPARERS | {OUTSIDER}, lambda: ["csv"]),
    "committees:session_new": Line(PREPARERS | {OUTSIDER}),
    "committees:committees": Line(PREPARERS | {OUTSIDER}),
    "committees:committee": _office(lambda: [committee().pk]),
    "committees:committee_edit": _office(lambda: [committee().pk]),
    "committees:member_end": _post(member),
    "committees:session": Line(PREPARERS, prepared, others=ABSENT),
    "committees:agenda": _office(),
    "committees:act": _post(lambda: prepared("convoquer")),
    "committees:cancel": _post(prepared),
    "committees:attendance": _office(lambda: item()[:1]),
    "committees:pack": Line(PREPARERS, prepared, others=ABSENT),
    "committees:minutes": Line(PREPARERS, lambda: [closed().pk], others=ABSENT),
    "committees:delist": _post(item),
    "committees:opinion": _office(item),
    "committees:withdrawal": Line(PREPARERS, item, others=ABSENT, allowed=MOVED, post={"member": ""}),
    "committees:amount": _post(item, amount="5"),
    "committees:arbitration": _office(),
    "committees:scenarios": _office(),
    "committees:scenario_add": _post(prepared, nom="Essai"),
    "committees:scenario_act": _post(lambda: scenario("retenir")),
    "committees:decisions": Line(READERS | {OUTSIDER}),
    "committees:decisions_export": Line(READERS | {OUTSIDER}, lambda: ["csv"]),
    "committees:decision": Line(READERS, lambda: [proposed().pk], elsewhere=ABSENT),
    "committees:propose": Line(RECORDERS, lambda: [ready().pk], elsewhere=ABSENT),
    "committees:vote": Line(RECORDERS | {OUTSIDER}, allowed=MOVED, post={"x": ""}),
    "committees:transmit": Line(RECORDERS | {OUTSIDER}, allowed=MOVED, post={"x": ""}),
    "committees:publish": Line(RECORDERS | {OUTSIDER}, allowed=MOVED, post={"x": ""}),
    "committees:notify_selected": Line(RECORDERS | {OUTSIDER}, allowed=MOVED, post={"x": ""}),
    "committees:prepare": _post(lambda: [taken().pk], RECORDERS),
    "committees:notify": _post(lambda: [taken().pk], RECORDERS),
    "committees:withdraw": _post(lambda: [taken().pk], RECORDERS),
}
