"""A scenario against the present: exact, conserved, explained."""

from __future__ import annotations

from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from labs import CODES, PEOPLE, PRACTITIONERS, change, diagnosis, scenario
from maillage.kit.console import Refused
from maillage.lab.ground import Ground, ground_of
from maillage.lab.pages.scenario import total_text
from maillage.lab.reading import Reading
from maillage.lab.simulating import Cost, Total, cost_of, simulate, worst_tenth

pytestmark = pytest.mark.django_db


def ground() -> Ground:
    return ground_of(diagnosis())


def test_the_gains_of_those_there_are_the_estimated_access() -> None:
    found = ground()
    assert found.place.tolist() == list(CODES)
    assert found.gain @ np.array(PRACTITIONERS) == pytest.approx(diagnosis().whole["apl_estimate"])


def test_access_is_published_where_it_is_and_estimated_elsewhere() -> None:
    found = ground()
    assert found.is_published.tolist() == [True, True, True, False, True]
    assert found.access[:3].tolist() == [3.6, 2.6, 2.1]
    assert found.access[3] > 0


def test_what_is_added_goes_to_people_and_nowhere_else() -> None:
    found = ground()
    added = np.array([0.0, 1.0, 0.0, 2.0, 0.5])
    gained = found.standardised @ (found.gain @ added)
    assert gained == pytest.approx(added.sum() * found.unit)


def test_a_scenario_lifts_people_over_the_threshold() -> None:
    one = scenario()
    change(one, kind="arrival", commune="00005", quantity=Decimal(1))
    reading = Reading(one)
    effect = reading.effect
    assert reading.year == 2027
    # 00003, 00004 and 00005 were under 2.5 and are no more.
    assert effect.lifted == 3700.0
    assert effect.dropped == 0.0
    assert effect.levels_after.people_under == pytest.approx(
        (effect.levels_before.people_under or 0) - effect.lifted
    )
    assert effect.outside_share == pytest.approx(0.0, abs=1e-9)


def test_a_closure_takes_from_all_it_served_and_never_below_zero() -> None:
    one = scenario()
    change(one, kind="closure", commune="00001", quantity=None)
    effect = Reading(one).effect
    assert (effect.after >= 0).all()
    assert (effect.after <= effect.ground.access).all()
    assert effect.people_losing >= 8000


def test_more_care_never_lowers_anyone() -> None:
    found = ground()
    of = diagnosis().profession

    @given(st.lists(st.floats(0, 20), min_size=len(CODES), max_size=len(CODES)))
    @settings(max_examples=50)
    def holds(added: list[float]) -> None:
        effect = simulate(found, np.array(added), of)
        assert (effect.change >= 0).all()
        assert effect.dropped == 0

    holds()


def test_a_place_out_of_reach_is_refused() -> None:
    with pytest.raises(Refused, match="ni dans le territoire ni à portée"):
        ground().at("99999")


def test_a_cost_that_is_not_known_is_counted_and_in_no_total() -> None:
    cost = cost_of([(Decimal(100), None), (None, None), (None, Decimal(20))])
    assert cost == Cost(Total(Decimal(100), missing=2), Total(Decimal(20), missing=2))
    assert cost.over(3) == Decimal(160)
    assert not cost.is_known
    assert cost_of([(Decimal(100), Decimal(0))]).is_known


@pytest.mark.parametrize(
    ("amounts", "written"),
    [
        ([Decimal(28_000), Decimal(28_000)], "56 000 €"),
        ([Decimal(0)], "0 €"),
        ([], "0 €"),
        ([None, None], "à chiffrer"),
        ([Decimal(28_000), None], "28 000 €, 1 montant à chiffrer"),
    ],
)
def test_a_total_says_what_it_leaves_out(amounts: list[Decimal | None], written: str) -> None:
    assert " ".join(total_text(Total.of(amounts)).split()) == written


def test_populations_are_those_of_the_snapshot() -> None:
    assert ground().population.tolist() == list(PEOPLE)


@given(st.lists(st.floats(0, 5), min_size=12, max_size=12), st.integers(0, 11), st.floats(0, 3))
def test_the_worst_tenth_never_loses_by_what_others_gain(values: list[float], who: int, more: float) -> None:
    people = np.arange(1.0, 13.0) * 100
    before = np.array(values)
    after = before.copy()
    after[who] += more
    assert worst_tenth(after, people) >= worst_tenth(before, people) - 1e-12
