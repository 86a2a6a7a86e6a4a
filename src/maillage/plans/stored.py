"""A stored plan read back as content: what its file would say today."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import fields
from typing import Any, TypeVar

from django.db.models import Model, Prefetch

from maillage.plans.content import (
    AxisContent,
    DecisionContent,
    IndicatorContent,
    MeasureContent,
    MilestoneContent,
    MoneyContent,
    PartnerContent,
    PlanContent,
    ReadingContent,
    RemarkContent,
)
from maillage.plans.models import Axis, Indicator, Measure, Milestone, Partner, Plan, PlannedMoney, Reading

T = TypeVar("T")


def content_of(plan: Plan) -> PlanContent:
    """The whole plan, in the order of its file. Ten queries, whatever its size."""
    axes = (
        Axis.objects.filter(plan=plan)
        .order_by("position", "pk")
        .prefetch_related(
            Prefetch("measures", Measure.objects.order_by("position", "pk")),
            Prefetch("measures__money", PlannedMoney.objects.order_by("pk")),
            Prefetch("measures__milestones", Milestone.objects.order_by("pk")),
            Prefetch("measures__indicators", Indicator.objects.order_by("pk")),
            Prefetch("measures__indicators__readings", Reading.objects.order_by("on")),
        )
    )
    return _content(
        PlanContent,
        plan,
        decisions=_contents(DecisionContent, plan.decisions.order_by("pk")),
        partners=_contents(PartnerContent, Partner.objects.filter(plan=plan).order_by("pk")),
        axes=tuple(_axis(axis) for axis in axes),
        remarks=_contents(RemarkContent, plan.remarks.order_by("pk")),
    )


def _axis(axis: Axis) -> AxisContent:
    return _content(AxisContent, axis, measures=tuple(_measure(measure) for measure in axis.measures.all()))


def _measure(measure: Measure) -> MeasureContent:
    return _content(
        MeasureContent,
        measure,
        money=_contents(MoneyContent, measure.money.all()),
        milestones=_contents(MilestoneContent, measure.milestones.all()),
        indicators=tuple(_indicator(indicator) for indicator in measure.indicators.all()),
    )


def _indicator(indicator: Indicator) -> IndicatorContent:
    return _content(IndicatorContent, indicator, readings=_contents(ReadingContent, indicator.readings.all()))


def _contents(kind: type[T], rows: Iterable[Model]) -> tuple[T, ...]:
    return tuple(_content(kind, row) for row in rows)


def _content(kind: type[T], row: Model, **parts: Any) -> T:
    """The content of one row: the columns it names, and the parts given."""
    names = [field.name for field in fields(kind) if field.name not in parts]  # type: ignore[arg-type]
    values = {name: getattr(row, name) for name in names}
    values["seeds"] = tuple(values["seeds"])
    return kind(**values, **parts)
