"""Pages of the laboratory, walked as people do."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from labs import change, scenario
from maillage.accounts.roles import Role
from maillage.lab.models import Scenario
from people import person

pytestmark = pytest.mark.django_db


@pytest.fixture
def officer(client: Client) -> Client:
    client.force_login(person(Role.MISSION_OFFICER))
    return client


def test_a_list_asks_no_query_per_scenario(officer: Client, django_assert_max_num_queries: Any) -> None:
    for rank in range(3):
        change(scenario(f"Essai {rank}"))
    officer.get(reverse("lab:scenarios"))
    for rank in range(3, 9):
        change(scenario(f"Essai {rank}"))
    with django_assert_max_num_queries(9):
        shown = officer.get(reverse("lab:scenarios")).content.decode()
    assert shown.count("habitants au-dessus du seuil de 2,5") == 9


def test_a_click_on_the_map_fills_the_form_and_adding_answers(officer: Client) -> None:
    one = scenario()
    page = reverse("lab:scenario", args=[one.pk])
    shown = officer.get(page).content.decode()
    assert f'href="{page}?commune=00004#changer"' in shown
    assert 'value="00004"' in officer.get(f"{page}?commune=00004").content.decode()
    asked = {"kind": "arrival", "commune": "Commune 4", "quantity": "1,5", "starts_on": "2027-01-01"}
    answer = officer.post(reverse("lab:add", args=[one.pk]), asked, follow=True)
    assert "3 700" in answer.content.decode().replace("\N{NARROW NO-BREAK SPACE}", " ")
    assert one.changes.get().commune == "00004"


def test_a_place_is_moved_in_two_clicks(officer: Client) -> None:
    moved = change()
    page = reverse("lab:scenario", args=[moved.scenario_id])
    asked = officer.get(f"{page}?deplacer={moved.pk}&commune=00002").content.decode()
    assert "Déplacer ici" in asked
    officer.post(reverse("lab:move", args=[moved.pk]), {"commune": "00002"})
    moved.refresh_from_db()
    assert moved.commune == "00002"


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"commune": "Nulle-Part"}, "Aucune commune de ce nom"),
        ({"quantity": ""}, "Donnez la quantité (praticiens)"),
        ({"quantity": "beaucoup"}, "Écrivez un nombre"),
        ({"starts_on": ""}, "À partir du"),
        ({"kind": "departure", "commune": "00002"}, "personne ne peut en partir"),
    ],
)
def test_what_is_wrong_is_said_beside_the_form_and_nothing_is_added(
    officer: Client, typed: dict[str, str], sentence: str
) -> None:
    one = scenario()
    asked = {"kind": "arrival", "commune": "00004", "quantity": "1", "starts_on": "2027-01-01"}
    shown = officer.post(reverse("lab:add", args=[one.pk]), asked | typed).content.decode()
    assert sentence in shown.replace("&#x27;", "'")
    assert not one.changes.exists()


def test_a_scenario_is_given_as_a_document_and_a_table(officer: Client) -> None:
    one = change().scenario
    pdf = officer.get(reverse("lab:scenario_pdf", args=[one.pk]))
    assert pdf.content.startswith(b"%PDF-")
    table = officer.get(reverse("lab:export", args=[one.pk, "csv"])).content.decode()
    assert table.count("\n") == 6
    assert "estimé" in table


def test_assumptions_are_changed_and_shown_as_such(officer: Client) -> None:
    one = change(kind="booth").scenario
    page = reverse("lab:assumptions", args=[one.pk])
    shown = officer.get(page).content.decode()
    assert "Une heure de cabine par semaine" in shown
    values = {"house_retention": "1", "ramp_years": "3", "salaried_activity": "0,67", "booth_hour": "0,05"}
    officer.post(page, values | {"mobile_day": "0,1741", "open_hour": "0,02"})
    assert Scenario.objects.get().assumptions == {"booth_hour": 0.05}
    assert "modifié à la main" in officer.get(reverse("lab:scenario", args=[one.pk])).content.decode()
