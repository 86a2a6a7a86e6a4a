"""The life of an obligation that goes well: opening, trigger, start, interruptions, change of place."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from maillage.accounts.journal import record
from maillage.accounts.models import User
from maillage.agreements.models import Agreement
from maillage.kit import clock
from maillage.kit.console import Refused
from maillage.kit.writing import save
from maillage.obligations.actions.common import (
    received,
    require_follower,
    require_follower_or_recipient,
    source_of,
)
from maillage.obligations.actions.proofs import plan_proofs
from maillage.obligations.models import PracticeObligation, PracticePeriod
from maillage.obligations.places import require_accepted
from maillage.obligations.standing import REASONS, agreed, eve, terms_of
from maillage.obligations.states import locked
from maillage.rules.calendar import day_text
from maillage.rules.money import percent
from maillage.rules.obligations import start_by
from maillage.rules.parts import Obligation
from maillage.rules.terms import Holder, Trigger
from maillage.territories.models import Commune

State = PracticeObligation.State


@transaction.atomic
def open_obligation(agreement: Agreement, by: User | None = None) -> PracticeObligation | None:
    """Follow what a signed agreement asks in return. None when it asks nothing; called once or more.

    Registered to follow the signature: the right is that of whoever recorded it.
    """
    if agreement.rules.obligation is None:
        return None
    existing = PracticeObligation.objects.filter(agreement=agreement).first()
    if existing is not None:
        return existing
    terms = agreed(agreement)
    if terms.months is None:
        raise Refused(
            "La convention ne fixe pas la durée de l'engagement d'exercice : complétez-la avant sa signature."
        )
    trigger_on = _known_trigger(terms, agreement)
    obligation = PracticeObligation(
        agreement=agreement,
        state=State.STUDYING if terms.trigger is Trigger.DIPLOMA else State.AWAITING_START,
        rpps=agreement.recipient.rpps,
        finess=agreement.recipient.finess if terms.holder is Holder.STRUCTURE else "",
        months=terms.months,
        trigger_on=trigger_on,
        start_deadline=start_by(terms, trigger_on),
        share=terms.share,
    )
    save(obligation)
    deadline = obligation.start_deadline
    until = f", à commencer au plus tard le {day_text(deadline)}" if deadline else ""
    sentence = f"Engagement ouvert pour {terms.months} mois{until} : {agreement.recipient}."
    record("open_obligation", sentence, by=by, authority=agreement.authority, about=obligation)
    return obligation


@transaction.atomic
def set_trigger(
    *,
    obligation: PracticeObligation,
    on: date,
    by: User | None,
    upload: UploadedFile | None = None,
    rpps: str = "",
) -> PracticeObligation:
    """Record the diploma, or the event the start is counted from. An officer may correct it until the start.

    The recipient who declares it joins its proof.
    """
    require_follower_or_recipient(by, obligation)
    current = locked(obligation, "set_trigger")
    terms = terms_of(current)
    if on > clock.today():
        raise Refused("Cette date est à venir : déclarez l'événement une fois qu'il a eu lieu.")
    if terms.trigger is Trigger.DIPLOMA:
        file = received(upload, current, by)
        if file is None and current.trigger_proof is None:
            raise Refused("Joignez le diplôme, ou l'attestation de réussite, qui prouve cette date.")
        current.trigger_proof = file or current.trigger_proof
    current.trigger_on, current.state = on, State.AWAITING_START
    current.start_deadline = start_by(terms, on, current.deferred_to)
    current.rpps = rpps.strip() or current.rpps
    save(current)
    sentence = f"{terms.trigger.label.capitalize()} : {day_text(on)}"
    until = (
        f", exercice à commencer au plus tard le {day_text(current.start_deadline)}"
        if current.start_deadline
        else ""
    )
    _told("set_trigger", f"{sentence}{until}.", current, by)
    return current


@transaction.atomic
def start(
    *,
    obligation: PracticeObligation,
    on: date,
    commune: str,
    by: User | None,
    share: Decimal | None = None,
    upload: UploadedFile | None = None,
    rpps: str = "",
) -> PracticeObligation:
    """Practice starts, or resumes after a deferral, in a place that the agreement accepts."""
    require_follower_or_recipient(by, obligation)
    current = locked(obligation, "start")
    if on > clock.today():
        raise Refused("Cette date est à venir : déclarez l'exercice une fois qu'il a commencé.")
    if current.agreement.signed_on is not None and on < current.agreement.signed_on:
        raise Refused(
            f"L'exercice ne compte qu'après la signature de la convention, le "
            f"{day_text(current.agreement.signed_on)} : donnez cette date ou une date postérieure."
        )
    terms = terms_of(current)
    if terms.trigger in (Trigger.INSTALLATION, Trigger.OPENING) and current.trigger_on is None:
        current.trigger_on = on
    current.started_on = current.started_on or on
    current.state, current.rpps = State.RUNNING, rpps.strip() or current.rpps
    _practise(current, on, commune, share, by, upload)
    late = current.start_deadline is not None and on > current.start_deadline
    share_text = f", {percent(share)} de l'activité" if share is not None else ""
    sentence = f"Exercice commencé le {day_text(on)} à {_name(commune)}{share_text}"
    _told("start_practice", f"{sentence}{', après la date limite' if late else ''}.", current, by)
    return current


@transaction.atomic
def interrupt(
    *,
    obligation: PracticeObligation,
    starts_on: date,
    reason: str,
    by: User | None,
    ends_on: date | None = None,
    upload: UploadedFile | None = None,
) -> PracticeObligation:
    """Suspend the clock for a reason that the agreement accepts, its proof joined."""
    require_follower(by, obligation)
    current = locked(obligation, "interrupt")
    accepted = terms_of(current).interruptions
    if reason not in accepted:
        named = ", ".join(one.label for one in accepted) or "aucun motif"
        raise Refused(
            f"La convention n'accepte pas ce motif ({named}) : signez un avenant, ou enregistrez l'arrêt."
        )
    if current.started_on is None or starts_on < current.started_on:
        raise Refused("Une interruption commence après le début de l'exercice : corrigez la date.")
    if any(_overlaps(row, starts_on, ends_on) for row in _interruptions(current)):
        raise Refused("Une autre interruption couvre déjà ces jours : terminez-la d'abord.")
    period = PracticePeriod(
        obligation=current,
        kind=PracticePeriod.Kind.INTERRUPTION,
        starts_on=starts_on,
        ends_on=ends_on,
        reason=reason,
        source=source_of(by, current),
        proof=received(upload, current, by),
    )
    save(period)
    plan_proofs(_again(current))
    until = f" au {day_text(ends_on)}" if ends_on else ""
    since = f"du {day_text(starts_on)}{until}" if ends_on else f"depuis le {day_text(starts_on)}"
    _told("interrupt_practice", f"Engagement suspendu {since} : {REASONS[reason].label}.", current, by)
    return current


@transaction.atomic
def resume(*, obligation: PracticeObligation, on: date, by: User | None) -> PracticeObligation:
    """Practice goes on again: the open interruption ends on the eve."""
    require_follower(by, obligation)
    current = locked(obligation, "resume")
    row = next((row for row in _interruptions(current) if row.ends_on is None), None)
    if row is None:
        raise Refused("Aucune interruption n'est ouverte : il n'y a rien à reprendre.")
    if on <= row.starts_on:
        raise Refused(f"L'interruption a commencé le {day_text(row.starts_on)} : la reprise est postérieure.")
    row.ends_on = eve(on)
    save(row)
    plan_proofs(_again(current))
    _told("resume_practice", f"Exercice repris le {day_text(on)}.", current, by)
    return current


@transaction.atomic
def change_place(
    *,
    obligation: PracticeObligation,
    on: date,
    commune: str,
    by: User | None,
    share: Decimal | None = None,
    upload: UploadedFile | None = None,
) -> PracticeObligation:
    """Practice moves to another accepted place: the obligation goes on, the former period ends on the eve.

    A share left out stays what it was.
    """
    require_follower(by, obligation)
    current = locked(obligation, "change_place")
    row = _open_practice(current)
    share = row.share if share is None and row is not None else share
    if row is not None:
        _close(row, on)
    _practise(current, on, commune, share, by, upload)
    _told("change_place", f"Lieu d'exercice depuis le {day_text(on)} : {_name(commune)}.", current, by)
    return current


@transaction.atomic
def cease(*, obligation: PracticeObligation, on: date, reason: str, by: User | None) -> PracticeObligation:
    """Practice stopped for a reason that the agreement does not accept: from that day nothing is served."""
    require_follower(by, obligation)
    current = locked(obligation, "cease")
    row = _open_practice(current)
    if row is None:
        raise Refused("Aucun exercice n'est en cours : l'arrêt est déjà enregistré.")
    _close(row, on)
    _told("cease_practice", f"Exercice arrêté le {day_text(on)} : {reason.strip()}", current, by)
    return current


def _practise(
    obligation: PracticeObligation,
    on: date,
    commune: str,
    share: Decimal | None,
    by: User | None,
    upload: UploadedFile | None,
) -> None:
    """A period of practice from a day on, its place checked; the statements are planned anew."""
    found = require_accepted(obligation, commune, on)
    asked = terms_of(obligation).share
    if asked is not None and share is not None and share < asked:
        raise Refused(
            f"La convention demande {percent(asked)} de l'activité et cette part est de {percent(share)} : "
            "corrigez-la, ou modifiez la convention par un avenant."
        )
    obligation.commune, obligation.share = commune, share
    save(obligation)
    save(
        PracticePeriod(
            obligation=obligation,
            kind=PracticePeriod.Kind.PRACTICE,
            starts_on=on,
            commune=commune,
            share=share,
            source=source_of(by, obligation),
            proof=received(upload, obligation, by),
        )
    )
    plan_proofs(_again(obligation))
    if found.zoning or found.doubt:
        authority = obligation.agreement.authority
        sentence = found.doubt or f"Classement lu pour {_name(commune)} au {day_text(on)}."
        record("read_zoning", sentence, by=by, authority=authority, about=obligation, zoning=found.zoning)


def _close(row: PracticePeriod, on: date) -> None:
    if on <= row.starts_on:
        raise Refused(f"Cette période a commencé le {day_text(row.starts_on)} : donnez une date postérieure.")
    row.ends_on = eve(on)
    save(row)


def _open_practice(obligation: PracticeObligation) -> PracticePeriod | None:
    rows = (row for row in obligation.periods.all() if row.kind == PracticePeriod.Kind.PRACTICE)
    return next((row for row in rows if row.ends_on is None), None)


def _interruptions(obligation: PracticeObligation) -> list[PracticePeriod]:
    return [row for row in obligation.periods.all() if row.kind == PracticePeriod.Kind.INTERRUPTION]


def _overlaps(row: PracticePeriod, first: date, last: date | None) -> bool:
    return (row.ends_on is None or first <= row.ends_on) and (last is None or row.starts_on <= last)


def _again(obligation: PracticeObligation) -> PracticeObligation:
    """The obligation with its periods read anew."""
    return PracticeObligation.objects.with_periods().get(pk=obligation.pk)


def _known_trigger(terms: Obligation, agreement: Agreement) -> date | None:
    """What the signature already tells of the trigger."""
    if terms.trigger is Trigger.SIGNATURE:
        return agreement.signed_on
    return agreement.decision.taken_on if terms.trigger is Trigger.AWARD else None


def _name(code: str) -> str:
    return Commune.objects.filter(pk=code).values_list("name", flat=True).first() or code


def _told(verb: str, sentence: str, obligation: PracticeObligation, by: User | None) -> None:
    record(verb, sentence, by=by, authority=obligation.agreement.authority, about=obligation)
