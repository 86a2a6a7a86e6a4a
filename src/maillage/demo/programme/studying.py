"""What the mission officer has tried in the laboratory: results kept, and scenarios to compare."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any, Final

from maillage.demo.programme.calendar import Story
from maillage.demo.programme.cast import Team
from maillage.demo.programme.stage import Stage
from maillage.jobs.registry import KINDS
from maillage.kit import clock
from maillage.lab.actions import add_change, correct_change, draft_scenario, turn_into_scenario
from maillage.lab.effects import Kind
from maillage.lab.evaluating import ACCESS
from maillage.lab.forecasting import DEFAULT_HORIZON
from maillage.lab.models import Result, Scenario
from maillage.lab.siting import FRONT, SitingRequest
from maillage.science.demography.parameters import assumptions_for

PLACES: Final = 4
PROFESSION: Final = "mg"
INSTALLATION: Final = Decimal(36_000)
BOOTH_HOURS: Final = Decimal(20)
BOOTH, BOOTH_YEARLY = Decimal(28_000), Decimal(14_000)
SALARIED_YEARLY: Final = Decimal(95_000)


def study(stage: Stage) -> Story:
    """Look ahead, look for places, try three ways of spending on those found, and see what aids did."""
    team, day = stage.team, stage.calendar.day
    yield day(38, 10)
    _compute("lab_forecast", team, _forecast(team))
    yield day(31, 14)
    found = _compute("lab_site", team, _search(team, "shortfall"))
    _compute("lab_front", team, _search(team, FRONT))
    yield day(24, 11)
    _spend(team, found)
    yield day(6, 16)
    _compute("lab_evaluate", team, _evaluation())


def _spend(team: Team, found: Result) -> None:
    settled = turn_into_scenario(result=found, title="Quatre installations", by=team.officer)
    changes = list(settled.changes.all())
    for change in changes:
        correct_change(change=change, investment=INSTALLATION, yearly_cost=Decimal(0), by=team.officer)
    booths = _draft(team, settled, "Quatre cabines", "Et dans les mêmes communes, sans attendre de médecin ?")
    for change in changes:
        _add(
            team, booths, Kind.BOOTH, change.commune, BOOTH_HOURS, investment=BOOTH, yearly_cost=BOOTH_YEARLY
        )
    centre = _draft(team, settled, "Un centre de santé", "Et si quatre salariés étaient réunis ?")
    salaries = PLACES * SALARIED_YEARLY
    _add(team, centre, Kind.HEALTH_CENTRE, changes[0].commune, Decimal(PLACES), yearly_cost=salaries)


def _compute(kind: str, team: Team, request: dict[str, Any]) -> Result:
    """What the worker would do of a request, done at once."""
    work = KINDS[kind].work
    made: Any = work(_silent, authority=team.authority.pk, by=team.officer.pk, request=request)
    return Result.objects.get(pk=made["result"])


def _silent(done: float, what: str) -> None:
    """Nobody follows it."""


def _forecast(team: Team) -> dict[str, Any]:
    return {
        "territory": team.authority.territory,
        "profession": PROFESSION,
        "to": DEFAULT_HORIZON,
        "draws": 1000,
        "seed": 1,
        "backtest": True,
        "assumptions": assumptions_for(PROFESSION).as_document(),
    }


def _search(team: Team, model: str) -> dict[str, Any]:
    return SitingRequest(team.authority.territory, model, p=PLACES, minutes=15.0).as_document()


def _evaluation() -> dict[str, Any]:
    return {"scheme": "", "profession": PROFESSION, "outcome": ACCESS, "seed": 1}


def _draft(team: Team, like: Scenario, title: str, question: str) -> Scenario:
    return draft_scenario(
        authority=team.authority,
        title=title,
        snapshot=like.snapshot,
        territory=like.territory,
        question=question,
        by=team.officer,
    )


def _add(
    team: Team,
    scenario: Scenario,
    kind: Kind,
    commune: str,
    quantity: Decimal,
    *,
    yearly_cost: Decimal,
    investment: Decimal | None = None,
) -> None:
    """Something that opens next year; without investment, it is left to be costed."""
    add_change(
        scenario=scenario,
        kind=kind,
        commune=commune,
        quantity=quantity,
        starts_on=date(clock.today().year + 1, 1, 1),
        investment=investment,
        yearly_cost=yearly_cost,
        by=team.officer,
    )
