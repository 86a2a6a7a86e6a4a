"""What silence does: two months without an answer refuse a financial request (CRPA L231-4 3°)."""

from __future__ import annotations

from datetime import date

from django.db import transaction

from maillage.accounts.journal import record
from maillage.accounts.models import User
from maillage.accounts.rights import Right, require
from maillage.applications import notices
from maillage.applications.actions.clock import refusal_clock
from maillage.applications.lists import AWAITING
from maillage.applications.models import Application
from maillage.applications.states import locked, require_state
from maillage.kit import clock
from maillage.kit.console import Refused
from maillage.rules.calendar import day_text


def lapse_silent(*, on: date, by: User | None = None) -> list[Application]:
    """Mark the applications that silence has refused by that day, each in its own transaction.

    Never one whose clock is suspended. Those on an agenda are left to their session: an express decision
    may still follow the implicit one.
    """
    due = Application.objects.filter(state__in=AWAITING, implicit_refusal_on__lte=on).order_by("pk")
    silent = [found for found in due.prefetch_related("suspensions") if _is_silent(found, on)]
    return [lapsed for found in silent if (lapsed := _lapse(found, on, by)) is not None]


def _is_silent(application: Application, on: date) -> bool:
    """Whether silence has refused it by that day: its clock ran out, and is not stopped now."""
    silence = refusal_clock(application, on)
    return silence.refused and not silence.stopped_now


@transaction.atomic
def _lapse(application: Application, on: date, by: User | None) -> Application | None:
    application = locked(application)
    require(by, Right.REVIEW_APPLICATIONS, application.authority)
    if application.state not in AWAITING or application.implicit_refusal_on is None:
        return None
    if not _is_silent(application, on):
        return None
    silence = refusal_clock(application, on)
    application.state = Application.State.LAPSED
    application.decided_at = clock.now()
    application.save(update_fields=["state", "decided_at"])
    application.corrections.open().update(closed_at=clock.now())
    record(
        "lapse_silent",
        f"Le silence gardé jusqu'au {day_text(silence.due_on)} vaut refus (CRPA L231-4 3°).",
        by=by,
        authority=application.authority,
        about=application,
        due_on=silence.due_on.isoformat(),
    )
    notices.lapsed(application, due_on=silence.due_on, by=by)
    return application


@transaction.atomic
def reopen(*, application: Application, reason: str, by: User | None) -> Application:
    """Examine again an application that silence refused: an express decision may always follow.

    Silence refuses once: from now on the application has no clock.
    """
    application = locked(application)
    require(by, Right.REVIEW_APPLICATIONS, application.authority)
    require_state(application, "reopen")
    if not reason.strip():
        raise Refused("Écrivez pourquoi l'examen reprend : le motif est gardé au journal.")
    application.state = Application.State.UNDER_REVIEW
    application.decided_at = application.implicit_refusal_on = None
    application.save(update_fields=["state", "decided_at", "implicit_refusal_on"])
    record(
        "reopen",
        f"L'examen reprend malgré le refus implicite : {reason.strip()}",
        by=by,
        authority=application.authority,
        about=application,
    )
    return application
