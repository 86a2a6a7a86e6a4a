"""Temps par la route : la France entière sur un réseau de 264 000 nœuds, puis par blocs."""

from __future__ import annotations

import os
import resource
import tempfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from time import perf_counter

import numpy as np

from bench.row import Row
from bench.territory import EAST, NORTH, SOUTH, WEST, Points, points
from maillage.science.blocks import scores_by_blocks
from maillage.science.decay import Steps
from maillage.science.roads import RoadGraph, Snapped, fastest_search, road_times, scipy_search, snap

# A lattice whose holes leave about 264,000 nodes that all reach each other.
ROWS, KEPT, JITTER = 522, 0.64, 0.3
KMH, KM_LON, KM_LAT, DETOUR = (45.0, 60.0, 80.0), 77.0, 111.0, 1.2
COMMUNES, PLACES, LIMIT = 34_729, 20_000, 30.0
# No village of the made-up country is out of its network.
FARTHEST_METRES = 20_000.0
SAMPLE = 200
CELLS = 200_000
STEPS = Steps((10.0, 20.0, 30.0), (1.0, 0.68, 0.22))
TOLERANCE = 1e-9


def run() -> list[Row]:
    graph = network()
    homes, practices = points(COMMUNES, 0.35, seed=1), points(PLACES, 0.55, seed=2)
    origins, places = attached(graph, homes), attached(graph, practices)
    return [*national_pairs(graph, origins, places), grid_by_blocks(graph, places, practices)]


def network() -> RoadGraph:
    """Crossroads on a shaken lattice, roads to the next ones but where chance took them away."""
    rng = np.random.default_rng(0)
    size = ROWS * ROWS
    number = np.arange(size).reshape(ROWS, ROWS)
    column = number.ravel() % ROWS + rng.uniform(-JITTER, JITTER, size)
    row = number.ravel() // ROWS + rng.uniform(-JITTER, JITTER, size)
    lon, lat = WEST + (EAST - WEST) * column / ROWS, SOUTH + (NORTH - SOUTH) * row / ROWS
    tail = np.concatenate([number[:, :-1].ravel(), number[:-1].ravel()])
    head = np.concatenate([number[:, 1:].ravel(), number[1:].ravel()])
    there = rng.random(len(tail)) < KEPT
    tail, head = tail[there], head[there]
    km = DETOUR * np.hypot((lon[tail] - lon[head]) * KM_LON, (lat[tail] - lat[head]) * KM_LAT)
    minutes = 60 * km / rng.choice(KMH, len(tail))
    both = np.concatenate([tail, head]), np.concatenate([head, tail])
    return RoadGraph.from_arcs(lon, lat, *both, np.tile(minutes, 2))


def attached(graph: RoadGraph, at: Points) -> Snapped:
    return snap(graph, at.lon, at.lat, farthest_metres=FARTHEST_METRES)


def national_pairs(graph: RoadGraph, origins: Snapped, places: Snapped) -> list[Row]:
    search = fastest_search()
    search(graph, origins[:10], places, LIMIT)
    sample = origins[:SAMPLE]
    ours, theirs = search(graph, sample, places, LIMIT), scipy_search(graph, sample, places, LIMIT)
    gap = float(np.max(np.abs(ours.minutes - theirs.minutes)))
    if ours.pairs != theirs.pairs or gap > TOLERANCE:
        raise AssertionError(f"the two searches differ by {gap}")
    peer = seconds(lambda: scipy_search(graph, sample, places, LIMIT)) * len(origins) / SAMPLE
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        threads = seconds(
            lambda: road_times(graph, origins, places, limit_minutes=LIMIT, executor=pool), rounds=3
        )
    alone = seconds(lambda: road_times(graph, origins, places, limit_minutes=LIMIT), rounds=3)
    pairs = road_times(graph, origins, places, limit_minutes=LIMIT).pairs
    about = f"{graph.nodes} nœuds, {graph.arcs} arcs, {pairs / 1e6:.2f} millions de trajets".replace(".", ",")
    name = f"{COMMUNES} communes × {PLACES} lieux, {LIMIT:.0f} min"
    scipy = f"SciPy, mesuré sur {SAMPLE} communes"
    return [
        Row(f"{name}, plusieurs fils", threads, "s", peer, scipy, "< 5 s", about),
        Row(f"{name}, un seul fil", alone, "s", peer, scipy, note=f"écart {gap:.0e} minute"),
    ]


def grid_by_blocks(graph: RoadGraph, places: Snapped, practices: Points, cells: int = CELLS) -> Row:
    """Routing and E2SFCA of a grid cut in blocks."""
    grid = points(cells, 0.35, seed=3)
    origins = attached(graph, grid)
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(os.cpu_count()) as pool:
        start = perf_counter()
        scores_by_blocks(
            graph,
            origins,
            grid.population(),
            places,
            practices.supply(),
            STEPS,
            folder=Path(folder),
            executor=pool,
        )
        whole = perf_counter() - start
        kept = list(Path(folder).iterdir())
        size, pairs = sum(path.stat().st_size for path in kept), sum(map(millions_of_pairs, kept))
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return Row(
        f"E2SFCA par la route de {cells} carreaux, par blocs",
        whole,
        "s",
        note=f"{pairs:.1f} millions de trajets, {whole / pairs:.2f} s par million ; {size / 1e6:.0f} Mo de "
        f"disque, {memory:.0f} Mo de mémoire au plus haut".replace(".", ","),
    )


def millions_of_pairs(path: Path) -> float:
    """The pairs of a block; the file of the network has none."""
    if "reseau" in path.name:
        return 0.0
    with np.load(path) as kept:
        return len(kept["indices"]) / 1e6


def seconds(function: Callable[[], object], *, rounds: int = 1) -> float:
    """The shortest of some runs."""
    found = []
    for _ in range(rounds):
        start = perf_counter()
        function()
        found.append(perf_counter() - start)
    return min(found)
