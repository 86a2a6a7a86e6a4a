"""How often something anyone may do is done from one network address."""

from __future__ import annotations

from axes.helpers import get_client_ip_address
from django.core.cache import cache
from django.http import HttpRequest


def is_too_often(request: HttpRequest, what: str, *, limit: int, seconds: int) -> bool:
    """Count one more time; whether that makes more than the limit since the first of these times.

    Each process counts its own: two of them let at most twice the limit through. Nothing is written to the
    database, so that no network address is kept.
    """
    key = f"limit:{what}:{get_client_ip_address(request)}"
    if cache.add(key, 1, seconds):
        return False
    try:
        return cache.incr(key) > limit
    except ValueError:
        # It has just expired: this is the first time again.
        cache.set(key, 1, seconds)
        return False
