"""Who gets past the door of a page. What the page then shows is the business of `visible_to(user)`."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect

from maillage.accounts.models import Authority
from maillage.accounts.rights import Right, has_right

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponseBase]


def _enter(request: HttpRequest) -> HttpResponse | None:
    """The detour a person must take before any page of the back office, if any."""
    if not request.user.is_authenticated:
        return redirect_to_login(request.get_full_path())
    if request.user.password_is_temporary:
        return redirect("accounts:password_change")
    return None


def member_required(view: View[P]) -> View[P]:
    """A page for whoever has an account. What it shows is limited by `visible_to(user)`."""

    @wraps(view)
    def wrapped(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        return _enter(request) or view(request, *args, **kwargs)

    return wrapped


def right_required(right: Right) -> Callable[[View[P]], View[P]]:
    """A page for those who hold the right in the authority of the request; 403 for the others."""

    def decorate(view: View[P]) -> View[P]:
        @wraps(view)
        def wrapped(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            detour = _enter(request)
            if detour is not None:
                return detour
            if not has_right(request.user, right, request.authority):
                raise PermissionDenied("Votre rôle ne donne pas accès à cette page.")
            return view(request, *args, **kwargs)

        return wrapped

    return decorate


def authority_of(request: HttpRequest) -> Authority:
    """The authority of the request, for pages that only make sense with one."""
    if request.authority is None:
        raise PermissionDenied("Votre compte n'est rattaché à aucune collectivité.")
    return request.authority
