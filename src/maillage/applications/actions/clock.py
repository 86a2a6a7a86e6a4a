"""The clock of implicit refusal: two months of silence, suspended while documents are awaited.

Every room that shows or compares that day reads it here (CRPA L231-4 3°, L114-5).
"""

from __future__ import annotations

from datetime import date, datetime

from django.utils import timezone

from maillage.applications.models import Application, Suspension
from maillage.kit import clock
from maillage.rules import deadlines


def refusal_clock(application: Application, on: date) -> deadlines.RefusalClock:
    """The clock of a submitted application, as it stands on a day."""
    if application.submitted_at is None:
        raise ValueError("a draft has no clock")
    stops = [
        deadlines.Suspension(asked_on=stop.starts_on, deadline=stop.due_on, provided_on=stop.ends_on)
        for stop in application.suspensions.all()
    ]
    return deadlines.refusal_clock(timezone.localdate(application.submitted_at), stops, on)


def start(application: Application, *, moment: datetime) -> None:
    """The request was received at that moment; the application is left to be saved."""
    application.submitted_at = moment
    application.implicit_refusal_on = refusal_clock(application, timezone.localdate(moment)).due_on


def suspend(application: Application, *, due_on: date, reason: str) -> Suspension:
    """Stop the clock from today to the day given for an answer at the latest."""
    stop = Suspension.objects.create(
        application=application, starts_on=clock.today(), due_on=due_on, reason=reason
    )
    _restate(application)
    return stop


def resume(application: Application) -> None:
    """Let the clock run again from today; nothing changes when it was running."""
    if application.suspensions.filter(ends_on=None).update(ends_on=clock.today()):
        _restate(application)


def _restate(application: Application) -> None:
    """Write the day of implicit refusal again, after a suspension was opened or closed.

    An application examined again after an implicit refusal has none any more.
    """
    if application.implicit_refusal_on is None:
        return
    application.implicit_refusal_on = refusal_clock(application, clock.today()).due_on
    application.save(update_fields=["implicit_refusal_on"])
