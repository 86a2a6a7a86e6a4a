"""Shortest paths by road: the network of each test is drawn in it, both searches give the same minutes."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from maillage.science import roads
from maillage.science.checks import ScienceError
from maillage.science.roads import (
    NO_NODE,
    ORDINARY_SPEEDS,
    RoadGraph,
    Search,
    Snapped,
    fastest_search,
    road_times,
    rounded_up,
    scipy_search,
    snap,
)
from maillage.science.travel import TravelTimes

# One where the extra « speed » is not installed.
SEARCHES = list(dict.fromkeys([scipy_search, fastest_search()]))
both_searches = pytest.mark.parametrize("search", SEARCHES)


def network(*arcs: str) -> RoadGraph:
    """From `AB 3` (there and back in 3 minutes) or `A>B 3` (one way); A, B, C… are nodes 0, 1, 2…"""
    tails, heads, minutes = [], [], []
    for arc in arcs:
        way, time = arc.split()
        ends = [ord(letter) - ord("A") for letter in way.replace(">", "")]
        for tail, head in [ends] if ">" in way else [ends, ends[::-1]]:
            tails.append(tail)
            heads.append(head)
            minutes.append(float(time))
    size = max(tails + heads) + 1
    return RoadGraph.from_arcs(np.arange(size) * 0.01, np.zeros(size), tails, heads, minutes)


def at(*nodes: int, access: float = 0.0) -> Snapped:
    node = np.array(nodes, dtype=np.int64)
    return Snapped(node, np.where(node == NO_NODE, np.nan, access), np.zeros(len(nodes)))


def dense(times: TravelTimes) -> np.ndarray:
    table = np.full((times.origins, times.places), np.nan)
    rows = np.repeat(np.arange(times.origins), np.diff(times.indptr))
    table[rows, times.indices] = times.minutes
    return table


@both_searches
def test_the_fastest_way_is_taken_and_one_ways_are_respected(search: Search) -> None:
    graph = network("AB 4", "B>C 4", "C>D 1", "D>A 2", "AC 9")
    times = road_times(graph, at(0, 1, 2, 3), at(0, 1, 2, 3), limit_minutes=60, search=search)
    assert dense(times).tolist() == [[0, 4, 8, 9], [4, 0, 4, 5], [3, 7, 0, 1], [2, 6, 10, 0]]


@both_searches
def test_the_limit_is_included_and_counts_the_way_to_the_road(search: Search) -> None:
    graph = network("AB 4", "BC 4")
    times = road_times(graph, at(0, access=1), at(0, 1, 2, access=2), limit_minutes=7, search=search)
    assert dense(times).tolist() == [[3, 7, pytest.approx(np.nan, nan_ok=True)]]


@both_searches
def test_a_point_without_a_road_has_no_pair(search: Search) -> None:
    graph = network("AB 4")
    times = road_times(graph, at(NO_NODE, 0), at(NO_NODE, 1, 1), limit_minutes=60, search=search)
    assert times.indptr.tolist() == [0, 0, 2]
    assert times.indices.tolist() == [1, 2]
    assert road_times(graph, at(NO_NODE), at(NO_NODE), limit_minutes=9, search=search).pairs == 0


@both_searches
def test_no_origin_and_no_place_give_no_pair(search: Search) -> None:
    graph = network("AB 4")
    empty = road_times(graph, at(), at(0), limit_minutes=9, search=search)
    assert (empty.origins, empty.places, empty.pairs) == (0, 1, 0)
    empty = road_times(graph, at(0), at(), limit_minutes=9, search=search)
    assert (empty.origins, empty.places, empty.pairs) == (1, 0, 0)


def test_of_two_roads_between_two_nodes_the_fastest_counts() -> None:
    graph = network("AB 9", "AB 4", "AB 5", "AA 1")
    assert (graph.arcs, graph.minutes.tolist()) == (2, [4, 4])


def test_what_does_not_reach_the_rest_and_back_is_left_out() -> None:
    # E may only be entered, F and G are an island.
    graph = network("AB 1", "BC 1", "CD 1", "D>E 1", "FG 1")
    assert (graph.nodes, graph.left_out) == (4, 3)
    assert graph.lon.tolist() == [0.0, 0.01, 0.02, 0.03]


@st.composite
def networks(draw: st.DrawFn) -> tuple[RoadGraph, Snapped, Snapped, float]:
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    nodes = draw(st.integers(2, 30))
    arcs = draw(st.integers(1, 90))
    # A ring holds all nodes together; some arcs take no time at all.
    ring = np.arange(nodes)
    tail = np.concatenate([ring, rng.integers(0, nodes, arcs)])
    head = np.concatenate([np.roll(ring, 1), rng.integers(0, nodes, arcs)])
    minutes = np.where(rng.random(len(tail)) < 0.1, 0.0, rng.uniform(0, 9, len(tail)))
    graph = RoadGraph.from_arcs(np.arange(nodes), np.zeros(nodes), tail, head, minutes)

    def points(count: int) -> Snapped:
        node = rng.integers(-1, nodes, count)
        return Snapped(node, np.where(node < 0, np.nan, rng.uniform(0, 2, count)), np.zeros(count))

    return graph, points(7), points(9), draw(st.floats(0.1, 30))


@given(networks())
def test_both_searches_and_any_executor_agree(drawn: tuple[RoadGraph, Snapped, Snapped, float]) -> None:
    graph, origins, places, limit = drawn
    first, *others = (
        road_times(graph, origins, places, limit_minutes=limit, search=search) for search in SEARCHES
    )
    with ThreadPoolExecutor(2) as pool:
        others.append(road_times(graph, origins, places, limit_minutes=limit, executor=pool))
    for other in others:
        np.testing.assert_array_equal(other.indptr, first.indptr)
        np.testing.assert_array_equal(other.indices, first.indices)
        np.testing.assert_allclose(other.minutes, first.minutes, rtol=0, atol=1e-9)


@given(networks())
def test_the_limit_hides_pairs_and_changes_none(drawn: tuple[RoadGraph, Snapped, Snapped, float]) -> None:
    graph, origins, places, limit = drawn
    near = dense(road_times(graph, origins, places, limit_minutes=limit))
    all_of_them = dense(road_times(graph, origins, places, limit_minutes=1e6))
    np.testing.assert_array_equal(near, np.where(all_of_them <= limit, all_of_them, np.nan))


def test_chunks_and_blocks_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    graph = network("AB 4", "BC 3", "CD 2")
    points = at(*[rank % 4 for rank in range(11)], access=0.5)
    whole = road_times(graph, points, points, limit_minutes=8, search=scipy_search)
    monkeypatch.setattr(roads, "SEARCH_BYTES", 1)
    monkeypatch.setattr(roads, "ORIGINS_PER_TASK", 3)
    with ThreadPoolExecutor(2) as pool:
        cut = road_times(graph, points, points, limit_minutes=8, search=scipy_search, executor=pool)
    np.testing.assert_array_equal(dense(cut), dense(whole))


def test_a_heap_that_outgrows_its_room_goes_on() -> None:
    # A star: the centre puts every other node in the heap at once.
    size = 10_000
    ends = np.arange(1, size)
    centre = np.zeros(size - 1, dtype=np.int64)
    tail, head = np.concatenate([centre, ends]), np.concatenate([ends, centre])
    graph = RoadGraph.from_arcs(np.linspace(0, 1, size), np.zeros(size), tail, head, np.ones(2 * (size - 1)))
    times = road_times(graph, at(0, 1), at(*range(size)), limit_minutes=5)
    assert times.pairs == 2 * size
    assert times.minutes.sum() == (size - 1) + (1 + 2 * (size - 2))


def test_without_numba_scipy_searches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(roads, "find_spec", lambda name: None)
    assert fastest_search() is scipy_search


def test_points_are_attached_to_the_nearest_node_at_the_access_speed() -> None:
    graph = network("AB 4")
    found = snap(graph, [0.001, 0.009, 0.2], [0.0, 0.0, 0.0], access_kmh=20, farthest_metres=3000)
    assert found.node.tolist() == [0, 1, NO_NODE]
    assert found.attached.tolist() == [True, True, False]
    assert found.metres[0] == pytest.approx(111.195, abs=0.01)
    assert found.access[:2] == pytest.approx([60 * 0.111195 / 20] * 2, abs=1e-4)
    assert np.isnan(found.access[2])


@pytest.mark.parametrize(
    ("exact", "stored"),
    [(10.0, 10.0), (10.004, 10.01), (10.000001, 10.01), (0.1 + 0.2, 0.3), (0.0, 0.0), (19.995, 20.0)],
)
def test_times_are_rounded_upward_only(exact: float, stored: float) -> None:
    times = TravelTimes.from_pairs([0], [0], [exact], origins=1, places=1)
    assert rounded_up(times).minutes[0] == stored


@given(st.floats(0, 1000))
def test_a_rounded_time_is_never_less_than_the_time(exact: float) -> None:
    stored = rounded_up(TravelTimes.from_pairs([0], [0], [exact], origins=1, places=1)).minutes[0]
    assert exact - 1e-10 <= stored < exact + 0.01 + 1e-10


def test_a_posted_limit_comes_before_the_speed_of_the_class() -> None:
    speeds = replace(ORDINARY_SPEEDS, by_class={"primary": 60.0}, share_of_limit=0.8, calibration=1.5)
    minutes = speeds.minutes([1000, 1000], [0, 0], [np.nan, 50.0], ["primary"])
    assert minutes == pytest.approx([1.5, 1.5 * 60 / 40])


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: ORDINARY_SPEEDS.minutes([1], [0], [np.nan], ["piste"]), "classe piste"),
        (lambda: ORDINARY_SPEEDS.minutes([1], [0], [0.0], ["primary"]), "nulle ou négative"),
        (lambda: ORDINARY_SPEEDS.minutes([-1], [0], [50.0], ["primary"]), "négative"),
        (lambda: ORDINARY_SPEEDS.minutes([1], [3], [50.0], ["primary"]), "hors limites"),
        (lambda: RoadGraph.from_arcs([0, 1], [0, 0], [0], [1, 1], [1.0]), "autant de départs"),
        (lambda: RoadGraph.from_arcs([0, 1], [0, 0], [], [], []), "au moins une route"),
        (lambda: RoadGraph.from_arcs([0, 1], [0, 0], [0], [2], [1.0]), "hors limites"),
        (lambda: RoadGraph.from_arcs([0, 1], [0, 0], [0], [1], [np.nan]), "manquante"),
        (lambda: RoadGraph.from_arcs([0, 1], [0, 0], [0], [1], [-1.0]), "négative"),
        (lambda: snap(network("AB 1"), [np.nan], [0.0]), "manquante"),
        (lambda: snap(network("AB 1"), [0.0], [0.0], access_kmh=0), "access_kmh"),
        (lambda: road_times(network("AB 1"), at(0), at(1), limit_minutes=0), "limit_minutes"),
    ],
)
def test_what_cannot_be_computed_is_refused_with_a_sentence(call, sentence: str) -> None:
    with pytest.raises(ScienceError, match=sentence):
        call()
