"""The clock of a practice obligation: when it must start, what is served, what is left, when proof is due.

The clock advances one day for each day of practice that counts and stands still on the others; the
obligation is fulfilled when it has gone from its first day to the same day, the agreed number of months
later (domain.md §4.1, CGCT R1511-45 1°, L-03; L1511-8 II, L-08).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import ROUND_CEILING, Decimal
from itertools import pairwise
from typing import Final

from maillage.rules.calendar import (
    ONE_DAY,
    Period,
    Span,
    add_months,
    day_text,
    merged,
    months_between,
    months_text,
)
from maillage.rules.parts import Obligation
from maillage.rules.terms import Interruption, Term

_ONE: Final = Decimal(1)


class Stretch(Term):
    """What a stretch of days is for the obligation."""

    SERVED = "served", "accompli"
    LOST = "lost", "accompli avant une coupure, non compté"
    SUSPENDED = "suspended", "suspendu"
    UNDER_SHARE = "under_share", "part d'activité insuffisante"
    TO_PROVE = "to_prove", "part d'activité à prouver"
    GAP = "gap", "interrompu"
    REMAINING = "remaining", "restant"


class State(Term):
    """Where an obligation stands on a day."""

    NOT_TRIGGERED = "not_triggered", "en attente de l'événement qui l'ouvre"
    AWAITING_START = "awaiting_start", "début attendu"
    LATE = "late", "début en retard"
    RUNNING = "running", "en cours"
    SUSPENDED = "suspended", "suspendu"
    UNDER_SHARE = "under_share", "part d'activité insuffisante"
    TO_PROVE = "to_prove", "part d'activité à prouver"
    INTERRUPTED = "interrupted", "interrompu"
    FULFILLED = "fulfilled", "accompli"


_STATE_OF: Final = {
    Stretch.SERVED: State.RUNNING,
    Stretch.SUSPENDED: State.SUSPENDED,
    Stretch.UNDER_SHARE: State.UNDER_SHARE,
    Stretch.TO_PROVE: State.TO_PROVE,
    Stretch.GAP: State.INTERRUPTED,
}
_BREAKS: Final = {Stretch.GAP, Stretch.UNDER_SHARE}


@dataclass(frozen=True)
class Practice:
    """Days of practice in a place the agreement accepts.

    :ivar share: share of the whole activity that is there, between 0 and 1; None when not declared.
    :ivar working_time: 1 for full time, 0.5 for half time.
    """

    period: Period
    share: Decimal | None = None
    working_time: Decimal = _ONE


@dataclass(frozen=True)
class Pause:
    """Days off for a reason; they suspend the clock when the agreement accepts that reason."""

    period: Period
    reason: Interruption


@dataclass(frozen=True)
class Segment:
    """A stretch of days to draw on the bar of the obligation."""

    kind: Stretch
    period: Period

    @property
    def days(self) -> int:
        return 0 if self.period.last is None else self.period.days_until(self.period.last)


@dataclass(frozen=True)
class Clock:
    """One obligation read on one day.

    :ivar start_by: last day to start; None without trigger date or without such a deadline.
    :ivar started_on: first day that counted.
    :ivar counted_from: first day of what is counted now: later than ``started_on`` when months must be
        consecutive and a gap restarted them.
    :ivar served: whole months and days done; ``remaining``: what is left to the day.
    :ivar days_due: days between ``counted_from`` and its end; None before the start.
    :ivar days_served: days done, in days that count (half a day each at half time, when so agreed).
    :ivar ends_on: last day, expected (practice going on as it does) or reached; None when nothing runs.
    :ivar segments: from ``started_on`` to ``ends_on``, in order, without overlap.
    :ivar text: the bar in words.
    """

    months_due: int
    on: date
    start_by: date | None
    started_on: date | None
    counted_from: date | None
    served: Span
    remaining: Span
    days_due: int | None
    days_served: Decimal
    ends_on: date | None
    state: State
    segments: tuple[Segment, ...]
    text: str

    @property
    def months_served(self) -> int:
        """Whole months done: a month begun is not one."""
        return self.served.months

    @property
    def months_remaining(self) -> int:
        """Months left, the one that has begun counted whole: served + remaining is what is due."""
        return self.months_due - self.served.months

    @property
    def started_late(self) -> bool:
        return self.start_by is not None and self.started_on is not None and self.started_on > self.start_by


def start_by(terms: Obligation, trigger_on: date | None, deferred_to: date | None = None) -> date | None:
    """Last day to start: trigger + months, clamped to month end, or the day a deferral gave.

    A diploma of 2026-06-30 + 6 months → 2026-12-30.
    """
    if deferred_to is not None:
        return deferred_to
    if trigger_on is None or terms.start_within_months is None:
        return None
    return add_months(trigger_on, terms.start_within_months)


def run_clock(
    terms: Obligation,
    *,
    trigger_on: date | None,
    practices: Sequence[Practice],
    pauses: Iterable[Pause] = (),
    on: date,
    deferred_to: date | None = None,
    full_time_equivalent: bool = False,
) -> Clock:
    """Read an obligation on a day.

    A day counts when someone practises and the shares of that day's places reach what the agreement asks
    (more than it when strict: « la majorité »). A missing share is to be proved: it neither counts nor
    breaks. A pause the agreement accepts suspends. Any other day is a gap: cumulative months wait,
    consecutive months start again from zero when practice resumes.

    :param deferred_to: start date given by a deferral decision.
    :param full_time_equivalent: count a day for the working time it holds (at most one), not for one.
    :raises ValueError: the months are not set.
    """
    if terms.months is None:
        raise ValueError("La durée de l'engagement n'est pas fixée : renseignez-la dans le dispositif.")
    accepted = merged(pause.period for pause in pauses if pause.reason in terms.interruptions)
    run = _Run(terms.months, consecutive=terms.consecutive)
    for piece, kind, weight in _pieces(terms, practices, accepted, on):
        run.add(piece, kind, weight if full_time_equivalent else _ONE)
        if run.fulfilled_on is not None:
            break
    deadline = start_by(terms, trigger_on, deferred_to)
    state = _state(run, trigger_on, deadline, on)
    ends_on = run.fulfilled_on or _expected_end(run, accepted, on)
    segments = tuple(run.segments)
    if ends_on is not None and ends_on > on:
        segments += (Segment(Stretch.REMAINING, Period(on + ONE_DAY, ends_on)),)
    return Clock(
        terms.months,
        on,
        deadline,
        run.started_on,
        run.counted_from,
        run.served,
        run.remaining,
        run.days_due,
        run.days_served,
        ends_on,
        state,
        segments,
        _text(run, state, deadline, ends_on),
    )


class _Run:
    """The clock while it reads the days in order."""

    def __init__(self, months: int, *, consecutive: bool) -> None:
        self.months = months
        self.consecutive = consecutive
        self.segments: list[Segment] = []
        self.started_on: date | None = None
        self.counted_from: date | None = None
        self.days_served = Decimal(0)
        self.weight = _ONE
        self.broken = False
        self.fulfilled_on: date | None = None

    @property
    def days_due(self) -> int | None:
        if self.counted_from is None:
            return None
        return (add_months(self.counted_from, self.months) - self.counted_from).days

    @property
    def hand(self) -> date | None:
        """Where the clock's hand is: first day + days that counted."""
        return (
            None if self.counted_from is None else self.counted_from + timedelta(days=int(self.days_served))
        )

    @property
    def served(self) -> Span:
        if self.counted_from is None or self.hand is None:
            return Span(0, 0)
        return months_between(self.counted_from, self.hand)

    @property
    def remaining(self) -> Span:
        if self.counted_from is None or self.hand is None:
            return Span(self.months, 0)
        return months_between(self.hand, add_months(self.counted_from, self.months))

    def days_to_go(self) -> int:
        """Days of practice left at the present pace."""
        left = ((self.days_due or 0) - self.days_served) / self.weight
        return int(left.to_integral_value(ROUND_CEILING))

    def add(self, period: Period, kind: Stretch, weight: Decimal) -> None:
        if kind is Stretch.SERVED and weight > 0:
            self._serve(period, weight)
            return
        if self.started_on is None:
            return
        self.broken = self.broken or kind in _BREAKS
        self._draw(kind, period)

    def _serve(self, period: Period, weight: Decimal) -> None:
        if self.counted_from is None or (self.broken and self.consecutive):
            self._restart(period.first)
        self.broken = False
        self.weight = weight
        days = Segment(Stretch.SERVED, period).days
        if self.days_to_go() <= days:
            days = self.days_to_go()
            self.days_served = Decimal(self.days_due or 0)
            self.fulfilled_on = period.first + timedelta(days=days - 1)
            period = Period(period.first, self.fulfilled_on)
        else:
            self.days_served += days * weight
        self._draw(Stretch.SERVED, period)

    def _restart(self, first: date) -> None:
        self.segments = [
            replace(segment, kind=Stretch.LOST) if segment.kind is Stretch.SERVED else segment
            for segment in self.segments
        ]
        self.started_on = self.started_on or first
        self.counted_from = first
        self.days_served = Decimal(0)

    def _draw(self, kind: Stretch, period: Period) -> None:
        if self.segments and self.segments[-1].kind is kind:
            period = Period(self.segments.pop().period.first, period.last)
        self.segments.append(Segment(kind, period))


