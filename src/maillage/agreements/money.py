"""The commitment of an agreement in the ledger. Its subject is the decision, which committed first."""

from __future__ import annotations

from decimal import Decimal

from maillage.accounts.models import User
from maillage.agreements.models import Agreement
from maillage.budget import balances, ledger
from maillage.budget.figures import Balance
from maillage.rules.money import ZERO


def held(agreement: Agreement) -> Balance:
    """What the ledger holds for the agreement: committed, ordered, paid."""
    decision = agreement.decision
    return balances.of_subject(decision._meta.label_lower, decision.pk)


def commit(agreement: Agreement, amount: Decimal, *, key: str, decision: str, by: User | None) -> None:
    """Set more aside. Raises Refused when the envelope cannot bear it."""
    envelope = agreement.decision.envelope
    if envelope is not None and amount > 0:
        ledger.commit(
            envelope=envelope,
            amount=amount,
            subject=agreement.decision,
            key=key,
            by=by,
            scheme=agreement.scheme_key,
            decision=decision,
        )


def decommit(agreement: Agreement, amount: Decimal, *, key: str, by: User | None) -> None:
    """Give back to the envelope. Of a yearly one, to the last years that hold something first."""
    envelope = agreement.decision.envelope
    if envelope is None or amount <= 0:
        return
    for year, part in _by_year(agreement, amount).items():
        ledger.decommit(
            envelope=envelope,
            amount=part,
            subject=agreement.decision,
            key=f"{key}:{year}" if year else key,
            by=by,
            scheme=agreement.scheme_key,
            decision=agreement.decision.number,
            year=year,
        )


def release(agreement: Agreement, *, key: str, by: User | None) -> Decimal:
    """Give back all that is committed and not ordered for payment; says how much."""
    left = held(agreement).left_to_order
    decommit(agreement, left, key=key, by=by)
    return max(left, ZERO)


def _by_year(agreement: Agreement, amount: Decimal) -> dict[int | None, Decimal]:
    """An amount spread over the years of commitment; one part without year in a multi-year envelope."""
    envelope = agreement.decision.envelope
    if envelope is None or envelope.is_multi_year:
        return {None: amount}
    parts: dict[int | None, Decimal] = {}
    for year, balance in sorted(held(agreement).by_year.items(), reverse=True):
        part = min(amount - sum(parts.values(), ZERO), balance.committed)
        if part > 0:
            parts[year] = part
    return parts
