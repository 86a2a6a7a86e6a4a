"""What the page of an application shows of its obligation."""

from __future__ import annotations

from django.template.loader import render_to_string

from maillage.accounts.models import User
from maillage.applications.models import Application
from maillage.kit import clock
from maillage.obligations.models import PracticeObligation
from maillage.obligations.standing import clock_of, outstanding


def obligation(application: Application, user: User) -> str:
    """The clock in words and the way to its page; nothing while there is no obligation."""
    visible = PracticeObligation.objects.visible_to(user).with_periods()
    found = visible.filter(agreement__decision__application=application).first()
    if found is None:
        return ""
    context = {
        "obligation": found,
        "clock": clock_of(found, clock.today()),
        "awaited": next(iter(outstanding(found)), None),
        "is_recipient": found.agreement.recipient.user_id == user.pk,
    }
    return render_to_string("obligations/section.html", context)
