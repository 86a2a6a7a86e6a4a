from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from maillage.science.accessibility import Catchments, Method
from maillage.science.checks import ScienceError
from maillage.science.decay import Exponential, Steps, within
from maillage.science.travel import TravelTimes

STEPS = Steps((10, 20, 30), (1.0, 0.68, 0.22))


class Case:
    """A small random territory, some communes empty, some places out of reach."""

    def __init__(self, seed: int, origins: int, places: int) -> None:
        rng = np.random.default_rng(seed)
        self.table = np.where(
            rng.random((origins, places)) < 0.6, rng.uniform(0, 40, (origins, places)), np.nan
        )
        origin, place = np.nonzero(~np.isnan(self.table))
        self.times = TravelTimes.from_pairs(
            origin, place, self.table[origin, place], origins=origins, places=places
        )
        self.population = rng.uniform(0, 5000, origins) * (rng.random(origins) < 0.8)
        self.supply = rng.uniform(0, 20, places) * (rng.random(places) < 0.8)
        self.rng = rng


cases = st.builds(Case, st.integers(0, 2**32 - 1), st.integers(1, 8), st.integers(1, 6))
decays = st.sampled_from([STEPS, within(25), Exponential(0.1, 30)])
methods = st.sampled_from(list(Method))


def by_hand(case: Case, decay, method: Method) -> np.ndarray:
    """The formulas of the papers on a full matrix, written without the code under test."""
    weights = np.where(np.isnan(case.table), 0.0, decay(np.nan_to_num(case.table)))

    def divide(a, b):
        return np.divide(a, b, out=np.zeros(np.broadcast(a, b).shape), where=np.asarray(b) > 0)

    choice = divide(weights, weights.sum(axis=1, keepdims=True))
    share = divide(weights, weights.sum(axis=0, keepdims=True))
    demand_side, access_side = {
        Method.E2SFCA: (weights, weights),
        Method.M2SFCA: (weights, weights**2),
        Method.THREE_SFCA: (choice * weights, choice * weights),
        Method.BFCA: (choice, share),
    }[method]
    return access_side @ divide(case.supply, demand_side.T @ case.population)


@given(cases, decays, methods)
def test_every_method_follows_its_formula(case: Case, decay, method: Method) -> None:
    scores = Catchments(case.times, decay, method).accessibility(case.population).scores(case.supply)
    np.testing.assert_allclose(scores.values, by_hand(case, decay, method), rtol=1e-12, atol=1e-15)


@given(cases, decays, st.sampled_from([Method.E2SFCA, Method.THREE_SFCA]))
def test_supply_is_conserved_whatever_the_decay(case: Case, decay, method: Method) -> None:
    scores = Catchments(case.times, decay, method).accessibility(case.population).scores(case.supply)
    received = case.population @ scores.values
    assert received + scores.unreached_supply == pytest.approx(case.supply.sum(), rel=1e-12)


@given(cases, decays)
def test_m2sfca_never_gives_more_than_e2sfca(case: Case, decay) -> None:
    full = Catchments(case.times, decay).accessibility(case.population).scores(case.supply)
    reduced = Catchments(case.times, decay, Method.M2SFCA).accessibility(case.population).scores(case.supply)
    assert (reduced.values <= full.values * (1 + 1e-12)).all()


@given(cases, decays)
def test_bfca_shares_out_the_demand_and_the_level_of_service(case: Case, decay) -> None:
    catchments = Catchments(case.times, decay, Method.BFCA)
    access = catchments.accessibility(case.population)
    served = np.diff(catchments.access_weights.indptr) > 0
    assert access.demand_on_places.sum() == pytest.approx(case.population[served].sum())
    rates = np.divide(
        case.supply, access.demand_on_places, out=np.zeros_like(case.supply), where=access.reached
    )
    assert access.scores(case.supply).values.sum() == pytest.approx(rates.sum())


@given(cases, decays, methods, st.floats(0.01, 100), st.floats(0.01, 100))
def test_scores_grow_like_supply_and_shrink_like_population(
    case: Case, decay, method: Method, more_supply: float, more_people: float
) -> None:
    catchments = Catchments(case.times, decay, method)
    base = catchments.accessibility(case.population).scores(case.supply).values
    scaled = catchments.accessibility(case.population * more_people).scores(case.supply * more_supply).values
    np.testing.assert_allclose(scaled, base * more_supply / more_people, rtol=1e-9, atol=1e-12)


@given(cases, decays, methods)
def test_more_supply_anywhere_lowers_no_score(case: Case, decay, method: Method) -> None:
    access = Catchments(case.times, decay, method).accessibility(case.population)
    more = case.supply + case.rng.uniform(0, 3, len(case.supply))
    assert (access.scores(more).values >= access.scores(case.supply).values * (1 - 1e-12)).all()


@given(cases, decays, st.sampled_from([Method.E2SFCA, Method.M2SFCA, Method.BFCA]))
def test_more_people_anywhere_raise_no_score_where_places_stay_reached(
    case: Case, decay, method: Method
) -> None:
    catchments = Catchments(case.times, decay, method)
    few = case.population + 1.0
    many = few + case.rng.uniform(0, 100, len(few))
    before = catchments.accessibility(few).scores(case.supply).values
    assert (catchments.accessibility(many).scores(case.supply).values <= before * (1 + 1e-12)).all()


@given(cases, decays, methods)
def test_contributions_sum_to_the_score(case: Case, decay, method: Method) -> None:
    access = Catchments(case.times, decay, method).accessibility(case.population, per=1000)
    contributions = access.contributions(case.supply)
    np.testing.assert_allclose(contributions.sum(axis=1), access.scores(case.supply).values, rtol=1e-12)
    last = case.times.origins - 1
    np.testing.assert_array_equal(
        access.contributions(case.supply, [last]).toarray(), contributions.toarray()[[last]]
    )


