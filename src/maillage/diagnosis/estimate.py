"""The recomputed APL: an estimate from open data, never to be shown as the published indicator."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from maillage.diagnosis.frame import Floats
from maillage.diagnosis.professions import Profession
from maillage.science.agreement import calibration_constant
from maillage.science.apl import PARAMETERS, AplParameters, apl
from maillage.science.travel import TravelTimes, straight_line, straight_line_nearest

# Straight-line times are assumptions, shown wherever they serve. One minute to leave and to park, outside
# one's own commune, is what ranks communes best against the published APL of 2021: Spearman .547 (77),
# .579 (41) and .563 (France), against .540, .556 and .558 without it.
DETOUR = 1.3
SPEED_KMH = 50.0
TERMINAL_MINUTES = 1.0
# DREES refounded the APL in 2015: steps of 10, 15 and 20 minutes in place of 5, 10 and 15.
REFOUNDED = 2015


def parameters_for(profession: Profession, vintage: int) -> AplParameters:
    """The official parameters of the latest series not after a vintage, else of the earliest one.

    A vintage takes those of its own formulation, where they are known: before or since 2015.
    """
    known = sorted(
        (entry for entry in PARAMETERS if entry.profession == profession.code),
        key=lambda entry: entry.vintage,
    )
    refounded = vintage >= REFOUNDED
    same = [entry for entry in known if (entry.vintage >= REFOUNDED) == refounded] or known
    before = [entry for entry in same if entry.vintage <= vintage]
    return before[-1] if before else same[0]


@dataclass(frozen=True, slots=True)
class Matrix:
    """A loaded travel-time matrix: pairs as numbers into `codes`, in minutes."""

    codes: NDArray[np.str_]
    origin: NDArray[np.int32]
    destination: NDArray[np.int32]
    minutes: Floats


def travel_times(
    code: NDArray[np.str_], lon: Floats, lat: Floats, *, limit_minutes: float, matrix: Matrix | None
) -> TravelTimes:
    """Minutes between units within a limit: the loaded matrix where it has both, else a straight line.

    Two units that the matrix has, and no time between them, are out of reach of each other; past its edge,
    the places it does not have are reached in a straight line. Units are placed at their centre; a unit is at
    0 minutes of itself.
    """
    fallback = straight_times(lon, lat, limit_minutes=limit_minutes)
    if matrix is None:
        return fallback
    origin, destination, minutes = _pairs_of(matrix, code)
    leaves, arrives = np.zeros(len(code), dtype=bool), np.zeros(len(code), dtype=bool)
    leaves[origin], arrives[destination] = True, True
    kept = (minutes <= limit_minutes) & (origin != destination)
    origin, destination, minutes = origin[kept], destination[kept], minutes[kept]
    rows = np.repeat(np.arange(len(code)), np.diff(fallback.indptr))
    straight = ~(leaves[rows] & arrives[fallback.indices]) | (rows == fallback.indices)
    return TravelTimes.from_pairs(
        np.concatenate([origin, rows[straight]]),
        np.concatenate([destination, fallback.indices[straight]]),
        np.concatenate([minutes, fallback.minutes[straight]]),
        origins=len(code),
        places=len(code),
    )


def _pairs_of(matrix: Matrix, code: NDArray[np.str_]) -> tuple[NDArray[np.int64], NDArray[np.int64], Floats]:
    """The pairs of a matrix between units of these codes: numbers of both, minutes."""
    position = {name: number for number, name in enumerate(code.tolist())}
    known = np.array([position.get(name, -1) for name in matrix.codes.tolist()], dtype=np.int64)
    origin, destination = known[matrix.origin], known[matrix.destination]
    both = (origin >= 0) & (destination >= 0)
    return origin[both], destination[both], matrix.minutes[both]


def straight_times(lon: Floats, lat: Floats, *, limit_minutes: float) -> TravelTimes:
    """Straight-line minutes between units, with the terminal minute for those who leave their unit."""
    reach = limit_minutes - TERMINAL_MINUTES
    times = straight_line(lon, lat, limit_minutes=reach, detour=DETOUR, speed_kmh=SPEED_KMH)
    leaves = np.repeat(np.arange(times.origins), np.diff(times.indptr)) != times.indices
    return replace(times, minutes=times.minutes + TERMINAL_MINUTES * leaves)


@dataclass(frozen=True, slots=True)
class Estimate:
    """Scores and demand by unit (NaN where a unit has no place or no population), and what was left out."""

    scores: Floats
    demand: Floats
    calibration: float
    unreached_supply: float
    units: int


def estimate(
    *,
    times: TravelTimes,
    located: NDArray[np.bool_],
    population: Floats,
    supply: Floats,
    published: Floats,
    parameters: AplParameters,
) -> Estimate:
    """E2SFCA with the official steps, over the located units, scaled to the mean of the published APL.

    :param times: minutes between the located units, in their order.
    :param located: units with coordinates and a population, shape (units,).
    :param population: standardised inhabitants, shape (units,).
    :param supply: consultations a year (or ETP) offered, shape (units,).
    :param published: APL of the same year, NaN where there is none; without any, no scaling is done.
    """
    accessibility = apl(times, population[located], parameters)
    result = accessibility.scores(supply[located])
    scores = np.full(len(located), np.nan)
    demand = np.full(len(located), np.nan)
    scores[located], demand[located] = result.values, accessibility.demand_on_places
    both = located & np.isfinite(published)
    calibration = 1.0
    if both.any() and (scores[both] * population[both]).sum() > 0:
        calibration = calibration_constant(scores[both], published[both], population[both])
    return Estimate(
        scores * calibration, demand, calibration, float(result.unreached_supply), int(located.sum())
    )


def minutes_to_nearest(
    code: NDArray[np.str_], lon: Floats, lat: Floats, has: NDArray[np.bool_], *, matrix: Matrix | None
) -> Floats:
    """Minutes from each located unit to the nearest one that `has` the service, else NaN.

    By the loaded matrix where it reaches one from there, else in a straight line.
    """
    minutes = _straight_to_nearest(lon, lat, has)
    if matrix is not None:
        origin, destination, times = _pairs_of(matrix, code)
        served = has[destination] & ~has[origin]
        nearest = np.full(len(code), np.inf)
        np.minimum.at(nearest, origin[served], times[served])
        found = np.isfinite(nearest) & np.isfinite(minutes)
        minutes[found] = nearest[found]
    return minutes


def _straight_to_nearest(lon: Floats, lat: Floats, has: NDArray[np.bool_]) -> Floats:
    minutes = np.full(len(lon), np.nan)
    placed = np.isfinite(lon) & np.isfinite(lat)
    goals = placed & has
    if goals.any():
        _, minutes[placed] = straight_line_nearest(
            lon[placed], lat[placed], lon[goals], lat[goals], detour=DETOUR, speed_kmh=SPEED_KMH
        )
        minutes[placed & ~has] += TERMINAL_MINUTES
    return minutes


def described(parameters: AplParameters, matrix_title: str | None) -> dict[str, Any]:
    """The parameters of an estimate, as a snapshot keeps them and a page shows them."""
    return {
        "method": "E2SFCA à paliers (formule de l'APL)",
        "series": parameters.vintage,
        "step_minutes": list(parameters.decay.bounds),
        "step_weights": [round(weight, 4) for weight in parameters.decay.weights],
        "step_side": parameters.decay.closed,
        "steps_source": parameters.decay_source.reference,
        "steps_inferred": parameters.decay_source.inferred,
        "travel_times": matrix_title or "ligne droite",
        "detour": DETOUR,
        "speed_kmh": SPEED_KMH,
        "terminal_minutes": TERMINAL_MINUTES,
    }
