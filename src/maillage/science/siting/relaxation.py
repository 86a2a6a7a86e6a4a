"""A bound without a solver: Lagrangian relaxation tightened by subgradients, then candidates ruled out by it.

Both families of this package (distance and saturated gains) become, once the constraints that tie origins to
places are priced by multipliers λ, the choice of the cheapest candidates::

    L(λ) = constant(λ) + min_{y allowed} Σ_j ρ_j(λ) y_j  ≤  optimum          for every λ

so that any λ gives a bound, and a good one bounds tightly (within 0.01 % on the p-median of a département).
Steps are those of Polyak (1969) in the metric of the demand, halved when the bound stalls (Held, Wolfe and
Crowder 1974, doi 10.1007/BF01580223). A candidate whose reduced cost lifts the bound above the best value
known cannot belong to a better choice: the exact program is left with the few others.
"""

from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np

from maillage.science.checks import BoolArray, FloatArray, IntArray
from maillage.science.siting.choice import Choice
from maillage.science.siting.effort import Watch
from maillage.science.siting.result import proven, relative_gap

STEPS = 1_500
"""Subgradient steps at most: past them the bound of a département no longer moves."""
PATIENCE = 20
"""Steps without progress before the step is halved."""
SMALLEST_STEP = 1e-4


class Relaxed(Protocol):
    """A minimisation whose linking constraints can be priced; maximisations come negated."""

    lower: FloatArray
    upper: FloatArray
    """Bounds of the multipliers, shape (constraints,)."""
    metric: FloatArray
    """Scale of each multiplier against the others, shape (constraints,)."""

    def priced(self, multipliers: FloatArray) -> tuple[float, FloatArray]:
        """constant(λ) and ρ(λ), shape (candidates,)."""
        ...

    def slope(self, multipliers: FloatArray, shares: FloatArray) -> FloatArray:
        """Supergradient of L at λ, where candidate j is open for ``shares[j]``."""
        ...

    def value(self, opened: BoolArray) -> float:
        """Worth of a choice, to be minimised."""
        ...


@dataclass(frozen=True, eq=False)
class Cheapest:
    """Solution of min Σ ρ_j y_j over (a relaxation of) the allowed choices.

    :ivar penalties: the minimum rises by at least this when candidate j must open, shape (candidates,).
    """

    value: float
    shares: FloatArray
    penalties: FloatArray


@dataclass(frozen=True, eq=False)
class Tightened:
    """Best bound found, and best choice met on the way.

    :ivar penalties: ``bound + penalties[j]`` bounds every choice that opens candidate j.
    :ivar multipliers: those of the bound.
    """

    bound: float
    multipliers: FloatArray
    penalties: FloatArray
    opened: BoolArray
    value: float

    @property
    def gap(self) -> float:
        gap = relative_gap(self.value, self.bound)
        return 0.0 if gap is None else gap

    def done(self, watch: Watch) -> bool:
        return proven(self.value, self.bound) or self.gap <= watch.gap

    def improved(self, relaxed: Relaxed, opened: BoolArray) -> "Tightened":
        """The same bound with that choice when it is better."""
        value = relaxed.value(opened)
        return replace(self, opened=opened, value=value) if value < self.value else self

    def bounded(self, bound: float) -> "Tightened":
        return replace(self, bound=bound)

    def hopeless(self) -> BoolArray:
        """Candidates that no choice better than the best known can open."""
        margin = 1e-9 * max(1.0, abs(self.value))
        return (self.bound + self.penalties >= self.value - margin) & ~self.opened


