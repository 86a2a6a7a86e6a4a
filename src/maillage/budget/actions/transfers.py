"""Money moved without any being voted: from an envelope to another, from a year to the next."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from django.db import transaction

from maillage.accounts.models import User
from maillage.accounts.rights import Right, require
from maillage.budget.actions.acts import (
    Act,
    balance_of,
    refuse_staff_costs,
    require_free,
    require_left_to_commit,
    require_multi_year,
)
from maillage.budget.models import Entry, Envelope
from maillage.budget.writing import Kind, Reason, already_written, locked, require_open
from maillage.kit.console import Refused
from maillage.rules.money import euros

# What goes out and what comes in, in the same group.
Pair = tuple[Entry, Entry]


@transaction.atomic
def transfer_authorisation(
    *,
    source: Envelope,
    target: Envelope,
    amount: Decimal,
    decision: str,
    by: User | None,
    decided_on: date | None = None,
    key: str = "",
) -> Pair:
    """Move a part of an AE or AP that nothing is committed on to another envelope of the same section."""
    require(by, Right.VOTE_BUDGET, source.authority)
    act = Act.of(decision, decided_on, by, key)
    source, target = locked(source, target)
    _require_compatible(source, target)
    pair = (
        act.entry(source, Kind.AUTHORISATION_CUT, amount, Reason.TRANSFER, part="out"),
        act.entry(target, Kind.AUTHORISATION_VOTE, amount, Reason.TRANSFER, part="in"),
    )
    if first := _already(pair):
        return first
    for envelope in (source, target):
        require_multi_year(envelope)
        require_open(envelope)
    refuse_staff_costs(target)
    require_left_to_commit(source, amount)
    _save(pair)
    sentence = f"{euros(amount)} d'{source.authorisation_name} virés de « {source} » à « {target} »"
    act.record("transfer_authorisation", sentence, source)
    return pair


@transaction.atomic
def transfer_appropriation(
    *,
    source: Envelope,
    target: Envelope,
    year: int,
    amount: Decimal,
    decision: str,
    by: User | None,
    decided_on: date | None = None,
    key: str = "",
) -> Pair:
    """Move CP of a year that nothing holds to another envelope of the same section."""
    require(by, Right.VOTE_BUDGET, source.authority)
    act = Act.of(decision, decided_on, by, key)
    source, target = locked(source, target)
    _require_compatible(source, target)
    pair = (
        act.entry(source, Kind.APPROPRIATION_CUT, amount, Reason.TRANSFER, year=year, part="out"),
        act.entry(target, Kind.APPROPRIATION_VOTE, amount, Reason.TRANSFER, year=year, part="in"),
    )
    if first := _already(pair):
        return first
    for envelope in (source, target):
        require_open(envelope)
    require_free(source, year, amount)
    _save(pair)
    sentence = f"{euros(amount)} de CP {year} virés de « {source} » à « {target} »"
    act.record("transfer_appropriation", sentence, source)
    return pair


@transaction.atomic
def carry_over(
    *,
    envelope: Envelope,
    year: int,
    decision: str,
    by: User | None,
    amount: Decimal | None = None,
    decided_on: date | None = None,
    key: str = "",
) -> Pair:
    """Carry CP of a year to the next one: all that nothing holds, unless an amount is given.

    CGCT L3312-4 III and the financial rules of the authority. In a yearly envelope a commitment holds its
    CP: what is to be paid the next year is decommitted and committed again.
    """
    require(by, Right.VOTE_BUDGET, envelope.authority)
    act = Act.of(decision, decided_on, by, key)
    (envelope,) = locked(envelope)
    if amount is None:
        amount = _carried(act) or balance_of(envelope).in_year(year).free
        if amount <= 0:
            raise Refused(f"Il n'y a pas de CP {year} à reporter sur « {envelope} ».")
    reason = Reason.CARRY_OVER
    pair = (
        act.entry(envelope, Kind.APPROPRIATION_CUT, amount, reason, year=year, part="out"),
        act.entry(envelope, Kind.APPROPRIATION_VOTE, amount, reason, year=year + 1, part="in"),
    )
    if first := _already(pair):
        return first
    require_open(envelope)
    require_free(envelope, year, amount)
    _save(pair)
    sentence = f"{euros(amount)} de CP reportés de {year} à {year + 1} pour « {envelope} »"
    act.record("carry_over", sentence, envelope)
    return pair


def _carried(act: Act) -> Decimal | None:
    """What the same request has already carried over, when it is made once more."""
    first = Entry.objects.filter(key=f"{act.key}:out").first()
    return first.amount if first else None


def _require_compatible(source: Envelope, target: Envelope) -> None:
    if source.pk == target.pk:
        raise Refused("Choisissez une autre enveloppe que celle d'où part le virement.")
    if (source.authority_id, source.section) != (target.authority_id, target.section):
        raise Refused(
            "Un virement se fait dans la même section de la même collectivité : choisissez une autre "
            "enveloppe."
        )


def _already(pair: Pair) -> Pair | None:
    out, into = already_written(pair[0]), already_written(pair[1])
    return (out, into) if out and into else None


def _save(pair: Pair) -> None:
    for entry in pair:
        entry.save()
