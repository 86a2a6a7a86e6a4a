"""The page of an application for those who review it, tab by tab, and what they do on it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from maillage.accounts.guards import authority_of, right_required
from maillage.accounts.models import User
from maillage.accounts.requests import MemberRequest
from maillage.accounts.rights import Right
from maillage.applications import actions, lists
from maillage.applications.forms.officer import AcceptForm, DossierForm, OverrideForm, RefuseForm, ScoreForm
from maillage.applications.models import Application, SupportingDocument
from maillage.applications.pages import dossier as pages
from maillage.applications.sections import SECTIONS
from maillage.applications.views.listing import read_view
from maillage.files.serving import answer
from maillage.kit.console import Refused
from maillage.kit.web import refusals_as_pages

Done = Callable[[Application, DossierForm, User], object]


def visible(request: MemberRequest, pk: int) -> Application:
    """The application, or 404 when it is not this person's to see."""
    found = lists.deposited(request.user, authority_of(request)).select_related(
        "authority",
        "version__scheme__authority",
        "call",
        "recipient",
        "judgement__version",
        "applicant",
        "assigned_to",
    )
    return get_object_or_404(found, pk=pk)


@require_safe
@right_required(Right.SEE_APPLICATIONS)
def dossier(request: MemberRequest, pk: int, tab: str = "demande") -> HttpResponse:
    application = visible(request, pk)
    if tab not in pages.TABS and all(section.key != tab for section in SECTIONS):
        raise Http404("Cet onglet n'existe pas.")
    if tab == "messagerie" and request.user.can(Right.REVIEW_APPLICATIONS, application.authority):
        actions.read_messages(application=application, by=request.user)
    return _page(request, application, tab, {})


def _page(
    request: MemberRequest, application: Application, tab: str, bound: Mapping[str, DossierForm]
) -> HttpResponse:
    context = pages.page(application, tab, request.user, bound) | _neighbours(request, application, tab)
    name = tab if tab in pages.TABS else "section"
    return TemplateResponse(request, f"applications/dossier_{name}.html", context)


def _neighbours(request: MemberRequest, application: Application, tab: str) -> dict[str, str]:
    """Where the list is, and the dossiers before and after this one in it, as it was filtered."""
    query = request.GET.get("liste", "")
    view = read_view(request, QueryDict(query))
    before, after = lists.neighbours(view.found, view.sorting, application)
    suffix = QueryDict(mutable=True)
    suffix["liste"] = query

    def url(pk: int | None) -> str:
        return f"{reverse('applications:dossier', args=[pk])}?{suffix.urlencode()}" if pk else ""

    return {
        "list_url": f"{reverse('applications:dossiers')}?{query}",
        "list_suffix": f"?{suffix.urlencode()}" if query else "",
        "before_url": url(before),
        "after_url": url(after),
    }


@dataclass(frozen=True, slots=True)
class Act:
    """What a button of the page does: the tab it stands on, what it reads, what it says once done."""

    tab: str
    form: type[DossierForm]
    run: Done
    said: str


def _document(application: Application, form: DossierForm) -> SupportingDocument:
    return get_object_or_404(
        application.documents.select_related("file", "application"), pk=form.cleaned_data["document"]
    )


def _correction(application: Application, form: DossierForm, by: User) -> object:
    data = form.cleaned_data
    return actions.ask_correction(
        application=application,
        fields=data["fields_asked"],
        requirements=data.get("requirements", []),
        message=data["message"],
        due_on=data["due_on"],
        by=by,
    )


def _score(application: Application, form: DossierForm, by: User) -> object:
    if not isinstance(form, ScoreForm):
        raise TypeError("points come from their own form")
    return actions.score(application=application, points=form.points(), by=by)


def _accept(application: Application, form: DossierForm, by: User) -> object:
    document = _document(application, form)
    return actions.accept_document(document=document, valid_until=form.cleaned_data["valid_until"], by=by)


def _refuse(application: Application, form: DossierForm, by: User) -> object:
    document = _document(application, form)
    return actions.refuse_document(document=document, reason=form.cleaned_data["reason"], by=by)


