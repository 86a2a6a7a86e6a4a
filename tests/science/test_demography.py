import json
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from maillage.science.accessibility import Catchments
from maillage.science.checks import ScienceError
from maillage.science.decay import within
from maillage.science.demography.backtest import accuracy, series_break
from maillage.science.demography.careers import Workforce, of_counts
from maillage.science.demography.fans import Fan, Interval, quantiles
from maillage.science.demography.parameters import (
    AGES,
    GENERAL_PRACTITIONERS,
    Assumptions,
    Mark,
    assumptions_for,
    from_document,
)
from maillage.science.demography.projection import Demand, Forecast, Level, project
from maillage.science.demography.pyramids import hazard, pyramid
from maillage.science.travel import TravelTimes

SPREADS = ("cessation", "leaving", "arrivals", "replacement", "work_ratio")
PUBLISHED = {55: 0.51, 62: 0.26, 65: 0.18}


def certain(assumptions: Assumptions = GENERAL_PRACTITIONERS, **values: float) -> Assumptions:
    """The same assumptions, their values taken as they are by every draw, some of them changed."""
    for name, value in ({"drift": 0.0, "variation": 0.0} | values).items():
        assumptions = assumptions.changed(name, value)
    sure = {name: replace(assumptions.named()[name], spread=0.0) for name in SPREADS}
    return replace(assumptions, **sure)


def aged(age: int, persons: int = 1000) -> Workforce:
    """People of one age at one place."""
    ages = np.full(persons, age)
    ones = np.ones(1)
    return Workforce(
        np.zeros(persons, int), np.ones(persons), ages, np.zeros(1, int), pyramid({}, certain())[None], ones
    )


ONE_AREA = {"all": Level(np.array(["all"]), np.zeros(1, int))}
ALONE = {"arrivals": 0.0, "replacement": 0.0}


def towns(counts: list[float]) -> Workforce:
    """Places of one territory whose practitioners' ages nobody knows."""
    pyramids = pyramid(PUBLISHED, GENERAL_PRACTITIONERS)[None]
    return of_counts(counts, np.zeros(len(counts), int), pyramids, np.full(len(counts), 1000.0))


def each_town(count: int) -> dict[str, Level]:
    rows = np.arange(count)
    return {
        "town": Level(rows.astype(str), rows, rows),
        "all": Level(np.array(["all"]), np.zeros(count, int), np.zeros(count, int)),
    }


def same(first: Forecast, second: Forecast) -> bool:
    return all(
        np.array_equal(first.areas[name].heads.bounds, second.areas[name].heads.bounds)
        and np.array_equal(first.areas[name].work.bounds, second.areas[name].work.bounds)
        for name in first.areas
    )


@pytest.mark.parametrize("age", [30, 58, 63, 68])
def test_those_alone_dwindle_by_the_table_of_cessation(age: int) -> None:
    supposed = certain(**ALONE)
    forecast = project(aged(age), supposed, ONE_AREA, start=2020, to=2026, draws=200)
    expected = 1000 * np.exp(-np.cumsum(hazard(supposed)[age - AGES[0] :])[:6])
    median = forecast.areas["all"].heads.bounds[1:, 0, 2]
    np.testing.assert_allclose(median, expected, rtol=0.01)


def test_the_spread_of_those_who_stay_is_binomial() -> None:
    forecast = project(aged(66, 400), certain(**ALONE), ONE_AREA, start=2020, to=2021, draws=1000)
    interval = forecast.areas["all"].heads.at(1, 0)
    deviation = np.sqrt(400 * 0.22 * 0.78)
    assert interval.high_95 - interval.low_95 == pytest.approx(2 * 1.96 * deviation, rel=0.07)
    assert interval.high_80 - interval.low_80 == pytest.approx(2 * 1.28 * deviation, rel=0.1)


def test_nobody_practises_after_the_last_age() -> None:
    forecast = project(aged(90), certain(**ALONE), ONE_AREA, start=2020, to=2021, draws=100)
    assert forecast.areas["all"].heads.at(1, 0) == Interval(0, 0, 0, 0, 0)


