"""When an award is paid: instalments planned at signature, that always add up to the award.

Equal instalments are rounded down to the cent, what is left goes on the last one. A grant adjusted to
activity pays a provisional part, then what the activity returns justify (domain.md §4.6).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

from maillage.rules.calendar import add_months, first_of_next_month
from maillage.rules.money import ZERO, decimal_text, down_to_cent, euros, to_cent
from maillage.rules.parts import Activity, Schedule
from maillage.rules.terms import ScheduleKind, Start, Unit

MONTH: Final = 1
YEAR: Final = 12
_EVERY_MONTHS: Final = {ScheduleKind.MONTHLY: MONTH, ScheduleKind.YEARLY: YEAR, ScheduleKind.EQUAL: YEAR}
_LABELS: Final = {
    ScheduleKind.MONTHLY: "Mensualité",
    ScheduleKind.YEARLY: "Versement annuel",
    ScheduleKind.EQUAL: "Versement",
}


@dataclass(frozen=True)
class PlannedInstalment:
    """One payment to come.

    :ivar due_on: planned day; None when it waits for an event without a date (a milestone, a balance).
    :ivar proof: key of the document asked before paying; None when nothing is asked.
    """

    number: int
    due_on: date | None
    label: str
    amount: Decimal
    proof: str | None = None


@dataclass(frozen=True)
class ActivityLine:
    """One line of an activity-adjusted grant: what, how, how much."""

    label: str
    formula: str
    value: Decimal


@dataclass(frozen=True)
class ActivityGrant:
    """A grant computed from activity; None when a rate or a number of units is missing: it is not zero."""

    amount: Decimal | None
    lines: tuple[ActivityLine, ...]


@dataclass(frozen=True)
class Adjustment:
    """What closes an activity-adjusted grant.

    :ivar due: the grant the activity justifies.
    :ivar difference: due − paid: to pay when positive, to recover when negative.
    :ivar sentence: French.
    """

    due: Decimal
    paid: Decimal
    difference: Decimal
    sentence: str


def start_on(
    terms: Schedule, *, awarded_on: date, signed_on: date, dates: Mapping[str, date | None] | None = None
) -> date:
    """The day a schedule starts, from its event or from a date of the form.

    :param dates: dates of the form by key.
    :raises ValueError: the date of the form is missing.
    """
    if terms.starts_field is not None:
        day = (dates or {}).get(terms.starts_field)
        if day is None:
            raise ValueError(
                f"La date « {terms.starts_field} » n'est pas renseignée : l'échéancier ne peut pas commencer."
            )
        return day
    if terms.starts == Start.AWARD:
        return awarded_on
    return first_of_next_month(signed_on) if terms.starts == Start.FIRST_OF_NEXT_MONTH else signed_on


def instalments(
    terms: Schedule,
    amount: Decimal,
    start: date,
    *,
    yearly: Sequence[Decimal] = (),
    step_dates: Sequence[date | None] = (),
) -> tuple[PlannedInstalment, ...]:
    """The instalments of an award; their sum is the award, to the cent.

    :param start: day of the first one.
    :param yearly: amount of each year, when a yearly award is not the same every year.
    :param step_dates: planned day of each milestone, in order; without it a milestone that asks no proof is
        due at the start, the others wait.
    :raises ValueError: an award that cannot be split so; the sentence says what to do.
    """
    if amount <= 0 or amount != to_cent(amount):
        raise ValueError("Un échéancier se calcule sur un montant positif, au centime : corrigez le montant.")
    match terms.kind:
        case ScheduleKind.ONCE:
            return (PlannedInstalment(1, start, "Versement unique", amount, terms.proof),)
        case ScheduleKind.MILESTONES:
            return _milestones(terms, amount, start, step_dates)
        case ScheduleKind.ACTIVITY:
            return _provisional(terms, amount, start)
        case ScheduleKind.MONTHLY | ScheduleKind.YEARLY | ScheduleKind.EQUAL:
            return _regular(terms, yearly or _equal_parts(terms, amount), amount, start)


def by_year(planned: Iterable[PlannedInstalment]) -> dict[int | None, Decimal]:
    """Payments by financial year, for the CP of an authorisation (CGCT L3312-4, L-40); None gathers those
    without a date."""
    totals: dict[int | None, Decimal] = defaultdict(lambda: ZERO)
    for instalment in planned:
        totals[instalment.due_on.year if instalment.due_on else None] += instalment.amount
    return dict(sorted(totals.items(), key=lambda item: (item[0] is None, item[0] or 0)))


def activity_grant(terms: Activity, units: Mapping[Unit, Decimal | None]) -> ActivityGrant:
    """base + Σ rate × units, brought between floor and cap (domain.md §4.6).

    :param units: what was counted, by unit.
    """
    lines = (
        [ActivityLine("Part fixe", euros(terms.base), to_cent(terms.base))] if terms.base is not None else []
    )
    for unit, rate in terms.rates.items():
        count = units.get(unit)
        if rate is None or count is None:
            return ActivityGrant(None, tuple(lines))
        formula = f"{euros(rate)}\N{NO-BREAK SPACE}× {decimal_text(count)}"
        lines.append(ActivityLine(f"Par {unit.label}", formula, to_cent(rate * count)))
    amount = sum((line.value for line in lines), ZERO)
    bounded = amount
    if terms.floor is not None and bounded < terms.floor:
        bounded = to_cent(terms.floor)
        lines.append(ActivityLine("Porté au plancher", euros(bounded), bounded - amount))
    if terms.cap is not None and bounded > terms.cap:
        bounded = to_cent(terms.cap)
        lines.append(ActivityLine("Ramené au plafond", euros(bounded), bounded - amount))
    return ActivityGrant(bounded, tuple(lines))


def adjustment(paid: Decimal, due: Decimal) -> Adjustment:
    """What remains to pay or to recover once the activity is known (domain.md §4.6)."""
    difference = due - paid
    known = f"L'activité justifie {euros(due)} et {euros(paid)} ont été versés"
    if difference > 0:
        sentence = f"{known} : un solde de {euros(difference)} reste à verser."
    elif difference < 0:
        sentence = f"{known} : {euros(-difference)} sont à reverser."
    else:
        sentence = f"{known} : rien n'est à verser ni à reverser."
    return Adjustment(due, paid, difference, sentence)


def _equal_parts(terms: Schedule, amount: Decimal) -> list[Decimal]:
    if terms.count is None:
        raise ValueError(
            "Le nombre de versements n'est pas fixé : renseignez-le avant de signer la convention."
        )
    each = down_to_cent(amount / terms.count)
    if each == 0:
        raise ValueError(
            f"{euros(amount)} ne se partagent pas en {terms.count} versements : réduisez leur nombre."
        )
    return [*[each] * (terms.count - 1), amount - each * (terms.count - 1)]


def _regular(
    terms: Schedule, parts: Sequence[Decimal], amount: Decimal, start: date
) -> tuple[PlannedInstalment, ...]:
    if sum(parts, ZERO) != amount or any(part < 0 for part in parts):
        raise ValueError(
            f"Les montants par année font {euros(sum(parts, ZERO))} et l'aide {euros(amount)} : accordez-les."
        )
    every = terms.every_months or _EVERY_MONTHS[terms.kind]
    return tuple(
        PlannedInstalment(
            rank + 1,
            add_months(start, rank * every),
            f"{_LABELS[terms.kind]} {rank + 1} sur {len(parts)}",
            part,
            _proof_at(terms, rank * every),
        )
        for rank, part in enumerate(parts)
    )


def _proof_at(terms: Schedule, months: int) -> str | None:
    """The proof is asked with every instalment, or each time its period begins (a school certificate a
    year)."""
    every = terms.proof_every_months
    return terms.proof if every is None or months % every == 0 else None


def _milestones(
    terms: Schedule, amount: Decimal, start: date, step_dates: Sequence[date | None]
) -> tuple[PlannedInstalment, ...]:
    shares = [step.share for step in terms.steps if step.share is not None]
    if len(shares) < len(terms.steps) or sum(shares) != 1:
        raise ValueError("Les parts des étapes doivent faire 1 : complétez l'échéancier du dispositif.")
    parts = [down_to_cent(amount * share) for share in shares[:-1]]
    parts.append(amount - sum(parts, ZERO))
    return tuple(
        PlannedInstalment(
            rank + 1,
            step_dates[rank] if rank < len(step_dates) else (start if step.proof is None else None),
            step.label,
            part,
            step.proof,
        )
        for rank, (step, part) in enumerate(zip(terms.steps, parts, strict=True))
    )


def _provisional(terms: Schedule, amount: Decimal, start: date) -> tuple[PlannedInstalment, ...]:
    share = terms.activity.provisional_share if terms.activity is not None else None
    if share is None:
        raise ValueError("La part provisionnelle n'est pas fixée : renseignez-la dans le dispositif.")
    first = down_to_cent(amount * share)
    planned = []
    if first > 0:
        planned.append(PlannedInstalment(1, start, "Versement provisionnel", first))
    if first < amount:
        label = "Solde selon l'activité constatée"
        planned.append(PlannedInstalment(len(planned) + 1, None, label, amount - first, terms.proof))
    return tuple(planned)
