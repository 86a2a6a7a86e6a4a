"""Reading a scenario: its ground, what it changes in a year, what it costs."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from maillage.diagnosis.professions import Profession
from maillage.diagnosis.reading import Diagnosis
from maillage.kit import clock
from maillage.lab.effects import effects, settled_year
from maillage.lab.ground import Ground, ground_of
from maillage.lab.models import Change, Scenario
from maillage.lab.simulating import Cost, Effect, added_by, cost_of, simulate, threshold_of
from maillage.science.demography.parameters import Parameter
from maillage.territories import places
from maillage.territories.keys import parse
from maillage.territories.models import Commune
from maillage.territories.places import Territory


def readings(scenarios: Iterable[Scenario]) -> list[Reading]:
    """Scenarios read together, each territory once; their changes are best prefetched."""
    rows = list(scenarios)
    known = {key: places.territory(parse(key)) for key in {row.territory for row in rows}}
    return [Reading(row, territory=known[row.territory]) for row in rows]


@dataclass(frozen=True)
class Reading:
    """A scenario read in a year: by default the first in which everything gives its full effect."""

    scenario: Scenario
    asked_year: int | None = None
    # Given by a list, which reads each territory once.
    territory: Territory | None = None

    @cached_property
    def diagnosis(self) -> Diagnosis:
        territory = self.territory or places.territory(parse(self.scenario.territory))
        return Diagnosis(territory, self.scenario.snapshot)

    @property
    def profession(self) -> Profession:
        return self.diagnosis.profession

    @cached_property
    def ground(self) -> Ground:
        return ground_of(self.diagnosis)

    @cached_property
    def changes(self) -> list[Change]:
        return list(self.scenario.changes.all())

    @cached_property
    def supposed(self) -> dict[str, Parameter]:
        return effects(self.scenario.assumptions)

    @property
    def years(self) -> range:
        """The years one may look at: from the first change to full effect."""
        first = min((change.starts_on.year for change in self.changes), default=clock.today().year)
        return range(first, max(first, self.settled) + 1)

    @property
    def settled(self) -> int:
        return settled_year(self.changes, self.supposed) or clock.today().year

    @property
    def year(self) -> int:
        if self.asked_year is not None and self.asked_year in self.years:
            return self.asked_year
        return self.settled

    @cached_property
    def effect(self) -> Effect:
        added = added_by(self.changes, self.supposed, self.ground, year=self.year)
        return simulate(self.ground, added, self.profession)

    @property
    def cost(self) -> Cost:
        return cost_of([(change.investment, change.yearly_cost) for change in self.changes])

    @property
    def threshold(self) -> float | None:
        return threshold_of(self.profession)

    @cached_property
    def names(self) -> dict[str, str]:
        """Names of the communes of the ground, places beyond the territory included."""
        codes = {*self.ground.code.tolist(), *self.ground.place.tolist()}
        key = self.diagnosis.territory.key
        inside = dict(Commune.objects.within(key.level, key.code).values_list("code", "name"))
        beyond = codes - inside.keys()
        # Most communes are of the territory: the others are few enough for one list.
        return inside | dict(Commune.objects.filter(code__in=beyond).values_list("code", "name"))
