"""The list of applications: who is in it, filtered, cut in pages, exported, acted on in bulk."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from applying import moment, scheme, submitted
from maillage.accounts.models import Event, User
from maillage.accounts.roles import Role
from maillage.applications import actions, lists
from maillage.applications.day import matters
from maillage.applications.lists import ORDERS, Sorting, Tab
from maillage.applications.models import Application, Recipient, Suspension
from maillage.kit import clock
from maillage.kit.text import search_key
from maillage.schemes.models import Scheme
from people import authority, person

pytestmark = pytest.mark.django_db

DAY = date(2027, 3, 1)
State = Application.State


def rows(
    count: int, *, on: Scheme | None = None, state: str = State.SUBMITTED, **fields: Any
) -> list[Application]:
    """Applications as they stand once submitted, written straight to the database."""
    on = on or scheme()
    who = person(Role.APPLICANT, on.authority)
    first = Application.objects.count()
    recipients = Recipient.objects.bulk_create(
        Recipient(
            authority=on.authority,
            kind="student",
            name=f"Exemple {rank:03}",
            search_name=search_key(f"Exemple {rank:03}"),
        )
        for rank in range(first, first + count)
    )
    given: dict[str, Any] = {"requested_amount": Decimal(1000), "implicit_refusal_on": date(2027, 5, 1)}
    return Application.objects.bulk_create(
        Application(
            authority=on.authority,
            version=on.versions.get(),
            applicant=who,
            recipient=recipient,
            state=state,
            number=f"D-2027-{first + rank:05}",
            search_text=search_key(f"D-2027-{first + rank:05} {recipient.name}"),
            submitted_at=moment(DAY) + timedelta(minutes=rank),
            **{**given, **fields},
        )
        for rank, recipient in enumerate(recipients, start=1)
    )


@pytest.fixture
def officer(client: Client) -> User:
    user = person(Role.CASE_OFFICER)
    client.force_login(user)
    return user


def page(client: Client, name: str, *arguments: object, **query: Any) -> str:
    answer = client.get(reverse(name, args=arguments), query)
    assert answer.status_code == 200
    return answer.content.decode()


def numbers(client: Client, **query: Any) -> list[str]:
    """The numbers shown by the list, in order."""
    answer = client.get(reverse("applications:dossiers"), query)
    assert answer.status_code == 200
    return [line.number for line in answer.context["lines"]]


# What is in the list


def test_the_list_holds_what_was_submitted_to_one_s_authority(client: Client, officer: User) -> None:
    here, elsewhere = rows(1), rows(1, on=scheme(at=authority("01")))
    Application.objects.filter(pk=rows(1)[0].pk).update(state=State.DRAFT)
    assert numbers(client) == [here[0].number]
    assert elsewhere[0].number not in numbers(client)


def test_tabs_hold_what_they_say(officer: User) -> None:
    on = scheme()
    free, mine, incomplete, ready, granted, near = (rows(1, on=on)[0] for _ in range(6))
    for row, fields in (
        (mine, {"assigned_to": officer}),
        (incomplete, {"state": State.INCOMPLETE, "implicit_refusal_on": DAY}),
        (ready, {"state": State.READY}),
        (granted, {"state": State.GRANTED}),
        (near, {"implicit_refusal_on": DAY + timedelta(days=15)}),
    ):
        Application.objects.filter(pk=row.pk).update(**fields)
    Suspension.objects.create(
        application=incomplete, starts_on=DAY, due_on=DAY + timedelta(days=30), reason="Pièces"
    )
    everything = lists.deposited(officer, on.authority)
    found = {
        tab: set(lists.in_tab(everything, tab, user=officer, on=DAY).values_list("number", flat=True))
        for tab in Tab
    }
    every = {row.number for row in (free, mine, incomplete, ready, granted, near)}
    assert found == {
        Tab.TO_TAKE: every - {mine.number, granted.number},
        Tab.MINE: {mine.number},
        Tab.INCOMPLETE: {incomplete.number},
        Tab.READY: {ready.number},
        Tab.NEAR: {near.number},
        Tab.DECIDED: {granted.number},
        Tab.ALL: every,
    }


def test_filters_add_up_and_each_may_be_taken_off(client: Client, officer: User) -> None:
    first, second = scheme(), scheme()
    wanted = rows(2, on=first)[0]
    rows(2, on=second)
    Application.objects.filter(pk=wanted.pk).update(assigned_to=officer, commune="20001")
    query = {
        "dispositif": first.pk,
        "instructeur": officer.pk,
        "commune": "20001",
        "etat": "submitted",
        "texte": wanted.number,
    }
    assert numbers(client, **query) == [wanted.number]
    answer = client.get(reverse("applications:dossiers"), query)
    chips = answer.context["chips"]
    assert [chip["label"].split(" : ")[0] for chip in chips] == [
        "Numéro, nom, objet",
        "Dispositif",
        "État",
        "Instructeur",
        "Commune",
    ]
    assert f"dispositif={first.pk}" not in chips[1]["url"]
    assert f"instructeur={officer.pk}" in chips[1]["url"]
    assert numbers(client, instructeur="personne", dispositif=first.pk) != [wanted.number]
    assert numbers(client, texte="introuvable") == []


@pytest.mark.parametrize(
    ("deadline", "expected"),
    [("depassee", [0]), ("7", [1]), ("30", [1, 2]), ("suspendue", [3])],
)
def test_deadlines_are_told_apart(deadline: str, expected: list[int], client: Client, officer: User) -> None:
    made = rows(4)
    days = (DAY, DAY + timedelta(days=7), DAY + timedelta(days=30), DAY + timedelta(days=3))
    for row, refusal_on in zip(made, days, strict=True):
        Application.objects.filter(pk=row.pk).update(implicit_refusal_on=refusal_on)
    Suspension.objects.create(
        application=made[3], starts_on=DAY, due_on=DAY + timedelta(days=30), reason="Pièces"
    )
    with clock.at(moment(DAY)):
        found = numbers(client, echeance=deadline, tri="echeance")
    assert found == [made[rank].number for rank in expected]


def test_a_filter_that_makes_no_sense_narrows_nothing(client: Client, officer: User) -> None:
    made = rows(1)
    assert numbers(client, onglet="?", tri="?", etat="?", apres="x", dispositif="999999") == [made[0].number]


# Pages


class Paging(TestCase):
    """Whatever the values and their ties, the pages hold every row once, in order."""

    @given(
        amounts=st.lists(st.none() | st.integers(0, 3), min_size=1, max_size=12),
        key=st.sampled_from(sorted(ORDERS)),
        descending=st.booleans(),
        size=st.integers(1, 5),
    )
    @settings(max_examples=25)
    def test_pages_hold_every_row_once(
        self, amounts: list[int | None], key: str, descending: bool, size: int
    ) -> None:
        made = rows(len(amounts))
        for row, amount in zip(made, amounts, strict=True):
            Application.objects.filter(pk=row.pk).update(
                requested_amount=amount,
                submitted_at=moment(DAY, amount or 5),
                implicit_refusal_on=DAY + timedelta(days=amount) if amount is not None else None,
            )
        found, sorting = Application.objects.filter(pk__in=[row.pk for row in made]), Sorting(key, descending)
        whole = list(sorting.sort(found).values_list("pk", flat=True))
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(lists, "PER_PAGE", size)
            walked, after, pages = [], None, []
            while True:
                cut = lists.page(found, sorting, after=after)
                pages.append([row.pk for row in cut.rows])
                walked += pages[-1]
                if (after := cut.after) is None:
                    break
            assert walked == whole
            # And back from the last page to the first.
            before: int | None = pages[-1][0]
            for expected in pages[-2::-1]:
                assert before is not None
                cut = lists.page(found, sorting, before=before)
                assert [row.pk for row in cut.rows] == expected
                before = cut.before
            for rank, row in enumerate(sorting.sort(found)):
                assert lists.neighbours(found, sorting, row) == [
                    whole[rank - 1] if rank else None,
                    whole[rank + 1] if rank + 1 < len(whole) else None,
                ]


def test_counts_stop_at_a_bound_that_they_say() -> None:
    rows(2)
    assert str(lists.count(Application.objects.all(), bound=2)) == "2"
    rows(2)
    assert str(lists.count(Application.objects.all(), bound=2)) == "plus de 2"


def test_the_list_asks_as_many_queries_for_forty_as_for_two(client: Client, officer: User) -> None:
    on = scheme()
    rows(2, on=on, commune="20001")
    numbers(client)

    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            numbers(client, onglet="a-prendre", tri="-montant")
        return len(queries)

    few = asked()
    rows(38, on=on, commune="20001")
    assert asked() == few


# Exports


@pytest.mark.parametrize("fmt", ["csv", "xlsx", "ods"])
def test_an_export_holds_exactly_what_is_filtered(fmt: str, client: Client, officer: User) -> None:
    made = rows(60)
    Application.objects.filter(pk=made[3].pk).update(state=State.READY)
    address = reverse("applications:dossiers_export", args=[fmt])
    for query, expected in (({}, 60), ({"onglet": "prets"}, 1)):
        answer = client.get(address, query)
        content = b"".join(answer)
        if fmt == "csv":
            assert len(content.decode("utf-8-sig").splitlines()) == expected + 1
            assert made[3].number in content.decode("utf-8-sig")


def test_an_export_asks_as_many_queries_whatever_the_rows(client: Client, officer: User) -> None:
    on = scheme()
    address = reverse("applications:dossiers_export", args=["csv"])

    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            list(client.get(address))
        return len(queries)

    rows(2, on=on)
    few = asked()
    rows(50, on=on)
    assert asked() == few


def test_an_unknown_format_does_not_exist(client: Client, officer: User) -> None:
    assert client.get(reverse("applications:dossiers_export", args=["exe"])).status_code == 404


# Bulk


def test_a_bulk_action_shows_first_what_it_leaves_out(client: Client, officer: User) -> None:
    made = rows(3)
    Application.objects.filter(pk=made[2].pk).update(state=State.GRANTED)
    chosen = {
        "dossier": [row.pk for row in made],
        "action": "assign",
        "to": officer.pk,
        "retour": "tri=depot",
    }
    address = reverse("applications:dossiers_bulk")
    shown = client.post(address, chosen).content.decode()
    assert "2</strong> dossiers prêts" in shown
    assert made[2].number in shown
    assert not Application.objects.filter(assigned_to=officer).exists()
    answer = client.post(address, {**chosen, "confirmer": "1"})
    assert answer["Location"] == f"{reverse('applications:dossiers')}?tri=depot"
    assert set(Application.objects.filter(assigned_to=officer)) == set(made[:2])
    # One request, one group: what was done together is told together.
    assert Event.objects.filter(verb="assign").values("request_id").distinct().order_by().count() == 1


def test_a_bulk_action_never_reaches_another_authority(client: Client, officer: User) -> None:
    foreign = rows(1, on=scheme(at=authority("01")))[0]
    address = reverse("applications:dossiers_bulk")
    client.post(address, {"dossier": [foreign.pk], "action": "assign", "to": officer.pk, "confirmer": "1"})
    foreign.refresh_from_db()
    assert foreign.assigned_to is None


def test_all_the_filtered_list_may_be_taken(client: Client, officer: User) -> None:
    first, second = scheme(), scheme()
    wanted, others = rows(3, on=first), rows(2, on=second)
    address = reverse("applications:dossiers_bulk")
    query = {"tous": "1", "retour": f"dispositif={first.pk}", "action": "assign", "to": officer.pk}
    client.post(address, {**query, "confirmer": "1"})
    assert set(Application.objects.filter(assigned_to=officer)) == set(wanted)
    assert not Application.objects.filter(pk__in=[row.pk for row in others], assigned_to=officer).exists()


@pytest.mark.parametrize(
    ("posted", "said"),
    [
        ({}, "Choisissez ce qu"),
        ({"action": "assign", "to": ""}, "Choisissez à qui"),
        ({"action": "declare_complete"}, "Cochez au moins un dossier"),
    ],
)
def test_a_bulk_action_says_what_it_lacks(
    posted: dict[str, str], said: str, client: Client, officer: User
) -> None:
    answer = client.post(reverse("applications:dossiers_bulk"), posted, follow=True)
    assert said in answer.content.decode()


def test_completeness_is_declared_in_bulk_where_nothing_lacks(client: Client, officer: User) -> None:
    whole, lacking = submitted(), rows(1)[0]
    posted = {"dossier": [whole.pk, lacking.pk], "action": "declare_complete"}
    shown = client.post(reverse("applications:dossiers_bulk"), posted).content.decode()
    assert "Certificat de scolarité » manque" in shown
    client.post(reverse("applications:dossiers_bulk"), {**posted, "confirmer": "1"})
    whole.refresh_from_db()
    lacking.refresh_from_db()
    assert (whole.state, lacking.state) == (State.COMPLETE, State.SUBMITTED)


# The page of an application


TABS = ("demande", "pieces", "eligibilite", "avis", "messagerie", "notes", "instruire", "historique")


def test_every_tab_opens_in_every_state(client: Client, officer: User) -> None:
    row = submitted()
    for state in State:
        if state != State.DRAFT:
            Application.objects.filter(pk=row.pk).update(state=state)
            for tab in TABS:
                assert row.number in page(client, "applications:dossier_tab", row.pk, tab)


def test_the_page_says_what_is_left_and_offers_the_next_step(client: Client, officer: User) -> None:
    row = submitted()
    assert "Déclarer le dossier complet" in page(client, "applications:dossier", row.pk)
    act = reverse("applications:act", args=[row.pk, "declare_complete"])
    assert client.post(act).status_code == 302
    row.refresh_from_db()
    assert row.state == State.COMPLETE
    shown = page(client, "applications:dossier", row.pk)
    assert "Commencer l&#x27;instruction" in shown
    assert "Reste à faire" in shown
    assert "examinée" in shown


def test_neighbours_follow_the_list_one_came_from(client: Client, officer: User) -> None:
    made = rows(3)
    shown = page(client, "applications:dossier", made[1].pk, liste="tri=depot&onglet=tous")
    assert f"{reverse('applications:dossier', args=[made[0].pk])}?liste=" in shown
    assert f"{reverse('applications:dossier', args=[made[2].pk])}?liste=" in shown


def test_a_form_found_wanting_comes_back_with_its_errors(client: Client, officer: User) -> None:
    row = submitted()
    act = reverse("applications:act", args=[row.pk, "ask_correction"])
    shown = client.post(act, {"ask_correction-message": "Texte gardé."}).content.decode()
    assert "À corriger avant de continuer" in shown
    assert "Texte gardé." in shown


def test_the_head_says_how_long_is_left(client: Client, officer: User) -> None:
    with clock.at(moment(DAY)):
        row = submitted()
        assert "61\xa0jours pour répondre" in page(client, "applications:dossier", row.pk)
    with clock.at(moment(date(2027, 5, 2))):
        assert "délai écoulé" in page(client, "applications:dossier", row.pk)


def test_an_application_of_another_authority_does_not_exist(client: Client, officer: User) -> None:
    foreign = rows(1, on=scheme(at=authority("01")))[0]
    assert client.get(reverse("applications:dossier", args=[foreign.pk])).status_code == 404


def test_a_partner_answers_on_a_page_of_their_own(client: Client) -> None:
    row, partner = submitted(), person(Role.PARTNER)
    Application.objects.filter(pk=row.pk).update(state=State.UNDER_REVIEW)
    asked = actions.ask_opinion(
        application=row, asked_to=partner, question="Utile ?", due_on=None, is_confidential=True, by=None
    )
    client.force_login(partner)
    assert row.number in page(client, "applications:opinions")
    shown = page(client, "applications:opinion", asked.pk)
    assert "Utile ?" in shown
    assert "1 rue des Lilas" not in shown
    client.post(reverse("applications:opinion", args=[asked.pk]), {"opinion": "favourable"})
    asked.refresh_from_db()
    assert asked.opinion == "favourable"
    assert "Favorable" in page(client, "applications:opinion", asked.pk)


def test_every_submitted_application_is_open_or_decided() -> None:
    assert set(Application.OPEN_STATES) | set(lists.DECIDED) == set(State) - {State.DRAFT}


def test_a_day_says_what_waits_for_an_officer_and_for_a_partner(officer: User) -> None:
    rows(2)
    mine, partner = rows(1, assigned_to=officer)[0], person(Role.PARTNER)
    actions.ask_opinion(
        application=_at(mine, State.COMPLETE),
        asked_to=partner,
        question="Utile ?",
        due_on=None,
        is_confidential=True,
        by=None,
    )
    with clock.at(moment(date(2027, 4, 20))):
        assert [matter.text for matter in matters(officer, authority())] == [
            "1 de vos dossiers approche du refus implicite.",
            "2 dossiers attendent un instructeur.",
        ]
        assert [matter.text for matter in matters(partner, authority())] == ["1 avis à rendre."]


def _at(row: Application, state: str) -> Application:
    Application.objects.filter(pk=row.pk).update(state=state)
    return Application.objects.select_related("authority").get(pk=row.pk)
