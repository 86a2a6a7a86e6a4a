"""The goal that saturates: what each origin receives counts, up to what it can use.

::

    F(y) = Σ_i w_i min(c_i, Σ_j G_ij y_j)            w weights, c caps, G ≥ 0 what candidate j gives to i

Covered population (G = 1 within the radius, c = 1) and shortfall of access removed (G = w_ij s / D_j, c =
what lacks to the threshold) are the same function. It is monotone and submodular in the open places:

- taking each time the place that adds most reaches at least 1 − 1/e of the optimum (Nemhauser, Wolsey and
  Fisher 1978, doi 10.1007/BF01588971), in milliseconds since gains only fall (lazy: Minoux 1978);
- its relaxation bounds the optimum: with 0 ≤ π_i ≤ w_i, F ≤ Σ_i c_i (w_i − π_i) + best Σ_j y_j Σ_i π_i G_ij;
- the exact program, max Σ w_i x_i, x_i ≤ c_i, x_i ≤ Σ_j G_ij y_j, is given what the bound has not ruled out.
"""

from dataclasses import dataclass
from functools import cached_property
from heapq import heapify, heappop, heappush

import numpy as np
import numpy.typing as npt
from scipy.sparse import csc_array, csr_array, eye_array, vstack

from maillage.science.checks import BoolArray, FloatArray, IntArray, ScienceError, nonnegative
from maillage.science.siting.choice import Choice
from maillage.science.siting.effort import Watch
from maillage.science.siting.relaxation import Tightened, tighten
from maillage.science.siting.result import Siting, status_of
from maillage.science.siting.solver import Program, solve, stacked
from maillage.science.siting.totals import total_by


@dataclass(frozen=True, eq=False)
class Goal:
    """F(y) above, to be maximised; made by :meth:`of`.

    :ivar weights: w, shape (origins,).
    :ivar caps: c, shape (origins,).
    :ivar gains: G, sparse, shape (origins, candidates).
    """

    weights: FloatArray
    caps: FloatArray
    gains: csr_array

    @classmethod
    def of(cls, weights: npt.ArrayLike, caps: npt.ArrayLike, gains: csr_array) -> "Goal":
        """Origins that weigh nothing or lack nothing are left out: nothing can be gained there."""
        origins = gains.shape[0]
        weight = nonnegative(weights, origins, "le poids des origines")
        cap = nonnegative(caps, origins, "ce que les origines peuvent recevoir")
        useful = (weight > 0) & (cap > 0) & (np.diff(gains.indptr) > 0)
        return cls(weight[useful], cap[useful], gains[np.flatnonzero(useful)])

    @property
    def candidates(self) -> int:
        return int(self.gains.shape[1])

    def value(self, opened: BoolArray) -> float:
        return float(self.weights @ np.minimum(self.caps, self.gains @ opened.astype(np.float64)))

    def grouped(self) -> "Goal":
        """The same function with origins that receive alike merged, their weights added."""
        mark = np.random.default_rng(0).random(self.candidates)
        keys = np.column_stack((self.gains @ mark, self.caps, np.diff(self.gains.indptr)))
        _, first, group = np.unique(keys, axis=0, return_index=True, return_inverse=True)
        weights = total_by(group.ravel(), self.weights, len(first))
        return Goal(weights, self.caps[first], self.gains[first])

    def scaled(self, factor: float) -> "Goal":
        return Goal(self.weights * factor, self.caps, self.gains)

    def plus(self, other: "Goal") -> "Goal":
        """The goal whose value is the sum of both."""
        return Goal(
            np.concatenate((self.weights, other.weights)),
            np.concatenate((self.caps, other.caps)),
            csr_array(vstack((self.gains, other.gains))),
        )

    @cached_property
    def columns(self) -> csc_array:
        return self.gains.tocsc()

    def marginal(self, received: FloatArray) -> FloatArray:
        """What each candidate would add when origins already receive ``received``, shape (candidates,)."""
        columns = self.columns
        room = np.maximum(self.caps - received, 0.0)
        added = self.weights[columns.indices] * np.minimum(columns.data, room[columns.indices])
        sums = np.concatenate(([0.0], np.cumsum(added)))
        return np.diff(sums[columns.indptr])


def greedy(goal: Goal, choice: Choice, watch: Watch, *, by_cost: bool = False) -> BoolArray:
    """Opens, as long as a rule allows it, the candidate that adds most (by unit of cost if ``by_cost``)."""
    opened = choice.kept.copy()
    room = np.maximum(goal.caps - goal.gains @ opened.astype(np.float64), 0.0)
    columns = goal.columns
    price = np.where(choice.costs > 0, choice.costs, 1e-12) if by_cost else np.ones(goal.candidates)
    worth = goal.marginal(goal.caps - room) / price
    addable = choice.addable(opened)
    heap = [(-worth[place], int(place)) for place in np.flatnonzero(addable & (worth > 0))]
    heapify(heap)
    while heap and not watch.expired():
        _, place = heappop(heap)
        if not addable[place]:
            continue
        entries = slice(columns.indptr[place], columns.indptr[place + 1])
        origins, given = columns.indices[entries], columns.data[entries]
        fresh = float(goal.weights[origins] @ np.minimum(given, room[origins])) / price[place]
        if fresh <= 0:
            continue
        if heap and fresh < -heap[0][0]:
            heappush(heap, (-fresh, place))
            continue
        opened[place] = True
        room[origins] = np.maximum(room[origins] - given, 0.0)
        addable = choice.addable(opened)
    return opened


