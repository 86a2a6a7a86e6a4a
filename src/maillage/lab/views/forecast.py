"""Asking for a forecast: the form, then a job."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.views.decorators.http import require_http_methods

from maillage.accounts.guards import authority_of, right_required
from maillage.accounts.requests import MemberRequest
from maillage.accounts.rights import Right
from maillage.kit.web import refusals_as_pages
from maillage.lab import actions
from maillage.lab.forms.forecast import ForecastForm, SupposedForm


@require_http_methods(["GET", "HEAD", "POST"])
@refusals_as_pages
@right_required(Right.RUN_LAB)
def new(request: MemberRequest) -> HttpResponse:
    authority = authority_of(request)
    form = ForecastForm(request.POST or None, authority=authority)
    supposed = SupposedForm(request.POST or None)
    if form.is_valid() & supposed.is_valid():
        asked = form.cleaned_data
        wanted = asked | {
            "territory": str(asked["territory"].key),
            "assumptions": supposed.assumed(asked["profession"]).as_document(),
        }
        actions.ask_forecast(authority=authority, request=wanted, by=request.user)
        return redirect("lab:results")
    return TemplateResponse(request, "lab/forecast_form.html", {"form": form, "supposed": supposed})
