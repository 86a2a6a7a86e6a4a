"""What the rooms above do when an agreement is signed or comes to its end; this one may not ask them."""

from __future__ import annotations

from collections.abc import Callable

from maillage.accounts.models import User
from maillage.agreements.models import Agreement, Amendment

# Called inside the transaction of the action, with the agreement and whoever acts (None: the program).
Hook = Callable[[Agreement, User | None], object]
AmendmentHook = Callable[[Amendment, User | None], object]

ON_SIGNATURE: list[Hook] = []
ON_AMENDMENT: list[AmendmentHook] = []
ON_END: list[Hook] = []


def on_signature(hook: Hook) -> Hook:
    """Register what follows the last signature, its instalments being planned, in the `ready` of a room."""
    if hook not in ON_SIGNATURE:
        ON_SIGNATURE.append(hook)
    return hook


def on_amendment(hook: AmendmentHook) -> AmendmentHook:
    """Register what follows the signature of an amendment, the agreement being already changed."""
    if hook not in ON_AMENDMENT:
        ON_AMENDMENT.append(hook)
    return hook


def on_end(hook: Hook) -> Hook:
    """Register what follows a termination or the term; `agreement.state` says which of the two."""
    if hook not in ON_END:
        ON_END.append(hook)
    return hook


def signed(agreement: Agreement, by: User | None) -> None:
    for hook in ON_SIGNATURE:
        hook(agreement, by)


def amended(amendment: Amendment, by: User | None) -> None:
    for hook in ON_AMENDMENT:
        hook(amendment, by)


def ended(agreement: Agreement, by: User | None) -> None:
    for hook in ON_END:
        hook(agreement, by)
