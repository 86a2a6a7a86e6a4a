"""Communes comparable to the aided ones: nearest by Mahalanobis distance within a caliper, and balance."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.spatial.distance import cdist

from maillage.science.checks import BoolArray, FloatArray, IntArray, ScienceError, finite

WELL_BALANCED = 0.1
"""Standardised difference under which a covariate is held balanced (Austin 2009, doi 10.1002/sim.3697)."""


@dataclass(frozen=True, eq=False)
class Matches:
    """Pairs of an aided unit and one that resembles it.

    :ivar treated: numbers of the matched treated units, shape (pairs,).
    :ivar control: the control of each, shape (pairs,); one may serve twice with replacement.
    :ivar distance: Mahalanobis distance of each pair, shape (pairs,).
    :ivar unmatched: treated units with no control within the caliper.
    """

    treated: IntArray
    control: IntArray
    distance: FloatArray
    unmatched: IntArray


@dataclass(frozen=True)
class Balance:
    """One covariate before and after matching: (mean of treated − mean of controls) / pooled deviation."""

    name: str
    treated_mean: float
    control_mean: float
    matched_mean: float
    before: float
    after: float

    @property
    def is_good(self) -> bool:
        return abs(self.after) < WELL_BALANCED


def trend(outcome: npt.ArrayLike) -> FloatArray:
    """Yearly change of each unit by least squares, the pre-trend to match on, shape (units,).

    :param outcome: the years before any aid, one column a year, shape (units, years).
    :raises ScienceError: missing value, fewer than two years.
    """
    table = finite(outcome, len(np.asarray(outcome)), "les résultats d'avant l'aide", columns=True)
    if table.ndim != 2 or table.shape[1] < 2:
        raise ScienceError("Une évolution demande deux années au moins avant l'aide.")
    year = np.arange(table.shape[1]) - (table.shape[1] - 1) / 2
    return np.asarray(table @ year / (year @ year))


def matched(
    covariates: npt.ArrayLike,
    treated: npt.ArrayLike,
    *,
    caliper: float | None = None,
    per_unit: int = 1,
    replacement: bool = False,
) -> Matches:
    """Nearest controls of each treated unit by Mahalanobis distance (Rubin 1980, doi 10.2307/2529981).

    d(x, y)² = (x − y)ᵀ S⁻¹ (x − y), S the covariance of the covariates within both groups. Treated units
    choose in turn, those hardest to match first; put the pre-trend of the outcome (:func:`trend`) among the
    covariates.

    :param covariates: shape (units, covariates), no missing value.
    :param treated: booleans, shape (units,).
    :param caliper: largest distance allowed, in standard deviations; None for no limit.
    :param per_unit: controls wanted for each treated unit.
    :param replacement: whether a control may serve several treated units.
    :raises ScienceError: no treated unit, not enough controls, covariate that never varies.
    """
    mask = np.asarray(treated, dtype=bool)
    table = finite(covariates, len(mask), "les caractéristiques des communes", columns=True)
    if table.ndim == 1:
        table = table[:, None]
    ours, others = np.flatnonzero(mask), np.flatnonzero(~mask)
    _check(ours, others, per_unit, replacement)
    distance = cdist(table[ours], table[others], "mahalanobis", VI=_precision(table, mask))
    if caliper is not None:
        distance = np.where(distance <= caliper, distance, np.inf)
    pairs: list[tuple[int, int, float]] = []
    hardest_first = np.argsort(-distance.min(axis=1), kind="stable")
    for row in hardest_first.tolist():
        for column in np.argsort(distance[row], kind="stable")[:per_unit].tolist():
            if np.isfinite(distance[row, column]):
                pairs.append((row, column, float(distance[row, column])))
                if not replacement:
                    distance[:, column] = np.inf
    pairs.sort()
    found = np.array([row for row, _, _ in pairs], dtype=np.int64)
    return Matches(
        ours[found],
        others[np.array([column for _, column, _ in pairs], dtype=np.int64)],
        np.array([gap for _, _, gap in pairs]),
        np.setdiff1d(ours, ours[found]),
    )


def balance(
    covariates: npt.ArrayLike, treated: npt.ArrayLike, matches: Matches, names: list[str]
) -> list[Balance]:
    """Standardised differences of each covariate, before and after matching.

    Differences are divided by √((s₁² + s₀²) / 2) of the whole groups, before and after alike (Austin 2009).
    """
    mask = np.asarray(treated, dtype=bool)
    table = finite(covariates, len(mask), "les caractéristiques des communes", columns=True)
    if table.ndim != 2 or table.shape[1] != len(names) or not len(matches.treated):
        raise ScienceError("L'équilibre demande un nom par caractéristique, et des communes appariées.")
    ours, others = table[mask], table[~mask]
    spread = np.sqrt((ours.var(axis=0, ddof=1) + others.var(axis=0, ddof=1)) / 2)
    kept, paired = table[matches.treated].mean(axis=0), table[matches.control].mean(axis=0)
    before = _ratio(ours.mean(axis=0) - others.mean(axis=0), spread)
    after = _ratio(kept - paired, spread)
    columns = zip(names, kept, others.mean(axis=0), paired, before, after, strict=True)
    return [Balance(name, *map(float, figures)) for name, *figures in columns]


def _check(ours: IntArray, others: IntArray, per_unit: int, replacement: bool) -> None:
    if not len(ours):
        raise ScienceError("Aucune commune n'est aidée : il n'y a rien à apparier.")
    if per_unit < 1 or len(others) < per_unit * (1 if replacement else len(ours)):
        raise ScienceError(
            f"{len(others)} communes non aidées pour {len(ours)} aidées : demandez moins de communes de "
            "comparaison, ou autorisez qu'une même commune serve plusieurs fois."
        )


def _precision(table: FloatArray, treated: BoolArray) -> FloatArray:
    """Inverse of the covariance within both groups."""
    centred = np.vstack([table[group] - table[group].mean(axis=0) for group in (treated, ~treated)])
    covariance = np.atleast_2d(centred.T @ centred / max(len(table) - 2, 1))
    if np.linalg.matrix_rank(covariance) < len(covariance):
        raise ScienceError(
            "Une caractéristique ne varie pas ou se déduit des autres : retirez-la de l'appariement."
        )
    return np.linalg.inv(covariance)


def _ratio(part: FloatArray, whole: FloatArray) -> FloatArray:
    return np.divide(part, whole, out=np.zeros_like(part), where=whole > 0)
