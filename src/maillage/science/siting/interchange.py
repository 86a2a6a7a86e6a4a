"""Vertex substitution: swap an open place for a closed one as long as the total falls.

The best swap is read from two tables kept for the whole neighbourhood (Whitaker 1983; Resende and Werneck
2007, doi 10.1007/s10479-006-0154-0). With φ1 and φ2 the costs of the two nearest open places of an origin::

    profit(in, out) = Σ_i (φ1 − c_in)⁺ − Σ_{i of out} (φ2 − φ1) + Σ_{i of out} (φ2 − max(c_in, φ1))⁺
"""

from dataclasses import dataclass

import numpy as np

from maillage.science.checks import BoolArray, FloatArray, IntArray
from maillage.science.siting.choice import Choice
from maillage.science.siting.effort import Watch
from maillage.science.siting.totals import total_by


@dataclass(frozen=True, eq=False)
class Nearest:
    """The few cheapest candidates of each origin: all that most swaps and prices ever look at.

    :ivar place: shape (origins, few), cheapest first.
    :ivar cost: their costs, same shape.
    :ivar beyond: cost of the first candidate left out, infinite when none is; shape (origins,).
    """

    place: IntArray
    cost: FloatArray
    beyond: FloatArray

    @classmethod
    def of(cls, costs: FloatArray, few: int) -> "Nearest":
        origins, candidates = costs.shape
        few = min(few, candidates)
        if few == candidates:
            place = np.argsort(costs, axis=1, kind="stable")
            return cls(place, np.take_along_axis(costs, place, axis=1), np.full(origins, np.inf))
        place = np.argpartition(costs, few, axis=1)[:, : few + 1]
        cost = np.take_along_axis(costs, place, axis=1)
        order = np.argsort(cost, axis=1, kind="stable")
        place, cost = np.take_along_axis(place, order, axis=1), np.take_along_axis(cost, order, axis=1)
        return cls(place[:, :few].copy(), cost[:, :few].copy(), cost[:, few].copy())


def improved(
    costs: FloatArray, nearest: Nearest, choice: Choice, opened: BoolArray, watch: Watch
) -> BoolArray:
    """A choice that no allowed swap or addition improves, from ``opened``."""
    while True:
        before = opened
        opened = add_greedily(costs, nearest, choice, opened, watch)
        opened = interchange(costs, nearest, choice, opened, watch)
        if (opened == before).all() or watch.expired():
            return opened


def interchange(
    costs: FloatArray, nearest: Nearest, choice: Choice, opened: BoolArray, watch: Watch
) -> BoolArray:
    """A choice that no allowed swap improves, from ``opened``.

    :param costs: shape (origins, candidates).
    """
    sites = np.flatnonzero(opened)
    total = float(costs[:, sites].min(axis=1).sum())
    while len(sites) and not watch.expired():
        profit = _profits(costs, nearest, sites)
        profit[~choice.swappable(opened, sites)] = -np.inf
        leaving, entering = np.unravel_index(int(np.argmax(profit)), profit.shape)
        if profit[leaving, entering] <= 0:
            break
        swapped = sites.copy()
        swapped[leaving] = entering
        after = float(costs[:, swapped].min(axis=1).sum())
        if after >= total:
            break
        opened = opened.copy()
        opened[sites[leaving]], opened[entering] = False, True
        sites, total = swapped, after
    return opened


def add_greedily(
    costs: FloatArray, nearest: Nearest, choice: Choice, opened: BoolArray, watch: Watch
) -> BoolArray:
    """Opens each time the candidate that lowers the total most (by unit of cost when there is a budget).

    One at least, even without time: nothing is worth less than a place.
    """
    opened = opened.copy()
    first = np.minimum(nearest.beyond, costs.max(axis=1))
    if opened.any():
        first = np.minimum(first, costs[:, np.flatnonzero(opened)].min(axis=1))
    price = np.ones(choice.candidates) if choice.budget is None else np.maximum(choice.costs, 1e-12)
    while not (watch.expired() and opened.any()):
        saved = np.maximum(first[:, None] - nearest.cost, 0.0)
        gain = total_by(nearest.place.ravel(), saved.ravel(), choice.candidates) / price
        gain[~choice.addable(opened)] = -np.inf
        best = int(np.argmax(gain))
        if gain[best] == -np.inf or (gain[best] <= 0 and opened.any()):
            break
        opened[best] = True
        first = np.minimum(first, costs[:, best])
    return opened


def _profits(costs: FloatArray, nearest: Nearest, sites: IntArray) -> FloatArray:
    """Profit of every swap, shape (sites, candidates); candidates far from an origin count for nothing."""
    candidates = costs.shape[1]
    own, first, second = two_nearest(costs, sites)
    loss = total_by(own, second - first, len(sites))
    inside = nearest.cost < second[:, None]
    origin, _ = np.nonzero(inside)
    place, cost = nearest.place[inside], nearest.cost[inside]
    gain = total_by(place, np.maximum(first[origin] - cost, 0.0), candidates)
    spared = total_by(
        own[origin] * candidates + place,
        second[origin] - np.maximum(cost, first[origin]),
        len(sites) * candidates,
    )
    return spared.reshape(len(sites), candidates) + gain[None, :] - loss[:, None]


def two_nearest(costs: FloatArray, sites: IntArray) -> tuple[IntArray, FloatArray, FloatArray]:
    """Rank in ``sites`` of the nearest open place, its cost, and the cost of the second (or the same)."""
    opened = costs[:, sites]
    own = np.argmin(opened, axis=1)
    first = np.take_along_axis(opened, own[:, None], axis=1)[:, 0]
    if len(sites) == 1:
        return own, first, np.full(len(first), costs.max())
    second = np.partition(opened, 1, axis=1)[:, 1]
    return own, first, second
