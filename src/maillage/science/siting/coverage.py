"""Places within a given time of people.

An origin is covered by an open place at ``radius`` minutes **or less**: the boundary belongs to the disc,
d ≤ S, as the steps of the APL are closed (some programs document d < S and compute d ≤ S).

======  ===========================================  ==============================================
LSCP    fewest places such that everyone is covered  Toregas et al. 1971, doi 10.1287/opre.19.6.1363
MCLP    p places that cover most people              Church and ReVelle 1974, doi 10.1007/BF01942293
backup  p places; people covered once, and twice     Hogan and ReVelle 1986, doi 10.1287/mnsc.32.11.1434
======  ===========================================  ==============================================

With capacities: :mod:`maillage.science.siting.capacity`.
"""

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array

from maillage.science.checks import FloatArray, IntArray, ScienceError, said
from maillage.science.siting.choice import Choice
from maillage.science.siting.cover import least_cover
from maillage.science.siting.effort import Effort
from maillage.science.siting.goal import Goal, maximise, siting
from maillage.science.siting.result import Siting, status_of
from maillage.science.siting.table import no_choice, nobody_reaches, require_people, require_room
from maillage.science.travel import TravelTimes


def covered(times: TravelTimes, radius: float) -> csr_array:
    """1 where the trip takes ``radius`` minutes or less, sparse, shape (origins, candidates).

    :raises ScienceError: radius not above zero, or beyond which every trip lies.
    """
    if not 0 <= radius < np.inf:
        raise ScienceError(f"Le temps maximal doit être un nombre de minutes positif, et non {said(radius)}.")
    inside = times.minutes <= radius
    indptr = np.concatenate(([0], np.cumsum(inside)))[times.indptr]
    if not inside.any():
        raise ScienceError(
            f"Aucun lieu candidat n'est à {said(radius)} minutes ou moins d'une origine : élargissez la "
            "portée."
        )
    return csr_array(
        (np.ones(int(inside.sum())), times.indices[inside], indptr), shape=(times.origins, times.places)
    )


def coverage_goal(times: TravelTimes, demand: npt.ArrayLike, radius: float) -> Goal:
    """People with an open place at ``radius`` minutes or less."""
    return Goal.of(demand, np.ones(times.origins), covered(times, radius))


def lscp(
    times: TravelTimes,
    demand: npt.ArrayLike,
    choice: Choice,
    radius: float,
    *,
    times_covered: int = 1,
    effort: Effort | None = None,
) -> Siting:
    """The fewest new places (the least cost when the choice has costs) that cover everyone.

    :param demand: people by origin; an origin without people asks nothing.
    :param times_covered: open places that everyone must have within the radius.
    :returns: infeasible with ``unreachable`` when origins have too few candidates within the radius.
    """
    watch = (effort or Effort()).start()
    people = require_people(times, demand, choice)
    require_room(times)
    asking = np.flatnonzero(people > 0)
    reach = covered(times, radius)[asking]
    usable = np.asarray(reach[:, np.flatnonzero(choice.usable)].sum(axis=1))
    if (usable < times_covered).any():
        return nobody_reaches("lscp", asking[usable < times_covered], watch)
    cover = least_cover(reach.toarray() > 0, choice, watch, demand=times_covered)
    if cover.opened is None:
        return no_choice("lscp", cover.status, watch)
    objective = float(choice.costs @ (cover.opened & ~choice.kept))
    # A number of places is whole: so is its bound.
    whole = bool((choice.costs == np.round(choice.costs)).all())
    bound = float(np.ceil(cover.bound - 1e-6)) if whole else cover.bound
    return Siting(
        model="lscp",
        status=status_of(objective, bound),
        seconds=watch.spent,
        sites=np.flatnonzero(cover.opened & ~choice.kept),
        objective=objective,
        bound=min(bound, objective),
    )


def mclp(
    times: TravelTimes, demand: npt.ArrayLike, choice: Choice, radius: float, *, effort: Effort | None = None
) -> Siting:
    """The places that cover most people, those already covered by the places kept counted in.

    :raises ScienceError: neither number of places nor budget; nobody within the radius of a candidate.
    """
    watch = (effort or Effort()).start()
    people = require_people(times, demand, choice)
    reach = covered(times, radius)
    best = maximise(Goal.of(people, np.ones(times.origins), reach), choice, watch)
    return siting("mclp", best, choice, watch, out_of_reach(people, reach, choice))


def backup_coverage(
    times: TravelTimes,
    demand: npt.ArrayLike,
    choice: Choice,
    radius: float,
    *,
    first: float = 0.5,
    effort: Effort | None = None,
) -> Siting:
    """max Σ a_i (θ [covered once] + (1 − θ) [covered twice]), the BACOP2 of Hogan and ReVelle.

    :param first: θ, what a first cover is worth beside a second, from 0.5 (a backup is worth as much) to 1
        (the MCLP). Under one half, leaving people out to cover others twice would pay: refused.
    """
    watch = (effort or Effort()).start()
    if not 0.5 <= first <= 1:
        raise ScienceError(
            f"La part de la première couverture va de 0,5 à 1, et non {first} : en dessous, mieux vaudrait "
            "laisser des habitants sans lieu pour en couvrir d'autres deux fois."
        )
    people = require_people(times, demand, choice)
    reach = covered(times, radius)
    twice = np.full(times.origins, 2.0)
    goal = Goal.of(people * (1 - first), twice, reach)
    once = Goal.of(people * (2 * first - 1), np.ones(times.origins), reach)
    best = maximise(goal.plus(once), choice, watch)
    return siting("backup", best, choice, watch, out_of_reach(people, reach, choice))


def out_of_reach(people: FloatArray, reach: csr_array, choice: Choice) -> IntArray:
    """Origins with people that no usable candidate reaches."""
    options = np.asarray(reach[:, np.flatnonzero(choice.usable)].sum(axis=1))
    return np.flatnonzero((people > 0) & (options == 0))
