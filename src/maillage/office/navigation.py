"""The main navigation: what this person may open, from where they are."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest
from django.urls import reverse

from maillage.accounts.rights import Right, has_right


@dataclass(frozen=True, slots=True)
class Entry:
    """A link of the navigation."""

    label: str
    url: str
    current: bool


def entries(request: HttpRequest) -> list[Entry]:
    """The links of the navigation, the one being read marked as such. Asks the database nothing more."""
    found = [_entry(request, label, url) for label, url in _public(request)]
    if request.user.is_authenticated:
        found = [_entry(request, label, url) for label, url in _office(request)]
    return found


def _entry(request: HttpRequest, label: str, url: str) -> Entry:
    home = url in (reverse("portal:home"), reverse("office:my_day"))
    current = request.path == url if home else request.path.startswith(url)
    return Entry(label, url, current)


def _map(request: HttpRequest) -> list[tuple[str, str]]:
    authority = getattr(request, "authority", None)
    return [("Carte", reverse("diagnosis:map", args=[authority.territory]))] if authority else []


def _public(request: HttpRequest) -> list[tuple[str, str]]:
    return [
        ("Territoires", reverse("portal:home")),
        *_map(request),
        ("Données et méthode", reverse("diagnosis:method")),
    ]


def _office(request: HttpRequest) -> list[tuple[str, str]]:
    restricted = [
        (Right.IMPORT_DATA, "Données", "office:imports"),
        (Right.IMPORT_DATA, "Travaux", "office:jobs"),
        (Right.SEE_JOURNAL, "Journal", "office:journal"),
        (Right.MANAGE_MEMBERS, "Équipe", "office:members"),
        (Right.MANAGE_AUTHORITY, "Réglages", "office:settings"),
    ]
    authority = getattr(request, "authority", None)
    allowed = [
        (label, reverse(name))
        for right, label, name in restricted
        if has_right(request.user, right, authority)
    ]
    return [("Ma journée", reverse("office:my_day")), *_map(request), *allowed]
