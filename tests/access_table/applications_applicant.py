"""« Mes demandes »: one's own applications, and nobody else's."""

from __future__ import annotations

from typing import Any

from access_table.lines import ABSENT, MOVED, SIGNED_IN, Line, public
from applying import applicant, draft, scheme, submitted
from maillage.accounts.models import User
from maillage.accounts.roles import Role
from maillage.applications.actions.registration import confirmation_token
from maillage.applications.models import Application, ConfirmedEmail
from people import authority

OWN = frozenset({Role.APPLICANT})


def owner() -> User:
    """The applicant of the table, whose address is confirmed."""
    user = User.objects.get(full_name=Role.APPLICANT.label)
    ConfirmedEmail.objects.update_or_create(user=user, defaults={"email": user.email})
    return user


def begun() -> Application:
    return draft(scheme(at=authority()), by=owner())


def filed() -> Application:
    return submitted(scheme(at=authority()), by=owner())


def own_draft() -> list[Any]:
    return [begun().pk]


def own_step() -> list[Any]:
    return [begun().pk, "identite"]


def own_application() -> list[Any]:
    return [filed().pk]


def own_document() -> list[Any]:
    return [begun().documents.get().pk]


def own_aid() -> list[Any]:
    return [begun().declared_aids.create(funder="Région fictive", label="Bourse").pk]


def an_offer() -> list[Any]:
    made = scheme(at=authority())
    return [made.authority.slug, made.key]


def a_token() -> list[Any]:
    return [confirmation_token(applicant(confirmed=False))]


def registration() -> list[Any]:
    return [authority().slug]


LINES: dict[str, Line] = {
    "applications:mine": Line(SIGNED_IN),
    "applications:register": Line(frozenset({"visitor"}), registration, others=MOVED),
    "applications:confirm_email": public(a_token),
    "applications:start": public(an_offer),
    "applications:application": Line(OWN, own_application, others=ABSENT),
    "applications:step": Line(OWN, own_step, others=ABSENT),
    "applications:own_document": Line(OWN, own_document, others=ABSENT),
    "applications:receipt": Line(OWN, own_application, others=ABSENT),
    "applications:withdraw": Line(OWN, own_application, others=ABSENT),
    "applications:correction": Line(OWN, own_application, allowed=MOVED, others=ABSENT),
    "applications:attach": Line(OWN, lambda: [begun().pk, "letter"], allowed=MOVED, others=ABSENT, post={}),
    "applications:remove_document": Line(OWN, own_document, allowed=MOVED, others=ABSENT, post={}),
    "applications:declare_aid": Line(
        OWN, own_draft, allowed=MOVED, others=ABSENT, post={"aide-funder": "Région", "aide-label": "Bourse"}
    ),
    "applications:remove_aid": Line(OWN, own_aid, allowed=MOVED, others=ABSENT, post={}),
    "applications:send_confirmation": Line(OWN, own_draft, allowed=MOVED, others=ABSENT, post={}),
    "applications:submit": Line(OWN, own_application, allowed=MOVED, others=ABSENT, post={}),
    "applications:discard": Line(OWN, own_draft, allowed=MOVED, others=ABSENT, post={}),
    "applications:message": Line(
        OWN, own_application, allowed=MOVED, others=ABSENT, post={"text": "Bonjour"}
    ),
}
