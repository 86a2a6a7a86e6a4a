"""The living programme of the demo: consistent with the ledger to the cent, nothing left behind."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.db.models import Sum
from stdnum import iban as iban_number
from stdnum.fr import siret as siret_number

from maillage.accounts.models import Authority, Event
from maillage.agreements.models import Agreement, Instalment
from maillage.applications.models import Application, Call
from maillage.budget import balances
from maillage.budget.figures import Balance
from maillage.budget.models import Envelope
from maillage.committees.models import Decision, Session
from maillage.demo.build import make_demo
from maillage.demo.programme import papers, plan
from maillage.files.content import recognise
from maillage.kit import clock
from maillage.lab.models import Result, Scenario
from maillage.obligations.models import Clawback, PracticeObligation, RecoveryInstalment
from maillage.payments.models import Payment
from maillage.planfile.reading import read

SHARE = 0.05


@pytest.mark.parametrize("rank", [1, 42, 12_345])
def test_numbers_are_valid_and_nobody_s(rank: int) -> None:
    assert iban_number.is_valid(papers.iban(rank))
    assert siret_number.is_valid(papers.siret(rank))
    assert papers.siret(rank).startswith("000")


def test_a_paper_is_a_pdf() -> None:
    kind = recognise(papers.paper("Devis (matériel)").read())
    assert kind is not None
    assert kind.slug == "pdf"


@pytest.mark.parametrize("name", ["haute-sarelle", "agglomeration"])
@pytest.mark.parametrize("today", [date(2026, 11, 22), date(2027, 1, 3), date(2028, 2, 29)])
def test_plan_files_are_sound_on_any_day(name: str, today: date) -> None:
    text = (Path(plan.__file__).parent / f"{name}.toml").read_text(encoding="utf-8")
    reading = read(plan.moved(text, today))
    assert reading.file is not None, reading.findings
    years = plan.Years.around(today)
    assert all(envelope.first_year == years.first for envelope in reading.file.envelopes)
    assert all(envelope.last_year == today.year + 1 for envelope in reading.file.envelopes)


@pytest.mark.django_db
def test_a_told_programme_holds_together(tmp_path: Path, settings: Any) -> None:
    settings.HOME = tmp_path
    assert make_demo(share=SHARE)
    departement = Authority.objects.get(kind="departement")
    _ledger_follows_the_rooms(departement)
    _nothing_is_left_behind()
    _sessions_are_held(departement)
    _what_is_claimed_is_in_the_ledger()
    _every_room_has_something_to_show(departement)
    before = Event.objects.count()
    assert Event.objects.get(verb="tell_programme").data["cut"] == []
    assert not make_demo(share=SHARE)
    assert Event.objects.count() == before


def _ledger_follows_the_rooms(authority: Authority) -> None:
    envelopes = list(Envelope.objects.filter(authority=authority))
    held = balances.of(envelopes)
    paid = _sum(Payment.objects.filter(state=Payment.State.PAID), "amount")
    assert sum((balance.paid for balance in held.values()), Decimal(0)) == paid
    assert paid == _sum(Instalment.objects.filter(state=Instalment.State.PAID), "amount")
    for agreement in Agreement.objects.filter(state="signed").select_related("decision"):
        committed = balances.of_subject("committees.decision", agreement.decision_id).committed
        assert committed == agreement.amount, agreement
    for decision in Decision.objects.filter(state="withdrawn").exclude(envelope=None):
        assert balances.of_subject("committees.decision", decision.pk).committed == 0


def _sum(rows: Any, field: str) -> Decimal:
    return rows.aggregate(total=Sum(field))["total"] or Decimal(0)


def _nothing_is_left_behind() -> None:
    """What the law or the calendar had decided by yesterday is done."""
    today = clock.today()
    silent = Application.objects.filter(
        state__in=["submitted", "complete", "under_review", "ready"],
        implicit_refusal_on__lt=today - timedelta(days=8),
    )
    assert not silent.exists()
    assert not Event.objects.filter(at__gt=clock.now()).exists()


def _sessions_are_held(authority: Authority) -> None:
    states = Session.objects.filter(committee__authority=authority).values_list("state", flat=True)
    assert len(states) == 4
    assert set(states) <= {"closed", "cancelled", "prepared"}


def _what_is_claimed_is_in_the_ledger() -> None:
    held = sum(balances.of(Envelope.objects.all()).values(), Balance())
    assert held.claimed == _sum(Clawback.objects.exclude(order=None), "amount")
    assert held.recovered == _sum(RecoveryInstalment.objects.exclude(paid_on=None), "amount")


def _every_room_has_something_to_show(authority: Authority) -> None:
    """A share of the programme shows most states; the whole of it shows them all (`maillage demo`)."""
    states = set(Application.objects.order_by().values_list("state", flat=True))
    assert {"draft", "granted", "refused", "on_agenda", "withdrawn"} <= states
    assert {"signed", "ended"} & set(Agreement.objects.order_by().values_list("state", flat=True))
    assert Payment.objects.exists()
    assert PracticeObligation.objects.filter(agreement__authority=authority).count() > 3
    assert Scenario.objects.filter(authority=authority).count() == 3
    assert set(Result.objects.order_by().values_list("kind", flat=True)) == set(Result.Kind)
    assert Call.objects.filter(authority=authority).count() == 2
