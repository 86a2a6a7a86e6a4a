"""What the page of an application shows of its committee and of its decision."""

from __future__ import annotations

from django.template.loader import render_to_string

from maillage.accounts.models import User
from maillage.accounts.rights import Right
from maillage.applications.models import Application
from maillage.committees.models import Decision


def decision(application: Application, user: User) -> str:
    """For the office, sessions and decisions; for the applicant, the decision they were notified."""
    office = user.can(Right.SEE_APPLICATIONS, application.authority)
    decisions = list(
        Decision.objects.visible_to(user).filter(application=application).select_related("letter")
    )
    items = list(application.agenda_items.select_related("session__committee")) if office else []
    may_propose = (
        user.can(Right.RECORD_DECISIONS, application.authority)
        and application.state == Application.State.READY
    )
    if not decisions and not items and not may_propose:
        return ""
    context = {
        "application": application,
        "decisions": decisions,
        "items": items,
        "office": office,
        "may_propose": may_propose,
        "may_open": user.can(Right.PREPARE_SESSIONS, application.authority),
    }
    return render_to_string("committees/section.html", context)
