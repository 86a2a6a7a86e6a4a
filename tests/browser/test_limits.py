"""What nobody sees or does along the path of a bursary, unless it is their part."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pytest
from django.urls import reverse
from playwright.sync_api import Page

from binding import heard
from maillage.accounts.models import User
from maillage.accounts.roles import Role
from maillage.applications.actions import write_note
from paying import account
from people import person

pytestmark = pytest.mark.browser

NOTE = "Note interne : rappeler la faculté."
IBAN = "FR1420041010050500013M02606"


@dataclass(frozen=True)
class Glimpse:
    """A page of the path, for someone: refused to them, or shown without these words."""

    page: str
    arguments: tuple[object, ...] = ()
    without: tuple[str, ...] = ()


def test_nobody_sees_or_does_what_their_role_may_not(
    site: str, open_page: Callable[[], Page], sign_in: Callable[..., None]
) -> None:
    breach = heard()
    obligation = breach.obligation
    agreement = obligation.agreement
    application = agreement.decision.application
    bank = account(agreement.recipient, iban=IBAN, checked=False)
    officer = person(Role.CASE_OFFICER)
    write_note(application=application, text=NOTE, by=officer)
    dossier, decision = (application.pk,), (agreement.decision_id,)
    confirm = Glimpse("obligations:step_on", (obligation.pk, "confirmer", breach.pk))
    bank_details = [Glimpse("payments:accounts"), Glimpse("payments:account", (bank.pk,))]
    office = [
        Glimpse("applications:dossiers"),
        Glimpse("applications:dossier", dossier),
        Glimpse("committees:sessions"),
        Glimpse("committees:decision", decision),
        Glimpse("obligations:obligation", (obligation.pk,)),
        Glimpse("letters:letters"),
        Glimpse("budget:overview"),
        Glimpse("payments:payable"),
        confirm,
        *bank_details,
    ]
    stranger = person(Role.APPLICANT, name="Une autre étudiante")
    seen: list[tuple[User, list[Glimpse]]] = [
        (
            stranger,
            [
                *office,
                Glimpse("applications:application", dossier),
                Glimpse("agreements:agreement", (agreement.pk,)),
                Glimpse("obligations:mine", (obligation.pk,)),
            ],
        ),
        (
            application.applicant,
            [
                *office,
                Glimpse("applications:application", dossier, (NOTE, IBAN, "Instruire")),
                Glimpse("agreements:agreement", (agreement.pk,), ("Résilier", "Suspendre", "Historique")),
                Glimpse("obligations:mine", (obligation.pk,), ("Confirmer", "Simuler")),
            ],
        ),
        (
            officer,
            [
                *bank_details,
                confirm,
                Glimpse("committees:decision", decision, ("Retirer la décision", "Notifier")),
                Glimpse("obligations:obligation", (obligation.pk,), ("Confirmer le manquement",)),
                Glimpse("applications:dossier_tab", (*dossier, "paiements"), (IBAN, "Lire l’IBAN")),
            ],
        ),
        (
            person(Role.MISSION_OFFICER),
            [
                *bank_details,
                Glimpse("budget:operation", (agreement.decision.envelope_id, "autorisation")),
                Glimpse("obligations:obligation", (obligation.pk,), ("Enregistrer le titre",)),
                Glimpse("applications:dossier_tab", (*dossier, "paiements"), (IBAN, "Lire l’IBAN")),
            ],
        ),
        (
            person(Role.FINANCE_OFFICER),
            [
                confirm,
                Glimpse("committees:decisions", (), ("Enregistrer le vote", "Notifier les décisions")),
                Glimpse("payments:account", (bank.pk,), (IBAN,)),
                Glimpse("committees:decision", decision, ("Retirer la décision", "Notifier")),
                Glimpse("obligations:obligation", (obligation.pk,), ("Confirmer", "Présumer")),
                Glimpse("agreements:agreement", (agreement.pk,), ("Résilier", "Suspendre")),
                Glimpse("applications:dossier_tab", (*dossier, "instruire"), ("Confier", "irrecevable")),
            ],
        ),
    ]
    for who, glimpses in seen:
        page = open_page()
        sign_in(who, page)
        for glimpse in glimpses:
            _look(page, site, glimpse, who)


def _look(page: Page, site: str, glimpse: Glimpse, who: User) -> None:
    answer = page.goto(f"{site}{reverse(glimpse.page, args=glimpse.arguments)}")
    assert answer is not None
    if not glimpse.without:
        assert answer.status in (403, 404, 405), f"{who} opens {page.url}"
        return
    assert answer.ok, f"{who} may open {page.url}"
    for words in glimpse.without:
        assert words not in page.locator("main").inner_text(), f"{who} reads « {words} » on {page.url}"
