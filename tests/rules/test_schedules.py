from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maillage.rules.parts import Activity, Schedule, Step
from maillage.rules.schedules import (
    activity_grant,
    adjustment,
    by_year,
    instalments,
    start_on,
)
from maillage.rules.terms import ScheduleKind, Unit

START = date(2026, 9, 1)
MONTHLY = Schedule(ScheduleKind.MONTHLY, count=24, proof="certificat", proof_every_months=12)
STEPS = (
    Step("Acompte", Decimal("0.3")),
    Step("Démarrage des travaux", Decimal("0.4"), "ordre_de_service"),
    Step("Solde", Decimal("0.3"), "factures"),
)
PAIS = Activity(
    base=Decimal(10_000),
    rates={Unit.HOURS: Decimal("12.50"), Unit.DOCTORS: Decimal(500)},
    floor=Decimal(15_000),
    cap=Decimal(60_000),
    provisional_share=Decimal("0.7"),
)


def test_24_months_of_500_make_12_000() -> None:
    planned = instalments(MONTHLY, Decimal(12_000), START)
    assert [item.amount for item in planned] == [500] * 24
    assert sum(item.amount for item in planned) == 12_000
    assert (planned[0].due_on, planned[-1].due_on) == (START, date(2028, 8, 1))
    assert planned[2].label == "Mensualité 3 sur 24"
    assert [item.number for item in planned if item.proof] == [1, 13]


def test_the_rounding_is_on_the_last_instalment() -> None:
    planned = instalments(Schedule(ScheduleKind.EQUAL, count=3, every_months=4), Decimal(1000), START)
    assert [item.amount for item in planned] == [Decimal("333.33"), Decimal("333.33"), Decimal("333.34")]
    assert [item.due_on for item in planned] == [START, date(2027, 1, 1), date(2027, 5, 1)]


def test_one_payment() -> None:
    (only,) = instalments(Schedule(ScheduleKind.ONCE, proof="facture"), Decimal("19999.99"), START)
    assert (only.amount, only.due_on, only.proof) == (Decimal("19999.99"), START, "facture")


def test_years_may_differ_but_must_make_the_award() -> None:
    terms = Schedule(ScheduleKind.YEARLY, count=3)
    years = [Decimal(20_000), Decimal(15_000), Decimal(5_000)]
    planned = instalments(terms, Decimal(40_000), START, yearly=years)
    assert [item.amount for item in planned] == years
    assert by_year(planned) == {2026: 20_000, 2027: 15_000, 2028: 5_000}
    with pytest.raises(ValueError, match="accordez-les"):
        instalments(terms, Decimal(40_001), START, yearly=years)


def test_milestones_wait_for_their_proof_unless_they_are_planned() -> None:
    terms = Schedule(ScheduleKind.MILESTONES, steps=STEPS)
    planned = instalments(terms, Decimal("100000.01"), START)
    assert [item.amount for item in planned] == [30_000, 40_000, Decimal("30000.01")]
    assert [item.due_on for item in planned] == [START, None, None]
    assert by_year(planned) == {2026: 30_000, None: Decimal("70000.01")}
    dated = instalments(
        terms, Decimal(100_000), START, step_dates=[START, date(2027, 3, 1), date(2028, 6, 1)]
    )
    assert by_year(dated) == {2026: 30_000, 2027: 40_000, 2028: 30_000}


def test_a_grant_adjusted_to_activity() -> None:
    grant = activity_grant(PAIS, {Unit.HOURS: Decimal(1000), Unit.DOCTORS: Decimal(6)})
    assert grant.amount == 10_000 + 12_500 + 3_000
    assert [line.value for line in grant.lines] == [10_000, 12_500, 3_000]


def test_an_activity_grant_stays_between_floor_and_cap() -> None:
    small = activity_grant(PAIS, {Unit.HOURS: Decimal(10), Unit.DOCTORS: Decimal(1)})
    assert small.amount == 15_000
    large = activity_grant(PAIS, {Unit.HOURS: Decimal(10_000), Unit.DOCTORS: Decimal(1)})
    assert large.amount == 60_000
    for grant in (small, large):
        assert sum(line.value for line in grant.lines) == grant.amount


