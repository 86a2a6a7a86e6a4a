"""From a search for places to a scenario, so that it is costed, compared and written to the plan."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from django.db import transaction

from maillage.accounts.models import User
from maillage.accounts.rights import Right, require
from maillage.kit import clock
from maillage.kit.console import Refused
from maillage.kit.text import number
from maillage.lab.actions.scenarios import add_change, draft_scenario, suppose
from maillage.lab.models import Result, Scenario


@transaction.atomic
def turn_into_scenario(*, result: Result, title: str, by: User | None) -> Scenario:
    """Open a scenario with one change for each place found, from the first day of next year.

    What a place was said to cost is noted: whether it is invested once or paid each year was not asked.
    Raises Refused when the result holds no place.
    """
    require(by, Right.RUN_LAB, result.authority)
    places = result.outcome.get("places") if result.kind == Result.Kind.SITING else None
    if not places or result.snapshot is None:
        raise Refused("Ce résultat ne propose aucun lieu : il n'y a pas de scénario à en faire.")
    scenario = draft_scenario(
        authority=result.authority,
        title=title,
        snapshot=result.snapshot,
        territory=result.territory,
        question=result.outcome["sentence"],
        by=by,
    )
    if result.request["supposed"]:
        scenario = suppose(scenario=scenario, values=result.request["supposed"], by=by)
    for place in places:
        add_change(
            scenario=scenario,
            kind=place["kind"],
            commune=place["code"],
            quantity=Decimal(str(place["quantity"])).quantize(Decimal("0.01")),
            starts_on=date(clock.today().year + 1, 1, 1),
            note=""
            if place["cost"] is None
            else f"coût retenu dans la recherche : {number(place['cost'])} €",
            by=by,
        )
    return scenario
