from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from budget.money import appropriate, envelope, euro, funded, key, yearly
from maillage.accounts.models import User
from maillage.accounts.roles import Role
from maillage.budget import ledger
from maillage.budget.models import Entry, Envelope
from maillage.plans.models import Axis, Measure, Plan, PlannedMoney
from people import authority, person

pytestmark = pytest.mark.django_db


def read(client: Client, name: str, *arguments: object, **query: object) -> str:
    answer = client.get(reverse(name, args=arguments), query)
    assert answer.status_code == 200
    return re.sub(r"[\u202f\xa0]", " ", answer.content.decode())


@pytest.fixture
def finance(client: Client) -> User:
    user = person(Role.FINANCE_OFFICER)
    client.force_login(user)
    return user


def measure(title: str = "Bourses") -> Measure:
    plan, _ = Plan.objects.get_or_create(
        authority=authority(), key="plan", title="Plan fictif", first_year=2026, last_year=2028
    )
    axis, _ = Axis.objects.get_or_create(plan=plan, key="attirer", position=1, title="Attirer")
    return Measure.objects.create(axis=axis, key=title.lower(), position=1, title=title)


def send(client: Client, of: Envelope, operation: str, **fields: Any) -> Any:
    """Open the form of an operation, then send it with its own key."""
    address = reverse("budget:operation", args=[of.pk, operation])
    form = client.get(address).context["form"]
    given = {"decision": "CD-9", "decided_on": "2026-03-12", "key": form["key"].value(), **fields}
    return client.post(address, given)


# Reading


def test_the_overview_says_what_is_left_and_adds_up_by_plan(client: Client, finance: User) -> None:
    first = funded(1000, label="Bourses 2026", y2026=400)
    Envelope.objects.filter(pk=first.pk).update(measure=measure())
    ledger.commit(envelope=first, amount=euro(300), subject=finance, key=key(), by=None, scheme="bourse")
    yearly(y2026=50)
    shown = read(client, "budget:overview", exercice=2026)
    assert "<strong" in shown
    assert "750 €</strong> à engager sur 1 050 € votés, en 2 enveloppes." in shown
    for text in ("Plan fictif", "Attirer", "Bourses 2026", "Hors plan", "CP 2026", "400 €", "bourse"):
        assert text in shown


def test_an_amount_left_open_by_the_plan_is_said(client: Client, finance: User) -> None:
    opened = measure("Campus")
    PlannedMoney.objects.create(measure=opened, label="budget du campus", amount=None)
    assert "Aucune enveloppe" in read(client, "budget:overview")
    envelope(measure=opened)
    shown = read(client, "budget:overview")
    assert "Campus (budget du campus)" in shown


def test_the_number_of_queries_does_not_grow_with_envelopes(
    client: Client, finance: User, django_assert_max_num_queries: Any
) -> None:
    def queries(count: int) -> int:
        for _ in range(count):
            envelope(measure=measure(f"M{Envelope.objects.count()}"))
        with django_assert_max_num_queries(30) as asked:
            read(client, "budget:overview")
        return len(asked)

    assert queries(1) == queries(8)


def test_an_envelope_says_first_what_is_left_to_commit(client: Client, finance: User) -> None:
    target = funded(180000, y2026=60000)
    ledger.commit(envelope=target, amount=euro(138000), subject=finance, key=key(), by=None)
    shown = read(client, "budget:envelope", target.pk)
    assert 'Il reste <strong class="number">42 000 €</strong> à engager sur 180 000 € votés.' in shown
    assert "120 000 € de l&#x27;AE n&#x27;ont pas encore de crédits de paiement." in shown


def test_entries_are_filtered_and_exported_as_filtered(client: Client, finance: User) -> None:
    target = funded(1000, y2026=400)
    ledger.order_payment(
        envelope=target, year=2026, amount=euro("12.50"), subject=finance, key=key(), by=finance
    )
    shown = read(client, "budget:envelope", target.pk, ecriture="payment_order")
    assert "1 ligne" in shown
    answer = client.get(reverse("budget:entries_export", args=[target.pk, "csv"]), {"texte": "financ"})
    lines = answer.content.decode("utf-8-sig").splitlines()
    assert len(lines) == 3
    assert ";Mandat;Exécution;2026;12,5;" in lines[1]
    assert "Aucune écriture ne correspond" in read(client, "budget:envelope", target.pk, texte="zzz")


