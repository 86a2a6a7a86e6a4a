"""What is to pay, what is not yet and why, and the batch made of what is chosen."""

from __future__ import annotations

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from maillage.accounts.guards import authority_of, right_required
from maillage.accounts.requests import MemberRequest
from maillage.accounts.rights import Right
from maillage.agreements.models import Instalment, InstalmentQuerySet
from maillage.kit import clock
from maillage.kit.pages import page_of
from maillage.kit.web import attempt
from maillage.payments import actions
from maillage.payments.forms import InstalmentFilter
from maillage.payments.lists import COLUMNS, LACKING, READY, TABS, exported, lines, measured, selection
from maillage.payments.views.shared import download


def _tab(request: MemberRequest) -> str:
    return LACKING if request.GET.get("vue") == LACKING else READY


def _filtered(request: MemberRequest, tab: str) -> tuple[InstalmentFilter, InstalmentQuerySet]:
    authority = authority_of(request)
    form = InstalmentFilter(request.GET, authority=authority)
    return form, form.apply(selection(tab, authority, form.year, clock.today()))


def _tabs(request: MemberRequest) -> list[dict[str, object]]:
    """The two lists under the filters in force, each with what it counts."""
    found = []
    for tab, label in TABS.items():
        query = request.GET.copy()
        query["vue"] = tab
        query.pop("page", None)
        count, total = measured(_filtered(request, tab)[1])
        url = f"{reverse('payments:payable')}?{query.urlencode()}"
        current = tab == _tab(request)
        found.append({"label": label, "url": url, "count": count, "total": total, "current": current})
    return found


@require_safe
@right_required(Right.PREPARE_PAYMENTS)
def payable(request: MemberRequest) -> HttpResponse:
    tab, today = _tab(request), clock.today()
    form, found = _filtered(request, tab)
    page = page_of(request, found.select_related("agreement__recipient"))
    tabs = _tabs(request)
    context = {
        "form": form,
        "tab": tab,
        "tabs": tabs,
        "ready": tabs[0],
        "lacking": tabs[1],
        "page": page,
        "lines": lines(page, today),
        "choosing": tab == READY,
        "query": request.GET.urlencode(),
        "reads_accounts": request.user.can(Right.SEE_BANK_DETAILS, request.authority),
    }
    return TemplateResponse(request, "payments/payable.html", context)


@require_safe
@right_required(Right.PREPARE_PAYMENTS)
def export(request: MemberRequest, fmt: str) -> HttpResponseBase:
    tab = _tab(request)
    rows = exported(_filtered(request, tab)[1], clock.today())
    return download(fmt, name=f"echeances-{tab}", columns=COLUMNS, rows=rows)


@require_POST
@right_required(Right.PREPARE_PAYMENTS)
def prepare(request: MemberRequest) -> HttpResponse:
    form, found = _filtered(request, READY)
    authority = authority_of(request)
    if "tout" not in request.POST:
        keys = [key for key in request.POST.getlist("echeance") if key.isdecimal()]
        found = Instalment.objects.filter(pk__in=keys, agreement__authority=authority).order_by("pk")
    batch = attempt(
        request,
        lambda: actions.prepare_batch(
            authority=authority, year=form.year, instalments=found, by=request.user
        ),
        "Le bordereau est préparé. Une autre personne peut l'approuver.",
    )
    if batch is None:
        return redirect(f"{reverse('payments:payable')}?{request.GET.urlencode()}")
    return redirect("payments:batch", batch.pk)
