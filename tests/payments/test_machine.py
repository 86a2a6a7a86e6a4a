"""Whatever is tried, in whatever order: paid ≤ ordered ≤ CP, and a batch is its lines and its orders."""

import contextlib
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from budget.money import funded
from maillage.agreements.models import Agreement, Instalment
from maillage.budget import balances
from maillage.budget.models import Entry, Envelope
from maillage.kit import clock
from maillage.kit.console import Refused
from maillage.payments import actions
from maillage.payments.models import Payment, PaymentBatch
from paying import in_2026, payable, payments, return_file
from people import authority

VERBS = ("prepare", "remove", "approve", "approve", "cancel", "send", "send", "paid", "rejected")
STEPS = st.lists(st.tuples(st.sampled_from(VERBS), st.integers(0, 7)), max_size=25)


class Sequences(TestCase):
    """CP of 1,300 € for 2,000 € of instalments: some batches cannot be approved."""

    def setUp(self) -> None:
        with clock.at(in_2026()):
            self.envelope: Envelope = funded(5000, y2026=1300)
            self.agreements: list[Agreement] = [payable(1000, envelope=self.envelope) for _ in range(2)]

    @given(STEPS)
    @settings(max_examples=15, suppress_health_check=list(HealthCheck))
    def test_no_sequence_pays_more_than_is_ordered_nor_orders_more_than_the_appropriations(
        self, steps: list[tuple[str, int]]
    ) -> None:
        with clock.at(in_2026()):
            for verb, rank in steps:
                self.attempt(verb, rank)
                self.holds()

    def attempt(self, verb: str, rank: int) -> None:
        with contextlib.suppress(Refused):
            self.act(verb, rank)

    def act(self, verb: str, rank: int) -> None:
        if verb == "prepare":
            chosen = Instalment.objects.order_by("pk")[rank % 8 : rank % 8 + 3]
            actions.prepare_batch(authority=authority(), year=2026, instalments=chosen, by=None)
            return
        found = list(PaymentBatch.objects.order_by("pk"))
        if not found:
            return
        batch = found[rank % len(found)]
        lines = payments(batch)
        day = clock.today().strftime("%d/%m/%Y")
        words = {"paid": "payé", "rejected": "rejeté"}
        verbs: dict[str, Callable[[], Any]] = {
            "remove": lambda: actions.remove_payment(payment=lines[rank % len(lines)], reason="x", by=None),
            "approve": lambda: actions.approve_batch(batch=batch, by=None),
            "cancel": lambda: actions.cancel_batch(batch=batch, reason="x", by=None),
            "send": lambda: actions.send_batch(batch=batch, by=None),
        }
        read = lambda: actions.read_return(  # noqa: E731
            authority=authority(),
            upload=return_file([(lines[rank % len(lines)].reference, words[verb], day, "x")]),
            by=None,
        )
        verbs.get(verb, read)()

    def holds(self) -> None:
        balance = balances.of([self.envelope])[self.envelope.pk]
        year = balance.in_year(2026)
        assert year.paid <= year.ordered <= year.voted == 1300
        assert balance.ordered <= balance.committed
        live = Payment.objects.filter(state__in=["ordered", "paid"])
        assert sum((one.amount for one in live), Decimal(0)) == balance.ordered
        paid = Instalment.objects.filter(state="paid")
        assert sum((one.amount for one in paid), Decimal(0)) == balance.paid
        for batch in PaymentBatch.objects.filter(state__in=["approved", "sent", "closed"]):
            kept = list(batch.payments.kept())
            orders = Entry.objects.filter(pk__in=[one.order_id for one in kept])
            total = sum((one.amount for one in kept), Decimal(0))
            assert total == sum((one.amount for one in orders), Decimal(0))
            assert batch.total in (None, total)
            assert batch.count in (None, len(kept))
        for agreement in self.agreements:
            assert sum((one.amount for one in agreement.instalments.live()), Decimal(0)) == agreement.amount


pytestmark = pytest.mark.django_db
