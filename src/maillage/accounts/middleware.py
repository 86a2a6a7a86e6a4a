"""The authority a request speaks for."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpResponse

from maillage.accounts.journal import grouped
from maillage.accounts.models import Authority
from maillage.accounts.requests import PageRequest

SESSION_KEY = "authority"


def current_authority(request: PageRequest) -> Authority | None:
    """The authority chosen in the session among the user's, else the first of them.

    For a visitor, the only authority of the installation, or none when there are several.
    """
    if request.user.is_authenticated:
        own = list(dict.fromkeys(membership.authority for membership in request.user.roles))
        chosen = request.session.get(SESSION_KEY)
        return next((authority for authority in own if authority.pk == chosen), own[0] if own else None)
    both = list(Authority.objects.all()[:2])
    return both[0] if len(both) == 1 else None


def speak_for(request: PageRequest, territories: list[str]) -> None:
    """On a public page about a territory, let its authority's name and colours stand first.

    `territories` are keys, nearest first. Someone signed in keeps the authority they work for.
    """
    if request.user.is_authenticated:
        return
    found = {
        authority.territory: authority for authority in Authority.objects.filter(territory__in=territories)
    }
    nearest = next((found[key] for key in territories if key in found), None)
    request.authority = nearest or request.authority


class AuthorityMiddleware:
    """Sets `request.authority` (a public page may set another) and groups the events of the request."""

    def __init__(self, get_response: Callable[[PageRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: PageRequest) -> HttpResponse:
        request.authority = current_authority(request)
        with grouped():
            return self.get_response(request)
