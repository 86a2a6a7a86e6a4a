"""Who lives there: towns, suburbs and villages, and their ages, year by year."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from maillage.demo.geography import DEPARTEMENTS, Floats, Integers, Land

# The year `Population.base` is of, the latest vintage of the demo.
BASE_YEAR = 2023
YEARS = (2021, 2022, 2023)

TOWNS = {
    "00": (60_000, 26_500, 17_800, 12_400, 9_300, 7_800, 6_500, 5_400, 4_700, 4_000, 3_500, 3_000),
    "00N": (24_500, 7_200, 3_900, 2_700),
    "00E": (17_400, 8_600, 4_300, 2_500),
    "00S": (12_900, 6_100, 3_400, 2_200),
    "00O": (31_000, 9_100, 4_700, 2_800),
}
# Where the largest town stands (km) and how far apart towns are from one another.
CAPITAL_AT = (-5.0, 4.0)
TOWNS_APART_KM = 10.5
AROUND_APART_KM = 13.0

# Suburbs: how far they reach from a town of that size, and their median population.
SUBURBS = ((50_000, 11.0, 2_600.0), (12_000, 6.5, 1_150.0))
VILLAGE_MEDIAN = 370.0
VILLAGE_BOUNDS = (80, 900)
BOURG_SHARE = 0.11
BOURG_BOUNDS = (900, 2_100)

# Ages are classes of five years from 0–4 to 90 and over.
CLASSES = 19
_YOUNG = (56, 58, 60, 72, 84, 76, 70, 66, 63, 61, 59, 56, 52, 47, 42, 34, 21, 14, 9)
_OLD = (40, 48, 54, 48, 30, 36, 43, 50, 55, 60, 67, 73, 78, 80, 76, 58, 44, 34, 26)
# Share of women in each class.
WOMEN = (0.49,) * 12 + (0.51, 0.52, 0.53, 0.55, 0.58, 0.63, 0.71)


@dataclass(frozen=True, slots=True)
class Population:
    """:ivar base: inhabitants of each commune in `BASE_YEAR`.
    :ivar growth: yearly growth of each commune.
    :ivar ageing: 0 for a young commune to 1 for an old one.
    :ivar towns: communes that are towns, by département, the largest first.
    """

    base: Integers
    growth: Floats
    ageing: Floats
    towns: dict[str, list[int]]

    def in_year(self, year: int) -> Integers:
        """Inhabitants of each commune on 1 January of a year, shape (communes,)."""
        return np.rint(self.base * (1 + self.growth) ** (year - BASE_YEAR)).astype(np.int64)

    def ages(self, year: int) -> Integers:
        """The same by age class, shape (communes, CLASSES); rows sum to `in_year`."""
        older = np.clip(self.ageing + 0.012 * (year - BASE_YEAR), 0, 1)[:, None]
        profile = (1 - older) * _shares(_YOUNG) + older * _shares(_OLD)
        return _whole(profile * self.in_year(year)[:, None])

    def women(self, year: int) -> Integers:
        """The women among `ages`."""
        return np.rint(self.ages(year) * np.array(WOMEN)).astype(np.int64)


def make_population(land: Land, rng: np.random.Generator) -> Population:
    """Towns first, each apart from the others, then their suburbs, then villages."""
    towns = {
        code: _place_towns(land, index, len(TOWNS[code]), rng) for index, code in enumerate(DEPARTEMENTS)
    }
    base = _villages(len(land), rng)
    for least, reach, median in SUBURBS:
        for code, sizes in TOWNS.items():
            for town, size in zip(towns[code], sizes, strict=True):
                if size >= least:
                    distance = np.hypot(*(land.points - land.points[town]).T)
                    near = (distance < reach) & (base < median)
                    base[near] = median * rng.lognormal(0, 0.45, int(near.sum()))
    for code, sizes in TOWNS.items():
        base[towns[code]] = sizes
    counts = np.rint(base).astype(np.int64)
    south = np.clip(-land.points[:, 1] / 60, -1, 1)
    rural = np.clip((np.log(8_000) - np.log(counts)) / np.log(40), 0, 1)
    ageing = np.clip(0.2 + 0.45 * rural + 0.2 * south + rng.normal(0, 0.08, len(land)), 0, 1)
    return Population(counts, 0.004 - 0.011 * ageing, ageing, towns)


def _place_towns(land: Land, departement: int, count: int, rng: np.random.Generator) -> list[int]:
    """Communes of a département far enough from one another; the first one of the home département is near
    its centre."""
    candidates = rng.permutation(np.flatnonzero(land.departement == departement))
    apart = AROUND_APART_KM
    if departement == 0:
        apart = TOWNS_APART_KM
        first = candidates[np.argmin(np.hypot(*(land.points[candidates] - CAPITAL_AT).T))]
        candidates = np.concatenate(([first], candidates))
    while True:
        chosen: list[int] = []
        for candidate in candidates.tolist():
            gaps = np.hypot(*(land.points[chosen] - land.points[candidate]).T)
            if len(chosen) < count and (gaps > apart).all():
                chosen.append(candidate)
        if len(chosen) == count:
            return chosen
        apart *= 0.9


def _villages(count: int, rng: np.random.Generator) -> Floats:
    """Villages, and among them the bourgs that serve their surroundings."""
    people = np.clip(rng.lognormal(np.log(VILLAGE_MEDIAN), 0.6, count), *VILLAGE_BOUNDS)
    bourgs = rng.random(count) < BOURG_SHARE
    people[bourgs] = rng.uniform(*BOURG_BOUNDS, int(bourgs.sum()))
    return np.asarray(people)


def _shares(counts: tuple[int, ...]) -> Floats:
    return np.array(counts) / sum(counts)


def _whole(parts: Floats) -> Integers:
    """Whole numbers close to the parts whose rows keep their sums (largest remainders)."""
    floors = np.floor(parts)
    missing = np.rint(parts.sum(axis=1) - floors.sum(axis=1)).astype(np.int64)
    rank = np.argsort(np.argsort(-(parts - floors), axis=1, kind="stable"), axis=1)
    return (floors + (rank < missing[:, None])).astype(np.int64)
