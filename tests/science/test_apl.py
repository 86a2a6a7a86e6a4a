import csv
import json
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from maillage.science.agreement import spearman
from maillage.science.apl import (
    PARAMETERS,
    ActivityBounds,
    AgeWeights,
    Origin,
    Source,
    apl,
    apl_parameters,
    capped_activity,
    standardised_population,
)
from maillage.science.checks import ScienceError
from maillage.science.decay import Steps
from maillage.science.travel import TravelTimes, straight_line

GP_2023 = apl_parameters("mg", 2023)
A, B, C = range(3)


def worked_example() -> tuple[TravelTimes, list[float], np.ndarray]:
    """Three communes: two GPs in A (7 200 and 3 000 acts), one in B (5 000), none in C."""
    minutes = {(A, B): 12, (B, A): 12, (A, C): 8, (C, A): 8, (B, C): 17, (C, B): 17}
    minutes |= {(commune, commune): 0 for commune in (A, B, C)}
    origin, place = zip(*minutes, strict=True)
    times = TravelTimes.from_pairs(origin, place, list(minutes.values()), origins=3, places=3)
    assert isinstance(GP_2023.activity, ActivityBounds)
    supply = np.bincount(
        [A, A, B], weights=capped_activity([7200, 3000, 5000], GP_2023.activity), minlength=3
    )
    return times, [1000, 2000, 500], supply


def test_the_worked_example_comes_out_to_the_digit() -> None:
    times, population, supply = worked_example()
    assert supply.tolist() == [9600, 5000, 0]
    access = apl(times, population, GP_2023)
    scores = access.scores(supply).values
    assert np.round(scores, 4).tolist() == [4.5647, 4.0235, 3.9765]
    np.testing.assert_allclose(
        access.demand_on_places[[A, B]], [1000 + 4000 / 3 + 500, 2000 + 2000 / 3 + 500 / 3]
    )
    assert population @ scores == pytest.approx(14_600, rel=1e-14)
    assert round(population @ scores / sum(population), 4) == 4.1714
    gifts = access.contributions(supply, [A]).toarray()[0]
    np.testing.assert_allclose(gifts, [9600 / (8500 / 3), 2 / 3 * 5000 / (8500 / 3), 0])


def test_the_side_of_the_official_boundaries_is_a_choice() -> None:
    times = TravelTimes.from_pairs([0, 1], [0, 0], [0, 10], origins=2, places=1)
    other = Steps(GP_2023.decay.bounds, GP_2023.decay.weights, "left")
    assert apl(times, [300, 300], GP_2023).scores([600]).values.tolist() == [1, 1]
    np.testing.assert_allclose(apl(times, [300, 300], GP_2023, decay=other).scores([600]).values, [1.2, 0.8])


def test_official_activity_bounds_apply_on_both_sides_of_each() -> None:
    assert isinstance(GP_2023.activity, ActivityBounds)
    acts = [0, 249, 250, 251, 3599, 3600, 3601, 5999, 6000, 6001, 20_000]
    counted = [0, 0, 0, 3600, 3600, 3600, 3601, 5999, 6000, 6000, 6000]
    assert capped_activity(acts, GP_2023.activity).tolist() == counted


def test_health_centres_are_not_bounded_and_new_doctors_get_a_standard_activity() -> None:
    assert isinstance(GP_2023.activity, ActivityBounds)
    counted = capped_activity(
        [100, 9000, np.nan],
        GP_2023.activity,
        unbounded=np.array([True, True, False]),
        without_prior_year=np.array([False, False, True]),
    )
    assert counted.tolist() == [100, 9000, 5400]


def test_the_2012_formulation_counts_full_time_equivalents() -> None:
    activity = apl_parameters("mg", 2012).activity
    assert activity is not None
    acts = [272, 273, 1027, 1028, 2642, 2643, 4251, 4252, 9000]
    assert capped_activity(acts, activity).tolist() == [0, 0.2, 0.2, 0.5, 0.5, 0.7, 0.7, 1, 1]
    with pytest.raises(ScienceError, match="ne prévoit"):
        capped_activity([1000], activity, unbounded=np.array([True]))


