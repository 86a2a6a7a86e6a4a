"""The pages of the office: schemes, their versions, what the law says of them."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from maillage.accounts.guards import authority_of, right_required
from maillage.accounts.requests import MemberRequest
from maillage.accounts.rights import Right
from maillage.kit import clock
from maillage.kit.console import Refused
from maillage.kit.exports import table_response
from maillage.schemes.actions import (
    close_scheme,
    create_scheme,
    discard_draft,
    draft_version,
    publish,
    reopen_scheme,
    update_scheme,
)
from maillage.schemes.editor.general import DRAFT_RULES, PublishForm, SchemeForm
from maillage.schemes.filters import StateFilter
from maillage.schemes.models import Scheme, SchemeVersion
from maillage.schemes.pages import office


def scheme_of(request: MemberRequest, pk: int) -> Scheme:
    """The scheme, or 404 when it is not of the authority in hand."""
    found = Scheme.objects.visible_to(request.user).filter(authority=authority_of(request))
    return get_object_or_404(found.select_related("authority", "measure", "envelope"), pk=pk)


def version_of(request: MemberRequest, pk: int) -> SchemeVersion:
    """The version, or 404 when it is not of the authority in hand."""
    found = SchemeVersion.objects.visible_to(request.user).filter(scheme__authority=authority_of(request))
    return get_object_or_404(found.select_related("scheme__authority"), pk=pk)


def draft_of(request: MemberRequest, pk: int) -> SchemeVersion:
    """The draft, or 404: what is published is not edited."""
    found = SchemeVersion.objects.visible_to(request.user).filter(scheme__authority=authority_of(request))
    drafts = found.filter(state=SchemeVersion.State.DRAFT)
    return get_object_or_404(drafts.select_related("scheme__authority"), pk=pk)


def _found(request: MemberRequest) -> tuple[list[office.Listed], list[office.Listed], StateFilter]:
    every = office.listed(authority_of(request), request.user, clock.today())
    form = StateFilter(request.GET)
    state = form.wanted()
    return every, [line for line in every if not state or line.state == state], form


@require_safe
@right_required(Right.SEE_PROGRAMME)
def schemes(request: MemberRequest) -> HttpResponse:
    every, found, form = _found(request)
    context = {
        "lines": found,
        "count": len(every),
        "in_force": sum(line.state == "in_force" for line in every),
        "form": form,
        "query": request.GET.urlencode(),
        "may_edit": request.user.can(Right.EDIT_SCHEMES, request.authority),
    }
    return TemplateResponse(request, "schemes/office/list.html", context)


@require_safe
@right_required(Right.SEE_PROGRAMME)
def export(request: MemberRequest, fmt: str) -> HttpResponse:
    _, found, _ = _found(request)
    return table_response(fmt, name="dispositifs", columns=office.COLUMNS, rows=office.rows(found))


@require_safe
@right_required(Right.SEE_PROGRAMME)
def scheme(request: MemberRequest, pk: int) -> HttpResponse:
    context = office.scheme_page(scheme_of(request, pk), request.user, clock.today())
    return TemplateResponse(request, "schemes/office/scheme.html", context)


@require_safe
@right_required(Right.SEE_PROGRAMME)
def version(request: MemberRequest, pk: int) -> HttpResponse:
    found = version_of(request, pk)
    asked = request.GET.get("avec", "")
    other = found.scheme.versions.filter(number=int(asked)).first() if asked.isdecimal() else None
    context = office.version_page(found, other or office.before(found), request.user, clock.today())
    return TemplateResponse(request, "schemes/office/version.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@right_required(Right.EDIT_SCHEMES)
def create(request: MemberRequest) -> HttpResponse:
    authority = authority_of(request)
    form = SchemeForm(request.POST or None, authority=authority)
    if request.method == "POST" and form.is_valid():
        try:
            made = create_scheme(authority=authority, by=request.user, **form.cleaned_data)
            draft_version(scheme=made, rules=DRAFT_RULES, note="Première version", by=request.user)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            return redirect("schemes:scheme", made.pk)
    return TemplateResponse(request, "schemes/office/form.html", {"form": form, "scheme": None})


@require_http_methods(["GET", "HEAD", "POST"])
@right_required(Right.EDIT_SCHEMES)
def present(request: MemberRequest, pk: int) -> HttpResponse:
    """What the scheme is called, who answers about it, what pays for it."""
    found = scheme_of(request, pk)
    form = SchemeForm(request.POST or None, authority=found.authority, scheme=found)
    if request.method == "POST" and form.is_valid():
        try:
            update_scheme(scheme=found, by=request.user, **form.cleaned_data)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, "Présentation enregistrée.")
            return redirect("schemes:scheme", pk)
    return TemplateResponse(request, "schemes/office/form.html", {"form": form, "scheme": found})


@require_POST
@right_required(Right.EDIT_SCHEMES)
def close(request: MemberRequest, pk: int) -> HttpResponse:
    found = scheme_of(request, pk)
    try:
        if found.closed_on is None:
            close_scheme(scheme=found, by=request.user)
        else:
            reopen_scheme(scheme=found, by=request.user)
    except Refused as refusal:
        messages.error(request, str(refusal))
    return redirect("schemes:scheme", pk)


@require_POST
@right_required(Right.EDIT_SCHEMES)
def draft(request: MemberRequest, pk: int) -> HttpResponse:
    """A new draft, which begins as the rules in force."""
    found = scheme_of(request, pk)
    current = found.current
    try:
        made = draft_version(
            scheme=found, rules=current.rules if current else DRAFT_RULES, note="", by=request.user
        )
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("schemes:scheme", pk)
    return redirect("schemes:editor", made.pk)


@require_POST
@right_required(Right.EDIT_SCHEMES)
def discard(request: MemberRequest, pk: int) -> HttpResponse:
    found = draft_of(request, pk)
    try:
        discard_draft(version=found, by=request.user)
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, "Brouillon abandonné : rien ne change aux règles en vigueur.")
    return redirect("schemes:scheme", found.scheme_id)


@require_http_methods(["GET", "HEAD", "POST"])
@right_required(Right.EDIT_SCHEMES)
def publication(request: MemberRequest, pk: int) -> HttpResponse:
    """What will change, what the law says, then the deliberation that adopts it."""
    found = draft_of(request, pk)
    shown = office.version_page(found, found.scheme.current, request.user, clock.today())
    form = PublishForm(request.POST or None, is_warned=bool(shown["findings"]))
    if request.method == "POST" and form.is_valid():
        try:
            publish(version=found, by=request.user, **form.cleaned_data)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, f"Version {found.number} publiée.")
            return redirect("schemes:scheme", found.scheme_id)
    blocking = sum(remark.stops for remark in shown["findings"])
    context = {**shown, "form": form, "blocking": blocking}
    return TemplateResponse(request, "schemes/office/publish.html", context)
