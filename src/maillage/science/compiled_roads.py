"""The bounded shortest paths of :mod:`maillage.science.roads`, compiled by numba (extra ``speed``).

One Dijkstra per origin that stops at the limit, with a binary heap where a node may stand several times (the
late ones are skipped). What an origin wrote is erased after it, never the whole graph. The kernel lets go of
Python's lock: plain threads share the work.
"""

from typing import Any

import numpy as np
from numba import njit
from scipy.sparse import csr_array, get_index_dtype

from maillage.science.checks import FloatArray, IntArray
from maillage.science.roads import RoadGraph, Snapped
from maillage.science.travel import TravelTimes

FIRST_SIZE = 4096


def compiled_search(graph: RoadGraph, origins: Snapped, places: Snapped, limit_minutes: float) -> TravelTimes:
    """:func:`maillage.science.roads.road_times`, one block of origins on one thread."""
    attached = np.flatnonzero(places.attached)
    at_node = attached[np.argsort(places.node[attached], kind="stable")]
    bounds = np.searchsorted(places.node[at_node], np.arange(graph.nodes + 1))
    indptr, found, minutes = _pairs_within(
        graph.indptr,
        graph.indices,
        graph.minutes,
        origins.node.astype(np.int64),
        origins.access,
        bounds,
        at_node.astype(np.int32),
        places.access[at_node],
        limit_minutes,
    )
    narrow = get_index_dtype(maxval=max(len(found), len(places)))
    times = csr_array(
        (minutes, found.astype(narrow), indptr.astype(narrow)), shape=(len(origins), len(places))
    )
    times.sort_indices()
    return TravelTimes(times.indptr, times.indices, np.asarray(times.data, dtype=np.float64), len(places))


@njit(nogil=True, cache=True)
def _pairs_within(
    indptr: IntArray,
    heads: IntArray,
    minutes: FloatArray,
    sources: IntArray,
    source_access: FloatArray,
    place_bounds: IntArray,
    places: IntArray,
    place_access: FloatArray,
    limit: float,
) -> tuple[IntArray, IntArray, FloatArray]:
    """(indptr, places, minutes) of the pairs within the limit, places in the order they are reached."""
    reached_at = np.full(len(indptr) - 1, np.inf)
    touched, keys, nodes = (
        _room(FIRST_SIZE, np.int32),
        _room(FIRST_SIZE, np.float64),
        _room(FIRST_SIZE, np.int32),
    )
    found_place, found_minutes = _room(FIRST_SIZE, np.int32), _room(FIRST_SIZE, np.float64)
    bounds = np.zeros(len(sources) + 1, np.int64)
    found = 0
    for origin in range(len(sources)):
        source, access = sources[origin], source_access[origin]
        waiting, touches = 0, 0
        if source >= 0:
            reached_at[source] = 0.0
            touched[0] = source
            touches = 1
            waiting = _push(keys, nodes, 0, 0.0, source)
        while waiting:
            at, node = keys[0], nodes[0]
            waiting = _pop(keys, nodes, waiting)
            if at > reached_at[node]:
                continue
            for rank in range(place_bounds[node], place_bounds[node + 1]):
                whole = access + at + place_access[rank]
                if whole <= limit:
                    if found == len(found_place):
                        found_place, found_minutes = _wider(found_place), _wider(found_minutes)
                    found_place[found], found_minutes[found] = places[rank], whole
                    found += 1
            for arc in range(indptr[node], indptr[node + 1]):
                head, then = heads[arc], at + minutes[arc]
                if then >= reached_at[head] or access + then > limit:
                    continue
                if reached_at[head] == np.inf:
                    if touches == len(touched):
                        touched = _wider(touched)
                    touched[touches] = head
                    touches += 1
                reached_at[head] = then
                if waiting == len(keys):
                    keys, nodes = _wider(keys), _wider(nodes)
                waiting = _push(keys, nodes, waiting, then, head)
        for rank in range(touches):
            reached_at[touched[rank]] = np.inf
        bounds[origin + 1] = found
    return bounds, found_place[:found].copy(), found_minutes[:found].copy()


@njit(nogil=True, cache=True)
def _room(size: int, dtype: type) -> Any:
    return np.empty(size, dtype)


@njit(nogil=True, cache=True)
def _wider(array: Any) -> Any:
    wider = np.empty(2 * len(array), array.dtype)
    wider[: len(array)] = array
    return wider


@njit(nogil=True, cache=True)
def _push(keys: FloatArray, nodes: IntArray, size: int, key: float, node: int) -> int:
    """Put a node in the heap; gives its new size."""
    hole = size
    while hole and keys[(hole - 1) >> 1] > key:
        above = (hole - 1) >> 1
        keys[hole], nodes[hole] = keys[above], nodes[above]
        hole = above
    keys[hole], nodes[hole] = key, node
    return size + 1


@njit(nogil=True, cache=True)
def _pop(keys: FloatArray, nodes: IntArray, size: int) -> int:
    """Take the first node out of the heap; gives its new size."""
    last = size - 1
    key, node = keys[last], nodes[last]
    hole, below = 0, 1
    while below < last:
        if below + 1 < last and keys[below + 1] < keys[below]:
            below += 1
        if keys[below] >= key:
            break
        keys[hole], nodes[hole] = keys[below], nodes[below]
        hole, below = below, 2 * below + 1
    keys[hole], nodes[hole] = key, node
    return last
