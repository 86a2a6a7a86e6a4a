"""Pages of the budget. A view translates HTTP; what it shows is read in `pages`."""

from __future__ import annotations

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.views.decorators.http import require_http_methods, require_safe

from maillage.accounts.guards import authority_of, right_required
from maillage.accounts.requests import MemberRequest
from maillage.accounts.rights import Right
from maillage.budget import balances, pages
from maillage.budget.actions import open_envelope
from maillage.budget.forms import EntryFilter, EnvelopeForm
from maillage.budget.models import Entry, Envelope
from maillage.budget.operations import possible
from maillage.kit import clock
from maillage.kit.console import Refused
from maillage.kit.exports import table_response

ENTRIES_PER_PAGE = 50


def _envelopes(request: MemberRequest) -> list[Envelope]:
    """Those of the authority in hand, in the order of its plans."""
    found = Envelope.objects.visible_to(request.user).filter(authority=authority_of(request))
    return list(found.in_plan_order())


def _envelope(request: MemberRequest, pk: int) -> Envelope:
    found = Envelope.objects.visible_to(request.user).filter(authority=authority_of(request))
    return get_object_or_404(found.select_related("authority", "measure"), pk=pk)


def _year(request: MemberRequest) -> int:
    asked = request.GET.get("exercice", "")
    return int(asked) if asked.isdecimal() and len(asked) == 4 else clock.today().year


@require_safe
@right_required(Right.SEE_PROGRAMME)
def overview(request: MemberRequest) -> HttpResponse:
    context = pages.overview_page(_envelopes(request), _year(request))
    may_vote = request.user.can(Right.VOTE_BUDGET, request.authority)
    return TemplateResponse(request, "budget/overview.html", {**context, "may_vote": may_vote})


@require_safe
@right_required(Right.SEE_PROGRAMME)
def export(request: MemberRequest, fmt: str) -> HttpResponse:
    year = _year(request)
    columns, rows = pages.overview_rows(_envelopes(request), year)
    return table_response(fmt, name=f"budget-{year}", columns=columns, rows=rows)


@require_safe
@right_required(Right.SEE_PROGRAMME)
def envelope(request: MemberRequest, pk: int) -> HttpResponse:
    found = _envelope(request, pk)
    form = EntryFilter(request.GET or None, envelope=found)
    entries = form.apply(Entry.objects.filter(envelope=found)).select_related("by")
    page = Paginator(entries.order_by("-at", "-pk"), ENTRIES_PER_PAGE).get_page(request.GET.get("page"))
    may_vote = request.user.can(Right.VOTE_BUDGET, found.authority)
    context = {
        **pages.envelope_page(found),
        "form": form,
        "page": page,
        "entries": pages.shown_entries(page),
        "operations": possible(found) if may_vote else {},
        "exports": pages.export_links("budget:entries_export", [pk], request.GET.urlencode()),
    }
    return TemplateResponse(request, "budget/envelope.html", context)


@require_safe
@right_required(Right.SEE_PROGRAMME)
def entries_export(request: MemberRequest, pk: str, fmt: str) -> HttpResponse:
    found = _envelope(request, int(pk))
    entries = EntryFilter(request.GET or None, envelope=found).apply(Entry.objects.filter(envelope=found))
    rows = pages.entry_rows(entries.order_by("-at", "-pk"))
    return table_response(fmt, name=f"ecritures-{found.key}", columns=pages.ENTRY_COLUMNS, rows=rows)


@require_http_methods(["GET", "HEAD", "POST"])
@right_required(Right.VOTE_BUDGET)
def new(request: MemberRequest) -> HttpResponse:
    authority = authority_of(request)
    form = EnvelopeForm(request.POST or None, authority=authority, user=request.user)
    if request.method == "POST" and form.is_valid():
        try:
            opened = open_envelope(authority=authority, by=request.user, **form.cleaned_data)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, "L'enveloppe est ouverte. Votez son montant.")
            return redirect("budget:envelope", opened.pk)
    return TemplateResponse(request, "budget/new.html", {"form": form})


@require_http_methods(["GET", "HEAD", "POST"])
@right_required(Right.VOTE_BUDGET)
def operation(request: MemberRequest, pk: int, slug: str) -> HttpResponse:
    found = _envelope(request, pk)
    chosen = possible(found).get(slug)
    if chosen is None:
        raise Http404("Cette opération n'existe pas pour cette enveloppe.")
    form = chosen.form(request.POST or None, envelope=found)
    if request.method == "POST" and form.is_valid():
        try:
            chosen.run(found, form, request.user)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, chosen.done)
            return redirect("budget:envelope", pk)
    context = {
        "form": form,
        "envelope": found,
        "operation": chosen,
        "sentence": pages.sentence(found, balances.of([found])[pk]),
    }
    return TemplateResponse(request, "budget/operation.html", context)
