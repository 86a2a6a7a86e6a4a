"""A run cut in blocks gives the figures of the run in one piece, whoever computes, whatever is lost."""

import pickle
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import pytest

from lost_worker import lose_worker
from maillage.science import blocks
from maillage.science.accessibility import Catchments, Method, Scores
from maillage.science.blocks import scores_by_blocks
from maillage.science.checks import FloatArray, ScienceError
from maillage.science.decay import Steps
from maillage.science.roads import RoadGraph, Snapped, road_times, snap

STEPS = Steps((5.0, 10.0, 15.0), (1.0, 0.6, 0.3))
SIDE, HOMES, PLACES = 24, 400, 90


@dataclass(frozen=True)
class Country:
    graph: RoadGraph
    homes: Snapped
    population: FloatArray
    places: Snapped
    supply: FloatArray

    def by_blocks(self, folder: Path, **more: object) -> Scores:
        return scores_by_blocks(
            self.graph,
            self.homes,
            self.population,
            self.places,
            self.supply,
            STEPS,
            folder=folder,
            **{"origins_per_block": 60, **more},  # type: ignore[arg-type]
        )

    def at_once(self, method: Method = Method.E2SFCA, *, per: float = 1.0) -> Scores:
        times = road_times(self.graph, self.homes, self.places, limit_minutes=STEPS.limit)
        return Catchments(times, STEPS, method).accessibility(self.population, per=per).scores(self.supply)


@pytest.fixture(scope="module")
def country() -> Country:
    """A town of squares, some homes and places of which lie past its last road."""
    rng = np.random.default_rng(7)
    number = np.arange(SIDE * SIDE).reshape(SIDE, SIDE)
    tail = np.concatenate([number[:, :-1].ravel(), number[:-1].ravel()])
    head = np.concatenate([number[:, 1:].ravel(), number[1:].ravel()])
    minutes = rng.uniform(0.5, 3.0, len(tail))
    lon, lat = number.ravel() % SIDE * 0.01, number.ravel() // SIDE * 0.01
    graph = RoadGraph.from_arcs(
        lon, lat, np.concatenate([tail, head]), np.concatenate([head, tail]), np.tile(minutes, 2)
    )
    edge = SIDE * 0.0115
    homes = snap(graph, rng.uniform(0, edge, HOMES), rng.uniform(0, edge, HOMES))
    places = snap(graph, rng.uniform(0, edge, PLACES), rng.uniform(0, edge, PLACES))
    return Country(graph, homes, rng.poisson(50, HOMES) * 1.0, places, rng.poisson(3, PLACES) * 1.0)


def assert_same(found: Scores, expected: Scores) -> None:
    np.testing.assert_allclose(found.values, expected.values, rtol=1e-9, atol=0)
    np.testing.assert_array_equal(found.unreached_places, expected.unreached_places)
    assert found.unreached_supply == expected.unreached_supply


def in_threads() -> Executor:
    return ThreadPoolExecutor(2)


def in_processes() -> Executor:
    # A fork of a process that has threads may never wake.
    return ProcessPoolExecutor(2, mp_context=get_context("spawn"))


@pytest.fixture(scope="module")
def processes() -> Iterator[Executor]:
    with in_processes() as pool:
        yield pool


@pytest.mark.parametrize("method", [Method.E2SFCA, Method.M2SFCA, Method.THREE_SFCA])
def test_blocks_give_the_figures_of_the_whole(country: Country, tmp_path: Path, method: Method) -> None:
    found = country.by_blocks(tmp_path, method=method, per=100_000.0)
    assert_same(found, country.at_once(method, per=100_000.0))
    assert found.values.max() > 0
    assert len(found.unreached_places)


@pytest.mark.parametrize("size", [1, 7, HOMES, 10 * HOMES])
def test_the_size_of_a_block_changes_nothing(country: Country, tmp_path: Path, size: int) -> None:
    assert_same(country.by_blocks(tmp_path, origins_per_block=size), country.at_once())


def test_threads_and_processes_give_the_same_figures(
    country: Country, tmp_path: Path, processes: Executor
) -> None:
    with in_threads() as threads:
        assert_same(country.by_blocks(tmp_path / "fils", executor=threads), country.at_once())
    assert_same(country.by_blocks(tmp_path / "processus", executor=processes), country.at_once())


def test_a_dask_cluster_gives_the_same_figures(country: Country, tmp_path: Path) -> None:
    distributed = pytest.importorskip("distributed")
    with (
        distributed.LocalCluster(
            n_workers=2, threads_per_worker=1, dashboard_address=None, local_directory=str(tmp_path / "dask")
        ) as cluster,
        distributed.Client(cluster) as client,
    ):
        found = country.by_blocks(tmp_path / "blocs", executor=client.get_executor())
    assert_same(found, country.at_once())


