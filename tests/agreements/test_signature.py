"""From the decision to the signed agreement: terms frozen, dates held, instalments planned."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied

from agreeing import ACTIVITY, BURSARY, PLAIN, granted, live, prepared, sent, signed, total
from applying import pdf
from maillage.accounts.roles import Role
from maillage.agreements import actions, registry
from maillage.agreements.models import Agreement, Instalment
from maillage.committees.models import Decision
from maillage.kit import clock
from maillage.kit.console import Refused
from people import person
from sitting import proposed, ready, taken

pytestmark = pytest.mark.django_db


def test_twenty_four_months_of_500_euros_make_12_000() -> None:
    agreement = signed(PLAIN)
    rows = live(agreement)
    assert [row.amount for row in rows] == [Decimal(500)] * 24
    assert total(agreement) == agreement.amount == Decimal(12000)
    assert rows[0].label == "Mensualité 1 sur 24"
    assert rows[0].due_on == clock.today()
    assert not Agreement.objects.out_of_balance().exists()


def test_the_sum_is_checked_in_the_database() -> None:
    agreement = signed(PLAIN)
    Instalment.objects.filter(agreement=agreement, number=3).update(amount=Decimal("499.99"))
    assert Agreement.objects.out_of_balance().get() == agreement


def test_terms_are_those_of_the_pinned_version_for_ever() -> None:
    agreement = prepared(BURSARY)
    version = agreement.decision.application.version
    assert agreement.rules.obligation == version.parsed.obligation
    assert agreement.rules.clawback == version.parsed.clawback
    assert agreement.terms["decision"]["number"] == "CP-2026-12"
    assert agreement.label_of("certificate") == "Certificat de scolarité"
    assert "criteria" not in agreement.terms["rules"]


def test_an_agreement_is_prepared_once_and_only_on_a_grant_taken() -> None:
    decision = granted()
    first = actions.prepare(decision=decision, by=None)
    assert first.number.startswith(f"C-{clock.today().year}-")
    with pytest.raises(Refused, match=first.number):
        actions.prepare(decision=decision, by=None)
    with pytest.raises(Refused, match="accord pris"):
        actions.prepare(decision=proposed(), by=None)


def test_who_may_prepare() -> None:
    with pytest.raises(PermissionDenied):
        actions.prepare(decision=granted(), by=person(Role.FINANCE_OFFICER))


def test_nobody_signs_before_the_decision_is_enforceable() -> None:
    agreement = actions.prepare(decision=taken(proposed(ready())), by=None)
    agreement = actions.send(agreement=agreement, by=None)
    with pytest.raises(Refused, match="pas exécutoire"):
        actions.record_signature(agreement=agreement, party="recipient", on=clock.today(), by=None)


def test_another_order_is_said_in_the_agreement() -> None:
    decision = taken(proposed(ready()))
    agreement = actions.prepare(decision=decision, by=None, early_signature="Notification par remise.")
    agreement = actions.send(agreement=agreement, by=None)
    done = actions.record_signature(agreement=agreement, party="recipient", on=clock.today(), by=None)
    assert done.recipient_signed_on == clock.today()


def test_a_signature_is_neither_to_come_nor_before_the_decision() -> None:
    agreement = sent()
    for days, match in ((1, "à venir"), (-1, "ne peut être signée avant")):
        with pytest.raises(Refused, match=match):
            actions.record_signature(
                agreement=agreement, party="recipient", on=clock.today() + timedelta(days=days), by=None
            )


def test_one_signature_does_not_sign() -> None:
    agreement = sent()
    once = actions.record_signature(agreement=agreement, party="recipient", on=clock.today(), by=None)
    assert once.state == Agreement.State.SENT
    assert not once.instalments.exists()
    with pytest.raises(Refused, match="déjà enregistrée"):
        actions.record_signature(agreement=agreement, party="recipient", on=clock.today(), by=None)


def test_upper_rooms_follow_the_signature(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[tuple[Agreement, int]] = []
    hook = lambda agreement, by: seen.append((agreement, agreement.instalments.count()))  # noqa: E731
    monkeypatch.setattr(registry, "ON_SIGNATURE", [hook])
    agreement = signed()
    assert seen == [(agreement, 24)]


def test_the_recipient_hands_in_the_signed_copy_of_what_was_sent() -> None:
    agreement = prepared()
    applicant = agreement.decision.application.applicant
    with pytest.raises(Refused, match="en préparation"):
        actions.hand_signed_copy(agreement=agreement, upload=pdf(), by=applicant)
    agreement = actions.send(agreement=agreement, by=None)
    with pytest.raises(PermissionDenied):
        actions.hand_signed_copy(agreement=agreement, upload=pdf(), by=person(Role.APPLICANT))
    handed = actions.hand_signed_copy(agreement=agreement, upload=pdf(), by=applicant)
    assert handed.signed_copy is not None


def test_an_agreement_taken_back_is_signed_again() -> None:
    agreement = sent()
    actions.record_signature(agreement=agreement, party="recipient", on=clock.today(), by=None)
    back = actions.take_back(agreement=agreement, reason="Une faute de frappe", by=None)
    assert (back.state, back.recipient_signed_on, back.document) == (Agreement.State.DRAFT, None, None)
    changed = actions.revise(agreement=back, clauses="Une clause de plus.", by=None)
    assert changed.terms["clauses"] == "Une clause de plus."


def test_a_recipient_who_renounces_frees_the_money() -> None:
    agreement = sent()
    from agreeing import committed

    assert committed(agreement) == Decimal(12000)
    actions.cancel(agreement=agreement, reason="Le bénéficiaire renonce.", by=None)
    assert committed(agreement) == 0


def test_signed_agreements_are_forwarded() -> None:
    agreement = signed()
    with pytest.raises(Refused, match="transmise avant"):
        actions.forward(agreement=agreement, to="ars", on=clock.today() - timedelta(days=1), by=None)
    assert actions.forward(agreement=agreement, to="ars", on=clock.today(), by=None).sent_to_ars_on
    assert actions.forward(agreement=agreement, to="cpam", on=clock.today(), by=None).sent_to_cpam_on


def test_an_award_without_number_of_instalments_asks_for_one() -> None:
    rules = {**PLAIN, "schedule": {"kind": "monthly"}}
    agreement = prepared(rules)
    with pytest.raises(Refused, match="nombre de versements"):
        actions.send(agreement=agreement, by=None)
    agreement = actions.revise(agreement=agreement, count=10, by=None)
    assert actions.send(agreement=agreement, by=None).state == Agreement.State.SENT


def test_a_decision_withdrawn_cannot_be_signed() -> None:
    agreement = sent()
    Decision.objects.filter(pk=agreement.decision_id).update(state="withdrawn")
    with pytest.raises(Refused, match="plus en vigueur"):
        actions.record_signature(agreement=agreement, party="recipient", on=clock.today(), by=None)


def test_an_activity_grant_keeps_its_balance_to_be_settled() -> None:
    agreement = signed(ACTIVITY)
    assert [(row.amount, row.is_estimate) for row in live(agreement)] == [
        (Decimal(6000), False),
        (Decimal(6000), True),
    ]