def _pieces(
    terms: Obligation, practices: Sequence[Practice], pauses: Sequence[Period], on: date
) -> Iterable[tuple[Period, Stretch, Decimal]]:
    """The days from the first of practice to ``on``, cut where something changes: kind and working time."""
    begun = [practice for practice in practices if practice.period.first <= on]
    if not begun:
        return
    edges = {min(practice.period.first for practice in begun), on + ONE_DAY}
    for period in [*(practice.period for practice in begun), *pauses]:
        edges.add(period.first)
        if period.last is not None:
            edges.add(period.last + ONE_DAY)
    ordered = sorted(edge for edge in edges if min(edges) <= edge <= on + ONE_DAY)
    first_practice = min(practice.period.first for practice in begun)
    for first, after in pairwise(ordered):
        if first < first_practice:
            continue
        here = [practice for practice in begun if practice.period.covers(first)]
        paused = any(pause.covers(first) for pause in pauses)
        kind = Stretch.SUSPENDED if paused else _kind(terms, here)
        weight = min(_ONE, sum((practice.working_time for practice in here), Decimal(0)))
        yield Period(first, after - ONE_DAY), kind, weight


def _kind(terms: Obligation, here: Sequence[Practice]) -> Stretch:
    if not here:
        return Stretch.GAP
    if terms.share is None:
        return Stretch.SERVED
    known = sum((practice.share for practice in here if practice.share is not None), Decimal(0))
    if known > terms.share or (known == terms.share and not terms.share_is_strict):
        return Stretch.SERVED
    return Stretch.TO_PROVE if any(practice.share is None for practice in here) else Stretch.UNDER_SHARE


