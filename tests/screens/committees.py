"""Committees, sessions, arbitration and decisions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from maillage.accounts.roles import Role
from maillage.committees import actions
from maillage.committees.models import Decision
from screens.screen import Screen
from sitting import closed, committee, euro, notified, only_item, paid_scheme, proposed, ready, session, taken


def _screen(name: str, arguments: Callable[[], list[Any]] = list, **options: Any) -> Screen:
    return Screen(f"committees:{name}", arguments, role=Role.ADMINISTRATOR, **options)


def opened() -> list[Any]:
    """Two applications, one beyond what is left, a scenario."""
    aid = paid_scheme(20_000)
    target = session([ready(aid), ready(aid)])
    one = actions.add_scenario(session=target, name="Moitié", by=None)
    actions.set_line(scenario=one, item=target.items.order_by("pk")[0], amount=euro(6000), by=None)
    return [target.pk]


def item() -> list[Any]:
    target = session([ready()])
    return [target.pk, only_item(target).pk]


def queue(make: Callable[[], Any]) -> Callable[[], list[Any]]:
    def made() -> list[Any]:
        make()
        return []

    return made


def letter() -> list[Any]:
    decision = taken()
    actions.prepare_notification(decision=decision, by=None)
    return [decision.pk]


def closed_decision() -> list[Any]:
    closed()
    return [Decision.objects.get().pk]


SCREENS = {
    "sessions": _screen("sessions", queue(opened)),
    "no session": _screen("sessions"),
    "new session, no committee": _screen("session_new"),
    "new session, nothing typed": _screen("session_new", queue(committee), button="Prévoir cette séance"),
    "committees": _screen("committees", queue(committee)),
    "committee": _screen("committee", lambda: [committee().pk]),
    "committee to change": _screen("committee_edit", lambda: [committee().pk]),
    "session prepared": _screen("session", lambda: [session([ready()], state="prepared").pk]),
    "session open": _screen("session", opened),
    "session closed": _screen("session", lambda: [closed().pk]),
    "agenda": _screen("agenda", lambda: [session([ready()], state="prepared").pk]),
    "attendance": _screen("attendance", opened),
    "opinion": _screen("opinion", item),
    "arbitration": _screen("arbitration", opened),
    "scenarios": _screen("scenarios", opened),
    "decisions to take": _screen("decisions", queue(proposed)),
    "decisions to transmit": _screen("decisions", queue(taken), query="?etat=a-transmettre"),
    "decision proposed": _screen("decision", closed_decision),
    "decision to notify": _screen("decision", letter),
    "decision notified": _screen("decision", lambda: [notified().pk]),
    "vote on a decision": _screen("decision", closed_decision, button="Enregistrer le vote"),
    "proposal": _screen("propose", lambda: [ready().pk]),
}
NOT_PAGES = {
    f"committees:{name}"
    for name in (
        "sessions_export",
        "member_end",
        "act",
        "cancel",
        "pack",
        "minutes",
        "delist",
        "withdrawal",
        "amount",
        "scenario_add",
        "scenario_act",
        "decisions_export",
        "vote",
        "transmit",
        "publish",
        "notify_selected",
        "prepare",
        "notify",
        "withdraw",
    )
}