@pytest.mark.parametrize("fmt", ["csv", "xlsx", "ods"])
def test_the_overview_is_taken_away_in_three_forms(client: Client, finance: User, fmt: str) -> None:
    funded(1000, y2026=400)
    answer = client.get(reverse("budget:export", args=[fmt]), {"exercice": 2026})
    assert answer.status_code == 200
    assert f"budget-2026.{fmt}" in answer["Content-Disposition"]


@pytest.mark.parametrize(
    ("authorised", "appropriated", "first"),
    [(0, 0, "Voter l&#x27;autorisation"), (100, 40, "Voter des CP"), (100, 100, "")],
)
def test_the_next_vote_stands_out(
    client: Client, finance: User, authorised: int, appropriated: int, first: str
) -> None:
    target = funded(authorised, y2026=appropriated) if authorised else envelope()
    shown = read(client, "budget:envelope", target.pk)
    assert re.findall(r'class="btn btn-primary"[^>]*>([^<]+)</a>', shown) == ([first] if first else [])


# Voting


def test_finance_opens_an_envelope_and_votes_its_money(client: Client, finance: User) -> None:
    fields = {"label": "Accueil", "section": "operating", "is_multi_year": "on"}
    answer = client.post(reverse("budget:new"), {**fields, "first_year": 2026, "last_year": 2028})
    target = Envelope.objects.get()
    assert answer.url == reverse("budget:envelope", args=[target.pk])  # type: ignore[attr-defined]
    assert send(client, target, "autorisation", amount="12 000,50 €").status_code == 302
    assert send(client, target, "credits", year_2026="4000", year_2027="8000,50").status_code == 302
    shown = read(client, "budget:envelope", target.pk)
    assert "12 000,50 €</strong> à engager sur 12 000,50 € votés." in shown
    assert "pas encore de crédits" not in shown


def test_a_form_sent_twice_writes_once(client: Client, finance: User) -> None:
    target = envelope()
    address = reverse("budget:operation", args=[target.pk, "autorisation"])
    fields = {"amount": "100", "decision": "CD-9", "decided_on": "2026-03-12", "key": "la-meme"}
    for _ in range(2):
        assert client.post(address, fields).status_code == 302
    assert Entry.objects.count() == 1


def test_a_refusal_is_said_beside_the_form(client: Client, finance: User) -> None:
    answer = send(client, envelope(), "autorisation", amount="-5")
    assert answer.status_code == 200
    assert "non engagés sur" in answer.content.decode()


def test_money_moves_from_the_pages(client: Client, finance: User) -> None:
    source, target = funded(1000, y2026=400), funded(10, label="Accueil")
    moves: dict[str, dict[str, Any]] = {
        "virement-autorisation": {"target": target.pk, "amount": "100"},
        "virement-credits": {"target": target.pk, "year": 2026, "amount": "50"},
        "report": {"year": 2026, "amount": ""},
    }
    for operation, fields in moves.items():
        assert send(client, source, operation, **fields).status_code == 302
    # The form to close has no field of its own: a browser sends what protects every form.
    close = reverse("budget:operation", args=[source.pk, "cloture"])
    assert client.post(close, {"csrfmiddlewaretoken": "x"}).status_code == 302
    assert "est close depuis" in read(client, "budget:envelope", source.pk)
    assert client.get(reverse("budget:operation", args=[source.pk, "credits"])).status_code == 404


@pytest.mark.parametrize("operation", ["avant-budget", "caducite"])
def test_every_form_opens(client: Client, finance: User, operation: str) -> None:
    target = funded(300, y2026=100)
    assert read(client, "budget:operation", target.pk, operation)
    fields = {"year": "", "amount": "1"} if operation == "caducite" else {"year": 2027, "amount": "1"}
    assert send(client, target, operation, **fields).status_code in (200, 302)


def test_a_yearly_envelope_offers_no_authorisation(client: Client, finance: User) -> None:
    target = yearly(y2026=400)
    appropriate(target, y2027=100)
    shown = read(client, "budget:envelope", target.pk)
    assert "Voter l’autorisation" not in shown
    assert "Voter l&#x27;autorisation" not in shown
    assert client.get(reverse("budget:operation", args=[target.pk, "autorisation"])).status_code == 404


def test_those_who_only_read_are_offered_nothing_to_do(client: Client) -> None:
    client.force_login(person(Role.ELECTED_MEMBER))
    target = funded(1000)
    assert "Voter des CP" not in read(client, "budget:envelope", target.pk)
    assert client.get(reverse("budget:operation", args=[target.pk, "credits"])).status_code == 403
