"""Thousands of draws, read by area and year: how many practise, what work they do, what access that gives.

Every figure read is linear in what is drawn, so a level of areas is one sparse matrix::

    heads_a  = Σ_j 1[j in a] N_j        work_a = Σ_j 1[j in a] S_j
    access_a = Σ_{i in a} P_i A_i / Σ_{i in a} P_i,    A_i = Σ_j U_ij S_j / D_j

and its draws are (areas × places) · (places × draws), by blocks of rows whose quantiles alone are kept. Draws
are held in float32 (seven figures); no right depends on a forecast.
"""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from itertools import repeat

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array, diags_array

from maillage.science.accessibility import Accessibility, Catchments
from maillage.science.checks import FloatArray, IntArray, ScienceError
from maillage.science.demography.careers import UNKNOWN_AGE, Careers, Draws, Simulation, Workforce
from maillage.science.demography.fans import Fan, quantiles
from maillage.science.demography.parameters import Assumptions

DRAWS_AT_ONCE = 32
ROWS_AT_ONCE = 256
FEWEST_DRAWS = 100
"""Under which the bounds of a 95 % interval would be a matter of luck."""


@dataclass(frozen=True, eq=False)
class Level:
    """Areas of one kind, and who is in them.

    :ivar codes: of the areas.
    :ivar places: area (number in ``codes``) of each place, −1 when it is in none, shape (places,).
    :ivar origins: likewise of each origin, for access; None when access is not asked.
    :ivar published: access published at the start by area, NaN where there is none: the forecast then
        starts from it and follows the relative change of the computed one. None to give the computed one.
    """

    codes: npt.NDArray[np.str_]
    places: IntArray
    origins: IntArray | None = None
    published: FloatArray | None = None


@dataclass(frozen=True, eq=False)
class Demand:
    """Who reaches whom, and how many they are.

    :ivar population: (standardised) inhabitants by origin, shape (origins,), constant; or projected, shape
        (origins, years + 1).
    :ivar per: access is given for that many inhabitants.
    :ivar unit: work that one practitioner offers in a year, in the unit of the access.
    """

    catchments: Catchments
    population: FloatArray
    per: float = 1.0
    unit: float = 1.0

    def accessibility(self, year: int) -> Accessibility:
        """The access of the population of a year (0 is the start)."""
        people = self.population[:, year] if self.population.ndim == 2 else self.population
        return self.catchments.accessibility(people, per=self.per)


@dataclass(frozen=True, eq=False)
class AreaForecast:
    """The forecast of the areas of a level, in the order of ``codes``.

    :ivar heads: practitioners.
    :ivar work: in practitioners of the start, each counted 1.
    :ivar access: in the unit of the demand; None when it was not asked. Rows that start from no access, or
        whose published access cannot be followed, are not known.
    """

    codes: npt.NDArray[np.str_]
    heads: Fan
    work: Fan
    access: Fan | None


@dataclass(frozen=True, eq=False)
class Forecast:
    """A forecast and all it was made from.

    :ivar years: from the start on.
    :ivar ages_drawn: part of the practitioners whose age nobody knows, drawn again in each draw.
    :ivar unreached: practitioners of the start at places that no inhabitant reaches, who count in no access.
    """

    years: tuple[int, ...]
    draws: int
    seed: int
    assumptions: Assumptions
    areas: Mapping[str, AreaForecast]
    ages_drawn: float
    unreached: float


