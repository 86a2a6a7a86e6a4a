"""The pages: each screen of the room answers; what is pressed is done."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from agreeing import granted, prepared, signed
from maillage.accounts.roles import Role
from maillage.agreements import day, history
from maillage.agreements.models import Agreement, Amendment
from maillage.agreements.sections import render
from maillage.applications.models import Recipient
from people import authority, person
from screens.agreements import SCREENS

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("name", SCREENS)
def test_every_screen_answers(name: str, client: Client) -> None:
    screen = SCREENS[name]
    arguments = screen.arguments()
    client.force_login(screen.who() if screen.who else person(Role.CASE_OFFICER))
    answer = client.get(reverse(screen.name, args=arguments))
    assert answer.status_code == screen.status


def test_an_agreement_is_prepared_then_sent_from_its_page(client: Client) -> None:
    decision = granted()
    client.force_login(person(Role.CASE_OFFICER))
    client.post(reverse("agreements:prepare", args=[decision.pk]), {"signatory": "le Président"})
    agreement = Agreement.objects.get()
    client.post(reverse("agreements:operation", args=[agreement.pk, "envoyer"]))
    agreement.refresh_from_db()
    assert agreement.state == Agreement.State.SENT


def test_an_amendment_is_prepared_from_its_form(client: Client) -> None:
    agreement = signed()
    client.force_login(person(Role.CASE_OFFICER))
    given = {"count": 12, "first_on": "2027-01-15", "every_months": 2, "reason": "Accord des parties."}
    client.post(reverse("agreements:amendment_new", args=[agreement.pk, "schedule"]), given)
    lines = Amendment.objects.get().after["lines"]
    assert [lines[0]["amount"], lines[1]["due_on"], len(lines)] == ["1000.00", "2027-03-15", 12]


def test_the_section_and_the_day_say_what_is_next() -> None:
    officer = person(Role.CASE_OFFICER)
    decision = granted()
    assert "Préparer la convention" in render(decision.application, officer)
    assert render(decision.application, decision.application.applicant) == ""
    assert [matter.action for matter in day.matters(officer, authority())] == ["Préparer"]


def test_a_signed_agreement_counts_wherever_the_same_person_asks() -> None:
    agreement = signed()
    Recipient.objects.filter(pk=agreement.recipient_id).update(rpps="10009999999")
    elsewhere = Recipient.objects.create(
        authority=authority("01"), kind="student", name="Exemple", search_name="exemple", rpps="10009999999"
    )
    (aid,) = history.signed_aids(elsewhere)
    assert (aid.amount, aid.signed_on) == (agreement.amount, agreement.signed_on)
    assert not list(history.signed_aids(prepared().recipient))
