"""p-median: least total time of people to the nearest place (Hakimi 1964, doi 10.1287/opre.12.3.450).

::

    min Σ_i a_i min_{j open} d_ij

Solved from both sides. Vertex substitution finds places; a Lagrangian relaxation of "each origin goes
somewhere" bounds them (Cornuéjols, Fisher and Nemhauser 1977, doi 10.1287/mnsc.23.8.789); together they rule
out nearly every candidate and trip, so that the exact program, 257,000 trips for a département of 507
communes, is left with about a thousand.
"""

import math

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array

from maillage.science.checks import BoolArray, FloatArray, ScienceError
from maillage.science.siting.choice import Choice
from maillage.science.siting.cover import can_cover
from maillage.science.siting.effort import Effort, Watch
from maillage.science.siting.interchange import Nearest, improved, two_nearest
from maillage.science.siting.relaxation import Tightened, tighten
from maillage.science.siting.result import Siting, status_of
from maillage.science.siting.solver import Program, solve, stacked
from maillage.science.siting.table import Table, no_choice, nobody_reaches
from maillage.science.siting.totals import total_by
from maillage.science.travel import TravelTimes

SLUG = "p-median"

NEIGHBOURS = 4
"""Candidates looked at around each origin, in multiples of those it would share its place with."""

EXACT_TRIPS = 300_000
"""Trips above which the exact program would outgrow memory and time: the Lagrangian bound is the answer."""


def p_median(
    times: TravelTimes,
    demand: npt.ArrayLike,
    choice: Choice,
    *,
    beyond: float | None = None,
    effort: Effort | None = None,
) -> Siting:
    """Places with the least total time of people to their nearest one, in people × minutes.

    :param times: minutes from origins to candidates.
    :param demand: people by origin, shape (origins,); an origin without people asks nothing.
    :param beyond: minutes counted for whoever has no open place within reach; None asks that everyone has
        one, and says so when that cannot be.
    :raises ScienceError: neither number of places nor budget, shapes that disagree, table too large.
    """
    watch = (effort or Effort()).start()
    choice.require_an_end()
    table = Table.of(times, demand, choice)
    unreachable = table.unreachable(choice)
    opened = None
    far = np.isinf(table.minutes)
    if beyond is not None:
        _require_beyond(beyond, table)
        costs = table.people[:, None] * np.where(far, beyond, table.minutes)
    else:
        if len(unreachable):
            return nobody_reaches(SLUG, unreachable, watch)
        costs = table.people[:, None] * table.minutes
        if far.any():
            cover = can_cover(~far, choice, watch)
            if cover.opened is None:
                return no_choice(SLUG, cover.status, watch)
            opened = cover.opened
            # To leave one origin out costs more than this cover does in all: no better choice does it.
            costs[far] = 1.0 + 1.01 * costs[:, opened].min(axis=1).sum()
    found = least_total(costs, choice, opened, watch)
    sites = np.flatnonzero(found.opened)
    return Siting(
        model=SLUG,
        status=status_of(found.value, found.bound),
        seconds=watch.spent,
        sites=np.flatnonzero(found.opened & ~choice.kept),
        objective=found.value,
        bound=min(found.bound, found.value),
        unreachable=unreachable,
        assignment=table.assignment(sites),
    )


def least_total(costs: FloatArray, choice: Choice, opened: BoolArray | None, watch: Watch) -> Tightened:
    """The allowed choice with the least Σ_i min_{j open} costs_ij, and its bound.

    :param costs: finite, shape (origins, candidates).
    :param opened: a choice to start from.
    """
    expected = max(1, int(choice.kept.sum()) + choice.most())
    nearest = Nearest.of(costs, max(40, math.ceil(NEIGHBOURS * choice.candidates / expected)))
    relaxed = _RelaxedMedian(costs, nearest)
    opened = improved(costs, nearest, choice, choice.kept if opened is None else opened, watch)
    _, first, second = two_nearest(costs, np.flatnonzero(opened))
    # A second place may be very far, or out of reach: twice the first is enough to start from.
    multipliers = np.minimum((first + np.minimum(second, 2 * first)) / 2, relaxed.upper)
    found = tighten(relaxed, choice, multipliers, opened, watch)
    while not (found.done(watch) or watch.expired()):
        better = found.improved(relaxed, improved(costs, nearest, choice, found.opened, watch))
        if better.value == found.value:
            return _exact(costs, relaxed, choice, found, watch)
        found = tighten(relaxed, choice, better.multipliers, better.opened, watch)
    return found


