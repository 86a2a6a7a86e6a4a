"""« Mes demandes »: the account, the form, and what became of what was submitted."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from maillage.accounts.guards import member_required
from maillage.accounts.models import Authority, User
from maillage.accounts.requests import MemberRequest, PageRequest
from maillage.applications import actions
from maillage.applications.actions.registration import confirmation_token, read_token
from maillage.applications.checks import statements
from maillage.applications.corrections import unlocked
from maillage.applications.forms.applicant import (
    AidForm,
    MessageForm,
    RegistrationForm,
    StatementsForm,
    UploadForm,
    WithdrawalForm,
)
from maillage.applications.models import Application, Call, DeclaredAid, SupportingDocument
from maillage.applications.pages import applicant as pages
from maillage.applications.questions import Step, questions, steps
from maillage.applications.words import form_url, saved_text
from maillage.files.serving import answer
from maillage.kit.console import Refused
from maillage.kit.limits import is_too_often
from maillage.kit.web import refusals_as_pages
from maillage.rules.fields import Field
from maillage.schemes.forms import FactsForm
from maillage.schemes.models import Scheme
from maillage.territories import keys


def own(request: MemberRequest, pk: int) -> Application:
    """The application, or 404 when this person did not begin it."""
    found = Application.objects.filter(applicant=request.user)
    return get_object_or_404(
        found.select_related(
            "authority", "version__scheme__authority", "call", "recipient", "judgement", "applicant"
        ),
        pk=pk,
    )


def own_draft(request: MemberRequest, pk: int) -> Application:
    """A draft of this person, or 404: what was submitted is no longer a form."""
    found = own(request, pk)
    if found.state != Application.State.DRAFT:
        raise Http404("Cette demande est déposée : son formulaire est fermé.")
    return found


# Account


# Accounts asked for from one network address: a classroom, but not a machine.
ACCOUNTS_AN_HOUR = 20


@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
def register(request: PageRequest, slug: str) -> HttpResponse:
    """The answer is the same whether the address has an account or not: a message tells who reads it."""
    authority = get_object_or_404(Authority, slug=slug)
    after = _after(request)
    form = RegistrationForm(request.POST or None)
    if request.user.is_authenticated:
        return redirect(after)
    status = 200
    if request.method == "POST" and form.is_valid():
        if is_too_often(request, "register", limit=ACCOUNTS_AN_HOUR, seconds=3600):
            form.add_error(None, "Trop de comptes ont été demandés d'ici : réessayez dans une heure.")
            status = 429
        elif _registered(request, form, authority):
            return redirect(f"{reverse('accounts:sign_in')}?{urlencode({'next': after})}")
    context = {"form": form, "publisher": authority, "after": after}
    return TemplateResponse(request, "applications/applicant_register.html", context, status=status)


def _registered(request: PageRequest, form: RegistrationForm, authority: Authority) -> bool:
    """Open the account, or tell by message that there is one. False when the form is to be corrected."""
    email = form.cleaned_data["email"]
    try:
        user = actions.register(**form.cleaned_data, authority=authority)
    except Refused as refusal:
        form.add_error(None, str(refusal))
        return False
    if user is not None:
        actions.send_confirmation(
            user=user, link=_confirmation_link(request, user), authority=authority, by=user
        )
    else:
        link = request.build_absolute_uri(reverse("accounts:sign_in"))
        actions.send_known_address(email=email, link=link, authority=authority)
    messages.success(request, f"Un message vous est envoyé à {email}. Connectez-vous pour continuer.")
    return True


@require_http_methods(["GET", "HEAD", "POST"])
@refusals_as_pages
def confirm_email(request: HttpRequest, token: str) -> HttpResponse:
    """Opening the link shows a button: what reads mails for people follows links, and proves nothing."""
    if request.method == "POST":
        actions.confirm_email(token=token)
        messages.success(request, "Votre adresse est confirmée.")
        return redirect("applications:mine")
    context = {"reader": read_token(token)}
    return TemplateResponse(request, "applications/applicant_confirm.html", context)


@require_POST
@member_required
def send_confirmation(request: MemberRequest, pk: int) -> HttpResponse:
    application = own(request, pk)
    _send_confirmation(request, request.user, application.authority)
    return redirect(form_url(application, "recapitulatif"))


def _after(request: PageRequest) -> str:
    """Where to go once the account is open: a page of this site, and no other."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    is_ours = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, request.is_secure())
    return wanted if is_ours else reverse("applications:mine")


