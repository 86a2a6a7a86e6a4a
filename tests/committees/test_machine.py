"""Whatever is tried, in whatever order: never one cent committed above what was authorised."""

from __future__ import annotations

from contextlib import suppress
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from maillage.applications.models import Application
from maillage.budget import balances
from maillage.committees import actions
from maillage.committees.models import Decision
from maillage.kit import clock
from maillage.kit.console import Refused
from sitting import committee, paid_scheme, ready, session

AUTHORISED = 30_000
AMOUNTS = st.one_of(
    st.none(), st.integers(0, 25_000).map(lambda euros: Decimal(euros).quantize(Decimal("0.01")))
)
RANK = st.integers(0, 2)


class Programme(RuleBasedStateMachine):
    """One envelope, three applications: enlisted, arbitrated, closed, voted, notified, withdrawn."""

    @initialize()
    def begin(self) -> None:
        self.aid = paid_scheme(AUTHORISED)
        self.committee = committee(2, quorum=1)
        self.applications = [ready(self.aid) for _ in range(3)]

    def item(self, rank: int) -> Any:
        open_sessions = self.committee.sessions.filter(state="open").order_by("-pk")
        return next(
            (item for one in open_sessions for item in one.items.order_by("pk")[rank : rank + 1]), None
        )

    def decision(self, rank: int) -> Decision | None:
        return Decision.objects.filter(application=self.applications[rank]).order_by("-pk").first()

    @rule()
    def hold_a_session(self) -> None:
        mine = Application.objects.filter(pk__in=[one.pk for one in self.applications], state="ready")
        if waiting := list(mine.order_by("pk")):
            session(waiting, of=self.committee)

    @rule(rank=RANK, amount=AMOUNTS)
    def set_line(self, rank: int, amount: Decimal | None) -> None:
        if (item := self.item(rank)) is not None:
            with suppress(Refused):
                actions.set_proposed(item=item, amount=amount, by=None)

    @rule(opinion=st.sampled_from(["favourable", "favourable", "unfavourable", "adjourned"]))
    def close(self, opinion: str) -> None:
        for target in self.committee.sessions.filter(state="open").order_by("pk"):
            with suppress(Refused):
                for item in target.items.order_by("pk"):
                    actions.set_opinion(item=item, opinion=opinion, reasons="Motif.", by=None)
                actions.close_session(session=target, by=None)

    @rule(rank=RANK, amount=AMOUNTS, outcome=st.sampled_from(["granted", "refused"]))
    def propose(self, rank: int, amount: Decimal | None, outcome: str) -> None:
        application = Application.objects.get(pk=self.applications[rank].pk)
        with suppress(Refused):
            actions.propose(
                application=application, outcome=outcome, amount=amount, reasons="Motif.", by=None
            )

    @rule(rank=RANK, amount=AMOUNTS)
    def decide(self, rank: int, amount: Decimal | None) -> None:
        if (decision := self.decision(rank)) is not None:
            with suppress(Refused):
                actions.decide(
                    decision=decision,
                    body="bureau",
                    number="B-1",
                    taken_on=clock.today(),
                    amount=amount,
                    by=None,
                )

    @rule(rank=RANK)
    def withdraw(self, rank: int) -> None:
        if (decision := self.decision(rank)) is not None:
            with suppress(Refused):
                actions.withdraw_decision(decision=decision, on=clock.today(), reason="Erreur.", by=None)

    @invariant()
    def never_above_what_is_authorised(self) -> None:
        held = balances.of([self.aid.envelope])[self.aid.envelope.pk]
        mine = Decision.objects.filter(application__in=self.applications)
        taken = mine.filter(state="taken", outcome="granted")
        assert held.committed == sum(taken.values_list("amount", flat=True), Decimal(0))
        assert held.committed <= held.authorised


@pytest.mark.django_db
def test_no_sequence_commits_more_than_was_authorised() -> None:
    run_state_machine_as_test(  # type: ignore[no-untyped-call]
        Programme,
        settings=settings(
            max_examples=8,
            stateful_step_count=12,
        ),
    )
