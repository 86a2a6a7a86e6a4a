"""The door to HiGHS: a mixed linear program in arrays, an answer that says what it is worth.

No modelling layer: models build their sparse rows themselves (an object by variable costs 90 s out of 115 s
at 5,000 × 2,000). HiGHS runs on one thread, because its scheduler does not survive the fork of a web server.
Huangfu and Hall 2018, doi 10.1007/s12532-017-0130-5.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import highspy
import numpy as np
from scipy.sparse import block_array, csr_array

from maillage.science.checks import BoolArray, FloatArray
from maillage.science.siting.effort import Watch
from maillage.science.siting.result import Status

_FORMAT_ROWWISE = int(highspy.MatrixFormat.kRowwise)
_MINIMISE = int(highspy.ObjSense.kMinimize)
_STATUSES = {
    highspy.HighsModelStatus.kOptimal: Status.OPTIMAL,
    highspy.HighsModelStatus.kInfeasible: Status.INFEASIBLE,
    # Every variable of these programs is bounded: of the two, only this one can be.
    highspy.HighsModelStatus.kUnboundedOrInfeasible: Status.INFEASIBLE,
}


@dataclass(frozen=True, eq=False)
class Program:
    """min cost·x with row_lower ≤ rows x ≤ row_upper, lower ≤ x ≤ upper, x_k whole where ``integer``.

    :ivar rows: sparse, shape (constraints, variables).
    """

    cost: FloatArray
    lower: FloatArray
    upper: FloatArray
    integer: BoolArray
    rows: csr_array
    row_lower: FloatArray
    row_upper: FloatArray


@dataclass(frozen=True, eq=False)
class Solution:
    """What the solver found, whatever made it stop.

    :ivar status: OPTIMAL, FEASIBLE, INFEASIBLE or NONE.
    :ivar values: one by variable; None without solution.
    :ivar bound: lower bound of the minimum; −inf when unknown, +inf when infeasible.
    """

    status: Status
    values: FloatArray | None
    bound: float


def stacked(blocks: Sequence[Sequence[Any]]) -> csr_array:
    """Rows made of sparse blocks, None standing for zeros."""
    return csr_array(block_array(blocks))


def solve(program: Program, watch: Watch, *, start: FloatArray | None = None) -> Solution:
    """Solves within what is left of the effort.

    :param start: a solution to start from, NaN where it does not say.
    :raises Cancelled: the effort was cancelled.
    """
    if watch.expired():
        return Solution(Status.NONE, None, -np.inf)
    highs = _loaded(program, watch)
    if start is not None:
        known = np.flatnonzero(~np.isnan(start)).astype(np.int32)
        highs.setSolution(len(known), known, start[known])
    highs.run()
    watch.expired()
    return _solution(highs, bool(program.integer.any()))


def _loaded(program: Program, watch: Watch) -> highspy.Highs:
    highs = highspy.Highs()
    for name, value in (
        ("output_flag", False),
        ("threads", 1),
        ("parallel", "off"),
        ("time_limit", watch.left),
        ("mip_rel_gap", watch.gap),
        ("mip_abs_gap", 1e-9),
        ("mip_feasibility_tolerance", 1e-9),
        ("primal_feasibility_tolerance", 1e-9),
    ):
        highs.setOptionValue(name, value)
    rows = program.rows
    highs.passModel(
        rows.shape[1],
        rows.shape[0],
        rows.nnz,
        _FORMAT_ROWWISE,
        _MINIMISE,
        0.0,
        program.cost,
        program.lower,
        program.upper,
        program.row_lower,
        program.row_upper,
        rows.indptr.astype(np.int32),
        rows.indices.astype(np.int32),
        rows.data.astype(np.float64),
        program.integer.astype(np.int32),
    )

    def stop_if_cancelled(event: Any) -> None:
        if watch.cancelled:
            event.interrupt()

    highs.cbSimplexInterrupt += stop_if_cancelled
    highs.cbMipInterrupt += stop_if_cancelled
    return highs


def _solution(highs: highspy.Highs, mixed: bool) -> Solution:
    info = highs.getInfo()
    status = _STATUSES.get(highs.getModelStatus(), Status.FEASIBLE)
    if status is Status.INFEASIBLE:
        return Solution(status, None, np.inf)
    feasible = info.primal_solution_status == int(highspy.SolutionStatus.kSolutionStatusFeasible)
    values = np.array(highs.getSolution().col_value) if feasible else None
    if mixed:
        bound = info.mip_dual_bound
    else:
        bound = info.objective_function_value if status is Status.OPTIMAL else -np.inf
    return Solution(status if feasible else Status.NONE, values, float(bound))
