"""The pages of the budget."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from budget.money import envelope, euro, funded, key
from maillage.accounts.roles import Role
from maillage.budget import ledger
from people import authority
from screens.screen import Screen


def budget(name: str, arguments: Callable[[], list[Any]] = list, **options: Any) -> Screen:
    return Screen(f"budget:{name}", arguments, role=Role.ADMINISTRATOR, **options)


def used() -> list[Any]:
    """An envelope voted, committed and paid from."""
    target = funded(180000, y2026=60000, y2027=80000)
    subject = authority()
    order = ledger.order_payment(
        envelope=target, year=2026, amount=euro(12000), subject=subject, key=key(), by=None, scheme="bourse"
    )
    ledger.confirm_payment(order=order, key=key(), by=None)
    return [target.pk]


def overview() -> list[Any]:
    used()
    return []


def operation(slug: str) -> Callable[[], list[Any]]:
    return lambda: [*used(), slug]


SCREENS = {
    "empty budget": budget("overview"),
    "budget": budget("overview", overview),
    "new envelope": budget("new"),
    "envelope": budget("envelope", used),
    "empty envelope": budget("envelope", lambda: [envelope().pk]),
    "vote of appropriations": budget("operation", operation("credits")),
    "vote with nothing typed": budget("operation", operation("autorisation"), button="Voter l'autorisation"),
    "transfer": budget("operation", operation("virement-credits")),
    "closing an envelope": budget("operation", operation("cloture")),
}
NOT_PAGES = {"budget:export", "budget:entries_export"}
