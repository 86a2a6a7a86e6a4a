"""Scenarios: listed, read, changed, compared, written as a document or as a measure."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from maillage.accounts.guards import authority_of, right_required
from maillage.accounts.models import Event
from maillage.accounts.requests import MemberRequest
from maillage.accounts.rights import Right
from maillage.kit.exports import file_response, table_response
from maillage.kit.pages import page_of
from maillage.kit.web import attempt, attempt_in, refusals_as_pages, say_errors
from maillage.lab import actions
from maillage.lab.forms.scenarios import AssumptionsForm, ChangeForm, CopyForm, MeasureForm, ScenarioForm
from maillage.lab.models import Change, Scenario, ScenarioQuerySet
from maillage.lab.pages import scenario as pages
from maillage.lab.pages.documents import scenario_act
from maillage.lab.reading import Reading, readings
from maillage.letters.actions import rendered

MOST_COMPARED = 4


def _scenarios(request: MemberRequest) -> ScenarioQuerySet:
    found = Scenario.objects.visible_to(request.user).filter(authority=authority_of(request))
    return found.select_related("authority", "snapshot").defer("snapshot__arrays")


def _one(request: MemberRequest, pk: int) -> Scenario:
    return get_object_or_404(_scenarios(request), pk=pk)


def _change(request: MemberRequest, pk: int) -> Change:
    found = Change.objects.filter(scenario__in=_scenarios(request)).select_related("scenario__authority")
    return get_object_or_404(found, pk=pk)


def _reading(request: MemberRequest, scenario: Scenario) -> Reading:
    year = request.GET.get("annee", "")
    return Reading(scenario, int(year) if year.isdecimal() else None)


@require_safe
@right_required(Right.SEE_LAB)
def scenarios(request: MemberRequest) -> HttpResponse:
    found = _scenarios(request).kept().select_related("created_by").prefetch_related("changes")
    page = page_of(request, found)
    context = {
        "page": page,
        "rows": [(one.scenario, pages.sentence(one)) for one in readings(page)],
        "may_run": request.user.can(Right.RUN_LAB, request.authority),
    }
    return TemplateResponse(request, "lab/scenarios.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@refusals_as_pages
@right_required(Right.RUN_LAB)
def new(request: MemberRequest) -> HttpResponse:
    authority = authority_of(request)
    form = ScenarioForm(request.POST or None, territory=authority.territory)
    if form.is_valid():
        made = attempt_in(
            form,
            lambda: actions.draft_scenario(authority=authority, by=request.user, **form.cleaned_data),
        )
        if made is not None:
            return redirect("lab:scenario", made.pk)
    return _form(request, form, "Nouveau scénario", "Ouvrir le scénario")


@require_safe
@refusals_as_pages
@right_required(Right.SEE_LAB)
def scenario(request: MemberRequest, pk: int) -> HttpResponse:
    return _page(request, _one(request, pk), None)


@require_POST
@refusals_as_pages
@right_required(Right.RUN_LAB)
def add(request: MemberRequest, pk: int) -> HttpResponse:
    found = _one(request, pk)
    form = ChangeForm(request.POST)
    if form.is_valid():
        made = attempt_in(
            form, lambda: actions.add_change(scenario=found, by=request.user, **form.cleaned_data)
        )
        if made is not None:
            return redirect("lab:scenario", pk)
    return _page(request, found, form)


def _page(request: MemberRequest, found: Scenario, form: ChangeForm | None) -> HttpResponse:
    may_run = request.user.can(Right.RUN_LAB, request.authority) and found.archived_at is None
    moving = found.changes.filter(pk=request.GET.get("deplacer", "") or 0).first() if may_run else None
    reading = _reading(request, found)
    clicked = request.GET.get("commune", "")
    context = pages.scenario_page(reading, may_run=may_run, moving=moving)
    context |= {
        "form": form or ChangeForm(initial={"commune": clicked, "starts_on": f"{reading.year}-01-01"}),
        "may_run": may_run,
        "may_plan": may_run and request.user.can(Right.EDIT_PLAN, request.authority),
        "target": reading.names.get(clicked) if moving else None,
        "target_code": clicked,
        "copy_form": CopyForm(initial={"title": f"{found.title} (variante)"[:120]}),
        "others": _scenarios(request).kept().exclude(pk=found.pk).order_by("title"),
        "events": Event.objects.about(found),
    }
    return TemplateResponse(request, "lab/scenario.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@refusals_as_pages
@right_required(Right.RUN_LAB)
def change(request: MemberRequest, pk: int) -> HttpResponse:
    found = _change(request, pk)
    names = ("kind", "commune", "quantity", "starts_on", "ends_on", "investment", "yearly_cost", "note")
    initial = {name: getattr(found, name) for name in names}
    form = ChangeForm(request.POST or None, initial=initial)
    if form.is_valid():
        done = attempt_in(
            form, lambda: actions.correct_change(change=found, by=request.user, **form.cleaned_data)
        )
        if done is not None:
            return redirect("lab:scenario", found.scenario_id)
    return _form(request, form, "Modifier le changement", "Enregistrer", scenario=found.scenario)


@require_POST
@right_required(Right.RUN_LAB)
def move(request: MemberRequest, pk: int) -> HttpResponse:
    found = _change(request, pk)
    commune = request.POST.get("commune", "")
    attempt(
        request,
        lambda: actions.correct_change(change=found, by=request.user, commune=commune),
        "Le lieu est déplacé.",
    )
    return redirect("lab:scenario", found.scenario_id)


@require_POST
@right_required(Right.RUN_LAB)
def remove(request: MemberRequest, pk: int) -> HttpResponse:
    found = _change(request, pk)
    attempt(
        request, lambda: actions.remove_change(change=found, by=request.user), "Le changement est retiré."
    )
    return redirect("lab:scenario", found.scenario_id)


@require_http_methods(["GET", "HEAD", "POST"])
@right_required(Right.RUN_LAB)
def assumptions(request: MemberRequest, pk: int) -> HttpResponse:
    found = _one(request, pk)
    form = AssumptionsForm(request.POST or None, scenario=found)
    if form.is_valid():
        done = attempt_in(
            form, lambda: actions.suppose(scenario=found, values=form.cleaned_data, by=request.user)
        )
        if done is not None:
            return redirect("lab:scenario", pk)
    return _form(request, form, "Hypothèses du scénario", "Recalculer", scenario=found)


@require_POST
@right_required(Right.RUN_LAB)
def copy(request: MemberRequest, pk: int) -> HttpResponse:
    found, form = _one(request, pk), CopyForm(request.POST)
    if form.is_valid():
        title = form.cleaned_data["title"]
        made = attempt(
            request,
            lambda: actions.copy_scenario(scenario=found, title=title, by=request.user),
            "Voici la copie : changez ce que vous voulez comparer.",
        )
        if made is not None:
            return redirect("lab:scenario", made.pk)
    say_errors(request, form)
    return redirect("lab:scenario", pk)


@require_POST
@right_required(Right.RUN_LAB)
def archive(request: MemberRequest, pk: int) -> HttpResponse:
    found = _one(request, pk)
    attempt(
        request, lambda: actions.archive_scenario(scenario=found, by=request.user), "Le scénario est rangé."
    )
    return redirect("lab:scenarios")


@require_http_methods(["GET", "HEAD", "POST"])
@right_required(Right.EDIT_PLAN)
def measure(request: MemberRequest, pk: int) -> HttpResponse:
    found = _one(request, pk)
    form = MeasureForm(request.POST or None, scenario=found, initial={"title": found.title})
    if form.is_valid():
        made = attempt_in(
            form, lambda: actions.turn_into_measure(scenario=found, by=request.user, **form.cleaned_data)
        )
        if made is not None:
            messages.success(request, "La mesure est au plan, avec ses montants.")
            return redirect("plans:measure", made.pk)
    return _form(request, form, "Inscrire au plan", "Inscrire la mesure", scenario=found)


@require_safe
@refusals_as_pages
@right_required(Right.SEE_LAB)
def compare(request: MemberRequest) -> HttpResponse:
    chosen = [int(pk) for pk in request.GET.getlist("scenario") if pk.isdecimal()][:MOST_COMPARED]
    found = readings(_scenarios(request).filter(pk__in=chosen).prefetch_related("changes").order_by("pk"))
    context = {
        "readings": found,
        "rows": pages.compared(found),
        "all": _scenarios(request).kept().order_by("title"),
        "chosen": chosen,
    }
    return TemplateResponse(request, "lab/compare.html", context)


@require_safe
@refusals_as_pages
@right_required(Right.SEE_LAB)
def export(request: MemberRequest, pk: int, fmt: str) -> HttpResponseBase:
    reading = _reading(request, _one(request, pk))
    rows = pages.commune_rows(reading)
    return table_response(fmt, name=f"scenario-{pk}-communes", columns=pages.COMMUNE_COLUMNS, rows=rows)


@require_safe
@refusals_as_pages
@right_required(Right.SEE_LAB)
def pdf(request: MemberRequest, pk: int) -> HttpResponseBase:
    found = _one(request, pk)
    content = rendered(scenario_act(_reading(request, found)), found.authority)
    return file_response("pdf", name=f"scenario-{pk}", content=content)


def _form(
    request: MemberRequest, form: Any, heading: str, button: str, *, scenario: Scenario | None = None
) -> HttpResponse:
    context = {"form": form, "heading": heading, "button": button, "scenario": scenario}
    return TemplateResponse(request, "lab/form.html", context)
