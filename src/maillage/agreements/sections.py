"""The agreement on the page of its application, for the office and for the recipient."""

from __future__ import annotations

from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.html import format_html

from maillage.accounts.models import User
from maillage.accounts.rights import Right
from maillage.agreements import pages
from maillage.agreements.models import Agreement
from maillage.agreements.operations import OPERATIONS, next_one, possible
from maillage.applications.awaited import Awaited
from maillage.applications.models import Application


def render(application: Application, user: User) -> str:
    """The agreement in a sentence, its next step; or the link to prepare it; "" when there is none to see."""
    visible = Agreement.objects.visible_to(user).filter(decision__application=application)
    agreement = visible.select_related("authority", "recipient").first()
    if agreement is None:
        return _to_prepare(application, user)
    slug = next_one(possible(agreement, user), agreement)
    context = {
        "agreement": agreement,
        "sentence": pages.sentence(agreement, list(agreement.instalments.live())),
        "tone": pages.TONES.get(agreement.state, ""),
        "first": (slug, OPERATIONS[slug].label) if slug else None,
    }
    return render_to_string("agreements/section.html", context)


def awaited(application: Application) -> Awaited | None:
    """The agreement to sign, or its signed copy to hand in."""
    reader = application.applicant
    agreement = Agreement.objects.visible_to(reader).filter(decision__application=application).first()
    if agreement is None:
        return None
    slug = next_one(possible(agreement, reader), agreement)
    if not slug:
        return None
    sentence = f"La convention {agreement.number} vous attend."
    url = reverse("agreements:operation", args=[agreement.pk, slug])
    return Awaited(sentence, OPERATIONS[slug].label, url)


def _to_prepare(application: Application, user: User) -> str:
    if not user.can(Right.MANAGE_AGREEMENTS, application.authority):
        return ""
    decision = application.decisions.filter(outcome="granted", state="taken", agreement=None).first()
    if decision is None:
        return ""
    url = reverse("agreements:prepare", args=[decision.pk])
    return format_html('<p><a class="btn btn-primary" href="{}">Préparer la convention</a></p>', url)
