"""Calls: their window of time, their grid, their ranking, and what is funded twice."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from applying import moment, scheme
from maillage.accounts.models import User
from maillage.accounts.roles import Role
from maillage.applications import actions
from maillage.applications.models import Application, Call, Recipient, Score
from maillage.applications.pages.call import earlier_grants, over_yearly_cap, standing
from maillage.applications.scoring import ranking, weighted
from maillage.kit import clock
from maillage.kit.console import Refused
from maillage.schemes.models import Judgement, Scheme
from people import person

pytestmark = pytest.mark.django_db

DAY = date(2027, 3, 1)
GRID = [
    {"label": "Utilité pour le territoire", "points": 10, "weight": 3},
    {"label": "Solidité du budget", "points": 5, "weight": 1},
]


@pytest.fixture
def chief() -> User:
    return person(Role.MISSION_OFFICER)


def prepared(by: User | None = None, on: Scheme | None = None, **fields: Any) -> Call:
    wanted: dict[str, Any] = {
        "title": "Innovations en santé",
        "opens_at": moment(DAY),
        "closes_at": moment(DAY + timedelta(days=30), 17),
        "themes": [{"label": "Prévention"}],
        "scoring_grid": GRID,
    }
    return actions.create_call(scheme=on or scheme(), by=by, **{**wanted, **fields})


def application(call: Call, *, recipient: Recipient | None = None, **fields: Any) -> Application:
    """An application submitted to a call, written straight to the database."""
    rank = Application.objects.count() + 1
    recipient = recipient or Recipient.objects.create(
        authority=call.authority, kind="association", name=f"Association {rank}", search_name=f"a {rank}"
    )
    given: dict[str, Any] = {
        "authority": call.authority,
        "version": call.scheme.versions.get(),
        "call": call,
        "applicant": person(),
        "recipient": recipient,
        "number": f"D-2027-{rank:05}",
        "state": Application.State.UNDER_REVIEW,
        "submitted_at": moment(DAY),
    }
    return Application.objects.create(**{**given, **fields})


def test_a_call_is_prepared_published_and_extended(chief: User) -> None:
    with clock.at(moment(DAY - timedelta(days=1))):
        call = prepared(chief)
        assert (call.key, call.state, standing(call)) == ("innovations-en-sante", "draft", "En préparation")
        assert call.scoring_grid[0]["key"] == "utilite-pour-le-territoire"
        call = actions.publish_call(call=call, by=chief)
        assert standing(call) == "Publié, pas encore ouvert"
    with clock.at(moment(DAY)):
        assert standing(call) == "Ouvert"
        with pytest.raises(Refused, match="que fermer plus tard"):
            actions.extend_call(call=call, closes_at=call.closes_at, by=chief)
        call = actions.extend_call(call=call, closes_at=call.closes_at + timedelta(days=7), by=chief)
    with clock.at(call.closes_at):
        assert standing(call) == "Fermé"


def test_a_published_call_is_no_longer_rewritten(chief: User) -> None:
    with clock.at(moment(DAY)):
        call = actions.publish_call(call=prepared(chief), by=chief)
        with pytest.raises(Refused, match="n'est plus en préparation"):
            actions.edit_call(
                call=call,
                scheme=call.scheme,
                title="Autre",
                opens_at=call.opens_at,
                closes_at=call.closes_at,
                presentation="",
                themes=[],
                scoring_grid=[],
                by=chief,
            )
        with pytest.raises(Refused, match="publié de nouveau"):
            actions.publish_call(call=call, by=chief)


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"closes_at": moment(DAY)}, "ferme après son ouverture"),
        ({"scoring_grid": [GRID[0], GRID[0]]}, "le même nom"),
        ({"scoring_grid": [{"label": "Nul", "points": 0}]}, "au moins un point"),
        ({"title": " "}, "vide"),
    ],
)
def test_a_call_that_makes_no_sense_is_refused(fields: dict[str, Any], said: str) -> None:
    with pytest.raises(Refused, match=said):
        prepared(**fields)


def test_a_call_already_over_or_without_rules_is_not_published(chief: User) -> None:
    with clock.at(moment(DAY + timedelta(days=31))), pytest.raises(Refused, match="déjà passée"):
        actions.publish_call(call=prepared(chief), by=chief)
    bare = Scheme.objects.create(authority=scheme().authority, key="nu", title="Sans règlement")
    with clock.at(moment(DAY)), pytest.raises(Refused, match="pas de règlement en vigueur"):
        actions.publish_call(call=prepared(chief, on=bare), by=chief)


def test_a_call_with_applications_awaiting_is_not_cancelled(chief: User) -> None:
    call = prepared(chief)
    row = application(call)
    with pytest.raises(Refused, match="attendent une réponse"):
        actions.cancel_call(call=call, reason="Faute de crédits.", by=chief)
    Application.objects.filter(pk=row.pk).update(state=Application.State.WITHDRAWN)
    assert actions.cancel_call(call=call, reason="Faute de crédits.", by=chief).state == "cancelled"
    with pytest.raises(Refused, match="déjà annulé"):
        actions.cancel_call(call=call, reason="Encore.", by=chief)


def test_only_those_who_edit_schemes_make_calls() -> None:
    with pytest.raises(PermissionDenied):
        prepared(person(Role.CASE_OFFICER))


def test_two_calls_of_the_same_title_have_two_keys(chief: User) -> None:
    on = scheme()
    assert [prepared(chief, on).key, prepared(chief, on).key] == [
        "innovations-en-sante",
        "innovations-en-sante-2",
    ]


# Scores


def test_the_score_weighs_the_mean_of_the_readers(chief: User) -> None:
    call = prepared(chief)
    first, second, unscored = application(call), application(call), application(call)
    readers = [person(Role.CASE_OFFICER), person(Role.CASE_OFFICER)]
    for row, useful, solid in ((first, (4, 6), (5, 5)), (second, (10, 8), (2, 3))):
        for reader, one, other in zip(readers, useful, solid, strict=True):
            keys = [line["key"] for line in call.scoring_grid]
            for key, points in zip(keys, (one, other), strict=True):
                Score.objects.create(application=row, scorer=reader, criterion=key, points=points)
    ranked = ranking(call, [unscored, first, second])
    # (3 × 9/10 + 1 × 2.5/5) / 4 and (3 × 5/10 + 1 × 5/5) / 4.
    assert [(r.application, r.rank, r.score) for r in ranked] == [
        (second, 1, Decimal("80.00")),
        (first, 2, Decimal("62.50")),
        (unscored, None, None),
    ]


@given(
    lines=st.lists(
        st.tuples(st.integers(1, 20), st.integers(1, 9), st.integers(0, 100)), min_size=1, max_size=6
    )
)
def test_a_score_stays_between_0_and_100(lines: list[tuple[int, int, int]]) -> None:
    grid = [
        {"key": str(rank), "points": points, "weight": weight}
        for rank, (points, weight, _) in enumerate(lines)
    ]
    means = {str(rank): Decimal(points) * percent / 100 for rank, (points, _, percent) in enumerate(lines)}
    score = weighted(grid, means)
    assert score is not None
    assert 0 <= score <= 100
    assert weighted(grid, dict(list(means.items())[1:])) is None


# What to look at twice


def test_what_another_call_funded_is_said(chief: User) -> None:
    on = scheme()
    earlier, call = prepared(chief, on, title="Appel 2026"), prepared(chief, on)
    funded = application(earlier, title="Bus santé", state=Application.State.GRANTED)
    same = application(call, title="BUS SANTE", recipient=funded.recipient)
    other = application(call, title="Relais", recipient=funded.recipient)
    new = application(call, title="Bus santé")
    assert earlier_grants(call, [same, other, new]) == {
        same.pk: [f"Même projet déjà financé par l'appel « Appel 2026 » ({funded.number})"],
        other.pk: [f"Bénéficiaire déjà financé par l'appel « Appel 2026 » ({funded.number})"],
        new.pk: [],
    }


def test_a_year_above_the_yearly_cap_is_said(chief: User) -> None:
    on = scheme(
        {
            "legal_basis": "GRANT_L2000_321",
            "kind": "operating_grant",
            "recipients": ["association"],
            "amount": {"requested": True, "yearly_cap": 20000, "max_years": 3},
        }
    )
    row = application(prepared(chief, on), answers={"requested_by_year": {"2027": 20000, "2028": 20000.5}})
    row.judgement = Judgement.objects.create(
        version=row.version, on=DAY, facts=row.answers, verdict="eligible", results=[]
    )
    assert over_yearly_cap(row) == [
        "20\u202f000,50\xa0€ demandés pour 2028, au-delà de 20\u202f000\xa0€ par an"
    ]


# Pages


def test_a_call_is_made_and_published_from_the_office(client: Client, chief: User) -> None:
    client.force_login(chief)
    posted = {
        "scheme": scheme().pk,
        "title": "Innovations",
        "opens_at": "2037-03-01T08:00",
        "closes_at": "2037-03-31T17:00",
        "themes": "Prévention\nNumérique",
        "scoring_grid": "Utilité ; 10 ; 2\nBudget ; 5",
    }
    wrong = client.post(reverse("applications:call_create"), {**posted, "scoring_grid": "Utilité"})
    assert "ne se lit pas" in wrong.content.decode()
    client.post(reverse("applications:call_create"), posted)
    call = Call.objects.get()
    assert [(line["label"], line["points"], line["weight"]) for line in call.scoring_grid] == [
        ("Utilité", 10, 2),
        ("Budget", 5, 1),
    ]
    client.post(reverse("applications:call_edit", args=[call.pk]), {**posted, "title": "Innovations 2037"})
    client.post(reverse("applications:call_publish", args=[call.pk]))
    client.post(reverse("applications:call_extend", args=[call.pk]), {"closes_at": "2037-04-15T17:00"})
    call.refresh_from_db()
    assert (call.title, call.state, call.closes_at.month) == ("Innovations 2037", "published", 4)
    application(call, requested_amount=None)
    shown = client.get(reverse("applications:call", args=[call.pk])).content.decode()
    assert "demandés" not in shown
    assert "notation incomplète" in shown
    assert "Innovations 2037" in client.get(reverse("applications:calls")).content.decode()


def test_an_application_is_scored_from_its_page(client: Client, chief: User) -> None:
    client.force_login(chief)
    row = application(prepared(chief))
    address = reverse("applications:act", args=[row.pk, "score"])
    keys = [line["key"] for line in row.call.scoring_grid] if row.call else []
    too_many = client.post(address, {f"score-points-{keys[0]}": "11"})
    assert too_many.status_code == 200
    assert not row.scores.exists()
    client.post(address, {f"score-points-{keys[0]}": "8", f"score-points-{keys[1]}": "5"})
    shown = client.get(reverse("applications:dossier_tab", args=[row.pk, "notation"])).content.decode()
    assert "<strong>85</strong> sur 100" in shown
