"""What every page knows: the authority it speaks for, the navigation, the program."""

from __future__ import annotations

from importlib.metadata import version
from typing import Any

from django.http import HttpRequest

from maillage.office.navigation import may_search, sections

PROGRAM = {"name": "Maillage", "version": version("maillage")}


def page(request: HttpRequest) -> dict[str, Any]:
    authority = getattr(request, "authority", None)
    menu = sections(request)
    return {
        "authority": authority,
        "authority_css_url": authority.css_url if authority else "",
        "navigation": menu,
        "section": next((one for one in menu if one.current and len(one.pages) > 1), None),
        "may_search": may_search(request),
        "program": PROGRAM,
    }
