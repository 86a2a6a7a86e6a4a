"""The obligations, as the office and a recipient see them."""

from __future__ import annotations

from datetime import date
from typing import Any

from binding import RPPS, confirmed, heard, obligation, ordered, register, running
from maillage.accounts.models import User
from maillage.accounts.roles import Role
from maillage.obligations import actions
from maillage.obligations.models import Clawback, PracticeObligation
from screens.screen import Screen


def observed() -> PracticeObligation:
    bound = running()
    actions.interrupt(
        obligation=bound, starts_on=date(2024, 6, 1), ends_on=date(2024, 8, 31), reason="maternity", by=None
    )
    register([(RPPS, "2A001")])
    actions.monitor()
    return bound


def listed() -> list[Any]:
    observed()
    return []


def of(clawback: Clawback) -> list[Any]:
    return [clawback.breach.obligation_id]


def claims() -> list[Any]:
    ordered()
    return []


def to_confirm() -> list[Any]:
    breach = heard()
    return [breach.obligation_id, "confirmer", breach.pk]


def recipient() -> User:
    found = PracticeObligation.objects.select_related("agreement__recipient__user").get()
    assert found.agreement.recipient.user is not None
    return found.agreement.recipient.user


def _screen(name: str, arguments: Any = list, query: str = "", **options: Any) -> Screen:
    return Screen(f"obligations:{name}", arguments, query, role=Role.ADMINISTRATOR, **options)


SCREENS = {
    "obligations": _screen("obligations", listed, "onglet=tous"),
    "no obligation": _screen("obligations"),
    "obligation not started": _screen("obligation", lambda: [obligation().pk]),
    "obligation observed": _screen("obligation", lambda: [observed().pk]),
    "obligation heard": _screen("obligation", lambda: [heard().obligation_id]),
    "obligation breached, order issued": _screen("obligation", lambda: of(ordered())),
    "simulation of a breach": _screen("simulation", lambda: [running().pk], "on=2025-04-01"),
    "step of an obligation": _screen("step", lambda: [obligation().pk, "debut"]),
    "confirmation of a breach": _screen("step_on", to_confirm),
    "claw-backs": _screen("clawbacks", claims),
    "no claw-back": _screen("clawbacks"),
    "own obligation": Screen("obligations:mine", lambda: [running().pk], who=recipient),
    "own obligation breached": Screen("obligations:mine", lambda: of(confirmed()), who=recipient),
    "own start, nothing typed": Screen(
        "obligations:my_step",
        lambda: [obligation().pk, "debut"],
        who=recipient,
        button="Enregistrer le début de l'exercice",
    ),
}
NOT_PAGES = {
    "obligations:export",
    "obligations:clawbacks_export",
    "obligations:piece",
    "obligations:my_step_on",
}
