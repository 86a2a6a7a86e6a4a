"""Small siting problems whose every choice can be tried: the oracle of the tests of siting."""

from collections.abc import Callable, Iterator
from itertools import product

import numpy as np

from maillage.science.siting import Choice, Limit
from maillage.science.travel import TravelTimes

ORIGINS, PLACES = 8, 6


def territory(seed: int, *, filled: float = 0.75) -> tuple[TravelTimes, np.ndarray]:
    """Times with ties and pairs out of reach, people with an empty commune."""
    rng = np.random.default_rng(seed)
    origin, place = np.nonzero(rng.random((ORIGINS, PLACES)) < filled)
    minutes = rng.integers(0, 15, len(origin)).astype(float)
    people = rng.integers(1, 50, ORIGINS).astype(float)
    people[rng.integers(ORIGINS)] = 0.0
    return TravelTimes.from_pairs(origin, place, minutes, origins=ORIGINS, places=PLACES), people


def minutes_table(times: TravelTimes) -> np.ndarray:
    """Minutes of every pair, infinite out of reach."""
    table = np.full((times.origins, times.places), np.inf)
    table[np.repeat(np.arange(times.origins), np.diff(times.indptr)), times.indices] = times.minutes
    return table


def some_choice(seed: int, candidates: int = PLACES) -> Choice:
    """Rules of every kind: number or budget, one place kept, one excluded, a quota."""
    rng = np.random.default_rng(seed)
    kept, excluded, *others = rng.permutation(candidates)
    costs = rng.integers(1, 9, candidates)
    return Choice.of(
        candidates,
        p=int(rng.integers(1, 4)) if rng.random() < 0.6 else None,
        costs=costs,
        budget=float(rng.integers(9, 16)),
        kept=[kept] if rng.random() < 0.4 else [],
        excluded=[excluded] if rng.random() < 0.4 else [],
        limits=[Limit(np.array(others[:3]), 1)] if rng.random() < 0.5 else [],
    )


def counted(seed: int, candidates: int = PLACES) -> Choice:
    """A number of places as the only rule."""
    return Choice.of(candidates, p=int(np.random.default_rng(seed).integers(1, 4)))


def all_choices(choice: Choice) -> Iterator[np.ndarray]:
    """Every set of open places that the rules allow, checked one rule at a time."""
    for bits in product((False, True), repeat=choice.candidates):
        opened = np.array(bits)
        added = opened & ~choice.kept
        if (opened & choice.excluded).any() or not opened[choice.kept].all():
            continue
        if choice.p is not None and added.sum() > choice.p:
            continue
        if choice.budget is not None and choice.costs @ added > choice.budget:
            continue
        if all(added[limit.candidates].sum() <= limit.at_most for limit in choice.limits):
            yield opened


def best_of(choice: Choice, value: Callable[[np.ndarray], float]) -> float:
    """The greatest value of an allowed choice."""
    return max(value(opened) for opened in all_choices(choice))


def opened_by(sites: np.ndarray, choice: Choice) -> np.ndarray:
    """Places open once these sites are, those kept included."""
    opened = choice.kept.copy()
    opened[sites] = True
    return opened
