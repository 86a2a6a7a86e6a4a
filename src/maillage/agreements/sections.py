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
from maillage.agreements.waiting import awaiting_agreement
from maillage.applications.awaited import Awaited
from maillage.applications.models import Application


def render(application: Application, user: User) -> str:
    """The agreement in a sentence, its next step; or the link to prepare it; "" when there is none to see."""
    visible = Agreement.objects.visible_to(user).filter(decision__application=application)
    agreement = visible.select_related("authority", "recipient").first()
    if agreement is None:
        link = _to_prepare(application, user)
        return format_html('<p><a class="btn btn-primary" href="{1}">{0}</a></p>', *link) if link else ""
    slug = next_one(possible(agreement, user), agreement)
    context = {
        "agreement": agreement,
        "sentence": pages.sentence(agreement, list(agreement.instalments.live())),
        "tone": pages.TONES.get(agreement.state, ""),
        "first": (slug, OPERATIONS[slug].label) if slug else None,
    }
    return render_to_string("agreements/section.html", context)


def awaited(application: Application, reader: User) -> Awaited | None:
    """The agreement to prepare, to send, to sign, or its signed copy to hand in."""
    if decision := _to_prepare(application, reader):
        return Awaited("L'accord attend sa convention.", *decision)
    agreement = Agreement.objects.visible_to(reader).filter(decision__application=application).first()
    if agreement is None:
        return None
    slug = next_one(possible(agreement, reader), agreement)
    if not slug:
        return None
    sentence = f"La convention {agreement.number or 'en préparation'} vous attend."
    url = reverse("agreements:operation", args=[agreement.pk, slug])
    return Awaited(sentence, OPERATIONS[slug].label, url)


def _to_prepare(application: Application, user: User) -> tuple[str, str] | None:
    """Label and address of what prepares the agreement, when it waits for this person."""
    if not user.can(Right.MANAGE_AGREEMENTS, application.authority):
        return None
    decision = awaiting_agreement().filter(application=application).first()
    if decision is None:
        return None
    return "Préparer la convention", reverse("agreements:prepare", args=[decision.pk])
