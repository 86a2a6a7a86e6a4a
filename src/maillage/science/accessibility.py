"""Floating catchment areas: who reaches how much care, in competition with whom.

The whole family is two sparse products. With weights W = decay(minutes), population P by origin and supply S
by place::

    D_j = Σ_i V_ij P_i          demand that weighs on place j        (V: how origins share their demand)
    R_j = S_j / D_j             what place j has for one inhabitant
    A_i = Σ_j U_ij R_j          score of origin i                    (U: what origins receive)

=========  =====================  =====================  =====================================================
method     V                      U                      source
=========  =====================  =====================  =====================================================
E2SFCA     W                      W                      Luo & Qi 2009, doi 10.1016/j.healthplace.2009.06.002;
                                                         with ``within(limit)``, the 2SFCA of Luo & Wang 2003;
                                                         with the official steps, the French APL
M2SFCA     W                      W²                     Delamater 2013
3SFCA      G∘W                    G∘W                    Wan, Zou & Sternberg 2012,
                                                         doi 10.1080/13658816.2011.624987; G_ij = W_ij / Σ_j
                                                         W_ij
BFCA       W_ij / Σ_j W_ij        W_ij / Σ_i W_ij        Paez, Higgins & Vivona 2019,
                                                         doi 10.1371/journal.pone.0218773
=========  =====================  =====================  =====================================================

Scores are linear in S: a sum of contributions, one per place, and supply added at a place changes one column
only.

A place whose D_j is zero (no inhabitant, or only empty communes within reach) is *unreached*: its supply
goes to nobody and is named in :class:`Scores`, never lost. An origin with no place within reach scores zero.
"""

from collections.abc import Iterator
from concurrent.futures import Executor
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from itertools import pairwise, repeat
from operator import matmul

import numpy as np
import numpy.typing as npt
from scipy.sparse import csc_array, csr_array, diags_array

from maillage.science.checks import BoolArray, FloatArray, IntArray, ScienceError, indices, nonnegative
from maillage.science.decay import Decay
from maillage.science.travel import TravelTimes

CONSERVATION_TOLERANCE = 1e-9
"""Largest relative gap allowed between what is offered and what is distributed: rounding only."""

ROW_BLOCKS = 16
"""Blocks a product is cut into for an executor; the result does not depend on it."""


class Method(StrEnum):
    """A member of the floating catchment family; the table of the module says what each computes."""

    E2SFCA = "e2sfca"
    M2SFCA = "m2sfca"
    THREE_SFCA = "3sfca"
    BFCA = "bfca"


@dataclass(frozen=True, eq=False)
class Scores:
    """Scores of the origins, and what was left out of them.

    :ivar values: shape (origins,), or (origins, scenarios) when the supply had columns.
    :ivar unreached_places: places that offer something in at least one scenario and that no demand reaches.
    :ivar unreached_supply: their total supply: one number, or one per scenario.
    """

    values: FloatArray
    unreached_places: IntArray
    unreached_supply: FloatArray


class Catchments:
    """Which places count for which origins, and how much: prepared once for some times and a decay.

    :param times: minutes between origins and places.
    :param decay: minutes to weights; see :mod:`maillage.science.decay`.
    :param method: member of the family.
    :raises ScienceError: the decay gives a negative or undefined weight.
    """

    def __init__(self, times: TravelTimes, decay: Decay, method: Method = Method.E2SFCA) -> None:
        self.method = method
        weights = _weights(times, decay)
        self.demand_weights, self.access_weights = _shares(weights, method)

    @property
    def origins(self) -> int:
        return int(self.access_weights.shape[0])

    @property
    def places(self) -> int:
        return int(self.access_weights.shape[1])

    def accessibility(self, population: npt.ArrayLike, *, per: float = 1.0) -> "Accessibility":
        """The population spread over these catchments, ready for any number of supplies.

        :param population: inhabitants (or standardised inhabitants) by origin, shape (origins,).
        :param per: scores are given for that many inhabitants (1, or 100 000).
        """
        return Accessibility(self, population, per=per)


