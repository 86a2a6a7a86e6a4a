"""Looking for where to open: the form, then a job; and from what it found to a scenario."""

from __future__ import annotations

from functools import partial

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.views.decorators.http import require_http_methods, require_POST

from maillage.accounts.guards import authority_of, right_required
from maillage.accounts.requests import MemberRequest
from maillage.accounts.rights import Right
from maillage.kit.web import attempt, attempt_in, refusals_as_pages, say_errors
from maillage.lab import actions
from maillage.lab.forms.siting import MoreForm, ScenarioTitleForm, SitingForm, request_of
from maillage.lab.models import Result


@require_http_methods(["GET", "HEAD", "POST"])
@refusals_as_pages
@right_required(Right.RUN_LAB)
def new(request: MemberRequest) -> HttpResponse:
    authority = authority_of(request)
    form = SitingForm(request.POST or None, territory=authority.territory)
    more = MoreForm(request.POST or None)
    if form.is_valid() & more.is_valid():
        asked = request_of(form, more, authority.territory)
        ask = partial(actions.ask_siting, authority=authority, request=asked, by=request.user)
        if attempt_in(form, ask) is not None:
            return redirect("lab:results")
    return TemplateResponse(request, "lab/siting_form.html", {"form": form, "more": more})


@require_POST
@right_required(Right.RUN_LAB)
def scenario(request: MemberRequest, pk: int) -> HttpResponse:
    results = Result.objects.visible_to(request.user).filter(authority=authority_of(request))
    found = get_object_or_404(results.select_related("authority", "snapshot"), pk=pk)
    form = ScenarioTitleForm(request.POST)
    if form.is_valid():
        title = form.cleaned_data["title"]
        made = attempt(
            request,
            lambda: actions.turn_into_scenario(result=found, title=title, by=request.user),
            "Voici le scénario : chiffrez-le, comparez-le, inscrivez-le au plan.",
        )
        if made is not None:
            return redirect("lab:scenario", made.pk)
    say_errors(request, form)
    return redirect("lab:result", pk)
