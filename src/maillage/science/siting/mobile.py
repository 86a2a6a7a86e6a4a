"""Stops of a mobile practice: where it halts, and how many days a week at each stop.

A day at stop j offers s units of care a year; k days offer k·s, and what they add to access is linear in k
(:mod:`maillage.science.siting.ground`). Stops and frequencies are therefore options of the shortfall model:
one to ``most_days`` days at each place, one option by place, the days of the week as the budget. The order of
a tour that visits the stops is the shortest found by 2-opt (Croes 1958, doi 10.1287/opre.6.6.791).
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from maillage.science.accessibility import Accessibility
from maillage.science.checks import FloatArray, IntArray, ScienceError, nonnegative
from maillage.science.siting.access import shortfall
from maillage.science.siting.choice import Choice
from maillage.science.siting.effort import Effort
from maillage.science.siting.ground import Ground, Options
from maillage.science.siting.result import Siting


@dataclass(frozen=True, eq=False)
class Mobile:
    """The week of a mobile practice.

    :ivar siting: the answer of the shortfall model over stops and frequencies (its status, value and gap).
    :ivar stops: places where it halts, increasing.
    :ivar days: days a week at each of them.
    """

    siting: Siting
    stops: IntArray
    days: IntArray


def mobile_stops(
    access: Accessibility,
    supply: npt.ArrayLike,
    places: npt.ArrayLike,
    *,
    days: int,
    supply_by_day: float,
    threshold: float,
    most_days: int = 5,
    most_stops: int | None = None,
    people: npt.ArrayLike | None = None,
    effort: Effort | None = None,
) -> Mobile:
    """The stops and their days that give most access to those under ``threshold``.

    :param supply: care offered today by place, shape (places of ``access``,).
    :param places: numbers of the places where it could halt.
    :param days: days a week to share between the stops.
    :param supply_by_day: care that one day a week offers, in units of ``supply``.
    :param most_days: days a week at one stop at most.
    :param most_stops: stops at most.
    """
    options = week(places, days=days, supply_by_day=supply_by_day, most_days=most_days)
    choice = Choice.of(
        len(options.place),
        p=most_stops,
        costs=options.cost,
        budget=float(days),
        limits=options.one_by_place(),
    )
    ground = Ground.of(access, supply, options, people=people)
    siting = shortfall(ground, choice, threshold, effort=effort)
    stops = options.place[siting.sites]
    order = np.argsort(stops)
    spent = options.cost[siting.sites][order].astype(np.int64)
    return Mobile(siting, stops[order], spent)


def week(places: npt.ArrayLike, *, days: int, supply_by_day: float, most_days: int = 5) -> Options:
    """One to ``most_days`` days a week at each place, never more than ``days``; their cost is in days."""
    if days < 1 or most_days < 1:
        raise ScienceError("Donnez au moins un jour par semaine à partager, et un jour au plus par arrêt.")
    choices = range(1, min(days, most_days) + 1)
    return Options.everywhere(places, [(k * supply_by_day, float(k)) for k in choices])


def tour(minutes: npt.ArrayLike) -> tuple[IntArray, float]:
    """A short round trip through all stops, starting and ending at the first, and its minutes.

    Nearest neighbour, then two legs crossed as long as it shortens the tour: good, not proven shortest.

    :param minutes: between stops, in both directions alike, shape (stops, stops).
    """
    count = len(np.asarray(minutes))
    table = nonnegative(minutes, count, "les temps entre arrêts", columns=True)
    if table.shape != (count, count) or not np.allclose(table, table.T):
        raise ScienceError("Les temps entre arrêts forment un carré, le même dans les deux sens.")
    order = _shortened(table, _nearest_first(table))
    return order, _length(table, order)


def _nearest_first(table: FloatArray) -> IntArray:
    left = np.ones(len(table), dtype=bool)
    order = [0] if len(table) else []
    left[:1] = False
    while left.any():
        order.append(int(np.argmin(np.where(left, table[order[-1]], np.inf))))
        left[order[-1]] = False
    return np.array(order, dtype=np.int64)


def _shortened(table: FloatArray, order: IntArray) -> IntArray:
    while True:
        saved, first, last = _best_crossing(table, order)
        if saved <= 1e-9:
            return order
        order = np.concatenate((order[:first], order[first : last + 1][::-1], order[last + 1 :]))


def _best_crossing(table: FloatArray, order: IntArray) -> tuple[float, int, int]:
    """Minutes saved by turning round the stretch ``order[first:last + 1]``, the best there is."""
    count = len(order)
    if count < 4:
        return 0.0, 0, 0
    before, after = np.roll(order, 1), np.roll(order, -1)
    legs = table[before, order][:, None] + table[order, after][None, :]
    crossed = table[before[:, None], order[None, :]] + table[order[:, None], after[None, :]]
    rank = np.arange(count)
    inside = (rank[:, None] >= 1) & (rank[None, :] > rank[:, None])
    saved = np.where(inside, legs - crossed, -np.inf)
    first, last = np.unravel_index(int(np.argmax(saved)), saved.shape)
    return float(saved[first, last]), int(first), int(last)


def _length(table: FloatArray, order: IntArray) -> float:
    return float(table[order, np.roll(order, -1)].sum())
