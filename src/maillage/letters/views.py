"""The list of letters, one letter, its PDF, and sending."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.views.decorators.http import require_POST, require_safe

from maillage.accounts.guards import authority_of, member_required, right_required
from maillage.accounts.models import Event
from maillage.accounts.requests import MemberRequest
from maillage.accounts.rights import Right
from maillage.files.serving import answer
from maillage.kit.console import Refused
from maillage.kit.exports import streamed_response
from maillage.kit.pages import page_of
from maillage.kit.web import refusals_as_pages
from maillage.letters import actions
from maillage.letters.forms import STATES, TO_SEND, LetterFilter, SendForm, TrackingForm
from maillage.letters.kinds import kind_label
from maillage.letters.models import Letter, LetterQuerySet
from maillage.letters.pages import COLUMNS, exported, shown


def filtered(request: MemberRequest) -> tuple[LetterFilter, LetterQuerySet]:
    """The filter of the address and the letters of the authority that it keeps."""
    form = LetterFilter(request.GET if "state" in request.GET else {**request.GET.dict(), "state": TO_SEND})
    visible = Letter.objects.visible_to(request.user).filter(authority=authority_of(request))
    return form, form.apply(visible).order_by("-drafted_at", "-pk")


@require_safe
@right_required(Right.SEE_APPLICATIONS)
def letters(request: MemberRequest) -> HttpResponse:
    form, found = filtered(request)
    waiting = Letter.objects.visible_to(request.user).filter(authority=authority_of(request))
    page = page_of(request, found.defer("content"))
    rows = [(letter, kind_label(letter.kind)) for letter in page]
    context = {
        "form": form,
        "page": page,
        "rows": rows,
        "state": form.wanted_state,
        "state_label": STATES[form.wanted_state],
        "to_send": waiting.to_send().count(),
        "failed": waiting.mail_failed().count(),
        "may_send": _may_send(request),
        "sending": form.wanted_state == TO_SEND and _may_send(request),
    }
    return TemplateResponse(request, "letters/letters.html", context)


@require_safe
@right_required(Right.SEE_APPLICATIONS)
def export(request: MemberRequest, fmt: str) -> HttpResponseBase:
    found = filtered(request)[1].defer("content")
    return streamed_response(fmt, name="courriers", columns=COLUMNS, rows=exported(found.iterator()))


def visible_letter(request: MemberRequest, pk: int) -> Letter:
    """The letter, or 404 when it is not this person's to read."""
    found = Letter.objects.visible_to(request.user).select_related(
        "authority", "recipient_user", "pdf", "sent_by", "drafted_by"
    )
    return get_object_or_404(found, pk=pk)


def _may_send(request: MemberRequest, letter: Letter | None = None) -> bool:
    authority = letter.authority if letter is not None else request.authority
    return any(request.user.can(right, authority) for right in actions.SENDERS)


@require_safe
@member_required
def letter(request: MemberRequest, pk: int) -> HttpResponse:
    found = visible_letter(request, pk)
    office = request.user.can(Right.SEE_APPLICATIONS, found.authority)
    context = {
        "letter": found,
        "kind": kind_label(found.kind),
        "act": shown(found.act),
        "office": office,
        "may_send": _may_send(request, found),
        "events": Event.objects.about(found)[:50] if office else [],
        "form": SendForm(initial={"channel": found.channel, "recipient_email": found.recipient_email}),
        "tracking_form": TrackingForm(initial={"tracking": found.tracking}),
    }
    return TemplateResponse(request, "letters/letter.html", context)


@require_safe
@refusals_as_pages
@member_required
def pdf(request: MemberRequest, pk: int) -> HttpResponseBase:
    """The PDF as it was sent; for a draft, as it would be sent today."""
    found = visible_letter(request, pk)
    if found.pdf is not None:
        return answer(found.pdf)
    response = HttpResponse(actions.rendered(found.act, found.authority), content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="projet-{found.number}.pdf"'
    response["Cache-Control"] = "private, no-store"
    return response


@require_POST
@member_required
def send(request: MemberRequest, pk: int) -> HttpResponse:
    found, form = visible_letter(request, pk), SendForm(request.POST)
    if not form.is_valid():
        for errors in form.errors.values():
            messages.error(request, " ".join(map(str, errors)))
        return redirect("letters:letter", pk=pk)
    try:
        actions.send_by(letter=found, by=request.user, **form.cleaned_data)
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        found.refresh_from_db()
        _say_sent(request, found)
    return redirect("letters:letter", pk=pk)


def _say_sent(request: MemberRequest, letter: Letter) -> None:
    if letter.mail_is_late:
        messages.error(
            request, "Le courrier est enregistré, mais le courriel n’est pas parti : essayez de nouveau."
        )
    else:
        messages.success(request, f"Le courrier {letter.number} est envoyé.")


@require_POST
@member_required
def deliver(request: MemberRequest, pk: int) -> HttpResponse:
    """Try again to have the e-mail leave."""
    _say_sent(request, actions.deliver(letter=visible_letter(request, pk), by=request.user))
    return redirect("letters:letter", pk=pk)


@require_POST
@member_required
def track(request: MemberRequest, pk: int) -> HttpResponse:
    found, form = visible_letter(request, pk), TrackingForm(request.POST)
    try:
        if not form.is_valid():
            raise Refused("Donnez le numéro de recommandé, 40 caractères au plus.")
        actions.track(letter=found, by=request.user, **form.cleaned_data)
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, "Le numéro de recommandé est enregistré.")
    return redirect("letters:letter", pk=pk)


@require_POST
@member_required
def cancel(request: MemberRequest, pk: int) -> HttpResponse:
    try:
        actions.cancel(letter=visible_letter(request, pk), by=request.user)
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, "Le courrier est annulé : il ne partira pas.")
    return redirect("letters:letter", pk=pk)


@require_POST
@right_required(Right.SEE_APPLICATIONS)
def send_selected(request: MemberRequest) -> HttpResponse:
    """Send the letters ticked in the list, each on its own: one that cannot leave holds back no other."""
    asked = [int(pk) for pk in request.POST.getlist("letters") if pk.isdecimal()]
    visible = Letter.objects.visible_to(request.user).filter(authority=authority_of(request))
    chosen = visible.filter(pk__in=asked).select_related("authority").order_by("number")
    if not asked:
        messages.error(request, "Cochez d’abord les courriers à envoyer.")
        return redirect("letters:letters")
    refusals = actions.send_each(letters=chosen, by=request.user)
    for refusal in refusals:
        messages.error(request, refusal)
    sent = len(chosen) - len(refusals)
    if sent:
        messages.success(
            request, "1 courrier est envoyé." if sent == 1 else f"{sent} courriers sont envoyés."
        )
    return redirect("letters:letters")
