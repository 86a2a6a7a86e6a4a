"""What a granted applicant reads first: the one thing that waits, from the agreement to the obligation."""

from __future__ import annotations

from datetime import timedelta

import pytest

import agreeing
import binding
import paying
from maillage.agreements.models import Agreement
from maillage.applications.models import Application
from maillage.applications.words import Standing, standing
from maillage.kit import clock
from maillage.obligations.actions import open_adversarial

pytestmark = pytest.mark.django_db


def read(agreement: Agreement) -> Standing:
    return standing(Application.objects.get(pk=agreement.decision.application_id), None)


def test_an_agreement_sent_waits_for_its_signed_copy() -> None:
    found = read(agreeing.sent())
    assert found.action == "Déposer l'exemplaire signé"
    assert "vous attend" in found.next


def test_then_the_bank_details_then_nothing() -> None:
    agreement = agreeing.signed()
    Agreement.objects.filter(pk=agreement.pk).update(signed_copy=agreement.document)
    agreement.refresh_from_db()
    assert read(agreement).action == "Donner les coordonnées bancaires"
    paying.account(agreement.recipient)
    assert read(agreement).action == ""


def test_a_breach_waits_for_the_observations_of_the_recipient() -> None:
    breach = binding.suspected()
    agreement = breach.obligation.agreement
    until = clock.today() + timedelta(days=30)
    open_adversarial(breach=breach, heard_until=until, by=None)
    Agreement.objects.filter(pk=agreement.pk).update(signed_copy=agreement.document)
    assert read(agreement).action == "Donner mes observations"
