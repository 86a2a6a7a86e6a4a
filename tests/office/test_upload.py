"""Official files sent through the browser."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from maillage.accounts.roles import Role
from maillage.intake.models import ImportRun
from maillage.jobs.models import Job
from maillage.territories.models import Commune
from people import authority, person

pytestmark = pytest.mark.django_db

COMMUNES = [
    {
        "nom": "Valfleury-le-Pont",
        "code": "20001",
        "codeDepartement": "20",
        "codeRegion": "20",
        "population": 812,
        "centre": {"type": "Point", "coordinates": [-8.0, 46.0]},
        "codesPostaux": ["00100"],
        "surface": 900.0,
    }
]


def send(client: Client, content: bytes) -> Any:
    file = SimpleUploadedFile("communes.json", content)
    return client.post(reverse("office:upload"), {"uploads": [file]})


def signed_in(role: Role) -> Client:
    client = Client()
    client.force_login(person(role, authority("20")))
    return client


def test_an_uploaded_file_is_loaded_by_a_job_and_told_in_a_report() -> None:
    answer = send(signed_in(Role.MISSION_OFFICER), json.dumps(COMMUNES).encode())
    job = Job.objects.get()
    assert answer.url == reverse("office:job", args=[job.pk])
    assert job.state == Job.State.DONE, job.error
    assert Commune.objects.filter(code="20001").exists()
    assert ImportRun.objects.get().succeeded


def test_a_broken_file_changes_nothing_and_says_why() -> None:
    send(signed_in(Role.MISSION_OFFICER), json.dumps(COMMUNES).encode()[:-30])
    job = Job.objects.get()
    assert job.state == Job.State.FAILED
    assert "Rien n'a été changé" in job.error
    assert not Commune.objects.exists()


def test_nothing_sent_is_asked_again() -> None:
    answer = signed_in(Role.MISSION_OFFICER).post(reverse("office:upload"), {})
    assert answer.status_code == 200
    assert not Job.objects.exists()


def test_a_load_that_breaks_forgets_the_files_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("maillage.intake.jobs.load", None)
    send(signed_in(Role.MISSION_OFFICER), json.dumps(COMMUNES).encode())
    job = Job.objects.get()
    assert job.state == Job.State.FAILED
    assert not Path(job.arguments["folder"]).exists()
