"""A national run cut in blocks of origins: roads, then a floating catchment, on any number of machines.

Two rounds, whose traffic does not depend on the number of pairs::

    round 1   block of origins -> its pairs by road, kept in a file where they were made
                               -> D_j of this block, what it weighs on each place, which alone comes back
    between   D_j summed over the blocks; R_j = S_j / D_j sent to all of them
    round 2   block -> its pairs, read again -> A_i of its origins

Any ``concurrent.futures.Executor`` runs it: threads (the compiled search of :mod:`maillage.science.roads`
lets go of Python's lock), processes, or a cluster's (``distributed.Client.get_executor()``). Memory is that
of a few blocks. The scores are those of :class:`~maillage.science.accessibility.Accessibility` on all pairs
at once, to the rounding of sums.

This module alone of the room writes files: the pairs of a block, under a name that says all they depend on.
A run that was stopped (worker lost, cancelled, machine off) is called again and finds the blocks it had
finished; a file of pairs that is missing or broken is made again.
"""

import hashlib
import zipfile
from collections import deque
from collections.abc import Callable, Generator, Iterator
from concurrent.futures import BrokenExecutor, Executor, Future
from contextlib import closing
from dataclasses import dataclass
from functools import lru_cache
from os import getpid
from pathlib import Path
from threading import get_ident
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

from maillage.science.accessibility import CONSERVATION_TOLERANCE, Catchments, Method, Scores
from maillage.science.checks import FloatArray, ScienceError, nonnegative
from maillage.science.decay import Decay
from maillage.science.roads import RoadGraph, Snapped, road_times
from maillage.science.travel import TravelTimes

ORIGINS_PER_BLOCK = 2500
"""Origins of a block; the result does not depend on it, memory and the size of a task do."""

IN_FLIGHT = 32
"""Blocks an executor is given ahead of the one whose result is awaited."""

VERSION = 1
"""Part of the name of what is kept: bump when times by road change."""

T = TypeVar("T")
Progress = Callable[[int, int], None]


@dataclass(frozen=True, eq=False)
class Block:
    """A task: some consecutive origins, and where to find what all blocks share.

    :ivar network: file of the graph and places.
    :ivar pairs: file of the pairs of these origins, made when it is not there.
    """

    network: Path
    pairs: Path
    origins: Snapped
    population: FloatArray
    limit_minutes: float
    decay: Decay
    method: Method


def scores_by_blocks(
    graph: RoadGraph,
    origins: Snapped,
    population: npt.ArrayLike,
    places: Snapped,
    supply: npt.ArrayLike,
    decay: Decay,
    *,
    folder: Path,
    method: Method = Method.E2SFCA,
    per: float = 1.0,
    executor: Executor | None = None,
    origins_per_block: int = ORIGINS_PER_BLOCK,
    progress: Progress = lambda done, total: None,
) -> Scores:
    """Scores of the origins, by road, within ``decay.limit`` minutes.

    :param origins, places: points attached to ``graph`` by :func:`maillage.science.roads.snap`.
    :param population: inhabitants by origin, shape (origins,).
    :param supply: care offered by place, shape (places,).
    :param decay: a frozen dataclass of :mod:`maillage.science.decay`; it must travel to the workers.
    :param folder: where pairs are kept, seen by all workers under that name; to be emptied after the run.
    :param method: any but BFCA, whose weights need all origins of a place at once.
    :param per: scores are given for that many inhabitants.
    :param executor: runs the blocks; one after the other here when None.
    :param progress: called with blocks done and to do, both rounds counted; what it raises stops the run,
        whose finished blocks stay.
    :raises ScienceError: BFCA, wrong arrays, conservation broken, worker lost.
    """
    if method is Method.BFCA:
        raise ScienceError(
            "La méthode BFCA ne se calcule pas par blocs : ses poids demandent toutes les origines à la "
            "fois. Choisissez E2SFCA, M2SFCA ou 3SFCA."
        )
    inhabitants = nonnegative(population, len(origins), "la population")
    offered = nonnegative(supply, len(places), "l'offre de soins")
    if origins_per_block < 1:
        raise ScienceError("Un bloc compte au moins une origine.")
    blocks = list(
        _blocks(graph, origins, inhabitants, places, decay, method, folder.resolve(), origins_per_block)
    )
    total = 2 * len(blocks)
    demand, served = np.zeros(len(places)), np.zeros(len(places))
    with closing(_each(executor, demand_of_block, [(block,) for block in blocks])) as results:
        for done, (weighing, reaching) in enumerate(results, start=1):
            demand += weighing
            served += reaching
            progress(done, total)
    rates = np.divide(offered, demand, out=np.zeros_like(offered), where=demand > 0)
    values = np.zeros(len(origins))
    with closing(_each(executor, scores_of_block, [(block, rates) for block in blocks])) as results:
        for done, scores in enumerate(results):
            first = done * origins_per_block
            values[first : first + len(scores)] = scores
            progress(len(blocks) + done + 1, total)
    _check_conservation(float(inhabitants @ values), float(served @ rates))
    lost = np.where(demand > 0, 0.0, offered)
    return Scores(values * per, np.flatnonzero(lost), np.asarray(lost.sum()))


