"""What a forecast may show: a median inside its intervals. There is no type here for a bare central value."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from maillage.science.checks import BoolArray, FloatArray, ScienceError

PROBABILITIES = (0.025, 0.1, 0.5, 0.9, 0.975)
LEVELS = {0.8: (1, 3), 0.95: (0, 4)}
"""Coverage of each interval, and where its two bounds stand among ``PROBABILITIES``."""


@dataclass(frozen=True)
class Interval:
    """One forecast figure: the median and the intervals that hold it with 80 and 95 chances in 100."""

    low_95: float
    low_80: float
    median: float
    high_80: float
    high_95: float

    def __post_init__(self) -> None:
        bounds = (self.low_95, self.low_80, self.median, self.high_80, self.high_95)
        if not all(low <= high for low, high in pairwise(bounds)):
            raise ScienceError(
                f"Une prévision est une médiane entre ses bornes, connues et croissantes, et non {bounds}."
            )


@dataclass(frozen=True, eq=False)
class Fan:
    """Forecasts by year and row (commune, EPCI, territory), every one with its intervals.

    :ivar bounds: quantiles ``PROBABILITIES`` of the draws, shape (years, rows, 5); NaN, all five, for a row
        that cannot be forecast.
    """

    bounds: FloatArray

    def __post_init__(self) -> None:
        unknown = np.isnan(self.bounds)
        ordered = unknown[..., 1:] | (np.diff(self.bounds, axis=-1) >= 0)
        whole = unknown.all(axis=-1) == unknown.any(axis=-1)
        if self.bounds.ndim != 3 or self.bounds.shape[-1] != len(PROBABILITIES):
            raise ScienceError("Une prévision se donne par année, par ligne, et par cinq bornes.")
        if not (ordered.all() and whole.all()):
            raise ScienceError("Une prévision est une médiane entre ses bornes : aucune ne peut manquer.")

    @property
    def known(self) -> BoolArray:
        """Rows that are forecast, shape (rows,)."""
        return np.asarray(~np.isnan(self.bounds).any(axis=(0, 2)))

    def at(self, year: int, row: int) -> Interval:
        """The forecast of a year (0 is the start) and a row.

        :raises ScienceError: the row cannot be forecast.
        """
        return Interval(*self.bounds[year, row].tolist())


def quantiles(draws: FloatArray) -> FloatArray:
    """Quantiles ``PROBABILITIES`` of each row by linear interpolation, shape (rows, 5).

    :param draws: shape (rows, draws).
    """
    ordered = np.sort(draws, axis=1)
    position = np.array(PROBABILITIES) * (draws.shape[1] - 1)
    below = np.floor(position).astype(int)
    above = np.minimum(below + 1, draws.shape[1] - 1)
    low, high = ordered[:, below].astype(np.float64), ordered[:, above].astype(np.float64)
    # Rounding may put an interpolated point just under the one before, where draws are all but equal.
    return np.maximum.accumulate(low + (high - low) * (position - below), axis=1)