@given(cases, decays, methods, st.floats(0.1, 10))
def test_an_increment_is_the_difference_of_two_whole_computations(
    case: Case, decay, method: Method, units: float
) -> None:
    access = Catchments(case.times, decay, method).accessibility(case.population, per=10)
    for place in np.flatnonzero(access.reached):
        added = case.supply.copy()
        added[place] += units
        expected = access.scores(added).values - access.scores(case.supply).values
        origins, gains = access.increment(int(place), units)
        change = np.zeros(case.times.origins)
        change[origins] = gains
        np.testing.assert_allclose(change, expected, rtol=1e-6, atol=1e-9)


@given(cases, decays, methods, st.integers(1, 20))
def test_many_scenarios_at_once_are_the_same_as_one_by_one(
    case: Case, decay, method: Method, count: int
) -> None:
    access = Catchments(case.times, decay, method).accessibility(case.population)
    supplies = case.supply[:, None] * case.rng.uniform(0, 2, count)
    together = access.scores(supplies)
    assert together.values.shape == (case.times.origins, count)
    assert together.unreached_supply.shape == (count,)
    for scenario in range(count):
        alone = access.scores(supplies[:, scenario])
        np.testing.assert_allclose(together.values[:, scenario], alone.values, rtol=1e-12)
        assert together.unreached_supply[scenario] == pytest.approx(float(alone.unreached_supply))


def test_an_executor_changes_nothing() -> None:
    case = Case(3, 300, 40)
    access = Catchments(case.times, STEPS).accessibility(case.population)
    supplies = case.rng.uniform(0, 5, (40, 7))
    with ThreadPoolExecutor(2) as pool:
        for supply in (case.supply, supplies):
            np.testing.assert_array_equal(
                access.scores(supply, executor=pool).values, access.scores(supply).values
            )


def test_an_executor_copes_with_fewer_rows_than_blocks() -> None:
    times = TravelTimes.from_pairs([], [], [], origins=3, places=2)
    access = Catchments(times, STEPS).accessibility([1, 2, 3])
    with ThreadPoolExecutor(1) as pool:
        assert access.scores([1, 1], executor=pool).values.tolist() == [0, 0, 0]


def test_supply_that_nobody_reaches_is_named() -> None:
    # Place 1 is seen from an empty commune only, place 2 from nowhere, place 3 too but it offers nothing.
    times = TravelTimes.from_pairs([0, 1, 1], [0, 0, 1], [5, 5, 5], origins=2, places=4)
    access = Catchments(times, STEPS).accessibility([100, 0])
    scores = access.scores([2.0, 3.0, 4.0, 0.0])
    assert scores.values.tolist() == [0.02, 0.02]
    assert scores.unreached_places.tolist() == [1, 2]
    assert scores.unreached_supply == 7
    with pytest.raises(ScienceError, match="n'atteint le lieu 2"):
        access.increment(2)


def test_pairs_past_the_limit_do_not_count() -> None:
    times = TravelTimes.from_pairs([0, 0, 1], [0, 1, 1], [5, 31, 5], origins=2, places=2)
    catchments = Catchments(times, STEPS)
    assert catchments.access_weights.nnz == 2
    assert catchments.accessibility([10, 20]).scores([1, 1]).values.tolist() == [0.1, 0.05]


def test_conservation_broken_by_rounding_is_an_error() -> None:
    times = TravelTimes.from_pairs([0, 1], [0, 0], [5, 5], origins=2, places=1)
    access = Catchments(times, STEPS).accessibility([1.0, 2.0])
    access.population = np.array([1.0, 3.0])
    with pytest.raises(ScienceError, match="ne correspond pas"):
        access.scores([1.0])


def test_a_decay_that_gives_negative_weights_is_refused() -> None:
    class Wrong:
        limit = 30.0

        def __call__(self, minutes):
            return minutes - 10.0

    times = TravelTimes.from_pairs([0], [0], [5], origins=1, places=1)
    with pytest.raises(ScienceError, match="décroissance"):
        Catchments(times, Wrong())


@pytest.mark.parametrize(
    ("population", "supply", "sentence"),
    [
        ([1.0], [1.0, 1.0], "2 valeurs sont attendues dans la population"),
        ([1.0, -1.0], [1.0, 1.0], "négative"),
        ([1.0, np.nan], [1.0, 1.0], "absente"),
        ([1.0, 1.0], [1.0], "l'offre"),
        ([1.0, 1.0], [1.0, -1.0], "négative"),
        ([1.0, 1.0], [np.nan, 1.0], "absente"),
        ([1.0, 1.0], [[[1.0]], [[1.0]]], "forme"),
        ([[1.0], [1.0]], [1.0, 1.0], "forme"),
    ],
)
def test_wrong_population_or_supply_is_refused_with_a_sentence(population, supply, sentence: str) -> None:
    times = TravelTimes.from_pairs([0, 1], [0, 1], [5, 5], origins=2, places=2)
    with pytest.raises(ScienceError, match=sentence):
        Catchments(times, STEPS).accessibility(population).scores(supply)


def test_unknown_places_origins_and_units_are_refused() -> None:
    times = TravelTimes.from_pairs([0], [0], [5], origins=1, places=1)
    access = Catchments(times, STEPS).accessibility([10])
    with pytest.raises(ScienceError, match="n'existe pas"):
        access.increment(1)
    with pytest.raises(ScienceError, match="hors limites"):
        access.contributions([1.0], [1])
    with pytest.raises(ScienceError, match="unité"):
        Catchments(times, STEPS).accessibility([10], per=0)
