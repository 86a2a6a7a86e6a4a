"""Set covering: the cheapest places so that every origin has one it can go to.

Under it lie the LSCP, the p-centre (is a radius possible with p places?) and the p-median (can everyone be
within reach at all?). Origins that ask less than others, and candidates that serve less than others, are put
aside first: on a département that leaves half of each.
"""

from dataclasses import dataclass, replace

import numpy as np
from scipy.sparse import csr_array

from maillage.science.checks import BoolArray, FloatArray, IntArray
from maillage.science.siting.choice import Choice
from maillage.science.siting.effort import Watch
from maillage.science.siting.result import Status
from maillage.science.siting.solver import Program, solve, stacked

DENSE_LIMIT = 6_000
"""Origins or candidates above which comparing them two by two would not be worth it."""


@dataclass(frozen=True, eq=False)
class Cover:
    """A cover and the bound of its cost.

    :ivar opened: None when there is none, or none was found in time.
    """

    status: Status
    opened: BoolArray | None
    bound: float


def least_cover(reach: BoolArray, choice: Choice, watch: Watch, *, demand: int = 1) -> Cover:
    """min Σ cost_j y_j of the new places, every origin having ``demand`` open places within reach.

    :param reach: whether candidate j serves origin i, shape (origins, candidates).
    """
    missing = np.maximum(demand - np.count_nonzero(reach[:, choice.kept], axis=1), 0)
    rows = missing > 0
    if not rows.any():
        return Cover(Status.OPTIMAL, choice.kept.copy(), 0.0)
    columns: IntArray = np.flatnonzero(choice.free)
    asked = reach[np.ix_(rows, columns)]
    if demand == 1:
        asked, columns = _reduced(asked, columns, choice)
    needed = np.ones(len(asked)) if demand == 1 else missing[rows].astype(np.float64)
    program = _program(asked, columns, needed, choice)
    start = _greedy(asked, columns, choice) if demand == 1 else None
    solution = solve(program, watch, start=None if start is None else start[columns].astype(np.float64))
    if solution.values is None:
        return Cover(solution.status, None, solution.bound)
    return Cover(solution.status, _opened(solution.values, columns, choice), solution.bound)


def can_cover(reach: BoolArray, choice: Choice, watch: Watch) -> Cover:
    """Any cover that respects the rules; quicker than the cheapest one."""
    asked, columns = _reduced(*_left_to_cover(reach, choice), choice)
    if not asked.any(axis=1).all():
        return Cover(Status.INFEASIBLE, None, np.inf)
    opened = _greedy(asked, columns, choice)
    if opened is not None:
        return Cover(Status.FEASIBLE, opened, -np.inf)
    solution = solve(_program(asked, columns, np.ones(len(asked)), choice), watch)
    if solution.values is None:
        return Cover(solution.status, None, solution.bound)
    return Cover(Status.FEASIBLE, _opened(solution.values, columns, choice), solution.bound)


def quick_cover(reach: BoolArray, choice: Choice) -> BoolArray | None:
    """The cover found by taking each time the candidate that serves most; None says nothing."""
    return _greedy(*_left_to_cover(reach, choice), choice)


def is_out_of_reach(reach: BoolArray, choice: Choice, watch: Watch) -> bool:
    """Whether even parts of places could not cover everyone; false says nothing."""
    asked, columns = _reduced(*_left_to_cover(reach, choice), choice)
    if not len(asked):
        return False
    program = _program(asked, columns, np.ones(len(asked)), choice)
    parts = replace(program, integer=np.zeros(len(columns), dtype=bool))
    return solve(parts, watch).status is Status.INFEASIBLE


def _left_to_cover(reach: BoolArray, choice: Choice) -> tuple[BoolArray, IntArray]:
    """What free candidates can serve of the origins that the places kept do not, and their numbers."""
    columns: IntArray = np.flatnonzero(choice.free)
    return reach[np.ix_(~reach[:, choice.kept].any(axis=1), columns)], columns


def _opened(values: FloatArray, columns: IntArray, choice: Choice) -> BoolArray:
    opened = choice.kept.copy()
    opened[columns[values > 0.5]] = True
    return opened


def _program(asked: BoolArray, columns: IntArray, needed: FloatArray, choice: Choice) -> Program:
    rules, upper = choice.rules
    count = len(columns)
    return Program(
        cost=choice.costs[columns],
        lower=np.zeros(count),
        upper=np.ones(count),
        integer=np.ones(count, dtype=bool),
        rows=stacked([[csr_array(asked.astype(np.float64))], [rules[:, columns]]]),
        row_lower=np.concatenate((needed, np.full(len(upper), -np.inf))),
        row_upper=np.concatenate((np.full(len(asked), np.inf), upper)),
    )


def _greedy(asked: BoolArray, columns: IntArray, choice: Choice) -> BoolArray | None:
    """The candidate that serves most of those left, again and again; None when the rules stop it."""
    opened = choice.kept.copy()
    left = np.ones(len(asked), dtype=bool)
    while left.any():
        served = asked[left].sum(axis=0)
        served[~choice.addable(opened)[columns]] = 0
        best = int(np.argmax(served))
        if not served[best]:
            return None
        opened[columns[best]] = True
        left &= ~asked[:, best]
    return opened


def _reduced(asked: BoolArray, columns: IntArray, choice: Choice) -> tuple[BoolArray, IntArray]:
    """The same question without the origins and candidates that others dominate."""
    if not len(asked) or max(asked.shape) > DENSE_LIMIT:
        return asked, columns
    interchangeable = choice.counted_only and bool((choice.costs == choice.costs[0]).all())
    while True:
        before = asked.shape
        asked = asked[~_contains_another(asked)]
        if interchangeable:
            kept = ~_contained_in_another(asked.T)
            asked, columns = asked[:, kept], columns[kept]
        if asked.shape == before:
            return asked, columns


def _contains_another(sets: BoolArray) -> BoolArray:
    """Rows that contain another row (of equal rows, all but the first): serving that one serves them."""
    contains: BoolArray = np.any(_inclusions(sets), axis=0)
    return contains


def _contained_in_another(sets: BoolArray) -> BoolArray:
    """Rows that another row contains (of equal rows, all but the first)."""
    contained: BoolArray = np.any(_inclusions(sets, first_contains=True), axis=1)
    return contained


def _inclusions(sets: BoolArray, *, first_contains: bool = False) -> BoolArray:
    """Whether row i is inside row k; of two equal rows only one of both directions is told."""
    table = sets.astype(np.float32)
    common = table @ table.T
    sizes = table.sum(axis=1)
    inside = common >= sizes[:, None]
    equal = inside & inside.T
    rank = np.arange(len(sets))
    told = rank[:, None] > rank[None, :] if first_contains else rank[:, None] < rank[None, :]
    inside &= ~equal | told
    np.fill_diagonal(inside, False)
    return inside