def test_when_everyone_is_followed_heads_never_change() -> None:
    supposed = certain(arrivals=0.0, replacement=1.0)
    forecast = project(towns([3, 0, 1.5]), supposed, each_town(3), start=2020, to=2040, draws=100)
    bounds = forecast.areas["town"].heads.bounds
    np.testing.assert_allclose(bounds, np.broadcast_to([[3.0], [0.0], [1.5]], bounds.shape), rtol=1e-6)


def test_a_newcomer_does_the_part_of_the_work_that_the_ratio_says() -> None:
    supposed = certain(arrivals=0.0, replacement=1.0, work_ratio=2.0, leaving=0.0)
    forecast = project(aged(90, 50), supposed, ONE_AREA, start=2020, to=2021, draws=100)
    # At 90 activity is what it is for everyone there, hence 1; their 50 successors are in full activity.
    assert forecast.areas["all"].heads.at(1, 0).median == 50
    assert forecast.areas["all"].work.at(1, 0).median == pytest.approx(25, rel=1e-5)


@pytest.mark.parametrize(("attraction", "expected"), [(1.0, [20, 0]), (0.0, [10, 10]), (0.5, [15, 5])])
def test_arrivals_follow_colleagues_or_people(attraction: float, expected: list[float]) -> None:
    supposed = certain(arrivals=0.2, attraction=attraction, replacement=1.0, leaving=0.0)
    forecast = project(towns([100, 0]), supposed, each_town(2), start=2020, to=2021, draws=1200)
    median = forecast.areas["town"].heads.bounds[1, :, 2]
    np.testing.assert_allclose(median - [100, 0], expected, atol=1)


def test_arrivals_are_poisson() -> None:
    supposed = certain(arrivals=0.1, replacement=1.0, leaving=0.0)
    forecast = project(towns([400]), supposed, each_town(1), start=2020, to=2021, draws=1200)
    interval = forecast.areas["all"].heads.at(1, 0)
    assert interval.median == pytest.approx(440, abs=1)
    assert interval.high_95 - interval.low_95 == pytest.approx(2 * 1.96 * np.sqrt(40), rel=0.07)


def test_uncertain_parameters_widen_the_intervals() -> None:
    unsure = project(towns([500]), GENERAL_PRACTITIONERS, each_town(1), start=2020, to=2035, draws=300)
    sure = project(towns([500]), certain(), each_town(1), start=2020, to=2035, draws=300)

    def width(forecast: Forecast) -> float:
        interval = forecast.areas["all"].heads.at(15, 0)
        return interval.high_95 - interval.low_95

    assert width(unsure) > 1.3 * width(sure)


def test_territories_drift_apart_as_a_random_walk() -> None:
    supposed = certain(arrivals=0.0, replacement=1.0, leaving=0.0, work_ratio=1.0, drift=0.1)
    forecast = project(aged(30, 50), supposed, ONE_AREA, start=2020, to=2024, draws=1000)
    for year in (1, 4):
        interval = forecast.areas["all"].work.at(year, 0)
        assert np.log(interval.high_95 / interval.low_95) == pytest.approx(
            2 * 1.96 * 0.1 * year**0.5, rel=0.08
        )
    assert forecast.areas["all"].heads.at(4, 0) == Interval(50, 50, 50, 50, 50)


def test_the_work_of_many_varies_less_than_that_of_one() -> None:
    supposed = certain(arrivals=0.0, replacement=1.0, leaving=0.0, variation=0.2)
    for persons, deviation in ((1, 0.2), (16, 0.05)):
        forecast = project(aged(30, persons), supposed, ONE_AREA, start=2020, to=2021, draws=1000)
        interval = forecast.areas["all"].work.at(1, 0)
        assert np.log(interval.high_95 / interval.low_95) == pytest.approx(2 * 1.96 * deviation, rel=0.08)


def test_the_start_is_what_was_given_and_says_whose_age_was_drawn() -> None:
    forecast = project(
        towns([3, 0, 1.5]), GENERAL_PRACTITIONERS, each_town(3), start=2020, to=2022, draws=100
    )
    assert forecast.years == (2020, 2021, 2022)
    assert forecast.ages_drawn == 1
    np.testing.assert_allclose(forecast.areas["town"].heads.bounds[0, :, 2], [3, 0, 1.5])
    assert forecast.areas["all"].work.at(0, 0).median == pytest.approx(4.5)
    assert project(aged(60), certain(), ONE_AREA, start=0, to=1, draws=100).ages_drawn == 0