def test_a_missing_unit_or_rate_is_not_zero() -> None:
    assert activity_grant(PAIS, {Unit.HOURS: Decimal(10)}).amount is None
    assert activity_grant(PAIS, {Unit.HOURS: Decimal(10), Unit.DOCTORS: None}).amount is None
    undecided = replace(PAIS, rates={Unit.HOURS: None})
    assert activity_grant(undecided, {Unit.HOURS: Decimal(10)}).amount is None


def test_activity_pays_a_provisional_part_then_adjusts() -> None:
    terms = Schedule(ScheduleKind.ACTIVITY, activity=PAIS, proof="releve")
    planned = instalments(terms, Decimal(25_500), START)
    assert [(item.amount, item.due_on) for item in planned] == [(17_850, START), (7_650, None)]
    assert adjustment(Decimal(17_850), Decimal(25_500)).difference == 7_650
    recovered = adjustment(Decimal(17_850), Decimal(15_000))
    assert recovered.difference == -2_850
    assert "à reverser" in recovered.sentence
    assert "rien" in adjustment(Decimal(1), Decimal(1)).sentence


def test_a_schedule_starts_from_its_event() -> None:
    awarded, signed, term = date(2026, 6, 20), date(2026, 7, 31), date(2026, 10, 5)
    for starts, expected in (
        ("award", awarded),
        ("signature", signed),
        ("first_of_next_month", date(2026, 8, 1)),
        ("field:rentree", term),
    ):
        terms = replace(MONTHLY, starts=starts)
        assert start_on(terms, awarded_on=awarded, signed_on=signed, dates={"rentree": term}) == expected
    with pytest.raises(ValueError, match="rentree"):
        start_on(replace(MONTHLY, starts="field:rentree"), awarded_on=awarded, signed_on=signed)


@pytest.mark.parametrize(
    ("terms", "amount", "words"),
    [
        (replace(MONTHLY, count=None), "100", "nombre de versements"),
        (MONTHLY, "0.10", "ne se partagent pas"),
        (MONTHLY, "0", "montant positif"),
        (MONTHLY, "10.001", "au centime"),
        (Schedule(ScheduleKind.MILESTONES, steps=STEPS[:2]), "100", "étapes"),
        (Schedule(ScheduleKind.MILESTONES, steps=(Step("Solde", None),)), "100", "étapes"),
        (Schedule(ScheduleKind.ACTIVITY, activity=Activity()), "100", "provisionnelle"),
    ],
)
def test_what_cannot_be_planned_is_said(terms: Schedule, amount: str, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        instalments(terms, Decimal(amount), START)


TERMS = st.one_of(
    st.just(Schedule(ScheduleKind.ONCE)),
    st.just(Schedule(ScheduleKind.MILESTONES, steps=STEPS)),
    st.just(Schedule(ScheduleKind.ACTIVITY, activity=PAIS)),
    st.builds(
        Schedule,
        st.sampled_from([ScheduleKind.MONTHLY, ScheduleKind.YEARLY, ScheduleKind.EQUAL]),
        count=st.integers(1, 120),
        every_months=st.none() | st.integers(1, 24),
    ),
)


@given(TERMS, st.integers(120, 10**9), st.dates(date(2020, 1, 1), date(2040, 12, 31)))
def test_instalments_always_add_up_to_the_award(terms: Schedule, cents: int, start: date) -> None:
    award = Decimal(cents) / 100
    planned = instalments(terms, award, start)
    assert sum(item.amount for item in planned) == award
    assert all(item.amount > 0 for item in planned)
    assert [item.number for item in planned] == list(range(1, len(planned) + 1))
    dates = [item.due_on for item in planned if item.due_on is not None]
    assert dates == sorted(dates)
    assert sum(by_year(planned).values()) == award
