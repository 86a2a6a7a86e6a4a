"""Does our estimate rank and weigh places like the published figure?"""

import numpy as np
import numpy.typing as npt

from maillage.science.checks import ScienceError, finite, nonnegative
from maillage.science.inequality import fractional_rank, weighted_mean


def spearman(first: npt.ArrayLike, second: npt.ArrayLike, weights: npt.ArrayLike | None = None) -> float:
    """Spearman rank correlation: Pearson correlation of the weighted fractional ranks, ties in the middle.

    :param first: shape (n,), without missing value (see :func:`maillage.science.inequality.valid`).
    :param second: shape (n,).
    :param weights: shape (n,); all equal when None, which is the usual Spearman.
    :returns: between −1 and 1; NaN when one side is constant.
    :raises ScienceError: missing value, different lengths, fewer than two rows.
    """
    count = np.asarray(first).size
    if count < 2:
        raise ScienceError("Une corrélation de rang demande au moins deux valeurs.")
    share = np.ones(count) if weights is None else nonnegative(weights, count, "les poids")
    if not share.sum() > 0:
        raise ScienceError("Les poids sont tous nuls : la corrélation n'est pas définie.")
    share = share / share.sum()
    x = fractional_rank(finite(first, count, "la première série"), share) - 0.5
    y = fractional_rank(finite(second, count, "la seconde série"), share) - 0.5
    spread = np.sqrt((share @ x**2) * (share @ y**2))
    return float(share @ (x * y) / spread) if spread > 0 else np.nan


def calibration_constant(estimate: npt.ArrayLike, published: npt.ArrayLike, weights: npt.ArrayLike) -> float:
    """c such that the weighted mean of c · estimate is that of the published figure, on the same rows.

    :param weights: standardised population for an APL.
    :raises ScienceError: also when the estimate is zero everywhere.
    """
    mean = weighted_mean(estimate, weights)
    if not mean > 0:
        raise ScienceError("L'estimation est nulle partout : elle ne peut pas être calée.")
    return weighted_mean(published, weights) / mean
