"""p-centre: the shortest longest trip (Minieka 1970, doi 10.1137/1012016).

::

    min max_i min_{j open} d_ij        over the origins where someone lives

The answer is one of the times of the table: a bisection on them, each step asking whether the places allowed
can serve everyone within that radius, proves it in a dozen set coverings (Daskin 1995). The formulation
with an assignment of each origin, the textbook one, has no usable answer after minutes.
"""

import numpy as np
import numpy.typing as npt

from maillage.science.checks import BoolArray, FloatArray
from maillage.science.siting.choice import Choice
from maillage.science.siting.cover import can_cover, is_out_of_reach, quick_cover
from maillage.science.siting.effort import Effort, Watch
from maillage.science.siting.result import Siting, Status, status_of
from maillage.science.siting.table import Table, no_choice, nobody_reaches
from maillage.science.travel import TravelTimes

SLUG = "p-centre"


def p_centre(
    times: TravelTimes, demand: npt.ArrayLike, choice: Choice, *, effort: Effort | None = None
) -> Siting:
    """Places with the shortest longest trip to the nearest one, in minutes.

    :param demand: people by origin; an origin without people asks nothing, the others weigh alike.
    :returns: infeasible when an origin is out of reach of every candidate (``unreachable``), or when no
        allowed choice puts everyone within reach.
    :raises ScienceError: neither number of places nor budget, shapes that disagree, table too large.
    """
    watch = (effort or Effort()).start()
    choice.require_an_end()
    table = Table.of(times, demand, choice)
    unreachable = table.unreachable(choice)
    if len(unreachable):
        return nobody_reaches(SLUG, unreachable, watch)
    radii = np.unique(table.minutes[np.isfinite(table.minutes)])
    opened, status = _within(table, float(radii[-1]), choice, watch)
    if opened is None:
        return no_choice(SLUG, status, watch)
    opened, low = _bisected(table, radii, choice, opened, watch)
    objective = _longest(table, opened)
    bound = float(radii[low])
    return Siting(
        model=SLUG,
        status=status_of(objective, bound),
        seconds=watch.spent,
        sites=np.flatnonzero(opened & ~choice.kept),
        objective=objective,
        bound=bound,
        assignment=table.assignment(np.flatnonzero(opened)),
    )


def _bisected(
    table: Table, radii: FloatArray, choice: Choice, opened: BoolArray, watch: Watch
) -> tuple[BoolArray, int]:
    """The best choice found and the rank of the smallest radius not proven impossible.

    Three bisections, each on what the one before leaves: greedy covers lower the top, parts of places raise
    the bottom, exact coverings close what remains.
    """
    closest = table.minutes[:, choice.usable].min(axis=1).max()
    low = int(np.searchsorted(radii, closest))
    opened = _lowered(table, radii, choice, opened, low, watch)
    high = int(np.searchsorted(radii, _longest(table, opened)))
    low = _raised(table, radii, choice, low, high, watch)
    while low < high and not watch.expired():
        if radii[high] - radii[low] <= watch.gap * radii[high]:
            break
        middle = (low + high) // 2
        found, status = _within(table, float(radii[middle]), choice, watch)
        if found is not None:
            opened, high = found, int(np.searchsorted(radii, _longest(table, found)))
        elif status is Status.INFEASIBLE:
            low = middle + 1
        else:
            break
    return opened, low


def _lowered(
    table: Table, radii: FloatArray, choice: Choice, opened: BoolArray, low: int, watch: Watch
) -> BoolArray:
    """A choice as good as greedy covers make it."""
    high = int(np.searchsorted(radii, _longest(table, opened)))
    while low < high and not watch.expired():
        middle = (low + high) // 2
        found = quick_cover(table.minutes <= radii[middle], choice)
        if found is None:
            low = middle + 1
        else:
            opened, high = found, int(np.searchsorted(radii, _longest(table, found)))
    return opened


def _raised(table: Table, radii: FloatArray, choice: Choice, low: int, high: int, watch: Watch) -> int:
    """The first rank that parts of places could cover: those before are proven impossible."""
    while low < high and not watch.expired():
        middle = (low + high) // 2
        if is_out_of_reach(table.minutes <= radii[middle], choice, watch):
            low = middle + 1
        else:
            high = middle
    return low


def _within(table: Table, radius: float, choice: Choice, watch: Watch) -> tuple[BoolArray | None, Status]:
    cover = can_cover(table.minutes <= radius, choice, watch)
    return cover.opened, cover.status


def _longest(table: Table, opened: BoolArray) -> float:
    return float(table.nearest(np.flatnonzero(opened)).max())
