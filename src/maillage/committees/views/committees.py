"""Committees and who sits in them."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.views.decorators.http import require_http_methods, require_POST

from maillage.accounts.guards import authority_of, right_required
from maillage.accounts.models import Event
from maillage.accounts.requests import MemberRequest
from maillage.accounts.rights import Right
from maillage.committees import actions
from maillage.committees.forms import CommitteeForm, MemberForm
from maillage.committees.models import Committee, Member
from maillage.committees.views.shared import fill
from maillage.kit import clock
from maillage.kit.web import attempt


def _committees(request: MemberRequest) -> list[Committee]:
    found = Committee.objects.visible_to(request.user).filter(authority=authority_of(request))
    return list(found.order_by("name", "pk"))


def _committee(request: MemberRequest, pk: int) -> Committee:
    found = Committee.objects.visible_to(request.user).filter(authority=authority_of(request))
    return get_object_or_404(found.select_related("authority"), pk=pk)


@require_http_methods(["GET", "HEAD", "POST"])
@right_required(Right.PREPARE_SESSIONS)
def committees(request: MemberRequest) -> HttpResponse:
    authority = authority_of(request)
    form = CommitteeForm(request.POST or None)
    made = fill(form, lambda given: actions.create_committee(authority=authority, by=request.user, **given))
    if made is not None:
        return redirect("committees:committee", made.pk)
    context = {"committees": _committees(request), "form": form}
    return TemplateResponse(request, "committees/committees.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@right_required(Right.PREPARE_SESSIONS)
def committee(request: MemberRequest, pk: int) -> HttpResponse:
    """One committee: its members, and the form that adds one."""
    found = _committee(request, pk)
    form = MemberForm(request.POST or None, authority=found.authority)
    if fill(form, lambda given: actions.add_member(committee=found, by=request.user, **given)):
        return redirect("committees:committee", pk)
    context = {
        "committee": found,
        "members": list(found.members.select_related("user").order_by("-is_chair", "name", "pk")),
        "today": clock.today(),
        "form": form,
        "events": Event.objects.about(found)[:50],
    }
    return TemplateResponse(request, "committees/committee.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@right_required(Right.PREPARE_SESSIONS)
def committee_edit(request: MemberRequest, pk: int) -> HttpResponse:
    found = _committee(request, pk)
    initial = {"name": found.name, "quorum": found.quorum, "proxies": found.proxies}
    form = CommitteeForm(request.POST or None, initial=initial)
    if fill(form, lambda given: actions.update_committee(committee=found, by=request.user, **given)):
        return redirect("committees:committee", pk)
    context = {"committee": found, "form": form}
    return TemplateResponse(request, "committees/committee_edit.html", context)


@require_POST
@right_required(Right.PREPARE_SESSIONS)
def member_end(request: MemberRequest, pk: int) -> HttpResponse:
    member = get_object_or_404(
        Member.objects.filter(committee__in=_committees(request)).select_related("committee__authority"),
        pk=pk,
    )
    attempt(
        request,
        lambda: actions.end_membership(member=member, on=clock.today(), by=request.user),
        f"{member} ne siège plus à partir de demain.",
    )
    return redirect("committees:committee", member.committee_id)