def test_the_same_seed_gives_the_same_forecast_however_it_is_cut() -> None:
    def run(executor: ThreadPoolExecutor | ProcessPoolExecutor | None = None) -> Forecast:
        return project(
            towns([5, 0, 2, 9]),
            GENERAL_PRACTITIONERS,
            each_town(4),
            start=2020,
            to=2030,
            draws=150,
            seed=7,
            executor=executor,
        )

    alone = run()
    with ThreadPoolExecutor(2) as threads:
        assert same(alone, run(threads))
    with ProcessPoolExecutor(1) as processes:
        assert same(alone, run(processes))


def test_a_draw_does_not_depend_on_how_many_there_are() -> None:
    from maillage.science.demography.careers import Simulation

    simulation = Simulation(towns([5, 0, 2]), GENERAL_PRACTITIONERS, years=8)
    seeds = np.random.SeedSequence(3).spawn(6)
    together = simulation.supply(simulation.draw(seeds), 8)[0]
    for number in (0, 3, 5):
        alone = simulation.supply(simulation.draw([seeds[number]]), 8)[0]
        np.testing.assert_array_equal(alone[:, 0], together[:, number])


def line(minutes: float = 5.0) -> Catchments:
    """Two communes that reach each other, and a third that reaches nothing but itself."""
    times = TravelTimes.from_pairs(
        [0, 0, 1, 1, 2], [0, 1, 0, 1, 2], [0, minutes, minutes, 0, 0], origins=3, places=3
    )
    return Catchments(times, within(10))


def test_access_is_that_of_the_work_drawn() -> None:
    people = np.array([1000.0, 3000.0, 500.0])
    demand = Demand(line(), people, per=1000, unit=10)
    forecast = project(
        towns([2, 6, 1]), GENERAL_PRACTITIONERS, each_town(3), start=2020, to=2024, draws=100, demand=demand
    )
    access = forecast.areas["town"].access
    assert access is not None
    # At the start ages unknown leave the work of one commune unsure, not that of the whole.
    np.testing.assert_allclose(access.bounds[0, :2, 2], 8 * 10 / 4, rtol=0.1)
    whole, work = forecast.areas["all"].access, forecast.areas["all"].work
    assert whole is not None
    np.testing.assert_allclose(whole.bounds, work.bounds * 10 * 1000 / people.sum(), rtol=1e-5)


def test_a_growing_population_shares_the_same_work() -> None:
    supposed = certain(arrivals=0.0, replacement=1.0, work_ratio=1.0, leaving=0.0, activity=(1.0, 1.0, 1.0))
    growing = np.array([[100.0, 200.0], [100.0, 200.0], [100.0, 200.0]])
    forecast = project(
        towns([2, 6, 1]),
        supposed,
        each_town(3),
        start=2020,
        to=2021,
        draws=100,
        demand=Demand(line(), growing),
    )
    access = forecast.areas["all"].access
    assert access is not None
    assert access.at(1, 0).median == pytest.approx(access.at(0, 0).median / 2)


def test_a_published_access_is_followed_and_one_that_cannot_be_is_not_known() -> None:
    levels = {
        name: replace(level, published=np.array([2.0, np.nan, 3.0])) if name == "town" else level
        for name, level in each_town(3).items()
    }
    demand = Demand(line(), np.array([1000.0, 3000.0, 500.0]))
    forecast = project(towns([2, 6, 0]), certain(), levels, start=2020, to=2025, draws=100, demand=demand)
    access = forecast.areas["town"].access
    assert access is not None
    assert access.known.tolist() == [True, False, False]
    assert access.at(0, 0).median == pytest.approx(2.0, rel=0.1)
    with pytest.raises(ScienceError, match="médiane entre ses bornes"):
        access.at(0, 1)


def test_practitioners_whom_nobody_reaches_are_named() -> None:
    demand = Demand(line(), np.array([1000.0, 3000.0, 0.0]))
    forecast = project(
        towns([2, 6, 4]), certain(), each_town(3), start=2020, to=2021, draws=100, demand=demand
    )
    assert forecast.unreached == 4


