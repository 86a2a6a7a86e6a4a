"""What is given back when an obligation is not held, line by line, and in how many payments.

CGCT D1511-56 (L-08d): all of it when practice never started, part of it when it stopped too early, by the
formula of the agreement; CRPA L242-2 2° (L-27). Formulas of domain.md §4.1.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

from maillage.rules.calendar import Period, add_months, days_text, months_text
from maillage.rules.money import ZERO, down_to_cent, euros, to_cent
from maillage.rules.parts import Clawback
from maillage.rules.terms import Formula

_TIMES: Final = "\N{NO-BREAK SPACE}× "
_OVER: Final = "\N{NO-BREAK SPACE}/ "


@dataclass(frozen=True)
class Line:
    """One step of a computation: what, how, how much."""

    label: str
    formula: str
    value: Decimal


@dataclass(frozen=True)
class Computation:
    """A claw-back, computed: its lines add up to its amount."""

    formula: Formula
    amount: Decimal
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class Repayment:
    """One payment of a repayment plan."""

    number: int
    due_on: date
    amount: Decimal


@dataclass(frozen=True)
class Service:
    """How far an obligation went.

    :ivar months_received: months the aid was paid for, which a monthly penalty is counted on; None when the
        aid was not monthly.
    :ivar days_due: days of the obligation and ``days_served`` those done, for a pro rata by days.
    """

    months_due: int
    months_served: int
    started: bool = True
    days_due: int | None = None
    days_served: Decimal | None = None
    months_received: int | None = None


def compute(terms: Clawback, paid: Decimal, service: Service) -> Computation:
    """What the recipient owes back.

    - ``FULL``: what was paid;
    - ``PRO_RATA``: paid × (months due − whole months served) ÷ months due: 12 000 × 22/36 = 7 333.33;
    - ``PRO_RATA_DAYS``: paid × (days due − days served) ÷ days due;
    - ``FULL_PLUS_PENALTY``: paid + max(penalty by month × months received, minimum) + flat penalty (CESP: +
      200 € a month, 2 000 € at least [B20]);
    - ``NONE``: nothing.

    Rounded to the cent. What is served beyond the obligation never makes it negative.

    :raises ValueError: a figure the formula needs is missing, or a sum is negative.
    """
    if paid < 0:
        raise ValueError("Les sommes versées ne peuvent pas être négatives : vérifiez les paiements.")
    formula = terms.formula if service.started else terms.not_started
    match formula:
        case Formula.FULL:
            lines = [_full(paid, service)]
        case Formula.PRO_RATA:
            lines = [_pro_rata_months(paid, service)]
        case Formula.PRO_RATA_DAYS:
            lines = [_pro_rata_days(paid, service)]
        case Formula.FULL_PLUS_PENALTY:
            lines = [_full(paid, service), *_penalties(terms, service)]
        case Formula.NONE:
            lines = [Line("Aucun reversement prévu par la convention", "0", ZERO)]
    return Computation(formula, sum((line.value for line in lines), ZERO), tuple(lines))


def republican_commitment(paid: Decimal, funded: Period, breached_on: date) -> Computation:
    """Withdrawal after a breach of the « contrat d'engagement républicain » by an association.

    paid × days from the breach to the end of the funded period ÷ days of that period, both ends included (loi
    2000-321 article 10-1, décret 2021-1947 article 5, L-11, [A29]).

    :param funded: the period the grant pays for, with its end.
    :raises ValueError: a period without end.
    """
    if funded.last is None:
        raise ValueError(
            "La période financée n'a pas de fin : renseignez-la avant de calculer le retrait au prorata."
        )
    days = funded.days_until(funded.last)
    breach = max(breached_on, funded.first)
    left = Period(breach, funded.last).days_until(funded.last) if breach <= funded.last else 0
    line = _pro_rata("Retrait au prorata de la période restante", paid, Decimal(left), Decimal(days))
    return Computation(Formula.PRO_RATA_DAYS, line.value, (line,))


def repayment_plan(
    amount: Decimal, count: int, first_on: date, *, every_months: int = 1
) -> tuple[Repayment, ...]:
    """``count`` payments to the cent that add up to the amount, what rounding leaves on the last.

    :raises ValueError: no payment, nothing to repay, or less than a cent each.
    """
    if count < 1 or every_months < 1 or amount <= 0:
        raise ValueError("Un échelonnement demande une somme à rembourser et au moins une échéance.")
    each = down_to_cent(amount / count)
    if each == 0:
        raise ValueError(f"{euros(amount)} ne se partagent pas en {count} échéances : réduisez leur nombre.")
    return tuple(
        Repayment(
            rank + 1,
            add_months(first_on, rank * every_months),
            each if rank < count - 1 else amount - each * (count - 1),
        )
        for rank in range(count)
    )


def _full(paid: Decimal, service: Service) -> Line:
    label = "Totalité des sommes versées"
    return Line(label if service.started else f"{label}, l'exercice n'ayant pas commencé", euros(paid), paid)


def _pro_rata_months(paid: Decimal, service: Service) -> Line:
    left = max(service.months_due - service.months_served, 0)
    label = (
        f"Part des {months_text(left)} restants sur {service.months_due} "
        f"({months_text(service.months_served)} accomplis)"
    )
    return _pro_rata(label, paid, Decimal(left), Decimal(service.months_due))


def _pro_rata_days(paid: Decimal, service: Service) -> Line:
    if service.days_due is None or service.days_served is None:
        raise ValueError(
            "Le prorata en jours demande les jours dus et les jours accomplis : renseignez le début de "
            "l'exercice."
        )
    left = max(service.days_due - int(service.days_served), 0)
    label = f"Part des {days_text(left)} restants sur {service.days_due}"
    return _pro_rata(label, paid, Decimal(left), Decimal(service.days_due))


def _pro_rata(label: str, paid: Decimal, left: Decimal, due: Decimal) -> Line:
    if due <= 0:
        raise ValueError("Un prorata demande une durée due : renseignez la durée de l'engagement.")
    value = to_cent(paid * min(left, due) / due)
    return Line(label, f"{euros(paid)}{_TIMES}{left}{_OVER}{due}", value)


def _penalties(terms: Clawback, service: Service) -> list[Line]:
    lines = []
    if terms.penalty_per_month is not None:
        if service.months_received is None:
            raise ValueError(
                "La pénalité par mois demande le nombre de mois versés : l'aide n'est pas mensuelle, revoyez "
                "la formule de reversement."
            )
        owed = terms.penalty_per_month * service.months_received
        formula = f"{euros(terms.penalty_per_month)}{_TIMES}{months_text(service.months_received)}"
        lines.append(_penalty("Pénalité par mois versé", formula, owed, terms.penalty_minimum))
    elif terms.penalty_minimum is not None:
        lines.append(Line("Pénalité minimale", euros(terms.penalty_minimum), to_cent(terms.penalty_minimum)))
    if terms.penalty_flat is not None:
        lines.append(Line("Pénalité forfaitaire", euros(terms.penalty_flat), to_cent(terms.penalty_flat)))
    return lines


def _penalty(label: str, formula: str, owed: Decimal, minimum: Decimal | None) -> Line:
    if minimum is not None and owed < minimum:
        return Line(label, f"{formula}, portée au minimum de {euros(minimum)}", to_cent(minimum))
    return Line(label, formula, to_cent(owed))
