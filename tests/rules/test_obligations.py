from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maillage.rules.calendar import Period, add_months
from maillage.rules.obligations import (
    Pause,
    Practice,
    State,
    Stretch,
    proofs,
    run_clock,
    start_by,
)
from maillage.rules.parts import Obligation
from maillage.rules.terms import Interruption, Trigger

DIPLOMA = date(2026, 6, 30)
START = date(2026, 11, 1)
TERMS = Obligation(
    months=36,
    trigger=Trigger.DIPLOMA,
    start_within_months=6,
    share=Decimal("0.5"),
    share_is_strict=True,
    proof_every_months=12,
    interruptions=(Interruption.MATERNITY,),
)
MOST = Decimal("0.8")


def practice(
    first: date, last: date | None = None, share: Decimal | None = MOST, time: str = "1"
) -> Practice:
    return Practice(Period(first, last), share, Decimal(time))


def read(on: date, *practices: Practice, pauses=(), terms=TERMS, **more):
    return run_clock(terms, trigger_on=DIPLOMA, practices=practices, pauses=pauses, on=on, **more)


def kinds(clock) -> list[Stretch]:
    return [segment.kind for segment in clock.segments]


def test_a_diploma_of_30_june_asks_to_start_before_30_december() -> None:
    assert start_by(TERMS, DIPLOMA) == date(2026, 12, 30)
    assert start_by(TERMS, None) is None
    assert start_by(replace(TERMS, start_within_months=None), DIPLOMA) is None
    assert start_by(TERMS, DIPLOMA, deferred_to=date(2027, 6, 30)) == date(2027, 6, 30)


def test_before_the_start_the_clock_waits_then_is_late() -> None:
    assert read(date(2026, 12, 30)).state is State.AWAITING_START
    late = read(date(2026, 12, 31))
    assert late.state is State.LATE
    assert "non constaté" in late.text
    assert read(date(2027, 6, 1), deferred_to=date(2027, 6, 30)).state is State.AWAITING_START
    waiting = run_clock(TERMS, trigger_on=None, practices=(), on=START)
    assert waiting.state is State.NOT_TRIGGERED
    assert (waiting.months_served, waiting.months_remaining) == (0, 36)
    assert read(date(2027, 3, 1), practice(date(2027, 1, 2))).started_late
    assert not read(date(2027, 3, 1), practice(START)).started_late


def test_months_run_from_the_first_day_to_the_anniversary() -> None:
    clock = read(date(2028, 1, 14), practice(START))
    assert (clock.months_served, clock.months_remaining) == (14, 22)
    assert clock.state is State.RUNNING
    assert clock.ends_on == date(2029, 10, 31)
    assert clock.text.replace("\N{NO-BREAK SPACE}", " ") == "14 mois sur 36, fin prévue le 31 octobre 2029"
    assert kinds(clock) == [Stretch.SERVED, Stretch.REMAINING]


def test_the_obligation_is_fulfilled_on_the_eve_of_the_anniversary() -> None:
    eve = read(date(2029, 10, 30), practice(START))
    assert (eve.state, eve.months_served) == (State.RUNNING, 35)
    done = read(date(2031, 1, 1), practice(START))
    assert (done.state, done.ends_on, done.months_served) == (State.FULFILLED, date(2029, 10, 31), 36)
    assert done.remaining == (0, 0)
    assert kinds(done) == [Stretch.SERVED]


def test_an_accepted_pause_suspends_and_pushes_the_end() -> None:
    leave = Pause(Period(date(2028, 3, 1), date(2028, 6, 30)), Interruption.MATERNITY)
    during = read(date(2028, 4, 15), practice(START), pauses=[leave])
    assert (during.state, during.months_served) == (State.SUSPENDED, 16)
    clock = read(date(2028, 9, 30), practice(START), pauses=[leave])
    assert clock.months_served == 19
    assert clock.ends_on == date(2029, 10, 31) + timedelta(days=122)
    assert clock.text.replace("\N{NO-BREAK SPACE}", " ").startswith(
        "19 mois sur 36, suspendu du 1er mars 2028 au 30 juin 2028"
    )
    assert kinds(clock) == [Stretch.SERVED, Stretch.SUSPENDED, Stretch.SERVED, Stretch.REMAINING]
    assert during.ends_on == clock.ends_on
    before = read(date(2027, 1, 1), practice(START), pauses=[leave])
    assert before.ends_on == clock.ends_on


