"""Access to care today, and what each option would add to it.

Supply s added at place j adds exactly U_ij s / D_j to the score of origin i, because the demand D_j that
weighs on a place does not look at supply: scores are linear in what is decided. That holds for every member
of the family computed by :mod:`maillage.science.accessibility`, the APL included.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array

from maillage.science.accessibility import Accessibility
from maillage.science.checks import BoolArray, FloatArray, IntArray, ScienceError, indices, nonnegative
from maillage.science.siting.choice import Limit


@dataclass(frozen=True, eq=False)
class Options:
    """What may be opened: option k puts ``supply[k]`` at ``place[k]``.

    One place may have several options (a booth, a salaried doctor, one to five days of a mobile practice).

    :ivar cost: shape (options,), in any unit (euros, days a week).
    """

    place: IntArray
    supply: FloatArray
    cost: FloatArray

    @classmethod
    def everywhere(cls, places: npt.ArrayLike, measures: Sequence[tuple[float, float]]) -> "Options":
        """Every measure at every place; option k·len(places) + r is measure k at ``places[r]``.

        :param measures: (supply, cost) of each kind of measure.
        """
        where = indices(places, np.iinfo(np.int64).max, "les lieux candidats")
        supply, cost = nonnegative(measures, len(measures), "les mesures", columns=True).T
        return cls(np.tile(where, len(measures)), np.repeat(supply, len(where)), np.repeat(cost, len(where)))

    def one_by_place(self) -> tuple[Limit, ...]:
        """At most one option at each place."""
        return tuple(Limit(np.flatnonzero(self.place == place), 1) for place in np.unique(self.place))


@dataclass(frozen=True, eq=False)
class Ground:
    """Scores of the origins and what each option adds; made by :meth:`of`.

    :ivar people: inhabitants by origin, shape (origins,).
    :ivar scores: shape (origins,).
    :ivar gains: what each option adds to each score, sparse, shape (origins, options).
    """

    people: FloatArray
    scores: FloatArray
    gains: csr_array

    @classmethod
    def of(
        cls,
        access: Accessibility,
        supply: npt.ArrayLike,
        options: Options,
        *,
        people: npt.ArrayLike | None = None,
    ) -> "Ground":
        """
        :param supply: care offered today by place, shape (places,).
        :param people: inhabitants who count in the goal; the population of ``access`` when None. Shares under
            a threshold use the total population, where scores use the standardised one.
        :raises ScienceError: unknown place, missing or negative supply.
        """
        places = access.catchments.places
        where = indices(options.place, places, "les lieux candidats")
        added = nonnegative(options.supply, len(where), "l'offre ajoutée")
        demand = access.demand_on_places[where]
        rates = np.divide(added * access.per, demand, out=np.zeros(len(where)), where=demand > 0)
        weights = access.catchments.access_weights.tocsc()[:, where].tocsr()
        gains = csr_array(
            (weights.data * rates[weights.indices], weights.indices, weights.indptr), shape=weights.shape
        )
        gains.eliminate_zeros()
        counted = access.population if people is None else people
        return cls(
            nonnegative(counted, access.catchments.origins, "la population"),
            access.scores(supply).values,
            gains,
        )

    @property
    def options(self) -> int:
        return int(self.gains.shape[1])

    def after(self, opened: BoolArray) -> FloatArray:
        """Scores once these options are open."""
        return self.scores + self.gains @ opened.astype(np.float64)

    def helped(self, usable: BoolArray) -> BoolArray:
        """Origins with people to whom some usable option gives something."""
        given = self.gains @ usable.astype(np.float64)
        return (given > 0) & (self.people > 0)

    def require_help(self, usable: BoolArray) -> BoolArray:
        """:meth:`helped`, somewhere at least.

        :raises ScienceError: the choice is over another number of options, or no option helps anyone.
        """
        if len(usable) != self.options:
            raise ScienceError(f"{self.options} options sont données et le choix porte sur {len(usable)}.")
        helped = self.helped(usable)
        if not helped.any():
            raise ScienceError(
                "Aucun lieu candidat n'est à portée d'une population : élargissez la portée ou ajoutez des "
                "candidats."
            )
        return helped