@pytest.mark.parametrize(
    "bounds",
    [(1, 2, 3, 4, 3.5), (np.nan, 2, 3, 4, 5), (np.nan,) * 5, (2, 1, 3, 4, 5)],
)
def test_a_central_value_without_its_interval_cannot_be_held(bounds: tuple[float, ...]) -> None:
    with pytest.raises(ScienceError, match="médiane entre ses bornes"):
        Interval(*bounds)


@pytest.mark.parametrize(
    "bounds",
    [[np.nan, np.nan, 3, np.nan, np.nan], [3, 3, 2, 3, 3], [1, 2, 3, 4, np.nan]],
)
def test_a_fan_refuses_a_bare_median(bounds: list[float]) -> None:
    with pytest.raises(ScienceError, match="aucune ne peut manquer"):
        Fan(np.array([[bounds]]))


@given(st.lists(st.floats(0, 1e6), min_size=2, max_size=40))
def test_quantiles_are_those_of_numpy(values: list[float]) -> None:
    expected = np.quantile(values, [0.025, 0.1, 0.5, 0.9, 0.975])
    np.testing.assert_allclose(quantiles(np.array([values]))[0], expected, rtol=1e-9, atol=1e-9)


@given(st.floats(0.2, 0.8), st.floats(0, 1), st.floats(0, 1))
def test_a_pyramid_agrees_with_every_share_published(over_55: float, second: float, third: float) -> None:
    shares = {55: over_55, 62: over_55 * second, 65: over_55 * second * third}
    found = pyramid(shares, GENERAL_PRACTITIONERS)
    assert found.sum() == pytest.approx(1)
    for age, share in shares.items():
        assert found[age < AGES].sum() == pytest.approx(share)


def test_a_pyramid_with_nothing_published_is_that_of_a_constant_flow() -> None:
    supposed = certain(leaving=0.0)
    found = pyramid({}, supposed)
    between = (AGES >= 50) & (AGES < 55)
    assert np.ptp(found[between]) == pytest.approx(0, abs=1e-12)
    assert found[AGES == 80] < found[AGES == 70] < found[AGES == 60]


@pytest.mark.parametrize("shares", [{55: 0.3, 65: 0.4}, {55: 1.2}, {60: -0.1}])
def test_shares_that_do_not_decrease_with_age_are_refused(shares: dict[int, float]) -> None:
    with pytest.raises(ScienceError, match="diminuent avec l'âge"):
        pyramid(shares, GENERAL_PRACTITIONERS)


@pytest.mark.parametrize("profession", ["mg", "inf", "mk", "sf", "cd"])
def test_every_parameter_says_where_it_comes_from_and_survives_json(profession: str) -> None:
    supposed = assumptions_for(profession)
    for parameter in supposed.named().values():
        assert parameter.label
        assert parameter.unit
        assert parameter.source
        assert parameter.mark in Mark
    assert from_document(json.loads(json.dumps(supposed.as_document()))) == supposed


def test_what_is_borrowed_from_doctors_is_assumed() -> None:
    assert {parameter.mark for parameter in assumptions_for("mk").named().values()} == {Mark.ASSUMED}


def test_a_value_changed_by_hand_is_assumed_and_keeps_its_origin() -> None:
    edited = GENERAL_PRACTITIONERS.changed("arrivals", 0.03).arrivals
    assert (edited.value, edited.mark) == (0.03, Mark.ASSUMED)
    assert GENERAL_PRACTITIONERS.arrivals.source in edited.source


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("arrivées", 0.1, "n'est pas un paramètre"),
        ("arrivals", -1.0, "positifs ou nuls"),
        ("arrivals", float("nan"), "positifs ou nuls"),
        ("arrivals", (1.0, 2.0), "un seul nombre"),
        ("replacement", 1.5, "entre 0 et 1"),
        ("work_ratio", 0.0, "supérieurs à zéro"),
        ("cessation", (0.1, 0.2), "une valeur par tranche d'âge"),
        ("entry_ages", (0.0,) * 6, "aucun poids"),
    ],
)
def test_a_bad_parameter_is_refused_in_one_sentence(name: str, value: float, sentence: str) -> None:
    with pytest.raises(ScienceError, match=sentence):
        GENERAL_PRACTITIONERS.changed(name, value)


