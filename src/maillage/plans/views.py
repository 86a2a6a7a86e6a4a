"""Pages of the plan. A view translates HTTP; what it shows is read in `pages`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from maillage.accounts.guards import authority_of, right_required
from maillage.accounts.requests import MemberRequest
from maillage.accounts.rights import Right
from maillage.kit.console import Refused
from maillage.kit.exports import table_response
from maillage.plans import actions, pages
from maillage.plans.forms import (
    DecisionForm,
    MeasureFilter,
    MilestoneForm,
    OwnerForm,
    ReadingForm,
    StatusForm,
)
from maillage.plans.models import Measure, Milestone, Plan


def _plan(request: MemberRequest, pk: int) -> Plan:
    found = Plan.objects.visible_to(request.user).filter(authority=authority_of(request))
    return get_object_or_404(found.select_related("authority"), pk=pk)


def _measure(request: MemberRequest, pk: int) -> Measure:
    found = Measure.objects.visible_to(request.user).filter(axis__plan__authority=authority_of(request))
    return get_object_or_404(found.select_related("axis__plan__authority", "owner"), pk=pk)


@require_safe
@right_required(Right.SEE_PROGRAMME)
def plans(request: MemberRequest) -> HttpResponse:
    authority = authority_of(request)
    context = {
        "plans": pages.plans_of(authority, request.user),
        "may_edit": request.user.can(Right.EDIT_PLAN, authority),
    }
    return TemplateResponse(request, "plans/plans.html", context)


@require_safe
@right_required(Right.SEE_PROGRAMME)
def plan(request: MemberRequest, pk: int) -> HttpResponse:
    found = _plan(request, pk)
    form = MeasureFilter(request.GET or None)
    context = {
        "plan": found,
        "form": form,
        "is_filtered": any(request.GET.values()),
        "exports": _exports(found, request.GET.urlencode()),
        "may_edit": request.user.can(Right.EDIT_PLAN, found.authority),
        **pages.plan_page(found, form.apply(pages.measures_of(found))),
    }
    return TemplateResponse(request, "plans/plan.html", context)


@require_safe
@right_required(Right.SEE_PROGRAMME)
def export(request: MemberRequest, pk: str, fmt: str) -> HttpResponse:
    found = _plan(request, int(pk))
    shown = MeasureFilter(request.GET or None).apply(pages.measures_of(found))
    rows = pages.export_rows(found, shown)
    return table_response(fmt, name=f"mesures-{found.key}", columns=pages.EXPORT_COLUMNS, rows=rows)


@require_safe
@right_required(Right.SEE_PROGRAMME)
def measure(request: MemberRequest, pk: int) -> HttpResponse:
    found = _measure(request, pk)
    context = {
        "measure": found,
        "may_edit": request.user.can(Right.EDIT_PLAN, found.axis.plan.authority),
        **pages.measure_page(found),
    }
    return TemplateResponse(request, "plans/measure.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@right_required(Right.EDIT_PLAN)
def status(request: MemberRequest, pk: int) -> HttpResponse:
    found = _measure(request, pk)
    form = StatusForm(
        request.POST if request.method == "POST" else None,
        initial={"status": found.status, "reason": found.status_reason},
    )
    return _edited(
        request,
        form,
        lambda said: actions.set_status(measure=found, by=request.user, **said),
        title="Dire où en est la mesure",
        about=found,
        done="L'état de la mesure est enregistré.",
    )


@require_http_methods(["GET", "HEAD", "POST"])
@right_required(Right.EDIT_PLAN)
def owner(request: MemberRequest, pk: int) -> HttpResponse:
    found = _measure(request, pk)
    initial = {"owner": found.owner, "owner_name": "" if found.owner else found.owner_name}
    form = OwnerForm(
        request.POST if request.method == "POST" else None,
        authority=found.axis.plan.authority,
        initial=initial,
    )
    return _edited(
        request,
        form,
        lambda said: actions.assign_owner(measure=found, by=request.user, **said),
        title="Confier la mesure",
        about=found,
        done="Le responsable de la mesure est enregistré.",
    )


@require_http_methods(["GET", "HEAD", "POST"])
@right_required(Right.EDIT_PLAN)
def reading(request: MemberRequest, pk: int) -> HttpResponse:
    found = _measure(request, pk)
    form = ReadingForm(request.POST if request.method == "POST" else None, measure=found)
    return _edited(
        request,
        form,
        lambda said: actions.record_reading(by=request.user, **said),
        title="Saisir un relevé",
        about=found,
        done="Le relevé est enregistré.",
    )


@require_http_methods(["GET", "HEAD", "POST"])
@right_required(Right.EDIT_PLAN)
def milestone(request: MemberRequest, pk: int) -> HttpResponse:
    mine = Milestone.objects.filter(measure__in=Measure.objects.visible_to(request.user))
    mine = mine.filter(measure__axis__plan__authority=authority_of(request))
    found = get_object_or_404(mine.select_related("measure__axis__plan__authority"), pk=pk)
    form = MilestoneForm(request.POST if request.method == "POST" else None, initial={"on": found.reached_on})
    return _edited(
        request,
        form,
        lambda said: actions.reach_milestone(milestone=found, by=request.user, **said),
        title=f"Jalon : {found}",
        about=found.measure,
        done="Le jalon est enregistré.",
    )


@require_http_methods(["GET", "HEAD", "POST"])
@right_required(Right.EDIT_PLAN)
def new_decision(request: MemberRequest, pk: int) -> HttpResponse:
    found = _plan(request, pk)
    form = DecisionForm(request.POST if request.method == "POST" else None)
    return _edited(
        request,
        form,
        lambda said: actions.record_decision(plan=found, by=request.user, **said),
        title="Ajouter une décision",
        about=found,
        done="La décision est enregistrée.",
    )


def _edited(
    request: MemberRequest,
    form: forms.Form | forms.ModelForm[Any],
    act: Callable[[dict[str, Any]], object],
    *,
    title: str,
    about: Measure | Plan,
    done: str,
) -> HttpResponse:
    """A page with one form, then back to what it is about; a refusal is said beside the form."""
    back = reverse("plans:measure" if isinstance(about, Measure) else "plans:plan", args=[about.pk])
    if request.method == "POST" and form.is_valid():
        try:
            act(form.cleaned_data)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, done)
            return redirect(back)
    context = {"form": form, "title": title, "about": about, "back": back}
    return TemplateResponse(request, "plans/edit.html", context)


def _exports(plan: Plan, query: str) -> list[tuple[str, str]]:
    """Links to the three files of exactly what is filtered."""
    tail = f"?{query}" if query else ""
    return [
        (fmt.upper(), reverse("plans:export", args=[plan.pk, fmt]) + tail) for fmt in ("csv", "xlsx", "ods")
    ]
