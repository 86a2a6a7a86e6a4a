"""Envelopes opened and closed."""

from __future__ import annotations

from datetime import date

from django.db import transaction
from django.utils.text import slugify

from maillage.accounts.journal import record
from maillage.accounts.models import Authority, User
from maillage.accounts.rights import Right, require
from maillage.budget.actions.acts import balance_of, refuse_staff_costs
from maillage.budget.models import Envelope
from maillage.budget.writing import locked, require_open
from maillage.kit import clock
from maillage.kit.console import Refused
from maillage.kit.writing import save
from maillage.plans.models import Measure
from maillage.rules.money import euros


@transaction.atomic
def open_envelope(
    *,
    authority: Authority,
    label: str,
    section: str,
    first_year: int,
    last_year: int,
    by: User | None,
    is_multi_year: bool = True,
    measure: Measure | None = None,
    key: str = "",
    nature: str = "",
    function: str = "",
    lapses_on: date | None = None,
) -> Envelope:
    """Open an empty envelope; `key` names it in the authority, drawn from its label unless given."""
    require(by, Right.VOTE_BUDGET, authority)
    if measure is not None and measure.axis.plan.authority_id != authority.pk:
        raise Refused(f"La mesure « {measure} » est d'une autre collectivité : choisissez-en une des vôtres.")
    envelope = Envelope(
        authority=authority,
        label=label.strip(),
        section=section,
        first_year=first_year,
        last_year=last_year,
        is_multi_year=is_multi_year,
        measure=measure,
        key=key or _free_key(authority, label),
        nature=nature,
        function=function,
        lapses_on=lapses_on,
    )
    refuse_staff_costs(envelope)
    save(envelope)
    sentence = f"Enveloppe ouverte : {envelope}."
    record("open_envelope", sentence, by=by, authority=authority, about=envelope)
    return envelope


@transaction.atomic
def close_envelope(*, envelope: Envelope, by: User | None) -> Envelope:
    """Close an envelope where nothing committed waits to be ordered. Orders may still be paid or rejected."""
    require(by, Right.VOTE_BUDGET, envelope.authority)
    (envelope,) = locked(envelope)
    require_open(envelope)
    waiting = balance_of(envelope).left_to_order
    if waiting:
        raise Refused(f"Il reste {euros(waiting)} engagés et non mandatés : mandatez-les ou dégagez-les.")
    envelope.closed_on = clock.today()
    envelope.save(update_fields=["closed_on"])
    sentence = f"Enveloppe close : {envelope}."
    record("close_envelope", sentence, by=by, authority=envelope.authority, about=envelope)
    return envelope


def _free_key(authority: Authority, label: str) -> str:
    stem = slugify(label)[:70] or "enveloppe"
    taken = set(
        Envelope.objects.filter(authority=authority, key__startswith=stem).values_list("key", flat=True)
    )
    candidates = (stem, *(f"{stem}-{rank}" for rank in range(2, len(taken) + 3)))
    return next(key for key in candidates if key not in taken)
