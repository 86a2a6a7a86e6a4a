"""Building scenarios: who may, what is refused, what comes of it in the plan."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied

from labs import axis, change, scenario, snapshot
from maillage.accounts.models import Event
from maillage.accounts.roles import Role
from maillage.kit.console import Refused
from maillage.lab import actions
from maillage.lab.models import Scenario
from maillage.lab.reading import Reading
from people import authority, person

pytestmark = pytest.mark.django_db


def test_a_scenario_is_opened_changed_moved_and_told() -> None:
    officer = person(Role.MISSION_OFFICER)
    one = scenario("À l'est", by=officer)
    made = actions.add_change(
        scenario=one,
        kind="booth",
        commune="00002",
        quantity=Decimal(20),
        starts_on=date(2027, 1, 1),
        by=officer,
    )
    before = Reading(one).effect.after
    moved = actions.correct_change(change=made, commune="00004", by=officer)
    assert moved.commune == "00004"
    assert (Reading(Scenario.objects.get()).effect.after != before).any()
    actions.remove_change(change=moved, by=officer)
    assert not one.changes.exists()
    verbs = Event.objects.about(one).values_list("verb", flat=True)
    assert set(verbs) == {"draft_scenario", "add_change", "correct_change", "remove_change"}


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"commune": "99999"}, "à portée"),
        ({"kind": "departure", "commune": "00002"}, "Aucun praticien n'est compté"),
        ({"kind": "autre"}, "nature"),
        ({"quantity": None}, "quantité"),
        ({"quantity": Decimal(-1)}, "supérieur à zéro"),
        ({"ends_on": date(2026, 1, 1)}, "fin ne peut précéder"),
        ({"investment": Decimal(-5)}, "négatif"),
    ],
)
def test_what_cannot_hold_is_refused_and_nothing_is_added(values: dict[str, Any], sentence: str) -> None:
    one = scenario()
    with pytest.raises(Refused, match=sentence):
        change(one, **values)
    assert not one.changes.exists()


def test_two_scenarios_do_not_bear_one_title() -> None:
    scenario("Essai")
    with pytest.raises(Refused, match="déjà ce titre"):
        scenario("Essai")


def test_a_copy_has_the_same_changes_and_lives_on_its_own() -> None:
    one = scenario()
    change(one)
    copy = actions.copy_scenario(scenario=one, title="Variante", by=None)
    change(copy, commune="00003")
    assert (one.changes.count(), copy.changes.count()) == (1, 2)


def test_an_assumption_given_back_its_own_value_is_no_longer_changed() -> None:
    one = actions.suppose(scenario=scenario(), values={"booth_hour": 0.5, "ramp_years": 3}, by=None)
    assert one.assumptions == {"booth_hour": 0.5}
    assert actions.suppose(scenario=one, values={}, by=None).assumptions == {}


def test_a_scenario_put_away_is_read_and_no_longer_changed() -> None:
    one = actions.archive_scenario(scenario=scenario(), by=None)
    with pytest.raises(Refused, match="rangé"):
        change(one)
    assert not Scenario.objects.kept().exists()
    scenario("Essai")


def test_changes_become_a_measure_with_its_money_and_no_invented_cost() -> None:
    one = scenario()
    dear = change(one, kind="health_house", investment=Decimal(400_000), yearly_cost=Decimal(20_000))
    unknown = change(one, commune="00003")
    made = actions.turn_into_measure(
        scenario=one, axis=axis(), title="Maison de l'est", changes=[dear, unknown], by=None
    )
    fields = ("section", "amount", "per", "first_year", "last_year")
    money = made.money.order_by("pk").values_list(*fields)
    assert list(money) == [
        ("investment", Decimal(400_000), "total", 2027, 2027),
        ("operating", Decimal(20_000), "year", 2027, 2030),
        ("investment", None, "total", 2027, 2027),
        ("operating", None, "year", 2027, 2030),
    ]
    assert "Maison de santé à Commune 5." in made.description
    dear.refresh_from_db()
    assert dear.measure == made
    with pytest.raises(Refused, match="déjà au plan"):
        actions.turn_into_measure(scenario=one, axis=axis(), title="Encore", changes=[dear], by=None)
    with pytest.raises(Refused, match="mesure du plan"):
        actions.correct_change(change=dear, commune="00001", by=None)


def test_only_those_who_run_the_laboratory_change_it() -> None:
    reader = person(Role.ELECTED_MEMBER)
    with pytest.raises(PermissionDenied):
        scenario(by=reader)
    one = scenario()
    with pytest.raises(PermissionDenied):
        actions.archive_scenario(scenario=one, by=reader)
    assert Scenario.objects.visible_to(reader).get() == one
    assert not Scenario.objects.visible_to(person(Role.MISSION_OFFICER, authority("01"))).exists()
    assert not Scenario.objects.visible_to(person(Role.PARTNER)).exists()


def test_a_snapshot_that_says_nothing_of_the_territory_is_refused() -> None:
    snapshot()
    with pytest.raises(Refused, match="Aucun territoire"):
        actions.draft_scenario(authority=authority("01"), title="Ailleurs", snapshot=snapshot(), by=None)
