"""Sums by group."""

import numpy as np

from maillage.science.checks import FloatArray, IntArray


def total_by(group: IntArray, values: FloatArray, groups: int) -> FloatArray:
    """Σ of ``values`` by number of ``group``, shape (groups,)."""
    totals: FloatArray = np.bincount(group, values, minlength=groups).astype(np.float64, copy=False)
    return totals
