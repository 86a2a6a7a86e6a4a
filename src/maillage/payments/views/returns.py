"""The return files of finance: one is handed in, each is read once, its report stays."""

from __future__ import annotations

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.views.decorators.http import require_http_methods, require_safe

from maillage.accounts.guards import authority_of, right_required
from maillage.accounts.requests import MemberRequest
from maillage.accounts.rights import Right
from maillage.kit.console import Refused
from maillage.kit.pages import page_of
from maillage.payments import actions, pages
from maillage.payments.forms import ReturnForm
from maillage.payments.models import Payment, PaymentBatch, ReturnFile, ReturnFileQuerySet
from maillage.payments.views.shared import download


def _returns(request: MemberRequest) -> ReturnFileQuerySet:
    return ReturnFile.objects.visible_to(request.user).filter(authority=authority_of(request))


@require_http_methods(["GET", "HEAD", "POST"])
@right_required(Right.PREPARE_PAYMENTS)
def returns(request: MemberRequest) -> HttpResponse:
    form = ReturnForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            found = actions.read_return(
                authority=authority_of(request), upload=form.cleaned_data["upload"], by=request.user
            )
        except Refused as refusal:
            form.add_error("upload", str(refusal))
        else:
            return redirect("payments:report", found.pk)
    page = page_of(request, _returns(request).select_related("received_by").order_by("-received_at", "-pk"))
    sent = PaymentBatch.objects.filter(authority=authority_of(request), state=PaymentBatch.State.SENT)
    context = {
        "form": form,
        "page": page,
        "lines": [(returned, pages.report_sentence(returned)) for returned in page],
        "waiting": Payment.objects.in_flight().filter(batch__in=sent).count(),
        "batches": sent.order_by("sent_at", "pk"),
    }
    return TemplateResponse(request, "payments/returns.html", context)


@require_safe
@right_required(Right.PREPARE_PAYMENTS)
def report(request: MemberRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(_returns(request).select_related("received_by", "file"), pk=pk)
    return TemplateResponse(request, "payments/report.html", pages.report_page(found))


@require_safe
@right_required(Right.PREPARE_PAYMENTS)
def export(request: MemberRequest, pk: int, fmt: str) -> HttpResponseBase:
    found = get_object_or_404(_returns(request), pk=pk)
    rows = pages.report_rows(found)
    return download(fmt, name=f"retour-{found.pk}", columns=pages.REPORT_COLUMNS, rows=rows)
