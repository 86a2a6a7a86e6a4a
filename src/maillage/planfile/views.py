"""Check a plan file, load it, give the file of a plan back."""

from __future__ import annotations

from itertools import groupby
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from maillage.accounts.guards import authority_of, right_required
from maillage.accounts.requests import MemberRequest
from maillage.accounts.rights import Right
from maillage.kit.console import Refused
from maillage.kit.words import counted
from maillage.planfile import actions, checking, exporting
from maillage.planfile.forms import CheckForm, LoadForm
from maillage.plans.models import Plan


@require_http_methods(["GET", "HEAD", "POST"])
@right_required(Right.EDIT_PLAN)
def check(request: MemberRequest) -> HttpResponse:
    asked = (request.POST, request.FILES) if request.method == "POST" else (None, None)
    form = CheckForm(*asked, initial={"shipped": request.GET.get("plan", "")})
    context: dict[str, Any] = {"form": form}
    if request.method == "POST" and form.is_valid():
        context |= _checked(form.cleaned_data["text"], form.cleaned_data["name"])
    return TemplateResponse(request, "planfile/check.html", context)


def _checked(text: str, name: str) -> dict[str, Any]:
    """What a file holds and what there is to say of it, by level, the gravest first."""
    reading, findings = checking.check(text)
    levels = [
        {"label": level.label, "findings": list(found)}
        for level, found in groupby(findings, lambda finding: finding.level)
    ]
    return {
        "name": name,
        "file": reading.file,
        "summary": checking.summary(findings),
        "levels": levels,
        "load_form": LoadForm(initial={"text": text}) if reading.file else None,
    }


@require_POST
@right_required(Right.EDIT_PLAN)
def load(request: MemberRequest) -> HttpResponse:
    form = LoadForm(request.POST)
    if not form.is_valid():
        messages.error(request, "Choisissez d'abord un fichier à vérifier.")
        return redirect("planfile:check")
    try:
        loaded = actions.load(
            text=form.cleaned_data["text"], authority=authority_of(request), by=request.user
        )
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("planfile:check")
    said = counted(len(loaded.changes), "changement") if loaded.changes else "rien de nouveau"
    messages.success(request, f"Version {loaded.version.number} du fichier : {said}.")
    return redirect("plans:plan", loaded.plan.pk)


@require_safe
@right_required(Right.SEE_PROGRAMME)
def export(request: MemberRequest, pk: int) -> HttpResponse:
    found = Plan.objects.visible_to(request.user).filter(authority=authority_of(request))
    plan = get_object_or_404(found.select_related("authority"), pk=pk)
    answer = HttpResponse(exporting.export(plan), content_type="application/toml; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{plan.key}.toml"'
    return answer
