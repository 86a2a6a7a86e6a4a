"""Schemes, applicants and applications of a fictional authority, for the tests of this room and above."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from itertools import count
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

import specimens
from maillage.accounts.models import Authority, User
from maillage.accounts.roles import Role
from maillage.applications.actions.drafting import attach, save, start
from maillage.applications.actions.filing import submit
from maillage.applications.models import Application, Call, ConfirmedEmail
from maillage.applications.questions import questions
from maillage.kit import clock
from maillage.schemes.models import Scheme, SchemeVersion
from people import authority, person

RULES: dict[str, Any] = {
    "legal_basis": "IEPP",
    "kind": "bursary",
    "recipients": ["student"],
    "criteria": [
        {
            "key": "year",
            "label": "Quatrième année au moins",
            "rule": {"at_least": [{"field": "year_of_study"}, 4]},
        }
    ],
    "amount": {"value": 12000},
    "documents": [
        {"key": "certificate", "label": "Certificat de scolarité"},
        {"key": "letter", "label": "Lettre de motivation", "required": False},
    ],
}
STUDENT: dict[str, Any] = {
    "last_name": "Exemple",
    "first_name": "Camille",
    "email": "camille@exemple.invalid",
    "address": "1 rue des Lilas\n20001 Aubeterre",
    "year_of_study": 5,
}
_ranks = count(1)


def moment(day: date, hour: int = 10) -> datetime:
    """A moment of a day, in the time zone of the installation."""
    return timezone.make_aware(datetime(day.year, day.month, day.day, hour))


def pdf(name: str = "piece.pdf") -> SimpleUploadedFile:
    """The smallest PDF that is one."""
    return SimpleUploadedFile(name, specimens.pdf(), content_type="application/pdf")


def scheme(rules: dict[str, Any] | None = None, *, at: Authority | None = None, **fields: Any) -> Scheme:
    """A scheme with its rules in force."""
    rank = next(_ranks)
    made = Scheme.objects.create(
        authority=at or authority(), key=f"dispositif-{rank}", title=f"Dispositif {rank}", **fields
    )
    SchemeVersion.objects.create(
        scheme=made,
        number=1,
        rules=rules or RULES,
        state=SchemeVersion.State.PUBLISHED,
        published_at=clock.now(),
    )
    return made


def call(on: Scheme, *, opens: timedelta = timedelta(days=-1), closes: timedelta = timedelta(days=1)) -> Call:
    """A published call on a scheme, open from yesterday to tomorrow."""
    now = clock.now()
    return Call.objects.create(
        authority=on.authority,
        scheme=on,
        key=f"appel-{next(_ranks)}",
        title="Appel à projets",
        opens_at=now + opens,
        closes_at=now + closes,
        state=Call.State.PUBLISHED,
        published_at=now + opens,
    )


def applicant(at: Authority | None = None, *, confirmed: bool = True) -> User:
    """Someone who applies, with an address they have proved to read."""
    user = person(Role.APPLICANT, at, name="Camille Exemple")
    if confirmed:
        ConfirmedEmail.objects.create(user=user, email=user.email)
    return user


def draft(on: Scheme | None = None, *, by: User | None = None, **answers: Any) -> Application:
    """A draft with everything answered and the required document."""
    on = on or scheme()
    by = by or applicant(on.authority)
    begun = start(scheme=on, applicant=by, by=by)
    asked = questions(begun)
    given = {key: value for key, value in {**STUDENT, **answers}.items() if key in asked}
    begun = save(application=begun, answers=given, by=by)
    for document in begun.version.parsed.documents:
        if document.required is True:
            attach(application=begun, requirement=document.key, upload=pdf(), by=by)
    return begun


def submitted(on: Scheme | None = None, *, by: User | None = None, **answers: Any) -> Application:
    """An application just submitted, complete."""
    begun = draft(on, by=by, **answers)
    return submit(application=begun, by=begun.applicant)
