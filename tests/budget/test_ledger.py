from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from django.db import IntegrityError, connection, models, transaction

from budget.money import envelope, euro, funded, key, yearly
from maillage.accounts.models import User
from maillage.budget import balances, ledger
from maillage.budget.actions import close_envelope, vote_authorisation
from maillage.budget.models import Entry, Envelope
from maillage.kit import clock
from maillage.kit.console import Refused
from people import person

pytestmark = pytest.mark.django_db

IN_2026 = datetime(2026, 6, 1, tzinfo=ZoneInfo("Europe/Paris"))


def commit(target: Envelope, amount: str | int, subject: models.Model, **fields: object) -> Entry:
    wanted = {"key": key(), **fields}
    return ledger.commit(envelope=target, amount=euro(amount), subject=subject, by=None, **wanted)  # type: ignore[arg-type]


def order(target: Envelope, amount: str | int, subject: models.Model, year: int = 2026) -> Entry:
    return ledger.order_payment(
        envelope=target, year=year, amount=euro(amount), subject=subject, key=key(), by=None
    )


@pytest.fixture
def subject() -> User:
    """Anything stored may be what an entry is about."""
    return person(name="Ada Lenoir")


# Commitments


def test_commitments_reach_the_authorisation_and_not_a_cent_more(subject: User) -> None:
    target = funded(1000)
    commit(target, "999.99", subject)
    with pytest.raises(Refused, match=r"L'AE de l'enveloppe « Bourses » ne laisse que 0,01\s€ à engager"):
        commit(target, "0.02", subject)
    commit(target, "0.01", subject)
    balance = balances.of([target])[target.pk]
    assert (balance.authorised, balance.committed, balance.left_to_commit) == (1000, 1000, 0)


def test_a_yearly_envelope_is_bounded_by_the_appropriation_of_each_year(subject: User) -> None:
    target = yearly(y2026=300, y2027=100)
    commit(target, 300, subject, year=2026)
    with pytest.raises(Refused, match="Les CP 2026"):
        commit(target, 1, subject, year=2026)
    commit(target, 100, subject, year=2027)
    with pytest.raises(Refused, match=r"que 0\s€"):
        commit(target, 1, subject, year=2028)


def test_a_yearly_envelope_is_committed_in_the_present_year_unless_told(subject: User) -> None:
    with clock.at(IN_2026):
        assert commit(yearly(y2026=300), 10, subject).year == 2026


def test_an_authorisation_knows_no_year_of_commitment(subject: User) -> None:
    assert commit(funded(1000), 10, subject, year=2027).year is None


def test_the_same_key_twice_is_one_entry_and_another_amount_is_refused(subject: User) -> None:
    target = funded(1000)
    first = commit(target, 400, subject, key="dossier-1")
    assert commit(target, 400, subject, key="dossier-1") == first
    assert balances.of([target])[target.pk].committed == 400
    with pytest.raises(Refused, match="déjà servi"):
        commit(target, 401, subject, key="dossier-1")
    with pytest.raises(Refused, match="déjà servi"):
        commit(target, 400, person(name="Autre"), key="dossier-1")


@pytest.mark.parametrize(("amount", "said"), [("0", "supérieur à zéro"), ("-5", "supérieur à zéro")])
def test_an_amount_is_above_zero(amount: str, said: str, subject: User) -> None:
    with pytest.raises(Refused, match=said):
        commit(funded(1000), amount, subject)


def test_an_amount_finer_than_a_cent_is_refused(subject: User) -> None:
    with pytest.raises(Refused, match="au centime"):
        ledger.commit(envelope=funded(9), amount=Decimal("1.005"), subject=subject, key="k", by=None)


def test_nothing_is_committed_on_an_envelope_closed_or_lapsed(subject: User) -> None:
    closed = close_envelope(envelope=funded(1000), by=None)
    with pytest.raises(Refused, match="est close depuis"):
        commit(closed, 1, subject)
    lapsed = envelope(lapses_on=date(2026, 6, 1))
    vote_authorisation(envelope=lapsed, amount=euro(10), decision="CD-1", by=None)
    with clock.at(IN_2026), pytest.raises(Refused, match="caduque depuis le 01/06/2026"):
        commit(lapsed, 1, subject)


def test_a_subject_gives_back_what_is_committed_and_not_ordered(subject: User) -> None:
    target = funded(1000, y2026=500)
    commit(target, 600, subject)
    order(target, 200, subject)
    give = {"envelope": target, "subject": subject, "by": None}
    with pytest.raises(Refused, match=r"que 400\s€ à dégager pour Ada Lenoir"):
        ledger.decommit(amount=euro("400.01"), key="d1", **give)  # type: ignore[arg-type]
    ledger.decommit(amount=euro(400), key="d2", **give)  # type: ignore[arg-type]
    assert balances.of([target])[target.pk].left_to_commit == 800
    with pytest.raises(Refused, match=r"que 0\s€ à dégager"):
        ledger.decommit(envelope=target, subject=person(name="Autre"), amount=euro(1), key="d3", by=None)


def test_a_yearly_commitment_is_given_back_in_its_own_year(subject: User) -> None:
    target = yearly(y2026=300, y2027=300)
    commit(target, 300, subject, year=2026)
    with pytest.raises(Refused, match=r"que 0\s€"):
        ledger.decommit(envelope=target, amount=euro(1), subject=subject, key="d", by=None, year=2027)


# Payments