class _RelaxedMedian:
    """Σ_j x_ij = 1 priced by λ_i: candidate j is worth Σ_i min(0, c_ij − λ_i).

    λ_i is held under the cost of the first candidate that ``nearest`` leaves out: those left out are then
    worth nothing to i, and looking only at the others is exact.
    """

    def __init__(self, costs: FloatArray, nearest: Nearest) -> None:
        self.costs = costs
        self.nearest = nearest
        self.lower = np.zeros(len(costs))
        self.upper = nearest.beyond
        spread = np.median(nearest.cost, axis=1)
        self.metric = spread / max(spread.mean(), 1e-300)
        self._places = nearest.place.ravel()

    def priced(self, multipliers: FloatArray) -> tuple[float, FloatArray]:
        worth = np.minimum(self.nearest.cost - multipliers[:, None], 0.0)
        return float(multipliers.sum()), total_by(self._places, worth.ravel(), self.costs.shape[1])

    def slope(self, multipliers: FloatArray, shares: FloatArray) -> FloatArray:
        chosen = np.flatnonzero(shares)
        return 1.0 - (self.costs[:, chosen] < multipliers[:, None]) @ shares[chosen]

    def value(self, opened: BoolArray) -> float:
        if not opened.any():
            return np.inf
        return float(self.costs[:, opened].min(axis=1).sum())


def _exact(
    costs: FloatArray, relaxed: _RelaxedMedian, choice: Choice, found: Tightened, watch: Watch
) -> Tightened:
    """The exact program on the candidates and trips that the bound has not ruled out."""
    columns = np.flatnonzero(choice.usable & ~found.hopeless())
    table = costs[:, columns]
    own = np.argmin(np.where(found.opened[columns], table, np.inf), axis=1)
    # A trip dearer than λ_i by more than the gap lifts the bound above the value known.
    useful = table < found.multipliers[:, None] + (found.value - found.bound)
    useful[np.arange(len(table)), own] = True
    origin, column = np.nonzero(useful)
    if len(origin) > EXACT_TRIPS:
        return found
    program = _program(table[origin, column], origin, column, columns, choice)
    start = np.concatenate((found.opened[columns].astype(np.float64), (column == own[origin]).astype(float)))
    solution = solve(program, watch, start=start)
    # What was ruled out does no better than the choice already known.
    bound = max(found.bound, min(solution.bound, found.value))
    if solution.values is not None:
        opened = np.zeros(choice.candidates, dtype=bool)
        opened[columns] = solution.values[: len(columns)] > 0.5
        found = found.improved(relaxed, opened)
    return found.bounded(bound)


def _program(
    costs: FloatArray,
    origin: npt.NDArray[np.integer],
    column: npt.NDArray[np.integer],
    columns: npt.NDArray[np.integer],
    choice: Choice,
) -> Program:
    """min Σ c_t x_t, Σ_{t of i} x_t ≥ 1, x_t ≤ y_{j of t}; variables: y then one x by useful trip."""
    trips, places, origins = len(costs), len(columns), int(origin.max()) + 1
    each = np.arange(trips)
    rules, upper = choice.rules
    lower_y, upper_y = choice.bounds()
    goes = csr_array((np.ones(trips), (origin, each)), shape=(origins, trips))
    opens = csr_array((np.ones(trips), (each, column)), shape=(trips, places))
    uses = csr_array((-np.ones(trips), (each, each)), shape=(trips, trips))
    return Program(
        cost=np.concatenate((np.zeros(places), costs)),
        lower=np.concatenate((lower_y[columns], np.zeros(trips))),
        upper=np.concatenate((upper_y[columns], np.ones(trips))),
        integer=np.arange(places + trips) < places,
        rows=stacked([[None, goes], [opens, uses], [rules[:, columns], None]]),
        row_lower=np.concatenate((np.ones(origins), np.zeros(trips), np.full(len(upper), -np.inf))),
        row_upper=np.concatenate((np.full(origins + trips, np.inf), upper)),
    )


def _require_beyond(beyond: float, table: Table) -> None:
    farthest = np.max(table.minutes, where=np.isfinite(table.minutes), initial=0.0)
    if not farthest <= beyond < np.inf:
        raise ScienceError(
            f"Le temps compté hors de portée ({beyond:g} min) doit être au moins le plus long trajet connu "
            f"({farthest:g} min)."
        )
