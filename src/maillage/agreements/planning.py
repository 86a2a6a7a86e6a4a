"""The instalments of an agreement: planned from its terms, planned again when an amendment changes them.

Whatever happens, the instalments that count add up to the amount of the agreement.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal

from maillage.agreements.models import Agreement, Amendment, Instalment
from maillage.agreements.terms import amounts
from maillage.kit.console import Refused
from maillage.rules.money import ZERO, down_to_cent
from maillage.rules.schedules import PlannedInstalment, instalments, start_on
from maillage.rules.terms import ScheduleKind

REGULAR = (ScheduleKind.MONTHLY, ScheduleKind.YEARLY, ScheduleKind.EQUAL)
_RANK = re.compile(r"\d+ sur \d+$")


def planned(agreement: Agreement, *, signed_on: date) -> tuple[PlannedInstalment, ...]:
    """The instalments the terms give when the agreement is signed on a day; none when nothing is paid.

    Raises Refused, with what to fill in, when the terms do not say enough.
    """
    schedule = agreement.rules.schedule
    if schedule is None:
        return ()
    dates = {key: date.fromisoformat(day) for key, day in agreement.terms["dates"].items()}
    awarded_on = date.fromisoformat(agreement.terms["decision"]["taken_on"])
    try:
        start = start_on(schedule, awarded_on=awarded_on, signed_on=signed_on, dates=dates)
        found = instalments(schedule, agreement.amount, start, yearly=amounts(agreement.terms["yearly"]))
    except ValueError as error:
        raise Refused(str(error)) from error
    if schedule.kind in REGULAR:
        # A certificate given once a year is asked of each payment of that year: it must cover it.
        found = tuple(replace(one, proof=schedule.proof) for one in found)
    return tuple(one for one in found if one.amount > 0)


def store(
    agreement: Agreement,
    lines: Iterable[PlannedInstalment],
    *,
    after: int = 0,
    amendment: Amendment | None = None,
) -> list[Instalment]:
    """Write planned instalments, numbered from the one that follows `after`."""
    schedule = agreement.rules.schedule
    is_activity = schedule is not None and schedule.kind == ScheduleKind.ACTIVITY
    rows = [
        Instalment(
            agreement=agreement,
            number=after + rank,
            label=line.label,
            due_on=line.due_on,
            amount=line.amount,
            proof=line.proof or "",
            is_estimate=is_activity and line.due_on is None,
            amendment=amendment,
        )
        for rank, line in enumerate(lines, start=1)
    ]
    return Instalment.objects.bulk_create(rows)


def kept(agreement: Agreement) -> list[Instalment]:
    """What no amendment touches: paid, ordered, or in a batch."""
    return [one for one in agreement.instalments.live() if one.state != Instalment.State.PLANNED]


def unpaid(agreement: Agreement) -> list[Instalment]:
    return list(agreement.instalments.filter(state=Instalment.State.PLANNED))


def total(rows: Iterable[Instalment | PlannedInstalment]) -> Decimal:
    return sum((row.amount for row in rows), ZERO)


def as_planned(rows: Iterable[Instalment]) -> list[PlannedInstalment]:
    """Stored instalments as the rules write them."""
    return [
        PlannedInstalment(row.number, row.due_on, row.label, row.amount, row.proof or None) for row in rows
    ]


def shared_out(lines: Sequence[PlannedInstalment], amount: Decimal) -> list[PlannedInstalment]:
    """The same lines for another amount, each in the same proportion, what rounding leaves on the last."""
    before = total(lines)
    parts = [down_to_cent(amount * line.amount / before) for line in lines[:-1]]
    parts.append(amount - sum(parts, ZERO))
    return [replace(line, amount=part) for line, part in zip(lines, parts, strict=True) if part > 0]


def replanned(
    agreement: Agreement, lines: Sequence[PlannedInstalment], amendment: Amendment | None
) -> list[Instalment]:
    """Cancel what is not paid yet and write these lines in its place; proofs follow their instalment."""
    old = unpaid(agreement)
    stays = kept(agreement)
    agreement.instalments.filter(pk__in=[one.pk for one in old]).update(state=Instalment.State.CANCELLED)
    last = max((one.number for one in stays), default=0)
    new = store(agreement, relabelled(lines, len(stays)), after=last, amendment=amendment)
    for before, now in zip(old, new, strict=False):
        if before.proof == now.proof:
            before.proofs.update(instalment=now)
    return new


def relabelled(lines: Sequence[PlannedInstalment], before: int) -> list[PlannedInstalment]:
    """« Mensualité 3 sur 24 » told again among those that come before and these."""
    count = before + len(lines)
    return [
        replace(line, label=_RANK.sub(f"{before + rank} sur {count}", line.label))
        for rank, line in enumerate(lines, start=1)
    ]
