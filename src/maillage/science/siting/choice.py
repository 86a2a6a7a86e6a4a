"""Which candidates may open together: the rules every siting model shares."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array

from maillage.science.checks import BoolArray, FloatArray, IntArray, ScienceError, indices, nonnegative

NO_PLACE: IntArray = np.zeros(0, dtype=np.int64)


@dataclass(frozen=True, eq=False)
class Limit:
    """At most so many new places among these candidates: a quota by EPCI, or 1 for "one or the other"."""

    candidates: IntArray
    at_most: int


def limits_by_group(groups: npt.ArrayLike, at_most: int) -> tuple[Limit, ...]:
    """One :class:`Limit` for each group of candidates, to spread the places.

    :param groups: group of each candidate (number or code), shape (candidates,).
    """
    labels = np.asarray(groups)
    if labels.ndim != 1:
        raise ScienceError("Un groupe est attendu par lieu candidat, dans une liste à une dimension.")
    return tuple(Limit(np.flatnonzero(labels == label), at_most) for label in np.unique(labels))


@dataclass(frozen=True, eq=False)
class Choice:
    """Candidates and the rules of their opening; made by :meth:`of`.

    Opening fewer places than allowed is always possible: no goal of this package is made worse by a place
    more, save inequality, where it is the point.

    :ivar p: new places at most; None when only the budget counts.
    :ivar costs: cost of each candidate, shape (candidates,), 1 by default.
    :ivar budget: total cost of the new places at most.
    :ivar kept: open in every answer, counted neither in ``p`` nor in the budget nor in the limits.
    :ivar excluded: never opened.
    """

    p: int | None
    costs: FloatArray
    budget: float | None
    kept: BoolArray
    excluded: BoolArray
    limits: tuple[Limit, ...]

    @classmethod
    def of(
        cls,
        candidates: int,
        *,
        p: int | None = None,
        costs: npt.ArrayLike | None = None,
        budget: float | None = None,
        kept: npt.ArrayLike = (),
        excluded: npt.ArrayLike = (),
        limits: Iterable[Limit] = (),
    ) -> "Choice":
        """Rules over ``candidates`` places, numbered from 0.

        :param kept: numbers of the places that exist and stay open.
        :param excluded: numbers of the candidates that may not open.
        :raises ScienceError: rules that contradict each other or that nothing can meet.
        """
        if candidates <= 0:
            raise ScienceError("Aucun lieu candidat n'est donné : choisissez où il serait possible d'ouvrir.")
        choice = cls(
            p=p,
            costs=np.ones(candidates) if costs is None else nonnegative(costs, candidates, "les coûts"),
            budget=budget,
            kept=_mask(kept, candidates, "les lieux gardés"),
            excluded=_mask(excluded, candidates, "les lieux exclus"),
            limits=tuple(
                Limit(np.unique(indices(limit.candidates, candidates, "une limite")), limit.at_most)
                for limit in limits
            ),
        )
        choice._require_consistent()
        return choice

    @property
    def candidates(self) -> int:
        return len(self.costs)

    @property
    def free(self) -> BoolArray:
        """Candidates that the model decides on."""
        return ~(self.kept | self.excluded)

    @property
    def usable(self) -> BoolArray:
        """Candidates that are or may be open."""
        return ~self.excluded

    @property
    def counted_only(self) -> bool:
        """Whether the number of places is the only rule: then candidates are interchangeable."""
        return self.budget is None and not self.limits

    def require_an_end(self) -> None:
        """For models where one always wants a place more.

        :raises ScienceError: neither number of places nor budget, or a budget that opens nothing.
        """
        if self.p is None and self.budget is None:
            raise ScienceError("Donnez un nombre de lieux à ouvrir ou un budget.")
        if self.most() == 0:
            raise ScienceError(
                f"Le budget de {self.budget:g} ne permet d'ouvrir aucun candidat : le moins cher coûte "
                f"{self.costs[self.free].min():g}."
                if self.free.any()
                else "Tous les candidats sont gardés ou exclus : il n'y a rien à choisir."
            )

    def most(self) -> int:
        """No choice opens more new places than this."""
        most = int(self.free.sum())
        if self.p is not None:
            most = min(most, self.p)
        if self.budget is not None:
            cheapest = np.cumsum(np.sort(self.costs[self.free]))
            most = min(most, int(np.searchsorted(cheapest, self.budget * (1 + 1e-12), side="right")))
        return most

    @cached_property
    def rules(self) -> tuple[csr_array, FloatArray]:
        """The rules as ``rows @ y <= upper`` on 0/1 variables of the candidates, those kept left out."""
        free = np.flatnonzero(self.free)
        rules: list[tuple[IntArray, FloatArray, float]] = []
        if self.p is not None:
            rules.append((free, np.ones(len(free)), float(self.p)))
        if self.budget is not None:
            rules.append((free, self.costs[free], self.budget))
        for limit in self.limits:
            concerned = limit.candidates[self.free[limit.candidates]]
            rules.append((concerned, np.ones(len(concerned)), float(limit.at_most)))
        columns = np.concatenate([NO_PLACE, *(places for places, _, _ in rules)])
        values = np.concatenate([np.zeros(0), *(weights for _, weights, _ in rules)])
        starts = np.cumsum([0, *(len(places) for places, _, _ in rules)])
        rows = csr_array((values, columns, starts), shape=(len(rules), self.candidates))
        return rows, np.array([upper for _, _, upper in rules])

    @cached_property
    def groups(self) -> tuple[IntArray, IntArray]:
        """Limits that share no candidate: number of the one each candidate is under (−1: none), and caps.

        All of them for a quota by group; of limits that overlap, those that fit, the first first.
        """
        group = np.full(self.candidates, -1, dtype=np.int64)
        caps: list[int] = []
        for limit in self.limits:
            if (group[limit.candidates] < 0).all():
                group[limit.candidates] = len(caps)
                caps.append(limit.at_most)
        return group, np.array(caps, dtype=np.int64)

    def bounds(self) -> tuple[FloatArray, FloatArray]:
        """Bounds of the 0/1 variables: 1 for those kept, 0 for those excluded."""
        return self.kept.astype(np.float64), self.usable.astype(np.float64)

    def narrowed(self, away: BoolArray) -> "Choice":
        """The same rules with other candidates excluded too."""
        return Choice(self.p, self.costs, self.budget, self.kept, self.excluded | away, self.limits)

    def allows(self, opened: BoolArray) -> bool:
        """Whether these open places (those kept included) respect every rule."""
        if (opened & self.excluded).any() or (self.kept & ~opened).any():
            return False
        return bool((self._slack(opened) >= 0).all())

    def addable(self, opened: BoolArray) -> BoolArray:
        """Candidates that may still open beside these."""
        rows, _ = self.rules
        slack = np.repeat(self._slack(opened), np.diff(rows.indptr))
        refused = opened | ~self.free
        refused[rows.indices[rows.data > slack]] = True
        return ~refused

    def swappable(self, opened: BoolArray, leaving: IntArray) -> BoolArray:
        """Whether candidate j may replace the open place ``leaving[r]``, shape (leaving, candidates)."""
        rows, _ = self.rules
        allowed = np.tile(self.free & ~opened, (len(leaving), 1))
        allowed[self.kept[leaving]] = False
        for rule, slack in enumerate(self._slack(opened)):
            row = rows[[rule]].toarray()[0]
            allowed &= row[None, :] - row[leaving][:, None] <= slack
        return allowed

    def _slack(self, opened: BoolArray) -> FloatArray:
        """What each rule still allows, rounding forgiven."""
        rows, upper = self.rules
        return upper * (1 + 1e-12) + 1e-9 - rows @ opened.astype(np.float64)

    def _require_consistent(self) -> None:
        if (self.kept & self.excluded).any():
            place = int(np.flatnonzero(self.kept & self.excluded)[0])
            raise ScienceError(f"Le lieu {place} est à la fois gardé et exclu : choisissez l'un ou l'autre.")
        if self.p is not None:
            self._require_enough(self.p)
        if self.budget is not None and not 0 <= self.budget < np.inf:
            raise ScienceError(f"Le budget doit être un montant positif, et non {self.budget}.")
        if any(limit.at_most < 0 for limit in self.limits):
            raise ScienceError("Un nombre maximal de lieux ne peut pas être négatif.")

    def _require_enough(self, p: int) -> None:
        if p < 1:
            raise ScienceError(f"Il faut ouvrir au moins un lieu, et non {p}.")
        free = int(self.free.sum())
        if p > free:
            raise ScienceError(
                f"{p} lieux à ouvrir sont demandés et {free} candidats seulement peuvent l'être : "
                "demandez-en moins ou ajoutez des candidats."
            )


def _mask(numbers: npt.ArrayLike, size: int, name: str) -> BoolArray:
    mask = np.zeros(size, dtype=bool)
    mask[indices(numbers, size, name)] = True
    return mask
