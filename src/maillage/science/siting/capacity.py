"""Places within a given time of people, each up to its capacity: the capacitated MCLP.

::

    max Σ_t f_t    Σ_{t from i} f_t ≤ a_i,  Σ_{t to j} f_t ≤ C_j y_j    over trips t of S minutes at most

Current and Storbeck 1988, doi 10.1068/b150153, the people of an origin being shared between places. Opening
hours of a booth, or the time of a doctor, are such capacities.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.sparse import coo_array, csr_array

from maillage.science.checks import BoolArray, FloatArray, IntArray, nonnegative
from maillage.science.siting.choice import Choice
from maillage.science.siting.coverage import covered, out_of_reach
from maillage.science.siting.effort import Effort
from maillage.science.siting.result import Siting, status_of
from maillage.science.siting.solver import Program, solve, stacked
from maillage.science.siting.table import require_people
from maillage.science.siting.totals import total_by
from maillage.science.travel import TravelTimes


@dataclass(frozen=True, eq=False)
class _Trips:
    """Useful trips, the people and the room at their ends."""

    origin: IntArray
    place: IntArray
    people: FloatArray
    rooms: FloatArray

    def served(self, flow: FloatArray) -> FloatArray:
        return total_by(self.origin, flow, len(self.people))


def cmclp(
    times: TravelTimes,
    demand: npt.ArrayLike,
    choice: Choice,
    radius: float,
    capacities: npt.ArrayLike,
    *,
    effort: Effort | None = None,
) -> Siting:
    """The places that serve most people within the radius, each no more than its capacity.

    :param capacities: people that each candidate can serve, shape (candidates,), kept places included.
    :returns: with ``served``, how many people of each origin are.
    :raises ScienceError: neither number of places nor budget; nobody within the radius of a candidate.
    """
    watch = (effort or Effort()).start()
    choice.require_an_end()
    people = require_people(times, demand, choice)
    rooms = nonnegative(capacities, choice.candidates, "les capacités")
    reach = covered(times, radius)
    origin, place = coo_array(reach).coords
    useful = (people[origin] > 0) & (rooms[place] > 0) & choice.usable[place]
    trips = _Trips(origin[useful], place[useful], people, rooms)
    opened, flow = _filled(trips, choice)
    start = np.concatenate((opened.astype(np.float64), flow))
    solution = solve(_program(trips, choice), watch, start=start)
    if solution.values is not None:
        found = np.clip(solution.values[choice.candidates :], 0.0, None)
        if found.sum() >= flow.sum():
            opened, flow = solution.values[: choice.candidates] > 0.5, found
    served = trips.served(flow)
    objective = float(served.sum())
    within = float(people[np.unique(trips.origin)].sum())
    bound = max(objective, min(within, -solution.bound))
    return Siting(
        model="cmclp",
        status=status_of(objective, bound),
        seconds=watch.spent,
        sites=np.flatnonzero(opened & ~choice.kept),
        objective=objective,
        bound=bound,
        unreachable=out_of_reach(people, reach, choice),
        served=served,
    )


def _filled(trips: _Trips, choice: Choice) -> tuple[BoolArray, FloatArray]:
    """Opens each time the place that serves most of those left, and fills it in proportion."""
    opened = choice.kept.copy()
    flow, left = np.zeros(len(trips.origin)), trips.people.copy()
    for place in np.flatnonzero(opened):
        left -= _fill(trips, int(place), left, flow)
    while True:
        asking = total_by(trips.place, left[trips.origin], choice.candidates)
        served = np.where(choice.addable(opened), np.minimum(trips.rooms, asking), 0.0)
        best = int(np.argmax(served))
        if served[best] <= 0:
            return opened, flow
        opened[best] = True
        left -= _fill(trips, best, left, flow)


def _fill(trips: _Trips, place: int, left: FloatArray, flow: FloatArray) -> FloatArray:
    """Sends to ``place`` the people left around it, as many as it can; gives those sent, by origin."""
    towards = np.flatnonzero(trips.place == place)
    origins = trips.origin[towards]
    asking = float(left[origins].sum())
    sent = np.zeros_like(left)
    if asking > 0:
        flow[towards] = left[origins] * min(1.0, float(trips.rooms[place]) / asking)
        sent[origins] = flow[towards]
    return sent


def _program(trips: _Trips, choice: Choice) -> Program:
    """min −Σ f_t; variables: y then f by trip.

    Rows f_t ≤ a_i y_j by trip would tighten it and take longer than they save.
    """
    count, places, origins = len(trips.origin), choice.candidates, len(trips.people)
    each, ones, every = np.arange(count), np.ones(count), np.arange(places)
    rules, upper = choice.rules
    lower_y, upper_y = choice.bounds()
    leaves = csr_array((ones, (trips.origin, each)), shape=(origins, count))
    arrives = csr_array((ones, (trips.place, each)), shape=(places, count))
    holds = csr_array((-trips.rooms, (every, every)), shape=(places, places))
    return Program(
        cost=np.concatenate((np.zeros(places), -ones)),
        lower=np.concatenate((lower_y, np.zeros(count))),
        upper=np.concatenate((upper_y, np.minimum(trips.people[trips.origin], trips.rooms[trips.place]))),
        integer=np.arange(places + count) < places,
        rows=stacked([[None, leaves], [holds, arrives], [rules, None]]),
        row_lower=np.full(origins + places + len(upper), -np.inf),
        row_upper=np.concatenate((trips.people, np.zeros(places), upper)),
    )
