"""How much a place still counts when it is far: decay functions as values one can store, compare and print.

A decay is called with an array of minutes (finite, not negative, as held by
:class:`~maillage.science.travel.TravelTimes`) and gives weights of the same shape. Beyond ``limit`` the
    weight is 0.
"""

from dataclasses import dataclass
from typing import Literal, Protocol

import numpy as np

from maillage.science.checks import FloatArray, ScienceError


class Decay(Protocol):
    """Anything that turns minutes into weights: ``decay(minutes)``, 0 beyond ``decay.limit``."""

    @property
    def limit(self) -> float: ...

    def __call__(self, minutes: FloatArray) -> FloatArray: ...


@dataclass(frozen=True)
class Steps:
    """Constant weight between bounds: ``weights[k]`` up to ``bounds[k]``, 0 past the last bound.

    :ivar bounds: minutes, increasing.
    :ivar weights: one per bound.
    :ivar closed: the side of a step its boundary belongs to. ``"right"``: a trip of exactly ``bounds[k]``
        minutes weighs ``weights[k]`` (d <= bound, the rule of the APL papers, DT70 §2.2); ``"left"``: it
        weighs the next one (d < bound). Times rounded to the nearest can cross a bound: round them up when
        closed on the right.
    """

    bounds: tuple[float, ...]
    weights: tuple[float, ...]
    closed: Literal["right", "left"] = "right"

    def __post_init__(self) -> None:
        if not self.bounds or len(self.bounds) != len(self.weights):
            raise ScienceError(
                "Une décroissance par paliers demande un poids par borne, et au moins une borne."
            )
        if not all(low < high for low, high in zip((0.0, *self.bounds), self.bounds, strict=False)):
            raise ScienceError(f"Les bornes {self.bounds} doivent être positives et croissantes.")
        if not all(0 <= weight < np.inf for weight in self.weights) or not any(self.weights):
            raise ScienceError(f"Les poids {self.weights} doivent être positifs et non tous nuls.")
        if self.closed not in ("right", "left"):
            raise ScienceError("Le côté des bornes est « right » (d ≤ borne) ou « left » (d < borne).")

    @property
    def limit(self) -> float:
        return self.bounds[-1]

    def __call__(self, minutes: FloatArray) -> FloatArray:
        beyond = np.greater if self.closed == "right" else np.greater_equal
        # A sum of comparisons has no branch: several times faster than a chain of tests on millions of pairs.
        step = beyond(minutes, self.bounds[0]).view(np.int8)
        for bound in self.bounds[1:]:
            step = step + beyond(minutes, bound).view(np.int8)
        return np.take(np.array((*self.weights, 0.0)), step)


def within(limit: float) -> Steps:
    """Weight 1 up to ``limit`` minutes, 0 beyond: the plain 2SFCA (Luo & Wang 2003, doi 10.1068/b29120)."""
    return Steps((limit,), (1.0,))


@dataclass(frozen=True)
class Gaussian:
    """exp(−½ (d/σ)²) up to ``limit``. IRDES tested exp(−d²/180), that is σ = √90, limit 30 (DT70 §3.2)."""

    sigma: float
    limit: float

    def __post_init__(self) -> None:
        _require_positive(self.sigma, self.limit)

    def __call__(self, minutes: FloatArray) -> FloatArray:
        return np.exp(-0.5 * (minutes / self.sigma) ** 2) * (minutes <= self.limit)


@dataclass(frozen=True)
class KernelGaussian:
    """(exp(−½ (d/d0)²) − exp(−½)) / (1 − exp(−½)), from 1 at home to 0 at ``limit`` = d0 (Dai 2010)."""

    limit: float

    def __post_init__(self) -> None:
        _require_positive(self.limit)

    def __call__(self, minutes: FloatArray) -> FloatArray:
        floor = np.exp(-0.5)
        return np.maximum((np.exp(-0.5 * (minutes / self.limit) ** 2) - floor) / (1.0 - floor), 0.0)


@dataclass(frozen=True)
class Exponential:
    """exp(−rate · d) up to ``limit``. IRDES tested rate 0.12 a minute, limit 30 (DT70 §3.2)."""

    rate: float
    limit: float

    def __post_init__(self) -> None:
        _require_positive(self.rate, self.limit)

    def __call__(self, minutes: FloatArray) -> FloatArray:
        return np.exp(-self.rate * minutes) * (minutes <= self.limit)


@dataclass(frozen=True)
class Epanechnikov:
    """¾ (1 − (d/d0)²) up to ``limit`` = d0 (Dai & Wang 2011)."""

    limit: float

    def __post_init__(self) -> None:
        _require_positive(self.limit)

    def __call__(self, minutes: FloatArray) -> FloatArray:
        return 0.75 * np.maximum(1.0 - (minutes / self.limit) ** 2, 0.0)


@dataclass(frozen=True)
class Logistic:
    """g(0)/g(d) up to ``limit``, with g(d) = 1 + exp(π (d − median) / (deviation √3)).

    The decay of iFCA (Bauer & Groneberg 2016, doi 10.1371/journal.pone.0159148), here with one median and one
    standard deviation for all origins.
    """

    median: float
    deviation: float
    limit: float

    def __post_init__(self) -> None:
        _require_positive(self.median, self.deviation, self.limit)

    def __call__(self, minutes: FloatArray) -> FloatArray:
        slope = np.pi / (self.deviation * np.sqrt(3.0))
        # logaddexp(0, x) is log(1 + exp(x)) without overflow on long trips.
        log_home = np.logaddexp(0.0, -slope * self.median)
        return np.exp(log_home - np.logaddexp(0.0, slope * (minutes - self.median))) * (minutes <= self.limit)


def _require_positive(*parameters: float) -> None:
    if not all(0 < value < np.inf for value in parameters):
        raise ScienceError(f"Les paramètres d'une décroissance sont supérieurs à zéro, et non {parameters}.")
