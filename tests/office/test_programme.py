"""The day, the plan with its money, the search, the menu: what the office reads across the rooms."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from applying import scheme, submitted
from budget.money import funded
from maillage.accounts.models import User
from maillage.accounts.roles import Role
from maillage.applications.actions import assign
from maillage.budget.models import Envelope
from maillage.plans.models import Plan
from people import authority, person
from plans.plan import CONTENT, measure, written

pytestmark = pytest.mark.django_db
SPACE, THIN = "\N{NO-BREAK SPACE}", "\N{NARROW NO-BREAK SPACE}"


def signed_in(client: Client, role: Role) -> User:
    user = person(role)
    client.force_login(user)
    return user


def page(client: Client, name: str, **query: str) -> str:
    answer = client.get(reverse(name), query)
    assert answer.status_code == 200
    return answer.content.decode()


def funded_plan() -> tuple[Plan, Envelope]:
    plan, opened = written(), funded(180000, y2026=60000)
    opened.measure = measure()
    opened.save()
    return plan, opened


# My day


def test_each_figure_of_a_day_leads_to_a_page_that_its_reader_may_open(client: Client) -> None:
    funded_plan(), submitted(scheme())
    for role in Role:
        signed_in(client, role)
        day = client.get(reverse("office:my_day")).context
        assert len(day["figures"]) <= 6
        for shown in [*day["figures"], *day["matters"], *day["envelopes"]]:
            assert client.get(shown.url).status_code == 200, (role, shown)


def test_a_case_officer_counts_their_own_files_first(client: Client) -> None:
    officer = signed_in(client, Role.CASE_OFFICER)
    mine = submitted(scheme())
    assign(applications=[mine], to=officer, by=officer)
    first = client.get(reverse("office:my_day")).context["figures"][0]
    assert (first.value, first.url) == ("1", f"{reverse('applications:dossiers')}?onglet=les-miens")


def test_the_envelope_with_the_least_left_is_watched_first(client: Client) -> None:
    signed_in(client, Role.FINANCE_OFFICER)
    funded(1000, label="Large"), funded(1, label="Étroite")
    lines = client.get(reverse("office:my_day")).context["envelopes"]
    assert {line.left for line in lines} == {f"1{THIN}000{SPACE}€", f"1{SPACE}€"}


def test_a_late_milestone_is_in_the_day_of_the_mission_and_not_of_the_elected(client: Client) -> None:
    written()
    signed_in(client, Role.MISSION_OFFICER)
    assert "un jalon dépassé" in page(client, "office:my_day")
    signed_in(client, Role.ELECTED_MEMBER)
    assert "un jalon dépassé" not in page(client, "office:my_day")


def test_an_envelope_nobody_voted_waits_for_finance(client: Client) -> None:
    funded_plan()
    Envelope.objects.create(
        authority=authority(), key="vide", label="Vide", section="operating", first_year=2026, last_year=2026
    )
    signed_in(client, Role.FINANCE_OFFICER)
    assert f"1{SPACE}enveloppe sans vote" in page(client, "office:my_day")


# The plan and its money


def test_the_plan_says_what_is_planned_voted_committed_and_paid(client: Client) -> None:
    funded_plan()
    signed_in(client, Role.ELECTED_MEMBER)
    shown = page(client, "office:glance")
    expected = (
        f"1,26{SPACE}M€ prévus sur 2022-2028 : 180{THIN}000{SPACE}€ votés, "
        f"0{SPACE}€ engagés, 0{SPACE}€ payés."
    )
    assert expected in shown
    assert f"0{SPACE}atteinte sur 1" in shown
    assert "1\N{NO-BREAK SPACE}montant à définir, hors de ces totaux : campus." in shown


def test_what_nobody_has_announced_is_to_be_defined_and_never_zero(client: Client) -> None:
    written()
    signed_in(client, Role.ELECTED_MEMBER)
    axes = client.get(reverse("office:glance")).context["axes"]
    assert [axis["figures"][0] for axis in axes] == [f"1{THIN}260{THIN}000{SPACE}€", "à définir"]


def test_the_export_has_a_row_per_measure(client: Client) -> None:
    plan, _ = funded_plan()
    signed_in(client, Role.ELECTED_MEMBER)
    text = client.get(reverse("office:glance_export", args=[plan.pk, "csv"])).content.decode("utf-8-sig")
    assert len(text.splitlines()) == 1 + len(CONTENT.measures)
    assert "Verser des bourses" in text


def test_without_a_plan_the_page_says_where_to_begin(client: Client) -> None:
    signed_in(client, Role.ELECTED_MEMBER)
    assert reverse("plans:plans") in page(client, "office:glance")


def test_the_page_asks_no_more_as_the_plan_grows(client: Client, django_assert_max_num_queries: Any) -> None:
    funded_plan()
    signed_in(client, Role.ELECTED_MEMBER)
    with django_assert_max_num_queries(13):
        page(client, "office:glance")


# The search


def test_a_number_leads_to_its_file_at_once(client: Client) -> None:
    application = submitted(scheme())
    signed_in(client, Role.CASE_OFFICER)
    answer = client.get(reverse("office:search"), {"q": application.number.lower()})
    assert answer.headers["Location"] == reverse("applications:dossier", args=[application.pk])


def test_a_name_finds_the_files_of_its_bearer(client: Client) -> None:
    application = submitted(scheme())
    signed_in(client, Role.CASE_OFFICER)
    assert application.recipient is not None
    assert application.number in page(client, "office:search", q=application.recipient.name)


def test_what_is_of_another_authority_is_not_found(client: Client) -> None:
    application = submitted(scheme())
    client.force_login(person(Role.ADMINISTRATOR, authority("01")))
    assert "Rien ne correspond" in page(client, "office:search", q=application.number)


def test_the_search_box_is_offered_to_those_whose_search_finds_something(client: Client) -> None:
    signed_in(client, Role.CASE_OFFICER)
    assert reverse("office:search") in page(client, "office:my_day")
    signed_in(client, Role.PARTNER)
    assert reverse("office:search") not in page(client, "office:my_day")


# The menu


def test_every_entry_of_the_menu_opens_for_whom_it_is_offered(client: Client) -> None:
    authority()
    for role in Role:
        signed_in(client, role)
        menu = client.get(reverse("office:my_day")).context["navigation"]
        for entry in (entry for section in menu for entry in section.pages):
            if entry.url != reverse("diagnosis:map", args=["departement:00"]):
                assert client.get(entry.url).status_code == 200, (role, entry.url)


def test_an_applicant_finds_their_applications_and_the_aids(client: Client) -> None:
    signed_in(client, Role.APPLICANT)
    menu = client.get(reverse("office:my_day")).context["navigation"]
    labels = [section.label for section in menu]
    assert labels[:3] == ["Ma journée", "Mes demandes", "Aides"]
    assert not {"Plan", "Dossiers", "Suivi", "Administration"} & set(labels)


def test_one_page_of_a_section_is_the_current_one(client: Client) -> None:
    signed_in(client, Role.FINANCE_OFFICER)
    section = client.get(reverse("obligations:clawbacks")).context["section"]
    assert [entry.label for entry in section.pages if entry.current] == ["Reversements"]
