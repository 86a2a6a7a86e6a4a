"""From the suspicion to the last euro recovered: heard first, the agreed formula, the ledger in step."""

from __future__ import annotations

import json
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from hypothesis import given, settings
from hypothesis import strategies as st

from binding import again, agreed, confirmed, heard, ordered, paid, running, suspected
from maillage.accounts.roles import Role
from maillage.agreements.models import Agreement
from maillage.budget import ledger
from maillage.kit import clock
from maillage.kit.console import Refused
from maillage.letters.actions import send
from maillage.obligations import actions
from maillage.obligations.models import Breach, Clawback, PracticeObligation
from maillage.obligations.simulation import simulate
from maillage.rules.money import ZERO
from people import person

pytestmark = pytest.mark.django_db


def test_fourteen_months_of_thirty_six_leave_7_333_33_to_give_back() -> None:
    bound = running()
    paid(bound.agreement)
    computation = simulate(again(bound), date(2025, 4, 1))
    assert computation.amount == Decimal("7333.33")
    spaces = str.maketrans("\N{NARROW NO-BREAK SPACE}\N{NO-BREAK SPACE}", "  ")
    assert computation.lines[0].formula.translate(spaces) == "12 000 € × 22 / 36"


def test_only_what_was_paid_is_given_back() -> None:
    bound = running()
    assert simulate(bound, date(2025, 4, 1)).amount == ZERO
    paid(bound.agreement, "6000")
    assert simulate(bound, date(2025, 4, 1)).amount == Decimal("3666.67")


def test_a_simulation_writes_nothing_and_needs_a_formula() -> None:
    bound = running()
    simulate(bound, date(2025, 4, 1))
    assert not Breach.objects.exists()
    bound.agreement.terms["rules"].pop("clawback")
    with pytest.raises(Refused, match="aucune formule"):
        simulate(bound, date(2025, 4, 1))


def test_nobody_is_condemned_before_being_heard() -> None:
    breach = suspected()
    with pytest.raises(Refused, match="à l'état"):
        actions.confirm(breach=breach, reasons="Départ.", by=None)
    with pytest.raises(Refused, match="15 jours"):
        actions.open_adversarial(breach=breach, heard_until=clock.today() + timedelta(days=14), by=None)
    until = clock.today() + timedelta(days=15)
    opened = actions.open_adversarial(breach=breach, heard_until=until, by=None)
    assert opened.letter is not None
    written = json.dumps(opened.letter.content, ensure_ascii=False)
    assert "7 333,33" in written.replace("\N{NARROW NO-BREAK SPACE}", " ")
    with pytest.raises(Refused, match="Envoyez d'abord"):
        actions.confirm(breach=opened, reasons="Départ.", by=None)
    send(letter=opened.letter, by=None)
    with pytest.raises(Refused, match="peut répondre jusqu'au"):
        actions.confirm(breach=opened, reasons="Départ.", by=None)
    with clock.at(clock.now() + timedelta(days=16)):
        assert actions.confirm(breach=opened, reasons="Départ.", by=None).amount == Decimal("7333.33")


def test_a_confirmation_is_reasoned_and_ends_the_agreement() -> None:
    breach = heard()
    with pytest.raises(Refused, match="Motivez"):
        actions.confirm(breach=breach, reasons=" ", by=None)
    clawback = confirmed(breach)
    assert (clawback.state, clawback.amount, clawback.formula) == ("decided", Decimal("7333.33"), "PRO_RATA")
    assert clawback.lines[0]["value"] == "7333.33"
    bound = PracticeObligation.objects.get(pk=breach.obligation_id)
    assert (bound.state, bound.ended_on) == (PracticeObligation.State.BREACHED, date(2025, 4, 1))
    assert bound.periods.get().ends_on == date(2025, 3, 31)
    assert Agreement.objects.get().state == Agreement.State.TERMINATED