def _state(run: _Run, trigger_on: date | None, deadline: date | None, on: date) -> State:
    if run.fulfilled_on is not None:
        return State.FULFILLED
    if run.segments:
        return _STATE_OF[run.segments[-1].kind]
    if deadline is not None:
        return State.LATE if on > deadline else State.AWAITING_START
    return State.NOT_TRIGGERED if trigger_on is None else State.AWAITING_START


def _expected_end(run: _Run, pauses: Sequence[Period], on: date) -> date | None:
    """Last day if practice goes on as it does, accepted pauses to come left out."""
    if not run.segments or run.segments[-1].kind not in (Stretch.SERVED, Stretch.SUSPENDED):
        return None
    day, left = on + ONE_DAY, run.days_to_go()
    for pause in pauses:
        if pause.last is not None and pause.last < day:
            continue
        if pause.first > day:
            before = (pause.first - day).days
            if left <= before:
                break
            left -= before
        if pause.last is None:
            return None
        day = pause.last + ONE_DAY
    return day + timedelta(days=left - 1)


def _text(run: _Run, state: State, deadline: date | None, ends_on: date | None) -> str:
    if run.started_on is None:
        return _waiting_text(run.months, state, deadline)
    parts = [f"{run.served.months}\N{NO-BREAK SPACE}mois sur\N{NO-BREAK SPACE}{run.months}"]
    parts += [
        f"{segment.kind.label} {segment.period.text()}"
        for segment in run.segments
        if segment.kind is not Stretch.SERVED
    ]
    if state is State.FULFILLED and ends_on is not None:
        parts.append(f"accompli le {day_text(ends_on)}")
    elif ends_on is not None:
        parts.append(f"fin prévue le {day_text(ends_on)}")
    return ", ".join(parts)


def _waiting_text(months: int, state: State, deadline: date | None) -> str:
    due = f"{months_text(months)} à accomplir"
    if deadline is None:
        return f"{due}, {state.label}"
    return (
        f"{due}, {state.label} au plus tard le {day_text(deadline)}"
        if state is State.AWAITING_START
        else (f"{due}, début attendu au plus tard le {day_text(deadline)} et non constaté")
    )


@dataclass(frozen=True)
class Proof:
    """A proof of practice to be sent, and the days its holder is reminded."""

    number: int
    due_on: date
    reminders: tuple[date, ...]


def proofs(terms: Obligation, started_on: date, ends_on: date) -> tuple[Proof, ...]:
    """Proofs due on each anniversary of the start, up to the one that closes the obligation.

    « Attestation annuelle » on the anniversary [B1, B3]; reminders at the days the scheme gives (−30, 0,
    +30).
    """
    if not terms.proof_every_months:
        return ()
    found: list[Proof] = []
    due_on = add_months(started_on, terms.proof_every_months)
    while due_on <= ends_on + ONE_DAY:
        reminders = tuple(due_on + timedelta(days=days) for days in terms.reminders)
        found.append(Proof(len(found) + 1, due_on, reminders))
        due_on = add_months(started_on, terms.proof_every_months * (len(found) + 1))
    return tuple(found)
