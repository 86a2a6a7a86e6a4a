"""The execution of the budget: committed, ordered, paid, recovered.

Called only by the actions of the upper rooms, inside their transaction: the right is theirs to check, with
the verb of the trade, and so is the event of the journal. The entry itself says what, when and by whom.
Each function holds the envelope, so that fifty at once never go one cent over (CGCT L3312-4).
`key` makes a retry harmless: the same key twice is the same entry.
"""

from __future__ import annotations

from decimal import Decimal

from django.db import models, transaction
from django.db.models import Q

from maillage.accounts.models import User
from maillage.budget import balances
from maillage.budget.figures import Balance
from maillage.budget.models import Entry, EntryQuerySet, Envelope
from maillage.budget.writing import Kind, about, already_written, draft, locked, require_open
from maillage.kit import clock
from maillage.kit.console import Refused
from maillage.rules.money import euros


@transaction.atomic
def commit(
    *,
    envelope: Envelope,
    amount: Decimal,
    subject: models.Model,
    key: str,
    by: User | None,
    scheme: str = "",
    decision: str = "",
    year: int | None = None,
) -> Entry:
    """Set money aside for a subject, within the AE or AP.

    A yearly envelope has none: its ceiling is the CP of `year`, the present one unless given. A multi-year
    envelope knows no year of commitment.

    :raises Refused: over the ceiling; on an envelope closed or lapsed.
    """
    (envelope,) = locked(envelope)
    wanted = draft(
        envelope,
        Kind.COMMITMENT,
        amount,
        key=key,
        by=by,
        scheme=scheme,
        decision=decision,
        year=_year_of_commitment(envelope, year),
        **about(subject),
    )
    return already_written(wanted) or _write_commitment(wanted)


@transaction.atomic
def decommit(
    *,
    envelope: Envelope,
    amount: Decimal,
    subject: models.Model,
    key: str,
    by: User | None,
    scheme: str = "",
    decision: str = "",
    year: int | None = None,
) -> Entry:
    """Give back to the envelope what was committed for a subject and not yet ordered for payment."""
    (envelope,) = locked(envelope)
    wanted = draft(
        envelope,
        Kind.DECOMMITMENT,
        amount,
        key=key,
        by=by,
        scheme=scheme,
        decision=decision,
        year=_year_of_commitment(envelope, year),
        **about(subject),
    )
    if first := already_written(wanted):
        return first
    require_open(envelope)
    held = _held(wanted)
    left = held.left_to_order
    if wanted.year is not None:
        left = min(left, held.in_year(wanted.year).committed)
    if wanted.amount > left:
        raise Refused(
            f"Il n'y a que {euros(left)} à dégager pour {subject} : le reste est mandaté ou n'a jamais été "
            "engagé."
        )
    wanted.save()
    return wanted


@transaction.atomic
def order_payment(
    *,
    envelope: Envelope,
    year: int,
    amount: Decimal,
    subject: models.Model,
    key: str,
    by: User | None,
    scheme: str = "",
    decision: str = "",
) -> Entry:
    """Order a payment (mandat) within the CP of the year and what is committed for the subject.

    What was never committed is committed by the same stroke: no order goes round the ceiling of the AE.
    """
    (envelope,) = locked(envelope)
    wanted = draft(
        envelope,
        Kind.PAYMENT_ORDER,
        amount,
        key=key,
        by=by,
        scheme=scheme,
        decision=decision,
        year=year,
        **about(subject),
    )
    if first := already_written(wanted):
        return first
    require_open(envelope)
    left = balances.of([envelope])[envelope.pk].in_year(year).left
    if wanted.amount > left:
        raise Refused(
            f"Les CP {year} de l'enveloppe « {envelope} » ne permettent plus que {euros(left)} de mandats : "
            f"votez ou virez des CP avant de mandater {euros(wanted.amount)}."
        )
    if _is_committed(wanted):
        _require_committed(wanted)
    else:
        _commit_at_once(wanted)
    wanted.save()
    return wanted


@transaction.atomic
def confirm_payment(*, order: Entry, key: str, by: User | None) -> Entry:
    """Write that the accountant has paid an order."""
    return _conclude(order, Kind.PAYMENT, key=key, by=by)


@transaction.atomic
def reject_payment(*, order: Entry, key: str, by: User | None, note: str) -> Entry:
    """Write that an order came back unpaid: its CP may be ordered again, its commitment stands."""
    return _conclude(order, Kind.REJECTION, key=key, by=by, note=note)


@transaction.atomic
def order_revenue(
    *,
    envelope: Envelope,
    year: int,
    amount: Decimal,
    subject: models.Model,
    key: str,
    by: User | None,
    scheme: str = "",
    decision: str = "",
) -> Entry:
    """Claim a sum back (titre de recettes, CGCT L1617-5). It gives the envelope nothing more to spend."""
    (envelope,) = locked(envelope)
    wanted = draft(
        envelope,
        Kind.REVENUE_ORDER,
        amount,
        key=key,
        by=by,
        scheme=scheme,
        decision=decision,
        year=year,
        **about(subject),
    )
    if first := already_written(wanted):
        return first
    wanted.save()
    return wanted


@transaction.atomic
def record_recovery(*, order: Entry, amount: Decimal, key: str, by: User | None, note: str = "") -> Entry:
    """Write that a part of a revenue order, or all of it, was received."""
    return _reduce_claim(order, Kind.RECOVERY, amount, key=key, by=by, note=note)


