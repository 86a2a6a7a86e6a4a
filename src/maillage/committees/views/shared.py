"""What the views of this room share: the session in hand, and a refusal said above the page."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import get_object_or_404

from maillage.accounts.guards import authority_of
from maillage.accounts.journal import grouped
from maillage.accounts.requests import MemberRequest
from maillage.acts.document import Act
from maillage.committees.models import Session
from maillage.kit.console import Refused
from maillage.letters.actions import rendered


def session_in_hand(request: MemberRequest, pk: int) -> Session:
    """A session of the authority in hand, for whoever prepares sessions in it."""
    found = Session.objects.visible_to(request.user).filter(committee__authority=authority_of(request))
    return get_object_or_404(found.select_related("committee__authority"), pk=pk)


def attempt(request: MemberRequest, act: Callable[[], Any], done: str = "") -> bool:
    """Do it and say so; a refusal is said in its place."""
    try:
        with grouped():
            act()
    except Refused as refusal:
        messages.error(request, str(refusal))
        return False
    if done:
        messages.success(request, done)
    return True


def attempt_form(request: MemberRequest, form: Form, act: Callable[[dict[str, Any]], Any], done: str) -> bool:
    """The same with what a form holds; its errors are said above the page it came from."""
    if form.is_valid():
        return attempt(request, lambda: act(form.cleaned_data), done)
    for name, errors in form.errors.items():
        label = form.fields[name].label if name in form.fields else ""
        messages.error(
            request, f"{label} : {' '.join(map(str, errors))}" if label else " ".join(map(str, errors))
        )
    return False


def fill(form: Form, act: Callable[[dict[str, Any]], Any]) -> Any:
    """What the action gives; None when the form does not hold water or the action refuses, said in it."""
    if not form.is_valid():
        return None
    try:
        with grouped():
            return act(form.cleaned_data)
    except Refused as refusal:
        form.add_error(None, str(refusal))
        return None


def pdf_of(act: Act, session: Session, name: str) -> HttpResponse:
    response = HttpResponse(rendered(act, session.committee.authority), content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Cache-Control"] = "private, no-store"
    return response
