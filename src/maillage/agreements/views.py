"""Agreements: the list, one agreement, its operations, its amendments, its documents; templates."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from maillage.accounts.guards import authority_of, member_required, right_required
from maillage.accounts.requests import MemberRequest
from maillage.accounts.rights import Right
from maillage.agreements import actions, documents, forms, pages, variables
from maillage.agreements.models import Agreement, AgreementQuerySet, Amendment, Proof, Template
from maillage.agreements.operations import possible
from maillage.agreements.waiting import awaiting_agreement
from maillage.committees.models import Decision
from maillage.files.models import StoredFile
from maillage.files.serving import answer
from maillage.kit import clock
from maillage.kit.console import Refused
from maillage.kit.exports import streamed_response
from maillage.kit.pages import page_of
from maillage.kit.web import attempt, attempt_in, refusals_as_pages

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
FORM_METHODS = ["GET", "HEAD", "POST"]


def _filtered(request: MemberRequest) -> tuple[forms.AgreementFilter, AgreementQuerySet]:
    authority = authority_of(request)
    form = forms.AgreementFilter(request.GET, schemes=forms.scheme_choices(authority))
    return form, form.apply(Agreement.objects.visible_to(request.user).filter(authority=authority))


@require_safe
@right_required(Right.SEE_APPLICATIONS)
def agreements(request: MemberRequest) -> HttpResponse:
    form, found = _filtered(request)
    waiting = awaiting_agreement().filter(application__authority=authority_of(request))
    page = page_of(request, pages.with_sums(found))
    may_manage = request.user.can(Right.MANAGE_AGREEMENTS, request.authority)
    context = {
        "form": form,
        "page": page,
        "rows": list(pages.rows(page)),
        "waiting": waiting.select_related("application__recipient")[:20] if may_manage else [],
        "waiting_count": waiting.count(),
        "may_manage": may_manage,
        "to_sign": found.filter(state=Agreement.State.SENT).count(),
        "signed": found.filter(state=Agreement.State.SIGNED).count(),
    }
    return TemplateResponse(request, "agreements/agreements.html", context)


@require_safe
@right_required(Right.SEE_APPLICATIONS)
def export(request: MemberRequest, fmt: str) -> HttpResponseBase:
    found = pages.with_sums(_filtered(request)[1])
    return streamed_response(
        fmt, name="conventions", columns=pages.COLUMNS, rows=pages.exported(found.iterator(chunk_size=500))
    )


def _one(request: MemberRequest, pk: int) -> Agreement:
    found = Agreement.objects.visible_to(request.user).select_related(
        "authority", "recipient", "decision__application__version__scheme", "document", "signed_copy"
    )
    return get_object_or_404(found, pk=pk)


@require_safe
@refusals_as_pages
@member_required
def agreement(request: MemberRequest, pk: int) -> HttpResponse:
    return TemplateResponse(request, "agreements/agreement.html", pages.page(_one(request, pk), request.user))


@require_http_methods(FORM_METHODS)
@right_required(Right.MANAGE_AGREEMENTS)
def prepare(request: MemberRequest, pk: int) -> HttpResponse:
    """Prepare the agreement of a decision."""
    visible = Decision.objects.visible_to(request.user).select_related("application__recipient")
    decision = get_object_or_404(visible.filter(application__authority=authority_of(request)), pk=pk)
    form = forms.TermsForm(request.POST or None)
    if form.is_valid():
        made = attempt_in(
            form, lambda: actions.prepare(decision=decision, by=request.user, **form.cleaned_data)
        )
        if made is not None:
            messages.success(request, f"La convention {made.number} est préparée : relisez-la.")
            return redirect("agreements:agreement", made.pk)
    context = {
        "form": form,
        "heading": "Préparer la convention",
        "lead": f"Dossier {decision.application}, {decision.application.recipient}.",
        "button": "Préparer la convention",
        "back": reverse("agreements:agreements"),
        "parent": "Conventions",
    }
    return TemplateResponse(request, "agreements/form.html", context)


@require_http_methods(FORM_METHODS)
@member_required
def operation(request: MemberRequest, pk: int, slug: str) -> HttpResponse:
    found = _one(request, pk)
    chosen = possible(found, request.user).get(slug)
    if chosen is None:
        raise Http404("Cette opération n'est pas possible pour cette convention.")
    is_post = request.method == "POST"
    form = chosen.form(request.POST if is_post else None, request.FILES if is_post else None, agreement=found)
    if form.is_valid() and attempt_in(form, lambda: chosen.run(found, form, request.user)) is not None:
        messages.success(request, chosen.done)
        return redirect("agreements:agreement", pk)
    context = {
        "form": form,
        "heading": chosen.label,
        "lead": f"Convention {found}.",
        "explanation": chosen.explanation,
        "button": chosen.label,
        "back": reverse("agreements:agreement", args=[pk]),
        "parent": found.number,
    }
    return TemplateResponse(request, "agreements/form.html", context)


@require_http_methods(FORM_METHODS)
@right_required(Right.MANAGE_AGREEMENTS)
def amendment_new(request: MemberRequest, pk: int, kind: str) -> HttpResponse:
    """Prepare an amendment: the section of its kind alone, filled in with what stands."""
    found = _one(request, pk)
    if kind not in forms.AMENDMENTS or found.state != Agreement.State.SIGNED:
        raise Http404("Cet avenant n'est pas possible.")
    form = forms.AMENDMENTS[kind](request.POST or None, agreement=found)
    if form.is_valid():
        made = attempt_in(
            form,
            lambda: actions.propose_amendment(
                agreement=found,
                kind=kind,
                after=form.after(),
                reason=form.cleaned_data["reason"],
                by=request.user,
            ),
        )
        if made is not None:
            return redirect("agreements:amendment", made.pk)
    label = Amendment.Kind(kind).label.lower()
    context = {
        "form": form,
        "heading": f"Préparer un avenant : {label}",
        "lead": f"Convention {found}.",
        "explanation": "Les valeurs en vigueur sont déjà remplies : changez ce qui doit l'être. Rien ne "
        "change avant la signature de l'avenant.",
        "button": "Comparer avant et après",
        "back": reverse("agreements:agreement", args=[pk]),
        "parent": found.number,
        "reset": request.path,
    }
    return TemplateResponse(request, "agreements/form.html", context)


def _amendment(request: MemberRequest, pk: int) -> Amendment:
    visible = Agreement.objects.visible_to(request.user).filter(authority=authority_of(request))
    found = Amendment.objects.filter(agreement__in=visible).select_related(
        "agreement__authority", "agreement__recipient", "document"
    )
    return get_object_or_404(found, pk=pk)


@require_http_methods(FORM_METHODS)
@right_required(Right.SEE_APPLICATIONS)
def amendment(request: MemberRequest, pk: int) -> HttpResponse:
    """An amendment; the form signs it."""
    found = _amendment(request, pk)
    is_post = request.method == "POST"
    form = forms.AmendmentSignatureForm(request.POST if is_post else None, request.FILES if is_post else None)
    if form.is_valid():
        signed = attempt_in(
            form, lambda: actions.sign_amendment(amendment=found, by=request.user, **form.cleaned_data)
        )
        if signed is not None:
            messages.success(request, f"L'avenant {found.number} est signé et s'applique.")
            return redirect("agreements:agreement", found.agreement_id)
    may_manage = request.user.can(Right.MANAGE_AGREEMENTS, found.agreement.authority)
    is_draft = found.state == Amendment.State.DRAFT
    context = pages.amendment_page(found) | {"form": form, "may_sign": may_manage and is_draft}
    return TemplateResponse(request, "agreements/amendment.html", context)


@require_POST
@right_required(Right.MANAGE_AGREEMENTS)
def amendment_cancel(request: MemberRequest, pk: int) -> HttpResponse:
    found = _amendment(request, pk)
    attempt(
        request,
        lambda: actions.cancel_amendment(amendment=found, by=request.user),
        "L'avenant est abandonné.",
    )
    return redirect("agreements:agreement", found.agreement_id)


def _proof(request: MemberRequest, pk: int) -> Proof:
    return get_object_or_404(
        Proof.objects.visible_to(request.user).select_related("agreement", "file"), pk=pk
    )


@require_POST
@right_required(Right.CERTIFY_PROOFS)
def proof_accept(request: MemberRequest, pk: int) -> HttpResponse:
    found = _proof(request, pk)
    attempt(
        request, lambda: actions.accept_proof(proof=found, by=request.user), "Le justificatif est accepté."
    )
    return redirect("agreements:agreement", found.agreement_id)


@require_POST
@right_required(Right.CERTIFY_PROOFS)
def proof_refuse(request: MemberRequest, pk: int) -> HttpResponse:
    found, reason = _proof(request, pk), request.POST.get("reason", "")
    attempt(
        request,
        lambda: actions.refuse_proof(proof=found, reason=reason, by=request.user),
        "Le justificatif est refusé.",
    )
    return redirect("agreements:agreement", found.agreement_id)


@require_safe
@refusals_as_pages
@member_required
def act(request: MemberRequest, pk: int) -> HttpResponseBase:
    """The PDF as it was sent; before that, as it would be sent today."""
    found = _one(request, pk)
    if found.document is not None:
        return answer(found.document)
    content = documents.pdf(found, on=clock.today())
    return _download(content, f"projet-{found.number}.pdf", "application/pdf")


@require_safe
@refusals_as_pages
@right_required(Right.MANAGE_AGREEMENTS)
def docx(request: MemberRequest, pk: int) -> HttpResponseBase:
    """The Word document, from the authority's model when it has one."""
    found = _one(request, pk)
    content = documents.docx(found, on=clock.today())
    return _download(content, f"convention-{found.number}.docx", DOCX)


