"""What a plan says, as plain values: what a plan file is read into, and what a stored plan is read back into.

Every attribute has the name of the column it is stored in. An amount that nobody has fixed is None.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import date
from decimal import Decimal
from typing import Any

Seeds = tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class DecisionContent:
    key: str
    title: str
    number: str = ""
    taken_on: date | None = None
    body: str = ""
    seeds: Seeds = ()


@dataclass(frozen=True, kw_only=True)
class PartnerContent:
    key: str
    name: str
    part: str = ""
    seeds: Seeds = ()


@dataclass(frozen=True, kw_only=True)
class RemarkContent:
    code: str
    text: str
    seeds: Seeds = ()


@dataclass(frozen=True, kw_only=True)
class MoneyContent:
    label: str
    kind: str
    is_high_estimate: bool = False
    section: str
    amount: Decimal | None = None
    per: str
    first_year: int | None = None
    last_year: int | None = None
    nature: str = ""
    function: str = ""
    seeds: Seeds = ()


@dataclass(frozen=True, kw_only=True)
class MilestoneContent:
    key: str
    label: str
    due_on: date | None = None
    reached_on: date | None = None
    seeds: Seeds = ()


@dataclass(frozen=True, kw_only=True)
class ReadingContent:
    on: date
    value: Decimal
    source: str = ""
    seeds: Seeds = ()


@dataclass(frozen=True, kw_only=True)
class IndicatorContent:
    key: str
    label: str
    unit: str = ""
    source: str = ""
    baseline: Decimal | None = None
    target: Decimal | None = None
    due_on: date | None = None
    seeds: Seeds = ()
    readings: tuple[ReadingContent, ...] = ()


@dataclass(frozen=True, kw_only=True)
class MeasureContent:
    key: str
    title: str
    description: str = ""
    status: str
    status_reason: str = ""
    owner_name: str = ""
    starts_on: date | None = None
    ends_on: date | None = None
    seeds: Seeds = ()
    money: tuple[MoneyContent, ...] = ()
    milestones: tuple[MilestoneContent, ...] = ()
    indicators: tuple[IndicatorContent, ...] = ()


@dataclass(frozen=True, kw_only=True)
class AxisContent:
    key: str
    title: str
    objective: str = ""
    is_priority: bool = False
    seeds: Seeds = ()
    measures: tuple[MeasureContent, ...] = ()


@dataclass(frozen=True, kw_only=True)
class PlanContent:
    key: str
    title: str
    objective: str = ""
    status: str
    first_year: int
    last_year: int
    adopted_on: date | None = None
    announced_amount: Decimal | None = None
    announced_wording: str = ""
    seeds: Seeds = ()
    decisions: tuple[DecisionContent, ...] = ()
    partners: tuple[PartnerContent, ...] = ()
    axes: tuple[AxisContent, ...] = ()
    remarks: tuple[RemarkContent, ...] = ()

    @property
    def measures(self) -> tuple[MeasureContent, ...]:
        """Every measure, axis after axis."""
        return tuple(measure for axis in self.axes for measure in axis.measures)

    @property
    def money(self) -> tuple[MoneyContent, ...]:
        """Every amount the plan states, measure after measure."""
        return tuple(line for measure in self.measures for line in measure.money)


_PARTS = frozenset(
    {"decisions", "partners", "axes", "remarks", "measures", "money", "milestones", "indicators", "readings"}
)


def columns(content: Any) -> dict[str, Any]:
    """The columns of one row: its own values, without its parts."""
    return {
        field.name: _stored(getattr(content, field.name))
        for field in fields(content)
        if field.name not in _PARTS
    }


def _stored(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value
