"""What would be given back on a day, line by line, before anything is decided."""

from __future__ import annotations

from datetime import date

from maillage.agreements.models import Instalment
from maillage.kit.console import Refused
from maillage.obligations.models import PracticeObligation
from maillage.obligations.standing import clock_of, eve, paid
from maillage.rules.clawback import Computation, Service, compute
from maillage.rules.terms import ScheduleKind


def simulate(obligation: PracticeObligation, on: date) -> Computation:
    """The claw-back of a breach on a day, by the formula that the agreement froze (CGCT D1511-56, L-08d).

    Practice counts up to the eve of the breach; what was paid is what the payments say.

    :raises Refused: the agreement has no claw-back clause, or a figure its formula needs is missing.
    """
    agreement = obligation.agreement
    terms = agreement.rules.clawback
    if terms is None:
        raise Refused(
            "La convention ne prévoit aucune formule de reversement : complétez-la par un avenant avant de "
            "constater un manquement."
        )
    try:
        return compute(terms, paid(agreement), service(obligation, on))
    except ValueError as error:
        raise Refused(str(error)) from error


def service(obligation: PracticeObligation, on: date) -> Service:
    """How far the obligation went when it was breached on a day."""
    clock = clock_of(obligation, eve(on))
    return Service(
        months_due=clock.months_due,
        months_served=clock.months_served,
        started=clock.started_on is not None,
        days_due=clock.days_due,
        days_served=clock.days_served,
        months_received=_months_received(obligation),
    )


def _months_received(obligation: PracticeObligation) -> int | None:
    """How many months were paid; None when the aid is not monthly."""
    schedule = obligation.agreement.rules.schedule
    if schedule is None or schedule.kind is not ScheduleKind.MONTHLY:
        return None
    return obligation.agreement.instalments.filter(state=Instalment.State.PAID).count()
