"""What someone who applies does, and what a draft that saves itself says when it cannot."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

import specimens
from applying import STUDENT, applicant, draft, scheme
from maillage.accounts.models import User
from maillage.applications.models import Application
from people import PASSWORD

pytestmark = pytest.mark.browser


def test_a_student_applies_from_the_public_page_to_the_receipt(site: str, page: Page, tmp_path: Path) -> None:
    made = scheme()
    made.authority.is_demo = True
    made.authority.save()
    certificate = tmp_path / "certificat.pdf"
    certificate.write_bytes(specimens.pdf())
    page.goto(f"{site}{reverse('applications:start', args=[made.authority.slug, made.key])}")
    page.get_by_role("link", name="Créer mon compte").click()
    page.get_by_label("Prénom et nom").fill("Camille Exemple")
    page.get_by_label("Adresse électronique").fill("camille@exemple.invalid")
    page.get_by_label("Mot de passe").fill(PASSWORD)
    page.get_by_role("button", name="Créer mon compte").click()
    page.get_by_label("Adresse électronique").fill("camille@exemple.invalid")
    page.get_by_label("Mot de passe").fill(PASSWORD)
    page.get_by_role("button", name="Se connecter").click()
    page.get_by_role("button", name="Commencer ma demande").click()
    page.locator("#id_first_name").fill(STUDENT["first_name"])
    page.locator("#id_last_name").fill(STUDENT["last_name"])
    page.get_by_label("Adresse postale").fill(STUDENT["address"])
    page.get_by_role("button", name="Enregistrer et continuer").click()
    page.get_by_label("Année d'études").fill("5")
    page.get_by_role("button", name="Enregistrer et continuer").click()
    page.get_by_role("link", name="Continuer").click()
    page.get_by_label("Joindre : Certificat de scolarité").set_input_files(certificate)
    page.locator("button", has_text="Joindre : Certificat de scolarité").click()
    expect(page.locator("main")).to_contain_text("certificat.pdf")
    page.get_by_role("link", name="Continuer").click()
    for box in page.get_by_role("checkbox").all():
        box.check()
    page.get_by_role("button", name="Déposer ma demande").click()
    expect(page.locator("h1")).to_have_text("Votre demande est déposée")
    expect(page.locator("main")).to_contain_text(Application.objects.get().number)


def test_a_draft_saves_itself_as_one_leaves_a_field(
    site: str, page: Page, sign_in: Callable[[User], None]
) -> None:
    begun = draft(by=(who := applicant()))
    sign_in(who)
    page.goto(f"{site}{reverse('applications:step', args=[begun.pk, 'identite'])}")
    with page.expect_response(lambda answer: answer.request.method == "POST"):
        page.locator("#id_last_name").fill("Dupré")
        page.locator("#id_first_name").focus()
    expect(page.locator("#enregistrement")).to_contain_text("Enregistré à")
    begun.refresh_from_db()
    assert begun.answers["last_name"] == "Dupré"


def test_a_draft_that_cannot_save_itself_says_so_and_takes_the_focus(
    site: str, page: Page, sign_in: Callable[[User], None]
) -> None:
    begun = draft(by=(who := applicant()))
    sign_in(who)
    # A page of its own: what htmx writes to the console when an answer fails is expected here.
    cut_off = page.context.new_page()
    cut_off.goto(f"{site}{reverse('applications:step', args=[begun.pk, 'identite'])}")
    cut_off.route("**/formulaire/**", lambda route: route.fulfill(status=503, body=""))
    cut_off.locator("#id_last_name").fill("Dupré")
    cut_off.locator("#id_first_name").focus()
    alert = cut_off.get_by_role("alert")
    expect(alert).to_contain_text("L’enregistrement automatique a échoué")
    expect(alert).to_be_focused()
