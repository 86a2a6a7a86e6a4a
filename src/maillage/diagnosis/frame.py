"""The columns a snapshot is made of, and their aggregation to any territory. Pure arrays, no database.

A unit is a row of the published file (a commune of that year) or, where nothing is published, a commune of
today. Aggregation rules (DREES, and docs/method.md): the mean of an APL is weighted by the standardised
population; shares of population and tenths by the total population; a unit without value is left out of
both sides of a mean and counted.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from maillage.territories.keys import Key

Floats = NDArray[np.float64]

TEXT_COLUMNS = ("code", "commune", "epci", "departement", "region")
APL_COLUMNS = ("apl", "apl_65", "apl_62", "apl_60", "apl_estimate")
MINUTES_COLUMNS = ("minutes_practitioner", "minutes_pharmacy", "minutes_emergency")
NUMBER_COLUMNS = (
    "population",
    "standardised_population",
    *APL_COLUMNS,
    *MINUTES_COLUMNS,
    "count",
    "supply",
    "demand",
    "lon",
    "lat",
)
THRESHOLD = 2.5


@dataclass(frozen=True, slots=True)
class Frame:
    """Columns of equal length, one entry per unit. NaN is "not known"."""

    columns: dict[str, NDArray[Any]]

    def __getitem__(self, name: str) -> NDArray[Any]:
        return self.columns[name]

    def __len__(self) -> int:
        return len(self.columns["code"])

    def within(self, key: Key) -> Frame:
        """The units of a territory."""
        return self if key.level == "france" else self.where(self.is_within(key))

    def is_within(self, key: Key) -> NDArray[np.bool_]:
        """Which units are of a territory."""
        return np.full(len(self), True) if key.level == "france" else self[key.level] == key.code

    def where(self, mask: NDArray[np.bool_]) -> Frame:
        return Frame({name: column[mask] for name, column in self.columns.items()})

    def knows(self, column: str) -> bool:
        return bool(np.isfinite(self[column]).any())


def weighted(values: Floats, weights: Floats) -> tuple[Floats, Floats]:
    """Values and weights of the units where both are known and the weight is not zero."""
    kept = np.isfinite(values) & np.isfinite(weights) & (weights > 0)
    return values[kept], weights[kept]


def by_area(frame: Frame, level: str) -> dict[str, NDArray[Any]]:
    """One row per commune, EPCI, département or region of the frame, every column aggregated by its rule.

    Returns `code` and one array per measure: population, count, density (per 10,000 inhabitants),
    the APL columns (weighted by the standardised population), minutes (weighted by the population),
    fragility (see `fragility`; weighted as the APL). Units without a code at that level are left out; NaN
    where nothing is known.
    """
    grouped = frame.where(frame[level] != "")
    codes, group = np.unique(grouped[level], return_inverse=True)
    size = len(codes)
    population = _sums(grouped["population"], group, size)
    # A count that leaves units out would pass for the whole: not known in one, not known in all.
    count = _totals(group, grouped["count"], size)
    table: dict[str, NDArray[Any]] = {"code": codes, "population": population, "count": count}
    table["density"] = _ratio(count, population) * 10_000
    for name in APL_COLUMNS:
        table[name] = _means(grouped[name], grouped["standardised_population"], group, size)
    for name in MINUTES_COLUMNS:
        table[name] = _means(grouped[name], grouped["population"], group, size)
    lost = fragility(grouped.columns)
    table["fragility"] = _means(lost, grouped["standardised_population"], group, size)
    return table


def age_bound(columns: dict[str, NDArray[Any]]) -> int | None:
    """The youngest age bound an APL is published for: 60, 62 or 65; None when there is none."""
    return next((age for age in (60, 62, 65) if np.isfinite(columns[f"apl_{age}"]).any()), None)


def fragility(columns: dict[str, NDArray[Any]]) -> Floats:
    """APL minus the APL of those under the youngest published age bound: what retirements will take."""
    bound = age_bound(columns)
    if bound is None:
        return np.full(len(columns["apl"]), np.nan)
    return columns["apl"] - columns[f"apl_{bound}"]


def _sums(values: Floats, group: NDArray[np.intp], size: int) -> Floats:
    """Sum by group; NaN for a group where no value is known."""
    known = np.isfinite(values)
    sums = _totals(group[known], values[known], size)
    sums[_totals(group[known], None, size) == 0] = np.nan
    return sums


def _means(values: Floats, weights: Floats, group: NDArray[np.intp], size: int) -> Floats:
    """Weighted mean by group; where every weight is zero (an empty commune), the plain mean."""
    known = np.isfinite(values)
    weights = np.where(np.isfinite(weights), weights, 0.0)
    totals = _totals(group[known], (values * weights)[known], size)
    weight = _totals(group[known], weights[known], size)
    plain = _ratio(_totals(group[known], values[known], size), _totals(group[known], None, size))
    return np.where(weight > 0, _ratio(totals, weight), plain)


def _totals(group: NDArray[np.intp], values: Floats | None, size: int) -> Floats:
    """Sum of the values, or number of units, of each group."""
    return np.bincount(group, weights=values, minlength=size).astype(float)


def _ratio(numerator: Floats, denominator: Floats) -> Floats:
    """Quotient, NaN where it has no meaning."""
    return np.divide(
        numerator,
        denominator,
        out=np.full(np.broadcast(numerator, denominator).shape, np.nan),
        where=np.isfinite(denominator) & (denominator != 0),
    )
