"""« Mes demandes », from the account to the follow-up."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from applying import applicant, call, draft, scheme, submitted
from maillage.accounts.models import User
from maillage.accounts.roles import Role
from maillage.applications.actions.registration import confirmation_token
from maillage.applications.models import Application, ConfirmedEmail
from maillage.kit import clock
from people import authority
from screens.screen import Screen


def mine(name: str, arguments: Callable[[], list[Any]] = list, **options: Any) -> Screen:
    return Screen(f"applications:{name}", arguments, role=Role.APPLICANT, **options)


def owner() -> User:
    user = User.objects.get(full_name=Role.APPLICANT.label)
    ConfirmedEmail.objects.update_or_create(user=user, defaults={"email": user.email})
    return user


def begun() -> Application:
    row = draft(scheme(), by=owner())
    row.declared_aids.create(funder="Région fictive", label="Bourse", amount=3000)
    return row


def filed() -> Application:
    row = submitted(scheme(), by=owner())
    row.messages.create(author=None, text="Bonjour, nous avons une question.")
    return row


def step(key: str) -> Callable[[], list[Any]]:
    return lambda: [begun().pk, key]


def asked_again() -> list[Any]:
    row = filed()
    row.corrections.create(
        fields=["year_of_study"],
        requirements=["letter"],
        message="Précisez votre année d'études.",
        due_on=clock.today() + timedelta(days=20),
    )
    return [row.pk]


def offered() -> list[Any]:
    made = scheme()
    call(made)
    call(made, opens=timedelta(days=10), closes=timedelta(days=40))
    return [made.authority.slug, made.key]


def several() -> list[Any]:
    begun(), asked_again()
    return []


SCREENS = {
    "opening an applicant's account": Screen(
        "applications:register", lambda: [authority().slug], button="Créer mon compte"
    ),
    "confirming an address": Screen(
        "applications:confirm_email", lambda: [confirmation_token(applicant(confirmed=False))]
    ),
    "beginning, as a visitor": Screen("applications:start", offered),
    "beginning an application": mine("start", offered),
    "no application yet": mine("mine"),
    "one's applications": mine("mine", several),
    "form, identity": mine("step", step("identite")),
    "form, other aids": mine("step", step("aides")),
    "form, documents": mine("step", step("pieces")),
    "form, recap": mine("step", step("recapitulatif")),
    "form, submitted without swearing": mine("step", step("recapitulatif"), button="Déposer ma demande"),
    "deposit receipt": mine("receipt", lambda: [filed().pk]),
    "application followed": mine("application", lambda: [filed().pk]),
    "correction asked": mine("correction", asked_again),
    "withdrawing": mine("withdraw", lambda: [filed().pk]),
}
NOT_PAGES = {
    "applications:attach",
    "applications:declare_aid",
    "applications:discard",
    "applications:message",
    "applications:remove_aid",
    "applications:remove_document",
    "applications:send_confirmation",
    "applications:submit",
    "applications:own_document",
}
