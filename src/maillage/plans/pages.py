"""What the pages of a plan show, as plain values. No query per row."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Count, Q

from maillage.accounts.models import Authority, Event, User
from maillage.kit import clock
from maillage.kit.exports import Cell
from maillage.kit.words import counted
from maillage.plans.models import Axis, Indicator, Measure, MeasureQuerySet, Milestone, Plan, PlannedMoney
from maillage.plans.totals import Totals, by_year, comparison, millions, planned, totals
from maillage.rules.money import decimal_text, euros

TONES = {
    Measure.Status.RUNNING: "state-good",
    Measure.Status.DONE: "state-good",
    Measure.Status.SUSPENDED: "state-wait",
    Measure.Status.NOT_REPORTED: "state-wait",
    Measure.Status.ABANDONED: "state-bad",
    Measure.Status.WITHDRAWN: "state-bad",
}
# How states are counted in a sentence: singular, plural.
_COUNTED = {
    Measure.Status.RUNNING: ("en cours", "en cours"),
    Measure.Status.DONE: ("réalisée", "réalisées"),
    Measure.Status.PLANNED: ("prévue", "prévues"),
    Measure.Status.SUSPENDED: ("suspendue", "suspendues"),
    Measure.Status.NOT_REPORTED: ("sans nouvelles", "sans nouvelles"),
    Measure.Status.ABANDONED: ("abandonnée", "abandonnées"),
    Measure.Status.WITHDRAWN: ("retirée du plan", "retirées du plan"),
}
HISTORY = 20
# An announcement shorter than this is a figure by itself.
_SHORT = 20


def plans_of(authority: Authority, user: User) -> list[dict[str, Any]]:
    """The plans of the authority, each with what its list says of it."""
    counted_measures = Count("axes__measures", distinct=True)
    running = Count("axes__measures", filter=Q(axes__measures__status=Measure.Status.RUNNING), distinct=True)
    found = (
        Plan.objects.visible_to(user)
        .filter(authority=authority)
        .annotate(measure_count=counted_measures, running_count=running)
        .order_by("-first_year", "title", "pk")
    )
    return [
        {
            "pk": plan.pk,
            "title": plan.title,
            "years": f"{plan.first_year}-{plan.last_year}",
            "status": plan.get_status_display(),
            "measures": plan.measure_count,
            "running": plan.running_count,
            "announced": plan.announced_wording or "rien d'annoncé",
        }
        for plan in found
    ]


def measures_of(plan: Plan) -> MeasureQuerySet:
    """The measures of a plan in its order, with all that a list says of them."""
    return (
        Measure.objects.filter(axis__plan=plan)
        .select_related("axis", "owner")
        .prefetch_related("money", "milestones", "indicators__readings")
        .order_by("axis__position", "axis", "position", "pk")
    )


@dataclass(frozen=True)
class MeasureLine:
    """One measure in the tree of its plan."""

    pk: int
    title: str
    status: str
    tone: str
    owner: str
    new: str
    base: str
    left_out: int
    is_high_estimate: bool
    late: tuple[str, ...]
    targets: tuple[str, ...]


@dataclass(frozen=True)
class AxisBlock:
    """An axis with those of its measures that are shown."""

    number: int
    title: str
    is_priority: bool
    objective: str
    lines: tuple[MeasureLine, ...]


def plan_page(plan: Plan, shown: Iterable[Measure]) -> dict[str, Any]:
    """The plan at a glance: its sentence, its figures, the tree of the measures shown."""
    every = list(measures_of(plan))
    made = totals_of(plan, [line for measure in every for line in measure.money.all()])
    late = [milestone for measure in every for milestone in late_milestones(measure)]
    return {
        "sentence": _state_sentence(every),
        "late_sentence": f"{counted(len(late), 'jalon')} en retard."
        if late
        else "Aucun jalon n'est en retard.",
        "money_sentence": comparison(made, plan.announced_wording),
        "left_out": made.left_out_sentence,
        "figures": figures_of(made, plan),
        "axes": _blocks(plan, shown),
        "decisions": list(plan.decisions.all()),
        "partners": list(plan.partners.all()),
        "remarks": list(plan.remarks.all()),
        "versions": list(plan.versions.select_related("loaded_by").defer("source")),
    }


def totals_of(plan: Plan, money: Iterable[PlannedMoney]) -> Totals:
    """The totals of some lines of a plan over its period."""
    return totals(money, first_year=plan.first_year, last_year=plan.last_year)


def figures_of(made: Totals, plan: Plan) -> list[dict[str, str]]:
    """The key figures of the money of a plan; none when it fixes no amount."""
    if made.is_unknown:
        return []
    period = f"sur {plan.first_year}-{plan.last_year}"
    found = []
    if made.new.per_year:
        note = ""
        if made.high_estimate.per_year:
            note = f"dont {euros(made.high_estimate.per_year)} d'estimation haute"
        found.append(_figure(millions(made.new.per_year), "par an de moyens nouveaux", note))
    if made.base.per_year:
        found.append(_figure(millions(made.all.per_year), "par an avec l'existant", ""))
    beside = f"{millions(made.all.total)} avec l'existant" if made.base.total else ""
    found.append(_figure(millions(made.new.total), f"de moyens nouveaux {period}", beside))
    if plan.announced_amount is not None or plan.announced_wording:
        found.append(_announced(plan))
    return found


def _announced(plan: Plan) -> dict[str, str]:
    """What was announced, in its own words when they fit a figure: « près de 10 M€ »."""
    if plan.announced_amount is None or len(plan.announced_wording) in range(1, _SHORT):
        return _figure(plan.announced_wording, "annoncés", "")
    return _figure(millions(plan.announced_amount), "annoncés", plan.announced_wording)


def _figure(value: str, label: str, note: str) -> dict[str, str]:
    return {"value": value, "label": label, "note": note}


def late_milestones(measure: Measure) -> list[Milestone]:
    """Milestones due before today and not reached, of a measure that goes on."""
    if measure.status in Measure.OVER:
        return []
    today = clock.today()
    return [
        milestone
        for milestone in measure.milestones.all()
        if milestone.due_on is not None and milestone.due_on < today and milestone.reached_on is None
    ]


def measure_page(measure: Measure) -> dict[str, Any]:
    """One measure: its state, its money, its milestones, its indicators, what was done about it."""
    plan = measure.axis.plan
    money = list(measure.money.all())
    made = totals_of(plan, money)
    years = by_year(money, first_year=plan.first_year, last_year=plan.last_year)
    late = {milestone.pk for milestone in late_milestones(measure)}
    return {
        "tone": TONES.get(Measure.Status(measure.status), ""),
        "owner": owner_of(measure),
        "money": [_money(line) for line in money],
        "money_sentence": comparison(made, "") if money else "",
        "left_out": made.left_out_sentence,
        "years": [(year, euros(amount)) for year, amount in years.items()] if any(years.values()) else [],
        "milestones": [
            {
                "row": milestone,
                "due": milestone.due_on,
                "reached": milestone.reached_on,
                "state": _milestone_state(milestone, late),
            }
            for milestone in measure.milestones.all()
        ],
        "indicators": [_indicator(indicator) for indicator in measure.indicators.all()],
        "history": list(
            Event.objects.filter(object_kind=measure._meta.label_lower, object_id=str(measure.pk))
            .select_related("actor")
            .order_by("-at", "-pk")[:HISTORY]
        ),
    }


def owner_of(measure: Measure) -> str:
    return str(measure.owner) if measure.owner else measure.owner_name


EXPORT_COLUMNS = (
    "axe",
    "mesure",
    "état",
    "explication",
    "responsable",
    "moyens nouveaux par an (€)",
    "moyens existants par an (€)",
    "moyens nouveaux sur la période (€)",
    "moyens existants sur la période (€)",
    "montants à définir",
    "jalons en retard",
    "références",
)


def export_rows(plan: Plan, measures: Iterable[Measure]) -> list[Sequence[Cell]]:
    """One row per measure shown; an amount nobody has fixed leaves its cell empty."""
    return [_export_row(plan, measure) for measure in measures]


def _export_row(plan: Plan, measure: Measure) -> Sequence[Cell]:
    made = totals_of(plan, measure.money.all())
    amounts = [made.new.per_year, made.base.per_year, made.new.total, made.base.total]
    cells: list[Cell] = [None if made.is_unknown else float(amount) for amount in amounts]
    return [
        measure.axis.title,
        measure.title,
        measure.get_status_display(),
        measure.status_reason,
        owner_of(measure),
        *cells,
        len(made.left_out),
        len(late_milestones(measure)),
        ", ".join(measure.seeds),
    ]


def _state_sentence(measures: Sequence[Measure]) -> str:
    """« 18 mesures : 12 en cours, 4 prévues, 2 réalisées. »"""
    if not measures:
        return "Ce plan n'a pas encore de mesure."
    states = Counter(Measure.Status(measure.status) for measure in measures)
    said = [counted(states[status], *nouns) for status, nouns in _COUNTED.items() if states[status]]
    return f"{counted(len(measures), 'mesure')} : {', '.join(said)}."


def _blocks(plan: Plan, shown: Iterable[Measure]) -> list[AxisBlock]:
    by_axis: dict[int, list[Measure]] = {}
    for measure in shown:
        by_axis.setdefault(measure.axis_id, []).append(measure)
    axes = Axis.objects.filter(plan=plan).order_by("position", "pk")
    return [
        AxisBlock(
            number=rank,
            title=axis.title,
            is_priority=axis.is_priority,
            objective=axis.objective,
            lines=tuple(_line(plan, measure) for measure in by_axis[axis.pk]),
        )
        for rank, axis in enumerate(axes, start=1)
        if axis.pk in by_axis
    ]


def _line(plan: Plan, measure: Measure) -> MeasureLine:
    money = list(measure.money.all())
    made = totals_of(plan, money)
    return MeasureLine(
        pk=measure.pk,
        title=measure.title,
        status=measure.get_status_display(),
        tone=TONES.get(Measure.Status(measure.status), ""),
        owner=owner_of(measure),
        new=_amount(made, money, "new"),
        base=_amount(made, money, "base"),
        left_out=len(made.left_out),
        is_high_estimate=any(line.is_high_estimate for line in money),
        late=tuple(f"{milestone} ({milestone.due_on:%d/%m/%Y})" for milestone in late_milestones(measure)),
        targets=tuple(filter(None, map(_progress, measure.indicators.all()))),
    )


def _amount(made: Totals, money: Sequence[PlannedMoney], kind: str) -> str:
    """« 75 000 € par an » for one kind; « à définir » when no line is fixed, empty without a line."""
    lines = [line for line in money if line.kind == kind]
    if not lines:
        return ""
    if all(line.amount is None for line in lines):
        return planned(None)
    made_kind = made.new if kind == PlannedMoney.Kind.NEW else made.base
    per_year, once = made_kind.per_year, _once(lines)
    said = [f"{euros(per_year)} par an"] if per_year else []
    return " et ".join([*said, f"{euros(once)} au total"] if once else said)


def _once(lines: Iterable[PlannedMoney]) -> Decimal:
    amounts = (line.amount for line in lines if line.per == PlannedMoney.Per.TOTAL)
    return sum((amount for amount in amounts if amount is not None), Decimal(0))


def _money(line: PlannedMoney) -> dict[str, Any]:
    years = f"{line.first_year}-{line.last_year}" if line.first_year and line.last_year else ""
    return {
        "label": line.label,
        "kind": line.get_kind_display() + (", estimation haute" if line.is_high_estimate else ""),
        "section": line.get_section_display(),
        "amount": planned(line.amount),
        "per": line.get_per_display(),
        "years": years,
        "m57": " / ".join(filter(None, (line.nature, line.function))),
    }


def _milestone_state(milestone: Milestone, late: set[int]) -> tuple[str, str]:
    """The state of a milestone in words, and its tone."""
    if milestone.reached_on is not None:
        return "Atteint", "state-good"
    if milestone.pk in late:
        return "En retard", "state-bad"
    if milestone.measure.status in Measure.OVER:
        return "Non atteint", ""
    return ("À venir", "") if milestone.due_on else ("Sans date", "")


def _indicator(indicator: Indicator) -> dict[str, Any]:
    readings = sorted(indicator.readings.all(), key=lambda reading: reading.on, reverse=True)
    return {
        "label": indicator.label,
        "unit": indicator.unit,
        "source": indicator.source,
        "baseline": _value(indicator.baseline),
        "target": _value(indicator.target),
        "due": indicator.due_on,
        "last": _value(readings[0].value) if readings else "",
        "last_on": readings[0].on if readings else None,
        "state": _target_state(indicator, readings[0].value if readings else None),
        "readings": [
            {"on": reading.on, "value": _value(reading.value), "source": reading.source}
            for reading in readings
        ],
    }


def _target_state(indicator: Indicator, value: Decimal | None) -> tuple[str, str]:
    if indicator.target is None:
        return "Sans cible", ""
    if value is None:
        return "Pas de relevé", "state-wait"
    return ("Cible atteinte", "state-good") if value >= indicator.target else ("Sous la cible", "state-wait")


def _progress(indicator: Indicator) -> str:
    """« Cabines en activité : 9 sur 10 »; empty without a target."""
    if indicator.target is None:
        return ""
    readings = sorted(indicator.readings.all(), key=lambda reading: reading.on)
    last = _value(readings[-1].value) if readings else "pas de relevé"
    return f"{indicator.label} : {last} sur {_value(indicator.target)}"


def _value(value: Decimal | None) -> str:
    return "" if value is None else decimal_text(value)
