"""Two goals weighed: the choices between which a council has to choose.

A choice is on the front when no other is as good on both goals and better on one. Those that some weighing of
the two makes best (the supported ones, the corners of the front) are found by halving: between two
neighbours, the weights for which they are worth the same are solved for; a better choice is a new corner
(Aneja and Nair 1979, doi 10.1287/mnsc.25.1.73). Each weighing is again a saturating goal, solved like one.
"""

from dataclasses import dataclass

import numpy as np

from maillage.science.checks import IntArray
from maillage.science.siting.choice import Choice
from maillage.science.siting.effort import Effort, Watch
from maillage.science.siting.goal import Goal, maximise
from maillage.science.siting.result import Status, status_of

TIE = 1e-7
"""Relative advantage under which a weighing finds nothing new."""

TOUCH = 1e-4
"""Weight of the other goal at the ends: it breaks ties there, for a ten-thousandth of the first at most."""


@dataclass(frozen=True, eq=False)
class Compromise:
    """A choice of the front.

    :ivar sites: candidates to open, those kept left out.
    :ivar first: value for the first goal.
    :ivar second: value for the second goal.
    :ivar status: OPTIMAL when no choice is better in its weighing.
    """

    sites: IntArray
    first: float
    second: float
    status: Status


def pareto_front(
    first: Goal, second: Goal, choice: Choice, *, effort: Effort | None = None, corners: int = 20
) -> tuple[Compromise, ...]:
    """Corners of the front of two goals, from the best for the first to the best for the second.

    :param corners: stop once that many are known; stopped by time too, the front is then only partly drawn,
        each of its choices remaining what its status says.
    """
    watch = (effort or Effort()).start()
    start = _weighed(first, second, 1.0, TOUCH * _ratio(first, second), choice, watch)
    end = _weighed(first, second, TOUCH * _ratio(second, first), 1.0, choice, watch)
    front = [start] if _same(start, end) else [start, end]
    stretches = [(start, end)] if len(front) == 2 else []
    while stretches and len(front) < corners and not watch.expired():
        left, right = stretches.pop(0)
        weight_first, weight_second = _weights(left, right)
        middle = _weighed(first, second, weight_first, weight_second, choice, watch)
        level = weight_first * left.first + weight_second * left.second
        reached = weight_first * middle.first + weight_second * middle.second
        if reached > level * (1 + TIE):
            front.append(middle)
            stretches += [(left, middle), (middle, right)]
    return tuple(sorted(front, key=lambda compromise: -compromise.first))


def _weights(left: Compromise, right: Compromise) -> tuple[float, float]:
    """Weights for which two compromises are worth the same."""
    return right.second - left.second, left.first - right.first


def _weighed(
    first: Goal, second: Goal, weight_first: float, weight_second: float, choice: Choice, watch: Watch
) -> Compromise:
    best = maximise(first.scaled(weight_first).plus(second.scaled(weight_second)), choice, watch)
    return Compromise(
        np.flatnonzero(best.opened & ~choice.kept),
        first.value(best.opened),
        second.value(best.opened),
        status_of(best.value, best.bound),
    )


def _ratio(goal: Goal, other: Goal) -> float:
    """What brings the other goal to the scale of the first."""
    total = float(other.weights @ other.caps)
    return float(goal.weights @ goal.caps) / total if total else 0.0


def _same(left: Compromise, right: Compromise) -> bool:
    return left.first <= right.first * (1 + TIE) or right.second <= left.second * (1 + TIE)
