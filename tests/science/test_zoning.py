import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from maillage.science.checks import ScienceError
from maillage.science.zoning import (
    RULES,
    classify,
    classify_by_cutoffs,
    classify_by_share,
    exchangeable,
    unit_scores,
    zoning_rule,
)


def names(rule, categories) -> list[str]:
    return [rule.categories[number] for number in categories]


def test_the_2017_decree_includes_its_cutoffs() -> None:
    rule = zoning_rule("medecins-2017")
    scores = [2.4, 2.5, np.nextafter(2.5, 3), 4.0, np.nextafter(4, 5)]
    assert names(rule, classify(rule, scores, np.ones(5))) == [
        "ZIP",
        "ZIP",
        "vivier",
        "vivier",
        "hors vivier",
    ]


def test_a_share_of_the_population_takes_the_lowest_scores_first() -> None:
    scores, people = [4.0, 1.0, 3.0, 2.0], [10, 30, 20, 40]
    assert classify_by_share(scores, people, (0.3, 0.4)).tolist() == [2, 0, 2, 1]


def test_the_unit_that_crosses_a_share_is_in_or_out_as_asked() -> None:
    scores, people = [1.0, 2.0, 3.0], [30, 40, 30]
    assert classify_by_share(scores, people, (0.5,)).tolist() == [0, 0, 1]
    assert classify_by_share(scores, people, (0.5,), crossing="excluded").tolist() == [0, 1, 1]


@given(st.integers(0, 2**32 - 1), st.integers(1, 40), st.sampled_from(["included", "excluded"]))
def test_shares_are_respected_up_to_one_unit(seed: int, count: int, crossing) -> None:
    rng = np.random.default_rng(seed)
    scores, people, shares = rng.random(count), rng.integers(1, 90, count), (0.3, 0.42)
    category = classify_by_share(scores, people, shares, crossing=crossing)
    assert (np.diff(category[np.argsort(scores)]) >= 0).all()
    for rank, limit in enumerate(np.cumsum(shares)):
        taken = people[category <= rank].sum() / people.sum()
        largest = people.max() / people.sum()
        if crossing == "included":
            assert limit - 1e-9 <= taken <= limit + largest + 1e-9
        else:
            assert limit - largest - 1e-9 <= taken <= limit + 1e-9


def test_shares_that_fall_exactly_on_a_unit_are_reached_despite_rounding() -> None:
    people = np.ones(10)
    for crossing in ("included", "excluded"):
        category = classify_by_share(np.arange(10.0), people, (0.1, 0.2, 0.4), crossing=crossing)
        assert category.tolist() == [0, 1, 1, 2, 2, 2, 2, 3, 3, 3]


def test_locked_categories_cannot_be_exchanged() -> None:
    rule = zoning_rule("sf-2019")
    scores, people = np.arange(100.0), np.ones(100)
    category = classify(rule, scores, people)
    movable = exchangeable(rule, scores, people)
    assert not movable[category == rule.categories.index("très sous-dotée")].any()
    assert movable[[8, 22, 83, 99]].all()
    assert not movable[[23, 50, 81]].any()
    assert not exchangeable(zoning_rule("medecins-2017"), scores, people).any()


def test_scores_of_units_are_weighted_means_of_their_communes() -> None:
    units = unit_scores([1, 3, 5, 2], [10, 30, 0, 0], ["b", "b", "a", "c"], [1, 1, 2, 0])
    assert units.units.tolist() == ["a", "b", "c"]
    assert units.scores[:2].tolist() == [5, 2]
    assert np.isnan(units.scores[2])
    assert units.population.tolist() == [0, 40, 0]
    assert unit_scores([1, 3], [10, 30], ["b", "b"]).scores.tolist() == [2.5]


def test_every_rule_is_whole() -> None:
    assert len({rule.code for rule in RULES}) == len(RULES)
    for rule in RULES:
        for limits in (rule.cutoffs, rule.shares):
            assert limits is None or len(limits) == len(rule.categories) - 1
        assert rule.shares is None or 0 < sum(rule.shares) < 1
        assert rule.cutoffs is None or list(rule.cutoffs) == sorted(rule.cutoffs)
        assert set(rule.locked) <= set(rule.categories)
        category = classify(rule, np.linspace(0, 300, 50), np.ones(50))
        assert category.min() == 0
        assert category.max() == len(rule.categories) - 1


def test_impossible_input_is_refused_with_a_sentence() -> None:
    with pytest.raises(ScienceError, match="medecins-2017"):
        zoning_rule("medecins-1900")
    with pytest.raises(ScienceError, match="absente"):
        classify_by_cutoffs([np.nan], (2.5,))
    with pytest.raises(ScienceError, match="nulle"):
        classify_by_share([1.0], [0], (0.5,))
    with pytest.raises(ScienceError, match="2 valeurs"):
        unit_scores([1.0], [1.0], ["a", "b"])
