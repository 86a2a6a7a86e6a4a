"""What the models of distance look at: a full table of minutes, for the origins where someone lives."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from maillage.science.checks import FloatArray, IntArray, ScienceError, nonnegative
from maillage.science.siting.choice import Choice
from maillage.science.siting.effort import Watch
from maillage.science.siting.result import Siting, Status
from maillage.science.travel import TravelTimes

PAIRS = 60_000_000
"""Pairs of the largest table accepted: 480 MB."""


@dataclass(frozen=True, eq=False)
class Table:
    """Minutes of every pair.

    :ivar origins: numbers of the origins with people, shape (rows,).
    :ivar people: their people, shape (rows,).
    :ivar minutes: infinite when out of reach, shape (rows, candidates).
    :ivar total: origins of the territory, those without people included.
    """

    origins: IntArray
    people: FloatArray
    minutes: FloatArray
    total: int

    @classmethod
    def of(cls, times: TravelTimes, demand: npt.ArrayLike, choice: Choice) -> "Table":
        """
        :raises ScienceError: shapes that disagree, nobody anywhere, table too large.
        """
        people = require_people(times, demand, choice)
        require_room(times)
        origins = np.flatnonzero(people > 0)
        minutes = np.full((times.origins, times.places), np.inf)
        minutes[np.repeat(np.arange(times.origins), np.diff(times.indptr)), times.indices] = times.minutes
        return cls(origins, people[origins], minutes[origins], times.origins)

    def unreachable(self, choice: Choice) -> IntArray:
        """Origins with people that no usable candidate reaches."""
        return self.origins[np.isinf(self.minutes[:, choice.usable]).all(axis=1)]

    def nearest(self, sites: IntArray) -> FloatArray:
        """Minutes of each row to its nearest site, infinite when none is within reach."""
        return self.minutes[:, sites].min(axis=1, initial=np.inf)

    def assignment(self, sites: IntArray) -> IntArray:
        """Nearest site of each origin of the territory, −1 without people or within nobody's reach."""
        where = np.full(self.total, -1, dtype=np.int64)
        if len(sites):
            closest = sites[np.argmin(self.minutes[:, sites], axis=1)]
            where[self.origins] = np.where(np.isfinite(self.nearest(sites)), closest, -1)
        return where


def require_people(times: TravelTimes, demand: npt.ArrayLike, choice: Choice) -> FloatArray:
    """The demand by origin, checked against the times and the choice."""
    people = nonnegative(demand, times.origins, "la population")
    if times.places != choice.candidates:
        raise ScienceError(
            f"Les temps de trajet vont vers {times.places} lieux et {choice.candidates} candidats sont "
            "donnés : il en faut autant."
        )
    if not people.any():
        raise ScienceError("Aucune population n'est donnée : il n'y a personne à desservir.")
    return people


def require_room(times: TravelTimes) -> None:
    """
    :raises ScienceError: a table of every pair would not hold in memory.
    """
    if times.origins * times.places > PAIRS:
        raise ScienceError(
            f"{times.origins} origines × {times.places} candidats : ce modèle tient toutes les paires en "
            "mémoire, réduisez les candidats ou calculez par territoire."
        )


def nobody_reaches(model: str, unreachable: IntArray, watch: Watch) -> Siting:
    """The answer when some origins are out of reach of every candidate."""
    return Siting(
        model=model,
        status=Status.INFEASIBLE,
        seconds=watch.spent,
        unreachable=unreachable,
        reason=f"Origines à portée d'aucun lieu candidat : {len(unreachable)}. Élargissez la portée, "
        "ajoutez des candidats ou écartez ces origines.",
    )


def no_choice(model: str, status: Status, watch: Watch) -> Siting:
    """The answer when no choice puts everyone within reach, or none was found in time."""
    return Siting(
        model, status, watch.spent, reason=NO_CHOICE if status is Status.INFEASIBLE else OUT_OF_TIME
    )


NO_CHOICE = (
    "Aucun choix permis par les règles ne met chaque origine à portée d'un lieu : ouvrez plus de lieux, "
    "assouplissez les limites ou élargissez la portée."
)
OUT_OF_TIME = "Le temps accordé n'a pas suffi à trouver un choix qui respecte les règles : accordez-en plus."
