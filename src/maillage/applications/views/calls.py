"""Calls for projects in the office: the list, the page of one with its ranking, preparing and publishing."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from maillage.accounts.guards import authority_of, right_required
from maillage.accounts.models import Event
from maillage.accounts.requests import MemberRequest
from maillage.accounts.rights import Right
from maillage.applications import actions, lists
from maillage.applications.forms.calls import CallForm, CancellationForm, ExtensionForm
from maillage.applications.models import Call, CallQuerySet
from maillage.applications.pages import call as pages
from maillage.kit.console import Refused
from maillage.kit.pages import page_of


def visible(request: MemberRequest) -> CallQuerySet:
    return (
        Call.objects.visible_to(request.user)
        .filter(authority=authority_of(request))
        .select_related("authority", "scheme")
    )


@require_safe
@right_required(Right.SEE_APPLICATIONS)
def calls(request: MemberRequest) -> HttpResponse:
    page = page_of(request, visible(request).order_by("-closes_at", "pk"))
    context = {
        "page": page,
        "rows": [(call, pages.standing(call)) for call in page],
        "may_edit": request.user.can(Right.EDIT_SCHEMES, authority_of(request)),
    }
    return TemplateResponse(request, "applications/calls.html", context)


@require_safe
@right_required(Right.SEE_APPLICATIONS)
def call(request: MemberRequest, pk: int) -> HttpResponse:
    return _page(request, get_object_or_404(visible(request), pk=pk))


def _page(
    request: MemberRequest,
    call: Call,
    *,
    extension: ExtensionForm | None = None,
    cancellation: CancellationForm | None = None,
) -> HttpResponse:
    found = lists.deposited(request.user, call.authority).filter(call=call)
    rows = found.select_related("recipient", "version__scheme", "judgement").order_by("submitted_at", "pk")
    total = lists.count(found)
    context = {
        "call": call,
        "total": total,
        "is_cut": total.value > pages.SHOWN,
        "shown": pages.SHOWN,
        "events": list(Event.objects.about(call)[:50]),
        "may_edit": request.user.can(Right.EDIT_SCHEMES, call.authority),
        "extension": extension or ExtensionForm(initial={"closes_at": call.closes_at}),
        "cancellation": cancellation or CancellationForm(),
        **pages.page(call, list(rows[: pages.SHOWN])),
    }
    return TemplateResponse(request, "applications/call.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@right_required(Right.EDIT_SCHEMES)
def create(request: MemberRequest) -> HttpResponse:
    form = CallForm(authority_of(request), request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            made = actions.create_call(by=request.user, **form.cleaned_data)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, "L'appel est préparé : relisez-le, puis publiez-le.")
            return redirect("applications:call", pk=made.pk)
    return TemplateResponse(request, "applications/call_form.html", {"form": form, "call": None})


@require_http_methods(["GET", "HEAD", "POST"])
@right_required(Right.EDIT_SCHEMES)
def edit(request: MemberRequest, pk: int) -> HttpResponse:
    edited = get_object_or_404(visible(request), pk=pk)
    form = CallForm(authority_of(request), request.POST or None, call=edited)
    if request.method == "POST" and form.is_valid():
        try:
            actions.edit_call(call=edited, by=request.user, **form.cleaned_data)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, "L'appel est enregistré.")
            return redirect("applications:call", pk=pk)
    return TemplateResponse(request, "applications/call_form.html", {"form": form, "call": edited})


@require_POST
@right_required(Right.EDIT_SCHEMES)
def publish(request: MemberRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(visible(request), pk=pk)
    try:
        actions.publish_call(call=found, by=request.user)
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, "L'appel est publié.")
    return redirect("applications:call", pk=pk)


@require_POST
@right_required(Right.EDIT_SCHEMES)
def extend(request: MemberRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(visible(request), pk=pk)
    form = ExtensionForm(request.POST)
    if form.is_valid():
        try:
            actions.extend_call(call=found, closes_at=form.cleaned_data["closes_at"], by=request.user)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, "La fermeture est repoussée.")
            return redirect("applications:call", pk=pk)
    return _page(request, found, extension=form)


@require_POST
@right_required(Right.EDIT_SCHEMES)
def cancel(request: MemberRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(visible(request), pk=pk)
    form = CancellationForm(request.POST)
    if form.is_valid():
        try:
            actions.cancel_call(call=found, reason=form.cleaned_data["reason"], by=request.user)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, "L'appel est annulé.")
            return redirect("applications:call", pk=pk)
    return _page(request, found, cancellation=form)
