"""The nightly command: what time does, said in one line each, and nothing twice."""

from __future__ import annotations

from datetime import date, timedelta
from io import StringIO

import pytest
from django.core.management import call_command

from applying import scheme, submitted
from budget.money import funded
from maillage.applications.models import Application
from maillage.budget.models import Entry
from maillage.kit import clock

pytestmark = pytest.mark.django_db


def night() -> str:
    out = StringIO()
    call_command("daily", stdout=out)
    return out.getvalue()


def test_a_night_with_nothing_to_do_says_so() -> None:
    assert night().count(" : rien") == 4


def test_silence_refuses_once() -> None:
    application = submitted(scheme())
    with clock.at(clock.now() + timedelta(days=400)):
        assert f"{application.number} : le silence vaut refus." in night()
        assert "Refus implicites : rien" in night()
    application.refresh_from_db()
    assert application.state == Application.State.LAPSED


def test_an_authorisation_about_to_lapse_is_said_and_left_to_a_decision() -> None:
    envelope = funded(1000)
    envelope.lapses_on = date.fromordinal(clock.today().toordinal() + 30)
    envelope.save()
    before = Entry.objects.count()
    assert "1\N{NARROW NO-BREAK SPACE}000\N{NO-BREAK SPACE}€" in night()
    assert Entry.objects.count() == before
