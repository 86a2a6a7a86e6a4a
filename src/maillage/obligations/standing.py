"""Where an obligation stands: its clock, read by the rules that the agreement froze."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from django.db.models import Sum

from maillage.agreements.models import Agreement
from maillage.kit.console import Refused
from maillage.obligations.models import PracticeObligation, PracticePeriod, PracticeProof
from maillage.payments.models import Payment
from maillage.rules import obligations as rules
from maillage.rules.calendar import ONE_DAY, Period
from maillage.rules.money import ZERO
from maillage.rules.parts import Obligation
from maillage.rules.terms import Interruption

REASONS = {reason.value: reason for reason in Interruption}
# A statement still awaited, or refused and to be sent again.
OUTSTANDING = (PracticeProof.State.DUE, PracticeProof.State.RECEIVED, PracticeProof.State.REFUSED)


def terms_of(obligation: PracticeObligation) -> Obligation:
    """What the agreement asks, amendments included."""
    return agreed(obligation.agreement)


def agreed(agreement: Agreement) -> Obligation:
    """The obligation that an agreement holds. Raises Refused when it holds none."""
    terms = agreement.rules.obligation
    if terms is None:
        raise Refused(f"La convention {agreement.number} ne prévoit aucun engagement d'exercice.")
    return terms


def clock_of(obligation: PracticeObligation, on: date) -> rules.Clock:
    """The obligation read on a day: served, suspended, remaining."""
    periods = list(obligation.periods.all())
    return rules.run_clock(
        terms_of(obligation),
        trigger_on=obligation.trigger_on,
        practices=[rules.Practice(_days(row), row.share) for row in periods if _is_practice(row)],
        pauses=[rules.Pause(_days(row), REASONS[row.reason]) for row in periods if not _is_practice(row)],
        on=on,
        deferred_to=obligation.deferred_to,
    )


def is_suspended(obligation: PracticeObligation, on: date) -> bool:
    """Whether an interruption covers that day."""
    return any(_days(row).covers(on) for row in obligation.periods.all() if not _is_practice(row))


def outstanding(obligation: PracticeObligation) -> list[PracticeProof]:
    """The statements that are not accepted yet, the oldest first."""
    return sorted(
        (proof for proof in obligation.proofs.all() if proof.state in OUTSTANDING),
        key=lambda proof: proof.due_on,
    )


def paid(agreement: Agreement) -> Decimal:
    """What was really paid under an agreement."""
    settled = Payment.objects.filter(instalment__agreement=agreement, state=Payment.State.PAID)
    return settled.aggregate(total=Sum("amount"))["total"] or ZERO


def eve(day: date) -> date:
    """The day before: practice ends there when it stops on a day."""
    return day - ONE_DAY


def _is_practice(period: PracticePeriod) -> bool:
    return period.kind == PracticePeriod.Kind.PRACTICE


def _days(period: PracticePeriod) -> Period:
    return Period(period.starts_on, period.ends_on)
