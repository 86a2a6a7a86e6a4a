"""What a change is worth, year by year."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest

from maillage.kit.console import Refused
from maillage.lab.effects import EFFECTS, RULES, Kind, effects, full_time, settled_year
from maillage.science.demography.parameters import Mark

KNOWN = effects({})


def change(kind: str, quantity: float | None = 2, **dates: Any) -> Any:
    asked = {"starts_on": date(2027, 1, 1), "ends_on": None} | dates
    number = None if quantity is None else Decimal(str(quantity))
    return SimpleNamespace(kind=kind, commune="00001", quantity=number, **asked)


@pytest.mark.parametrize(
    ("kind", "quantity", "worth"),
    [
        ("arrival", 2, 2.0),
        ("departure", 2, -2.0),
        ("health_centre", 2, 1.34),
        ("booth", 10, 10 * 0.0261),
        ("mobile", 1, 0.1741),
        ("hours", 10, 0.2),
        ("hours", -10, -0.2),
        ("closure", None, -3.0),
    ],
)
def test_each_kind_is_worth_its_full_time_practitioners(kind: str, quantity: Any, worth: float) -> None:
    assert full_time(change(kind, quantity), KNOWN, year=2030, present=3.0) == pytest.approx(worth)


def test_no_more_practitioners_leave_than_there_are() -> None:
    assert full_time(change("departure", 9), KNOWN, year=2030, present=3.0) == -3.0
    assert full_time(change("hours", -500), KNOWN, year=2030, present=3.0) == -3.0


def test_a_health_house_gives_its_effect_over_three_years() -> None:
    house = change("health_house", 3)
    assert [full_time(house, KNOWN, year=year, present=0) for year in (2026, 2027, 2028, 2029, 2035)] == (
        pytest.approx([0.0, 1.0, 2.0, 3.0, 3.0])
    )
    assert settled_year([house], KNOWN) == 2029


def test_a_year_counts_for_the_share_of_it_that_the_change_holds() -> None:
    half = change("arrival", 2, starts_on=date(2027, 7, 2), ends_on=date(2028, 6, 30))
    found = [full_time(half, KNOWN, year=year, present=0) for year in (2026, 2027, 2028, 2029)]
    assert found == pytest.approx([0.0, 2 * 183 / 365, 2 * 182 / 366, 0.0])
    assert settled_year([half], KNOWN) == 2028
    assert settled_year([], KNOWN) is None


def test_every_assumption_says_how_it_is_known_and_serves_a_kind() -> None:
    assert all(known.mark in Mark and known.source for known in EFFECTS.values())
    used = {rule.per_unit for rule in RULES.values() if rule.per_unit} | {"ramp_years"}
    assert used == set(EFFECTS)
    assert set(RULES) == set(Kind)


def test_an_assumption_changed_by_hand_says_so_and_acts() -> None:
    changed = effects({"salaried_activity": 1.0})
    assert changed["salaried_activity"].source.startswith("modifié à la main")
    assert full_time(change("health_centre", 2), changed, year=2030, present=0) == 2.0


@pytest.mark.parametrize("values", [{"inconnue": 1.0}, {"booth_hour": -1.0}, {"booth_hour": float("nan")}])
def test_an_unknown_or_impossible_assumption_is_refused(values: dict[str, float]) -> None:
    with pytest.raises(Refused, match="hypothèse"):
        effects(values)


@pytest.mark.parametrize(
    ("kind", "quantity", "said"),
    [
        ("arrival", 1, "1 praticien"),
        ("booth", 1.5, "1,5 heure de consultation par semaine"),
        ("hours", -10, "−10 heures par semaine"),
        ("mobile", 2, "2 jours par semaine"),
    ],
)
def test_a_quantity_is_said_as_in_french(kind: Kind, quantity: float, said: str) -> None:
    assert RULES[Kind(kind)].counted(quantity) == said
