"""The story of an obligation: diploma, start, yearly statements, and for some of them a breach."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Final

from maillage.agreements.models import Agreement, Instalment
from maillage.demo.programme.calendar import Story, at, later
from maillage.demo.programme.cases import Case
from maillage.demo.programme.papers import paper
from maillage.demo.programme.stage import Stage, in_days
from maillage.files.actions import check
from maillage.kit import clock
from maillage.letters.actions import send
from maillage.letters.models import Letter
from maillage.obligations.actions import (
    accept_proof,
    cease,
    confirm,
    defer,
    dismiss,
    fulfil_due,
    interrupt,
    open_adversarial,
    order,
    receive_proof,
    record_observations,
    record_recovery,
    relieve,
    remind,
    resume,
    set_trigger,
    start,
    suspect,
    waive,
    write_off,
)
from maillage.obligations.models import Breach, Clawback, Observation, PracticeObligation, PracticeProof
from maillage.rules.terms import Trigger

State = PracticeObligation.State
# Of those who practise, the share whose obligation is not held to the end.
BROKEN: Final = 0.2
INTERRUPTED: Final = 0.06
# What becomes of breaches, in turn.
OUTCOMES: Final = ("repaid", "dismissed", "deferred", "relieved", "waived", "written_off", "repaid")
STEPS: Final = {"repaid": 6, "relieved": 4, "written_off": 10}
REASONS: Final = (
    "Le cabinet est fermé depuis plusieurs semaines, d'après la mairie.",
    "Le professionnel a annoncé son départ pour une autre région.",
)


def follow(stage: Stage, case: Case, agreement: Agreement) -> Story:
    """From the signature to what is proved today."""
    obligation = PracticeObligation.objects.filter(agreement=agreement).first()
    if obligation is None:
        return
    if obligation.state == State.STUDYING:
        years = int(case.answers.get("years_left", 1))
        yield later(365 * years - stage.days(60, 120), 11)
        obligation = _graduate(stage, case, obligation)
    yield later(stage.days(20, 70), 10)
    obligation = _start(stage, case, obligation)
    if obligation.state != State.RUNNING:
        return
    if not case.is_visitor_s and stage.happens(BROKEN):
        stage.calendar.add(_break(stage, obligation))
    elif not case.is_visitor_s and stage.happens(INTERRUPTED):
        stage.calendar.add(_pause(stage, obligation))
    if not case.is_visitor_s:
        yield from _state(stage, case, obligation)


def watch(stage: Stage) -> Story:
    """Every month: reminders leave, and what is served and proved is closed."""
    moment = stage.calendar.day(700, 7)
    while True:
        yield moment
        remind(on=moment.date())
        fulfil_due(on=moment.date())
        moment += timedelta(days=30)


def _graduate(stage: Stage, case: Case, obligation: PracticeObligation) -> PracticeObligation:
    obligation.refresh_from_db()
    if obligation.state != State.STUDYING:
        return obligation
    obligation = set_trigger(
        obligation=obligation,
        on=clock.today() - timedelta(days=3),
        upload=paper("Attestation de réussite au diplôme"),
        by=case.person.user,
    )
    if obligation.trigger_proof is not None:
        check(file=obligation.trigger_proof)
    return obligation


def rpps_of(obligation: PracticeObligation) -> str:
    """The number that a graduate gets: invented, in the series that the register of the demo leaves free."""
    return f"0009{obligation.pk:07d}"


def _start(stage: Stage, case: Case, obligation: PracticeObligation) -> PracticeObligation:
    obligation.refresh_from_db()
    if obligation.state != State.AWAITING_START:
        return obligation
    terms = obligation.agreement.rules.obligation
    is_graduate = terms is not None and terms.trigger is Trigger.DIPLOMA
    return start(
        obligation=obligation,
        on=clock.today() - timedelta(days=2),
        commune=case.answers["practice_commune"],
        rpps=rpps_of(obligation) if is_graduate else "",
        by=stage.team.case_officers[0],
    )


def _state(stage: Stage, case: Case, obligation: PracticeObligation) -> Iterator[datetime]:
    """Each anniversary has its statement, sent a few days before or after."""
    while True:
        due = PracticeProof.objects.filter(obligation=obligation, state=PracticeProof.State.DUE)
        proof = due.order_by("due_on").first()
        if proof is None:
            return
        yield at(proof.due_on - timedelta(days=stage.days(-9, 12)), 10)
        obligation.refresh_from_db()
        if obligation.state != State.RUNNING or not due.filter(pk=proof.pk).exists():
            return
        proof = receive_proof(proof=proof, upload=paper("Attestation d'exercice"), by=case.person.user)
        if proof.file is not None:
            check(file=proof.file)
        proof.refresh_from_db()
        accept_proof(proof=proof, by=stage.team.case_officers[0])


def _pause(stage: Stage, obligation: PracticeObligation) -> Story:
    yield later(stage.days(40, 160))
    by = stage.team.case_officers[0]
    obligation.refresh_from_db()
    if obligation.state == State.RUNNING:
        interrupt(obligation=obligation, starts_on=clock.today(), reason="maternity", by=by)
        yield later(112)
        obligation.refresh_from_db()
        if obligation.state != State.RUNNING:
            return
        resume(obligation=obligation, on=clock.today(), by=by)


def _break(stage: Stage, obligation: PracticeObligation) -> Story:
    yield later(stage.days(90, 260))
    obligation.refresh_from_db()
    if obligation.state != State.RUNNING:
        return
    reason = stage.one(REASONS)
    cease(obligation=obligation, on=in_days(-12), reason=reason, by=stage.team.case_officers[0])
    breach = accuse(stage, obligation, in_days(-12), reason)
    yield later(5)
    breach = hear(stage, breach)
    yield later(12)
    record_observations(
        breach=breach, text="Un départ pour raisons familiales, dit au téléphone.", by=stage.team.officer
    )
    yield later(12)
    while obligation.agreement.instalments.filter(state=Instalment.State.IN_BATCH).exists():
        yield later(2)
    yield from _decide(stage, breach)


def accuse(
    stage: Stage,
    obligation: PracticeObligation,
    on: date,
    reason: str,
    observation: Observation | None = None,
) -> Breach:
    """Open a breach on what the town hall or the register tells."""
    by = stage.team.officer
    return suspect(obligation=obligation, occurred_on=on, reason=reason, observation=observation, by=by)


def hear(stage: Stage, breach: Breach) -> Breach:
    """Open the adversarial procedure and send its letter."""
    breach = open_adversarial(breach=breach, heard_until=in_days(20), by=stage.team.officer)
    _send(stage, breach.letter)
    breach.refresh_from_db()
    return breach


def _send(stage: Stage, letter: Letter | None) -> None:
    if letter is not None:
        send(letter=letter, by=stage.team.officer)


def _decide(stage: Stage, breach: Breach) -> Iterator[datetime]:
    officer, outcome = stage.team.officer, OUTCOMES[stage.breaches % len(OUTCOMES)]
    stage.breaches += 1
    if outcome == "dismissed":
        dismiss(breach=breach, reasons="Le remplacement est assuré dans la même commune.", by=officer)
    elif outcome == "deferred":
        defer(breach=breach, until=in_days(400), reasons="Congé de longue maladie.", by=officer)
    elif outcome == "waived":
        waive(breach=breach, reasons="Décès du conjoint : dispense accordée.", by=officer)
    else:
        reasons = "L'exercice a cessé sans motif admis par la convention."
        yield from _recover(stage, confirm(breach=breach, reasons=reasons, by=officer), outcome)


def _recover(stage: Stage, clawback: Clawback, outcome: str) -> Iterator[datetime]:
    """Ordered, then repaid step by step, or given up after some of the steps."""
    _send(stage, clawback.letter)
    yield later(15)
    clawback.refresh_from_db()
    if clawback.state != Clawback.State.DECIDED:
        return
    clawback = order(
        clawback=clawback,
        number=f"T-{clock.today():%Y}-{clawback.pk:04d}",
        on=clock.today(),
        count=STEPS[outcome],
        first_due_on=in_days(30),
        by=stage.team.finance,
    )
    for rank, step in enumerate(clawback.instalments.order_by("number")):
        yield at(step.due_on + timedelta(days=stage.days(0, 3)), 11)
        if outcome == "relieved" and rank == 1:
            relieve(clawback=clawback, reason="CP-2025-12, situation personnelle.", by=stage.team.officer)
            return
        if outcome == "written_off" and rank == 2:
            write_off(clawback=clawback, reason="Liquidation prononcée.", by=stage.team.finance)
            return
        record_recovery(instalment=step, on=clock.today(), by=stage.team.finance)