def test_who_decides_and_who_answers() -> None:
    breach = heard()
    officer, recipient = person(Role.CASE_OFFICER), breach.obligation.agreement.recipient.user
    assert actions.record_observations(
        breach=breach, text="Encore un mot.", by=recipient
    ).observations.endswith("Encore un mot.")
    for stranger in (officer, recipient, person(Role.FINANCE_OFFICER)):
        with pytest.raises(PermissionDenied):
            actions.confirm(breach=breach, reasons="Départ.", by=stranger)
    with pytest.raises(PermissionDenied):
        actions.record_observations(breach=breach, text="Autrui", by=person(Role.APPLICANT))
    assert actions.confirm(breach=breach, reasons="Départ.", by=person(Role.MISSION_OFFICER))


def test_a_deferral_gives_time_and_practice_starts_again() -> None:
    breach = suspected()
    until = clock.today() + timedelta(days=90)
    deferred = actions.defer(breach=breach, until=until, reasons="Chantier en retard.", by=None)
    bound = again(deferred.obligation)
    assert (bound.state, bound.start_deadline, bound.deferred_to) == ("deferred", until, until)
    started = actions.start(obligation=bound, on=clock.today(), commune="00002", by=None)
    assert started.state == PracticeObligation.State.RUNNING
    assert started.started_on == date(2024, 2, 1)


def test_a_waiver_frees_and_a_dismissal_goes_on() -> None:
    waived = actions.waive(breach=suspected(), reasons="Maladie grave.", by=None)
    assert again(waived.obligation).state == PracticeObligation.State.WAIVED
    bound = running()
    breach = actions.suspect(obligation=bound, occurred_on=date(2025, 4, 1), reason="Absent", by=None)
    actions.dismiss(breach=breach, reasons="Erreur du répertoire.", by=None)
    assert again(bound).state == PracticeObligation.State.RUNNING
    assert not Clawback.objects.exists()


def test_one_breach_at_a_time() -> None:
    breach = suspected()
    with pytest.raises(Refused, match="déjà ouvert"):
        actions.suspect(obligation=breach.obligation, occurred_on=date(2025, 5, 1), reason="Encore", by=None)


def test_a_breach_that_claims_nothing_is_closed_at_once() -> None:
    bound = running()
    breach = actions.suspect(obligation=bound, occurred_on=date(2025, 4, 1), reason="Départ", by=None)
    clawback = confirmed(heard(breach))
    assert (clawback.amount, clawback.state) == (ZERO, Clawback.State.RECOVERED)


def test_the_order_is_in_the_ledger_and_its_steps_add_up() -> None:
    clawback = ordered()
    assert clawback.order is not None
    assert clawback.order.amount == Decimal("7333.33")
    steps = list(clawback.instalments.order_by("number"))
    assert len(steps) == 4
    assert sum(step.amount for step in steps) == Decimal("7333.33")
    assert clawback.prescribes_on is not None
    assert clawback.prescribes_on.year == clock.today().year + 4


def test_no_order_before_the_decision_is_notified() -> None:
    clawback = actions.confirm(breach=heard(), reasons="Départ.", by=None)
    with pytest.raises(Refused, match="Notifiez d'abord"):
        ordered(clawback)


def test_each_step_is_recovered_once_and_the_last_one_closes() -> None:
    clawback = ordered(steps=2)
    first, second = clawback.instalments.order_by("number")
    actions.record_recovery(instalment=first, on=clock.today(), by=None)
    with pytest.raises(Refused, match="déjà recouvrée"):
        actions.record_recovery(instalment=first, on=clock.today(), by=None)
    with pytest.raises(PermissionDenied):
        actions.record_recovery(instalment=second, on=clock.today(), by=person(Role.CASE_OFFICER))
    actions.record_recovery(instalment=second, on=clock.today(), by=person(Role.FINANCE_OFFICER))
    done = Clawback.objects.get(pk=clawback.pk)
    assert (done.state, done.left) == (Clawback.State.RECOVERED, ZERO)
    assert done.order is not None
    assert ledger.left_to_recover(done.order) == ZERO


