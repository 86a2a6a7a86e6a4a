"""The navigation: what this person may open, by section, from where they are. Asks the database nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, cast

from django.http import HttpRequest
from django.urls import reverse

from maillage.accounts.models import Authority
from maillage.accounts.requests import PageRequest
from maillage.accounts.rights import Right, has_right
from maillage.accounts.roles import Role


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
_OFFICE: Final[tuple[tuple[str, tuple[tuple[str, str, Right], ...]], ...]] = (
    (
        "Plan",
        (
            ("Plans", "plans:plans", Right.SEE_PROGRAMME),
            ("Le plan et son argent", "office:glance", Right.SEE_PROGRAMME),
            ("Budget", "budget:overview", Right.SEE_PROGRAMME),
            ("Dispositifs", "schemes:list", Right.SEE_PROGRAMME),
        ),
    ),
    (
        "Laboratoire",
        (
            ("Scénarios", "lab:scenarios", Right.SEE_LAB),
            ("Résultats", "lab:results", Right.SEE_LAB),
        ),
    ),
    (
        "Dossiers",
        (
            ("Dossiers", "applications:dossiers", Right.SEE_APPLICATIONS),
            ("Avis à rendre", "applications:opinions", Right.GIVE_OPINIONS),
            ("Appels", "applications:calls", Right.SEE_APPLICATIONS),
            ("Séances", "committees:sessions", Right.PREPARE_SESSIONS),
            ("Séances", "committees:sessions", Right.SIT_IN_COMMITTEE),
            ("Décisions", "committees:decisions", Right.SEE_APPLICATIONS),
        ),
    ),
    (
        "Suivi",
        (
            ("Conventions", "agreements:agreements", Right.SEE_APPLICATIONS),
            ("Paiements", "payments:payable", Right.PREPARE_PAYMENTS),
            ("Engagements", "obligations:obligations", Right.SEE_APPLICATIONS),
            ("Reversements", "obligations:clawbacks", Right.SEE_APPLICATIONS),
            ("Garanties", "offbudget:guarantees", Right.SEE_APPLICATIONS),
            ("Exonérations", "offbudget:exemptions", Right.SEE_PROGRAMME),
            ("Courriers", "letters:letters", Right.SEE_APPLICATIONS),
        ),
    ),
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
    authority = getattr(request, "authority", None)
    if not request.user.is_authenticated:
        alone = [
            ("Territoires", reverse("portal:home")),
            *_map(authority),
            *_aids(authority),
            ("Données et méthode", reverse("diagnosis:method")),
        ]
    else:
        alone = [("Ma journée", reverse("office:my_day")), *_asking(reader), *_map(authority)]
    found = [Section(label, (_entry(request, label, url),)) for label, url in alone]
    return found + _office(reader)


def may_search(request: HttpRequest) -> bool:
    """Whether the search box of the office has anything to find for this person."""
    return has_right(request.user, Right.SEE_APPLICATIONS, getattr(request, "authority", None))


def _office(request: PageRequest) -> list[Section]:
    """What the person's roles open in the authority of the request."""
    if not request.user.is_authenticated:
        return []
    found = []
    for label, pages in _OFFICE:
        # A page that two rights open is there once.
        allowed = dict.fromkeys(
            _entry(request, name, reverse(address))
            for name, address, right in pages
            if has_right(request.user, right, getattr(request, "authority", None))
        )
        if allowed:
            found.append(Section(label, _nearest(tuple(allowed))))
    return found


def _nearest(pages: tuple[Entry, ...]) -> tuple[Entry, ...]:
    """When the addresses of several pages begin the one that is read, the longest is where one is."""
    here = max((page for page in pages if page.current), key=lambda page: len(page.url), default=None)
    return tuple(Entry(page.label, page.url, page is here) for page in pages)


def _entry(request: HttpRequest, label: str, url: str) -> Entry:
    home = url in (reverse("portal:home"), reverse("office:my_day"))
    current = request.path == url if home else request.path.startswith(url)
    return Entry(label, url, current)


def _map(authority: Authority | None) -> list[tuple[str, str]]:
    return [("Carte", reverse("diagnosis:map", args=[authority.territory]))] if authority else []


def _aids(authority: Authority | None) -> list[tuple[str, str]]:
    return [("Aides", reverse("schemes:catalogue", args=[authority.slug]))] if authority else []


def _asking(request: PageRequest) -> list[tuple[str, str]]:
    """What applicants come for, and whoever has no role here: their own applications, then the aids."""
    authority = getattr(request, "authority", None)
    roles = request.user.roles_in(authority) if authority and request.user.is_authenticated else []
    if roles and Role.APPLICANT not in roles:
        return []
    return [("Mes demandes", reverse("applications:mine")), *_aids(authority)]
