"""What the views share: a refusal becomes a page that says what to do."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render

from maillage.kit.console import Refused

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponseBase]


def refusals_as_pages(view: View[P]) -> View[P]:
    """A view whose `Refused` is shown as a page « introuvable » holding its sentence."""

    @wraps(view)
    def shown(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        try:
            return view(request, *args, **kwargs)
        except Refused as error:
            return render(request, "refused.html", {"sentence": str(error)}, status=404)

    return shown
