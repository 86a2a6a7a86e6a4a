"""The editor of a draft: section by section, criterion by criterion, tried on a case before publishing."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.views.decorators.http import require_http_methods, require_POST

from maillage.accounts.guards import right_required
from maillage.accounts.requests import MemberRequest
from maillage.accounts.rights import Right
from maillage.kit import clock
from maillage.kit.console import Refused
from maillage.rules.describe import describe
from maillage.rules.eligibility import fields_needed
from maillage.schemes.actions import edit_draft
from maillage.schemes.editor.criteria import CriterionForm, moved_up, without
from maillage.schemes.editor.general import NoteForm, TryForm
from maillage.schemes.editor.sections import SECTIONS
from maillage.schemes.facts import gather
from maillage.schemes.forms import FactsForm
from maillage.schemes.judging import assess
from maillage.schemes.models import SchemeVersion
from maillage.schemes.pages import office, public
from maillage.schemes.pages.verdict import shown
from maillage.schemes.views.office import draft_of, version_of


@require_http_methods(["GET", "HEAD", "POST"])
@right_required(Right.EDIT_SCHEMES)
def editor(request: MemberRequest, pk: int) -> HttpResponse:
    """The draft as a whole: what is written, what is missing, where to change it."""
    version = draft_of(request, pk)
    form = NoteForm(request.POST or None, initial={"note": version.note})
    if request.method == "POST" and form.is_valid():
        if _saved(request, version, version.rules, form.cleaned_data["note"]):
            messages.success(request, "Objet enregistré.")
        return redirect("schemes:editor", pk)
    current = version.scheme.current
    context = {
        "version": version,
        "scheme": version.scheme,
        "form": form,
        "tabs": [(slug, one.title) for slug, one in SECTIONS.items()],
        "criteria": version.parsed.criteria,
        "next_rank": len(version.parsed.criteria),
        "sections": describe(version.parsed),
        "findings": office.findings_of(version, clock.today()),
        "changes": office.changes(current, version) if current else [],
        "current": current,
    }
    return TemplateResponse(request, "schemes/office/editor.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@right_required(Right.EDIT_SCHEMES)
def section(request: MemberRequest, pk: int, slug: str) -> HttpResponse:
    version = draft_of(request, pk)
    if slug not in SECTIONS:
        raise Http404("Cette rubrique n'existe pas.")
    if _is_stale(request, version):
        return redirect("schemes:section", pk, slug)
    form = SECTIONS[slug](request.POST or None, version.rules)
    if request.method == "POST" and (document := form.checked()) is not None:
        if _saved(request, version, document, version.note):
            messages.success(request, f"« {form.title} » enregistré.")
        again = "encore" in request.POST
        return redirect("schemes:section", pk, slug) if again else redirect("schemes:editor", pk)
    context = {"version": version, "scheme": version.scheme, "form": form}
    return TemplateResponse(request, "schemes/office/section.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@right_required(Right.EDIT_SCHEMES)
def criterion(request: MemberRequest, pk: int, rank: int) -> HttpResponse:
    version = draft_of(request, pk)
    criteria = version.parsed.criteria
    if rank > len(criteria):
        raise Http404("Cette condition n'existe pas.")
    if _is_stale(request, version):
        return redirect("schemes:editor", pk)
    form = CriterionForm(request.POST or None, version.rules, rank)
    if request.method == "POST" and (document := form.checked()) is not None:
        if _saved(request, version, document, version.note):
            messages.success(request, "Condition enregistrée.")
        return redirect("schemes:editor", pk)
    context = {
        "version": version,
        "scheme": version.scheme,
        "form": form,
        "rank": rank,
        "criterion": criteria[rank] if rank < len(criteria) else None,
        "said": criteria[rank].rule.condition(must=True) if rank < len(criteria) else "",
    }
    return TemplateResponse(request, "schemes/office/criterion.html", context)


@require_POST
@right_required(Right.EDIT_SCHEMES)
def criterion_change(request: MemberRequest, pk: int, rank: int) -> HttpResponse:
    """Remove a criterion, or bring it one place up."""
    version = draft_of(request, pk)
    change = moved_up if "monter" in request.POST else without
    if rank < len(version.parsed.criteria) and not _is_stale(request, version):
        _saved(request, version, change(version.rules, rank), version.note)
    return redirect("schemes:editor", pk)


@require_http_methods(["GET", "HEAD", "POST"])
@right_required(Right.SEE_PROGRAMME)
def trial(request: MemberRequest, pk: int) -> HttpResponse:
    """« Essayer sur un cas »: the verdict of a version on made-up answers; nothing is kept."""
    version = version_of(request, pk)
    posted = request.POST if request.method == "POST" else None
    day = TryForm(posted, initial={"on": clock.today()})
    authority = version.scheme.authority
    form = FactsForm(
        fields_needed(version.parsed), posted, required=(), territory=public.territory_of(authority)
    )
    context: dict[str, Any] = {"version": version, "scheme": version.scheme, "day": day, "form": form}
    if posted is not None and all([day.is_valid(), form.is_valid()]):
        answers, on = form.answers(), day.cleaned_data["on"]
        facts, zoning = gather(
            authority=authority,
            answers=answers,
            commune=answers.get("practice_commune", ""),
            profession=answers.get("profession", ""),
            on=on,
        )
        assessment = assess(version, facts, on)
        context |= {
            "verdict": shown(assessment),
            "sentence": assessment.sentence,
            "zones": [place["sentence"] for place in zoning.values()],
            "documents": public.documents(version, facts, on),
        }
    return TemplateResponse(request, "schemes/office/try.html", context)


def _is_stale(request: MemberRequest, version: SchemeVersion) -> bool:
    """Whether someone changed the draft since the page was opened: writing over it would lose their work."""
    if request.POST.get("seen", version.fingerprint) == version.fingerprint:
        return False
    messages.error(
        request, "Ce brouillon a été modifié depuis que vous avez ouvert cette page : reprenez votre saisie."
    )
    return True


def _saved(request: MemberRequest, version: SchemeVersion, document: Any, note: str) -> bool:
    """Write the draft; a refusal is said on the next page."""
    try:
        edit_draft(version=version, rules=document, note=note, by=request.user)
    except Refused as refusal:
        messages.error(request, str(refusal))
        return False
    return True
