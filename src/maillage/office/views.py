"""My day, long work, and what was imported."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.contrib import messages
from django.http import FileResponse, Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from maillage.accounts.guards import authority_of, member_required, right_required
from maillage.accounts.requests import MemberRequest
from maillage.accounts.rights import Right
from maillage.diagnosis.pages import headlines
from maillage.intake.actions import receive
from maillage.intake.forms import UploadForm
from maillage.intake.models import ImportRun
from maillage.intake.staging import STATUS_LABELS
from maillage.jobs.actions import cancel
from maillage.jobs.models import Job, Worker
from maillage.kit.console import Refused
from maillage.kit.pages import page_of
from maillage.office.day import matters
from maillage.office.figures import envelopes, figures


@require_safe
@member_required
def my_day(request: MemberRequest) -> HttpResponse:
    authority = request.authority
    territory = authority.territory if authority else ""
    context = {
        "figures": figures(request.user, authority) if authority else [],
        "envelopes": envelopes(request.user, authority) if authority else [],
        "headline": headlines([territory]).get(territory, []) if territory else [],
        "matters": matters(request.user, authority),
        "roles": [role for role in request.user.roles if role.authority_id == getattr(authority, "pk", None)],
        "others": [
            other
            for other in dict.fromkeys(role.authority for role in request.user.roles)
            if other != authority
        ],
    }
    return TemplateResponse(request, "office/my_day.html", context)


@require_safe
@member_required
def jobs(request: MemberRequest) -> HttpResponse:
    found = Job.objects.visible_to(request.user).select_related("owner", "authority").defer("log", "result")
    context = {"page": page_of(request, found.order_by("-created_at", "-pk"))}
    return TemplateResponse(request, "office/jobs.html", context)


def visible_job(request: MemberRequest, pk: int) -> Job:
    """The job, or 404 when it is not this person's to see."""
    found = Job.objects.visible_to(request.user).select_related("owner", "authority")
    return get_object_or_404(found, pk=pk)


def progress_context(job: Job) -> dict[str, Any]:
    """What `components/progress.html` shows."""
    idle = job.state == Job.State.QUEUED and not Worker.objects.alive().exists()
    waiting = "Aucun exécutant n'est en marche : lancez « maillage worker »." if idle else job.step
    return {
        "job": {
            "title": str(job),
            "state_label": job.get_state_display(),
            "message": job.error or waiting,
            "percent": job.progress if job.state == Job.State.RUNNING else None,
            "running": not job.is_finished,
        },
        "poll_url": reverse("office:job_progress", args=[job.pk]),
        "cancel_url": "" if job.cancel_requested else reverse("office:job_cancel", args=[job.pk]),
    }


@require_safe
@member_required
def job(request: MemberRequest, pk: int) -> HttpResponse:
    found = visible_job(request, pk)
    context = {
        "found": found,
        "log": found.log if request.user.can(Right.SEE_ALL_JOBS, found.authority) else "",
        **progress_context(found),
    }
    return TemplateResponse(request, "office/job.html", context)


@require_safe
@member_required
def job_progress(request: MemberRequest, pk: int) -> HttpResponse:
    """The moving part of the page of a job; once the job is finished, the whole page comes again."""
    found = visible_job(request, pk)
    response = TemplateResponse(request, "components/progress.html", progress_context(found))
    if found.is_finished and request.htmx:
        response["HX-Refresh"] = "true"
    return response


@require_POST
@member_required
def job_cancel(request: MemberRequest, pk: int) -> HttpResponse:
    try:
        cancel(job=visible_job(request, pk), by=request.user)
    except Refused as refusal:
        messages.error(request, str(refusal))
    return redirect("office:job", pk=pk)


@require_safe
@member_required
def job_file(request: MemberRequest, pk: int) -> HttpResponseBase:
    found = visible_job(request, pk)
    if not found.result_file:
        raise Http404("Ce travail n'a pas produit de fichier.")
    name = Path(found.result_file.path).name
    return FileResponse(found.result_file.open("rb"), as_attachment=True, filename=name)


@require_safe
@right_required(Right.IMPORT_DATA)
def imports(request: MemberRequest) -> HttpResponse:
    runs = ImportRun.objects.visible_to(request.user).select_related("actor").defer("report")
    context = {"page": page_of(request, runs.order_by("-started_at", "-pk"))}
    return TemplateResponse(request, "office/imports.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@right_required(Right.IMPORT_DATA)
def upload(request: MemberRequest) -> HttpResponse:
    form = UploadForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        files = form.cleaned_data["uploads"]
        try:
            asked = receive(files=files, authority=authority_of(request), by=request.user)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            return redirect("office:job", asked.pk)
    return TemplateResponse(request, "office/upload.html", {"form": form})


@require_safe
@right_required(Right.IMPORT_DATA)
def import_report(request: MemberRequest, pk: int) -> HttpResponse:
    runs = ImportRun.objects.visible_to(request.user).select_related("actor")
    run = get_object_or_404(runs, pk=pk)
    files = [
        {
            "name": entry["file"],
            "title": entry.get("title", ""),
            "status": STATUS_LABELS[entry["status"]],
            "message": entry.get("message", ""),
            "tables": entry.get("tables", []),
            "set_aside": entry.get("rows_set_aside", 0),
            "problems": entry.get("defect_counts", []),
            "defects": entry.get("defects", []),
        }
        for entry in run.report["files"]
    ]
    context = {"run": run, "files": files, "surveys": run.report.get("obligations", [])}
    return TemplateResponse(request, "office/import_report.html", context)
