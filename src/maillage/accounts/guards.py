"""Who gets past the door of a page. What the page then shows is the business of `visible_to(user)`."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, cast

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect

from maillage.accounts.models import Authority
from maillage.accounts.requests import MemberRequest, PageRequest
from maillage.accounts.rights import Right, has_right

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponseBase]
MemberView = Callable[Concatenate[MemberRequest, P], HttpResponseBase]


def _detour(request: HttpRequest) -> HttpResponse | None:
    """Where a person must go before any page of the back office, if anywhere."""
    if not request.user.is_authenticated:
        return redirect_to_login(request.get_full_path())
    if request.user.password_is_temporary:
        return redirect("accounts:password_change")
    return None


def member_required(view: MemberView[P]) -> View[P]:
    """A page for whoever has an account."""

    @wraps(view)
    def wrapped(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        return _detour(request) or view(cast(MemberRequest, request), *args, **kwargs)

    return wrapped


def right_required(right: Right) -> Callable[[MemberView[P]], View[P]]:
    """A page for those who hold the right in the authority of the request; 403 for the others."""

    def decorate(view: MemberView[P]) -> View[P]:
        @member_required
        @wraps(view)
        def wrapped(request: MemberRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            if not has_right(request.user, right, request.authority):
                raise PermissionDenied("Votre rôle ne donne pas accès à cette page.")
            return view(request, *args, **kwargs)

        return wrapped

    return decorate


def authority_of(request: PageRequest) -> Authority:
    """The authority of the request, for pages that only make sense with one."""
    if request.authority is None:
        raise PermissionDenied("Votre compte n'est rattaché à aucune collectivité.")
    return request.authority
