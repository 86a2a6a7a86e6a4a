"""Envelopes and subjects for the tests of the budget."""

from __future__ import annotations

import itertools
from decimal import Decimal
from typing import Any

from maillage.accounts.models import Authority
from maillage.budget.actions import open_envelope, vote_appropriations, vote_authorisation
from maillage.budget.models import Entry, Envelope
from people import authority

_rank = itertools.count(1)


def key() -> str:
    """A key that no other entry has."""
    return f"essai-{next(_rank)}"


def euro(amount: str | int) -> Decimal:
    return Decimal(amount).quantize(Decimal("0.01"))


def envelope(label: str = "Bourses", *, at: Authority | None = None, **fields: Any) -> Envelope:
    """An empty envelope of 2026 to 2028, an AE unless told otherwise."""
    kept: dict[str, Any] = {"section": "operating", "first_year": 2026, "last_year": 2028, **fields}
    return open_envelope(authority=at or authority(), label=label, by=None, **kept)


def funded(authorised: str | int = 1000, *, label: str = "Bourses", **by_year: str | int) -> Envelope:
    """An envelope with its AE voted, and its CP: `funded(1000, y2026=400)`."""
    opened = envelope(label)
    vote_authorisation(envelope=opened, amount=euro(authorised), decision="CD-1", by=None)
    if by_year:
        appropriate(opened, **by_year)
    return opened


def yearly(**by_year: str | int) -> Envelope:
    """A yearly envelope with these CP: `yearly(y2026=400)`."""
    opened = envelope("Accueil", is_multi_year=False)
    appropriate(opened, **by_year)
    return opened


def appropriate(target: Envelope, **by_year: str | int) -> list[Entry]:
    amounts = {int(year.removeprefix("y")): euro(amount) for year, amount in by_year.items()}
    return vote_appropriations(envelope=target, amounts=amounts, decision="CD-2", by=None)