def refuse_to_route(*arguments: object, **more: object) -> None:
    raise AssertionError("routed again")


def test_a_second_run_finds_its_pairs(
    country: Country, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = country.by_blocks(tmp_path)
    monkeypatch.setattr(blocks, "road_times", refuse_to_route)
    assert_same(country.by_blocks(tmp_path), first)


def test_other_roads_or_another_limit_never_take_the_pairs_of_these(country: Country, tmp_path: Path) -> None:
    country.by_blocks(tmp_path)
    slower = RoadGraph(
        country.graph.indptr,
        country.graph.indices,
        country.graph.minutes * 2,
        country.graph.lon,
        country.graph.lat,
        0,
    )
    there = Country(slower, country.homes, country.population, country.places, country.supply)
    assert_same(there.by_blocks(tmp_path), there.at_once())


def test_a_broken_or_missing_file_of_pairs_is_made_again(country: Country, tmp_path: Path) -> None:
    country.by_blocks(tmp_path)
    missing, empty, cut, *_ = sorted(path for path in tmp_path.iterdir() if "reseau" not in path.name)
    missing.unlink()
    empty.write_bytes(b"")
    cut.write_bytes(cut.read_bytes()[:-50])
    assert_same(country.by_blocks(tmp_path), country.at_once())


def test_a_lost_worker_loses_no_finished_block(
    country: Country, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(blocks, "demand_of_block", lose_worker)
    with in_processes() as pool, pytest.raises(ScienceError, match="relancez le calcul"):
        country.by_blocks(tmp_path, executor=pool)
    monkeypatch.undo()
    kept = {path: path.stat().st_mtime_ns for path in tmp_path.glob("*.npz")}
    assert 4 <= len(kept) < 8
    assert_same(country.by_blocks(tmp_path), country.at_once())
    assert {path: path.stat().st_mtime_ns for path in kept} == kept


class StoppedError(Exception):
    """Somebody pressed the button."""


def stops_at(count: int) -> Callable[[int, int], None]:
    def progress(done: int, total: int) -> None:
        assert total == 14
        if done == count:
            raise StoppedError

    return progress


@pytest.mark.parametrize("count", [3, 10])
def test_a_run_that_is_stopped_goes_on_from_there(
    country: Country, tmp_path: Path, count: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(blocks, "IN_FLIGHT", 1)
    with in_threads() as threads, pytest.raises(StoppedError):
        country.by_blocks(tmp_path, executor=threads, progress=stops_at(count))
    assert min(count, 7) + 1 <= len(list(tmp_path.glob("*.npz"))) <= 8
    assert_same(country.by_blocks(tmp_path), country.at_once())


def test_a_task_holds_its_block_and_not_the_network(country: Country, tmp_path: Path) -> None:
    sent: list[int] = []

    class Watched(ThreadPoolExecutor):
        def submit(self, *call, **more):
            sent.append(len(pickle.dumps(call)))
            return super().submit(*call, **more)

    with Watched(1) as pool:
        country.by_blocks(tmp_path, executor=pool)
    assert max(sent) < 60 * 4 * 8 + PLACES * 8 + 2000


def test_no_place_of_care_gives_zero_and_names_it(country: Country, tmp_path: Path) -> None:
    nobody = Country(country.graph, country.homes, 0 * country.population, country.places, country.supply)
    found = nobody.by_blocks(tmp_path)
    assert not found.values.any()
    assert found.unreached_supply == country.supply.sum()


@pytest.mark.parametrize(
    ("more", "sentence"),
    [({"method": Method.BFCA}, "BFCA ne se calcule pas"), ({"origins_per_block": 0}, "au moins une origine")],
)
def test_what_cannot_be_cut_is_refused(country: Country, tmp_path: Path, more: dict, sentence: str) -> None:
    with pytest.raises(ScienceError, match=sentence):
        country.by_blocks(tmp_path, **more)
    assert not list(tmp_path.iterdir())


def test_wrong_arrays_are_refused(country: Country, tmp_path: Path) -> None:
    missing = np.full(HOMES, np.nan)
    with pytest.raises(ScienceError, match="la population"):
        Country(country.graph, country.homes, missing, country.places, country.supply).by_blocks(tmp_path)
    with pytest.raises(ScienceError, match="l'offre de soins"):
        Country(country.graph, country.homes, country.population, country.places, -country.supply).by_blocks(
            tmp_path
        )
