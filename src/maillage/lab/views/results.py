"""What the laboratory computed and kept, and what it is computing."""

from __future__ import annotations

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.views.decorators.http import require_safe

from maillage.accounts.guards import authority_of, right_required
from maillage.accounts.requests import MemberRequest
from maillage.accounts.rights import Right
from maillage.jobs.models import Job
from maillage.kit.exports import file_response, table_response
from maillage.kit.pages import page_of
from maillage.kit.web import refusals_as_pages
from maillage.lab.models import Result, ResultQuerySet
from maillage.lab.pages.results import READERS
from maillage.letters.actions import rendered

JOB_PREFIX = "lab_"


def _results(request: MemberRequest) -> ResultQuerySet:
    return Result.objects.visible_to(request.user).filter(authority=authority_of(request))


@require_safe
@right_required(Right.SEE_LAB)
def results(request: MemberRequest) -> HttpResponse:
    found = _results(request).select_related("made_by").defer("outcome", "provenance")
    running = Job.objects.visible_to(request.user).unfinished().filter(kind__startswith=JOB_PREFIX)
    context = {
        "page": page_of(request, found),
        "running": running.order_by("pk"),
        "may_run": request.user.can(Right.RUN_LAB, request.authority),
    }
    return TemplateResponse(request, "lab/results.html", context)


def _one(request: MemberRequest, pk: int) -> Result:
    found = _results(request).select_related("made_by", "authority", "snapshot")
    return get_object_or_404(found.defer("snapshot__arrays"), pk=pk)


@require_safe
@refusals_as_pages
@right_required(Right.SEE_LAB)
def result(request: MemberRequest, pk: int) -> HttpResponse:
    found = _one(request, pk)
    context = READERS[found.kind].page(found)
    context |= {"result": found, "may_run": request.user.can(Right.RUN_LAB, request.authority)}
    return TemplateResponse(request, f"lab/{found.kind}.html", context)


@require_safe
@refusals_as_pages
@right_required(Right.SEE_LAB)
def export(request: MemberRequest, pk: int, fmt: str) -> HttpResponseBase:
    found = _one(request, pk)
    columns, rows = READERS[found.kind].table(found)
    return table_response(fmt, name=f"{found.kind}-{pk}", columns=columns, rows=rows)


@require_safe
@refusals_as_pages
@right_required(Right.SEE_LAB)
def pdf(request: MemberRequest, pk: int) -> HttpResponseBase:
    found = _one(request, pk)
    content = rendered(READERS[found.kind].act(found), found.authority)
    return file_response("pdf", name=f"{found.kind}-{pk}", content=content)
