"""Whom the authority aided, where and since when; and how long those who came have stayed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final

from django.db.models import Max
from django.utils import timezone

from maillage.accounts.models import Authority, User
from maillage.agreements.models import Agreement, AgreementQuerySet
from maillage.kit import clock
from maillage.obligations.models import PracticeObligation, Survey

DAYS_PER_MONTH: Final = 365.25 / 12
State = PracticeObligation.State


@dataclass(frozen=True, slots=True)
class Aid:
    """An agreement that was signed; `commune` is empty where nobody practises yet, or no place is said."""

    scheme: str
    title: str
    commune: str
    year: int


@dataclass(frozen=True, slots=True)
class Stay:
    """A practitioner followed since they began: for how many months, and whether they left."""

    scheme: str
    title: str
    months: float
    left: bool


def agreements_of(authority: Authority, by: User | None) -> AgreementQuerySet:
    """The signed agreements of an authority that someone may see; all of them for the program itself."""
    seen = Agreement.objects.visible_to(by) if by is not None else Agreement.objects.all()
    return seen.filter(authority=authority, signed_on__isnull=False)


def schemes_of(agreements: AgreementQuerySet) -> dict[str, str]:
    """Titles of the schemes under which something was signed, by key."""
    rows = agreements.order_by("signed_on", "pk").values_list("terms__scheme__key", "terms__scheme__title")
    return dict(sorted(set(rows), key=lambda row: (row[1], row[0])))


def aids(agreements: AgreementQuerySet) -> list[Aid]:
    """One aid an agreement: where one is engaged to practise, else in the commune of the project."""
    rows = agreements.order_by("signed_on", "pk").values_list(
        "terms__scheme__key",
        "terms__scheme__title",
        "terms__place__commune",
        "obligation",
        "obligation__commune",
        "signed_on",
    )
    return [
        Aid(key, title, (practised if engaged else place) or "", day.year)
        for key, title, place, engaged, practised, day in rows
        if day is not None
    ]


def stays(agreements: AgreementQuerySet, authority: Authority) -> list[Stay]:
    """Those who began to practise, until they left, or until the last register in which they were looked for.

    Left: breach confirmed, or practice stopped and not resumed. An obligation fulfilled or waived is followed
    to its end, and nothing is known after.
    """
    today = clock.today()
    surveyed = Survey.objects.filter(authority=authority, is_complete=True).aggregate(at=Max("at"))["at"]
    seen_on = timezone.localtime(surveyed).date() if surveyed else today
    began = PracticeObligation.objects.filter(agreement__in=agreements, started_on__isnull=False)
    rows = began.with_periods().order_by("pk")
    return [_stay(row, seen_on, today) for row in rows if row.started_on and row.started_on <= today]


def _stay(row: PracticeObligation, seen_on: date, today: date) -> Stay:
    assert row.started_on is not None
    last, left = _end(row)
    if last is None:
        # The register says nothing of those who came after it: they were seen the day they began.
        last = max(seen_on, row.started_on)
    months = max((min(last, today) - row.started_on).days, 0) / DAYS_PER_MONTH
    scheme = row.agreement.terms["scheme"]
    return Stay(scheme["key"], scheme["title"], months, left)


def _end(row: PracticeObligation) -> tuple[date | None, bool]:
    """When one stopped being followed, None when one still is; and whether one left."""
    if row.state == State.BREACHED:
        return row.ended_on, True
    if row.state in (State.FULFILLED, State.WAIVED):
        return row.ended_on, False
    ends = [period.ends_on for period in row.periods.all()]
    known = [end for end in ends if end is not None]
    if known and len(known) == len(ends):
        return max(known), True
    return None, False
