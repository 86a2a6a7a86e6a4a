"""The facts an application is judged on: its answers, what the program works out, the aids already held."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.utils import timezone

from maillage.applications.history import past_aids, previous_aid_on
from maillage.applications.models import Application
from maillage.applications.questions import kind_of, practice_commune
from maillage.schemes.facts import gather


def gathered(application: Application, on: date) -> tuple[dict[str, Any], dict[str, Any]]:
    """Facts and zoning of an application on a day, as plain JSON values."""
    submitted = application.submitted_at
    received_on = timezone.localdate(submitted) if submitted else on
    known: dict[str, Any] = {"application_date": received_on.isoformat()}
    if kind := kind_of(application):
        known["recipient_kind"] = kind
    category = application.version.parsed.cumulation.category
    last = previous_aid_on(past_aids(application), category=category, on=on)
    if last is not None:
        known |= {"previous_aid_on": last.isoformat(), "has_previous_aid": True}
    facts, zoning = gather(
        authority=application.authority,
        answers=application.answers,
        commune=practice_commune(application),
        profession=application.answers.get("profession", ""),
        on=on,
    )
    return facts | known, zoning
