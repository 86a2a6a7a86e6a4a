"""How wrong a forecast made in the past would have been, by what was published since."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from maillage.science.checks import FloatArray, ScienceError, nonnegative
from maillage.science.demography.fans import LEVELS, PROBABILITIES, Fan

MEDIAN = PROBABILITIES.index(0.5)


@dataclass(frozen=True)
class Accuracy:
    """Forecasts of one year against what was observed.

    :ivar rows: areas compared; those without forecast or without observation are left out of everything.
    :ivar error: mean absolute error of the median, weighted by population.
    :ivar bias: mean of forecast minus observed, weighted by population: above 0, too optimistic.
    :ivar still: mean absolute error of the naive forecast that nothing changes: what ``error`` has to beat.
    :ivar coverage: share of the areas inside each interval, to be compared with its level.
    """

    year: int
    rows: int
    error: float
    bias: float
    still: float
    coverage: Mapping[float, float]


def accuracy(fan: Fan, position: int, year: int, observed: npt.ArrayLike, weights: npt.ArrayLike) -> Accuracy:
    """Compare the forecasts of a year with what was published.

    :param position: of the year in the fan.
    :param observed: by row, NaN where nothing was published, shape (rows,).
    :param weights: population by row, shape (rows,).
    :raises ScienceError: no row can be compared.
    """
    forecast, start = fan.bounds[position], fan.bounds[0, :, MEDIAN]
    seen = np.asarray(observed, dtype=np.float64)
    people = nonnegative(weights, len(forecast), "la population")
    kept = np.isfinite(seen) & fan.known & (people > 0)
    if not kept.any():
        raise ScienceError(
            f"Rien n'a été publié pour {year} sur ce territoire : la comparaison est impossible."
        )
    gap = forecast[kept, MEDIAN] - seen[kept]
    share = people[kept] / people[kept].sum()
    return Accuracy(
        year=year,
        rows=int(kept.sum()),
        error=float(share @ np.abs(gap)),
        bias=float(share @ gap),
        still=float(share @ np.abs(start[kept] - seen[kept])),
        coverage={level: _covered(forecast[kept], seen[kept], level) for level in LEVELS},
    )


def series_break(mean_before: float, mean_after: float, change: float) -> float:
    """What multiplies a series at a change of method, so that only the published real change remains.

    mean_after = factor · mean_before · (1 + change).

    :param change: relative change at constant method, published with the new series (−0.008 for −0.8 %).
    """
    if not (mean_before > 0 and mean_after > 0 and change > -1):
        raise ScienceError("La rupture de série demande deux moyennes positives et leur évolution publiée.")
    return mean_after / (mean_before * (1 + change))


def _covered(forecast: FloatArray, observed: FloatArray, level: float) -> float:
    low, high = LEVELS[level]
    return float(((forecast[:, low] <= observed) & (observed <= forecast[:, high])).mean())
