"""A breach: suspected, heard, then deferred, waived, dismissed or confirmed with reasons.

CRPA L121-1 and L122-1 (L-25): nobody loses an aid without having been able to answer; L211-2 (L-24): the
decision gives its reasons; L242-2 2° (L-27): what was granted under conditions may be withdrawn at any time.
"""

from __future__ import annotations

from datetime import date, timedelta

from django.db import transaction

from maillage.accounts.journal import record
from maillage.accounts.models import User
from maillage.accounts.rights import Right, require
from maillage.agreements.actions import terminate
from maillage.agreements.models import Agreement
from maillage.kit import clock
from maillage.kit.console import Refused
from maillage.kit.writing import save
from maillage.letters.models import Letter
from maillage.obligations import notices
from maillage.obligations.actions.common import (
    is_recipient,
    require_follower,
    require_follower_or_recipient,
    required,
)
from maillage.obligations.models import Breach, Clawback, Observation, PracticeObligation, PracticePeriod
from maillage.obligations.simulation import simulate
from maillage.obligations.standing import eve
from maillage.obligations.states import locked, locked_breach
from maillage.rules.calendar import day_text
from maillage.rules.clawback import Computation
from maillage.rules.money import CENT, ZERO, euros

# The least a recipient is given to answer; the officer may give more (a « reasonable » time, CRPA L122-1).
HEARING = timedelta(days=15)


@transaction.atomic
def suspect(
    *,
    obligation: PracticeObligation,
    occurred_on: date,
    reason: str,
    by: User | None,
    observation: Observation | None = None,
) -> Breach:
    """Open a breach on facts, nothing being decided. What the register showed is then in hand."""
    require_follower(by, obligation)
    current = locked(obligation, "suspect")
    if occurred_on > clock.today():
        raise Refused("Un manquement ne se présume pas à l'avance : donnez une date passée.")
    breach = Breach(
        obligation=current,
        occurred_on=occurred_on,
        reason=required(reason, "Dites sur quels faits repose le manquement présumé."),
        opened_by=by,
    )
    save(breach)
    if observation is not None:
        _in_hand(observation, current)
    _told(
        "suspect_breach",
        f"Manquement présumé depuis le {day_text(occurred_on)} : {breach.reason}",
        breach,
        by,
    )
    return breach


@transaction.atomic
def open_adversarial(*, breach: Breach, heard_until: date, by: User | None) -> Breach:
    """Prepare the letter with the facts, what they may cost and how to answer; it is sent from its page."""
    require_follower(by, breach.obligation)
    current = locked_breach(breach, "open_adversarial")
    earliest = clock.today() + HEARING
    if heard_until < earliest:
        raise Refused(
            f"Laissez au moins {HEARING.days} jours pour répondre : jusqu'au {day_text(earliest)} au "
            f"plus tôt."
        )
    expected = simulate(current.obligation, current.occurred_on)
    current.state, current.heard_until = Breach.State.ADVERSARIAL, heard_until
    current.letter = notices.adversarial(current, heard_until, expected, by)
    save(current)
    sentence = f"Procédure contradictoire ouverte : observations jusqu'au {day_text(heard_until)}."
    _told("open_adversarial", sentence, current, by)
    return current


@transaction.atomic
def record_observations(*, breach: Breach, text: str, by: User | None) -> Breach:
    """Keep what the recipient answers, in writing or, told by an officer, orally. Later ones are added."""
    require_follower_or_recipient(by, breach.obligation)
    current = locked_breach(breach, "record_observations")
    said = required(text, "Écrivez les observations avant de les enregistrer.")
    current.observations = "\n\n".join(filter(None, [current.observations, said]))
    current.observed_at = clock.now()
    save(current)
    whose = "par le bénéficiaire" if is_recipient(by, current.obligation) else "par le service"
    _told("record_observations", f"Observations enregistrées {whose}.", current, by)
    return current


@transaction.atomic
def defer(*, breach: Breach, until: date, reasons: str, by: User | None) -> Breach:
    """Give more time: practice must start, or start again, by a later day. The clock waits meanwhile."""
    current = _decided_by(breach, "defer", by)
    if until <= clock.today():
        raise Refused("Un report donne du temps : choisissez une date à venir.")
    current.deferred_until = until
    obligation = current.obligation
    _stop_practice(obligation, current.occurred_on)
    obligation.state = PracticeObligation.State.DEFERRED
    obligation.deferred_to = obligation.start_deadline = until
    obligation.start_reminders = []
    save(obligation)
    sentence = (
        f"Votre engagement est reporté : votre exercice doit commencer au plus tard le {day_text(until)}."
    )
    _decide(current, Breach.State.DEFERRED, reasons, sentence, by)
    return current


@transaction.atomic
def waive(*, breach: Breach, reasons: str, by: User | None) -> Breach:
    """Free the recipient from what is left, without claiming anything back."""
    current = _decided_by(breach, "waive", by)
    obligation = current.obligation
    obligation.state, obligation.ended_on = PracticeObligation.State.WAIVED, clock.today()
    save(obligation)
    sentence = "Vous êtes dispensé du reste de votre engagement : aucun reversement ne vous est demandé."
    _decide(current, Breach.State.WAIVED, reasons, sentence, by)
    return current