def test_a_remission_takes_from_the_last_steps() -> None:
    clawback = ordered()
    relieved = actions.relieve(clawback=clawback, amount=Decimal(2000), reason="CP du 3 juin", by=None)
    assert relieved.left == Decimal("5333.33")
    assert sum(step.amount for step in relieved.instalments.all()) == Decimal("5333.33")
    with pytest.raises(Refused, match="ne peut dépasser"):
        actions.relieve(clawback=clawback, amount=Decimal(6000), reason="CP du 3 juin", by=None)
    assert actions.relieve(clawback=clawback, reason="CP du 5 juin", by=None).state == Clawback.State.RELIEVED


def test_what_cannot_be_recovered_is_written_off_and_what_was_not_due_is_cancelled() -> None:
    clawback = ordered()
    with pytest.raises(Refused, match="pourquoi"):
        actions.write_off(clawback=clawback, reason="", by=None)
    written = actions.write_off(clawback=clawback, reason="Insolvable.", by=None)
    assert (written.state, written.left) == (Clawback.State.WRITTEN_OFF, ZERO)
    with pytest.raises(Refused, match="à l'état"):
        actions.cancel(clawback=written, reason="Jugement.", by=None)


def test_a_cancelled_claim_claims_nothing_more() -> None:
    clawback = ordered()
    cancelled = actions.cancel(clawback=clawback, reason="Jugement du 4 mai.", by=None)
    assert cancelled.left == ZERO
    assert cancelled.order is not None
    assert ledger.left_to_recover(cancelled.order) == ZERO


BREACH_VERBS: list[tuple[str, dict[str, Any], set[str]]] = [
    ("open_adversarial", {"heard_until": date(2999, 1, 1)}, {"suspected"}),
    ("record_observations", {"text": "Voici."}, {"adversarial"}),
    ("defer", {"until": date(2999, 1, 1), "reasons": "Motif"}, {"suspected", "adversarial"}),
    ("waive", {"reasons": "Motif"}, {"suspected", "adversarial"}),
    ("dismiss", {"reasons": "Motif"}, {"suspected", "adversarial"}),
    ("confirm", {"reasons": "Motif"}, {"adversarial"}),
]


def test_each_verb_is_used_in_its_states_alone() -> None:
    breach = suspected()
    for state in Breach.State:
        Breach.objects.filter(pk=breach.pk).update(state=state, decision_reasons="Motif")
        for verb, options, states in BREACH_VERBS:
            if state not in states:
                with pytest.raises(Refused, match="à l'état"):
                    getattr(actions, verb)(breach=breach, by=None, **options)


@pytest.mark.django_db(transaction=False)
def test_whatever_is_recovered_or_forgiven_the_ledger_says_the_same() -> None:
    clawback = ordered(steps=6)

    @settings(max_examples=25, database=None)
    @given(st.lists(st.one_of(st.just("recover"), st.integers(1, 300_000)), max_size=10))
    def play(moves: list[Any]) -> None:
        from django.db import transaction

        with transaction.atomic():
            for move in moves:
                _move(clawback, move)
            row = Clawback.objects.get(pk=clawback.pk)
            assert row.order is not None
            assert row.left == ledger.left_to_recover(row.order)
            awaited = row.instalments.filter(paid_on=None)
            assert sum((step.amount for step in awaited), ZERO) == row.left
            assert row.recovered + row.given_up + row.left == row.amount
            transaction.set_rollback(True)

    play()


def _move(clawback: Clawback, move: Any) -> None:
    try:
        if move == "recover":
            awaited = clawback.instalments.filter(paid_on=None).order_by("number").first()
            if awaited is not None:
                actions.record_recovery(instalment=awaited, on=clock.today(), by=None)
        else:
            actions.relieve(clawback=clawback, amount=Decimal(move) / 100, reason="Vote", by=None)
    except Refused:
        pass


@pytest.mark.parametrize(("formula", "amount"), [("FULL", "12000"), ("PRO_RATA", "7333.33"), ("NONE", "0")])
def test_the_formula_is_the_one_agreed(formula: str, amount: str) -> None:
    bound = running({**agreed(), "clawback": {"formula": formula}})
    paid(bound.agreement)
    assert simulate(bound, date(2025, 4, 1)).amount == Decimal(amount)
