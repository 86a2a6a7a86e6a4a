"""What a mission officer does: walks into the demo, sends a file, follows the work, reads the report."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from country import PLACES, write_areas, write_communes
from maillage.accounts.models import User
from maillage.accounts.roles import Role
from maillage.jobs.models import Job
from people import authority, person

pytestmark = pytest.mark.browser


def test_a_mission_officer_walks_into_the_demo_and_loads_a_file(
    site: str, page: Page, tmp_path: Path
) -> None:
    authority("20", is_demo=True)
    write_areas(tmp_path)
    write_communes(tmp_path)
    page.goto(site)
    page.get_by_role("button", name="Chargé de mission").click()
    expect(page.locator("h1")).to_have_text("Ma journée")
    page.get_by_role("link", name="Administration", exact=True).click()
    page.get_by_role("link", name="Charger des fichiers").click()
    page.get_by_label("Fichiers officiels").set_input_files(sorted(tmp_path.iterdir()))
    page.get_by_role("button", name="Envoyer et charger").click()
    expect(page.locator(".job")).to_contain_text("Terminé")
    page.get_by_role("link", name="Données", exact=True).click()
    page.locator("table.data tbody th a").first.click()
    expect(page.locator(".page-lead")).to_contain_text("Réussi")
    expect(page.locator("main")).to_contain_text("communes.json")
    expect(page.locator("main")).to_contain_text(f"{len(PLACES)} lignes")


def test_the_page_of_a_job_says_by_itself_that_it_is_done(
    site: str, page: Page, sign_in: Callable[[User], None]
) -> None:
    owner = person(Role.ANALYST)
    job = Job.objects.create(kind="essai", owner=owner, state=Job.State.RUNNING, progress=42, attempts=1)
    sign_in(owner)
    page.goto(f"{site}{reverse('office:job', args=[job.pk])}")
    expect(page.locator("progress")).to_have_attribute("value", "42")
    Job.objects.update(state=Job.State.DONE)
    expect(page.locator(".job")).to_contain_text("Terminé")
    expect(page.locator("progress")).to_have_count(0)


def test_a_form_refused_takes_the_reader_to_what_is_wrong(site: str, page: Page) -> None:
    page.goto(f"{site}{reverse('accounts:sign_in')}")
    page.get_by_role("button", name="Se connecter").click()
    summary = page.get_by_role("alert")
    expect(summary).to_be_focused()
    assert page.title().startswith("Erreur – ")
    summary.get_by_role("link").first.click()
    expect(page.get_by_role("textbox").first).to_be_focused()
