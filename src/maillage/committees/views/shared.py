"""What the views of this room share: the session in hand, and a refusal said above the page."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import get_object_or_404

from maillage.accounts.guards import authority_of
from maillage.accounts.requests import MemberRequest
from maillage.acts.document import Act
from maillage.committees.models import Session
from maillage.kit.web import attempt, attempt_in, say_errors
from maillage.letters.actions import rendered


def session_in_hand(request: MemberRequest, pk: int) -> Session:
    """A session of the authority in hand, for whoever prepares sessions in it."""
    found = Session.objects.visible_to(request.user).filter(committee__authority=authority_of(request))
    return get_object_or_404(found.select_related("committee__authority"), pk=pk)


def attempt_form(request: MemberRequest, form: Form, act: Callable[[dict[str, Any]], Any], done: str) -> bool:
    """Act with what a form holds; its errors are said above the page it came from."""
    if not form.is_valid():
        say_errors(request, form)
        return False
    return attempt(request, lambda: act(form.cleaned_data), done) is not None


def fill(form: Form, act: Callable[[dict[str, Any]], Any]) -> Any:
    """What the action gives; None when the form does not hold water or the action refuses, said in it."""
    return attempt_in(form, lambda: act(form.cleaned_data)) if form.is_valid() else None


def pdf_of(act: Act, session: Session, name: str) -> HttpResponse:
    response = HttpResponse(rendered(act, session.committee.authority), content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Cache-Control"] = "private, no-store"
    return response