FORM = pages.FORMS
ACTS: Mapping[str, Act] = {
    "assign": Act(
        "instruire",
        FORM["assign"],
        lambda row, form, by: actions.assign(applications=[row], to=form.cleaned_data["to"], by=by),
        "L'attribution est enregistrée.",
    ),
    "accept_document": Act("pieces", AcceptForm, _accept, "La pièce est acceptée."),
    "refuse_document": Act("pieces", RefuseForm, _refuse, "La pièce est refusée."),
    "declare_complete": Act(
        "demande",
        DossierForm,
        lambda row, form, by: actions.declare_complete(application=row, by=by),
        "Le dossier est complet.",
    ),
    "ask_correction": Act(
        "instruire", FORM["ask_correction"], _correction, "La demande est envoyée ; le délai est suspendu."
    ),
    "give_back": Act(
        "instruire",
        FORM["give_back"],
        lambda row, form, by: actions.give_back(application=row, message=form.cleaned_data["reason"], by=by),
        "Le demandeur peut de nouveau modifier son dossier.",
    ),
    "begin_review": Act(
        "demande",
        DossierForm,
        lambda row, form, by: actions.begin_review(application=row, by=by),
        "L'instruction commence.",
    ),
    "judge_again": Act(
        "eligibilite",
        DossierForm,
        lambda row, form, by: actions.judge_again(application=row, by=by),
        "L'éligibilité est réexaminée.",
    ),
    "override": Act(
        "eligibilite",
        OverrideForm,
        lambda row, form, by: actions.override(
            application=row,
            finding_code=form.cleaned_data["code"],
            reason=form.cleaned_data["reason"],
            by=by,
        ),
        "Le point est écarté ; le motif est gardé.",
    ),
    "ask_opinion": Act(
        "avis",
        FORM["ask_opinion"],
        lambda row, form, by: actions.ask_opinion(application=row, by=by, **form.cleaned_data),
        "L'avis est demandé.",
    ),
    "score": Act("notation", FORM["score"], _score, "Les points sont enregistrés."),
    "mark_ready": Act(
        "demande",
        DossierForm,
        lambda row, form, by: actions.mark_ready(application=row, by=by),
        "Le dossier est prêt pour le comité.",
    ),
    "declare_inadmissible": Act(
        "instruire",
        FORM["declare_inadmissible"],
        lambda row, form, by: actions.declare_inadmissible(
            application=row, reason=form.cleaned_data["reason"], by=by
        ),
        "Le dossier est irrecevable ; relisez et envoyez le courrier préparé.",
    ),
    "reopen": Act(
        "instruire",
        FORM["reopen"],
        lambda row, form, by: actions.reopen(application=row, reason=form.cleaned_data["reason"], by=by),
        "L'examen reprend.",
    ),
    "write_message": Act(
        "messagerie",
        FORM["write_message"],
        lambda row, form, by: actions.write_message(application=row, text=form.cleaned_data["text"], by=by),
        "Le message est envoyé.",
    ),
    "write_note": Act(
        "notes",
        FORM["write_note"],
        lambda row, form, by: actions.write_note(application=row, text=form.cleaned_data["text"], by=by),
        "La note est enregistrée.",
    ),
}
# Forms standing in a row send bare names; the others bear the name of their verb.
IN_ROWS = ("accept_document", "refuse_document", "override")


@require_POST
@right_required(Right.REVIEW_APPLICATIONS)
def act(request: MemberRequest, pk: int, verb: str) -> HttpResponse:
    """Do one thing; a form found wanting comes back on its tab, with what is to be corrected."""
    application = visible(request, pk)
    if verb not in ACTS:
        raise Http404("Cette action n'existe pas.")
    known = ACTS[verb]
    form = known.form(application, request.POST, prefix=None if verb in IN_ROWS else verb)
    if form.is_valid():
        try:
            known.run(application, form, request.user)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, known.said)
            return redirect(f"{pages.tab_url(application, known.tab)}{_kept(request)}")
    if verb in pages.FORMS:
        return _page(request, application, known.tab, {verb: form})
    for name, errors in form.errors.items():
        label = f"{form.fields[name].label} : " if name in form.fields else ""
        messages.error(request, f"{label}{' '.join(str(error) for error in errors)}")
    return redirect(f"{pages.tab_url(application, known.tab)}{_kept(request)}")


def _kept(request: MemberRequest) -> str:
    """The list one came from stays in the address."""
    kept = QueryDict(mutable=True)
    kept["liste"] = request.GET.get("liste", "")
    return f"?{kept.urlencode()}" if kept["liste"] else ""


@refusals_as_pages
@require_safe
@right_required(Right.SEE_APPLICATIONS)
def document(request: MemberRequest, pk: int, document: int) -> HttpResponseBase:
    application = visible(request, pk)
    found: Any = get_object_or_404(application.documents.select_related("file"), pk=document)
    return answer(found.file)
