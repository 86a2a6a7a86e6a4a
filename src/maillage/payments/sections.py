"""What the page of an application shows of its payments, to the authority and to the applicant."""

from __future__ import annotations

from django.template.loader import render_to_string
from django.urls import reverse

from maillage.accounts.models import User
from maillage.accounts.rights import Right
from maillage.agreements.models import Agreement
from maillage.applications.awaited import Awaited
from maillage.applications.models import Application
from maillage.payments.actions.accounts import may_add
from maillage.payments.models import BankAccount, Payment
from maillage.payments.pages import PAYMENT_TONES

State = BankAccount.State
OVER = (Agreement.State.CANCELLED, Agreement.State.TERMINATED, Agreement.State.ENDED)


def payments_section(application: Application, user: User) -> str:
    """Bank details as they may be read, and each payment with what became of it; "" before the agreement."""
    found = Agreement.objects.visible_to(user).filter(decision__application=application)
    agreement = found.select_related("recipient__authority").exclude(state=Agreement.State.CANCELLED).first()
    if agreement is None:
        return ""
    recipient = agreement.recipient
    accounts = list(recipient.bank_accounts.exclude(state=State.ARCHIVED).order_by("-added_at", "-pk"))
    payments = Payment.objects.kept().filter(instalment__agreement=agreement).with_agreement().order_by("pk")
    context = {
        "agreement": agreement,
        "recipient": recipient,
        "active": next((one for one in accounts if one.state == State.ACTIVE), None),
        "to_check": next((one for one in accounts if one.state == State.TO_CHECK), None),
        "refused": accounts[0] if accounts and accounts[0].state == State.REFUSED else None,
        "payments": [(payment, PAYMENT_TONES.get(payment.state, "")) for payment in payments],
        "may_add": may_add(recipient, user),
        "links": user.can(Right.PREPARE_PAYMENTS, recipient.authority),
    }
    return render_to_string("payments/section.html", context)


def awaited(application: Application, reader: User) -> Awaited | None:
    """Of the applicant: bank details, without which nothing can be paid."""
    if reader != application.applicant:
        return None
    found = Agreement.objects.visible_to(reader).filter(decision__application=application)
    agreement = found.select_related("recipient").exclude(state__in=OVER).first()
    if agreement is None or not may_add(agreement.recipient, reader):
        return None
    if agreement.recipient.bank_accounts.filter(state__in=[State.ACTIVE, State.TO_CHECK]).exists():
        return None
    sentence = "Donnez vos coordonnées bancaires : sans elles, rien ne peut vous être payé."
    url = reverse("payments:add_account", args=[agreement.recipient_id])
    return Awaited(sentence, "Donner les coordonnées bancaires", url)