def demand_of_block(block: Block) -> tuple[FloatArray, FloatArray]:
    """(Σ V_ij P_i, Σ U_ij P_i) of the origins of a block, both of shape (places,); a task of round 1."""
    catchments = _catchments(block)
    return (
        catchments.demand_weights.T @ block.population,
        catchments.access_weights.T @ block.population,
    )


def scores_of_block(block: Block, rates: FloatArray) -> FloatArray:
    """Σ_j U_ij R_j of the origins of a block; a task of round 2."""
    return np.asarray(_catchments(block).access_weights @ rates)


def _catchments(block: Block) -> Catchments:
    return Catchments(_pairs(block), block.decay, block.method)


def _pairs(block: Block) -> TravelTimes:
    """The pairs of a block: read where they were kept, else found by road and kept."""
    graph, places = _network(block.network)
    try:
        with block.pairs.open("rb") as stream, np.load(stream, allow_pickle=False) as kept:
            return TravelTimes(kept["indptr"], kept["indices"], kept["minutes"], len(places))
    except (OSError, EOFError, ValueError, KeyError, zipfile.BadZipFile):
        times = road_times(graph, block.origins, places, limit_minutes=block.limit_minutes)
        _keep(block.pairs, indptr=times.indptr, indices=times.indices, minutes=times.minutes)
        return times


@lru_cache(maxsize=1)
def _network(path: Path) -> tuple[RoadGraph, Snapped]:
    """The graph and places of a run, read once by process."""
    with np.load(path, allow_pickle=False) as kept:
        graph = RoadGraph(
            kept["indptr"], kept["indices"], kept["minutes"], kept["lon"], kept["lat"], int(kept["left_out"])
        )
        return graph, Snapped(kept["place_node"], kept["place_access"], kept["place_metres"])


def _blocks(
    graph: RoadGraph,
    origins: Snapped,
    population: FloatArray,
    places: Snapped,
    decay: Decay,
    method: Method,
    folder: Path,
    size: int,
) -> Iterator[Block]:
    """The tasks, what they share put in the folder."""
    shared = {
        "indptr": graph.indptr,
        "indices": graph.indices,
        "minutes": graph.minutes,
        "lon": graph.lon,
        "lat": graph.lat,
        "left_out": np.array(graph.left_out),
        "place_node": places.node,
        "place_access": places.access,
        "place_metres": places.metres,
    }
    mark = _checksum(*shared.values(), np.array([VERSION, decay.limit]))
    network = folder / f"{mark}-reseau.npz"
    folder.mkdir(parents=True, exist_ok=True)
    if not network.exists():
        _keep(network, **shared)
    for first in range(0, len(origins), size):
        rows = slice(first, first + size)
        points = origins[rows]
        pairs = folder / f"{mark}-{_checksum(points.node, points.access)}.npz"
        yield Block(network, pairs, points, population[rows], decay.limit, decay, method)


def _checksum(*arrays: npt.NDArray[Any]) -> str:
    found = hashlib.sha256()
    for array in arrays:
        found.update(f"{array.dtype.str}{array.shape}".encode())
        found.update(np.ascontiguousarray(array).data)
    return found.hexdigest()[:16]


def _keep(path: Path, **arrays: npt.NDArray[Any]) -> None:
    """Write a file whole or not at all, whoever else writes the same."""
    unfinished = path.with_suffix(f".{getpid()}-{get_ident()}.part")
    with unfinished.open("wb") as stream:
        np.savez(stream, allow_pickle=False, **arrays)
    unfinished.replace(path)


def _each(
    executor: Executor | None, task: Callable[..., T], calls: list[tuple[Any, ...]]
) -> Generator[T, None, None]:
    """The results of the calls, in their order; those not begun are cancelled when one fails."""
    if executor is None:
        for call in calls:
            yield task(*call)
        return
    waiting: deque[Future[T]] = deque()
    try:
        for call in calls:
            waiting.append(executor.submit(task, *call))
            if len(waiting) >= IN_FLIGHT:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    except BrokenExecutor as error:
        raise ScienceError(
            "Un processus de calcul s'est arrêté (mémoire épuisée, machine perdue…) : relancez le calcul, "
            "les blocs terminés sont gardés et ne seront pas refaits."
        ) from error
    finally:
        for future in waiting:
            future.cancel()


def _check_conservation(received: float, given: float) -> None:
    """Σ P_i A_i = Σ_j R_j Σ_i U_ij P_i, whatever the order of the sums; see `Accessibility`."""
    if not abs(received - given) <= CONSERVATION_TOLERANCE * given:
        raise ScienceError(
            f"L'offre distribuée ne correspond pas à l'offre disponible ({received} contre {given}) : le "
            "calcul est refusé, vérifiez les ordres de grandeur de la population et de l'offre."
        )
