"""Bank details: handed in by those who may, checked and read by finance alone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from maillage.accounts.guards import authority_of, member_required, right_required
from maillage.accounts.models import Event
from maillage.accounts.requests import MemberRequest
from maillage.accounts.rights import Right
from maillage.applications.models import Recipient
from maillage.files.serving import answer
from maillage.kit.console import Refused
from maillage.kit.pages import page_of
from maillage.kit.text import search_key
from maillage.kit.web import attempt, say_errors
from maillage.payments import actions
from maillage.payments.actions.accounts import may_add
from maillage.payments.forms import AccountFilter, AccountForm, ReasonForm
from maillage.payments.models import BankAccount, BankAccountQuerySet
from maillage.payments.views.shared import private

TONES: dict[str, str] = {
    BankAccount.State.TO_CHECK: "wait",
    BankAccount.State.ACTIVE: "good",
    BankAccount.State.REFUSED: "bad",
}


def _accounts(request: MemberRequest) -> BankAccountQuerySet:
    visible = BankAccount.objects.visible_to(request.user)
    return visible.filter(recipient__authority=authority_of(request)).select_related(
        "recipient__authority", "proof", "added_by", "checked_by"
    )


def _one(request: MemberRequest, pk: int) -> BankAccount:
    return get_object_or_404(_accounts(request), pk=pk)


def _filtered(form: AccountFilter, found: BankAccountQuerySet) -> BankAccountQuerySet:
    if not form.is_valid():
        return found.to_check()
    state, text = form.cleaned_data["etat"], form.cleaned_data["texte"]
    if state != "tous":
        found = found.filter(state=state or BankAccount.State.TO_CHECK)
    return found.filter(recipient__search_name__contains=search_key(text)) if text else found


@require_safe
@right_required(Right.SEE_BANK_DETAILS)
def accounts(request: MemberRequest) -> HttpResponse:
    form = AccountFilter(request.GET)
    page = page_of(request, _filtered(form, _accounts(request)).order_by("added_at", "pk"))
    context = {
        "form": form,
        "page": page,
        "lines": [(one, TONES.get(one.state, "")) for one in page],
        "to_check": _accounts(request).to_check().count(),
    }
    return TemplateResponse(request, "payments/accounts.html", context)


@require_safe
@right_required(Right.SEE_BANK_DETAILS)
def account(request: MemberRequest, pk: int) -> HttpResponse:
    return _page(request, _one(request, pk))


@require_POST
@right_required(Right.SEE_BANK_DETAILS)
def reveal(request: MemberRequest, pk: int) -> HttpResponse:
    found = _one(request, pk)
    return private(_page(request, found, in_clear=actions.reveal(account=found, by=request.user)))


@require_POST
@right_required(Right.SEE_BANK_DETAILS)
def proof(request: MemberRequest, pk: int) -> HttpResponse:
    found = _one(request, pk)
    stored = attempt(request, lambda: answer(actions.read_proof(account=found, by=request.user)))
    return private(stored) if stored is not None else redirect("payments:account", pk)


@require_POST
@right_required(Right.SEE_BANK_DETAILS)
def accept(request: MemberRequest, pk: int) -> HttpResponse:
    found = _one(request, pk)
    done = "Les coordonnées sont vérifiées : le bénéficiaire peut être payé."
    return _step(request, pk, lambda: actions.accept_bank_account(account=found, by=request.user), done)


@require_POST
@right_required(Right.SEE_BANK_DETAILS)
def refuse(request: MemberRequest, pk: int) -> HttpResponse:
    found, form = _one(request, pk), ReasonForm(request.POST)
    if not form.is_valid():
        say_errors(request, form)
        return redirect("payments:account", pk)
    reason = form.cleaned_data["reason"]
    return _step(
        request,
        pk,
        lambda: actions.refuse_bank_account(account=found, reason=reason, by=request.user),
        "Les coordonnées sont refusées.",
    )


@require_POST
@right_required(Right.SEE_BANK_DETAILS)
def archive(request: MemberRequest, pk: int) -> HttpResponse:
    found = _one(request, pk)
    done = "Les coordonnées sont archivées."
    return _step(request, pk, lambda: actions.archive_bank_account(account=found, by=request.user), done)


@require_http_methods(["GET", "HEAD", "POST"])
@member_required
def add(request: MemberRequest, pk: int) -> HttpResponse:
    """The recipient hands in bank details, or someone does it for them; nobody reads them here again."""
    recipient = get_object_or_404(
        Recipient.objects.visible_to(request.user).select_related("authority"), pk=pk
    )
    if not may_add(recipient, request.user):
        raise PermissionDenied("Votre rôle ne permet pas de saisir des coordonnées bancaires.")
    form = AccountForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.add_bank_account(recipient=recipient, by=request.user, **form.cleaned_data)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            return redirect(f"{reverse('payments:add_account', args=[pk])}?recues=oui")
    known = recipient.bank_accounts.filter(state__in=["active", "to_check", "refused"])
    context = {
        "form": form,
        "recipient": recipient,
        "received": "recues" in request.GET,
        "known": [(one, TONES.get(one.state, "")) for one in known.order_by("-added_at", "-pk")],
        "mine": recipient.user_id == request.user.pk,
    }
    return private(TemplateResponse(request, "payments/add_account.html", context))


def _page(request: MemberRequest, found: BankAccount, *, in_clear: str = "") -> HttpResponse:
    same = _accounts(request).filter(iban=found.iban).exclude(recipient=found.recipient)
    context = {
        "account": found,
        "tone": TONES.get(found.state, ""),
        "in_clear": in_clear,
        "shared_with": sorted({str(one.recipient) for one in same.order_by("pk")}),
        "entered_it": found.added_by_id == request.user.pk,
        "events": Event.objects.about(found),
    }
    return TemplateResponse(request, "payments/account.html", context)


def _step(request: MemberRequest, pk: int, act: Callable[[], Any], done: str) -> HttpResponse:
    attempt(request, act, done)
    return redirect("payments:account", pk)
