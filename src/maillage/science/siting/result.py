"""What a siting model answers: sites, their worth, and how far from the best they may be."""

from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np

from maillage.science.checks import FloatArray, IntArray

PROOF = 1e-7
"""Relative distance between value and bound under which a value is the optimum: rounding of the solver."""


class Status(StrEnum):
    """What is known of an answer; nothing else than the first two carries sites."""

    OPTIMAL = "optimal"
    """No other choice does better."""
    FEASIBLE = "feasible"
    """A choice that respects every rule; the gap says how much better another one could be."""
    INFEASIBLE = "infeasible"
    """No choice respects every rule: ``reason`` says why."""
    NONE = "none"
    """The time ran out before any choice was found."""


NO_ORIGIN: IntArray = np.zeros(0, dtype=np.int64)


@dataclass(frozen=True, eq=False)
class Siting:
    """Answer of a siting model.

    The value is always computed again from the sites, on the whole data: a solver stopped by time leaves an
    objective that is not a result, and it is never shown.

    :ivar model: slug of the model (``"mclp"``…).
    :ivar status: what is proven.
    :ivar sites: numbers of the candidates to open, increasing, those kept in advance left out.
    :ivar objective: value of these sites in the unit of the model; None without sites.
    :ivar bound: no choice can do better than this; None when infeasible or unknown.
    :ivar seconds: wall clock spent.
    :ivar unreachable: origins with a demand that no candidate reaches under the rules of the model; the
        caller names them.
    :ivar assignment: for the models that send each origin to one place, its number, −1 for nowhere; shape
        (origins,).
    :ivar served: for the models with capacities, demand of each origin that is served; shape (origins,).
    :ivar reason: why there is no answer, in one French sentence; empty otherwise.
    """

    model: str
    status: Status
    seconds: float
    sites: IntArray = field(default_factory=lambda: NO_ORIGIN)
    objective: float | None = None
    bound: float | None = None
    unreachable: IntArray = field(default_factory=lambda: NO_ORIGIN)
    assignment: IntArray | None = None
    served: FloatArray | None = None
    reason: str = ""

    @property
    def found(self) -> bool:
        return self.status in (Status.OPTIMAL, Status.FEASIBLE)

    @property
    def gap(self) -> float | None:
        """Relative distance from the value to the bound: 0.01 says "at most 1 % from the best"."""
        return relative_gap(self.objective, self.bound)


def relative_gap(objective: float | None, bound: float | None) -> float | None:
    """|objective − bound| / |objective|, 0 when they are equal, infinite from an objective of zero."""
    if objective is None or bound is None:
        return None
    distance = abs(objective - bound)
    if distance == 0:
        return 0.0
    return distance / abs(objective) if objective else float("inf")


def proven(objective: float, bound: float) -> bool:
    return abs(objective - bound) <= PROOF * max(1.0, abs(objective))


def status_of(objective: float, bound: float) -> Status:
    return Status.OPTIMAL if proven(objective, bound) else Status.FEASIBLE