@pytest.mark.parametrize(
    ("acts", "options", "sentence"),
    [
        ([np.nan], {}, "absente"),
        ([-5], {}, "négative"),
        ([5], {"unbounded": np.array([1])}, "oui ou non"),
        ([5], {"without_prior_year": np.array([True, False])}, "oui ou non"),
    ],
)
def test_impossible_activity_is_refused(acts, options, sentence: str) -> None:
    assert GP_2023.activity is not None
    with pytest.raises(ScienceError, match=sentence):
        capped_activity(acts, GP_2023.activity, **options)


@given(st.integers(0, 2**32 - 1))
def test_standardising_keeps_the_total_population(seed: int) -> None:
    counts = np.random.default_rng(seed).integers(0, 900, (6, 19)) + 1
    standardised, _ = standardised_population(counts, GP_2023.ages)
    assert standardised.sum() == pytest.approx(counts.sum())


def test_older_communes_need_more_care() -> None:
    ages = AgeWeights((0, 60), (0.5, 2.0), Source(Origin.SOURCE, "essai"))
    standardised, scale = standardised_population([[100, 0], [0, 100]], ages)
    assert (standardised.tolist(), scale) == ([40, 160], 0.8)
    part, _ = standardised_population([[100, 0]], ages, scale=scale)
    assert part.tolist() == [40]


@pytest.mark.parametrize("counts", [[1, 2], [[1, 2, 3]], [[1, -2]], [[1, np.nan]], [[0, 0]]])
def test_impossible_age_tables_are_refused(counts) -> None:
    with pytest.raises(ScienceError):
        standardised_population(counts, AgeWeights((0, 60), (0.5, 2.0), Source(Origin.SOURCE, "essai")))


def test_every_set_of_parameters_is_whole_and_sourced() -> None:
    assert len({(entry.profession, entry.vintage) for entry in PARAMETERS}) == len(PARAMETERS)
    for entry in PARAMETERS:
        assert len(entry.ages.starts) == len(entry.ages.weights)
        assert entry.ages.starts[0] == 0
        assert entry.ages.source.reference
        assert entry.decay_source.reference
    inferred = {entry.profession for entry in PARAMETERS if entry.decay_source.inferred}
    assert inferred == {"mg", "inf", "mk", "cd", "sf"}
    assert not apl_parameters("mg", 2022).decay_source.inferred


def test_unknown_parameters_are_refused_with_those_that_are_known() -> None:
    with pytest.raises(ScienceError, match="mg 2023"):
        apl_parameters("mg", 1999)


@pytest.mark.shared
def test_an_estimate_from_open_data_ranks_communes_like_the_published_apl(
    shared_data: Path, apl_2021
) -> None:
    communes = json.loads((shared_data / "communes" / "communes-france.json").read_text(encoding="utf-8"))
    row = {commune["code"]: number for number, commune in enumerate(communes)}
    lon, lat = np.array([commune["centre"]["coordinates"] for commune in communes]).T
    doctors: Counter[str] = Counter()
    with (shared_data / "bpe" / "bpe18_ensemble_sante.csv").open(encoding="utf-8-sig") as lines:
        for line in csv.DictReader(lines, delimiter=";"):
            if line["TYPEQU"] == "D201":
                doctors[line["DEPCOM"]] += int(line["NB_EQUIP"])
    supply = np.array([doctors[code] for code in row], dtype=float)

    known = [n for n, code in enumerate(apl_2021.code) if code in row and np.isfinite(apl_2021.all_ages[n])]
    rows = np.array([row[apl_2021.code[n]] for n in known])
    population = np.array([commune["population"] or 0 for commune in communes], dtype=float)
    population[rows] = apl_2021.standardised[known]
    department = np.char.ljust(apl_2021.code[known].astype("U2"), 2)

    official = apl_parameters("mg", 2021)
    times = straight_line(lon, lat, limit_minutes=official.decay.limit)
    estimate = apl(times, population, official).scores(supply).values[rows]
    for prefix, floor in {"77": 0.539, "41": 0.555, "": 0.557}.items():
        here = np.char.startswith(department, prefix)
        assert spearman(estimate[here], apl_2021.all_ages[known][here]) >= floor