@require_safe
@refusals_as_pages
@member_required
def signed_copy(request: MemberRequest, pk: int) -> HttpResponseBase:
    return _file(_one(request, pk).signed_copy)


@require_safe
@refusals_as_pages
@member_required
def proof_file(request: MemberRequest, pk: int) -> HttpResponseBase:
    return _file(_proof(request, pk).file)


@require_safe
@refusals_as_pages
@right_required(Right.SEE_APPLICATIONS)
def amendment_file(request: MemberRequest, pk: int) -> HttpResponseBase:
    return _file(_amendment(request, pk).document)


def _file(stored: StoredFile | None) -> HttpResponseBase:
    if stored is None:
        raise Refused("Ce document n'a pas encore été déposé.")
    return answer(stored)


def _download(content: bytes, name: str, media_type: str) -> HttpResponse:
    response = HttpResponse(content, content_type=media_type)
    response["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=name)
    response["Cache-Control"] = "private, no-store"
    return response


@require_http_methods(FORM_METHODS)
@right_required(Right.MANAGE_AGREEMENTS)
def templates(request: MemberRequest) -> HttpResponse:
    """The models in use; the form adds one."""
    authority = authority_of(request)
    is_post = request.method == "POST"
    form = forms.TemplateForm(
        request.POST if is_post else None,
        request.FILES if is_post else None,
        schemes=forms.scheme_choices(authority),
    )
    if form.is_valid():
        made = attempt_in(
            form, lambda: actions.add_template(authority=authority, by=request.user, **form.cleaned_data)
        )
        if made is not None:
            messages.success(request, f"Le modèle « {made} » est en service.")
            return redirect("agreements:templates")
    own = Template.objects.visible_to(request.user).filter(authority=authority)
    titles = dict(forms.scheme_choices(authority))
    context = {
        "form": form,
        "rows": [(one, titles.get(one.scheme_key, "Tous les dispositifs")) for one in own.active()],
        "variables": [(f"{{{{ {name} }}}}", label) for name, label, _ in variables.VARIABLES],
        "trial": forms.TrialForm(templates=own.active()),
    }
    return TemplateResponse(request, "agreements/templates.html", context)


@require_POST
@refusals_as_pages
@right_required(Right.MANAGE_AGREEMENTS)
def template_try(request: MemberRequest) -> HttpResponse:
    """A template filled with an agreement, as a download."""
    authority = authority_of(request)
    own = Template.objects.visible_to(request.user).filter(authority=authority).select_related("file")
    form = forms.TrialForm(request.POST, templates=own.active())
    if not form.is_valid():
        raise Refused("Choisissez un modèle et donnez le numéro d'une convention.")
    visible = Agreement.objects.visible_to(request.user).filter(authority=authority)
    found = visible.filter(number=form.cleaned_data["agreement"].strip()).first()
    if found is None:
        raise Refused("Aucune convention ne porte ce numéro : vérifiez-le.")
    content = documents.filled(form.cleaned_data["template"], found, on=clock.today())
    return _download(content, f"essai-{found.number}.docx", DOCX)


@require_POST
@right_required(Right.MANAGE_AGREEMENTS)
def template_archive(request: MemberRequest, pk: int) -> HttpResponse:
    own = Template.objects.visible_to(request.user).filter(authority=authority_of(request))
    found = get_object_or_404(own, pk=pk)
    attempt(
        request, lambda: actions.archive_template(template=found, by=request.user), "Le modèle est archivé."
    )
    return redirect("agreements:templates")
