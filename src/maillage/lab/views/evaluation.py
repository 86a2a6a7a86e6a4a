"""Asking for an evaluation: the form, then a job."""

from __future__ import annotations

from functools import partial

from django.http import HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.views.decorators.http import require_http_methods

from maillage.accounts.guards import authority_of, right_required
from maillage.accounts.requests import MemberRequest
from maillage.accounts.rights import Right
from maillage.kit.web import attempt_in
from maillage.lab import actions
from maillage.lab.evaluating import NOTHING_SIGNED, agreements_of, schemes_of
from maillage.lab.forms.evaluation import EvaluationForm


@require_http_methods(["GET", "HEAD", "POST"])
@right_required(Right.RUN_LAB)
def new(request: MemberRequest) -> HttpResponse:
    authority = authority_of(request)
    schemes = schemes_of(agreements_of(authority, request.user))
    form = EvaluationForm(request.POST or None, authority=authority, schemes=schemes)
    if form.is_valid():
        ask = partial(actions.ask_evaluation, authority=authority, request=form.cleaned_data, by=request.user)
        if attempt_in(form, ask) is not None:
            return redirect("lab:results")
    context = {"form": form, "schemes": schemes, "nothing": NOTHING_SIGNED}
    return TemplateResponse(request, "lab/evaluation_form.html", context)
