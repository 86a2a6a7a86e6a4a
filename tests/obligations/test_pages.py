"""The pages of the obligations: each opens, says its figure first, and does what its button says."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from binding import RPPS, again, heard, obligation, ordered, register, running
from maillage.accounts.roles import Role
from maillage.obligations import actions
from maillage.obligations.models import PracticeObligation
from people import person

pytestmark = pytest.mark.django_db


def signed_in(role: Role = Role.ADMINISTRATOR) -> Client:
    client = Client()
    client.force_login(person(role))
    return client


def text(client: Client, name: str, *arguments: object, query: str = "") -> str:
    answer = client.get(f"{reverse(f'obligations:{name}', args=arguments)}{query}")
    assert answer.status_code == 200
    return answer.content.decode()


def test_the_list_shows_what_is_due_and_exports_it() -> None:
    running()
    register([(RPPS, "2A001")])
    actions.monitor()
    client = signed_in(Role.CASE_OFFICER)
    for tab in ("echeances", "attestations", "a-verifier", "constats", "manquements", "tous"):
        assert "Engagements d’exercice" in text(client, "obligations", query=f"?onglet={tab}")
    assert "Aubeterre" in text(client, "obligations", query="?onglet=constats")
    assert "10000000001" in text(client, "export", "csv", query="?onglet=constats")


def test_one_obligation_shows_its_clock_in_words_and_its_next_thing_to_do() -> None:
    bound = running()
    register([(RPPS, "2A001")])
    actions.monitor()
    page = text(signed_in(), "obligation", bound.pk)
    assert "sur\N{NO-BREAK SPACE}36" in page
    assert "<svg" in page
    assert "A quitté le territoire" in page
    assert "Expliquer le constat" in page


def test_a_breach_is_simulated_line_by_line() -> None:
    bound = running()
    page = text(signed_in(), "simulation", bound.pk, query="?on=2025-04-01")
    assert "14\N{NO-BREAK SPACE}mois accomplis" in page
    assert "version 1" in page


def test_a_step_is_done_from_its_page_and_a_refusal_stays_beside_the_form() -> None:
    bound, client = obligation(), signed_in(Role.CASE_OFFICER)
    address = reverse("obligations:step", args=[bound.pk, "debut"])
    refused = client.post(address, {"on": "2024-01-01", "commune": "00001"})
    assert "après la signature" in refused.content.decode()
    assert client.post(address, {"on": "2024-02-01", "commune": "00001"}).status_code == 302
    assert again(bound).state == PracticeObligation.State.RUNNING
    assert client.get(reverse("obligations:step", args=[bound.pk, "inconnue"])).status_code == 404
    assert signed_in(Role.FINANCE_OFFICER).get(address).status_code == 403


def test_the_recipient_sees_their_own_page_and_answers() -> None:
    breach = heard()
    recipient = breach.obligation.agreement.recipient.user
    assert recipient is not None
    client = Client()
    client.force_login(recipient)
    page = text(client, "mine", breach.obligation_id)
    assert "Vos observations sont reçues" in page
    address = reverse("obligations:my_step_on", args=[breach.obligation_id, "observations", breach.pk])
    assert client.post(address, {"text": "Un mot de plus."}).status_code == 302
    other = reverse("obligations:my_step", args=[breach.obligation_id, "cessation"])
    assert client.get(other).status_code == 404
    assert signed_in(Role.APPLICANT).get(reverse("obligations:mine", args=[1])).status_code == 404


def test_the_sums_to_recover_are_followed() -> None:
    clawback, client = ordered(), signed_in(Role.FINANCE_OFFICER)
    assert "T-2026-7" in text(client, "clawbacks")
    assert "7333" in text(client, "clawbacks_export", "csv")
    page = text(client, "obligation", clawback.breach.obligation_id)
    assert "Enregistrer un encaissement" in page
    first = clawback.instalments.order_by("number")[0]
    address = reverse("obligations:step_on", args=[clawback.breach.obligation_id, "encaisser", first.pk])
    assert client.post(address, {"on": first.due_on.isoformat()}).status_code == 302
    first.refresh_from_db()
    assert first.paid_on is not None