def project(
    workforce: Workforce,
    assumptions: Assumptions,
    levels: Mapping[str, Level],
    *,
    start: int,
    to: int,
    draws: int = 1000,
    seed: int = 1,
    demand: Demand | None = None,
    executor: Executor | None = None,
    progress: Callable[[float], object] | None = None,
) -> Forecast:
    """Draw the careers ``draws`` times from the year ``start`` to the year ``to`` and read them by area.

    Draw k depends on the seed and on k only: neither the number of draws nor the cutting into tasks changes
    it. Memory: one year of draws (4 bytes × places × draws, three times) and the careers (2 bytes per
    practitioner and draw, 15 per newcomer).

    :param levels: areas to read, by name.
    :param demand: who reaches whom; without it no access is computed.
    :param executor: draws the careers by tasks on it (processes, a Dask client's executor). They are read by
        threads here, where the memory they share is.
    :param progress: told the share of the work done, from time to time; what it raises stops the projection.
    :raises ScienceError: too few draws, years out of order, levels or demand of other sizes.
    """
    if draws < FEWEST_DRAWS:
        raise ScienceError(
            f"{draws} tirages ne suffisent pas à donner un intervalle : demandez-en au moins {FEWEST_DRAWS}."
        )
    simulation = Simulation(workforce, assumptions, years=to - start)
    _check(workforce, levels, demand, to - start)
    readings = {name: _Reading(level, demand, workforce.heads) for name, level in levels.items()}
    told = progress or _untold
    careers = _drawn(simulation, draws, seed, executor, told)
    with ThreadPoolExecutor() as threads:
        for year in range(to - start + 1):
            told(0.5 + 0.5 * year / (to - start + 1))
            heads, work = _supplies(simulation, careers, year, threads)
            for reading in readings.values():
                reading.read(year, heads, work, threads)
    unknown = workforce.weight[workforce.age == UNKNOWN_AGE].sum()
    return Forecast(
        years=tuple(range(start, to + 1)),
        draws=draws,
        seed=seed,
        assumptions=assumptions,
        areas={name: reading.forecast() for name, reading in readings.items()},
        ages_drawn=float(unknown / workforce.weight.sum()),
        unreached=float(workforce.heads[~demand.accessibility(0).reached].sum()) if demand else 0.0,
    )


class _Reading:
    """The bounds of one level, gathered year after year."""

    def __init__(self, level: Level, demand: Demand | None, heads: FloatArray) -> None:
        self.codes = level.codes
        self.sums = _membership(level.places, len(level.codes))
        self.bounds: dict[str, list[FloatArray]] = {"heads": [], "work": [], "access": []}
        self.access: _Access | None = None
        if demand is not None and level.origins is not None:
            self.access = _Access(demand, level.origins, len(level.codes))
            self.anchor = _anchor(self.access.matrix(0) @ heads, level.published)

    def read(self, year: int, heads: Draws, work: Draws, threads: Executor) -> None:
        """One year of draws, both of shape (places, draws)."""
        self.bounds["heads"].append(_bounds(self.sums, heads, threads))
        self.bounds["work"].append(_bounds(self.sums, work, threads))
        if self.access is not None:
            bounds = _bounds(self.access.matrix(year), work, threads)
            self.bounds["access"].append(bounds * self.anchor[:, None])

    def forecast(self) -> AreaForecast:
        fans = {name: Fan(np.stack(years)) for name, years in self.bounds.items() if years}
        return AreaForecast(self.codes, fans["heads"], fans["work"], fans.get("access"))


@dataclass(frozen=True, eq=False)
class _Access:
    """What one practitioner of a place adds to the mean access of each area of a level."""

    demand: Demand
    origins: IntArray
    areas: int

    def matrix(self, year: int) -> csr_array:
        """Shape (areas, places); the same every year for a population that does not change."""
        return self._constant if self.demand.population.ndim == 1 else self._made(year)

    @cached_property
    def _constant(self) -> csr_array:
        return self._made(0)

    def _made(self, year: int) -> csr_array:
        accessibility = self.demand.accessibility(year)
        mean = _mean(self.origins, self.areas, accessibility.population)
        rate = np.divide(
            self.demand.unit * self.demand.per,
            accessibility.demand_on_places,
            out=np.zeros(accessibility.catchments.places),
            where=accessibility.reached,
        )
        return (mean @ accessibility.catchments.access_weights @ diags_array(rate)).tocsr().astype(np.float32)