def tighten(
    relaxed: Relaxed, choice: Choice, multipliers: FloatArray, opened: BoolArray, watch: Watch
) -> Tightened:
    """Raises the bound from ``multipliers``, and improves on the allowed choice ``opened`` when it can."""
    value = relaxed.value(opened)
    best = Tightened(-np.inf, multipliers, np.zeros(choice.candidates), opened, value)
    current, step, waited = multipliers, 1.0, 0
    for _ in range(STEPS):
        constant, reduced = relaxed.priced(current)
        cheapest = cheapest_choice(choice, reduced)
        bound = constant + cheapest.value
        if bound > best.bound + 1e-7 * abs(best.value):
            best = Tightened(bound, current, cheapest.penalties, best.opened, best.value)
            met, waited = cheapest.shares >= 1, 0
            if choice.counted_only or choice.allows(met):
                best = best.improved(relaxed, met)
        else:
            waited += 1
        if waited == PATIENCE:
            current, step, waited = best.multipliers, step / 2, 0
            constant, reduced = relaxed.priced(current)
            cheapest = cheapest_choice(choice, reduced)
            bound = constant + cheapest.value
        slope = relaxed.slope(current, cheapest.shares)
        length = float(slope @ (slope * relaxed.metric))
        if length == 0 or step < SMALLEST_STEP or best.done(watch) or watch.expired():
            break
        move = step * max(best.value - bound, 1e-12) / length
        current = np.clip(current + move * slope * relaxed.metric, relaxed.lower, relaxed.upper)
    return best


def cheapest_choice(choice: Choice, reduced: FloatArray) -> Cheapest:
    """The cheapest of the choices that respect number and quotas, or budget, whichever binds most.

    Rules left out of it are left to the exact program: dropping one can only lower the minimum, so that it
    stays a bound.
    """
    by_count = _by_count(choice, reduced)
    if choice.budget is None:
        return by_count
    by_budget = _by_budget(choice, reduced, choice.budget)
    return max(by_count, by_budget, key=lambda cheapest: cheapest.value)


def _by_count(choice: Choice, reduced: FloatArray) -> Cheapest:
    """The cheapest candidates, as many as each group then the whole may have.

    Number and disjoint quotas make a matroid, where taking the cheapest first is exact and where opening j
    closes the dearest of the smallest full group that holds j (Edmonds 1971, doi 10.1007/BF01584082).
    """
    most = choice.most()
    group, caps = choice.groups
    chosen = _cheapest_of_groups(np.flatnonzero(choice.free & (reduced < 0)), reduced, group, caps)
    price = np.zeros(choice.candidates)
    if len(chosen) > most:
        chosen = chosen[np.argpartition(reduced[chosen], most - 1)[:most]]
    if len(chosen) == most:
        price[:] = reduced[chosen].max(initial=-np.inf)
    grouped = chosen[group[chosen] >= 0]
    full = np.flatnonzero(np.bincount(group[grouped], minlength=len(caps)) == caps)
    dearest = np.full(len(caps) + 1, -np.inf)
    np.maximum.at(dearest, group[grouped], reduced[grouped])
    inside = np.isin(group, full)
    price[inside] = dearest[group[inside]]
    shares = choice.kept.astype(np.float64)
    shares[chosen] = 1.0
    penalties = np.where(choice.free, np.maximum(reduced - price, 0.0), 0.0)
    return Cheapest(float(reduced @ shares), shares, penalties)


def _cheapest_of_groups(
    candidates: IntArray, reduced: FloatArray, group: IntArray, caps: IntArray
) -> IntArray:
    """Of these candidates, the cheapest of each group, as many as its cap; those of no group all stay."""
    if not len(caps):
        return candidates
    ordered = candidates[np.lexsort((reduced[candidates], group[candidates]))]
    groups = group[ordered]
    rank = np.arange(len(ordered)) - np.searchsorted(groups, groups)
    return ordered[(groups < 0) | (rank < caps[groups])]


def _by_budget(choice: Choice, reduced: FloatArray, budget: float) -> Cheapest:
    """Fractional knapsack: best worth by euro first, the last one in part (Dantzig 1957)."""
    candidates = np.flatnonzero(choice.free & (reduced < 0))
    costs = np.maximum(choice.costs[candidates], 1e-300)
    candidates = candidates[np.argsort(reduced[candidates] / costs, kind="stable")]
    costs = choice.costs[candidates]
    before = np.cumsum(costs) - costs
    parts = np.clip(np.divide(budget - before, costs, out=np.ones_like(costs), where=costs > 0), 0.0, 1.0)
    shares = choice.kept.astype(np.float64)
    shares[candidates] = parts
    partial = np.flatnonzero(parts < 1)
    price = 0.0
    if len(partial):
        first = candidates[partial[0]]
        price = float(reduced[first] / choice.costs[first])
    penalties = np.where(choice.free, np.maximum(reduced - price * choice.costs, 0.0), 0.0)
    return Cheapest(float(reduced @ shares), shares, penalties)
