"""Whatever is amended, suspended, paid or terminated, in any order: the instalments add up to the award, and
the ledger holds exactly what they hold."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from decimal import Decimal
from unittest.mock import patch

import pytest
from django.db import transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from agreeing import PLAIN, amended, committed, live, pay, signed, total
from budget.money import appropriate
from maillage.agreements import actions, planning
from maillage.agreements.models import Agreement
from maillage.kit import clock
from maillage.kit.console import Refused
from maillage.rules.schedules import PlannedInstalment

pytestmark = pytest.mark.django_db

STEPS = st.one_of(
    st.tuples(st.just("amount"), st.integers(min_value=100, max_value=2_000_000)),
    st.tuples(st.just("schedule"), st.integers(min_value=1, max_value=30)),
    st.tuples(st.just("pay"), st.integers(min_value=1, max_value=5)),
    st.tuples(st.just("suspend"), st.just(0)),
    st.tuples(st.just("resume"), st.just(0)),
    st.tuples(st.just("terminate"), st.just(0)),
)


def act(agreement: Agreement, verb: str, value: int) -> None:
    today = clock.today()
    match verb:
        case "amount":
            amended(agreement, "amount", amount=str(Decimal(value) / 100))
        case "schedule":
            left = agreement.amount - planning.total(planning.kept(agreement))
            line = PlannedInstalment(1, today, "Versement", Decimal(1))
            lines = planning.shared_out([line] * value, left)
            amended(
                agreement,
                "schedule",
                lines=[
                    {
                        "label": one.label,
                        "due_on": today.isoformat(),
                        "amount": str(one.amount),
                        "proof": None,
                    }
                    for one in lines
                ],
            )
        case "pay":
            pay(agreement, value)
        case "suspend":
            actions.suspend_payments(agreement=agreement, on=today, reason="Césure.", by=None)
        case "resume":
            actions.resume_payments(agreement=agreement, on=today, by=None)
        case "terminate":
            actions.terminate(agreement=agreement, on=today, reason="Abandon.", by=None)


def check(agreement: Agreement) -> None:
    agreement.refresh_from_db()
    held = total(agreement)
    assert committed(agreement) == held
    if agreement.state == Agreement.State.TERMINATED:
        assert held == planning.total(planning.kept(agreement)) <= agreement.amount
    else:
        assert held == agreement.amount
    numbers = [one.number for one in live(agreement)]
    assert numbers == sorted(set(numbers))
    assert not Agreement.objects.out_of_balance().exists()


@settings(max_examples=8)
@given(st.lists(STEPS, max_size=6))
def test_the_sums_hold_whatever_happens(steps: Sequence[tuple[str, int]]) -> None:
    # The acts say the same whatever the steps: none is drawn here.
    with patch("maillage.agreements.documents.rendered", return_value=b"%PDF-"), transaction.atomic():
        agreement = signed(PLAIN)
        appropriate(agreement.decision.envelope, **{f"y{clock.today().year}": 90_000})
        for verb, value in steps:
            with suppress(Refused):
                act(agreement, verb, value)
            check(agreement)
        transaction.set_rollback(True)


@given(
    amount=st.decimals(min_value=1, max_value=100_000, places=2),
    parts=st.lists(st.integers(min_value=1, max_value=1000), min_size=1, max_size=24),
)
def test_lines_shared_out_add_up_to_the_cent(amount: Decimal, parts: list[int]) -> None:
    lines = [PlannedInstalment(rank, None, "Versement", Decimal(part)) for rank, part in enumerate(parts, 1)]
    assert planning.total(planning.shared_out(lines, amount)) == amount


def test_labels_are_told_again_among_all() -> None:
    lines = [
        PlannedInstalment(1, None, "Mensualité 3 sur 5", Decimal(1)),
        PlannedInstalment(2, None, "Solde", Decimal(1)),
    ]
    assert [one.label for one in planning.relabelled(lines, 3)] == ["Mensualité 4 sur 5", "Solde"]
