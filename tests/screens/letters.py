"""The letters, as the office and a recipient see them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from act_examples import AGREEMENT, LETTER
from maillage.accounts.models import User
from maillage.accounts.roles import Role
from maillage.acts.document import Act
from maillage.letters.actions import draft, send
from maillage.letters.models import Letter
from people import authority, person
from screens.screen import Screen


def written(act: Act = LETTER, **options: Any) -> Letter:
    common = {"authority": authority(), "kind": "agreement", "by": None, "recipient_name": "Noëlle Cœur"}
    return draft(act=act, **(common | options))  # type: ignore[arg-type]


def one(act: Act, **options: Any) -> Callable[[], list[Any]]:
    return lambda: [written(act, **options).pk]


def several() -> list[Any]:
    for rank in range(3):
        written(replace(LETTER, title=f"Votre demande n° {rank}"))
    send(letter=written(recipient_email="noelle@exemple.invalid"), by=None)
    return []


def not_delivered() -> list[Any]:
    """A letter whose e-mail has not left."""
    letter = send(letter=written(recipient_email="noelle@exemple.invalid"), by=None)
    Letter.objects.filter(pk=letter.pk).update(mailed_at=None, mail_error="Connexion refusée")
    return [letter.pk]


def received() -> list[Any]:
    applicant = person(Role.APPLICANT, name="Noëlle Cœur")
    return [send(letter=written(recipient_user=applicant), by=None).pk]


def as_officer(arguments: Callable[[], list[Any]] = list, query: str = "", **options: Any) -> Screen:
    return Screen("letters:letters", arguments, query, role=Role.CASE_OFFICER, **options)


SCREENS = {
    "letters, none": as_officer(),
    "letters to send": as_officer(several),
    "letters sent": as_officer(several, "state=envoyes"),
    "letters of nothing ticked": as_officer(several, button="Envoyer les courriers cochés"),
    "letter to send": Screen("letters:letter", one(LETTER), role=Role.CASE_OFFICER),
    "agreement to send": Screen("letters:letter", one(AGREEMENT), role=Role.CASE_OFFICER),
    "letter not delivered": Screen("letters:letter", not_delivered, role=Role.CASE_OFFICER),
    "letter received": Screen(
        "letters:letter", received, who=lambda: User.objects.get(full_name="Noëlle Cœur")
    ),
}
NOT_PAGES = {
    "letters:export",
    "letters:pdf",
    "letters:send",
    "letters:send_selected",
    "letters:deliver",
    "letters:track",
    "letters:cancel",
}