@transaction.atomic
def cancel_revenue(*, order: Entry, amount: Decimal, key: str, by: User | None, note: str) -> Entry:
    """Cancel a part of a revenue order, or all of it: it was not due."""
    return _reduce_claim(order, Kind.REVENUE_CANCELLATION, amount, key=key, by=by, note=note)


@transaction.atomic
def write_off(*, order: Entry, amount: Decimal, key: str, by: User | None, note: str) -> Entry:
    """Give up what cannot be recovered (admission en non-valeur): it was due."""
    return _reduce_claim(order, Kind.WRITE_OFF, amount, key=key, by=by, note=note)


def left_to_recover(order: Entry) -> Decimal:
    """What a revenue order still claims: its amount less what was received, cancelled or given up."""
    return balances.of_entries(Entry.objects.filter(Q(pk=order.pk) | Q(settles=order))).left_to_recover


def _year_of_commitment(envelope: Envelope, year: int | None) -> int | None:
    return None if envelope.is_multi_year else year or clock.today().year


def _write_commitment(wanted: Entry) -> Entry:
    """Write a commitment if the ceiling allows it; the envelope is locked."""
    envelope = wanted.envelope
    require_open(envelope)
    _require_in_force(envelope)
    balance = balances.of([envelope])[envelope.pk]
    if wanted.year is None:
        left, ceiling = balance.left_to_commit, f"L'{envelope.authorisation_name} de"
    else:
        left, ceiling = balance.in_year(wanted.year).free, f"Les CP {wanted.year} de"
    if wanted.amount > left:
        raise Refused(
            f"{ceiling} l'enveloppe « {envelope} » ne laisse{'' if wanted.year is None else 'nt'} que "
            f"{euros(left)} à engager : votez davantage avant d'engager {euros(wanted.amount)}."
        )
    wanted.save()
    return wanted


def _require_in_force(envelope: Envelope) -> None:
    if envelope.lapses_on is not None and envelope.lapses_on <= clock.today():
        raise Refused(
            f"L'enveloppe « {envelope} » est caduque depuis le {envelope.lapses_on:%d/%m/%Y} : "
            "engagez sur une autre."
        )


def _held(wanted: Entry) -> Balance:
    """What the subject of an entry holds in its envelope."""
    return balances.of_entries(_of_the_same_subject(wanted))


def _of_the_same_subject(wanted: Entry) -> EntryQuerySet:
    return Entry.objects.filter(
        envelope=wanted.envelope, subject_kind=wanted.subject_kind, subject_id=wanted.subject_id
    )


def _is_committed(wanted: Entry) -> bool:
    return _of_the_same_subject(wanted).filter(kind=Kind.COMMITMENT).exists()


def _require_committed(wanted: Entry) -> None:
    left = _held(wanted).left_to_order
    if wanted.amount > left:
        raise Refused(
            f"Il ne reste que {euros(left)} engagés à mandater pour {wanted.subject_label} : engagez d'abord "
            f"ce qui manque pour mandater {euros(wanted.amount)}."
        )


def _commit_at_once(order: Entry) -> Entry:
    same = ("at", "by", "scheme", "decision", "subject_kind", "subject_id", "subject_label")
    commitment = draft(
        order.envelope,
        Kind.COMMITMENT,
        order.amount,
        key=f"{order.key}:commitment",
        year=_year_of_commitment(order.envelope, order.year),
        **{name: getattr(order, name) for name in same},
    )
    return _write_commitment(commitment)


def _conclude(order: Entry, kind: Kind, *, key: str, by: User | None, note: str = "") -> Entry:
    """Write what became of a payment order, once."""
    if order.kind != Kind.PAYMENT_ORDER:
        raise Refused(f"« {order} » n'est pas un mandat : choisissez-en un.")
    wanted = _outcome(order, kind, order.amount, key=key, by=by, note=note)
    if first := already_written(wanted):
        return first
    done = Entry.objects.filter(settles=order).first()
    if done is not None:
        raise Refused(f"Ce mandat a déjà son issue : {done} le {done.at:%d/%m/%Y}.")
    wanted.save()
    return wanted


def _reduce_claim(
    order: Entry, kind: Kind, amount: Decimal, *, key: str, by: User | None, note: str
) -> Entry:
    """Write what reduces a revenue order, within what it still claims."""
    if order.kind != Kind.REVENUE_ORDER:
        raise Refused(f"« {order} » n'est pas un titre de recettes : choisissez-en un.")
    wanted = _outcome(order, kind, amount, key=key, by=by, note=note)
    if first := already_written(wanted):
        return first
    left = left_to_recover(order)
    if wanted.amount > left:
        raise Refused(f"Il ne reste que {euros(left)} à recouvrer sur ce titre de {euros(order.amount)}.")
    wanted.save()
    return wanted


def _outcome(order: Entry, kind: Kind, amount: Decimal, *, key: str, by: User | None, note: str) -> Entry:
    """An entry that settles another; the envelope of both is held from here on."""
    (envelope,) = locked(order.envelope)
    same = ("year", "scheme", "decision", "subject_kind", "subject_id", "subject_label")
    copied = {name: getattr(order, name) for name in same}
    return draft(envelope, kind, amount, key=key, by=by, note=note[:250], settles=order, **copied)
