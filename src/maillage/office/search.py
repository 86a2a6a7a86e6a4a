"""The search box of the office: a number, a name, a commune, from anywhere to the page it means."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode

from django.db.models import Q
from django.urls import reverse

from maillage.accounts.models import Authority, User
from maillage.agreements.models import Agreement
from maillage.applications import lists
from maillage.applications.models import Application
from maillage.kit.text import search_key
from maillage.territories.keys import Key
from maillage.territories.models import Commune

SHOWN: Final = 10
LONGEST: Final = 100


@dataclass(frozen=True, slots=True)
class Hit:
    """Something found: what it is, a word about it, its page."""

    title: str
    note: str
    url: str


@dataclass(frozen=True, slots=True)
class Group:
    """What was found of one kind; `more_url` is the list of all of them, when there are more."""

    label: str
    hits: tuple[Hit, ...]
    more_url: str = ""


def search(text: str, user: User, authority: Authority) -> list[Group]:
    """What this person may see that has these words, kind by kind; a kind with nothing is left out."""
    if not search_key(text):
        return []
    groups = (look(text, user, authority) for look in LOOKS)
    return [group for group in groups if group.hits]


def exact(text: str, user: User, authority: Authority) -> str:
    """The page of the application or agreement of exactly this number; empty when there is none."""
    number = text.strip()
    application = lists.deposited(user, authority).filter(number__iexact=number).first()
    if application is not None:
        return reverse("applications:dossier", args=[application.pk])
    agreements = Agreement.objects.visible_to(user).filter(authority=authority)
    agreement = agreements.filter(number__iexact=number).first()
    return reverse("agreements:agreement", args=[agreement.pk]) if agreement is not None else ""


def _applications(text: str, user: User, authority: Authority) -> Group:
    found = lists.deposited(user, authority).select_related("recipient", "version__scheme")
    for word in search_key(text).split():
        found = found.filter(search_text__contains=word)
    rows = list(found.order_by("-submitted_at", "-pk")[: SHOWN + 1])
    more = f"{reverse('applications:dossiers')}?{urlencode({'onglet': 'tous', 'texte': text})}"
    return Group(
        "Dossiers", tuple(map(_application, rows[:SHOWN])), more_url=more if len(rows) > SHOWN else ""
    )


def _application(application: Application) -> Hit:
    who = f"{application.recipient}, " if application.recipient else ""
    note = f"{who}{application.version.scheme}, {application.get_state_display().lower()}"
    return Hit(application.number, note, reverse("applications:dossier", args=[application.pk]))


def _agreements(text: str, user: User, authority: Authority) -> Group:
    """Agreements by their number or their recipient."""
    found = Agreement.objects.visible_to(user).filter(authority=authority)
    names = Q()
    for word in search_key(text).split():
        names &= Q(recipient__search_name__contains=word)
    rows = found.filter(Q(number__icontains=text.strip()) | names).select_related("recipient")
    hits = tuple(
        Hit(
            agreement.number,
            f"{agreement.recipient}, {agreement.get_state_display().lower()}",
            reverse("agreements:agreement", args=[agreement.pk]),
        )
        for agreement in rows.order_by("-created_at", "-pk")[:SHOWN]
    )
    return Group("Conventions", hits)


def _communes(text: str, user: User, authority: Authority) -> Group:
    found: Iterable[Commune] = Commune.objects.matching(text)[:SHOWN]
    return Group(
        "Communes",
        tuple(
            Hit(
                commune.name, commune.code, reverse("diagnosis:map", args=[str(Key("commune", commune.code))])
            )
            for commune in found
        ),
    )


LOOKS: Final[tuple[Callable[[str, User, Authority], Group], ...]] = (_applications, _agreements, _communes)
