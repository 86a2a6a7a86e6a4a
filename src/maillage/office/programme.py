"""What the office reads across the rooms: the plan with its money, and the search."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from maillage.accounts.guards import authority_of, right_required
from maillage.accounts.requests import MemberRequest
from maillage.accounts.rights import Right
from maillage.kit.exports import table_response
from maillage.office import glance as glances
from maillage.office.search import LONGEST, exact, search
from maillage.plans.models import Plan, PlanQuerySet


def _plans(request: MemberRequest) -> PlanQuerySet:
    return Plan.objects.visible_to(request.user).filter(authority=authority_of(request))


@require_safe
@right_required(Right.SEE_PROGRAMME)
def glance(request: MemberRequest) -> HttpResponse:
    """One plan: the one asked for, else the last one that runs, else the last one."""
    plans = list(_plans(request).order_by("-first_year", "title", "pk"))
    asked = request.GET.get("plan", "")
    ordered = sorted(plans, key=lambda plan: (str(plan.pk) != asked, plan.status != Plan.Status.RUNNING))
    context: dict[str, object] = {"plans": plans}
    if ordered:
        plan = ordered[0]
        context |= glances.page(plan, glances.lines_of(plan))
        context["exports"] = [
            (fmt.upper(), reverse("office:glance_export", args=[plan.pk, fmt]))
            for fmt in ("csv", "xlsx", "ods")
        ]
    return TemplateResponse(request, "office/glance.html", context)


@require_safe
@right_required(Right.SEE_PROGRAMME)
def glance_export(request: MemberRequest, pk: str, fmt: str) -> HttpResponse:
    plan = get_object_or_404(_plans(request), pk=int(pk))
    rows = glances.rows(glances.lines_of(plan))
    return table_response(fmt, name=f"plan-et-argent-{plan.key}", columns=glances.EXPORTED, rows=rows)


@require_safe
@right_required(Right.SEE_APPLICATIONS)
def search_page(request: MemberRequest) -> HttpResponse:
    """A number leads to its file at once; anything else to what has these words."""
    authority, query = authority_of(request), request.GET.get("q", "").strip()[:LONGEST]
    if query and (page := exact(query, request.user, authority)):
        return redirect(page)
    groups = search(query, request.user, authority)
    context = {"query": query, "groups": groups, "count": sum(len(group.hits) for group in groups)}
    return TemplateResponse(request, "office/search.html", context)
