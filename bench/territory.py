"""A synthetic country of the size of France: towns of very unequal sizes, villages between them."""

from dataclasses import dataclass

import numpy as np

from maillage.science.checks import FloatArray

TOWNS = 400
WEST, EAST, SOUTH, NORTH = -1.5, 7.0, 43.0, 50.0


@dataclass(frozen=True)
class Points:
    lon: FloatArray
    lat: FloatArray
    rng: np.random.Generator

    def __len__(self) -> int:
        return len(self.lon)

    def population(self) -> FloatArray:
        return np.round(self.rng.lognormal(6.2, 1.4, len(self)))

    def supply(self) -> FloatArray:
        return self.rng.poisson(2.0, len(self)) + 1.0


def points(count: int, in_towns: float, *, seed: int) -> Points:
    """``count`` points, a share ``in_towns`` of them around towns; the towns are the same for every seed.

    Numbered like communes by their INSEE code: one département (a cell of a 10 × 10 grid) after the other,
    in no geographical order inside it.
    """
    place = np.random.default_rng(20240101)
    town_lon, town_lat = place.uniform(WEST, EAST, TOWNS), place.uniform(SOUTH, NORTH, TOWNS)
    size = place.pareto(1.1, TOWNS) + 0.2
    rng = np.random.default_rng(seed)
    town = rng.choice(TOWNS, count, p=size / size.sum())
    urban = rng.random(count) < in_towns
    lon = np.where(urban, town_lon[town] + rng.normal(0, 0.16, count), rng.uniform(WEST, EAST, count))
    lat = np.where(urban, town_lat[town] + rng.normal(0, 0.11, count), rng.uniform(SOUTH, NORTH, count))
    cell = np.floor((lon - WEST) / (EAST - WEST) * 10) * 100 + np.floor((lat - SOUTH) / (NORTH - SOUTH) * 10)
    order = np.argsort(cell, kind="stable")
    return Points(lon[order], lat[order], rng)