class _RelaxedGoal:
    """−F, its constraints x_i ≤ Σ_j G_ij y_j priced by π."""

    def __init__(self, goal: Goal) -> None:
        self.goal = goal
        self.lower = np.zeros(len(goal.weights))
        self.upper = goal.weights
        self.metric = goal.weights / goal.caps
        self._transposed = goal.gains.T.tocsr()

    def priced(self, multipliers: FloatArray) -> tuple[float, FloatArray]:
        constant = -float(self.goal.caps @ (self.goal.weights - multipliers))
        return constant, -(self._transposed @ multipliers)

    def slope(self, multipliers: FloatArray, shares: FloatArray) -> FloatArray:
        slope = self.goal.caps - self.goal.gains @ shares
        blocked = ((multipliers <= self.lower) & (slope < 0)) | ((multipliers >= self.upper) & (slope > 0))
        return np.where(blocked, 0.0, slope)

    def value(self, opened: BoolArray) -> float:
        return -self.goal.value(opened)


@dataclass(frozen=True, eq=False)
class Best:
    """A choice and the bound of every other, both to be read as maxima."""

    opened: BoolArray
    value: float
    bound: float


def maximise(goal: Goal, choice: Choice, watch: Watch) -> Best:
    """The choice that reaches most: greedy start, Lagrangian bound, exact program on what is left.

    :raises ScienceError: neither a number of places nor a budget; no candidate gives anything to anyone.
    """
    choice.require_an_end()
    if not goal.gains[:, np.flatnonzero(choice.usable)].nnz:
        raise ScienceError(
            "Aucun lieu candidat n'est à portée d'une population qui en ait besoin : élargissez la portée ou "
            "ajoutez des candidats."
        )
    merged = goal.grouped()
    opened = greedy(merged, choice, watch)
    if choice.budget is not None:
        thrifty = greedy(merged, choice, watch, by_cost=True)
        opened = max(opened, thrifty, key=merged.value)
    found = _tightened(merged, choice, opened, watch)
    best = Best(found.opened, goal.value(found.opened), -found.bound)
    if found.done(watch) or watch.expired():
        return best
    return _exact(goal, merged, choice.narrowed(found.hopeless()), best, watch)


def _tightened(goal: Goal, choice: Choice, opened: BoolArray, watch: Watch) -> Tightened:
    unsaturated = goal.gains @ opened.astype(np.float64) < goal.caps
    return tighten(_RelaxedGoal(goal), choice, goal.weights * unsaturated, opened, watch)


def _exact(goal: Goal, merged: Goal, choice: Choice, best: Best, watch: Watch) -> Best:
    start = np.full(goal.candidates + len(merged.weights), np.nan)
    start[: goal.candidates] = best.opened
    solution = solve(program(merged, choice), watch, start=start)
    # What was ruled out does no better than the choice already known.
    bound = min(best.bound, max(-solution.bound, best.value))
    if solution.values is None:
        return Best(best.opened, best.value, bound)
    opened = solution.values[: goal.candidates] > 0.5
    return max(
        Best(best.opened, best.value, bound),
        Best(opened, goal.value(opened), bound),
        key=lambda found: found.value,
    )


def program(goal: Goal, choice: Choice) -> Program:
    """min −Σ w_i x_i with x_i ≤ Σ_j G_ij y_j; variables: y then x."""
    count = len(goal.weights)
    rules, upper = choice.rules
    lower_y, upper_y = choice.bounds()
    capped = goal.gains.copy()
    # A gain over the cap is worth the cap: the relaxation is tighter for saying so.
    capped.data = np.minimum(capped.data, np.repeat(goal.caps, np.diff(capped.indptr)))
    return Program(
        cost=np.concatenate((np.zeros(goal.candidates), -goal.weights)),
        lower=np.concatenate((lower_y, np.zeros(count))),
        upper=np.concatenate((upper_y, goal.caps)),
        integer=np.arange(goal.candidates + count) < goal.candidates,
        rows=stacked([[-capped, eye_array(count)], [rules, None]]),
        row_lower=np.full(count + len(upper), -np.inf),
        row_upper=np.concatenate((np.zeros(count), upper)),
    )


def siting(model: str, best: Best, choice: Choice, watch: Watch, unreachable: IntArray) -> Siting:
    """The answer of a model from the best choice found."""
    return Siting(
        model=model,
        status=status_of(best.value, best.bound),
        seconds=watch.spent,
        sites=np.flatnonzero(best.opened & ~choice.kept),
        objective=best.value,
        bound=max(best.value, best.bound),
        unreachable=unreachable,
    )
