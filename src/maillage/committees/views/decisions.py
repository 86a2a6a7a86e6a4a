"""Decisions: the queues, one decision, voting, transmitting, notifying."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from maillage.accounts.guards import authority_of, right_required
from maillage.accounts.models import Event
from maillage.accounts.requests import MemberRequest
from maillage.accounts.rights import Right
from maillage.applications.models import Application
from maillage.committees import actions, pages
from maillage.committees.forms import (
    QUEUES,
    TO_NOTIFY,
    TO_TAKE,
    TO_TRANSMIT,
    ActForm,
    DecisionFilter,
    ProposalForm,
    PublicationForm,
    TransmissionForm,
    VoteForm,
    WithdrawDecisionForm,
)
from maillage.committees.models import Decision, DecisionQuerySet
from maillage.committees.views.shared import attempt_form, fill
from maillage.kit import clock
from maillage.kit.exports import streamed_response
from maillage.kit.pages import page_of
from maillage.kit.web import attempt, attempt_in
from maillage.kit.words import counted
from maillage.letters.pages import shown
from maillage.rules.money import euros


def _visible(request: MemberRequest) -> DecisionQuerySet:
    found = Decision.objects.visible_to(request.user).filter(application__authority=authority_of(request))
    return found.select_related(
        "application__recipient", "application__version__scheme", "envelope", "letter"
    ).order_by("application__version__scheme__title", "application__number", "pk")


def _decision(request: MemberRequest, pk: int) -> Decision:
    found = _visible(request).select_related("application__authority", "item__session__committee")
    return get_object_or_404(found, pk=pk)


def _ticked(request: MemberRequest) -> list[Decision]:
    asked = [int(one) for one in request.POST.getlist("decisions") if one.isdecimal()]
    found = list(_visible(request).filter(pk__in=asked))
    if not found:
        messages.error(request, "Cochez d’abord les décisions concernées.")
    return found


def _queue(name: str) -> HttpResponse:
    return redirect(f"{reverse('committees:decisions')}?etat={name}")


@require_safe
@right_required(Right.SEE_APPLICATIONS)
def decisions(request: MemberRequest) -> HttpResponse:
    form = DecisionFilter(request.GET)
    mine = Decision.objects.visible_to(request.user).filter(application__authority=authority_of(request))
    page = page_of(request, form.apply(_visible(request)))
    may_record = request.user.can(Right.RECORD_DECISIONS, request.authority)
    context = {
        "form": form,
        "page": page,
        "rows": [(one, pages.is_late(one)) for one in page],
        "queue": form.queue,
        "queues": QUEUES,
        "counts": {
            "to_take": mine.to_take().count(),
            "to_transmit": mine.to_transmit().count(),
            "to_notify": mine.to_notify().count(),
        },
        "ticking": may_record and form.queue in (TO_TAKE, TO_TRANSMIT, TO_NOTIFY),
        "transmission_form": TransmissionForm(initial={"on": clock.today()}),
    }
    return TemplateResponse(request, "committees/decisions.html", context)


@require_safe
@right_required(Right.SEE_APPLICATIONS)
def decisions_export(request: MemberRequest, fmt: str) -> HttpResponseBase:
    found = DecisionFilter(request.GET).apply(_visible(request))
    rows = pages.decision_rows(found.iterator())
    return streamed_response(fmt, name="decisions", columns=pages.DECISION_COLUMNS, rows=rows)


@require_safe
@right_required(Right.SEE_APPLICATIONS)
def decision(request: MemberRequest, pk: int) -> HttpResponse:
    found = _decision(request, pk)
    context = {
        "decision": found,
        "steps": pages.next_steps(found),
        "may_record": request.user.can(Right.RECORD_DECISIONS, request.authority),
        "act": shown(found.letter.act) if found.letter else None,
        "withdraw_form": WithdrawDecisionForm(initial={"on": clock.today()}),
        "events": Event.objects.about(found, found.application)[:50],
    }
    return TemplateResponse(request, "committees/decision.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@right_required(Right.RECORD_DECISIONS)
def propose(request: MemberRequest, pk: int) -> HttpResponse:
    """A decision on an application that no committee examines."""
    found = Application.objects.visible_to(request.user).filter(authority=authority_of(request))
    application = get_object_or_404(
        found.select_related("recipient", "judgement", "version__scheme", "authority"), pk=pk
    )
    computed = application.judgement.amount if application.judgement else None
    form = ProposalForm(request.POST or None, initial={"amount": computed})
    made = fill(form, lambda given: actions.propose(application=application, by=request.user, **given))
    if made is not None:
        return redirect("committees:decision", made.pk)
    context = {"application": application, "computed": computed, "form": form}
    return TemplateResponse(request, "committees/propose.html", context)


@require_POST
@right_required(Right.RECORD_DECISIONS)
def vote(request: MemberRequest) -> HttpResponse:
    """First what each decision would leave, then, once the act is given, all of them or each one."""
    chosen = [one for one in _ticked(request) if one.state == Decision.State.PROPOSED]
    if not chosen:
        return _queue(TO_TAKE)
    confirming = "number" in request.POST
    form = ActForm(request.POST if confirming else None)
    votes = [VoteForm(request.POST if confirming else None, decision=one) for one in chosen]
    if confirming and all([form.is_valid(), *(one.is_valid() for one in votes)]):
        results = _record(request, form, votes)
        if results is not None:
            context = {"results": results, "number": form.cleaned_data["number"]}
            return TemplateResponse(request, "committees/voted.html", context)
    total = sum(one.amount for one in chosen if one.amount is not None)
    context = {
        "form": form,
        "lines": list(zip(pages.preflight(chosen), votes, strict=True)),
        "total": euros(total) if total else "",
    }
    return TemplateResponse(request, "committees/vote.html", context)


def _record(request: MemberRequest, form: ActForm, votes: list[VoteForm]) -> list[actions.Result] | None:
    act = {**form.cleaned_data, "together": bool(form.cleaned_data["together"])}
    return attempt_in(
        form, lambda: actions.record_votes(votes=[one.vote for one in votes], by=request.user, **act)
    )


def _with_form(
    request: MemberRequest,
    form: TransmissionForm | PublicationForm,
    run: Callable[..., Any],
    done: str,
    then: str,
) -> HttpResponse:
    """Act on the decisions ticked, then show the queue that comes next; the same one if nothing was done."""
    if chosen := _ticked(request):
        act = lambda given: run(decisions=chosen, by=request.user, **given)  # noqa: E731
        if attempt_form(request, form, act, _told(len(chosen), done)):
            return _queue(then)
    return _queue(TO_TRANSMIT)


def _told(count: int, done: str) -> str:
    """« 2 décisions transmises. »"""
    return f"{counted(count, f'décision {done}', f'décisions {done}s')}."


@require_POST
@right_required(Right.RECORD_DECISIONS)
def transmit(request: MemberRequest) -> HttpResponse:
    form = TransmissionForm(request.POST)
    return _with_form(request, form, actions.transmit, "transmise", TO_NOTIFY)


@require_POST
@right_required(Right.RECORD_DECISIONS)
def publish(request: MemberRequest) -> HttpResponse:
    form = PublicationForm(request.POST)
    return _with_form(request, form, actions.publish, "publiée", TO_TRANSMIT)


@require_POST
@right_required(Right.RECORD_DECISIONS)
def notify_selected(request: MemberRequest) -> HttpResponse:
    """Notify the decisions ticked, each on its own: one that cannot be holds back no other."""
    chosen = _ticked(request)
    refusals = actions.notify_each(decisions=chosen, by=request.user)
    for refusal in refusals:
        messages.error(request, refusal)
    if sent := len(chosen) - len(refusals):
        messages.success(request, _told(sent, "notifiée"))
    return _queue(TO_NOTIFY)


@require_POST
@right_required(Right.RECORD_DECISIONS)
def prepare(request: MemberRequest, pk: int) -> HttpResponse:
    """Write the letter, to be read before it is sent."""
    found = _decision(request, pk)
    attempt(request, lambda: actions.prepare_notification(decision=found, by=request.user))
    return redirect(f"{reverse('committees:decision', args=[pk])}#courrier")


@require_POST
@right_required(Right.RECORD_DECISIONS)
def notify(request: MemberRequest, pk: int) -> HttpResponse:
    found = _decision(request, pk)
    attempt(request, lambda: actions.notify(decision=found, by=request.user), "La décision est notifiée.")
    return redirect("committees:decision", pk)


@require_POST
@right_required(Right.RECORD_DECISIONS)
def withdraw(request: MemberRequest, pk: int) -> HttpResponse:
    found = _decision(request, pk)
    attempt_form(
        request,
        WithdrawDecisionForm(request.POST),
        lambda given: actions.withdraw_decision(decision=found, by=request.user, **given),
        "La décision est retirée : son montant est rendu à l’enveloppe.",
    )
    return redirect("committees:decision", pk)
