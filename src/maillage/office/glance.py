"""The plan and its money at a glance: what was announced, voted, committed, paid, and what came of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby
from typing import Any, Final

from django.urls import reverse

from maillage.budget import balances
from maillage.budget.figures import Balance, total
from maillage.budget.models import Envelope
from maillage.kit.exports import Row
from maillage.kit.words import counted
from maillage.plans.models import Axis, Indicator, Measure, Plan
from maillage.plans.pages import TONES, late_milestones, measures_of, totals_of
from maillage.plans.totals import Totals, millions
from maillage.rules.money import euros

COLUMNS: Final = ("Annoncé", "Voté", "Engagé", "Payé", "Reste à engager")
EXPORTED: Final = (
    "axe",
    "mesure",
    "état",
    *(f"{column.lower()} (€)" for column in COLUMNS),
    "montants à définir",
    "cibles atteintes",
    "cibles suivies",
)
# Announced for nothing that anyone has put a figure on.
UNSET: Final = "à définir"


@dataclass(frozen=True, slots=True)
class Targets:
    """The targets of some measures: those that the last reading reaches, those that have a reading, all."""

    reached: int = 0
    read: int = 0
    known: int = 0

    def __add__(self, other: Targets) -> Targets:
        return Targets(self.reached + other.reached, self.read + other.read, self.known + other.known)

    @property
    def text(self) -> str:
        """« 2 atteintes sur 5 »; empty without a target."""
        if not self.known:
            return ""
        return f"{counted(self.reached, 'atteinte')} sur {self.known}"


@dataclass(frozen=True, slots=True)
class Line:
    """A measure with its money and its targets."""

    measure: Measure
    made: Totals
    balance: Balance
    targets: Targets

    @property
    def status(self) -> tuple[str, str]:
        """Its state in words, and the tone of the state."""
        if late_milestones(self.measure):
            return f"{self.measure.get_status_display()}, en retard", "state-bad"
        return self.measure.get_status_display(), TONES.get(Measure.Status(self.measure.status), "")

    @property
    def amounts(self) -> list[Decimal | None]:
        """In the order of COLUMNS; None for what nobody has announced, which is not zero."""
        announced = None if self.made.is_unknown else self.made.all.total
        return [announced, *_voted(self.balance)]


def lines_of(plan: Plan) -> list[Line]:
    """The measures of a plan in its order: five queries whatever their number."""
    envelopes = list(Envelope.objects.filter(measure__axis__plan=plan))
    spent = balances.by(envelopes, "measure")
    return [
        Line(
            measure,
            totals_of(plan, measure.money.all()),
            spent.get(measure.pk, Balance()),
            _targets(measure.indicators.all()),
        )
        for measure in measures_of(plan)
    ]


def page(plan: Plan, lines: Sequence[Line]) -> dict[str, Any]:
    """The sentence, the axes with their measures, the totals."""
    made = totals_of(plan, [money for line in lines for money in line.measure.money.all()])
    spent = total(line.balance for line in lines)
    return {
        "plan": plan,
        "sentence": sentence(plan, made, spent),
        "left_out": made.left_out_sentence,
        "targets": sum((line.targets for line in lines), Targets()),
        "columns": COLUMNS,
        "axes": [_block(plan, axis, group) for axis, group in _by_axis(lines)],
        "totals": written([None if made.is_unknown else made.all.total, *_voted(spent)]),
    }


def sentence(plan: Plan, made: Totals, spent: Balance) -> str:
    """« 10,64 M€ prévus sur 2022-2028 : 3,20 M€ votés, 1,10 M€ engagés, 0,40 M€ payés. »"""
    planned = "Aucun montant n'est prévu" if made.is_unknown else f"{millions(made.all.total)} prévus"
    said = [f"{millions(spent.authorised)} votés", f"{millions(spent.committed)} engagés"]
    period = f"{plan.first_year}-{plan.last_year}"
    return f"{planned} sur {period} : {', '.join(said)}, {millions(spent.paid)} payés."


def written(amounts: Iterable[Decimal | None]) -> list[str]:
    return [UNSET if amount is None else euros(amount) for amount in amounts]


def rows(lines: Iterable[Line]) -> Iterator[Row]:
    """The measures as a table to take away; what nobody has announced leaves its cell empty."""
    for line in lines:
        yield [
            line.measure.axis.title,
            line.measure.title,
            line.measure.get_status_display(),
            *(None if amount is None else float(amount) for amount in line.amounts),
            len(line.made.left_out),
            line.targets.reached,
            line.targets.known,
        ]


def _by_axis(lines: Iterable[Line]) -> Iterator[tuple[Axis, list[Line]]]:
    for axis, group in groupby(lines, lambda line: line.measure.axis):
        yield axis, list(group)


def _block(plan: Plan, axis: Axis, lines: Sequence[Line]) -> Mapping[str, Any]:
    made = totals_of(plan, [money for line in lines for money in line.measure.money.all()])
    spent = total(line.balance for line in lines)
    return {
        "title": axis.title,
        "figures": written([None if made.is_unknown else made.all.total, *_voted(spent)]),
        "targets": sum((line.targets for line in lines), Targets()).text,
        "lines": [
            {
                "title": line.measure.title,
                "url": reverse("plans:measure", args=[line.measure.pk]),
                "status": line.status,
                "figures": written(line.amounts),
                "unset": len(line.made.left_out) if not line.made.is_unknown else 0,
                "targets": line.targets.text,
            }
            for line in lines
        ],
    }


def _voted(spent: Balance) -> list[Decimal | None]:
    return [spent.authorised, spent.committed, spent.paid, spent.left_to_commit]


def _targets(indicators: Iterable[Indicator]) -> Targets:
    found = Targets()
    for indicator in indicators:
        if indicator.target is None:
            continue
        last = max(indicator.readings.all(), key=lambda reading: reading.on, default=None)
        reached = last is not None and last.value >= indicator.target
        found += Targets(int(reached), int(last is not None), 1)
    return found