def test_a_document_that_is_not_of_parameters_is_refused() -> None:
    with pytest.raises(ScienceError, match="manquent ou ne sont pas connus"):
        from_document({"profession": "mg"})
    document = GENERAL_PRACTITIONERS.as_document()
    with pytest.raises(ScienceError, match="« leaving » n'a pas la forme"):
        from_document(document | {"leaving": document["leaving"] | {"mark": "sûr"}})


@pytest.mark.parametrize(
    ("counts", "sentence"),
    [([1.0, np.nan], "manquante"), ([1.0, -2.0], "négative"), ([0.0, 0.0], "rien à projeter")],
)
def test_bad_counts_are_refused(counts: list[float], sentence: str) -> None:
    with pytest.raises(ScienceError, match=sentence):
        project(towns(counts), GENERAL_PRACTITIONERS, each_town(2), start=2020, to=2021)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"to": 2019}, "L'horizon va de 1 à 60 ans"),
        ({"draws": 10}, "au moins 100"),
        ({"demand": Demand(line(), np.ones((3, 5)))}, "3 lieux"),
        ({"levels": {"x": Level(np.array(["a"]), np.array([0, 1]))}}, "niveau « x »"),
    ],
)
def test_what_cannot_be_projected_is_refused(change: dict, sentence: str) -> None:
    asked = {"start": 2020, "to": 2022, "draws": 100, "levels": each_town(2)} | change
    with pytest.raises(ScienceError, match=sentence):
        project(towns([1, 2]), GENERAL_PRACTITIONERS, **asked)


def test_counts_by_age_are_taken_as_known() -> None:
    table = np.zeros((2, len(AGES)))
    table[1, AGES == 60] = 2.5
    workforce = of_counts(table, [0, 0], pyramid({}, certain())[None], [1.0, 1.0])
    assert workforce.place.tolist() == [1, 1, 1]
    assert workforce.age.tolist() == [60, 60, 60]
    assert workforce.weight.tolist() == [1, 1, 0.5]


def test_accuracy_by_hand() -> None:
    rows = [[1, 1, 1, 1, 1], [2, 2, 2, 2, 2], [np.nan] * 5]
    later = [[0.5, 0.8, 1, 1.2, 1.5], [1.5, 1.8, 2, 2.2, 2.5], [np.nan] * 5]
    fan = Fan(np.array([rows, later], dtype=float))
    found = accuracy(fan, 1, 2022, [1.4, 1.9, 3.0], [1.0, 3.0, 5.0])
    assert (found.rows, found.year) == (2, 2022)
    assert found.error == pytest.approx(0.25 * 0.4 + 0.75 * 0.1)
    assert found.bias == pytest.approx(-0.25 * 0.4 + 0.75 * 0.1)
    assert found.still == pytest.approx(found.error)
    assert found.coverage == {0.8: 0.5, 0.95: 1.0}
    with pytest.raises(ScienceError, match="Rien n'a été publié pour 2022"):
        accuracy(fan, 1, 2022, [np.nan] * 3, [1.0] * 3)


def test_a_series_break_leaves_the_published_change_only() -> None:
    factor = series_break(3.811, 3.9, -0.008)
    assert 3.811 * factor * (1 - 0.008) == pytest.approx(3.9)


def test_a_level_without_any_area_is_read_as_empty() -> None:
    nowhere = {"epci": Level(np.array([], dtype=str), np.full(2, -1))}
    forecast = project(towns([3, 2]), certain(), nowhere, start=2020, to=2022, draws=100)
    assert forecast.areas["epci"].heads.bounds.shape == (3, 0, 5)


def test_a_projection_says_how_far_it_is_and_stops_when_told_to() -> None:
    told: list[float] = []
    project(towns([3]), certain(), each_town(1), start=2020, to=2022, draws=100, progress=told.append)
    assert told == sorted(told)
    assert 0 < told[0] < told[-1] < 1

    def stop(share: float) -> None:
        raise InterruptedError

    with pytest.raises(InterruptedError):
        project(towns([3]), certain(), each_town(1), start=2020, to=2022, draws=100, progress=stop)