def _untold(_: float) -> None:
    """Nobody asked how far the work is."""


def _drawn(
    simulation: Simulation,
    draws: int,
    seed: int,
    executor: Executor | None,
    progress: Callable[[float], object],
) -> list[Careers]:
    seeds = np.random.SeedSequence(seed).spawn(draws)
    blocks = [seeds[first : first + DRAWS_AT_ONCE] for first in range(0, draws, DRAWS_AT_ONCE)]
    careers = []
    for block in (executor.map if executor else map)(simulation.draw, blocks):
        careers.append(block)
        progress(0.5 * len(careers) / len(blocks))
    return careers


def _supplies(
    simulation: Simulation, careers: Sequence[Careers], year: int, threads: Executor
) -> tuple[Draws, Draws]:
    """Practitioners and work in a year, both of shape (places, draws)."""
    blocks = list(threads.map(simulation.supply, careers, repeat(year)))
    heads, work = (np.concatenate(parts, axis=1) for parts in zip(*blocks, strict=True))
    return heads, work


def _mean(area: IntArray, areas: int, people: FloatArray) -> csr_array:
    """(areas × origins): the mean weighted by the population; the plain one where nobody lives."""
    inside = np.flatnonzero(area >= 0)
    where, weight = area[inside], people[inside]
    total = np.bincount(where, weight, minlength=areas)
    weight = np.where(total[where] > 0, weight, 1.0)
    total = np.bincount(where, weight, minlength=areas)
    shape = (areas, len(area))
    return csr_array((weight / total[where], (where, inside)), shape=shape)


def _membership(area: IntArray, areas: int) -> csr_array:
    """(areas × places): 1 where a place is in an area."""
    inside = np.flatnonzero(area >= 0)
    return csr_array((np.ones(len(inside), np.float32), (area[inside], inside)), shape=(areas, len(area)))


def _bounds(matrix: csr_array, draws: Draws, threads: Executor) -> FloatArray:
    """Quantiles of each row of matrix · draws, shape (rows, 5); one block of rows at a time on a thread."""
    # A level may have no area at all: a territory without any EPCI.
    starts = range(0, max(matrix.shape[0], 1), ROWS_AT_ONCE)
    blocks = [matrix[first : first + ROWS_AT_ONCE] for first in starts]
    return np.concatenate(list(threads.map(_block_bounds, blocks, repeat(draws))))


def _block_bounds(matrix: csr_array, draws: Draws) -> FloatArray:
    return quantiles(matrix @ draws)


def _anchor(computed: FloatArray, published: FloatArray | None) -> FloatArray:
    """What scales each row so that it starts from what is published; NaN where that cannot be."""
    if published is None:
        return np.ones(len(computed))
    possible = np.isfinite(published) & (computed > 0)
    return np.divide(published, computed, out=np.full(len(computed), np.nan), where=possible)


def _check(workforce: Workforce, levels: Mapping[str, Level], demand: Demand | None, years: int) -> None:
    if not len(workforce.place):
        raise ScienceError("Aucun praticien au départ : il n'y a rien à projeter, chargez les effectifs.")
    if demand and demand.catchments.places != workforce.places:
        raise ScienceError(
            f"{workforce.places} lieux d'exercice et {demand.catchments.places} lieux dans les temps de "
            "trajet : il faut les mêmes."
        )
    if demand and demand.population.ndim == 2 and demand.population.shape[1] != years + 1:
        raise ScienceError(f"La population projetée demande {years + 1} années, départ compris.")
    for name, level in levels.items():
        sizes = [("lieux", level.places, workforce.places)]
        if level.origins is not None and demand:
            sizes.append(("communes", level.origins, demand.catchments.origins))
        for kind, area, size in sizes:
            if area.shape != (size,) or (size and not -1 <= area.min() <= area.max() < len(level.codes)):
                raise ScienceError(
                    f"Le niveau « {name} » demande un territoire connu pour chacun des {size} {kind}."
                )
