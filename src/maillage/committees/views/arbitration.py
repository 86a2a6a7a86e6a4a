"""The arbitration of a session: amounts line by line against what is left, scenarios compared."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from maillage.accounts.guards import right_required
from maillage.accounts.requests import MemberRequest
from maillage.accounts.rights import Right
from maillage.committees import actions, pages
from maillage.committees.forms import AmountForm
from maillage.committees.models import Scenario, Session
from maillage.committees.states import allows
from maillage.committees.views.shared import attempt_form, session_in_hand
from maillage.kit.console import Refused
from maillage.kit.web import attempt


def _scenario(session: Session, asked: str) -> Scenario | None:
    """The scenario asked for by the address; None for what the session proposes."""
    if not asked.isdecimal():
        return None
    return get_object_or_404(session.scenarios.select_related("session"), pk=int(asked))


def _context(session: Session, scenario: Scenario | None) -> dict[str, Any]:
    return {**pages.arbitration(session, scenario), "editable": allows(session, "amounts")}


@require_safe
@right_required(Right.PREPARE_SESSIONS)
def arbitration(request: MemberRequest, pk: int) -> HttpResponse:
    found = session_in_hand(request, pk)
    scenario = _scenario(found, request.GET.get("scenario", ""))
    return TemplateResponse(request, "committees/arbitration.html", _context(found, scenario))


@require_POST
@right_required(Right.PREPARE_SESSIONS)
def amount(request: MemberRequest, pk: int, item: int) -> HttpResponse:
    """Write one amount. With htmx, the line and the band come back; without, the whole page."""
    found = session_in_hand(request, pk)
    one = get_object_or_404(found.items.select_related("application"), pk=item)
    scenario = _scenario(found, request.POST.get("scenario", ""))
    form = AmountForm(request.POST)

    def write(given: dict[str, Any]) -> None:
        if scenario is None:
            actions.set_proposed(item=one, amount=given["amount"], by=request.user)
        else:
            actions.set_line(scenario=scenario, item=one, amount=given["amount"], by=request.user)

    if request.htmx:
        return _line(request, found, scenario, item, form, write)
    attempt_form(request, form, write, "")
    query = f"?scenario={scenario.pk}" if scenario else ""
    return redirect(f"{reverse('committees:arbitration', args=[pk])}{query}#dossier-{item}")


def _line(
    request: MemberRequest,
    session: Session,
    scenario: Scenario | None,
    item: int,
    form: AmountForm,
    write: Any,
) -> HttpResponse:
    error = ""
    try:
        if form.is_valid():
            write(form.cleaned_data)
        else:
            error = " ".join(map(str, form.errors["amount"]))
    except Refused as refusal:
        error = str(refusal)
    context = _context(session, scenario)
    line = next(line for line in context["lines"] if line.item.pk == item)
    fragment = {**context, "line": line, "error": error, "typed": request.POST.get("amount", "")}
    return TemplateResponse(request, "committees/arbitration_changed.html", fragment)


@require_safe
@right_required(Right.PREPARE_SESSIONS)
def scenarios(request: MemberRequest, pk: int) -> HttpResponse:
    found = session_in_hand(request, pk)
    context = {**pages.comparison(found), "editable": allows(found, "amounts")}
    return TemplateResponse(request, "committees/scenarios.html", context)


@require_POST
@right_required(Right.PREPARE_SESSIONS)
def scenario_add(request: MemberRequest, pk: int) -> HttpResponse:
    found = session_in_hand(request, pk)
    source = _scenario(found, request.POST.get("copie", ""))
    name = request.POST.get("nom", "")
    attempt(
        request,
        lambda: actions.add_scenario(session=found, name=name, copy_of=source, by=request.user),
        "Le scénario est ajouté.",
    )
    return redirect("committees:scenarios", pk)


@require_POST
@right_required(Right.PREPARE_SESSIONS)
def scenario_act(request: MemberRequest, pk: int, scenario: int, verb: str) -> HttpResponse:
    """Retain a scenario, or delete it."""
    found = session_in_hand(request, pk)
    one = get_object_or_404(found.scenarios.select_related("session"), pk=scenario)
    run, done = {
        "retenir": (actions.retain, "Les montants proposés sont ceux de ce scénario."),
        "supprimer": (actions.remove_scenario, "Le scénario est supprimé."),
    }[verb]
    attempt(request, lambda: run(scenario=one, by=request.user), done)
    return redirect("committees:scenarios", pk)
