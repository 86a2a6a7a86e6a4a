"""How an obligation ends without a breach: fulfilled, released as its zone is lost, or with its agreement."""

from __future__ import annotations

from datetime import date

from django.db import transaction

from maillage.accounts.journal import record
from maillage.accounts.models import User
from maillage.agreements.models import Agreement
from maillage.kit import clock
from maillage.kit.console import Refused
from maillage.kit.writing import save
from maillage.obligations.actions.common import require_follower
from maillage.obligations.models import Observation, PracticeObligation, PracticePeriod
from maillage.obligations.standing import clock_of, outstanding, paid, terms_of
from maillage.obligations.states import locked
from maillage.rules.calendar import day_text
from maillage.rules.money import ZERO, euros
from maillage.rules.obligations import State as ClockState
from maillage.rules.terms import ZoneLoss

State = PracticeObligation.State


def fulfil_due(*, on: date, by: User | None = None) -> list[PracticeObligation]:
    """Close the obligations whose months are served and proved; gives those it closed."""
    running = PracticeObligation.objects.filter(state=State.RUNNING).with_periods().order_by("pk")
    served = [row.pk for row in running if clock_of(row, on).state is ClockState.FULFILLED]
    closed = (_fulfil(pk, on, by) for pk in served)
    return [obligation for obligation in closed if obligation is not None]


@transaction.atomic
def _fulfil(pk: int, on: date, by: User | None) -> PracticeObligation | None:
    rows = PracticeObligation.objects.select_for_update(of=("self",)).with_periods()
    obligation = rows.get(pk=pk)
    reading = clock_of(obligation, on)
    if reading.state is not ClockState.FULFILLED or reading.ends_on is None:
        return None
    if obligation.state != State.RUNNING or stands_before_the_end(obligation):
        return None
    obligation.state, obligation.ended_on = State.FULFILLED, reading.ends_on
    save(obligation)
    row = obligation.periods.filter(kind=PracticePeriod.Kind.PRACTICE, ends_on=None).first()
    if row is not None:
        row.ends_on = max(reading.ends_on, row.starts_on)
        row.save(update_fields=["ends_on"])
    sentence = f"Engagement rempli le {day_text(reading.ends_on)} : {reading.text}."
    record("fulfil_obligation", sentence, by=by, authority=obligation.agreement.authority, about=obligation)
    return obligation


def stands_before_the_end(obligation: PracticeObligation) -> list[str]:
    """What keeps an obligation whose months are served from being fulfilled, in French sentences."""
    waits = [
        f"L'attestation du {day_text(proof.due_on)} n'est pas acceptée." for proof in outstanding(obligation)
    ]
    if (
        obligation.observations.filter(state__in=[Observation.State.OPEN, Observation.State.ESCALATED])
        .exclude(kind=Observation.Kind.SEEN)
        .exists()
    ):
        waits.append("Un constat du répertoire reste à examiner.")
    if obligation.breaches.open().exists():
        waits.append("Un manquement présumé reste à trancher.")
    return waits


@transaction.atomic
def end_by_zone_loss(*, obligation: PracticeObligation, on: date, by: User | None) -> PracticeObligation:
    """Free the recipient whose place left the zone, when the agreement says so (CGCT R1511-45 2°, L-04)."""
    require_follower(by, obligation)
    current = locked(obligation, "end_by_zone_loss")
    policy = terms_of(current).zone_loss
    if policy is not ZoneLoss.END:
        raise Refused(f"La convention prévoit autre chose : {policy.label}.")
    current.state, current.ended_on = State.WAIVED, on
    save(current)
    current.periods.filter(ends_on=None, starts_on__lte=on).update(ends_on=on)
    current.observations.filter(state=Observation.State.OPEN).update(
        state=Observation.State.EXPLAINED,
        explanation="La commune est sortie du zonage : l'engagement a pris fin sans reversement.",
        closed_at=clock.now(),
        closed_by=by,
    )
    sentence = f"Engagement clos le {day_text(on)} sans reversement : la commune est sortie du zonage."
    record("end_by_zone_loss", sentence, by=by, authority=current.agreement.authority, about=current)
    return current


@transaction.atomic
def close_with_agreement(agreement: Agreement, by: User | None = None) -> PracticeObligation | None:
    """Follow the end of an agreement: nothing paid, nothing owed; otherwise the obligation goes on.

    Registered to follow terminations: the right is that of whoever ended the agreement.
    """
    obligation = PracticeObligation.objects.open().filter(agreement=agreement).first()
    if obligation is None or agreement.state != Agreement.State.TERMINATED:
        return None
    received = paid(agreement)
    if received > ZERO:
        sentence = f"Convention résiliée : {euros(received)} ont été versés, l'engagement reste dû."
        record("keep_obligation", sentence, by=by, authority=agreement.authority, about=obligation)
        return None
    obligation.state, obligation.ended_on = State.WAIVED, clock.today()
    save(obligation)
    sentence = "Convention résiliée avant tout versement : l'engagement prend fin."
    record("close_obligation", sentence, by=by, authority=agreement.authority, about=obligation)
    return obligation
