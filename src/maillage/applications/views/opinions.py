"""The opinions asked to somebody: what waits for them, and the page where they answer."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.views.decorators.http import require_http_methods, require_safe

from maillage.accounts.guards import authority_of, member_required, right_required
from maillage.accounts.requests import MemberRequest
from maillage.accounts.rights import Right
from maillage.applications import actions
from maillage.applications.forms.officer import OpinionForm
from maillage.applications.models import OpinionRequest
from maillage.applications.pages.dossier import head
from maillage.applications.questions import steps
from maillage.kit import clock
from maillage.kit.console import Refused
from maillage.kit.pages import page_of
from maillage.schemes.forms import answer_texts
from maillage.schemes.pages.verdict import kept


@require_safe
@right_required(Right.GIVE_OPINIONS)
def opinions(request: MemberRequest) -> HttpResponse:
    asked = OpinionRequest.objects.filter(
        asked_to=request.user, application__authority=authority_of(request)
    ).select_related("application__recipient", "application__version__scheme")
    context = {
        "page": page_of(request, asked.order_by("given_at", "due_on", "pk")),
        "waiting": asked.filter(given_at=None).count(),
        "today": clock.today(),
    }
    return TemplateResponse(request, "applications/opinions.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@member_required
def opinion(request: MemberRequest, pk: int) -> HttpResponse:
    """What is asked, what the application says, and the answer."""
    asked = get_object_or_404(
        OpinionRequest.objects.filter(asked_to=request.user).select_related(
            "application__version__scheme", "application__recipient", "application__judgement", "asked_by"
        ),
        pk=pk,
    )
    application = asked.application
    form = OpinionForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.give_opinion(request=asked, by=request.user, **form.cleaned_data)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, f"Votre avis sur le dossier {application} est rendu.")
            return redirect("applications:opinions")
    # An opinion is given on the project, not on the person: what tells who they are stays with the review.
    answers = [
        (field.label, text)
        for step in steps(application)
        for field, text in answer_texts(step.fields, application.answers)
        if not field.personal and field.key != "requested_amount"
    ]
    context = {
        "asked": asked,
        "head": head(application),
        "answers": answers,
        "verdict": kept(application.judgement) if application.judgement is not None else None,
        "form": form if asked.given_at is None else None,
    }
    return TemplateResponse(request, "applications/opinion.html", context)
