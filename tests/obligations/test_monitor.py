"""What each load of the registers says of those who are bound to practise."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from binding import RPPS, agreed, obligation, register, running, zoned
from maillage.kit.console import Refused
from maillage.obligations import actions
from maillage.obligations.models import Observation, PracticeObligation, Survey

pytestmark = pytest.mark.django_db


def kinds() -> list[str]:
    return sorted(Observation.objects.filter(state="open").values_list("kind", flat=True))


@pytest.mark.parametrize(
    ("sites", "raised"),
    [
        (["00001"], []),
        (["00001", "2A001"], ["new_site"]),
        (["00002"], ["new_site"]),
        (["2A001"], ["left_territory"]),
        ([], ["not_in_file"]),
    ],
)
def test_what_the_register_shows_of_someone_who_practises(sites: list[str], raised: list[str]) -> None:
    running()
    register([(RPPS, commune) for commune in sites])
    (survey,) = actions.monitor()
    assert kinds() == raised
    assert (survey.compared, survey.raised) == (1, len(raised))


def test_someone_awaited_is_seen() -> None:
    obligation()
    register([(RPPS, "00002")])
    actions.monitor()
    assert kinds() == ["seen"]
    register([])
    actions.monitor()
    assert kinds() == []


def test_an_absence_while_suspended_is_not_a_departure() -> None:
    actions.interrupt(obligation=running(), starts_on=date(2024, 6, 1), reason="illness", by=None)
    register([])
    actions.monitor()
    assert kinds() == []


def in_zones(**place: Any) -> PracticeObligation:
    bound = running(agreed(**place))
    bound.agreement.recipient.profession = "medecin"
    bound.agreement.recipient.save()
    return bound


def test_a_move_out_of_the_zones_is_seen_and_an_unknown_zoning_accuses_nobody() -> None:
    in_zones(place={"zones": ["ZIP"], "zone_at": "installation"})
    register([(RPPS, "00003")])
    actions.monitor()
    assert kinds() == ["new_site"]
    zoned("00003", "HZ")
    register([(RPPS, "00003")])
    actions.monitor()
    assert kinds() == ["left_zone"]


@pytest.mark.parametrize(
    ("policy", "raised"), [("keep", []), ("move", ["left_zone"]), ("end", ["left_zone"])]
)
def test_a_commune_that_leaves_the_zoning_matters_as_the_agreement_says(
    policy: str, raised: list[str]
) -> None:
    zoned("00001", "ZIP", until=date(2024, 12, 31))
    in_zones(place={"zones": ["ZIP"], "zone_at": "either"}, zone_loss=policy)
    zoned("00001", "HZ", since=date(2025, 1, 1))
    register([(RPPS, "00001")])
    actions.monitor()
    assert kinds() == raised


def test_the_same_file_twice_and_the_same_fact_twice_raise_once() -> None:
    running()
    dataset = register([(RPPS, "2A001")])
    assert [survey.raised for survey in actions.monitor()] == [1]
    assert actions.monitor() == []
    assert [survey.raised for survey in actions.monitor(dataset=dataset)] == [0]
    register([(RPPS, "2A001")])
    assert [survey.raised for survey in actions.monitor()] == [0]
    assert Observation.objects.count() == 1


def test_what_was_explained_stays_so_and_what_came_back_may_leave_again() -> None:
    running()
    register([(RPPS, "2A001")])
    actions.monitor()
    seen = Observation.objects.get()
    with pytest.raises(Refused, match="explique"):
        actions.explain_observation(observation=seen, explanation=" ", by=None)
    actions.explain_observation(observation=seen, explanation="Remplacement d'été.", by=None)
    register([(RPPS, "2A001")])
    actions.monitor()
    assert kinds() == []
    register([])
    actions.monitor()
    assert kinds() == ["not_in_file"]
    register([(RPPS, "00001")])
    actions.monitor()
    assert kinds() == []
    register([])
    actions.monitor()
    assert kinds() == ["not_in_file"]


def test_an_observation_becomes_a_breach_and_is_then_in_hand() -> None:
    bound = running()
    register([(RPPS, "2A001")])
    actions.monitor()
    seen = Observation.objects.get()
    breach = actions.suspect(
        obligation=bound, occurred_on=date(2025, 4, 1), reason="Parti", observation=seen, by=None
    )
    seen.refresh_from_db()
    assert seen.state == Observation.State.ESCALATED
    register([(RPPS, "2A001")])
    assert [survey.raised for survey in actions.monitor()] == [0]
    actions.dismiss(breach=breach, reasons="Erreur.", by=None)
    seen.refresh_from_db()
    assert seen.state == Observation.State.EXPLAINED


def test_a_file_that_lost_half_of_its_people_accuses_nobody() -> None:
    running()
    register([(RPPS, "00001")], others=20)
    actions.monitor()
    register([], others=9)
    (survey,) = actions.monitor()
    assert not survey.is_complete
    assert "paraît incomplet" in survey.outcome
    assert kinds() == []
    register([], others=19)
    (survey,) = actions.monitor()
    assert survey.is_complete
    assert kinds() == ["not_in_file"]


def test_a_register_of_elsewhere_says_nothing() -> None:
    running()
    register([], others=5, at="2A001")
    assert actions.monitor() == []
    assert not Survey.objects.exists()


def test_structures_are_looked_up_by_finess() -> None:
    bound = running(agreed(holder="structure"))
    PracticeObligation.objects.filter(pk=bound.pk).update(finess="770000001")
    register([("770000001", "00001")], kind="structures")
    actions.monitor()
    assert kinds() == []
    register([], kind="structures")
    actions.monitor()
    assert kinds() == ["not_in_file"]


def test_many_obligations_take_no_more_queries_than_one() -> None:
    def queries() -> int:
        register([])
        with CaptureQueriesContext(
            connection,
        ) as captured:
            actions.monitor()
        return len(captured)

    running()
    one = queries()
    for rank in range(2, 5):
        running(rpps=f"1000000000{rank}")
    assert queries() <= one
    assert len(kinds()) == 4
