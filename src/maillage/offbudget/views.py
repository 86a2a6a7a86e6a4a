"""The register of loan guarantees and that of tax exemptions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.forms import BaseForm, Form
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from maillage.accounts.guards import authority_of, right_required
from maillage.accounts.models import Event
from maillage.accounts.requests import MemberRequest
from maillage.accounts.rights import Right, has_right
from maillage.kit.exports import WRITERS, Row, table_response
from maillage.kit.web import attempt_in, say_errors
from maillage.offbudget import actions
from maillage.offbudget.figures import facts, guaranteed_annuity, tax_forgone, total_forgone
from maillage.offbudget.forms import CallForm, DecisionForm, ExemptionForm, GuaranteeForm, GuaranteeYearForm
from maillage.offbudget.models import GuaranteeYear, LoanGuarantee, LoanGuaranteeQuerySet, TaxExemption
from maillage.rules.guarantees import check_guarantee, ratios
from maillage.territories.models import Commune

# The label of a list and its address.
Parent = tuple[str, str]
GUARANTEES: Parent = ("Garanties d'emprunt", "offbudget:guarantees")
EXEMPTIONS: Parent = ("Exonérations", "offbudget:exemptions")


def _guarantees(request: MemberRequest) -> LoanGuaranteeQuerySet:
    return LoanGuarantee.objects.visible_to(request.user).filter(authority=authority_of(request))


def _one(request: MemberRequest, pk: int) -> LoanGuarantee:
    return get_object_or_404(_guarantees(request).select_related("authority"), pk=pk)


@require_safe
@right_required(Right.SEE_APPLICATIONS)
def guarantees(request: MemberRequest) -> HttpResponse:
    found = list(_guarantees(request))
    running = [one for one in found if one.state in (one.State.GRANTED, one.State.CALLED)]
    context = {
        "rows": [(one, guaranteed_annuity(one)) for one in found],
        "running": len(running),
        "guaranteed": sum(one.principal * one.share for one in running),
        "years": GuaranteeYear.objects.filter(authority=authority_of(request)).order_by("-year"),
        "may_propose": request.user.can(Right.REVIEW_APPLICATIONS, request.authority),
        "may_set_year": request.user.can(Right.VOTE_BUDGET, request.authority),
    }
    return TemplateResponse(request, "offbudget/guarantees.html", context)


@require_safe
@right_required(Right.SEE_APPLICATIONS)
def guarantee(request: MemberRequest, pk: int) -> HttpResponse:
    one = _one(request, pk)
    measured = facts(one, actions.year_of(one), _guarantees(request))
    context = {
        "breadcrumb": _breadcrumb(GUARANTEES, one.debtor),
        "guarantee": one,
        "annuity": guaranteed_annuity(one),
        "ratios": ratios(measured, one.starts_on),
        "findings": check_guarantee(measured, one.starts_on),
        "decision_form": DecisionForm(),
        "call_form": CallForm(),
        "may_decide": has_right(request.user, Right.RECORD_DECISIONS, request.authority),
        "may_recover": has_right(request.user, Right.RECOVER, request.authority),
        "events": Event.objects.about(one),
    }
    return TemplateResponse(request, "offbudget/guarantee.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@right_required(Right.REVIEW_APPLICATIONS)
def guarantee_new(request: MemberRequest) -> HttpResponse:
    form = GuaranteeForm(request.POST or None)
    if form.is_valid() and (
        made := attempt_in(
            form,
            lambda: actions.propose_guarantee(
                authority=authority_of(request), by=request.user, **form.cleaned_data
            ),
        )
    ):
        return redirect("offbudget:guarantee", made.pk)
    return _form_page(request, form, "Nouvelle garantie d'emprunt", GUARANTEES)


@require_http_methods(["GET", "HEAD", "POST"])
@right_required(Right.VOTE_BUDGET)
def guarantee_year(request: MemberRequest) -> HttpResponse:
    form = GuaranteeYearForm(request.POST or None)
    if (
        form.is_valid()
        and attempt_in(
            form,
            lambda: actions.record_guarantee_year(
                authority=authority_of(request), by=request.user, **form.cleaned_data
            ),
        )
        is not None
    ):
        messages.success(request, "Les chiffres de l'exercice sont enregistrés.")
        return redirect("offbudget:guarantees")
    return _form_page(request, form, "Chiffres d'un exercice", GUARANTEES)


@require_POST
@right_required(Right.RECORD_DECISIONS)
def guarantee_grant(request: MemberRequest, pk: int) -> HttpResponse:
    form = DecisionForm(request.POST)
    return _settle(request, pk, form, actions.grant_guarantee, "La garantie est accordée.")


@require_POST
@right_required(Right.RECORD_DECISIONS)
def guarantee_refuse(request: MemberRequest, pk: int) -> HttpResponse:
    return _settle(request, pk, Form({}), actions.refuse_guarantee, "La garantie est refusée.")


@require_POST
@right_required(Right.RECOVER)
def guarantee_call(request: MemberRequest, pk: int) -> HttpResponse:
    form = CallForm(request.POST)
    return _settle(request, pk, form, actions.call_guarantee, "L'appel de la garantie est enregistré.")


@require_POST
@right_required(Right.RECOVER)
def guarantee_end(request: MemberRequest, pk: int) -> HttpResponse:
    return _settle(request, pk, Form({}), actions.end_guarantee, "La garantie est éteinte.")


@require_safe
@right_required(Right.SEE_PROGRAMME)
def exemptions(request: MemberRequest) -> HttpResponse:
    found = list(_exemptions(request))
    names = dict(Commune.objects.filter(pk__in=[one.commune for one in found]).values_list("pk", "name"))
    context = {
        "rows": [(one, names.get(one.commune, one.commune), tax_forgone(one)) for one in found],
        "total": total_forgone(found),
        "may_record": request.user.can(Right.RECORD_DECISIONS, request.authority),
    }
    return TemplateResponse(request, "offbudget/exemptions.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@right_required(Right.RECORD_DECISIONS)
def exemption_new(request: MemberRequest) -> HttpResponse:
    form = ExemptionForm(request.POST or None)
    if (
        form.is_valid()
        and attempt_in(
            form,
            lambda: actions.record_exemption(
                authority=authority_of(request), by=request.user, **form.cleaned_data
            ),
        )
        is not None
    ):
        messages.success(request, "L'exonération est inscrite au registre.")
        return redirect("offbudget:exemptions")
    return _form_page(request, form, "Nouvelle exonération", EXEMPTIONS)


@require_http_methods(["GET", "HEAD", "POST"])
@right_required(Right.RECORD_DECISIONS)
def exemption(request: MemberRequest, pk: int) -> HttpResponse:
    one = get_object_or_404(_exemptions(request), pk=pk)
    form = ExemptionForm(request.POST or None, instance=one)
    if (
        form.is_valid()
        and attempt_in(
            form,
            lambda: actions.correct_exemption(
                exemption=TaxExemption.objects.get(pk=pk), by=request.user, **form.cleaned_data
            ),
        )
        is not None
    ):
        messages.success(request, "L'exonération est corrigée.")
        return redirect("offbudget:exemptions")
    return _form_page(request, form, str(one.project), EXEMPTIONS)


GUARANTEE_COLUMNS = (
    "Emprunteur",
    "Objet",
    "Prêteur",
    "Capital (€)",
    "Part garantie",
    "Annuité garantie (€)",
    "À compter du",
    "État",
    "Délibération",
)
EXEMPTION_COLUMNS = (
    "Maison de santé",
    "Commune",
    "Permis",
    "Surface taxable (m²)",
    "Part exonérée",
    "Taxe non perçue (€)",
    "Délibération",
    "Applicable le",
)


@require_safe
@right_required(Right.SEE_APPLICATIONS)
def guarantees_export(request: MemberRequest, fmt: str) -> HttpResponse:
    rows: list[Row] = [
        (
            one.debtor, one.purpose, one.lender, one.principal, one.share, guaranteed_annuity(one),
            one.starts_on, one.get_state_display(), one.decision,
        )
        for one in _guarantees(request)
    ]  # fmt: skip
    return _export(fmt, "garanties", GUARANTEE_COLUMNS, rows)


@require_safe
@right_required(Right.SEE_PROGRAMME)
def exemptions_export(request: MemberRequest, fmt: str) -> HttpResponse:
    rows: list[Row] = [
        (
            one.project, one.commune, one.permit_number, one.taxable_area, one.exempted_share,
            tax_forgone(one), one.decision, one.effective_on,
        )
        for one in _exemptions(request)
    ]  # fmt: skip
    return _export(fmt, "exonerations", EXEMPTION_COLUMNS, rows)


def _exemptions(request: MemberRequest) -> Any:
    return TaxExemption.objects.visible_to(request.user).filter(authority=authority_of(request))


def _export(fmt: str, name: str, columns: tuple[str, ...], rows: list[Row]) -> HttpResponse:
    if fmt not in WRITERS:
        raise Http404
    return table_response(fmt, name=name, columns=columns, rows=rows)


def _settle(
    request: MemberRequest, pk: int, form: Form, act: Callable[..., LoanGuarantee], done: str
) -> HttpResponse:
    """One step in the life of a guarantee, then its page again."""
    one = _one(request, pk)
    if (
        form.is_valid()
        and attempt_in(form, lambda: act(guarantee=one, by=request.user, **form.cleaned_data)) is not None
    ):
        messages.success(request, done)
    say_errors(request, form)
    return redirect("offbudget:guarantee", pk)


def _form_page(request: MemberRequest, form: BaseForm, heading: str, parent: Parent) -> HttpResponse:
    context = {
        "form": form,
        "heading": heading,
        "back": reverse(parent[1]),
        "breadcrumb": _breadcrumb(parent, heading),
    }
    return TemplateResponse(request, "offbudget/form.html", context)


def _breadcrumb(parent: Parent, here: str) -> list[dict[str, str]]:
    return [{"label": parent[0], "url": reverse(parent[1])}, {"label": here, "url": ""}]
