from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maillage.rules.calendar import Period
from maillage.rules.clawback import Service, compute, repayment_plan, republican_commitment
from maillage.rules.parts import Clawback
from maillage.rules.terms import Formula

PAID = Decimal(12_000)
SERVICE = Service(
    months_due=36, months_served=14, days_due=1096, days_served=Decimal(425), months_received=24
)
CESP = Clawback(Formula.FULL_PLUS_PENALTY, penalty_per_month=Decimal(200), penalty_minimum=Decimal(2000))


def test_a_breach_after_14_of_36_months_gives_back_7_333_33() -> None:
    computed = compute(Clawback(Formula.PRO_RATA), PAID, SERVICE)
    assert computed.amount == Decimal("7333.33")
    assert computed.lines[0].formula.replace("\N{NO-BREAK SPACE}", " ").endswith("× 22 / 36")
    assert "14\N{NO-BREAK SPACE}mois accomplis" in computed.lines[0].label


@pytest.mark.parametrize(
    ("formula", "amount"),
    [
        (Formula.FULL, "12000"),
        (Formula.PRO_RATA, "7333.33"),
        (Formula.PRO_RATA_DAYS, "7346.72"),
        (Formula.NONE, "0"),
    ],
)
def test_each_formula_gives_its_amount(formula: Formula, amount: str) -> None:
    assert compute(Clawback(formula), PAID, SERVICE).amount == Decimal(amount)


def test_the_penalty_is_by_month_received_with_a_minimum_or_flat() -> None:
    assert compute(CESP, PAID, SERVICE).amount == 12_000 + 24 * 200
    short = compute(CESP, PAID, replace(SERVICE, months_received=4))
    assert short.amount == 14_000
    assert "minimum" in short.lines[1].formula
    flat = Clawback(Formula.FULL_PLUS_PENALTY, penalty_flat=Decimal(20_000))
    assert compute(flat, PAID, SERVICE).amount == 32_000
    least = Clawback(Formula.FULL_PLUS_PENALTY, penalty_minimum=Decimal(2000))
    assert compute(least, PAID, SERVICE).amount == 14_000


def test_practice_that_never_started_follows_its_own_formula() -> None:
    terms = Clawback(Formula.PRO_RATA, not_started=Formula.FULL)
    computed = compute(terms, PAID, replace(SERVICE, months_served=0, started=False))
    assert (computed.formula, computed.amount) == (Formula.FULL, PAID)
    assert "n'ayant pas commencé" in computed.lines[0].label


@pytest.mark.parametrize(
    ("terms", "service", "words"),
    [
        (Clawback(Formula.PRO_RATA_DAYS), replace(SERVICE, days_due=None), "jours"),
        (Clawback(Formula.PRO_RATA), replace(SERVICE, months_due=0), "durée"),
        (CESP, replace(SERVICE, months_received=None), "mois versés"),
    ],
)
def test_a_figure_the_formula_lacks_is_asked_for(terms, service, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        compute(terms, PAID, service)
    with pytest.raises(ValueError, match="négatives"):
        compute(terms, Decimal(-1), service)


CENTS = st.integers(0, 10_000_000).map(lambda cents: Decimal(cents) / 100)


@given(CENTS, st.integers(1, 120), st.integers(0, 200), st.sampled_from(list(Formula)))
def test_a_clawback_lies_between_nothing_and_what_was_paid_plus_the_penalty(
    paid, due, served, formula
) -> None:
    terms = replace(CESP, formula=formula)
    service = Service(due, served, days_due=30 * due, days_served=Decimal(30 * served), months_received=12)
    computed = compute(terms, paid, service)
    penalty = 2400 if formula is Formula.FULL_PLUS_PENALTY else 0
    assert 0 <= computed.amount <= paid + penalty
    assert computed.amount == sum(line.value for line in computed.lines)
    assert computed.amount == computed.amount.quantize(Decimal("0.01"))


@given(CENTS, st.integers(1, 120), st.integers(0, 119))
def test_a_month_more_never_costs_more(paid, due, served) -> None:
    terms = Clawback(Formula.PRO_RATA)
    assert (
        compute(terms, paid, Service(due, served + 1)).amount
        <= compute(terms, paid, Service(due, served)).amount
    )


def test_a_breach_of_the_republican_commitment_takes_back_what_remains_of_the_period() -> None:
    year = Period(date(2026, 1, 1), date(2026, 12, 31))
    assert republican_commitment(Decimal(36_500), year, date(2026, 7, 2)).amount == Decimal("18300.00")
    assert republican_commitment(Decimal(36_500), year, date(2025, 7, 1)).amount == 36_500
    assert republican_commitment(Decimal(36_500), year, date(2027, 1, 1)).amount == 0
    with pytest.raises(ValueError, match="fin"):
        republican_commitment(Decimal(1), Period(date(2026, 1, 1)), date(2026, 7, 2))


def test_a_repayment_plan_leaves_the_rounding_on_the_last_payment() -> None:
    plan = repayment_plan(Decimal("7333.33"), 12, date(2027, 1, 31))
    assert {payment.amount for payment in plan[:-1]} == {Decimal("611.11")}
    assert plan[-1].amount == Decimal("611.12")
    assert plan[1].due_on == date(2027, 2, 28)
    assert plan[2].due_on == date(2027, 3, 31)


@given(st.integers(1, 10_000_000), st.integers(1, 60))
def test_repayments_add_up_to_the_debt(cents: int, count: int) -> None:
    amount = Decimal(cents) / 100
    if cents < count:
        with pytest.raises(ValueError, match="ne se partagent pas"):
            repayment_plan(amount, count, date(2027, 1, 1))
        return
    plan = repayment_plan(amount, count, date(2027, 1, 1))
    assert sum(payment.amount for payment in plan) == amount
    assert all(payment.amount > 0 for payment in plan)
    assert [payment.number for payment in plan] == list(range(1, count + 1))


def test_nothing_to_repay_is_not_a_plan() -> None:
    with pytest.raises(ValueError, match="échelonnement"):
        repayment_plan(Decimal(0), 3, date(2027, 1, 1))
