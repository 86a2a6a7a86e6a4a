from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from maillage.accounts.roles import Role
from maillage.territories.models import Commune, Departement, Region
from people import authority, person

pytestmark = pytest.mark.django_db


def home(client: Client, **query: str) -> str:
    return client.get(reverse("portal:home"), query).content.decode()


def test_an_empty_installation_says_how_to_begin(client: Client) -> None:
    shown = home(client)
    assert "maillage demo" in shown
    assert "maillage load" in shown


def test_the_home_page_leads_to_every_followed_territory(client: Client) -> None:
    for code in ("20", "01"):
        here = authority(code)
        assert reverse("diagnosis:map", args=[here.territory]) in home(client)


def test_a_commune_is_found_by_its_name_without_accents(client: Client) -> None:
    departement = Departement.objects.create(
        code="20", name="Département fictif", region=Region.objects.create(code="20", name="Région fictive")
    )
    Commune.objects.create(
        code="20001", name="Évre-le-Bois", search_name="evre le bois", departement=departement, population=10
    )
    shown = home(client, q="evre")
    assert "1 territoire pour" in shown
    assert reverse("diagnosis:map", args=["commune:20001"]) in shown
    assert "Vérifiez" in home(client, q="inconnue")


def test_the_demo_offers_every_role_to_visitors_and_none_outside_the_demo(
    client: Client, settings: Any
) -> None:
    authority(is_demo=True)
    settings.DEMO = True
    assert all(f'value="{role}"' in home(client) for role in Role)
    settings.DEMO = False
    assert reverse("accounts:enter_demo") not in home(client)


def test_the_demo_buttons_are_gone_once_one_has_entered(client: Client, settings: Any) -> None:
    settings.DEMO = True
    client.force_login(person(Role.HOST, authority(is_demo=True)))
    assert reverse("accounts:enter_demo") not in home(client)


def test_the_home_page_asks_no_more_queries_with_more_authorities(
    client: Client, django_assert_max_num_queries: Any
) -> None:
    for rank in range(20):
        authority(f"0{rank}")
    with django_assert_max_num_queries(5):
        home(client)


def test_the_accessibility_page_states_the_conformity(client: Client) -> None:
    shown = client.get(reverse("portal:accessibility")).content.decode()
    assert "<strong>pas conforme</strong>" in shown
    assert "Défenseur des droits" in shown
