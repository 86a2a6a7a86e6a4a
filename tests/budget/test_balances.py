from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from budget.money import envelope, euro, funded, key, yearly
from maillage.accounts.models import User
from maillage.accounts.roles import Role
from maillage.budget import balances, ledger
from maillage.budget.figures import Balance
from maillage.budget.forecast import forecast
from maillage.budget.models import Entry, Envelope
from maillage.plans.models import Axis, Measure, Plan
from people import authority, person

pytestmark = pytest.mark.django_db


def commit(target: Envelope, amount: str | int, subject: User, scheme: str = "") -> Entry:
    return ledger.commit(
        envelope=target, amount=euro(amount), subject=subject, key=key(), by=None, scheme=scheme
    )


def test_one_query_whatever_the_number_of_envelopes(django_assert_num_queries: Any) -> None:
    opened = [funded(amount, y2026=amount) for amount in range(1, 6)]
    empty = envelope()
    with django_assert_num_queries(1):
        found = balances.of([*opened, empty])
    assert [found[target.pk].authorised for target in opened] == [1, 2, 3, 4, 5]
    assert found[empty.pk] == Balance()


def test_cents_add_up_exactly() -> None:
    target = funded("1000.00")
    someone = person()
    for _ in range(100):
        commit(target, "0.10", someone)
    assert balances.of([target])[target.pk].committed == Decimal("10.00")


def test_balances_by_plan_axis_measure_and_scheme() -> None:
    plan = Plan.objects.create(authority=authority(), key="p", title="P", first_year=2026, last_year=2028)
    axis = Axis.objects.create(plan=plan, key="a", position=1, title="A")
    measures = [
        Measure.objects.create(axis=axis, key=f"m{rank}", position=rank, title="M") for rank in (1, 2)
    ]
    someone, opened = person(), [envelope(measure=measure, is_multi_year=False) for measure in measures]
    outside = yearly(y2026=5)
    for target, amount in zip(opened, (100, 200), strict=True):
        ledger_fund(target, amount)
    everything = [*opened, outside]
    assert {pk: of.authorised for pk, of in balances.by(everything, "plan").items()} == {
        plan.pk: 300,
        None: 5,
    }
    assert balances.by(everything, "axis")[axis.pk].in_year(2026).voted == 300
    assert balances.by(everything, "measure")[measures[1].pk].authorised == 200
    ledger.commit(
        envelope=opened[0],
        amount=euro(7),
        subject=someone,
        key=key(),
        by=None,
        scheme="bourse",
        year=2026,
    )
    assert balances.by(everything, "scheme")["bourse"].committed == 7


def ledger_fund(target: Envelope, amount: int) -> None:
    Entry.objects.create(
        envelope=target, kind="appropriation_vote", reason="vote", year=2026, amount=amount, key=key()
    )


def test_balances_of_many_subjects_are_one_query(django_assert_num_queries: Any) -> None:
    target, people = funded(100), [person(name=name) for name in ("Ada", "Zoé")]
    commit(target, 40, people[0])
    with django_assert_num_queries(1):
        found = balances.of_subjects("accounts.user", [one.pk for one in people])
    assert [found[str(one.pk)].committed for one in people] == [40, 0]


def test_envelopes_are_seen_by_those_who_may_see_the_programme_of_their_authority() -> None:
    mine, other = envelope(), envelope(at=authority("01"))
    assert set(Envelope.objects.visible_to(person(Role.ELECTED_MEMBER))) == {mine}
    assert set(Envelope.objects.visible_to(person(Role.FINANCE_OFFICER, authority("01")))) == {other}
    assert not Envelope.objects.visible_to(person(Role.APPLICANT)).exists()
    assert not Entry.objects.visible_to(person()).exists()


# Forecast


def test_the_forecast_says_what_the_appropriations_will_not_pay() -> None:
    target = funded(1000, y2026=400, y2027=300)
    ledger.order_payment(
        envelope=target, year=2026, amount=euro(100), subject=authority(), key=key(), by=None
    )
    rows = [
        (target.pk, 2026, euro(300)),
        (target.pk, 2027, euro(200)),
        (target.pk, 2027, euro("150.50")),
        (target.pk, 2028, None),
    ]
    years = forecast([target], rows)[target.pk]
    assert [(of.year, of.asked, of.shortfall, of.unknown) for of in years] == [
        (2026, 300, 0, 0),
        (2027, euro("350.50"), euro("50.50"), 0),
        (2028, 0, 0, 1),
    ]
    assert (
        str(years[1]).replace("\xa0", " ") == "2027 : 350,50 € à venir pour 300 € de CP, il manque 50,50 €."
    )
    assert "1 échéance de montant inconnu" in str(years[2])
