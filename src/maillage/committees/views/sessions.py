"""Sessions: the list, one session, its agenda, its members, its closing."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from maillage.accounts.guards import authority_of, member_required, right_required
from maillage.accounts.models import Event
from maillage.accounts.requests import MemberRequest
from maillage.accounts.rights import Right
from maillage.applications.models import Application
from maillage.committees import actions, documents, pages
from maillage.committees.arbitration import bands, items_of
from maillage.committees.forms import OpinionForm, ReasonForm, SessionForm, WithdrawalForm
from maillage.committees.models import AgendaItem, Committee, Session
from maillage.committees.quorum import sitting
from maillage.committees.states import allows
from maillage.committees.views.shared import attempt_form, fill, pdf_of, session_in_hand
from maillage.files.serving import answer
from maillage.kit.console import Refused
from maillage.kit.exports import table_response
from maillage.kit.pages import page_of
from maillage.kit.web import attempt, refusals_as_pages
from maillage.kit.words import counted


def _listed(request: MemberRequest) -> Any:
    found = Session.objects.visible_to(request.user).filter(committee__authority=authority_of(request))
    return found.select_related("committee").annotate(count=Count("items")).order_by("-held_at", "-pk")


def _readable(request: MemberRequest, pk: int) -> Session:
    found = Session.objects.visible_to(request.user).select_related("committee__authority", "minutes")
    return get_object_or_404(found, pk=pk)


def _may_list(request: MemberRequest) -> bool:
    return any(
        request.user.can(right, request.authority)
        for right in (Right.PREPARE_SESSIONS, Right.SIT_IN_COMMITTEE)
    )


@require_safe
@member_required
def sessions(request: MemberRequest) -> HttpResponse:
    if not _may_list(request):
        raise PermissionDenied("Votre rôle ne donne pas accès à cette page.")
    page = page_of(request, _listed(request))
    context = {
        "page": page,
        "office": request.user.can(Right.PREPARE_SESSIONS, request.authority),
        "coming": _listed(request).filter(state__in=["prepared", "convened", "open"]).count(),
        "ready": _ready(request).count(),
    }
    return TemplateResponse(request, "committees/sessions.html", context)


@require_safe
@right_required(Right.PREPARE_SESSIONS)
def sessions_export(request: MemberRequest, fmt: str) -> HttpResponse:
    rows = [
        (str(one.committee), one.held_on, one.place, one.get_state_display(), one.count)
        for one in _listed(request)
    ]
    return table_response(fmt, name="seances", columns=pages.SESSION_COLUMNS, rows=rows)


@require_http_methods(["GET", "HEAD", "POST"])
@right_required(Right.PREPARE_SESSIONS)
def session_new(request: MemberRequest) -> HttpResponse:
    committees = Committee.objects.visible_to(request.user).filter(authority=authority_of(request))
    form = SessionForm(request.POST or None, committees=committees.order_by("name", "pk"))
    made = fill(form, lambda given: actions.plan_session(by=request.user, **given))
    if made is not None:
        return redirect("committees:agenda", made.pk)
    context = {"form": form, "has_committee": committees.exists()}
    return TemplateResponse(request, "committees/session_new.html", context)


@require_safe
@member_required
def session(request: MemberRequest, pk: int) -> HttpResponse:
    """For whoever prepares it, everything; for a member, the agenda and their own withdrawals."""
    found = _readable(request, pk)
    office = request.user.can(Right.PREPARE_SESSIONS, found.committee.authority)
    context = {
        **pages.session_page(found, request.user, office=office),
        "frozen_bands": pages.frozen_bands(found),
        "may": {verb: allows(found, verb) for verb in ("agenda", "attendance", "withdrawal", "opinion")},
        "left": actions.left_before_closing(found) if office and found.state == "open" else [],
        "cancel_form": ReasonForm(),
        "events": Event.objects.about(found)[:50] if office else [],
    }
    return TemplateResponse(request, "committees/session.html", context)


def _ready(request: MemberRequest) -> Any:
    found = Application.objects.visible_to(request.user).filter(authority=authority_of(request))
    return found.filter(state=Application.State.READY)


@require_http_methods(["GET", "HEAD", "POST"])
@right_required(Right.PREPARE_SESSIONS)
def agenda(request: MemberRequest, pk: int) -> HttpResponse:
    """The applications ready for a committee, to tick."""
    found = session_in_hand(request, pk)
    ready = _ready(request).select_related("recipient", "version__scheme", "judgement")
    ready = ready.order_by("version__scheme__title", "submitted_at", "pk")
    if request.method == "POST":
        asked = [int(one) for one in request.POST.getlist("applications") if one.isdecimal()]
        chosen = list(ready.filter(pk__in=asked))
        if not chosen:
            messages.error(request, "Cochez d’abord les dossiers à inscrire.")
        elif (
            attempt(
                request,
                lambda: actions.enlist(session=found, applications=chosen, by=request.user),
                f"{counted(len(chosen), 'dossier inscrit', 'dossiers inscrits')} à l’ordre du jour.",
            )
            is not None
        ):
            return redirect("committees:session", pk)
    context = {"session": found, "page": page_of(request, ready), "open": allows(found, "agenda")}
    return TemplateResponse(request, "committees/agenda.html", context)


@require_POST
@right_required(Right.PREPARE_SESSIONS)
def act(request: MemberRequest, pk: int, verb: str) -> HttpResponse:
    """Convene, open, close."""
    found = session_in_hand(request, pk)
    run, done = {
        "convoquer": (actions.convene, "La séance est convoquée."),
        "ouvrir": (actions.open_session, "La séance est ouverte."),
        "clore": (actions.close_session, "La séance est close : ses décisions sont à prendre."),
    }[verb]
    attempt(request, lambda: run(session=found, by=request.user), done)
    return redirect("committees:session", pk)


@require_POST
@right_required(Right.PREPARE_SESSIONS)
def cancel(request: MemberRequest, pk: int) -> HttpResponse:
    found = session_in_hand(request, pk)
    attempt_form(
        request,
        ReasonForm(request.POST),
        lambda given: actions.cancel_session(session=found, by=request.user, **given),
        "La séance est annulée.",
    )
    return redirect("committees:session", pk)


@require_http_methods(["GET", "HEAD", "POST"])
@right_required(Right.PREPARE_SESSIONS)
def attendance(request: MemberRequest, pk: int) -> HttpResponse:
    found = session_in_hand(request, pk)
    members = {member.pk: member for member in sitting(found)}
    if request.method == "POST":
        present = [members[key] for key in members if f"present-{key}" in request.POST]
        proxies = {
            member: members[int(given)]
            for key, member in members.items()
            if (given := request.POST.get(f"proxy-{key}", "")).isdecimal() and int(given) in members
        }
        if (
            attempt(
                request,
                lambda: actions.record_attendance(
                    session=found, present=present, proxies=proxies, by=request.user
                ),
                "Les présences sont relevées.",
            )
            is not None
        ):
            return redirect("committees:session", pk)
    context = pages.session_page(found, request.user, office=True)
    return TemplateResponse(request, "committees/attendance.html", context)


def _item(request: MemberRequest, pk: int, item: int) -> AgendaItem:
    found = session_in_hand(request, pk)
    rows = found.items.select_related("application__recipient", "application__version__scheme", "envelope")
    one = get_object_or_404(rows, pk=item)
    one.session = found
    return one


@require_POST
@right_required(Right.PREPARE_SESSIONS)
def delist(request: MemberRequest, pk: int, item: int) -> HttpResponse:
    one = _item(request, pk, item)
    done = f"Le dossier {one.application} est retiré de l’ordre du jour."
    attempt(request, lambda: actions.delist(item=one, by=request.user), done)
    return redirect("committees:session", pk)


@require_http_methods(["GET", "HEAD", "POST"])
@right_required(Right.PREPARE_SESSIONS)
def opinion(request: MemberRequest, pk: int, item: int) -> HttpResponse:
    """The opinion on one item, then the next item without one."""
    one = _item(request, pk, item)
    initial = {
        "opinion": one.opinion,
        "amount": one.proposed,
        "reasons": one.reasons,
        "votes_for": one.votes_for,
        "votes_against": one.votes_against,
        "abstentions": one.abstentions,
    }
    form = OpinionForm(request.POST or None, initial=initial)
    if fill(form, lambda given: _give(one, form, request)):
        following = one.session.items.filter(opinion="").order_by("position", "pk").first()
        if following is None:
            return redirect("committees:session", pk)
        return redirect("committees:opinion", pk, following.pk)
    (line,) = pages.lines(one.session, [row for row in items_of(one.session) if row.pk == one.pk])
    withdrawal_form = WithdrawalForm(members=one.session.committee.members.sitting(one.session.held_on))
    context = {
        "session": one.session,
        "item": one,
        "line": line,
        "form": form,
        "withdrawal_form": withdrawal_form,
    }
    return TemplateResponse(request, "committees/opinion.html", context)


def _give(item: AgendaItem, form: OpinionForm, request: MemberRequest) -> AgendaItem:
    given = form.cleaned_data
    return actions.set_opinion(
        item=item,
        opinion=given["opinion"],
        reasons=given["reasons"],
        votes=form.votes,
        amount=given["amount"],
        by=request.user,
    )


@require_POST
@member_required
def withdrawal(request: MemberRequest, pk: int, item: int) -> HttpResponse:
    """A member withdraws from an item; whoever prepares the session may write it for them."""
    found = _readable(request, pk)
    one = get_object_or_404(found.items.select_related("application"), pk=item)
    office = request.user.can(Right.PREPARE_SESSIONS, found.committee.authority)
    members = found.committee.members.sitting(found.held_on)
    allowed = members if office else members.filter(user=request.user)
    form = WithdrawalForm(request.POST, members=allowed.order_by("name", "pk"))
    attempt_form(
        request,
        form,
        lambda given: actions.withdraw_member(item=one, by=request.user, **given),
        f"Le déport est noté pour le dossier {one.application}.",
    )
    back = request.POST.get("retour") == "avis" and office
    return redirect("committees:opinion", pk, item) if back else redirect("committees:session", pk)


@require_safe
@refusals_as_pages
@member_required
def pack(request: MemberRequest, pk: int) -> HttpResponse:
    """What members read before the session."""
    found = _readable(request, pk)
    items = items_of(found)
    return pdf_of(
        documents.pack(found, items, bands(found, items)), found, f"dossier-de-seance-{found.held_on}.pdf"
    )


@require_safe
@refusals_as_pages
@member_required
def minutes(request: MemberRequest, pk: int) -> HttpResponseBase:
    """The minutes, as they were kept at closing."""
    stored = _readable(request, pk).minutes
    if stored is None:
        raise Refused("Cette séance n'est pas close : son procès-verbal n'est pas écrit.")
    return answer(stored)