def _send_confirmation(request: PageRequest, user: User, authority: Authority) -> None:
    link = _confirmation_link(request, user)
    if actions.send_confirmation(user=user, link=link, authority=authority, by=user):
        messages.success(request, f"Un lien de confirmation vous a été envoyé à {user.email}.")
    else:
        messages.warning(
            request,
            "Le lien de confirmation n'a pas pu être envoyé : demandez-le de nouveau depuis le récapitulatif "
            "de votre demande.",
        )


def _confirmation_link(request: PageRequest, user: User) -> str:
    page = reverse("applications:confirm_email", args=[confirmation_token(user)])
    return request.build_absolute_uri(page)


# The list, and the beginning


@require_safe
@member_required
def mine(request: MemberRequest) -> HttpResponse:
    context = {"rows": pages.rows_of(request.user)}
    return TemplateResponse(request, "applications/applicant_mine.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def start(request: PageRequest, slug: str, key: str) -> HttpResponse:
    """What is open; the application begins when its button is pressed, by someone signed in."""
    schemes = Scheme.objects.filter(authority__slug=slug).select_related("authority")
    scheme = get_object_or_404(schemes, key=key)
    if scheme.current is None:
        raise Http404("Ce dispositif n'a pas de règlement en vigueur.")
    user = request.user if request.user.is_authenticated else None
    refused = ""
    if request.method == "POST" and user is not None:
        chosen = request.POST.get("call", "")
        call = get_object_or_404(Call, scheme=scheme, key=chosen) if chosen else None
        try:
            begun = actions.start(scheme=scheme, applicant=user, call=call, by=user)
        except Refused as refusal:
            refused = str(refusal)
        else:
            return redirect(form_url(begun))
    context = {**pages.start_page(scheme, user), "refused": refused}
    return TemplateResponse(request, "applications/applicant_start.html", context)


# The form


def _facts_form(application: Application, fields: Any, data: Any = None) -> FactsForm:
    """The questions of a step: a draft may leave any of them for later."""
    territory = keys.parse(application.authority.territory)
    return FactsForm(fields, data, answers=application.answers, required=(), territory=territory)


def _tell_what_is_required(form: FactsForm) -> None:
    """Let labels say what the submission will require, once answers have been read without requiring it."""
    form.full_clean()
    form.use_required_attribute = False
    for key, question in form.questions.items():
        form.fields[key].required = question.required


def _given(form: FactsForm) -> dict[str, Any]:
    """Every question of the form with its answer, None when it has none; those ill-typed are left alone."""
    form.is_valid()
    return {
        key: form.answers().get(key)
        for key in form.questions
        if key not in form.errors and key in form.fields
    }


@require_http_methods(["GET", "HEAD", "POST"])
@member_required
def step(request: MemberRequest, pk: int, key: str) -> HttpResponse:
    application = own_draft(request, pk)
    current = next((one for one in steps(application) if one.key == key), None)
    if current is None:
        raise Http404("Cette étape n'existe pas dans cette demande.")
    form = _facts_form(application, current.fields, request.POST or None)
    if request.method == "POST":
        return _save_step(request, application, current, form)
    return _show_step(request, application, current, form)


def _save_step(
    request: MemberRequest, application: Application, current: Step, form: FactsForm
) -> HttpResponse:
    before, refused = set(questions(application)), ""
    try:
        application = actions.save(application=application, answers=_given(form), by=request.user)
    except Refused as refusal:
        refused = str(refusal)
    asks_otherwise = set(questions(application)) != before
    if request.htmx:
        return _saved(request, application, form, refused=refused, asks_otherwise=asks_otherwise)
    if refused:
        form.add_error(None, refused)
    if form.errors:
        return _show_step(request, application, current, form)
    messages.success(request, f"{saved_text(application)}.")
    goes_on = "next" in request.POST and not asks_otherwise
    return redirect(pages.next_url(application, current) if goes_on else form_url(application, current.key))


def _saved(
    request: MemberRequest, application: Application, form: FactsForm, *, refused: str, asks_otherwise: bool
) -> HttpResponse:
    """What a draft that saves itself says; the whole page comes again when its questions have changed."""
    context = {
        "saved": saved_text(application),
        "refused": refused,
        "wrong": [form[name].label for name in form.errors if name in form.fields],
    }
    response = TemplateResponse(request, "applications/applicant_saved.html", context)
    if asks_otherwise:
        response["HX-Refresh"] = "true"
    return response


def _show_step(
    request: MemberRequest,
    application: Application,
    current: Step,
    form: FactsForm,
    **more: Any,
) -> HttpResponse:
    _tell_what_is_required(form)
    context = {
        **pages.page_of_step(application, current, unlocked(application)),
        "form": form,
        "aid_form": AidForm(prefix="aide"),
        "statements": StatementsForm(statements(application)),
        **more,
    }
    return TemplateResponse(request, "applications/applicant_step.html", context)


@require_POST
@member_required
def submit(request: MemberRequest, pk: int) -> HttpResponse:
    application = own(request, pk)
    if application.state != Application.State.DRAFT:
        return redirect("applications:receipt", pk=pk)
    sworn = StatementsForm(statements(application), request.POST)
    if sworn.is_valid():
        try:
            actions.submit(application=application, sworn=sworn.sworn, by=request.user)
        except Refused as refusal:
            sworn.add_error(None, str(refusal))
        else:
            return redirect("applications:receipt", pk=pk)
    recap = steps(application)[-1]
    return _show_step(
        request, application, recap, _facts_form(application, ()), statements=sworn, faulty=sworn
    )


@require_safe
@member_required
def receipt(request: MemberRequest, pk: int) -> HttpResponse:
    application = own(request, pk)
    if application.submitted_at is None:
        raise Http404("Cette demande n'est pas déposée.")
    context = pages.page_of_application(application, request.user)
    return TemplateResponse(request, "applications/applicant_receipt.html", context)


@require_POST
@member_required
def discard(request: MemberRequest, pk: int) -> HttpResponse:
    try:
        actions.discard(application=own(request, pk), by=request.user)
        messages.success(request, "Votre brouillon est supprimé.")
    except Refused as refusal:
        messages.error(request, str(refusal))
    return redirect("applications:mine")


# Documents and other aids


@require_POST
@member_required
def attach(request: MemberRequest, pk: int, requirement: str) -> HttpResponse:
    application = own(request, pk)
    form = UploadForm(request.POST, request.FILES)
    if not form.is_valid():
        messages.error(request, "Choisissez un fichier avant de le joindre.")
        return redirect(_documents_url(application))
    try:
        document = actions.attach(
            application=application,
            requirement=requirement,
            upload=form.cleaned_data["file"],
            by=request.user,
        )
        messages.success(request, f"« {document.file} » est joint.")
    except Refused as refusal:
        messages.error(request, str(refusal))
    return redirect(_documents_url(application))


def _own_document(request: MemberRequest, pk: int) -> SupportingDocument:
    found = SupportingDocument.objects.filter(application__applicant=request.user)
    return get_object_or_404(found.select_related("application", "file"), pk=pk)


@require_POST
@member_required
def remove_document(request: MemberRequest, pk: int) -> HttpResponse:
    document = _own_document(request, pk)
    try:
        actions.remove_document(document=document, by=request.user)
        messages.success(request, "Le fichier est retiré.")
    except Refused as refusal:
        messages.error(request, str(refusal))
    return redirect(_documents_url(document.application))


@require_safe
@member_required
def document(request: MemberRequest, pk: int) -> HttpResponseBase:
    found = _own_document(request, pk)
    try:
        return answer(found.file)
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("applications:application", pk=found.application_id)


def _documents_url(application: Application) -> str:
    """Where documents are handed in, as the application stands."""
    if application.state == Application.State.DRAFT:
        return form_url(application, "pieces")
    return reverse("applications:correction", args=[application.pk])


@require_POST
@member_required
def declare_aid(request: MemberRequest, pk: int) -> HttpResponse:
    application = own_draft(request, pk)
    form = AidForm(request.POST, prefix="aide")
    if form.is_valid():
        try:
            actions.declare_aid(application=application, **form.cleaned_data, by=request.user)
            messages.success(request, "Cette aide est déclarée.")
            return redirect(form_url(application, "aides"))
        except Refused as refusal:
            form.add_error(None, str(refusal))
    current = next(one for one in steps(application) if one.key == "aides")
    own_form = _facts_form(application, current.fields)
    return _show_step(request, application, current, own_form, aid_form=form, faulty=form)


@require_POST
@member_required
def remove_aid(request: MemberRequest, pk: int) -> HttpResponse:
    aids = DeclaredAid.objects.filter(application__applicant=request.user).select_related("application")
    aid = get_object_or_404(aids, pk=pk)
    application = aid.application
    try:
        actions.remove_declared_aid(aid=aid, by=request.user)
        messages.success(request, "La déclaration de cette aide est retirée.")
    except Refused as refusal:
        messages.error(request, str(refusal))
    if application is None or application.state != Application.State.DRAFT:
        return redirect("applications:mine")
    return redirect(form_url(application, "aides"))


# After the submission


@require_safe
@member_required
def application(request: MemberRequest, pk: int) -> HttpResponse:
    found = own(request, pk)
    if found.state == Application.State.DRAFT:
        return redirect(form_url(found))
    context = {**pages.page_of_application(found, request.user), "form": MessageForm()}
    if actions.read_messages(application=found, by=request.user):
        context["has_news"] = True
    return TemplateResponse(request, "applications/applicant_application.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@member_required
def correction(request: MemberRequest, pk: int) -> HttpResponse:
    found = own(request, pk)
    allowed = unlocked(found)
    if allowed.correction is None:
        messages.info(request, "Aucune correction ne vous est demandée sur ce dossier.")
        return redirect("applications:application", pk=pk)
    asked: list[Field] = [field for key, field in questions(found).items() if key in allowed.fields]
    form = _facts_form(found, asked, request.POST or None)
    if request.method == "POST":
        refused = _correct(request, found, form)
        if not refused and not form.errors:
            return redirect(
                "applications:application" if "answer" in request.POST else "applications:correction", pk=pk
            )
        if refused:
            form.add_error(None, refused)
    context = {**pages.page_of_correction(found, allowed), "form": form}
    return TemplateResponse(request, "applications/applicant_correction.html", context)


def _correct(request: MemberRequest, application: Application, form: FactsForm) -> str:
    """Keep the answers and, when asked, give the correction back. Returns why not, "" when all is done."""
    try:
        saved = actions.save(application=application, answers=_given(form), by=request.user)
        if form.errors or "answer" not in request.POST:
            messages.success(request, f"{saved_text(saved)}.")
            return ""
        actions.answer_correction(application=application, by=request.user)
    except Refused as refusal:
        return str(refusal)
    messages.success(request, "Votre réponse est transmise : le délai court de nouveau.")
    return ""


@require_POST
@member_required
def message(request: MemberRequest, pk: int) -> HttpResponse:
    found = own(request, pk)
    form = MessageForm(request.POST)
    if not form.is_valid():
        messages.error(request, "Écrivez votre message, en 5 000 caractères au plus.")
    else:
        try:
            actions.write_message(application=found, text=form.cleaned_data["text"], by=request.user)
            messages.success(request, "Votre message est envoyé.")
        except Refused as refusal:
            messages.error(request, str(refusal))
    return redirect("applications:application", pk=pk)


@require_http_methods(["GET", "HEAD", "POST"])
@member_required
def withdraw(request: MemberRequest, pk: int) -> HttpResponse:
    found = own(request, pk)
    form = WithdrawalForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.withdraw(application=found, reason=form.cleaned_data["reason"], by=request.user)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, "Votre demande est retirée.")
            return redirect("applications:application", pk=pk)
    context = {"application": found, "title": pages.title_of(found), "form": form}
    return TemplateResponse(request, "applications/applicant_withdraw.html", context)
