"""The yearly statement of practice: planned on the anniversaries, reminded, received, checked."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from maillage.accounts.journal import record
from maillage.accounts.models import User
from maillage.kit import clock
from maillage.kit.console import Refused
from maillage.obligations import notices
from maillage.obligations.actions.common import (
    received,
    require_follower,
    require_follower_or_recipient,
    required,
)
from maillage.obligations.models import PracticeObligation, PracticePeriod, PracticeProof
from maillage.obligations.standing import clock_of, eve, is_suspended, terms_of
from maillage.rules.calendar import day_text
from maillage.rules.obligations import proofs as due_proofs

State = PracticeProof.State
# What the reminders before and after a deadline are, when the agreement says nothing else.
START_REMINDERS = (-30, 0, 30)


def plan_proofs(obligation: PracticeObligation) -> None:
    """Make the statements due on each anniversary up to the expected end; those beyond it are given up.

    Called by the actions, inside their transaction. While no end can be told, what was planned stands.
    """
    clock_now = clock_of(obligation, clock.today())
    if clock_now.started_on is None or clock_now.ends_on is None or obligation.started_on is None:
        return
    planned = [
        proof.due_on for proof in due_proofs(terms_of(obligation), obligation.started_on, clock_now.ends_on)
    ]
    known = {proof.due_on for proof in obligation.proofs.all()}
    PracticeProof.objects.bulk_create(
        PracticeProof(obligation=obligation, due_on=due_on) for due_on in planned if due_on not in known
    )
    idle = PracticeProof.objects.filter(obligation=obligation, state=State.DUE, reminders=[])
    idle.filter(due_on__gt=clock_now.ends_on).exclude(due_on__in=planned).delete()


@transaction.atomic
def receive_proof(*, proof: PracticeProof, upload: UploadedFile, by: User | None) -> PracticeProof:
    """Take in a statement, from the recipient or from the post. A refused one may be sent again."""
    require_follower_or_recipient(by, proof.obligation)
    current = _locked(proof, State.DUE, State.REFUSED)
    current.file = received(upload, current.obligation, by)
    current.state, current.received_at, current.reason = State.RECEIVED, clock.now(), ""
    current.save()
    _told("receive_practice_proof", f"Attestation du {day_text(current.due_on)} reçue.", current, by)
    return current


@transaction.atomic
def accept_proof(*, proof: PracticeProof, by: User | None) -> PracticeProof:
    """Accept a statement: practice is proved up to the anniversary it was due for."""
    require_follower(by, proof.obligation)
    current = _locked(proof, State.RECEIVED)
    if current.file is not None and not current.file.is_usable:
        raise Refused(
            "Ce fichier n'est pas encore vérifié, ou a été refusé : attendez, ou demandez-en un autre."
        )
    current.state, current.checked_at, current.checked_by = State.ACCEPTED, clock.now(), by
    current.save()
    _prove(current.obligation, eve(current.due_on))
    _told("accept_practice_proof", f"Attestation du {day_text(current.due_on)} acceptée.", current, by)
    return current


@transaction.atomic
def refuse_proof(*, proof: PracticeProof, reason: str, by: User | None) -> PracticeProof:
    """Refuse a statement with a reason; another is awaited."""
    require_follower(by, proof.obligation)
    current = _locked(proof, State.RECEIVED)
    current.reason = required(reason, "Dites pourquoi l'attestation est refusée.")[:250]
    current.state, current.checked_at, current.checked_by = State.REFUSED, clock.now(), by
    current.save()
    sentence = f"Attestation du {day_text(current.due_on)} refusée : {current.reason}"
    _told("refuse_practice_proof", sentence, current, by)
    return current


def remind(*, on: date, by: User | None = None) -> list[str]:
    """Send the reminders of a day, each once: statements and starts. Gives a sentence for each letter.

    When several were missed, one letter leaves. None leaves while an obligation is suspended or deferred.
    """
    sentences = []
    late = PracticeProof.objects.filter(
        state__in=[State.DUE, State.REFUSED], obligation__state=PracticeObligation.State.RUNNING
    ).filter(due_on__lte=on + timedelta(days=366))
    for proof in late.select_related("obligation__agreement").order_by("due_on", "pk"):
        if _unsaid(proof, proof.obligation, on):
            sentences += _remind_of_proof(proof.pk, on, by)
    waiting = PracticeObligation.objects.filter(
        state=PracticeObligation.State.AWAITING_START, start_deadline__lte=on + timedelta(days=31)
    )
    for pk in waiting.order_by("start_deadline", "pk").values_list("pk", flat=True):
        sentences += _remind_of_start(pk, on, by)
    return sentences


@transaction.atomic
def _remind_of_proof(pk: int, on: date, by: User | None) -> list[str]:
    proof = PracticeProof.objects.select_for_update(of=("self",)).get(pk=pk)
    obligation = PracticeObligation.objects.with_periods().get(pk=proof.obligation_id)
    unsaid = _unsaid(proof, obligation, on)
    if is_suspended(obligation, on) or not unsaid:
        return []
    proof.reminders = sorted({*proof.reminders, *unsaid})
    proof.save(update_fields=["reminders"])
    letter = notices.remind_of_proof(obligation, proof, on)
    sentence = f"Rappel de l'attestation du {day_text(proof.due_on)} : courrier {letter.number}."
    _told("remind_of_proof", sentence, proof, by)
    return [f"{obligation.agreement.recipient} : {sentence}"]


@transaction.atomic
def _remind_of_start(pk: int, on: date, by: User | None) -> list[str]:
    rows = PracticeObligation.objects.select_for_update(of=("self",)).with_periods()
    obligation = rows.get(pk=pk)
    deadline = obligation.start_deadline
    if deadline is None:
        return []
    passed = _passed(deadline, START_REMINDERS, on)
    if set(passed) <= set(obligation.start_reminders):
        return []
    obligation.start_reminders = sorted({*obligation.start_reminders, *passed})
    obligation.save(update_fields=["start_reminders"])
    letter = notices.remind_of_start(obligation, deadline, on)
    sentence = f"Rappel du début attendu le {day_text(deadline)} : courrier {letter.number}."
    record("remind_of_start", sentence, by=by, authority=obligation.agreement.authority, about=obligation)
    return [f"{obligation.agreement.recipient} : {sentence}"]


def _unsaid(proof: PracticeProof, obligation: PracticeObligation, on: date) -> set[int]:
    """The reminders of a statement whose day has come and that did not leave."""
    return set(_passed(proof.due_on, terms_of(obligation).reminders, on)) - set(proof.reminders)


def _passed(due_on: date, offsets: Sequence[int], on: date) -> list[int]:
    """The reminders whose day has come."""
    return sorted(days for days in offsets if due_on + timedelta(days=days) <= on)


def _prove(obligation: PracticeObligation, until: date) -> None:
    """Extend what is proved of the periods of practice, without going beyond them."""
    rows = PracticePeriod.objects.select_for_update().filter(
        obligation=obligation, kind=PracticePeriod.Kind.PRACTICE, starts_on__lte=until
    )
    for row in rows:
        proved = until if row.ends_on is None else min(until, row.ends_on)
        if row.proved_until is None or row.proved_until < proved:
            row.proved_until = proved
            row.save(update_fields=["proved_until"])


def _locked(proof: PracticeProof, *states: str) -> PracticeProof:
    current = (
        PracticeProof.objects.select_for_update(of=("self",))
        .select_related("obligation__agreement__recipient", "obligation__agreement__authority", "file")
        .get(pk=proof.pk)
    )
    if current.state not in states:
        raise Refused(
            f"L'attestation du {day_text(current.due_on)} est {current.get_state_display().lower()} : "
            "rechargez la page."
        )
    if not current.obligation.is_open:
        raise Refused("Cet engagement est clos : il n'attend plus d'attestation.")
    return current


def _told(verb: str, sentence: str, proof: PracticeProof, by: User | None) -> None:
    obligation = proof.obligation
    record(verb, sentence, by=by, authority=obligation.agreement.authority, about=obligation)
