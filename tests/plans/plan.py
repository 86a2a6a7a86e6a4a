"""A small fictional plan, for the tests of the room."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from maillage.plans.actions import write_plan
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
from maillage.plans.models import Measure, Plan
from people import authority

BURSARIES = MeasureContent(
    key="bourses",
    title="Verser des bourses",
    status="running",
    owner_name="Service santé",
    seeds=("A-1",),
    money=(
        MoneyContent(
            label="Bourses",
            kind="new",
            section="operating",
            amount=Decimal("180000.00"),
            per="year",
            nature="6513",
        ),
        MoneyContent(label="Campus", kind="new", section="investment", amount=None, per="total"),
    ),
    milestones=(MilestoneContent(key="ouverture", label="Ouverture", due_on=date(2024, 6, 30)),),
    indicators=(
        IndicatorContent(
            key="versees",
            label="Bourses versées",
            unit="bourses",
            target=Decimal("30.00"),
            readings=(ReadingContent(on=date(2024, 1, 1), value=Decimal("12.00")),),
        ),
    ),
)
BOOTHS = MeasureContent(key="cabines", title="Installer des cabines", status="planned")
CONTENT = PlanContent(
    key="plan-sante",
    title="Plan santé",
    objective="Soigner partout.",
    status="running",
    first_year=2022,
    last_year=2028,
    announced_amount=Decimal("1000000.00"),
    announced_wording="près de 1 M€",
    seeds=("A-0",),
    decisions=(DecisionContent(key="vote", title="Adoption", taken_on=date(2022, 3, 7)),),
    partners=(PartnerContent(key="ordre", name="Ordre", part="Conseille."),),
    axes=(
        AxisContent(key="former", title="Former", measures=(BURSARIES,)),
        AxisContent(key="equiper", title="Équiper", is_priority=True, measures=(BOOTHS,)),
    ),
    remarks=(RemarkContent(code="G-1", text="Rien n'est dit du campus."),),
)


def written(content: PlanContent = CONTENT) -> Plan:
    plan, _ = write_plan(authority=authority(), content=content, by=None)
    return plan


def measure(key: str = "bourses") -> Measure:
    return Measure.objects.get(key=key)
