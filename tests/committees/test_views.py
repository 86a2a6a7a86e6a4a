"""The pages: what each person finds there, and what they may do without JavaScript."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from maillage.accounts.models import User
from maillage.accounts.roles import Role
from maillage.committees import actions
from maillage.committees.day import matters
from maillage.committees.models import AgendaItem, Decision, ScenarioLine
from people import authority, person
from sitting import closed, committee, euro, left_of, only_item, paid_scheme, proposed, ready, session, taken

pytestmark = pytest.mark.django_db


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def officer() -> Client:
    return signed_in(person(Role.MISSION_OFFICER))


def url(name: str, *arguments: Any) -> str:
    return reverse(f"committees:{name}", args=arguments)


def text_of(response: Any) -> str:
    content: str = response.content.decode()
    return content.replace("\N{NARROW NO-BREAK SPACE}", " ").replace("\N{NO-BREAK SPACE}", " ")


def test_an_amount_is_written_by_a_plain_form_and_the_band_follows(officer: Client) -> None:
    opened = session([ready(paid_scheme(10_000))])
    item = only_item(opened)
    page = officer.get(url("arbitration", opened.pk))
    assert "dépassent de 2 000 €" in text_of(page)
    officer.post(url("amount", opened.pk, item.pk), {"amount": "9 500,50"})
    assert AgendaItem.objects.get().proposed == euro("9500.50")
    assert "499,50 €" in text_of(officer.get(url("arbitration", opened.pk)))


def test_htmx_gives_back_the_line_and_the_band_or_what_is_wrong(officer: Client) -> None:
    opened = session([ready(paid_scheme(20_000))])
    address = url("amount", opened.pk, only_item(opened).pk)
    done = text_of(officer.post(address, {"amount": "5000"}, headers={"HX-Request": "true"}))
    assert done.lstrip().startswith("<tr")
    assert 'hx-swap-oob="true"' in done
    assert "15 000 €" in done
    wrong = text_of(officer.post(address, {"amount": "-3"}, headers={"HX-Request": "true"}))
    assert "montant positif" in wrong
    assert 'value="-3"' in wrong
    assert AgendaItem.objects.get().proposed == euro(5000)


def test_scenarios_are_compared_with_what_is_proposed(officer: Client) -> None:
    opened = session([ready(paid_scheme(20_000))])
    officer.post(url("scenario_add", opened.pk), {"nom": "Moitié", "copie": ""})
    scenario = opened.scenarios.get()
    address = url("amount", opened.pk, only_item(opened).pk)
    officer.post(address, {"amount": "6000", "scenario": scenario.pk})
    assert ScenarioLine.objects.get().amount == euro(6000)
    page = text_of(officer.get(url("scenarios", opened.pk)))
    assert "−6 000 €" in page
    assert "14 000 €" in page
    officer.post(url("scenario_act", opened.pk, scenario.pk, "retenir"))
    assert AgendaItem.objects.get().proposed == euro(6000)


def test_a_member_sees_their_sessions_once_convened_and_withdraws_for_themselves() -> None:
    elected, stranger = person(Role.ELECTED_MEMBER), person(Role.ELECTED_MEMBER)
    seated = committee(2)
    member = actions.add_member(committee=seated, name="Ada Lenoir", user=elected, by=None)
    hidden = session([ready()], of=seated, state="prepared")
    target = session([ready()], of=seated, state="convened")
    item = only_item(target)
    client = signed_in(elected)
    assert client.get(url("session", hidden.pk)).status_code == 404
    page = text_of(client.get(url("session", target.pk)))
    assert "Me déporter" in page
    assert "Proposé" not in page
    assert "Historique" not in page
    assert client.get(url("pack", target.pk)).status_code == 200
    assert client.get(url("arbitration", target.pk)).status_code == 403
    assert signed_in(stranger).get(url("session", target.pk)).status_code == 404
    other = seated.members.exclude(pk=member.pk).first()
    assert other is not None
    client.post(url("withdrawal", target.pk, item.pk), {"member": other.pk})
    assert item.withdrawals.count() == 0
    client.post(url("withdrawal", target.pk, item.pk), {"member": member.pk})
    assert [one.member for one in item.withdrawals.all()] == [member]


def test_a_vote_is_read_over_then_recorded(officer: Client) -> None:
    aid = paid_scheme(20_000)
    one, other = proposed(ready(aid)), proposed(ready(aid))
    asked = {"decisions": [one.pk, other.pk]}
    assert "Il manque 4 000 €" in text_of(officer.post(url("vote"), asked))
    assert left_of(aid.envelope) == euro(20_000)
    act = {**asked, "body": "bureau", "number": "B-12", "taken_on": "2020-01-06", "together": "1"}
    lines = {
        f"vote-{one.pk}-outcome": "granted",
        f"vote-{one.pk}-amount": "12000",
        f"vote-{other.pk}-outcome": "granted",
        f"vote-{other.pk}-amount": "12000",
    }
    refused = text_of(officer.post(url("vote"), {**act, **lines}))
    assert "Aucune décision" in refused
    assert left_of(aid.envelope) == euro(20_000)
    lines |= {f"vote-{other.pk}-outcome": "refused", f"vote-{other.pk}-reasons": "Crédits épuisés."}
    assert "Vote B-12" in text_of(officer.post(url("vote"), {**act, **lines}))
    outcomes = dict(Decision.objects.order_by("pk").values_list("pk", "outcome"))
    assert outcomes == {one.pk: "granted", other.pk: "refused"}
    assert left_of(aid.envelope) == euro(8000)


def test_a_decision_goes_from_queue_to_queue(officer: Client) -> None:
    decision = taken()
    officer.post(url("transmit"), {"decisions": [decision.pk], "on": decision.taken_on, "receipt": "AR-77"})
    officer.post(url("prepare", decision.pk))
    page = text_of(officer.get(url("decision", decision.pk)))
    assert "Votre demande est acceptée" in page
    assert "Notifier (" in page
    officer.post(url("notify_selected"), {"decisions": [decision.pk]})
    assert Decision.objects.get().is_enforceable
    assert decision.application.number in text_of(officer.get(url("decisions"), {"etat": "notifiees"}))
    export = officer.get(url("decisions_export", "csv"), {"etat": "notifiees"})
    assert "AR-77" in b"".join(export.streaming_content).decode()  # type: ignore[attr-defined]


def test_attendance_is_taken_by_a_form(officer: Client) -> None:
    opened = session([ready()], of=committee(3, quorum=2))
    one, two, three = opened.committee.members.order_by("name")
    officer.post(url("attendance", opened.pk), {f"present-{one.pk}": "on", f"proxy-{two.pk}": one.pk})
    page = text_of(officer.get(url("session", opened.pk)))
    assert f"représenté par {one}" in page
    assert f"{three}" in page


def test_the_whole_way_of_a_session_by_its_pages(officer: Client) -> None:
    application, seated = ready(), committee()
    officer.post(url("session_new"), {"committee": seated.pk, "held_at": "2090-03-01T14:00", "place": ""})
    target = seated.sessions.get()
    officer.post(url("agenda", target.pk), {"applications": [application.pk]})
    officer.post(url("act", target.pk, "convoquer"))
    officer.post(url("act", target.pk, "ouvrir"))
    members = seated.members.order_by("pk")
    officer.post(url("attendance", target.pk), {f"present-{one.pk}": "on" for one in members})
    item = target.items.get()
    officer.post(url("opinion", target.pk, item.pk), {"opinion": "favourable", "amount": "8000"})
    officer.post(url("act", target.pk, "clore"))
    target.refresh_from_db()
    assert target.state == "closed"
    assert Decision.objects.get().amount == euro(8000)
    assert officer.get(url("minutes", target.pk)).status_code == 200


def test_my_day_says_what_waits() -> None:
    closed()
    ready()
    taken()
    user = person(Role.MISSION_OFFICER)
    found = [matter.text for matter in matters(user, authority())]
    assert found == [
        "1\N{NO-BREAK SPACE}dossier est prêt pour un comité.",
        "1\N{NO-BREAK SPACE}décision à transmettre au préfet.",
        "1\N{NO-BREAK SPACE}décision à notifier.",
        "1\N{NO-BREAK SPACE}décision proposée à prendre.",
    ]


def test_the_list_of_decisions_asks_no_query_per_row(
    officer: Client, django_assert_max_num_queries: Any
) -> None:
    aid = paid_scheme(100_000)
    for _ in range(3):
        proposed(ready(aid))
    with django_assert_max_num_queries(14):
        officer.get(url("decisions"))
