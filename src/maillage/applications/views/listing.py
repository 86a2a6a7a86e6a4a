"""The list of applications: filtered, exported, acted on in bulk."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from maillage.accounts.guards import authority_of, right_required
from maillage.accounts.models import User
from maillage.accounts.requests import MemberRequest
from maillage.accounts.rights import Right
from maillage.applications import actions, bulk, lists
from maillage.applications.forms.filters import MOVES, ApplicationFilter, case_officers, without
from maillage.applications.forms.officer import HandOverForm
from maillage.applications.lists import Sorting, Tab
from maillage.applications.models import ApplicationQuerySet
from maillage.applications.tables import EXPORTED, exported, lines
from maillage.kit import clock
from maillage.kit.console import Refused
from maillage.kit.exports import CONTENT_TYPES, streamed_response
from maillage.kit.text import number

FORMATS = ("csv", "xlsx", "ods")


@dataclass(frozen=True, slots=True)
class View:
    """What the address of the list says: a tab, filters, an order."""

    tab: Tab
    form: ApplicationFilter
    sorting: Sorting
    found: ApplicationQuerySet
    everything: ApplicationQuerySet


def read_view(request: MemberRequest, query: QueryDict) -> View:
    """The list that a query string asks for, within what this person may see."""
    authority, today = authority_of(request), clock.today()
    everything = lists.deposited(request.user, authority)
    tab = next((known for known in Tab if known.value == query.get("onglet")), Tab.ALL)
    first = "echeance" if tab == Tab.NEAR else lists.FIRST_ORDER
    form = ApplicationFilter(query, authority=authority)
    found = form.apply(lists.in_tab(everything, tab, user=request.user, on=today), on=today)
    return View(tab, form, Sorting.read(query.get("tri", first)), found, everything)


def _anchor(query: QueryDict, key: str) -> int | None:
    text = query.get(key, "")
    return int(text) if text.isdecimal() and len(text) < 18 else None


def _tabs(request: MemberRequest, view: View) -> list[dict[str, Any]]:
    counted = {
        tab: lists.count(
            lists.in_tab(view.everything, tab, user=request.user, on=clock.today()),
            bound=lists.COUNTED_IN_TABS,
        )
        for tab in Tab
    }
    return [
        {
            "label": tab.label,
            "count": str(counted[tab]),
            "meaning": lists.TAB_MEANINGS[tab],
            "url": f"?onglet={tab.value}",
            "current": tab == view.tab,
        }
        for tab in Tab
    ]


def _columns(request: MemberRequest, view: View) -> list[dict[str, Any]]:
    found = []
    for key, order in lists.ORDERS.items():
        sort = ""
        if view.sorting.key == key:
            sort = "descending" if view.sorting.descending else "ascending"
        url = without(request.GET, *MOVES, tri=str(view.sorting.toggled(key)))
        found.append({"key": key, "label": order.label, "url": url, "sort": sort})
    return found


@require_safe
@right_required(Right.SEE_APPLICATIONS)
def dossiers(request: MemberRequest) -> HttpResponse:
    view = read_view(request, request.GET)
    shown = lists.page(
        view.found.select_related("version__scheme", "recipient", "assigned_to").defer(
            "answers", "search_text", "sworn", "version__rules"
        ),
        view.sorting,
        after=_anchor(request.GET, "apres"),
        before=_anchor(request.GET, "avant"),
    )
    total = lists.count(view.found)
    query = without(request.GET, *MOVES)
    chips = [{"label": chip.label, "url": chip.query} for chip in view.form.chips(request.GET)]
    context = {
        "tabs": _tabs(request, view),
        "tab": view.tab,
        "counted": "avec ces filtres" if chips else lists.TAB_COUNTED[view.tab],
        "form": view.form,
        "sorting": str(view.sorting),
        "chips": chips,
        "columns": {column["key"]: column for column in _columns(request, view)},
        "lines": lines(shown.rows, clock.today()),
        "total": total,
        "before_url": without(request.GET, *MOVES, avant=shown.before) if shown.before else "",
        "after_url": without(request.GET, *MOVES, apres=shown.after) if shown.after else "",
        "first_url": query,
        "query": query.removeprefix("?"),
        "reset_url": f"?onglet={view.tab.value}",
        "exports": [
            {"label": fmt.upper(), "url": f"{reverse('applications:dossiers_export', args=[fmt])}{query}"}
            for fmt in FORMATS
        ],
        "may_review": request.user.can(Right.REVIEW_APPLICATIONS, authority_of(request)),
        "officers": list(case_officers(authority_of(request))),
        "bulk_limit": number(bulk.LIMIT),
        "can_take_all": total.value <= bulk.LIMIT,
    }
    return TemplateResponse(request, "applications/dossiers.html", context)


@require_safe
@right_required(Right.SEE_APPLICATIONS)
def dossiers_export(request: MemberRequest, fmt: str) -> HttpResponseBase:
    """Exactly what is filtered, in the order of the list."""
    if fmt not in FORMATS or fmt not in CONTENT_TYPES:
        raise Http404("Ce format d'export n'existe pas.")
    view = read_view(request, request.GET)
    rows = exported(view.sorting.sort(view.found))
    return streamed_response(fmt, name="dossiers", columns=list(EXPORTED), rows=rows)


@require_POST
@right_required(Right.REVIEW_APPLICATIONS)
def dossiers_bulk(request: MemberRequest) -> HttpResponse:
    """First what would be done and what is left out, with why; then, once confirmed, what was done."""
    back = f"{reverse('applications:dossiers')}?{request.POST.get('retour', '')}"
    try:
        wanted = bulk.Wanted.read(request.POST, case_officers(authority_of(request)))
        chosen = _chosen(request)
        if "confirmer" in request.POST:
            done, left = bulk.run(chosen, wanted, by=request.user)
            messages.success(request, f"{wanted.done(done)}{bulk.left_text(left)}")
            return redirect(back)
        sorted_out = bulk.preflight(chosen, wanted)
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect(back)
    context = {
        "wanted": wanted,
        "possible": sorted_out.possible,
        "skipped": sorted_out.skipped,
        "back": back,
        "query": request.POST.get("retour", ""),
    }
    return TemplateResponse(request, "applications/dossiers_bulk.html", context)


def _chosen(request: MemberRequest) -> ApplicationQuerySet:
    """The applications ticked, or all those of the list; never one this person may not see."""
    if "tous" in request.POST:
        return read_view(request, QueryDict(request.POST.get("retour", ""))).found
    keys = [int(key) for key in request.POST.getlist("dossier") if key.isdecimal() and len(key) < 18]
    return lists.deposited(request.user, authority_of(request)).filter(pk__in=keys[: bulk.LIMIT + 1])


@require_http_methods(["GET", "HEAD", "POST"])
@right_required(Right.REVIEW_APPLICATIONS)
def hand_over(request: MemberRequest) -> HttpResponse:
    authority = authority_of(request)
    form = HandOverForm(authority, request.POST or None)
    if request.method == "POST" and form.is_valid():
        leaver: User = form.cleaned_data["leaver"]
        to: User = form.cleaned_data["to"]
        try:
            moved = actions.hand_over(authority=authority, leaver=leaver, to=to, by=request.user)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            plural = "s" if moved > 1 else ""
            messages.success(request, f"{moved} dossier{plural} de {leaver} confié{plural} à {to}.")
            return redirect("applications:dossiers")
    return TemplateResponse(request, "applications/hand_over.html", {"form": form})
