"""One draw: the career of everyone who practises at some time between the start and the horizon.

Time goes by whole years, 0 being the start. Someone of age a leaves within the year with probability q_a; the
year of leaving is drawn at once by inverting the cumulative hazard Λ: with E exponential of mean 1, one who
is a₀ at the start is gone in the first year t where Λ(a₀ + t) − Λ(a₀) > E, the very law of drawing each year
in turn. Who leaves is followed on the spot, or not; who settles on their own account chooses a place by the
attraction rule.
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array

from maillage.science.checks import FloatArray, IntArray, ScienceError, indices, nonnegative
from maillage.science.demography.parameters import AGES, OLDEST, YOUNGEST, Assumptions
from maillage.science.demography.pyramids import hazard

UNKNOWN_AGE = -1
LONGEST_HORIZON = 60

Draws = npt.NDArray[np.float32]
"""One column by draw: seven figures are enough, no right depends on a forecast."""

Newcomers = tuple[IntArray, FloatArray, IntArray]
"""Place, part of a person and first year of those who come."""


@dataclass(frozen=True, eq=False)
class Workforce:
    """Who practises where at the start.

    :ivar place: of each person, shape (persons,). Someone of two places is two persons, each of a part.
    :ivar weight: part of a person who practises there, above 0, shape (persons,).
    :ivar age: completed years, or ``UNKNOWN_AGE``: each draw then takes one from the pyramid.
    :ivar territory: territory (département) of each place, shape (places,): its pyramid and its arrivals.
    :ivar pyramids: share of each of ``AGES`` by territory, shape (territories, ages).
    :ivar people: inhabitants by place, who attract arrivals, shape (places,).
    """

    place: IntArray
    weight: FloatArray
    age: IntArray
    territory: IntArray
    pyramids: FloatArray
    people: FloatArray

    def __post_init__(self) -> None:
        count, places = len(self.place), len(self.territory)
        indices(self.place, places, "les lieux d'exercice")
        indices(self.territory, len(self.pyramids), "les territoires des lieux")
        nonnegative(self.people, places, "la population des lieux")
        nonnegative(self.pyramids, len(self.pyramids), "les pyramides des âges", columns=True)
        if not (nonnegative(self.weight, count, "la part des praticiens") > 0).all():
            raise ScienceError(
                "Un praticien sans part d'exercice n'en est pas un : donnez une part positive."
            )
        outside = (self.age != UNKNOWN_AGE) & ((self.age < YOUNGEST) | (self.age > OLDEST))
        if self.age.shape != (count,) or outside.any():
            raise ScienceError(
                f"Un âge par praticien est attendu, de {YOUNGEST} à {OLDEST} ans, ou inconnu ({UNKNOWN_AGE})."
            )
        if self.pyramids.shape[1:] != (len(AGES),) or not np.allclose(self.pyramids.sum(axis=1), 1.0):
            raise ScienceError("Une pyramide des âges donne une part par âge, de somme 1.")

    @property
    def places(self) -> int:
        return len(self.territory)

    @property
    def heads(self) -> FloatArray:
        """Practitioners by place, shape (places,)."""
        return _totals(self.place, self.weight, self.places)


def of_counts(
    counts: npt.ArrayLike, territory: npt.ArrayLike, pyramids: npt.ArrayLike, people: npt.ArrayLike
) -> Workforce:
    """Practitioners known by their number only; what exceeds a whole number is one more person, in part.

    :param counts: practitioners by place, shape (places,) when no age is known, else by place and age of
        ``AGES``, shape (places, ages).
    :raises ScienceError: missing or negative count, other shapes.
    """
    places = np.asarray(territory).size
    table = nonnegative(counts, places, "le nombre de praticiens", columns=True)
    if table.ndim == 2 and table.shape[1] != len(AGES):
        raise ScienceError(
            f"Le nombre de praticiens par âge demande {len(AGES)} colonnes, de {YOUNGEST} ans."
        )
    flat = table.ravel()
    # 0.1 + 0.2 persons are not 0.3 and a phantom.
    persons = np.ceil(flat - 1e-9).astype(np.int64)
    cell = np.repeat(np.arange(flat.size), persons)
    last = np.cumsum(persons)[persons > 0] - 1
    weight = np.ones(len(cell))
    weight[last] = (flat - persons + 1)[persons > 0]
    place, age = (cell, None) if table.ndim == 1 else np.divmod(cell, len(AGES))
    ages = np.full(len(cell), UNKNOWN_AGE) if age is None else age + YOUNGEST
    return Workforce(
        place,
        weight,
        ages,
        indices(territory, len(np.asarray(pyramids)), "les territoires des lieux"),
        np.asarray(pyramids, dtype=np.float64),
        np.asarray(people, dtype=np.float64),
    )


@dataclass(frozen=True, eq=False)
class Generation:
    """People who start together in the simulation: there at the start, or come later.

    :ivar place: shape (persons,), as the others.
    :ivar weight: part of a person.
    :ivar first: first year there.
    :ivar last: first year no longer there, at most one past the horizon.
    :ivar age: position in ``AGES`` in the year ``first``.
    """

    place: IntArray
    weight: FloatArray
    first: IntArray
    last: IntArray
    age: IntArray

    def __len__(self) -> int:
        return len(self.place)


@dataclass(frozen=True, eq=False)
class Careers:
    """Several draws, packed: what each says of everyone, thousands of which are kept at once.

    :ivar age: of those there at the start, position in ``AGES``, shape (persons, draws).
    :ivar gone: the first year they are no longer there, shape (persons, draws).
    :ivar mean_activity: of those there at the start by territory, what makes 1 of work, shape
        (territories, draws).
    :ivar drift: factor of the work of a territory by year, shape (years + 1, territories, draws).
    :ivar cell: place · draws + draw of each of those who come, in one draw or another, shape (newcomers,).
    :ivar weight: part of a person, shape (newcomers,).
    :ivar full_work: their work in full activity, not divided by ``mean_activity``, shape (newcomers,).
    :ivar first: first year there, shape (newcomers,).
    :ivar last: first year no longer there, shape (newcomers,).
    :ivar entry: age the year they come, position in ``AGES``, shape (newcomers,).
    :ivar seeds: of the draws; those of the variations of a year come from them.
    """

    age: npt.NDArray[np.uint8]
    gone: npt.NDArray[np.uint8]
    mean_activity: Draws
    drift: Draws
    cell: npt.NDArray[np.int32]
    weight: npt.NDArray[np.float32]
    full_work: npt.NDArray[np.float32]
    first: npt.NDArray[np.uint8]
    last: npt.NDArray[np.uint8]
    entry: npt.NDArray[np.uint8]
    seeds: Sequence[np.random.SeedSequence]


class Simulation:
    """A workforce and its assumptions, ready to be drawn any number of times."""

    def __init__(self, workforce: Workforce, assumptions: Assumptions, *, years: int) -> None:
        """:param years: horizon, from 1 to 60.

        :raises ScienceError: horizon out of range.
        """
        if not 1 <= years <= LONGEST_HORIZON:
            raise ScienceError(f"L'horizon va de 1 à {LONGEST_HORIZON} ans, et non {years}.")
        self.workforce, self.assumptions, self.years = workforce, assumptions, years
        self.activity = assumptions.activity.by_age()
        self._cumulated = np.cumsum(hazard(assumptions))
        self._pyramids = _stacked(workforce.pyramids)
        self._home = workforce.territory[workforce.place]
        self._at_places = _parts(workforce.place, workforce.weight, workforce.places).astype(np.float32)
        self._in_territories = _parts(self._home, workforce.weight, len(workforce.pyramids))
        self._entry_ages = _stacked(assumptions.entry_ages.by_age()[None, :])
        self._in_post = _totals(workforce.territory, workforce.heads, len(workforce.pyramids))
        self._staffed = np.flatnonzero(workforce.heads > 0)
        self._straying = (assumptions.variation.value / np.sqrt(workforce.heads[self._staffed])).astype(
            np.float32
        )
        self._order = np.argsort(workforce.territory, kind="stable")
        self._pull = np.cumsum(self._attraction()[self._order])
        self._pull_before = np.concatenate(([0.0], np.cumsum(self._in_post > 0)))

    def draw(self, seeds: Sequence[np.random.SeedSequence]) -> Careers:
        """Everyone's career, once by seed; a seed gives the same draw, alone or among thousands."""
        here, generations, works, drifts = zip(*map(self._draw, seeds), strict=True)
        age = np.stack([entry.age for entry in here], axis=1).astype(np.uint8)
        mean_activity = self._mean_activity(age)
        newcomers = _together(generations)
        draw = np.repeat(np.arange(len(seeds)), [len(entry) for entry in generations])
        territory = self.workforce.territory[newcomers.place]
        full_work = newcomers.weight * np.array(works)[draw] * mean_activity[territory, draw]
        return Careers(
            age,
            np.stack([entry.last for entry in here], axis=1).astype(np.uint8),
            mean_activity.astype(np.float32),
            np.stack(drifts, axis=2).astype(np.float32),
            (newcomers.place * len(seeds) + draw).astype(np.int32),
            newcomers.weight.astype(np.float32),
            full_work.astype(np.float32),
            newcomers.first.astype(np.uint8),
            newcomers.last.astype(np.uint8),
            newcomers.age.astype(np.uint8),
            seeds,
        )

    def supply(self, careers: Careers, year: int) -> tuple[Draws, Draws]:
        """Practitioners, and their work, by place and draw in a year, both of shape (places, draws).

        1 of work is the mean work at the start in the territory, so that the territory starts with as much
        work as heads; it goes by activity at each age, a newcomer's being a part of it.
        """
        staying = (careers.gone > year).astype(np.float32)
        # Past the last age nobody stays: whatever activity stands there is multiplied by zero.
        ahead = np.append(self.activity, np.zeros(year))[year:].astype(np.float32)
        heads = self._at_places @ staying
        work = self._at_places @ (ahead.take(careers.age, mode="clip") * staying)
        come = np.flatnonzero((careers.first <= year) & (careers.last > year))
        age = careers.entry[come].astype(np.int64) + year - careers.first[come]
        cell, full_work = careers.cell[come], careers.full_work[come]
        for total, part in ((heads, careers.weight[come]), (work, full_work * self.activity[age])):
            total += np.bincount(cell, weights=part, minlength=total.size).reshape(total.shape)
        work *= (careers.drift[year] / careers.mean_activity)[self.workforce.territory]
        if year > 0:
            work[self._staffed] *= np.exp(self._variations(careers, year))
        return heads, work

    def _draw(self, seed: np.random.SeedSequence) -> tuple[Generation, Generation, float, FloatArray]:
        """Those there at the start, those who come, the work of a newcomer, the drift of the territories."""
        rng, supposed = np.random.default_rng(seed), self.assumptions
        pace = _factor(rng, supposed.cessation.spread)
        rush = _factor(rng, supposed.arrivals.spread)
        succession = min(1.0, supposed.replacement.value * _factor(rng, supposed.replacement.spread))
        ratio = supposed.work_ratio.value * _factor(rng, supposed.work_ratio.spread)
        here = self._present(rng, pace)
        arrivals, successors = self._arrivals(rng, rush), _left(rng, here, succession, self.years)
        generations = [self._newcomers(rng, pace, *_joined(arrivals, successors))]
        while len(generations[-1]):
            successors = _left(rng, generations[-1], succession, self.years)
            generations.append(self._newcomers(rng, pace, *successors))
        steps = rng.normal(0.0, supposed.drift.value, (self.years + 1, len(self._in_post)))
        steps[0] = 0.0
        return here, _together(generations), 1.0 / ratio, np.exp(np.cumsum(steps, axis=0))

    def _variations(self, careers: Careers, year: int) -> Draws:
        """Logarithm of what strays in a year, at each place staffed at the start, shape (staffed, draws).

        Practitioners stray each on their own: n at a place stray together 1/√n as far as one. The factor is
        of mean 1: a territory of many places keeps its course.
        """
        columns = []
        for seed in careers.seeds:
            key = np.random.SeedSequence(seed.entropy, spawn_key=(*seed.spawn_key, year))
            columns.append(np.random.default_rng(key).standard_normal(len(self._staffed), np.float32))
        far = self._straying[:, None]
        return np.asarray(np.stack(columns, axis=1) * far - far**2 / 2, dtype=np.float32)

    def _present(self, rng: np.random.Generator, pace: float) -> Generation:
        """Those there at the start; an age nobody knows is drawn from the pyramid of their territory."""
        workforce = self.workforce
        age = workforce.age - YOUNGEST
        unknown = np.flatnonzero(workforce.age == UNKNOWN_AGE)
        home = self._home[unknown]
        age[unknown] = _chosen(self._pyramids, home, rng.random(len(unknown)))
        start = np.zeros(len(age), dtype=np.int64)
        return Generation(workforce.place, workforce.weight, start, self._gone(rng, age, start, pace), age)

    def _arrivals(self, rng: np.random.Generator, rush: float) -> Newcomers:
        """Those who settle on their own account: a Poisson number a year and territory."""
        rate = self.assumptions.arrivals.value * rush
        numbers = rng.poisson(rate * self._in_post[:, None], (len(self._in_post), self.years))
        territory = np.repeat(np.arange(len(numbers)), numbers.sum(axis=1))
        year = np.repeat(np.tile(np.arange(1, self.years + 1), len(numbers)), numbers.ravel())
        aim = self._pull_before[territory] + rng.random(len(territory))
        chosen = np.minimum(np.searchsorted(self._pull, aim, side="right"), len(self._order) - 1)
        return self._order[chosen], np.ones(len(chosen)), year

    def _newcomers(
        self, rng: np.random.Generator, pace: float, place: IntArray, weight: FloatArray, first: IntArray
    ) -> Generation:
        age = _chosen(self._entry_ages, np.zeros(len(place), np.int64), rng.random(len(place)))
        return Generation(place, weight, first, self._gone(rng, age, first, pace), age)

    def _gone(self, rng: np.random.Generator, age: IntArray, first: IntArray, pace: float) -> IntArray:
        """First year each is no longer there, one past the horizon at most."""
        before = np.where(age > 0, self._cumulated[age - 1], 0.0)
        endured = before + rng.standard_exponential(len(age)) / pace
        return np.minimum(
            first + np.searchsorted(self._cumulated, endured, side="left") - age + 1, self.years + 1
        )

    def _mean_activity(self, age: npt.NDArray[np.uint8]) -> FloatArray:
        """Mean activity of those there at the start by territory and draw; 1 where there is nobody."""
        in_post = self._in_post[:, None]
        work = self._in_territories @ self.activity[age]
        return np.divide(work, in_post, out=np.ones_like(work), where=in_post > 0)

    def _attraction(self) -> FloatArray:
        """Share of its territory's arrivals that goes to each place; none where nobody practises yet."""
        workforce, territory = self.workforce, self.workforce.territory
        people = _totals(territory, workforce.people, len(self._in_post))
        by_people = _ratio(workforce.people, people[territory])
        by_colleagues = _ratio(workforce.heads, self._in_post[territory])
        # In a territory without inhabitants, arrivals can only follow colleagues.
        follow = np.where(people[territory] > 0, self.assumptions.attraction.value, 1.0)
        return (follow * by_colleagues + (1 - follow) * by_people) * (self._in_post[territory] > 0)