def test_a_pause_without_end_leaves_the_end_unknown() -> None:
    ill = Pause(Period(date(2028, 3, 1)), Interruption.MATERNITY)
    clock = read(date(2028, 4, 1), practice(START), pauses=[ill])
    assert (clock.state, clock.ends_on) == (State.SUSPENDED, None)


def test_a_reason_the_agreement_does_not_accept_suspends_nothing() -> None:
    leave = Pause(Period(date(2028, 3, 1), date(2028, 6, 30)), Interruption.PARENTAL_LEAVE)
    stopped = practice(START, date(2028, 2, 29))
    assert read(date(2028, 6, 30), stopped, pauses=[leave]).state is State.INTERRUPTED


def test_cumulative_months_wait_through_a_gap() -> None:
    spells = practice(START, date(2027, 10, 31)), practice(date(2028, 5, 1))
    gap = read(date(2028, 2, 1), *spells)
    assert (gap.state, gap.months_served, gap.ends_on) == (State.INTERRUPTED, 12, None)
    assert read(date(2028, 10, 31), *spells).months_served == 18


def test_consecutive_months_start_again_when_practice_resumes() -> None:
    terms = replace(TERMS, consecutive=True)
    spells = practice(START, date(2027, 12, 31)), practice(date(2028, 5, 1))
    gap = read(date(2028, 2, 1), *spells, terms=terms)
    assert (gap.state, gap.months_served) == (State.INTERRUPTED, 14)
    again = read(date(2028, 10, 31), *spells, terms=terms)
    assert again.months_served == 6
    assert (again.started_on, again.counted_from) == (START, date(2028, 5, 1))
    assert kinds(again) == [Stretch.LOST, Stretch.GAP, Stretch.SERVED, Stretch.REMAINING]
    assert again.ends_on == date(2031, 4, 30)


def test_a_consecutive_obligation_goes_on_after_an_accepted_pause() -> None:
    terms = replace(TERMS, consecutive=True)
    leave = Pause(Period(date(2028, 3, 1), date(2028, 6, 30)), Interruption.MATERNITY)
    spells = practice(START, date(2028, 2, 29)), practice(date(2028, 7, 1))
    assert read(date(2028, 9, 30), *spells, pauses=[leave], terms=terms).months_served == 19


@pytest.mark.parametrize(
    ("share", "strict", "kind"),
    [
        ("0.51", True, Stretch.SERVED),
        ("0.50", True, Stretch.UNDER_SHARE),
        ("0.50", False, Stretch.SERVED),
        ("0.49", False, Stretch.UNDER_SHARE),
        (None, True, Stretch.TO_PROVE),
    ],
)
def test_a_day_counts_when_the_share_of_activity_is_reached(share, strict: bool, kind: Stretch) -> None:
    first = practice(START, date(2026, 11, 30))
    then = practice(date(2026, 12, 1), share=None if share is None else Decimal(share))
    clock = read(date(2026, 12, 31), first, then, terms=replace(TERMS, share_is_strict=strict))
    assert clock.segments[[s.kind for s in clock.segments].index(Stretch.SERVED)].period.first == START
    expected = 2 if kind is Stretch.SERVED else 1
    assert clock.months_served == expected
    assert kind in kinds(clock)


def test_two_places_add_their_shares() -> None:
    third = Decimal("0.3")
    clock = read(date(2026, 12, 31), practice(START, share=third), practice(START, share=third))
    assert clock.months_served == 2
    assert read(date(2026, 12, 31), practice(START, share=third)).months_served == 0


