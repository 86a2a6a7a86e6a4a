"""What helps without being paid: loan guarantees and tax exemptions, once they are granted."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Final

from maillage.committees.models import Decision
from maillage.demo.programme.cases import Case
from maillage.demo.programme.cast import Team
from maillage.demo.programme.plan import Years
from maillage.demo.programme.stage import Stage
from maillage.kit import clock
from maillage.offbudget.actions import (
    grant_guarantee,
    propose_guarantee,
    record_exemption,
    record_guarantee_year,
)

GUARANTEE: Final = "garantie-emprunt"
EXEMPTION: Final = "taxe-amenagement"
SCHEMES: Final = (GUARANTEE, EXEMPTION)
# Flat value of a square metre and rate of the tax, invented.
VALUE_PER_M2, RATE = Decimal(900), Decimal("1.3")


def measure(team: Team, today: date) -> None:
    """The figures of each year that the ratios of the guarantees are measured against."""
    years = Years.around(today)
    for year in range(years.first, years.last + 1):
        record_guarantee_year(
            authority=team.authority,
            year=year,
            operating_revenue=Decimal(268_000_000 + 3_000_000 * (year - years.first)),
            own_debt_annuity=Decimal(21_400_000),
            other_guaranteed_annuities=Decimal(3_150_000),
            by=team.finance,
        )


def keep(stage: Stage, case: Case, decision: Decision) -> None:
    """Enter what was granted in its register."""
    if case.scheme == GUARANTEE:
        _guarantee(stage, case, decision)
    else:
        _exempt(stage, case, decision)


def _guarantee(stage: Stage, case: Case, decision: Decision) -> None:
    guarantee = propose_guarantee(
        authority=stage.team.authority,
        application=decision.application,
        debtor=str(decision.application.recipient),
        lender="Caisse de crédit de la Sarelle",
        purpose="Installation du cabinet",
        principal=Decimal(case.answers["loan_amount"]),
        rate=Decimal("3.450"),
        years=12,
        share=Decimal("0.5"),
        starts_on=clock.today(),
        by=stage.team.case_officers[0],
    )
    grant_guarantee(guarantee=guarantee, decision=decision.number, by=stage.team.officer)


def _exempt(stage: Stage, case: Case, decision: Decision) -> None:
    tax = Decimal(case.answers["estimated_tax"])
    record_exemption(
        authority=stage.team.authority,
        project=str(decision.application.recipient),
        commune=decision.application.commune,
        permit_number=f"PC 000 {decision.pk:05d}",
        permit_on=clock.today(),
        taxable_area=(tax / VALUE_PER_M2 / RATE * 100).quantize(Decimal("0.01")),
        value_per_m2=VALUE_PER_M2,
        tax_rate=RATE,
        decision=decision.number,
        effective_on=clock.today(),
        by=stage.team.officer,
    )
