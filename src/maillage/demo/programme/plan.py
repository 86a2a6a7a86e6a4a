"""The plans of the demo: their files moved to the present day, loaded like any plan, published and voted."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from importlib.resources import files
from typing import Final

from maillage.accounts.models import Authority, User
from maillage.applications.actions import publish_call
from maillage.applications.models import Call
from maillage.budget.actions import vote_appropriations, vote_authorisation
from maillage.budget.models import Envelope
from maillage.planfile.actions import load
from maillage.schemes.actions import publish
from maillage.schemes.models import SchemeVersion

# The day the files are written for, and the first year of their plans.
WRITTEN_ON: Final = date(2026, 11, 15)
FIRST_YEAR: Final = 2024
# Days before today on which the rules are adopted and the programme begins.
BEGINS_AGO: Final = 1030

_DAY: Final = re.compile(r"\b\d{4}-\d\d-\d\d")
_YEAR: Final = re.compile(r"(?m)^(first|last)_year = (\d{4})$")

# Envelope: AE or AP (None for a yearly one) and CP of a year, in euros.
VOTES: Final[dict[str, tuple[int | None, int]]] = {
    "bourses": (1_100_000, 260_000),
    "stages": (None, 60_000),
    "equipement": (1_200_000, 320_000),
    "maisons": (3_200_000, 900_000),
    "structures": (900_000, 340_000),
    "permanences": (700_000, 200_000),
    "innovations": (900_000, 260_000),
    "logement": (None, 30_000),
}


@dataclass(frozen=True, slots=True)
class Years:
    """The years that the plan covers, moved to the present."""

    first: int
    last: int

    @classmethod
    def around(cls, today: date) -> Years:
        begins = today - timedelta(days=BEGINS_AGO)
        return cls(begins.year, today.year + 1)


def moved(text: str, today: date) -> str:
    """A plan file with its days moved to the present, and its years to those of the programme."""
    shift, years = today - WRITTEN_ON, Years.around(today)

    def day(found: re.Match[str]) -> str:
        return (date.fromisoformat(found[0]) + shift).isoformat()

    def year(found: re.Match[str]) -> str:
        return f"{found[1]}_year = {years.first if found[1] == 'first' else years.last}"

    return _YEAR.sub(year, _DAY.sub(day, text))


def load_plan(name: str, *, authority: Authority, today: date, by: User) -> None:
    """Load a plan file of the demo; its envelopes are opened by the program, which opens any of them."""
    text = (files("maillage.demo.programme") / f"{name}.toml").read_text(encoding="utf-8")
    load(text=moved(text, today), authority=authority, by=None)
    for rank, version in enumerate(
        SchemeVersion.objects.filter(scheme__authority=authority).order_by("scheme__key")
    ):
        publish(version=version, decision=f"CD-01-{rank + 15}", by=by, acknowledged=True)


def vote_budget(*, authority: Authority, today: date, by: User) -> None:
    """The votes of every envelope, for every year of the plan."""
    years = Years.around(today)
    envelopes = Envelope.objects.filter(authority=authority).order_by("key")
    for envelope in envelopes:
        authorised, yearly = VOTES[envelope.key]
        if authorised is not None:
            vote_authorisation(envelope=envelope, amount=Decimal(authorised), decision="CD-01-30", by=by)
        amounts = {year: Decimal(yearly) for year in range(years.first, years.last + 1)}
        vote_appropriations(envelope=envelope, amounts=amounts, decision="CD-01-31", by=by)


def announce(call: Call, *, by: User) -> None:
    """Publish a call that the plan file prepared."""
    publish_call(call=call, by=by)
