"""From a scenario to the plan: what was simulated becomes a measure, with its money."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from django.db import transaction

from maillage.accounts.journal import record
from maillage.accounts.models import User
from maillage.accounts.rights import Right, require
from maillage.kit.console import Refused
from maillage.kit.words import counted
from maillage.lab.models import Change, Scenario
from maillage.plans.actions import add_measure
from maillage.plans.content import MoneyContent
from maillage.plans.models import Axis, Measure, PlannedMoney
from maillage.territories.models import Commune


@transaction.atomic
def turn_into_measure(
    *, scenario: Scenario, axis: Axis, title: str, changes: Sequence[Change], by: User | None
) -> Measure:
    """Write changes of a scenario as one measure of a plan; a cost that is not known stays « à définir ».

    Raises Refused when the axis is of another authority, or when a change is already a measure.
    """
    require(by, Right.EDIT_PLAN, scenario.authority)
    if axis.plan.authority_id != scenario.authority_id:
        raise Refused("Cet axe est d'une autre collectivité : choisissez un axe de vos plans.")
    chosen = list(
        scenario.changes.select_for_update(of=("self",))
        .filter(pk__in=[change.pk for change in changes])
        .order_by("starts_on", "pk")
    )
    if not chosen:
        raise Refused("Choisissez au moins un changement du scénario.")
    already = sum(change.measure_id is not None for change in chosen)
    if already:
        raise Refused(f"{counted(already, 'changement')} déjà au plan : décochez-les.")
    names = dict(
        Commune.objects.filter(code__in={change.commune for change in chosen}).values_list("code", "name")
    )
    ends = [change.ends_on for change in chosen]
    measure = add_measure(
        axis=axis,
        title=title.strip() or scenario.title,
        description=_described(scenario, chosen, names),
        starts_on=chosen[0].starts_on,
        ends_on=max(end for end in ends if end) if all(ends) else None,
        money=[line for change in chosen for line in _money(change, names[change.commune], axis)],
        by=by,
    )
    scenario.changes.filter(pk__in=[change.pk for change in chosen]).update(measure=measure)
    sentence = f"Mesure tirée du scénario « {scenario} » : {measure}."
    record("turn_into_measure", sentence, by=by, authority=scenario.authority, about=scenario)
    return measure


def _described(scenario: Scenario, changes: list[Change], names: dict[str, str]) -> str:
    lines = [f"D'après le scénario « {scenario} »."]
    lines += [f"{change.get_kind_display()} à {names[change.commune]}." for change in changes]
    return "\n".join(lines)


def _money(change: Change, place: str, axis: Axis) -> Iterator[MoneyContent]:
    """What a change announces: its investment once, its running cost each year of the plan from its start.

    An amount left to be found is announced as such; zero is not announced.
    """
    label = f"{change.get_kind_display()}, {place}"
    first = change.starts_on.year
    if change.investment != 0:
        yield MoneyContent(
            label=label,
            kind=PlannedMoney.Kind.NEW,
            section=PlannedMoney.Section.INVESTMENT,
            amount=change.investment,
            per=PlannedMoney.Per.TOTAL,
            first_year=first,
            last_year=first,
        )
    if change.yearly_cost != 0:
        last = change.ends_on.year if change.ends_on else axis.plan.last_year
        yield MoneyContent(
            label=label,
            kind=PlannedMoney.Kind.NEW,
            section=PlannedMoney.Section.OPERATING,
            amount=change.yearly_cost,
            per=PlannedMoney.Per.YEAR,
            first_year=first,
            last_year=max(first, last),
        )
