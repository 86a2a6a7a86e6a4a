"""Agreements of a fictional authority, for the tests of this room and above."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from applying import pdf
from maillage.agreements import actions
from maillage.agreements.models import Agreement, Amendment, Instalment
from maillage.committees.models import Decision
from maillage.kit import clock
from sitting import notified, paid_scheme, proposed, ready, taken

# 500 € a month for 24 months, against 36 months of practice (domain reference §4.1).
BURSARY: dict[str, Any] = {
    "schedule": {"kind": "monthly", "count": 24, "proof": "certificate", "proof_every_months": 12},
    "obligation": {
        "months": 36,
        "trigger": "diploma",
        "start_within_months": 6,
        "share": 0.5,
        "share_is_strict": True,
        "consecutive": True,
        "proof_every_months": 12,
        "zone_loss": "keep",
        "place": {"zones": ["ZIP", "ZAC"], "zone_at": "either"},
        "interruptions": ["maternity", "illness"],
    },
    "clawback": {"formula": "PRO_RATA"},
}
PLAIN: dict[str, Any] = {**BURSARY, "schedule": {"kind": "monthly", "count": 24}}
ACTIVITY: dict[str, Any] = {
    "kind": "activity_adjusted_grant",
    "legal_basis": "GRANT_L2000_321",
    "schedule": {
        "kind": "activity",
        "proof": "letter",
        "activity": {"base": 2000, "rates": {"hours": 10}, "cap": 12000, "provisional_share": 0.5},
    },
}


def granted(rules: dict[str, Any] | None = None, *, envelope: Any = None, **changes: Any) -> Decision:
    """An enforceable grant of 12 000 € under these rules."""
    on = paid_scheme(**(rules or PLAIN), **changes)
    if envelope is not None:
        type(on).objects.filter(pk=on.pk).update(envelope=envelope)
        on.refresh_from_db()
    return notified(taken(proposed(ready(on))))


def prepared(rules: dict[str, Any] | None = None, **given: Any) -> Agreement:
    return actions.prepare(decision=granted(rules), by=None, **given)


def sent(rules: dict[str, Any] | None = None, **given: Any) -> Agreement:
    return actions.send(agreement=prepared(rules, **given), by=None)


def signed(rules: dict[str, Any] | None = None, *, on: date | None = None, **given: Any) -> Agreement:
    """An agreement signed today by both."""
    agreement = sent(rules, **given)
    day = on or clock.today()
    actions.record_signature(agreement=agreement, party="recipient", on=day, by=None)
    return actions.record_signature(agreement=agreement, party="authority", on=day, by=None)


def live(agreement: Agreement) -> list[Instalment]:
    return list(agreement.instalments.live().order_by("number"))


def total(agreement: Agreement) -> Decimal:
    return sum((one.amount for one in live(agreement)), Decimal(0))


def pay(agreement: Agreement, count: int = 1) -> None:
    """Pay the first instalments, ledger included, as a batch would."""
    from maillage.agreements import instalments
    from maillage.budget import ledger

    decision = agreement.decision
    for one in agreement.instalments.filter(state="planned").order_by("number")[:count]:
        instalments.mark_in_batch(instalment=one)
        order = ledger.order_payment(
            envelope=decision.envelope,
            year=clock.today().year,
            amount=one.amount,
            subject=decision,
            key=f"test:{one.pk}",
            by=None,
        )
        instalments.mark_ordered(instalment=one)
        ledger.confirm_payment(order=order, key=f"test:{one.pk}:paid", by=None)
        instalments.mark_paid(instalment=one, on=clock.today())


def amended(agreement: Agreement, kind: str, **after: Any) -> Amendment:
    """An amendment signed today."""
    amendment = actions.propose_amendment(
        agreement=agreement, kind=kind, after=after, reason="Accord des parties.", by=None
    )
    return actions.sign_amendment(amendment=amendment, on=clock.today(), by=None)


def proved(agreement: Agreement, requirement: str = "certificate", **given: Any) -> Any:
    """A proof received and accepted."""
    proof = actions.receive_proof(
        agreement=agreement, requirement=requirement, upload=pdf(), by=None, **given
    )
    from maillage.files.actions import check

    if proof.file is not None:
        check(file=proof.file)
        proof.file.refresh_from_db()
    return actions.accept_proof(proof=proof, by=None)


def committed(agreement: Agreement) -> Decimal:
    from maillage.agreements.money import held

    return held(agreement).committed
