"""How unequally something is shared among people: statistics of values weighted by population.

Every function takes ``values`` and ``weights`` of shape (n,) without missing value: choose the rows first
with
:func:`valid`, whose false count is what must be told to the reader. Nothing is ever read as zero.

DREES rule (note of the APL workbook): a mean APL is weighted by the *standardised* population; quantiles and
shares under a threshold by the *total* population.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from maillage.science.checks import BoolArray, FloatArray, IntArray, ScienceError, finite, nonnegative


def valid(*columns: npt.ArrayLike) -> BoolArray:
    """Rows where every column has a finite value. ``(~valid(...)).sum()`` is the number left out."""
    mask = np.isfinite(np.asarray(columns[0], dtype=np.float64))
    for column in columns[1:]:
        mask = mask & np.isfinite(np.asarray(column, dtype=np.float64))
    return mask


def weighted_mean(values: npt.ArrayLike, weights: npt.ArrayLike) -> float:
    """Σ p_i x_i / Σ p_i.

    :raises ScienceError: as every function of this module: missing value, negative weight, no weight at all.
    """
    array, share = _shares(values, weights)
    return float(array @ share)


def share_under(
    values: npt.ArrayLike, weights: npt.ArrayLike, threshold: float, *, inclusive: bool = False
) -> float:
    """Share of the weight whose value is < ``threshold`` (<= when ``inclusive``), between 0 and 1."""
    array, share = _shares(values, weights)
    return float(share[array <= threshold if inclusive else array < threshold].sum())


def weighted_quantile(values: npt.ArrayLike, weights: npt.ArrayLike, probability: float) -> float:
    """Smallest value with at least ``probability`` of the weight at or under it."""
    if not 0 < probability <= 1:
        raise ScienceError(f"Un quantile se demande entre 0 et 1, et non à {probability}.")
    array, share = _shares(values, weights)
    order = np.argsort(array, kind="stable")
    cumulated = np.cumsum(share[order])
    # Rounding of the sum may leave the last rank just under 1.
    rank = int(np.searchsorted(cumulated, probability - 1e-12))
    return float(array[order][min(rank, len(array) - 1)])


def interdecile_ratio(values: npt.ArrayLike, weights: npt.ArrayLike) -> float:
    """D9 / D1 of the weighted distribution; NaN when D1 is zero."""
    first = weighted_quantile(values, weights, 0.1)
    return weighted_quantile(values, weights, 0.9) / first if first else np.nan


def tenth_means(
    values: npt.ArrayLike,
    weights: npt.ArrayLike,
    mean_weights: npt.ArrayLike | None = None,
    *,
    tenths: int = 10,
    straddling: Literal["whole", "split"] = "whole",
) -> FloatArray:
    """Mean value in each tenth of the weight, from the lowest values to the highest, shape (tenths,).

    :param weights: cut the tenths (total population).
    :param mean_weights: weigh the mean inside a tenth (standardised population); ``weights`` when None.
    :param straddling: ``"whole"``: a row astride two tenths falls into the one where its last inhabitant is,
        the convention that gives back the figures published for 2021 (1.518 and 5.631); ``"split"``: it is
        shared exactly between them.
    :returns: NaN for a tenth that holds no row (one row heavier than a tenth, convention ``"whole"``).
    """
    array, share = _shares(values, weights)
    inner = share if mean_weights is None else _weights(mean_weights, len(array))
    # Values then weights: rows of equal value come in an order that does not depend on the file's.
    order = np.lexsort((inner, share, array))
    array, share, inner = array[order], share[order], inner[order]
    part = _whole_parts(share, tenths) if straddling == "whole" else _split_parts(share, tenths)
    weight = part @ inner
    return np.divide(part @ (inner * array), weight, out=np.full(tenths, np.nan), where=weight > 0)


def _whole_parts(share: FloatArray, tenths: int) -> FloatArray:
    """1 where a row (in order of value) belongs to a tenth, shape (tenths, n)."""
    last = np.ceil(np.cumsum(share) * tenths - 1e-9)
    return (np.clip(last, 1, tenths) == np.arange(1, tenths + 1)[:, None]).astype(np.float64)


def _split_parts(share: FloatArray, tenths: int) -> FloatArray:
    """Fraction of each row that lies in each tenth, shape (tenths, n)."""
    upper = np.cumsum(share)
    lower = upper - share
    edges = np.linspace(0.0, upper[-1], tenths + 1)[:, None]
    inside = np.maximum(np.minimum(upper, edges[1:]) - np.maximum(lower, edges[:-1]), 0.0)
    return np.divide(inside, share, out=np.zeros_like(inside), where=share > 0)


def palma_ratio(values: npt.ArrayLike, weights: npt.ArrayLike) -> float:
    """Mean of the best-off tenth / mean of the four worst-off; rows astride split, NaN when that is zero."""
    means = tenth_means(values, weights, straddling="split")
    bottom = float(means[:4].mean())
    return float(means[-1]) / bottom if bottom else np.nan


def gini(values: npt.ArrayLike, weights: npt.ArrayLike) -> float:
    """1 − Σ p_i (L_{i−1} + L_i), L the cumulated share of the total by increasing value.

    :raises ScienceError: also when a value is negative or all are zero.
    """
    array, share, mean = _positive_mean(values, weights)
    order = np.argsort(array, kind="stable")
    lorenz = np.concatenate(([0.0], np.cumsum(share[order] * array[order]) / mean))
    return float(1.0 - share[order] @ (lorenz[:-1] + lorenz[1:]))


@dataclass(frozen=True)
class Theil:
    """Theil-T index and its exact split: total = between + within."""

    total: float
    between: float
    within: float


def theil(values: npt.ArrayLike, weights: npt.ArrayLike, groups: npt.ArrayLike | None = None) -> Theil:
    """Σ p_i (x_i/μ) ln(x_i/μ), split between groups (their means) and within them; x ln x is 0 at 0.

    :param groups: label of each row (its EPCI, its département), shape (n,); one group when None.
    """
    array, share, mean = _positive_mean(values, weights)
    total = float(share @ _x_log_x(array / mean))
    if groups is None:
        return Theil(total, 0.0, total)
    labels = np.asarray(groups)
    if labels.shape != array.shape:
        raise ScienceError(f"{len(array)} groupes sont attendus, forme reçue {labels.shape}.")
    number: IntArray = np.unique(labels, return_inverse=True)[1]
    group_share = np.bincount(number, weights=share)
    group_total = np.bincount(number, weights=share * array)
    group_mean = np.divide(group_total, group_share, out=np.zeros_like(group_total), where=group_share > 0)
    between = float(group_share @ _x_log_x(group_mean / mean))
    return Theil(total, between, total - between)


def concentration_index(values: npt.ArrayLike, weights: npt.ArrayLike, rank_by: npt.ArrayLike) -> float:
    """(2/μ) Σ p_i (r_i − ½)(x_i − μ): does access go to the rich (> 0) or to the poor (< 0)?

    :param rank_by: what ranks people from poor to rich (income, minus a deprivation index), shape (n,). r_i
        is the weighted fractional rank; rows of equal ``rank_by`` share the middle of their ranks.
    """
    array, share, mean = _positive_mean(values, weights)
    ranks = fractional_rank(finite(rank_by, len(array), "le critère de classement"), share)
    return float(2.0 / mean * (share * (ranks - 0.5)) @ (array - mean))


def erreygers_index(
    values: npt.ArrayLike, weights: npt.ArrayLike, rank_by: npt.ArrayLike, *, minimum: float, maximum: float
) -> float:
    """4 μ / (maximum − minimum) · C, C the concentration index, for values bounded by nature.

    Erreygers 2009, doi 10.1016/j.jhealeco.2008.02.003.
    """
    array, _, mean = _positive_mean(values, weights)
    if not minimum < maximum or array.min() < minimum or array.max() > maximum:
        raise ScienceError(
            f"Les valeurs vont de {array.min()} à {array.max()} : donnez des bornes qui les contiennent."
        )
    return 4.0 * mean / (maximum - minimum) * concentration_index(values, weights, rank_by)


def fractional_rank(values: FloatArray, weights: FloatArray) -> FloatArray:
    """Share of the weight under each value, plus half the share of the weight at that value, in (0, 1)."""
    number: IntArray
    _, number = np.unique(values, return_inverse=True)
    at = np.bincount(number, weights=weights)
    return ((np.cumsum(at) - at / 2.0) / at.sum())[number]


def _x_log_x(ratios: FloatArray) -> FloatArray:
    return ratios * np.log(ratios, out=np.zeros_like(ratios), where=ratios > 0)


def _weights(weights: npt.ArrayLike, length: int) -> FloatArray:
    array = nonnegative(weights, length, "la population")
    if not array.sum() > 0:
        raise ScienceError("La population est nulle : aucune statistique ne peut être calculée.")
    return array


def _shares(values: npt.ArrayLike, weights: npt.ArrayLike) -> tuple[FloatArray, FloatArray]:
    array = finite(values, np.asarray(values).size, "les valeurs")
    share = _weights(weights, len(array))
    return array, share / share.sum()


def _positive_mean(values: npt.ArrayLike, weights: npt.ArrayLike) -> tuple[FloatArray, FloatArray, float]:
    array, share = _shares(nonnegative(values, np.asarray(values).size, "les valeurs"), weights)
    mean = float(array @ share)
    if not mean > 0:
        raise ScienceError("Toutes les valeurs sont nulles : l'inégalité n'est pas définie.")
    return array, share, mean
