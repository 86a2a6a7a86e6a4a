"""Any sequence of votes, transfers, commitments and orders: never over a ceiling, always replayable."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from decimal import Decimal

import pytest
from django.db import transaction
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from budget.money import envelope, key
from maillage.budget import actions, balances, ledger
from maillage.budget.figures import Line, fold
from maillage.budget.models import Entry
from maillage.kit.console import Refused
from maillage.rules.money import ZERO
from people import authority

AMOUNTS = st.integers(1, 60_000).map(lambda cents: Decimal(cents) / 100)
SIGNED = st.integers(-40_000, 60_000).filter(bool).map(lambda cents: Decimal(cents) / 100)
WHICH, SUBJECT, YEARS = st.integers(0, 2), st.integers(0, 1), st.sampled_from([2026, 2027, 2028])


class Ledger(RuleBasedStateMachine):
    """Two multi-year envelopes and a yearly one, two subjects, in a transaction given up at the end."""

    def __init__(self) -> None:
        super().__init__()
        self.transaction = transaction.atomic()
        self.transaction.__enter__()
        self.envelopes = [envelope("Bourses"), envelope("Accueil"), envelope("Aides", is_multi_year=False)]
        self.subjects = [authority(), self.envelopes[0]]
        self.orders: list[Entry] = []
        # What was voted, kept apart from the ledger: nothing else may change the sum of the authorisations.
        self.voted = ZERO

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.transaction.__exit__(None, None, None)

    def attempt(self, verb: Callable[[], object]) -> bool:
        try:
            verb()
        except Refused:
            return False
        return True

    @initialize(amount=AMOUNTS)
    def fund(self, amount: Decimal) -> None:
        for which in (0, 1):
            self.vote_authorisation(which, amount + 300)
        for which in range(3):
            self.vote_appropriation(which, 2026, amount + 200)

    @rule(which=WHICH, amount=SIGNED)
    def vote_authorisation(self, which: int, amount: Decimal) -> None:
        target = self.envelopes[which]
        if self.attempt(
            lambda: actions.vote_authorisation(envelope=target, amount=amount, decision="D", by=None)
        ):
            self.voted += amount

    @rule(which=WHICH, year=YEARS, amount=SIGNED)
    def vote_appropriation(self, which: int, year: int, amount: Decimal) -> None:
        target = self.envelopes[which]
        self.attempt(
            lambda: actions.vote_appropriations(
                envelope=target, amounts={year: amount}, decision="D", by=None
            )
        )

    @rule(giver=WHICH, taker=WHICH, amount=AMOUNTS)
    def transfer_authorisation(self, giver: int, taker: int, amount: Decimal) -> None:
        ends = {"source": self.envelopes[giver], "target": self.envelopes[taker]}
        self.attempt(lambda: actions.transfer_authorisation(**ends, amount=amount, decision="D", by=None))

    @rule(giver=WHICH, taker=WHICH, year=YEARS, amount=AMOUNTS)
    def transfer_appropriation(self, giver: int, taker: int, year: int, amount: Decimal) -> None:
        ends = {"source": self.envelopes[giver], "target": self.envelopes[taker]}
        self.attempt(
            lambda: actions.transfer_appropriation(**ends, year=year, amount=amount, decision="D", by=None)
        )

    @rule(which=WHICH, year=YEARS)
    def carry_over(self, which: int, year: int) -> None:
        target = self.envelopes[which]
        self.attempt(lambda: actions.carry_over(envelope=target, year=year, decision="D", by=None))

    @rule(which=WHICH, subject=SUBJECT, year=YEARS, amount=AMOUNTS, back=st.booleans())
    def commit_or_decommit(self, which: int, subject: int, year: int, amount: Decimal, back: bool) -> None:
        verb = ledger.decommit if back else ledger.commit
        self.attempt(
            lambda: verb(
                envelope=self.envelopes[which],
                amount=amount,
                subject=self.subjects[subject],
                key=key(),
                by=None,
                year=year,
            )
        )

    @rule(which=WHICH, subject=SUBJECT, year=YEARS, amount=AMOUNTS)
    def order_payment(self, which: int, subject: int, year: int, amount: Decimal) -> None:
        def order() -> None:
            self.orders.append(
                ledger.order_payment(
                    envelope=self.envelopes[which],
                    year=year,
                    amount=amount,
                    subject=self.subjects[subject],
                    key=key(),
                    by=None,
                )
            )

        self.attempt(order)

    @rule(rank=st.integers(0, 50), paid=st.booleans())
    def conclude(self, rank: int, paid: bool) -> None:
        if not self.orders:
            return
        order = self.orders[rank % len(self.orders)]
        if paid:
            self.attempt(lambda: ledger.confirm_payment(order=order, key=key(), by=None))
        else:
            self.attempt(lambda: ledger.reject_payment(order=order, key=key(), by=None, note="Rejet"))

    @invariant()
    def nothing_passes_its_ceiling(self) -> None:
        held = balances.of(self.envelopes)
        for target in self.envelopes:
            balance = held[target.pk]
            assert 0 <= balance.committed <= balance.authorised
            assert 0 <= balance.paid <= balance.ordered <= balance.committed
            for year in balance.by_year.values():
                assert 0 <= year.ordered <= year.voted
                assert 0 <= year.committed <= year.voted
        multi_year = [held[target.pk].authorised for target in self.envelopes if target.is_multi_year]
        assert sum(multi_year, ZERO) == self.voted

    @invariant()
    def replaying_the_ledger_gives_the_balances(self) -> None:
        replayed: defaultdict[int, list[Line]] = defaultdict(list)
        for entry in Entry.objects.select_related("envelope").order_by("pk"):
            line = Line(entry.kind, entry.year, entry.amount, is_yearly=not entry.envelope.is_multi_year)
            replayed[entry.envelope_id].append(line)
        held = balances.of(self.envelopes)
        assert {target.pk: fold(replayed[target.pk]) for target in self.envelopes} == held


@pytest.mark.django_db
def test_no_sequence_goes_over_and_replaying_gives_the_balances() -> None:
    run_state_machine_as_test(  # type: ignore[no-untyped-call]
        Ledger,
        settings=settings(
            max_examples=20,
            stateful_step_count=25,
        ),
    )