def test_orders_reach_the_appropriation_of_the_year_and_not_a_cent_more(subject: User) -> None:
    target = funded(1000, y2026=400, y2027=600)
    commit(target, 1000, subject)
    order(target, 400, subject)
    with pytest.raises(Refused, match=r"Les CP 2026 .* que 0\s€ de mandats"):
        order(target, "0.01", subject)
    order(target, 600, subject, 2027)


def test_an_order_stays_within_what_is_committed_for_its_subject(subject: User) -> None:
    target = funded(1000, y2026=1000)
    commit(target, 300, subject)
    commit(target, 300, person(name="Autre"))
    order(target, 300, subject)
    with pytest.raises(Refused, match=r"que 0\s€ engagés à mandater pour Ada Lenoir"):
        order(target, 1, subject)


def test_an_order_that_nothing_was_committed_for_commits_by_the_same_stroke(subject: User) -> None:
    target = funded(100, y2026=500)
    order(target, 60, subject)
    balance = balances.of([target])[target.pk]
    assert (balance.committed, balance.ordered) == (60, 60)
    with pytest.raises(Refused, match=r"L'AE .* que 40\s€ à engager"):
        order(target, 50, person(name="Autre"))
    assert Entry.objects.filter(kind=Entry.Kind.PAYMENT_ORDER).count() == 1


def test_a_subject_whose_commitment_was_given_back_is_not_paid(subject: User) -> None:
    target = funded(100, y2026=100)
    commit(target, 60, subject)
    ledger.decommit(envelope=target, amount=euro(60), subject=subject, key="d", by=None)
    with pytest.raises(Refused, match="engagez d'abord"):
        order(target, 10, subject)


def test_a_rejected_order_frees_its_appropriation_and_keeps_its_commitment(subject: User) -> None:
    target = funded(100, y2026=100)
    commit(target, 100, subject)
    first = order(target, 100, subject)
    ledger.reject_payment(order=first, key="r", by=None, note="RIB clos")
    assert balances.of([target])[target.pk].in_year(2026).left == 100
    again = order(target, 100, subject)
    ledger.confirm_payment(order=again, key="p", by=None)
    balance = balances.of([target])[target.pk]
    assert (balance.committed, balance.ordered, balance.paid) == (100, 100, 100)


def test_an_order_has_one_outcome(subject: User) -> None:
    target = funded(100, y2026=100)
    paid = order(target, 50, subject)
    confirmed = ledger.confirm_payment(order=paid, key="p", by=None)
    assert ledger.confirm_payment(order=paid, key="p", by=None) == confirmed
    with pytest.raises(Refused, match="a déjà son issue"):
        ledger.reject_payment(order=paid, key="r", by=None, note="")
    with pytest.raises(Refused, match="n'est pas un mandat"):
        ledger.confirm_payment(order=confirmed, key="q", by=None)


# Revenue


def test_a_claim_is_recovered_cancelled_and_written_off_within_its_amount(subject: User) -> None:
    target = funded(100)
    claim = {"envelope": target, "year": 2026, "subject": subject, "by": None}
    title = ledger.order_revenue(amount=euro("7333.33"), key="t", **claim)  # type: ignore[arg-type]
    assert ledger.order_revenue(amount=euro("7333.33"), key="t", **claim) == title  # type: ignore[arg-type]
    ledger.record_recovery(order=title, amount=euro("333.33"), key="a", by=None)
    ledger.cancel_revenue(order=title, amount=euro(1000), key="b", by=None, note="Remise")
    ledger.write_off(order=title, amount=euro(5000), key="c", by=None, note="Insolvable")
    assert ledger.left_to_recover(title) == 1000
    with pytest.raises(Refused, match=r"que 1.000\s€ à recouvrer"):
        ledger.record_recovery(order=title, amount=euro("1000.01"), key="e", by=None)
    balance = balances.of_subject("accounts.user", subject.pk)
    assert (balance.claimed, balance.recovered, balance.written_off) == (
        euro("6333.33"),
        euro("333.33"),
        euro(5000),
    )
    assert balances.of([target])[target.pk].left_to_commit == 100


def test_only_a_revenue_order_is_recovered(subject: User) -> None:
    entry = commit(funded(100), 10, subject)
    with pytest.raises(Refused, match="n'est pas un titre"):
        ledger.record_recovery(order=entry, amount=euro(1), key="a", by=None)


# What the database holds


@pytest.mark.parametrize("statement", ["UPDATE budget_entry SET amount = 1", "DELETE FROM budget_entry"])
def test_the_database_refuses_to_change_or_delete_an_entry(statement: str) -> None:
    funded(100)
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        connection.cursor().execute(statement)


def test_the_models_refuse_it_too() -> None:
    entry = funded(100).entries.get()
    for attempt in (
        entry.save,
        entry.delete,
        Entry.objects.all().delete,
        lambda: Entry.objects.update(amount=1),
        lambda: Entry.objects.bulk_update([entry], ["amount"]),
    ):
        with pytest.raises(TypeError, match="append-only"):
            attempt()


@pytest.mark.parametrize(
    ("kind", "year"), [("authorisation_vote", 2026), ("appropriation_vote", None), ("payment_order", None)]
)
def test_the_database_refuses_a_year_that_does_not_suit_the_kind(kind: str, year: int | None) -> None:
    target = envelope()
    with pytest.raises(IntegrityError, match="entry_year_suits_its_kind"), transaction.atomic():
        Entry.objects.create(envelope=target, kind=kind, year=year, amount=1, key="k")
