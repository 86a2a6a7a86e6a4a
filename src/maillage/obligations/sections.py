"""What the page of an application shows of its obligation."""

from __future__ import annotations

from datetime import timedelta

from django.template.loader import render_to_string
from django.urls import reverse

from maillage.accounts.models import User
from maillage.applications.awaited import Awaited
from maillage.applications.models import Application
from maillage.kit import clock
from maillage.obligations.models import Breach, PracticeObligation, PracticeProof
from maillage.obligations.standing import clock_of, outstanding
from maillage.rules.calendar import day_text

# A statement is asked for from a month before it is due, as the first reminder is.
NOTICE = timedelta(days=30)
TO_HAND_IN = (PracticeProof.State.DUE, PracticeProof.State.REFUSED)


def obligation(application: Application, user: User) -> str:
    """The clock in words and the way to its page; nothing while there is no obligation."""
    visible = PracticeObligation.objects.visible_to(user).with_periods()
    found = visible.filter(agreement__decision__application=application).first()
    if found is None:
        return ""
    context = {
        "obligation": found,
        "clock": clock_of(found, clock.today()),
        "awaited": next(iter(outstanding(found)), None),
        "is_recipient": found.agreement.recipient.user_id == user.pk,
    }
    return render_to_string("obligations/section.html", context)


def awaited(application: Application, reader: User) -> Awaited | None:
    """Of the applicant: observations on a breach, or a statement of practice that is due."""
    if reader != application.applicant:
        return None
    visible = PracticeObligation.objects.visible_to(reader)
    found = visible.filter(agreement__decision__application=application).prefetch_related("proofs").first()
    if found is None:
        return None
    url = reverse("obligations:mine", args=[found.pk])
    heard = found.breaches.filter(state=Breach.State.ADVERSARIAL, observed_at=None).first()
    if heard is not None:
        until = f" avant le {day_text(heard.heard_until)}" if heard.heard_until else ""
        return Awaited(f"Un manquement vous est opposé : répondez{until}.", "Donner mes observations", url)
    due = next((one for one in outstanding(found) if one.state in TO_HAND_IN), None)
    if due is None or due.due_on > clock.today() + NOTICE:
        return None
    sentence = f"Votre attestation d'exercice est attendue le {day_text(due.due_on)}."
    return Awaited(sentence, "Remettre l'attestation", url)
