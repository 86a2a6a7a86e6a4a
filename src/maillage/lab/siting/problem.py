"""From a request to what a model is asked: candidates, times, gains, and the rules of their opening."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from maillage.diagnosis import estimate
from maillage.diagnosis.contributions import matrix_used
from maillage.diagnosis.frame import Floats
from maillage.diagnosis.reading import Diagnosis
from maillage.kit.console import Refused
from maillage.lab.effects import RULES, Kind
from maillage.lab.ground import Ground, ground_of, homes_of
from maillage.lab.simulating import threshold_of
from maillage.lab.siting.request import MOBILE, STANDARDISED, SitingRequest
from maillage.science.demography.parameters import Parameter
from maillage.science.siting import Choice, Limit, Options, limits_by_group, week
from maillage.science.siting import Ground as Scores
from maillage.science.travel import TravelTimes

FARTHEST: Final = 240.0
"""Minutes looked at by the models of distance: nobody is sent farther."""

MOST_BY_DISTANCE: Final = 5_000
"""Communes of the models of distance, which hold every pair."""

Numbers = NDArray[np.intp]


@dataclass(frozen=True, eq=False)
class Problem:
    """A request laid on the ground of its territory.

    :ivar ground: access of today, with that of the places kept for the models of access.
    :ivar code: communes that are candidates, in order, shape (candidates,).
    :ivar unit: home unit of each, the first of a commune in several, shape (candidates,).
    :ivar place: its place in the ground, shape (candidates,).
    """

    request: SitingRequest
    diagnosis: Diagnosis
    supposed: Mapping[str, Parameter]
    ground: Ground
    code: NDArray[np.str_]
    unit: Numbers
    place: Numbers

    @property
    def used(self) -> dict[str, Parameter]:
        """The assumptions that what is opened stands on, the others weighing nothing here."""
        names = {RULES[Kind(one.kind)].per_unit for one in self.request.opened}
        return {name: known for name, known in self.supposed.items() if name in names}

    @cached_property
    def supplies(self) -> list[float]:
        """Full-time practitioners of each thing to open."""
        return [one.practitioners(self.supposed) for one in self.request.opened]

    @cached_property
    def threshold(self) -> float | None:
        given = self.request.threshold
        return given if given is not None else threshold_of(self.diagnosis.profession)

    @property
    def people(self) -> Floats:
        """Who counts: inhabitants for access, the demand asked for coverage and distance; shape (homes,)."""
        standardised = self.request.demand == STANDARDISED and not self.request.seeks_access
        return self.ground.standardised if standardised else self.ground.population

    def whole(self, family: str) -> float | None:
        """What the objective is a share of: everyone, everyone under the threshold, or all that they lack."""
        ground, threshold = self.ground, self.threshold
        if family in ("mclp", "cmclp"):
            return float(self.people.sum())
        if family in ("shortfall", "lifted") and threshold is not None:
            lacking = np.maximum(threshold - ground.access, 0.0)
            return float(ground.population @ (lacking if family == "shortfall" else lacking > 0))
        return None

    @cached_property
    def options(self) -> Options:
        """What may open: everything at every candidate, or one to five days a week for a mobile practice."""
        everywhere = np.arange(len(self.code))
        if self.request.model == MOBILE:
            days = round(self.request.opened[0].quantity)
            return week(everywhere, days=days, supply_by_day=self.supplies[0] / days)
        costs = [one.cost or 0.0 for one in self.request.opened]
        return Options.everywhere(everywhere, list(zip(self.supplies, costs, strict=True)))

    @cached_property
    def kept(self) -> NDArray[np.bool_]:
        """Candidates where such a place is already open."""
        kept = np.isin(self.code, self.request.kept)
        if self.request.keeps_practices:
            kept |= np.isin(self.code, self.ground.place[self.ground.practitioners > 0])
        return kept

    @cached_property
    def choice(self) -> Choice:
        """The rules; for access the places kept are in the ground already, and nothing more opens there."""
        request, place = self.request, self.options.place
        excluded = np.isin(self.code, request.excluded) & ~self.kept
        kept = self.kept
        if request.seeks_access:
            excluded, kept = excluded | kept, np.zeros_like(kept)
        budget = request.opened[0].quantity if request.model == MOBILE else request.budget
        return Choice.of(
            len(place),
            p=request.p,
            costs=None if budget is None else self.options.cost,
            budget=budget,
            kept=np.flatnonzero(kept[place]),
            excluded=np.flatnonzero(excluded[place]),
            limits=self._limits(),
        )

    def require_rules(self) -> None:
        """Raises ScienceError on rules that contradict each other, or that leave nothing to seek."""
        if self.request.of.slug != "lscp":
            self.choice.require_an_end()

    def _limits(self) -> tuple[Limit, ...]:
        several = len(self.options.place) > len(self.code)
        limits = self.options.one_by_place() if several else ()
        if self.request.at_most_by_epci is not None:
            # Communes without an EPCI (four islands) are each their own.
            own = np.where(self.ground.epci == "", self.ground.code, self.ground.epci)[self.unit]
            limits += limits_by_group(own[self.options.place], self.request.at_most_by_epci)
        return limits

    @cached_property
    def times(self) -> TravelTimes:
        """Minutes from the homes to the candidates, within what the model looks at."""
        limit = self.request.minutes
        if not self.request.covers or limit is None:
            limit = FARTHEST
            self._require_room()
        whole, homes = self.diagnosis.whole, homes_of(self.diagnosis)
        pairs = estimate.travel_times(
            whole["commune"][homes],
            whole["lon"][homes],
            whole["lat"][homes],
            # A straight line within less than the terminal minute has no sense.
            limit_minutes=max(limit, estimate.TERMINAL_MINUTES),
            matrix=matrix_used(self.diagnosis),
        )
        square = csr_array((pairs.minutes, pairs.indices, pairs.indptr), shape=(pairs.origins, pairs.places))
        towards = square[:, self.unit]
        towards.sort_indices()
        return TravelTimes(
            towards.indptr, towards.indices, np.asarray(towards.data, dtype=np.float64), len(self.unit)
        )

    def _require_room(self) -> None:
        if len(self.ground.code) > MOST_BY_DISTANCE:
            raise Refused(
                f"{self.diagnosis.territory.name} a {len(self.ground.code)} communes et ce modèle compare "
                f"tous leurs trajets : choisissez-en {MOST_BY_DISTANCE} au plus, ou le modèle « mclp »."
            )

    @cached_property
    def scores(self) -> Scores:
        """Access of the homes and what each option adds to it."""
        towards = csr_array(self.ground.gain[:, self.place[self.options.place]])
        gains = csr_array(
            (towards.data * self.options.supply[towards.indices], towards.indices, towards.indptr),
            shape=towards.shape,
        )
        return Scores(self.people, self.ground.access, gains)

    @property
    def given(self) -> dict[str, Any]:
        """What the model asks, under the names it gives."""
        given: dict[str, Any] = {"choice": self.choice}
        if self.request.seeks_access:
            given["ground"] = self.scores
            if self.threshold is None and "threshold" in self.request.of.asks:
                raise Refused(
                    f"Aucun seuil officiel n'existe pour les {self.diagnosis.profession.label.lower()} : "
                    "donnez celui sous lequel l'accès manque."
                )
        else:
            given |= {"times": self.times, "demand": self.people}
        optional = {
            "radius": self.request.minutes,
            "threshold": self.threshold,
            "capacities": None
            if self.request.capacity is None
            else np.full(len(self.options.place), self.request.capacity),
        }
        return given | {name: value for name, value in optional.items() if value is not None}

    def opening(self, option: int) -> tuple[str, float, float | None]:
        """Kind, quantity and cost of an option; a stop has its days and their share of the weekly cost."""
        if self.request.model == MOBILE:
            (whole,), days = self.request.opened, float(self.options.cost[option])
            cost = None if whole.cost is None else whole.cost * days / whole.quantity
            return Kind.MOBILE, days, cost
        one = self.request.opened[option // len(self.code)]
        return one.kind, one.quantity, one.cost


def pose(request: SitingRequest, diagnosis: Diagnosis, supposed: Mapping[str, Parameter]) -> Problem:
    """The problem of a request, its rules checked.

    :raises Refused: a commune that is not of the territory.
    :raises ScienceError: rules that contradict each other, or more places than candidates.
    """
    ground = ground_of(diagnosis)
    code, unit = np.unique(ground.code, return_index=True)
    _require_known((*request.kept, *request.excluded), code, diagnosis)
    known, first = np.unique(ground.place, return_index=True)
    place = first[np.searchsorted(known, code)]
    problem = Problem(request, diagnosis, supposed, ground, code, unit, place)
    problem.require_rules()
    if not (request.seeks_access and request.kept):
        return problem
    there = np.zeros(len(ground.place))
    there[place[problem.kept]] = problem.supplies[0]
    return replace(problem, ground=replace(ground, access=ground.after(there)))


def _require_known(asked: tuple[str, ...], known: NDArray[np.str_], diagnosis: Diagnosis) -> None:
    unknown = sorted({*asked} - {*known.tolist()})
    if unknown:
        raise Refused(
            f"{', '.join(unknown)} : aucune commune de ce code dans {diagnosis.territory.name}, avec une "
            "estimation d'accès ; vérifiez le code officiel."
        )
