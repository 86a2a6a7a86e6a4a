"""The navigation: what this person may open, by section, from where they are. Asks the database nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

from django.http import HttpRequest
from django.urls import reverse

from maillage.accounts.requests import PageRequest
from maillage.accounts.rights import Right, has_right


@dataclass(frozen=True, slots=True)
class Entry:
    """A link of the navigation."""

    label: str
    url: str
    current: bool


@dataclass(frozen=True, slots=True)
class Section:
    """Pages that go together: one word in the menu, its pages in a second row when one of them is read."""

    label: str
    pages: tuple[Entry, ...]

    @property
    def current(self) -> bool:
        return any(page.current for page in self.pages)

    @property
    def url(self) -> str:
        return self.pages[0].url


# Section, page, its address, the right it takes.
_OFFICE: tuple[tuple[str, tuple[tuple[str, str, Right], ...]], ...] = (
    (
        "Administration",
        (
            ("Données", "office:imports", Right.IMPORT_DATA),
            ("Travaux", "office:jobs", Right.IMPORT_DATA),
            ("Journal", "office:journal", Right.SEE_JOURNAL),
            ("Équipe", "office:members", Right.MANAGE_MEMBERS),
            ("Réglages", "office:settings", Right.MANAGE_AUTHORITY),
        ),
    ),
)


def sections(request: HttpRequest) -> list[Section]:
    """The sections of the menu, each with the pages this person may open; none is empty."""
    reader = cast(PageRequest, request)
    if not request.user.is_authenticated:
        alone = [
            ("Territoires", reverse("portal:home")),
            *_map(reader),
            ("Données et méthode", reverse("diagnosis:method")),
        ]
    else:
        alone = [("Ma journée", reverse("office:my_day")), *_map(reader)]
    found = [Section(label, (_entry(request, label, url),)) for label, url in alone]
    return found + _office(reader)


def _office(request: PageRequest) -> list[Section]:
    """What the person's roles open in the authority of the request."""
    if not request.user.is_authenticated:
        return []
    found = []
    for label, pages in _OFFICE:
        allowed = tuple(
            _entry(request, name, reverse(address))
            for name, address, right in pages
            if has_right(request.user, right, getattr(request, "authority", None))
        )
        if allowed:
            found.append(Section(label, allowed))
    return found


def _entry(request: HttpRequest, label: str, url: str) -> Entry:
    home = url in (reverse("portal:home"), reverse("office:my_day"))
    current = request.path == url if home else request.path.startswith(url)
    return Entry(label, url, current)


def _map(request: PageRequest) -> list[tuple[str, str]]:
    authority = getattr(request, "authority", None)
    return [("Carte", reverse("diagnosis:map", args=[authority.territory]))] if authority else []
