"""The pages of a search for places: asked, read, taken away, made a scenario."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from labs import siting, snapshot
from maillage.accounts.roles import Role
from maillage.jobs.models import Job
from maillage.jobs.running import Cancelled, Progress
from maillage.kit.text import percent
from maillage.lab import jobs
from maillage.lab.models import Result, Scenario
from maillage.lab.pages import siting as pages
from maillage.lab.siting import Opening, SitingRequest
from people import authority, person

pytestmark = pytest.mark.django_db


@pytest.fixture
def client() -> Client:
    client = Client()
    client.force_login(person(Role.MISSION_OFFICER))
    return client


def answer(**values: Any) -> dict[str, Any]:
    """The form as the browser sends it."""
    typed = {
        "model": "mclp",
        "kind": "booth",
        "quantity": "20",
        "p": "2",
        "minutes": "6",
        "snapshot": str(snapshot().pk),
        "demand": "population",
        "time_limit": "60",
    }
    return typed | values


def text(response: Any) -> str:
    return str(response.content.decode()).replace("\N{NO-BREAK SPACE}", " ").replace("&nbsp;", " ")


def test_a_search_is_asked_done_and_read(client: Client) -> None:
    response = client.post(reverse("lab:site"), answer(kept="Commune 1", cost="35 000", budget="70 000"))
    assert response["Location"] == reverse("lab:results")
    result = Result.objects.get()
    assert result.request["kept"] == ["00001"]
    assert Job.objects.get().result == {"result": result.pk, "url": reverse("lab:result", args=[result.pk])}
    page = text(client.get(reverse("lab:result", args=[result.pk])))
    assert "Avec 2 lieux et 1 lieu gardé" in page
    assert "aucun autre choix ne fait mieux" in page
    assert "Cabine de téléconsultation" in page
    assert "supposé" in page
    assert "Empreinte des données" in page


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"p": "9"}, "5 candidats seulement"),
        ({"excluded": "Commune inconnue"}, "Aucune commune de ce nom"),
        ({"minutes": ""}, "demande un temps de trajet"),
        ({"model": "p-median", "p": ""}, "nombre de lieux à ouvrir ou un budget"),
        ({"kind_2": "arrival"}, "Donnez la quantité de cette mesure"),
        ({"quantity": "-2"}, "supérieur à zéro"),
    ],
)
def test_what_cannot_be_asked_is_an_error_of_the_form(
    client: Client, values: dict[str, str], sentence: str
) -> None:
    response = client.post(reverse("lab:site"), answer(**values))
    assert sentence in text(response).replace("&#x27;", "'")
    assert not Job.objects.exists()


def test_a_search_that_fails_is_told_and_keeps_nothing(client: Client) -> None:
    client.post(reverse("lab:site"), answer(model="shortfall", threshold="0,5"))
    assert "Personne n'est sous le seuil" in Job.objects.get().error
    assert not Result.objects.exists()


def test_a_search_that_is_stopped_keeps_nothing() -> None:
    class Stopped(Progress):
        def __call__(self, fraction: float, step: str = "") -> None:
            raise Cancelled

    snapshot()
    request = SitingRequest("departement:00", "lifted", p=2).as_document()
    by = person(Role.ANALYST)
    with pytest.raises(Cancelled):
        jobs.lab_site(Stopped(Job()), authority=authority().pk, by=by.pk, request=request)
    assert not Result.objects.exists()


def test_measures_are_composed_for_a_budget(client: Client) -> None:
    more = {"kind_2": "health_centre", "quantity_2": "1", "cost_2": "60 000"}
    client.post(reverse("lab:site"), answer(model="mix", p="", cost="30 000", budget="95 000", **more))
    outcome = Result.objects.get().outcome
    assert sum(place["cost"] for place in outcome["places"]) <= 95_000
    assert len(outcome["request"]["opened"]) == 2


def test_places_are_taken_away_as_a_table_and_as_a_document(client: Client) -> None:
    pk = siting(opened=(Opening("booth", 20.0, 35_000.0),)).pk
    table = client.get(reverse("lab:result_export", args=[pk, "csv"])).content.decode()
    assert table.count("Cabine de téléconsultation") == 2
    for fmt in ("xlsx", "ods"):
        assert client.get(reverse("lab:result_export", args=[pk, fmt])).status_code == 200
    assert client.get(reverse("lab:result_pdf", args=[pk])).content.startswith(b"%PDF")


def test_the_document_says_the_places_their_proof_and_what_it_stands_on() -> None:
    written = str(pages.act(siting(opened=(Opening("booth", 20.0, 35_000.0),))).blocks)
    for expected in (
        "Commune 4",
        "aucun autre choix ne fait mieux",
        "supposé",
        "APL fictive",
        "ligne droite",
    ):
        assert expected in written


def test_a_search_without_an_answer_names_who_cannot_be_reached(client: Client) -> None:
    pk = siting(model="lscp", p=None, excluded=("00004", "00005")).pk
    page = text(client.get(reverse("lab:result", args=[pk])))
    assert "Commune 4" in page
    assert "En faire un scénario" not in page
    assert client.get(reverse("lab:result_pdf", args=[pk])).status_code == 200


def test_a_result_becomes_a_scenario_once_by_title(client: Client) -> None:
    address = reverse("lab:site_scenario", args=[siting().pk])
    made = client.post(address, {"title": "Deux installations"})
    assert made["Location"] == reverse("lab:scenario", args=[Scenario.objects.get().pk])
    again = client.post(address, {"title": "Deux installations"}, follow=True)
    assert "déjà ce titre" in text(again)
    assert "Ce champ est obligatoire" in text(client.post(address, {"title": ""}, follow=True))
    assert Scenario.objects.count() == 1


def test_two_goals_are_weighed_drawn_and_taken_away(client: Client) -> None:
    client.post(reverse("lab:site"), answer(model="front", kind="arrival", quantity="1"))
    result = Result.objects.get()
    assert result.kind == "front"
    shown = text(client.get(reverse("lab:result", args=[result.pk])))
    filled, whole = max(one["shortfall"] for one in result.outcome["front"]), result.outcome["wholes"][0]
    assert f"D&#x27;un côté, {percent(filled / whole)} du manque d&#x27;accès est comblé" in shown
    assert "<svg" in shown
    assert "Commune 5" in shown or "Commune 4" in shown
    assert client.get(reverse("lab:result_pdf", args=[result.pk])).content.startswith(b"%PDF-")
    table = text(client.get(reverse("lab:result_export", args=[result.pk, "csv"])))
    assert table.count("\n") == len(result.outcome["front"]) + 1


def test_a_front_keeps_no_place_and_says_so(client: Client) -> None:
    shown = text(client.post(reverse("lab:site"), answer(model="front", kept="Commune 1")))
    assert "Un front ne garde pas de lieu" in shown
    assert not Job.objects.exists()