def test_half_time_counts_for_half_only_when_so_agreed() -> None:
    half = practice(START, time="0.5")
    on = date(2027, 10, 31)
    assert read(on, half).months_served == 12
    clock = read(on, half, full_time_equivalent=True)
    assert clock.days_served == Decimal("182.5")
    assert clock.months_served == 6
    assert clock.ends_on == date(2026, 10, 31) + timedelta(days=2 * 1096)


def test_an_obligation_without_share_counts_every_day_of_practice() -> None:
    assert (
        read(date(2026, 12, 31), practice(START, share=None), terms=replace(TERMS, share=None)).months_served
        == 2
    )


def test_months_that_are_not_set_are_asked_for() -> None:
    with pytest.raises(ValueError, match="durée de l'engagement"):
        read(START, terms=replace(TERMS, months=None))


def test_proofs_are_due_on_the_anniversaries_with_their_reminders() -> None:
    found = proofs(TERMS, START, date(2029, 10, 31))
    assert [proof.due_on for proof in found] == [date(2027, 11, 1), date(2028, 11, 1), date(2029, 11, 1)]
    assert found[0].reminders == (date(2027, 10, 2), date(2027, 11, 1), date(2027, 12, 1))
    assert proofs(replace(TERMS, proof_every_months=None), START, date(2029, 10, 31)) == ()
    leap = proofs(TERMS, date(2024, 2, 29), date(2028, 3, 1))
    assert [proof.due_on.day for proof in leap] == [28, 28, 28, 29]


SPELLS = st.lists(
    st.builds(
        lambda first, length, share: practice(
            START + timedelta(days=first),
            None if length is None else START + timedelta(days=first + length),
            share,
        ),
        st.integers(0, 900),
        st.none() | st.integers(0, 700),
        st.sampled_from([None, Decimal("0.3"), Decimal("0.5"), Decimal("0.9")]),
    ),
    max_size=4,
)
PAUSES = st.lists(
    st.builds(
        lambda first, length, reason: Pause(
            Period(START + timedelta(days=first), START + timedelta(days=first + length)), reason
        ),
        st.integers(-50, 1500),
        st.integers(0, 200),
        st.sampled_from([Interruption.MATERNITY, Interruption.ILLNESS]),
    ),
    max_size=3,
)


@given(SPELLS, PAUSES, st.integers(-10, 2000), st.integers(0, 400), st.booleans(), st.integers(1, 60))
def test_the_clock_never_goes_back_nor_loses_a_month(spells, pauses, day, later, consecutive, months) -> None:
    terms = replace(TERMS, consecutive=consecutive, months=months)
    on = START + timedelta(days=day)
    clock = read(on, *spells, pauses=pauses, terms=terms)
    assert 0 <= clock.months_served <= months
    assert clock.months_served + clock.months_remaining == months
    after = read(on + timedelta(days=later), *spells, pauses=pauses, terms=terms)
    if not consecutive or clock.state is State.FULFILLED:
        assert after.days_served >= clock.days_served
        assert after.served >= clock.served
    if clock.state is State.FULFILLED:
        assert after.state is State.FULFILLED
        assert after.ends_on == clock.ends_on
    drawn = list(clock.segments)
    for before, then in pairwise(drawn):
        assert before.period.last is not None
        assert then.period.first == before.period.last + timedelta(days=1)
    served = sum(segment.days for segment in drawn if segment.kind is Stretch.SERVED)
    assert served == clock.days_served


@given(st.dates(date(2020, 1, 1), date(2040, 12, 31)), st.integers(1, 60), PAUSES)
def test_the_expected_end_is_the_end_reached(first, months, pauses) -> None:
    terms = replace(TERMS, months=months)
    shifted = [Pause(Period(p.period.first, p.period.last), p.reason) for p in pauses]
    clock = read(first, practice(first), pauses=shifted, terms=terms)
    if clock.ends_on is None:
        return
    reached = read(clock.ends_on, practice(first), pauses=shifted, terms=terms)
    assert reached.state is State.FULFILLED
    assert reached.ends_on == clock.ends_on
    assert clock.ends_on >= add_months(first, months) - timedelta(days=1)