class Accessibility:
    """Access to care of one population: scores, contributions and increments for any supply.

    Made by :meth:`Catchments.accessibility`.

    :ivar population: shape (origins,).
    :ivar demand_on_places: D_j, inhabitants weighing on each place, shape (places,).
    :ivar reached: places with D_j > 0, booleans, shape (places,).
    """

    def __init__(self, catchments: Catchments, population: npt.ArrayLike, *, per: float = 1.0) -> None:
        if not 0 < per < np.inf:
            raise ScienceError(f"Le nombre d'habitants de l'unité doit être supérieur à zéro, et non {per}.")
        self.catchments = catchments
        self.per = per
        self.population = nonnegative(population, catchments.origins, "la population")
        self.demand_on_places: FloatArray = catchments.demand_weights.T @ self.population
        self.reached: BoolArray = self.demand_on_places > 0

    def scores(self, supply: npt.ArrayLike, *, executor: Executor | None = None) -> Scores:
        """A_i for one supply or many at once.

        :param supply: care offered by place (doctors, consultations a year…), shape (places,), or
            (places, scenarios).
        :param executor: computes the rows by blocks on it (threads, processes, a Dask client's executor);
            worth it for many scenarios. The numbers are the same to the last bit.
        :returns: scores in units of supply for ``per`` inhabitants.
        :raises ScienceError: supply of another shape, missing or negative; conservation broken.
        """
        offered = nonnegative(supply, self.catchments.places, "l'offre de soins", columns=True)
        rates = self._rates(offered)
        values = _product(self.catchments.access_weights, rates, executor)
        self._check_conservation(values, rates, offered)
        lost = np.where(_as_column(self.reached, offered), 0.0, offered)
        return Scores(
            values=values * self.per if self.per != 1.0 else values,
            unreached_places=np.flatnonzero(lost.any(axis=1) if lost.ndim == 2 else lost),
            unreached_supply=np.asarray(lost.sum(axis=0)),
        )

    def contributions(self, supply: npt.ArrayLike, origins: npt.ArrayLike | None = None) -> csr_array:
        """What each place gives to each origin: U_ij R_j, whose rows sum to the scores. Exact, not estimated.

        :param supply: shape (places,).
        :param origins: numbers of the origins wanted; all when None.
        :returns: sparse, shape (origins wanted, places), in units of supply for ``per`` inhabitants.
        """
        offered = nonnegative(supply, self.catchments.places, "l'offre de soins")
        weights = self.catchments.access_weights
        if origins is not None:
            weights = weights[indices(origins, self.catchments.origins, "les origines demandées")]
        data = weights.data * self._rates(offered)[weights.indices] * self.per
        return csr_array((data, weights.indices, weights.indptr), shape=weights.shape)

    def increment(self, place: int, units: float = 1.0) -> tuple[IntArray, FloatArray]:
        """What ``units`` of supply added at ``place`` add to the scores: only one column changes.

        Exact because D_j does not look at supply; ``units`` may be negative (a departure).

        :returns: numbers of the origins concerned and the change of their score.
        :raises ScienceError: unknown place, or place that nobody reaches.
        """
        if not 0 <= place < self.catchments.places:
            raise ScienceError(
                f"Le lieu {place} n'existe pas : les lieux vont de 0 à {self.catchments.places - 1}."
            )
        if not self.reached[place]:
            raise ScienceError(
                f"Aucun habitant n'atteint le lieu {place} : une offre ajoutée ici ne servirait à personne."
            )
        columns = self._columns
        column = slice(columns.indptr[place], columns.indptr[place + 1])
        return columns.indices[column], columns.data[column] * (
            units * self.per / self.demand_on_places[place]
        )

    @cached_property
    def _columns(self) -> csc_array:
        return self.catchments.access_weights.tocsc()

    def _rates(self, supply: FloatArray) -> FloatArray:
        """R_j, zero at unreached places."""
        demand = _as_column(self.demand_on_places, supply)
        return np.divide(supply, demand, out=np.zeros_like(supply), where=demand > 0)

    def _check_conservation(self, values: FloatArray, rates: FloatArray, supply: FloatArray) -> None:
        """What origins receive is what places give, to rounding; runs on every computation.

        Σ P_i A_i = Σ S_j over reached places (E2SFCA, 3SFCA). The two others do not conserve supply by
        design: what they distribute is recomputed place by place, Σ_i P_i A_i = Σ_j R_j Σ_i P_i U_ij
        (M2SFCA), and for BFCA Σ_i A_i = Σ_j R_j over places having an origin.
        """
        if self.catchments.method is Method.BFCA:
            received, given = values.sum(axis=0), rates.sum(axis=0)
        elif self.catchments.method is Method.M2SFCA:
            received, given = self.population @ values, self._population_served @ rates
        else:
            received, given = self.population @ values, self.reached.astype(np.float64) @ supply
        if not (np.abs(received - given) <= CONSERVATION_TOLERANCE * given).all():
            raise ScienceError(
                "L'offre distribuée ne correspond pas à l'offre disponible "
                f"({np.max(received)} contre {np.max(given)}) : le calcul est refusé, vérifiez les ordres de "
                "grandeur de la population et de l'offre."
            )

    @cached_property
    def _population_served(self) -> FloatArray:
        return self.catchments.access_weights.T @ self.population