def _left(rng: np.random.Generator, generation: Generation, succession: float, years: int) -> Newcomers:
    """The places left within the horizon that find a successor at once, the part and the year."""
    vacant = np.flatnonzero(generation.last <= years)
    taken = vacant[rng.random(len(vacant)) < succession]
    return generation.place[taken], generation.weight[taken], generation.last[taken]


def _joined(first: Newcomers, second: Newcomers) -> Newcomers:
    place, weight, year = (np.concatenate(pair) for pair in zip(first, second, strict=True))
    return place, weight, year


def _together(generations: Sequence[Generation]) -> Generation:
    """Generations as one."""
    columns = (
        np.concatenate([getattr(one, entry.name) for one in generations]) for entry in fields(Generation)
    )
    return Generation(*columns)


def _factor(rng: np.random.Generator, spread: float) -> float:
    """What a draw multiplies a parameter by, of median 1."""
    return float(np.exp(spread * rng.standard_normal()))


def _stacked(shares: FloatArray) -> FloatArray:
    """Cumulated shares of each row, row g between g and g + 1, end to end."""
    cumulated = np.cumsum(shares, axis=1)
    return (cumulated / cumulated[:, -1:] + np.arange(len(shares))[:, None]).ravel()


def _chosen(stacked: FloatArray, row: IntArray, luck: FloatArray) -> IntArray:
    """The age (position in ``AGES``) where ``luck``, in [0, 1), falls among the cumulated shares of a row."""
    age = np.searchsorted(stacked, row + luck, side="right") - row * len(AGES)
    # row + luck may round up to row + 1.
    return np.minimum(age, len(AGES) - 1)


def _parts(group: IntArray, weight: FloatArray, groups: int) -> csr_array:
    """(groups × persons): the part of each person in their group."""
    return csr_array((weight, (group, np.arange(len(group)))), shape=(groups, len(group)))


def _totals(group: IntArray, values: FloatArray, groups: int) -> FloatArray:
    return np.bincount(group, weights=values, minlength=groups).astype(np.float64, copy=False)


def _ratio(part: FloatArray, whole: FloatArray) -> FloatArray:
    return np.divide(part, whole, out=np.zeros_like(part), where=whole > 0)
