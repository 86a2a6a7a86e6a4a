"""What every page knows: the authority it speaks for, the navigation, the program."""

from __future__ import annotations

from importlib.metadata import version
from typing import Any

from django.http import HttpRequest

from maillage.office.navigation import entries

PROGRAM = {"name": "Maillage", "version": version("maillage")}


def page(request: HttpRequest) -> dict[str, Any]:
    authority = getattr(request, "authority", None)
    return {
        "authority": authority,
        "authority_css_url": authority.css_url if authority else "",
        "navigation": entries(request),
        "program": PROGRAM,
    }
