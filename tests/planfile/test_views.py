"""The plan file in the browser: what is loaded is what was checked."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from maillage.accounts.roles import Role
from maillage.plans.models import Plan, PlanVersion
from people import person
from planfile.sample import TEXT, edited

pytestmark = pytest.mark.django_db

CHECK, LOAD = "/plans/fichier/", "/plans/fichier/charger/"


@pytest.fixture
def officer() -> Client:
    client = Client()
    client.force_login(person(Role.MISSION_OFFICER))
    return client


def handed(client: Client, content: bytes) -> str:
    answer = client.post(CHECK, {"upload": SimpleUploadedFile("plan.toml", content)})
    assert answer.status_code == 200
    return answer.content.decode()


def test_a_file_without_error_may_be_loaded(officer: Client) -> None:
    assert "Charger ce plan" in handed(officer, TEXT.encode())


def test_a_broken_file_says_line_and_field_and_cannot_be_loaded(officer: Client) -> None:
    page = handed(officer, edited('kind = "new"', 'kind = "neuf"').encode())
    assert "axes[0].measures[0].money[0].kind" in page
    assert "Charger ce plan" not in page


@pytest.mark.parametrize(
    ("content", "said"),
    [(b"\xff\xfe\x00", "UTF-8"), (b"#" * 2_000_001, "2 Mo au plus")],
    ids=["not text", "too big"],
)
def test_what_is_no_plan_file_is_said_beside_the_form(officer: Client, content: bytes, said: str) -> None:
    assert said in handed(officer, content)


def test_one_file_is_chosen_not_two_nor_none(officer: Client) -> None:
    both = {"upload": SimpleUploadedFile("plan.toml", TEXT.encode()), "shipped": "seine-et-marne"}
    for posted in ({}, both):
        assert "Choisissez un fichier" in officer.post(CHECK, posted).content.decode()


def test_loading_twice_changes_nothing_whatever_the_browser_does_to_the_ends_of_lines(
    officer: Client,
) -> None:
    for text in (TEXT, TEXT.replace("\n", "\r\n")):
        answer = officer.post(LOAD, {"text": text})
        assert answer.headers["Location"] == reverse("plans:plan", args=[Plan.objects.get().pk])
    assert PlanVersion.objects.get().source == TEXT


def test_a_broken_text_is_refused_and_nothing_is_loaded(officer: Client) -> None:
    page = officer.post(LOAD, {"text": "[plan"}, follow=True).content.decode()
    assert "contient des erreurs" in page
    assert not Plan.objects.exists()


def test_the_file_given_back_loads_as_nothing_new() -> None:
    client = Client()
    client.force_login(person(Role.ADMINISTRATOR))
    client.post(LOAD, {"text": TEXT})
    answer = client.get(reverse("planfile:export", args=[Plan.objects.get().pk]))
    assert answer.headers["Content-Disposition"] == 'attachment; filename="plan-sante.toml"'
    client.post(LOAD, {"text": answer.content.decode()})
    assert all(not version.changes for version in PlanVersion.objects.filter(number__gt=1))
