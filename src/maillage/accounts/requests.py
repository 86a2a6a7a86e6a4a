"""What a view may count on: the request as the middleware and the guards leave it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import HttpRequest

from maillage.accounts.models import Authority, User

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser
    from django_htmx.middleware import HtmxDetails


class PageRequest(HttpRequest):
    """Any request, once `AuthorityMiddleware` has seen it."""

    user: User | AnonymousUser
    authority: Authority | None
    htmx: HtmxDetails


class MemberRequest(PageRequest):
    """A request that has passed `member_required` or `right_required`."""

    user: User
