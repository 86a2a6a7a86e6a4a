"""What someone who applies does, and what a draft that saves itself says when it cannot."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from acting import Actor
from applying import STUDENT, applicant, draft, scheme
from maillage.accounts.models import User
from maillage.applications.models import Application

pytestmark = pytest.mark.browser


def test_a_student_applies_from_the_public_page_to_the_receipt(site: str, page: Page, paper: Path) -> None:
    made = scheme()
    made.authority.is_demo = True
    made.authority.save()
    student = Actor(page, site)
    student.opens("applications:start", made.authority.slug, made.key)
    student.opens_an_account("Camille Exemple", "camille@exemple.invalid")
    student.presses("Commencer ma demande")
    student.fills("Prénom", STUDENT["first_name"])
    student.fills("Nom", STUDENT["last_name"])
    student.fills("Adresse postale", STUDENT["address"])
    student.presses("Enregistrer et continuer")
    student.fills("Année d'études", "5")
    student.presses("Enregistrer et continuer")
    student.follows("Continuer")
    student.hands_in("Joindre : Certificat de scolarité", paper)
    student.presses("Joindre : Certificat de scolarité")
    student.reads("certificat.pdf")
    student.follows("Continuer")
    student.ticks_all()
    student.presses("Déposer ma demande")
    student.is_at("Votre demande est déposée")
    student.reads(Application.objects.get().number)


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
