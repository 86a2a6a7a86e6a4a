"""The plan file in the browser."""

from __future__ import annotations

from maillage.accounts.roles import Role
from screens.screen import Screen


def _check(**options: str) -> Screen:
    return Screen("planfile:check", role=Role.MISSION_OFFICER, **options)  # type: ignore[arg-type]


SCREENS = {
    "plan file": _check(),
    "plan file, none chosen": _check(button="Vérifier"),
    "plan file checked": _check(query="plan=le-41-en-bonne-sante", button="Vérifier"),
}
NOT_PAGES = {"planfile:load", "planfile:export"}
