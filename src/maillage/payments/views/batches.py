"""The batches, one batch, each step of its life, and its files."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from django.db.models import Count, Q, Sum
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.views.decorators.http import require_POST, require_safe

from maillage.accounts.guards import authority_of, right_required
from maillage.accounts.requests import MemberRequest
from maillage.accounts.rights import Right
from maillage.files.serving import answer
from maillage.kit.exports import CONTENT_TYPES, Row
from maillage.kit.pages import page_of
from maillage.kit.web import attempt, say_errors
from maillage.payments import actions, pages
from maillage.payments.forms import BatchFilter, ReasonForm
from maillage.payments.models import Payment, PaymentBatch, PaymentBatchQuerySet
from maillage.payments.statements import ALREADY_PAID_COLUMNS, DOCUMENT_COLUMNS, already_paid, documents
from maillage.payments.views.shared import download, private

# The tables of a batch, none of which holds bank details.
TABLES: dict[str, tuple[tuple[str, ...], Callable[[Iterable[Payment]], Iterable[Row]]]] = {
    "lignes": (pages.LINE_COLUMNS, pages.line_rows),
    "sommes-payees": (ALREADY_PAID_COLUMNS, already_paid),
    "pieces": (DOCUMENT_COLUMNS, documents),
}


def _batches(request: MemberRequest) -> PaymentBatchQuerySet:
    return PaymentBatch.objects.visible_to(request.user).filter(authority=authority_of(request))


def _one(request: MemberRequest, pk: int) -> PaymentBatch:
    found = _batches(request).select_related("authority", "prepared_by", "approved_by", "file", "workbook")
    return get_object_or_404(found, pk=pk)


def _listed(request: MemberRequest) -> tuple[BatchFilter, PaymentBatchQuerySet]:
    form = BatchFilter(request.GET)
    kept = ~Q(payments__state="removed")
    found = form.apply(_batches(request)).annotate(
        lines=Count("payments", filter=kept),
        amount=Sum("payments__amount", filter=kept),
        waiting=Count("payments", filter=Q(payments__state="ordered")),
        rejected=Count("payments", filter=Q(payments__state="rejected")),
    )
    return form, found.order_by("-prepared_at", "-pk")


@require_safe
@right_required(Right.PREPARE_PAYMENTS)
def batches(request: MemberRequest) -> HttpResponse:
    form, found = _listed(request)
    page = page_of(request, found)
    context = {
        "form": form,
        "page": page,
        "lines": [(batch, pages.TONES.get(batch.state, "")) for batch in page],
        "sentence": pages.batches_sentence(_batches(request)),
        "query": request.GET.urlencode(),
    }
    return TemplateResponse(request, "payments/batches.html", context)


@require_safe
@right_required(Right.PREPARE_PAYMENTS)
def export(request: MemberRequest, fmt: str) -> HttpResponseBase:
    rows = pages.batch_rows(_listed(request)[1])
    return download(fmt, name="bordereaux", columns=pages.BATCH_COLUMNS, rows=rows)


@require_safe
@right_required(Right.PREPARE_PAYMENTS)
def batch(request: MemberRequest, pk: int) -> HttpResponse:
    context = pages.batch_page(_one(request, pk), request.user)
    return TemplateResponse(request, "payments/batch.html", context)


@require_safe
@right_required(Right.PREPARE_PAYMENTS)
def table(request: MemberRequest, pk: int, table: str, fmt: str) -> HttpResponseBase:
    found = _one(request, pk)
    if table not in TABLES:
        raise Http404
    columns, rows = TABLES[table]
    payments = found.payments.kept().with_agreement().order_by("reference")
    return download(fmt, name=f"{table}-{found.number}", columns=columns, rows=rows(payments))


@require_POST
@right_required(Right.APPROVE_PAYMENTS)
def approve(request: MemberRequest, pk: int) -> HttpResponse:
    found = _one(request, pk)
    done = "Le bordereau est approuvé : les mandats sont inscrits. Envoyez-le à la comptabilité."
    return _step(request, pk, lambda: actions.approve_batch(batch=found, by=request.user), done)


@require_POST
@right_required(Right.SEE_BANK_DETAILS)
def send(request: MemberRequest, pk: int) -> HttpResponse:
    found = _one(request, pk)
    done = "Le bordereau est envoyé : téléchargez son fichier pour la comptabilité."
    return _step(request, pk, lambda: actions.send_batch(batch=found, by=request.user), done)


@require_POST
@right_required(Right.PREPARE_PAYMENTS)
def cancel(request: MemberRequest, pk: int) -> HttpResponse:
    found = _one(request, pk)
    return _with_reason(
        request,
        pk,
        lambda reason: actions.cancel_batch(batch=found, reason=reason, by=request.user),
        "Le bordereau est annulé, ses échéances sont de nouveau à payer.",
    )


@require_POST
@right_required(Right.PREPARE_PAYMENTS)
def remove(request: MemberRequest, pk: int) -> HttpResponse:
    visible = Payment.objects.visible_to(request.user).filter(batch__authority=authority_of(request))
    payment = get_object_or_404(visible.select_related("batch__authority"), pk=pk)
    return _with_reason(
        request,
        payment.batch_id,
        lambda reason: actions.remove_payment(payment=payment, reason=reason, by=request.user),
        f"Le paiement {payment} est retiré du bordereau.",
    )


@require_POST
@right_required(Right.SEE_BANK_DETAILS)
def file(request: MemberRequest, pk: int, fmt: str) -> HttpResponse:
    found = _one(request, pk)
    if fmt not in CONTENT_TYPES:
        raise Http404
    stored = attempt(request, lambda: actions.read_file(batch=found, fmt=fmt, by=request.user))
    return private(answer(stored)) if stored is not None else redirect("payments:batch", pk)


def _step(request: MemberRequest, pk: int, act: Callable[[], Any], done: str) -> HttpResponse:
    """One step in the life of a batch, then its page again."""
    attempt(request, act, done)
    return redirect("payments:batch", pk)


def _with_reason(request: MemberRequest, pk: int, act: Callable[[str], Any], done: str) -> HttpResponse:
    form = ReasonForm(request.POST)
    if not form.is_valid():
        say_errors(request, form)
        return redirect("payments:batch", pk)
    return _step(request, pk, lambda: act(form.cleaned_data["reason"]), done)
