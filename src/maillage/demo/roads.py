"""Minutes by road between communes, and the intercommunal bodies that gather around the towns."""

from __future__ import annotations

import numpy as np
from scipy.sparse import coo_array, csr_array
from scipy.sparse.csgraph import dijkstra

from maillage.demo.geography import DEPARTEMENTS, HOME, Floats, Integers, Land
from maillage.demo.people import Population

DETOUR = 1.22
RURAL_KMH, URBAN_KMH, NATIONAL_KMH = 60.0, 38.0, 88.0
URBAN_FROM = 4_000
# What it takes to leave, to cross the river without a bridge at hand, and how far a matrix goes.
TERMINAL_MINUTES = 1.0
RIVER_MINUTES = 7.0
BRIDGE_FROM = 2_200
LIMIT_MINUTES = 45.0
# Towns of the home département that a national road joins to the largest one; towns that lead an EPCI.
NATIONAL_TOWNS = 5
EPCI_AROUND = 3


def road_minutes(land: Land, people: Population) -> Floats:
    """Minutes between every two communes, infinite beyond `LIMIT_MINUTES`, shape (communes, communes).

    Roads join communes that touch; fast ones join the main towns; the river has bridges at towns only.
    """
    local = _graph(land, _local_minutes(land, people))
    fast = _national_edges(land, people, local)
    minutes = _local_minutes(land, people)
    lengths = _lengths(land)
    minutes[fast] = DETOUR * lengths[fast] / NATIONAL_KMH * 60
    between = dijkstra(_graph(land, minutes), directed=False, limit=LIMIT_MINUTES)
    leaving = TERMINAL_MINUTES * ~np.eye(len(land), dtype=bool)
    return np.asarray(np.round(between + leaving, 1))


def make_epci(land: Land, people: Population, minutes: Floats) -> Integers:
    """Index of the EPCI of each commune: of the nearest town of its own département that leads one."""
    epci = np.zeros(len(land), dtype=np.int64)
    first = 0
    for index, code in enumerate(DEPARTEMENTS):
        leaders = epci_leaders(people, code)
        own = land.departement == index
        inside = own[land.adjacent].all(axis=1)
        graph = _graph(land, np.where(inside, _lengths(land), np.inf))
        _, _, sources = dijkstra(
            graph, directed=False, indices=leaders, min_only=True, return_predecessors=True
        )
        rank = {leader: first + number for number, leader in enumerate(leaders)}
        epci[own] = [
            rank.get(source, first + int(np.argmin(minutes[commune, leaders])))
            for commune, source in zip(np.flatnonzero(own).tolist(), sources[own].tolist(), strict=True)
        ]
        first += len(leaders)
    return epci


def epci_leaders(people: Population, departement: str) -> list[int]:
    """The towns around which communes gather, largest first."""
    towns = people.towns[departement]
    return towns if departement == HOME else towns[:EPCI_AROUND]


def all_leaders(people: Population) -> list[int]:
    """The leading town of each EPCI, in the order of their numbers."""
    return [town for code in DEPARTEMENTS for town in epci_leaders(people, code)]


def _lengths(land: Land) -> Floats:
    first, second = land.adjacent.T
    return np.hypot(*(land.points[first] - land.points[second]).T)


def _local_minutes(land: Land, people: Population) -> Floats:
    first, second = land.adjacent.T
    urban = (people.base[first] >= URBAN_FROM) | (people.base[second] >= URBAN_FROM)
    minutes = DETOUR * _lengths(land) / np.where(urban, URBAN_KMH, RURAL_KMH) * 60
    crosses = _north_of_river(land)[first] != _north_of_river(land)[second]
    bridge = np.maximum(people.base[first], people.base[second]) >= BRIDGE_FROM
    return minutes + RIVER_MINUTES * (crosses & ~bridge)


def _north_of_river(land: Land) -> Integers:
    x, y = land.points.T
    return (y > -9 + 8 * np.sin(x / 24) + 3 * np.sin(x / 8)).astype(np.int64)


def _graph(land: Land, minutes: Floats) -> csr_array:
    first, second = land.adjacent.T
    open_road = np.isfinite(minutes)
    return coo_array(
        (minutes[open_road], (first[open_road], second[open_road])), shape=(len(land), len(land))
    ).tocsr()


def _national_edges(land: Land, people: Population, local: csr_array) -> list[int]:
    """Numbers of the pairs of `land.adjacent` along the shortest ways from the capital to the main towns."""
    capital, *others = people.towns[HOME][:NATIONAL_TOWNS]
    others += [people.towns[code][0] for code in DEPARTEMENTS[1:]]
    _, previous = dijkstra(local, directed=False, indices=[capital], return_predecessors=True)
    edge = {tuple(pair): number for number, pair in enumerate(land.adjacent.tolist())}
    found: set[int] = set()
    for town in others:
        while town != capital:
            before = int(previous[0, town])
            found.add(edge[min(town, before), max(town, before)])
            town = before
    return sorted(found)
