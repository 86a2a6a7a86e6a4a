"""Who an application is for: found again by an official number, otherwise by the account, otherwise new."""

from __future__ import annotations

from typing import Any

from maillage.applications.models import Application, Recipient
from maillage.applications.questions import PERSONS, kind_of
from maillage.kit.text import search_key


def recipient_of(application: Application) -> tuple[Recipient, bool]:
    """The recipient, created or brought up to date, and whether another account already answers for it.

    The caller holds the authority's row, so that nobody is created twice. What is known of someone whom
    another account answers for is left as it is: typing a number proves nothing.
    """
    kind = kind_of(application)
    found = _known(application, kind)
    if found is None:
        found = Recipient(authority=application.authority, user=application.applicant)
    elif found.user_id not in (None, application.applicant_id):
        return found, True
    found.kind = kind
    for name, value in _details(application.answers, kind).items():
        if value:
            setattr(found, name, value)
    found.user = application.applicant
    found.search_name = search_key(f"{found.given_name} {found.name}")
    found.save()
    return found, False


def _known(application: Application, kind: str) -> Recipient | None:
    here = Recipient.objects.filter(authority=application.authority)
    if kind in PERSONS:
        persons = here.filter(kind__in=PERSONS)
        by_number = _first(persons, rpps=application.answers.get("rpps"))
        return by_number or _first(persons, user=application.applicant)
    return _first(here.exclude(kind__in=PERSONS), siret=application.answers.get("siret"))


def _first(rows: Any, **by: Any) -> Recipient | None:
    found: Recipient | None = rows.filter(**by).order_by("pk").first() if all(by.values()) else None
    return found


def _details(answers: dict[str, Any], kind: str) -> dict[str, str]:
    is_person = kind in PERSONS
    return {
        "name": str(answers.get("last_name" if is_person else "structure_name", ""))[:200],
        "given_name": str(answers.get("first_name", ""))[:100] if is_person else "",
        "email": answers.get("email", ""),
        "phone": answers.get("phone", ""),
        "address": answers.get("address", ""),
        "siret": answers.get("siret", ""),
        "rna": answers.get("rna", ""),
        "rpps": answers.get("rpps", "") if is_person else "",
        "finess": answers.get("finess", ""),
        "profession": answers.get("profession", "") if is_person else "",
    }
