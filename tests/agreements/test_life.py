"""What is paid, held back, amended and ended; whatever happens, the sums hold."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied

from agreeing import ACTIVITY, BURSARY, PLAIN, amended, committed, live, pay, proved, signed, total
from applying import pdf
from budget.money import appropriate
from maillage.accounts.roles import Role
from maillage.agreements import actions, instalments, registry
from maillage.agreements.models import Agreement, Amendment, Instalment, Proof
from maillage.budget import ledger
from maillage.kit import clock
from maillage.kit.console import Refused
from people import person

pytestmark = pytest.mark.django_db


@pytest.fixture
def paid_bursary() -> Agreement:
    """24 months, seven of them paid."""
    agreement = funded_agreement(PLAIN)
    pay(agreement, 7)
    return agreement


def funded_agreement(rules: dict[str, object]) -> Agreement:
    agreement = signed(rules)
    appropriate(agreement.decision.envelope, **{f"y{clock.today().year}": 30_000})
    return agreement


def test_what_stands_before_a_payment() -> None:
    agreement = signed(BURSARY)
    first, second = live(agreement)[:2]
    today = clock.today()
    label = "Certificat de scolarité"
    assert instalments.missing(first, today) == [f"Le justificatif « {label} » n'est pas reçu."]
    assert instalments.missing(second, today)[0].startswith("Elle n'est due que le")
    assert list(instalments.payable(agreement.authority, today)) == []
    proof = actions.receive_proof(
        agreement=agreement,
        requirement="certificate",
        upload=pdf(),
        covers_from=today,
        covers_until=today + timedelta(days=300),
        by=None,
    )
    first.refresh_from_db()
    assert "reste à vérifier" in instalments.missing(first, today)[0]
    refused = actions.refuse_proof(proof=proof, reason="Illisible.", by=None)
    assert refused.state == Proof.State.REFUSED
    assert "a été refusé : Illisible." in instalments.missing(fresh(first), today)[0]
    proved(agreement, covers_from=today, covers_until=today + timedelta(days=300))
    assert instalments.missing(fresh(first), today) == []
    assert list(instalments.payable(agreement.authority, today)) == [first]
    later = live(agreement)[12]
    assert later.due_on is not None
    assert "ne couvre pas" in instalments.missing(fresh(later), later.due_on)[0]


def fresh(instalment: Instalment) -> Instalment:
    return Instalment.objects.get(pk=instalment.pk)


def test_a_suspension_holds_payments_back_until_they_resume() -> None:
    agreement = signed(PLAIN)
    today = clock.today()
    assert instalments.payable(agreement.authority, today).count() == 1
    actions.suspend_payments(agreement=agreement, on=today, reason="Année de césure.", by=None)
    first = live(agreement)[0]
    assert "suspendus depuis" in instalments.missing(first, today)[0]
    assert not instalments.payable(agreement.authority, today).exists()
    with pytest.raises(Refused, match="déjà suspendus"):
        actions.suspend_payments(agreement=agreement, on=today, reason="Encore.", by=None)
    actions.resume_payments(agreement=agreement, on=today, by=None)
    assert instalments.payable(agreement.authority, today).count() == 1


def test_the_list_and_the_query_agree() -> None:
    agreement = signed(BURSARY)
    proved(agreement, covers_from=clock.today(), covers_until=clock.today() + timedelta(days=100))
    for days in (0, 40, 200, 800):
        on = clock.today() + timedelta(days=days)
        listed = instalments.missing_from(Instalment.objects.order_by("number"), on)
        found = set(instalments.payable(agreement.authority, on).values_list("pk", flat=True))
        assert found == {key for key, sentences in listed.items() if not sentences}


def test_an_instalment_moves_from_planned_to_paid_and_never_twice(paid_bursary: Agreement) -> None:
    first = live(paid_bursary)[0]
    assert first.state == Instalment.State.PAID
    with pytest.raises(Refused, match="payée"):
        instalments.mark_in_batch(instalment=first)


def test_a_certificate_already_accepted_is_not_asked_again() -> None:
    from agreeing import granted

    decision = granted(BURSARY)
    decision.application.documents.filter(requirement="certificate").update(
        state="accepted", valid_until=clock.today() + timedelta(days=200)
    )
    agreement = actions.send(agreement=actions.prepare(decision=decision, by=None), by=None)
    for party in ("recipient", "authority"):
        agreement = actions.record_signature(agreement=agreement, party=party, on=clock.today(), by=None)  # type: ignore[arg-type]
    assert instalments.payable(agreement.authority, clock.today()).count() == 1


def test_more_money_is_committed_and_shared_among_what_is_left(paid_bursary: Agreement) -> None:
    amended(paid_bursary, "amount", amount="15000", decision="CP-2026-40")
    paid_bursary.refresh_from_db()
    assert paid_bursary.amount == total(paid_bursary) == committed(paid_bursary) == Decimal(15000)
    rows = live(paid_bursary)
    assert len(rows) == 24
    assert {row.amount for row in rows[7:]} == {Decimal("676.47"), Decimal("676.48")}
    assert rows[7].label == "Mensualité 8 sur 24"
    assert not Agreement.objects.out_of_balance().exists()


def test_less_money_is_given_back_but_never_below_what_was_paid(paid_bursary: Agreement) -> None:
    with pytest.raises(Refused, match="déjà payés"):
        actions.propose_amendment(
            agreement=paid_bursary, kind="amount", after={"amount": "3000"}, reason="Erreur.", by=None
        )
    amended(paid_bursary, "amount", amount="6900")
    paid_bursary.refresh_from_db()
    assert paid_bursary.amount == total(paid_bursary) == committed(paid_bursary) == Decimal(6900)


def test_a_new_schedule_must_add_up(paid_bursary: Agreement) -> None:
    today = clock.today()
    line = {"label": "Versement", "due_on": today.isoformat(), "amount": "4250", "proof": None}
    with pytest.raises(Refused, match="accordez-les"):
        actions.propose_amendment(
            agreement=paid_bursary, kind="schedule", after={"lines": [line]}, reason="Avance.", by=None
        )
    amended(paid_bursary, "schedule", lines=[line, line])
    rows = live(paid_bursary)
    assert [row.number for row in rows] == list(range(1, 10))
    assert total(paid_bursary) == Decimal(12000)


def test_an_amendment_changes_nothing_before_it_is_signed(paid_bursary: Agreement) -> None:
    amendment = actions.propose_amendment(
        agreement=paid_bursary, kind="obligation", after={"months": 48}, reason="Accord.", by=None
    )
    paid_bursary.refresh_from_db()
    assert paid_bursary.rules.obligation is not None
    assert paid_bursary.rules.obligation.months == 36
    assert (amendment.before["months"], amendment.after["months"]) == (36, 48)
    done = actions.cancel_amendment(amendment=amendment, by=None)
    assert done.state == Amendment.State.CANCELLED
    with pytest.raises(Refused, match="déjà annulé"):
        actions.sign_amendment(amendment=amendment, on=clock.today(), by=None)


@pytest.mark.parametrize(
    ("kind", "after", "match"),
    [
        ("amount", {"amount": "12000"}, "ne change rien"),
        ("amount", {"amount": "beaucoup"}, "en euros"),
        ("place", {"commune": ""}, "nouvelle commune"),
        ("place", {"commune": "99999"}, "Aucune commune"),
        ("duration", {"ends_on": ""}, "date de fin"),
        ("duration", {"ends_on": "2020-01-01"}, "avant d'avoir été signée"),
        ("recipient", {"recipient": 0}, "bénéficiaire connu"),
        ("obligation", {"months": 0}, "obligation.months"),
        ("amount", {"months": 3}, "ne change pas « months »"),
        ("autre", {}, "Choisissez"),
    ],
)
def test_an_amendment_that_makes_no_sense_is_refused(kind: str, after: dict[str, object], match: str) -> None:
    with pytest.raises(Refused, match=match):
        actions.propose_amendment(agreement=signed(), kind=kind, after=after, reason="Motif.", by=None)


def test_two_amendments_do_not_undo_each_other() -> None:
    agreement = signed()
    first, second = (
        actions.propose_amendment(
            agreement=agreement, kind="obligation", after={"months": months}, reason="Accord.", by=None
        )
        for months in (40, 48)
    )
    actions.sign_amendment(amendment=first, on=clock.today(), by=None)
    with pytest.raises(Refused, match="a changé depuis"):
        actions.sign_amendment(amendment=second, on=clock.today(), by=None)


def test_upper_rooms_follow_an_amendment(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[str] = []
    monkeypatch.setattr(registry, "ON_AMENDMENT", [lambda amendment, by: seen.append(amendment.kind)])
    amended(signed(), "obligation", months=40)
    assert seen == ["obligation"]


def test_termination_gives_back_what_is_not_paid(paid_bursary: Agreement) -> None:
    done = actions.terminate(agreement=paid_bursary, on=clock.today(), reason="Abandon des études.", by=None)
    assert done.state == Agreement.State.TERMINATED
    assert total(paid_bursary) == committed(paid_bursary) == Decimal(3500)


def test_an_order_rejected_after_termination_is_given_back(paid_bursary: Agreement) -> None:
    one = paid_bursary.instalments.filter(state="planned").order_by("number")[0]
    instalments.mark_in_batch(instalment=one)
    with pytest.raises(Refused, match="bordereau"):
        actions.terminate(agreement=paid_bursary, on=clock.today(), reason="Abandon.", by=None)
    order = ledger.order_payment(
        envelope=paid_bursary.decision.envelope,
        year=clock.today().year,
        amount=one.amount,
        subject=paid_bursary.decision,
        key="order",
        by=None,
    )
    instalments.mark_ordered(instalment=one)
    actions.terminate(agreement=paid_bursary, on=clock.today(), reason="Abandon.", by=None)
    assert committed(paid_bursary) == total(paid_bursary) == Decimal(4000)
    ledger.reject_payment(order=order, key="rejected", by=None, note="IBAN clos")
    instalments.mark_free(instalment=one, by=None)
    assert committed(paid_bursary) == total(paid_bursary) == Decimal(3500)


def test_a_rejected_payment_may_be_paid_again(paid_bursary: Agreement) -> None:
    one = paid_bursary.instalments.filter(state="planned").order_by("number")[0]
    instalments.mark_in_batch(instalment=one)
    assert instalments.mark_free(instalment=one, by=None).state == Instalment.State.PLANNED


def test_an_agreement_ends_once_all_is_paid(paid_bursary: Agreement) -> None:
    with pytest.raises(Refused, match="ne sont pas encore payés"):
        actions.end(agreement=paid_bursary, on=clock.today(), by=None)
    pay(paid_bursary, 17)
    done = actions.end(agreement=paid_bursary, on=clock.today(), by=None)
    assert done.state == Agreement.State.ENDED


@pytest.mark.parametrize(
    ("hours", "paid_first", "amount", "difference"),
    [
        (640, 6000, 8400, 2400),
        (2000, 6000, 12000, 6000),
        (400, 6000, 6000, 0),
        (100, 6000, 6000, -3000),
    ],
)
def test_activity_settles_the_balance(hours: int, paid_first: int, amount: int, difference: int) -> None:
    agreement = funded_agreement(ACTIVITY)
    with pytest.raises(Refused, match="provisionnel"):
        actions.settle_activity(agreement=agreement, on=clock.today(), by=None)
    pay(agreement)
    with pytest.raises(Refused, match="Il manque"):
        actions.settle_activity(agreement=agreement, on=clock.today(), by=None)
    proved(agreement, "letter", units={"hours": Decimal(hours)})
    done = actions.settle_activity(agreement=agreement, on=clock.today(), by=None)
    assert done.amount == total(agreement) == committed(agreement) == Decimal(amount)
    assert Decimal(done.terms["adjustment"]["difference"]) == difference
    assert instalments.payable(agreement.authority, clock.today()).count() == (1 if difference > 0 else 0)


def test_who_may_do_what() -> None:
    agreement = signed(BURSARY)
    stranger, finance = person(Role.APPLICANT), person(Role.FINANCE_OFFICER)
    for someone in (stranger, finance):
        with pytest.raises(PermissionDenied):
            actions.terminate(agreement=agreement, on=clock.today(), reason="Motif.", by=someone)
        with pytest.raises(PermissionDenied):
            actions.receive_proof(agreement=agreement, requirement="certificate", upload=pdf(), by=someone)
    owner = agreement.decision.application.applicant
    proof = actions.receive_proof(agreement=agreement, requirement="certificate", upload=pdf(), by=owner)
    with pytest.raises(PermissionDenied):
        actions.accept_proof(proof=proof, by=owner)