def _weights(times: TravelTimes, decay: Decay) -> csr_array:
    weights = decay(times.minutes)
    smallest = weights.min(initial=np.inf)
    if not (smallest >= 0 and weights.max(initial=0.0) < np.inf):
        raise ScienceError("La décroissance donne un poids négatif ou indéfini : corrigez ses paramètres.")
    shape = (times.origins, times.places)
    if smallest > 0:
        return csr_array((weights, times.indices, times.indptr), shape=shape)
    kept = weights > 0
    indptr = np.concatenate(([0], np.cumsum(kept)))[times.indptr].astype(times.indptr.dtype)
    return csr_array((weights[kept], times.indices[kept], indptr), shape=shape)


def _shares(weights: csr_array, method: Method) -> tuple[csr_array, csr_array]:
    """(V, U) of the table of the module."""
    match method:
        case Method.E2SFCA:
            return weights, weights
        case Method.M2SFCA:
            return weights, weights.power(2)
        case Method.THREE_SFCA:
            chosen = diags_array(_inverse(weights.sum(axis=1))) @ weights.power(2)
            return chosen, chosen
        case Method.BFCA:
            by_origin = diags_array(_inverse(weights.sum(axis=1))) @ weights
            by_place = weights @ diags_array(_inverse(weights.sum(axis=0)))
            return by_origin.tocsr(), by_place.tocsr()


def _inverse(totals: npt.ArrayLike) -> FloatArray:
    sums = np.asarray(totals, dtype=np.float64)
    return np.divide(1.0, sums, out=np.zeros_like(sums), where=sums > 0)


def _as_column(vector: npt.NDArray, like: FloatArray) -> npt.NDArray:
    return vector[:, None] if like.ndim == 2 else vector


def _product(matrix: csr_array, dense: FloatArray, executor: Executor | None) -> FloatArray:
    if executor is None:
        return matrix @ dense
    return np.concatenate(list(executor.map(matmul, _row_blocks(matrix), repeat(dense))))


def _row_blocks(matrix: csr_array) -> Iterator[csr_array]:
    """Views of consecutive rows holding about as many pairs each."""
    rows = matrix.shape[0]
    cuts = np.searchsorted(matrix.indptr, np.linspace(0, matrix.nnz, ROW_BLOCKS + 1)[1:-1])
    bounds = np.unique([0, *np.minimum(cuts, rows), rows])
    for first, last in pairwise(bounds):
        pairs = slice(matrix.indptr[first], matrix.indptr[last])
        indptr = matrix.indptr[first : last + 1] - matrix.indptr[first]
        yield csr_array(
            (matrix.data[pairs], matrix.indices[pairs], indptr), shape=(last - first, matrix.shape[1])
        )
