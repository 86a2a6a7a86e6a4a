"""What the views share: a refusal is said above the page, in the form, or as a page of its own."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, TypeVar

from django.contrib import messages
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render

from maillage.kit.console import Refused

P = ParamSpec("P")
T = TypeVar("T")
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


def attempt(request: HttpRequest, act: Callable[[], T], done: str = "") -> T | None:
    """What the action gives, said to have been done; None when it refuses, its sentence then being shown."""
    try:
        result = act()
    except Refused as refusal:
        messages.error(request, str(refusal))
        return None
    if done:
        messages.success(request, done)
    return result


def attempt_in(form: BaseForm, act: Callable[[], T]) -> T | None:
    """What the action gives; None when it refuses, its sentence then being an error of the form."""
    try:
        return act()
    except Refused as refusal:
        form.add_error(None, str(refusal))
        return None


def say_errors(request: HttpRequest, form: BaseForm) -> None:
    """Say above the page what is wrong with a small form that has no page of its own."""
    for name, errors in form.errors.items():
        label = f"{form.fields[name].label} : " if name in form.fields else ""
        messages.error(request, label + " ".join(map(str, errors)))
