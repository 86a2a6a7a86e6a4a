"""Legal deadlines: from which day, how long, until when; and the clock of implicit refusal with its stops."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from maillage.rules import parameters
from maillage.rules.calendar import (
    ONE_DAY,
    Period,
    add_months,
    day_text,
    days_text,
    merged,
    months_text,
)
from maillage.rules.parameters import Overrides


@dataclass(frozen=True)
class Deadline:
    """A length of time the law gives.

    Months run date to date, clamped to month end. Neither the « délai franc » of the courts nor a last day
    falling on a public holiday is added: the day given is the earliest the law allows.

    :ivar code: rule of the reference.
    :ivar label: what must be done, in French, beginning with a noun.
    """

    code: str
    label: str
    article: str
    months: int = 0
    days: int = 0

    def due_on(self, start: date) -> date:
        """Last day, counting from ``start``."""
        return add_months(start, self.months) + timedelta(days=self.days)

    def text(self, start: date) -> str:
        """« Transmission … : au plus tard le 16 mars 2026 (15 jours, CGCT L3131-1). »"""
        length = months_text(self.months) if self.months else days_text(self.days)
        return f"{self.label} : au plus tard le {day_text(self.due_on(start))} ({length}, {self.article})."


TRANSMISSION: Final = Deadline(
    "L-16",
    "Transmission de la décision au préfet",
    "CGCT L3131-1",
    days=int(parameters.PARAMETERS["transmission_days"].values[-1].value),
)
"""From the signature. Individual decisions; same for communes (L2131-1) and EPCI. [O, A3]"""

LITIGATION: Final = Deadline("L-20", "Recours devant le tribunal administratif", "CRPA R112-5", months=2)
"""From the notification, or from the implicit decision; a gracious appeal interrupts it (L-29). [A24]"""

DEBT_CONTEST: Final = Deadline("L-48", "Contestation du titre de recettes", "CGCT L1617-5", months=2)
"""From the receipt of the revenue order. [O, A3]"""

RECOVERY: Final = Deadline("L-48", "Action en recouvrement du titre de recettes", "CGCT L1617-5", months=48)
"""From the day the accountant takes charge of the revenue order; see :func:`recovery_ends_on`. [O, A3]"""

WITHDRAWAL: Final = Deadline(
    "L-26", "Retrait d'une décision illégale créatrice de droits", "CRPA L242-1", months=4
)
"""From the decision. No limit when the conditions of a grant were not respected (L-27, L242-2). [A24]"""

FINANCIAL_REPORT: Final = Deadline("L-10", "Compte rendu financier", "arrêté du 24 mai 2005", months=6)
"""From the end of the financial year, or of the last one of a multi-year agreement. [V, A27, A28]"""

PUBLICATION: Final = Deadline("§2.11", "Publication des données essentielles", "décret 2017-779", months=3)
"""From the signature of an agreement above the threshold. [V, A35]"""

COMPLETENESS_DAYS: Final = 30
"""Days given for missing documents when the authority set none: the law leaves it open (L-21). [D]"""


@dataclass(frozen=True)
class Suspension:
    """A request for missing documents: the clock stops from its sending to the documents' coming, at the
    latest to the deadline it gave (CRPA L114-5, L-21)."""

    asked_on: date
    deadline: date
    provided_on: date | None = None

    def stopped(self) -> Period | None:
        """Days the clock stood still; the day it restarts is not one of them."""
        restart = self.deadline if self.provided_on is None else min(self.provided_on, self.deadline)
        return Period(self.asked_on, restart - ONE_DAY) if restart > self.asked_on else None


@dataclass(frozen=True)
class RefusalClock:
    """The clock of implicit refusal of one request, on one day.

    :ivar due_on: day the silence becomes a refusal, with the stops known so far.
    :ivar stopped_days: days of the stops, each counted once.
    :ivar stopped_now: the clock stands still on the day asked.
    :ivar days_left: days from the day asked to ``due_on``, zero or less once it is a refusal.
    :ivar sentence: French.
    """

    received_on: date
    due_on: date
    stopped_days: int
    stopped_now: bool
    days_left: int
    sentence: str

    @property
    def refused(self) -> bool:
        """The silence has become a refusal."""
        return self.days_left <= 0


def completeness_due_on(asked_on: date, days: int = COMPLETENESS_DAYS) -> date:
    """Last day to send missing documents (CRPA L114-5, L-21; the number of days is the authority's)."""
    return asked_on + timedelta(days=days)


def refusal_clock(
    received_on: date, suspensions: Iterable[Suspension], on: date, overrides: Overrides | None = None
) -> RefusalClock:
    """Two months of silence refuse a financial request (CRPA L231-4 3°, L-22), stops not counted (L-21).

    Due day = received day + 2 months + days stopped before it. A stop that starts after the refusal is too
    late to count.

    :param on: the day asked about.
    """
    months = int(parameters.value("silence_months", received_on, overrides))
    due_on = add_months(received_on, months)
    periods = merged(
        period
        for period in (
            suspension.stopped() for suspension in suspensions if suspension.asked_on >= received_on
        )
        if period is not None
    )
    counted = []
    for period in periods:
        if period.first > due_on or period.last is None:
            break
        counted.append(period)
        due_on += timedelta(days=period.days_until(period.last))
    stopped_days = sum(period.days_until(period.last or on) for period in counted)
    stopped_now = any(period.covers(on) for period in counted)
    return RefusalClock(
        received_on,
        due_on,
        stopped_days,
        stopped_now,
        (due_on - on).days,
        _refusal_sentence(due_on, months, counted, stopped_now, refused=on >= due_on),
    )


def _refusal_sentence(
    due_on: date, months: int, stops: list[Period], stopped_now: bool, *, refused: bool
) -> str:
    tense = "vaut refus depuis" if refused else "vaudra refus"
    stop = "" if not stops else f", délai suspendu {', '.join(period.text() for period in stops)}"
    now = " Le délai est suspendu aujourd'hui." if stopped_now else ""
    return (
        f"Le silence gardé {months_text(months)} {tense} le {day_text(due_on)} (CRPA L231-4 3°){stop}.{now}"
    )


def recovery_ends_on(charged_on: date, interrupted_on: Iterable[date] = ()) -> date:
    """Day the action in recovery prescribes: four years from the revenue order, or from the last
    interrupting act made in time (CGCT L1617-5, L-48)."""
    ends_on = RECOVERY.due_on(charged_on)
    for act in sorted(interrupted_on):
        if charged_on <= act <= ends_on:
            ends_on = RECOVERY.due_on(act)
    return ends_on