@transaction.atomic
def dismiss(*, breach: Breach, reasons: str, by: User | None) -> Breach:
    """There is no breach: the obligation goes on as it was."""
    current = _decided_by(breach, "dismiss", by)
    sentence = "Le manquement présumé est écarté : votre engagement se poursuit."
    _decide(current, Breach.State.DISMISSED, reasons, sentence, by)
    return current


@transaction.atomic
def confirm(*, breach: Breach, reasons: str, by: User | None) -> Clawback:
    """Decide that the obligation was breached and what is given back, then prepare the notification.

    Refused before the recipient could answer: the letter sent, and observations received or the time given
    elapsed (CRPA L121-1). The agreement is terminated: what was not paid will not be.
    """
    current = _decided_by(breach, "confirm", by)
    _require_heard(current)
    obligation = current.obligation
    owed = simulate(obligation, current.occurred_on)
    _stop_practice(obligation, current.occurred_on)
    obligation.state, obligation.ended_on = PracticeObligation.State.BREACHED, current.occurred_on
    save(obligation)
    _settle(current, Breach.State.CONFIRMED, reasons, by)
    clawback = _claim(current, owed)
    clawback.letter = notices.confirmed(current, owed, by)
    save(clawback)
    _stop_paying(obligation.agreement, "Manquement à l'engagement d'exercice", by)
    sentence = f"Manquement confirmé, {euros(owed.amount)} à reverser : {current.decision_reasons}"
    _told("confirm_breach", sentence, current, by)
    return clawback


def lines_of(computation: Computation) -> list[dict[str, str]]:
    """The lines of a computation as they are kept and shown."""
    return [
        {"label": line.label, "formula": line.formula, "value": str(line.value.quantize(CENT))}
        for line in computation.lines
    ]


def _claim(breach: Breach, owed: Computation) -> Clawback:
    nothing = owed.amount == ZERO
    clawback = Clawback(
        breach=breach,
        amount=owed.amount,
        formula=owed.formula.value,
        lines=lines_of(owed),
        state=Clawback.State.RECOVERED if nothing else Clawback.State.DECIDED,
        closed_on=clock.today() if nothing else None,
        closing_reason="Rien n'est à reverser." if nothing else "",
    )
    save(clawback)
    return clawback


def _require_heard(breach: Breach) -> None:
    if breach.letter is None or breach.letter.state != Letter.State.SENT or breach.heard_until is None:
        raise Refused("Envoyez d'abord le courrier de la procédure contradictoire au bénéficiaire.")
    if breach.observed_at is None and clock.today() <= breach.heard_until:
        raise Refused(
            f"Le bénéficiaire peut répondre jusqu'au {day_text(breach.heard_until)} : attendez ses "
            f"observations "
            "ou le lendemain de cette date."
        )


def _decided_by(breach: Breach, verb: str, by: User | None) -> Breach:
    require(by, Right.DECIDE_BREACHES, breach.obligation.agreement.authority)
    return locked_breach(breach, verb)


def _decide(breach: Breach, state: Breach.State, reasons: str, sentence: str, by: User | None) -> None:
    """Close a breach that claims nothing, and prepare the letter that says so."""
    _settle(breach, state, reasons, by)
    notices.decided(breach, sentence, by)
    _told(f"{state.value}_breach", f"{breach.get_state_display()} : {breach.decision_reasons}", breach, by)


def _settle(breach: Breach, state: Breach.State, reasons: str, by: User | None) -> None:
    breach.state = state
    breach.decision_reasons = required(reasons, "Motivez la décision : elle est notifiée avec ses motifs.")
    breach.decided_at, breach.decided_by = clock.now(), by
    save(breach)
    escalated = breach.obligation.observations.filter(state=Observation.State.ESCALATED)
    sentence = f"Manquement {breach.get_state_display().lower()} : {breach.decision_reasons}"
    escalated.update(
        state=Observation.State.EXPLAINED, explanation=sentence, closed_at=clock.now(), closed_by=by
    )


def _in_hand(observation: Observation, obligation: PracticeObligation) -> None:
    current = Observation.objects.select_for_update(of=("self",)).get(pk=observation.pk)
    if current.obligation_id != obligation.pk or current.state != Observation.State.OPEN:
        raise Refused("Ce constat n'est plus à examiner : rechargez la page.")
    current.state = Observation.State.ESCALATED
    current.save(update_fields=["state"])


def _stop_practice(obligation: PracticeObligation, on: date) -> None:
    """Practice ends on the eve of the breach; what was recorded beyond it is not practice."""
    for row in list(obligation.periods.all()):
        if row.starts_on >= on:
            row.delete()
        elif row.ends_on is None or row.ends_on >= on:
            row.ends_on = eve(on)
            row.proved_until = min(row.proved_until, row.ends_on) if row.proved_until else None
            save(row)
    started = obligation.periods.filter(kind=PracticePeriod.Kind.PRACTICE).exists()
    obligation.started_on = obligation.started_on if started else None


def _stop_paying(agreement: Agreement, reason: str, by: User | None) -> None:
    """End an agreement that still runs: what is not paid will not be."""
    agreement.refresh_from_db()
    if agreement.state == Agreement.State.SIGNED:
        terminate(agreement=agreement, on=clock.today(), reason=reason, by=by)


def _told(verb: str, sentence: str, breach: Breach, by: User | None) -> None:
    obligation = breach.obligation
    record(
        verb, sentence, by=by, authority=obligation.agreement.authority, about=obligation, breach=breach.pk
    )
