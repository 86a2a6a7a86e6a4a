"""The pages of the plan: the main thing first, the filter and its export, forms that say what is wrong."""

from __future__ import annotations

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from maillage.accounts.roles import Role
from maillage.plans.models import Indicator, Measure, Milestone, Plan
from people import person
from plans.plan import measure, written

pytestmark = pytest.mark.django_db


@pytest.fixture
def officer() -> Client:
    written()
    client = Client()
    client.force_login(person(Role.MISSION_OFFICER))
    return client


def page(client: Client, name: str, *args: object, **query: str) -> str:
    response = client.get(reverse(name, args=args), query)
    assert response.status_code == 200
    return response.content.decode()


def test_without_a_plan_the_list_says_how_to_load_one() -> None:
    client = Client()
    client.force_login(person(Role.MISSION_OFFICER))
    assert reverse("planfile:check") in page(client, "plans:plans")


def test_the_list_names_the_plans(officer: Client) -> None:
    assert "Plan santé" in page(officer, "plans:plans")


@time_machine.travel("2024-07-15")
def test_a_plan_says_its_states_its_delays_and_its_money_first(officer: Client) -> None:
    text = page(officer, "plans:plan", Plan.objects.get().pk)
    assert "2\N{NO-BREAK SPACE}mesures : 1\N{NO-BREAK SPACE}en cours, 1\N{NO-BREAK SPACE}prévue." in text
    assert "1\N{NO-BREAK SPACE}jalon en retard." in text
    assert "1,26\N{NO-BREAK SPACE}M€ de moyens nouveaux sur 2022-2028, annoncé : près de 1 M€." in text
    assert "1\N{NO-BREAK SPACE}montant à définir, hors de ces totaux : campus." in text


def test_a_filter_shows_and_exports_the_same_measures(officer: Client) -> None:
    pk = Plan.objects.get().pk
    text = page(officer, "plans:plan", pk, status="planned")
    assert "Installer des cabines" in text
    assert "Verser des bourses" not in text
    answer = officer.get(reverse("plans:export", args=[pk, "csv"]), {"status": "planned"})
    exported = answer.content.decode("utf-8-sig")
    assert "Installer des cabines" in exported
    assert "Verser des bourses" not in exported


def test_an_unknown_amount_leaves_its_cell_empty(officer: Client) -> None:
    measure().money.exclude(amount=None).delete()
    answer = officer.get(reverse("plans:export", args=[Plan.objects.get().pk, "csv"]))
    line = next(line for line in answer.content.decode("utf-8-sig").splitlines() if "bourses" in line)
    assert ";;;;;1;" in line


@pytest.mark.parametrize("fmt", ["xlsx", "ods"])
def test_spreadsheets_are_served(officer: Client, fmt: str) -> None:
    assert officer.get(reverse("plans:export", args=[Plan.objects.get().pk, fmt])).status_code == 200


def test_a_measure_shows_its_parts(officer: Client) -> None:
    text = page(officer, "plans:measure", measure().pk)
    for part in ("Service santé", "à définir", "Ouverture", "Bourses versées", "Sous la cible", "A-1"):
        assert part in text


def test_a_longer_plan_asks_no_more_queries(
    officer: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    axis = measure().axis
    for rank in range(30):
        Measure.objects.create(axis=axis, key=f"m-{rank}", title=f"Mesure {rank}", position=rank + 2)
    with django_assert_max_num_queries(25):
        page(officer, "plans:plan", axis.plan.pk)


def test_a_form_saves_and_comes_back(officer: Client) -> None:
    row = measure()
    answer = officer.post(reverse("plans:status", args=[row.pk]), {"status": "done", "reason": ""})
    assert answer.headers["Location"] == reverse("plans:measure", args=[row.pk])
    assert measure().status == "done"
    officer.post(reverse("plans:owner", args=[row.pk]), {"owner": "", "owner_name": "Une agence"})
    assert measure().owner_name == "Une agence"
    milestone = Milestone.objects.get()
    officer.post(reverse("plans:milestone", args=[milestone.pk]), {"on": "2024-05-01"})
    assert Milestone.objects.get().reached_on is not None
    officer.post(reverse("plans:milestone", args=[milestone.pk]), {})
    assert Milestone.objects.get().reached_on is None
    reading = {"indicator": Indicator.objects.get().pk, "on": "2024-05-01", "value": "21"}
    officer.post(reverse("plans:reading", args=[row.pk]), reading)
    assert Indicator.objects.get().readings.count() == 2
    plan = Plan.objects.get()
    officer.post(reverse("plans:new_decision", args=[plan.pk]), {"title": "Revue", "taken_on": "2024-05-01"})
    assert plan.decisions.filter(title="Revue").exists()


def test_a_refusal_is_said_beside_the_form(officer: Client) -> None:
    answer = officer.post(reverse("plans:status", args=[measure().pk]), {"status": "abandoned", "reason": ""})
    assert answer.status_code == 200
    assert "Dites pourquoi" in answer.content.decode()


def test_who_only_reads_is_offered_no_form() -> None:
    written()
    client = Client()
    client.force_login(person(Role.ELECTED_MEMBER))
    assert reverse("plans:status", args=[measure().pk]) not in page(client, "plans:measure", measure().pk)


def test_a_milestone_of_a_stopped_measure_is_neither_late_nor_to_come(officer: Client) -> None:
    Measure.objects.filter(key="bourses").update(status="abandoned", status_reason="Sans suite.")
    text = page(officer, "plans:measure", measure().pk)
    assert "Non atteint" in text
    assert "À venir" not in text


@time_machine.travel("2024-07-15")
def test_late_measures_can_be_singled_out(officer: Client) -> None:
    text = page(officer, "plans:plan", Plan.objects.get().pk, milestones="late")
    assert "Verser des bourses" in text
    assert "Installer des cabines" not in text
