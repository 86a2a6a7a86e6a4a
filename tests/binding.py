"""Obligations of a fictional authority, with communes and a register, for this room and those above."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from decimal import Decimal
from itertools import count
from typing import Any

from agreeing import PLAIN, signed
from applying import moment
from budget.money import appropriate
from maillage.agreements import instalments
from maillage.agreements.models import Agreement, Instalment
from maillage.budget import ledger
from maillage.care.models import Practice, Structure
from maillage.kit import clock
from maillage.letters.actions import send
from maillage.obligations import actions
from maillage.obligations.models import Breach, Clawback, PracticeObligation
from maillage.payments.models import Payment, PaymentBatch
from maillage.territories.models import Commune, Dataset, Departement, Region, Zone
from paying import account

_ranks = count(1)
RPPS = "10000000001"
SIGNED = date(2024, 1, 10)
# 36 months counted from the signature, whatever the zone: the plainest obligation.
AGREED: dict[str, Any] = {
    **PLAIN,
    "schedule": {"kind": "equal", "count": 2},
    "obligation": {
        **PLAIN["obligation"],
        "trigger": "signature",
        "start_within_months": 6,
        "share": None,
        "share_is_strict": False,
        "consecutive": False,
        "place": {},
    },
}
TO_GRADUATE: dict[str, Any] = {
    **AGREED,
    "obligation": {**AGREED["obligation"], "trigger": "diploma"},
}


def agreed(**changes: Any) -> dict[str, Any]:
    """The rules with another obligation."""
    return {**AGREED, "obligation": {**AGREED["obligation"], **changes}}


def territory() -> None:
    """Three communes of the authority's département, one next door."""
    region, _ = Region.objects.get_or_create(code="24", defaults={"name": "Val imaginaire"})
    for code, name in (("00", "Pays fictif"), ("2A", "Lande")):
        Departement.objects.get_or_create(code=code, defaults={"name": name, "region": region})
    names = {"00001": "Aubeterre", "00002": "Bruyères", "00003": "Cytise", "2A001": "Genêts"}
    for code, name in names.items():
        Commune.objects.get_or_create(
            code=code,
            defaults={"name": name, "search_name": name.lower(), "departement_id": code[:2]},
        )


def obligation(
    rules: dict[str, Any] | None = None, *, on: date = SIGNED, rpps: str = RPPS
) -> PracticeObligation:
    """The obligation of an agreement signed on a day."""
    territory()
    with clock.at(moment(on)):
        agreement = signed(rules or AGREED)
    found = PracticeObligation.objects.get(agreement=agreement)
    PracticeObligation.objects.filter(pk=found.pk).update(rpps=rpps)
    return again(found)


def again(row: PracticeObligation) -> PracticeObligation:
    return PracticeObligation.objects.with_periods().get(pk=row.pk)


def running(
    rules: dict[str, Any] | None = None, *, since: date = date(2024, 2, 1), rpps: str = RPPS
) -> PracticeObligation:
    """An obligation served at Aubeterre since a day."""
    bound = obligation(rules, rpps=rpps)
    with clock.at(moment(since)):
        actions.start(obligation=bound, on=since, commune="00001", by=None)
    return again(bound)


def paid(agreement: Agreement, amount: str = "12000") -> Agreement:
    """Write that this much was paid, as the payments do once settled."""
    envelope = agreement.decision.envelope
    assert envelope is not None
    appropriate(envelope, y2026=amount)
    rank = next(_ranks)
    batch = PaymentBatch.objects.create(authority=agreement.authority, number=f"B-{rank}", year=2026)
    bank = account(agreement.recipient)
    left = Decimal(amount)
    for one in agreement.instalments.filter(state=Instalment.State.PLANNED).order_by("number"):
        if left <= 0:
            break
        order = ledger.order_payment(
            envelope=envelope,
            year=2026,
            amount=one.amount,
            subject=agreement.decision,
            key=f"m-{one.pk}",
            by=None,
        )
        ledger.confirm_payment(order=order, key=f"p-{one.pk}", by=None)
        instalments.mark_in_batch(instalment=one)
        instalments.mark_ordered(instalment=one)
        instalments.mark_paid(instalment=one, on=SIGNED)
        Payment.objects.create(
            batch=batch,
            instalment=one,
            envelope=envelope,
            reference=f"B-{rank}-{one.number}",
            amount=one.amount,
            state=Payment.State.PAID,
            order=order,
            account=bank,
            settled_on=SIGNED,
        )
        left -= one.amount
    return agreement


def suspected(on: date = date(2025, 4, 1), bound: PracticeObligation | None = None) -> Breach:
    """A breach after fourteen months of the thirty-six, everything paid."""
    bound = bound or running()
    paid(bound.agreement)
    return actions.suspect(obligation=bound, occurred_on=on, reason="Cabinet fermé.", by=None)


def heard(breach: Breach | None = None) -> Breach:
    """A breach on which the recipient has answered."""
    breach = breach or suspected()
    until = clock.today() + timedelta(days=30)
    opened = actions.open_adversarial(breach=breach, heard_until=until, by=None)
    assert opened.letter is not None
    send(letter=opened.letter, by=None)
    return actions.record_observations(breach=opened, text="J'ai déménagé.", by=None)


def confirmed(breach: Breach | None = None) -> Clawback:
    """A claw-back decided and notified."""
    clawback = actions.confirm(breach=breach or heard(), reasons="Départ sans motif.", by=None)
    assert clawback.letter is not None
    send(letter=clawback.letter, by=None)
    return Clawback.objects.with_instalments().get(pk=clawback.pk)


def ordered(clawback: Clawback | None = None, *, steps: int = 4) -> Clawback:
    """A claw-back whose revenue order was issued today."""
    today = clock.today()
    return actions.order(
        clawback=clawback or confirmed(),
        number="T-2026-7",
        on=today,
        count=steps,
        first_due_on=today,
        by=None,
    )


def register(
    rows: Iterable[tuple[str, str]] = (), *, others: int = 10, kind: str = "practitioners", at: str = "00001"
) -> Dataset:
    """A register put in force: (number, commune) of those it shows, and others who practise there."""
    Dataset.objects.filter(kind=kind).update(active=False)
    rank = next(_ranks)
    dataset = Dataset.objects.create(
        slot=kind, kind=kind, source=kind, title="Répertoire", file=f"fichier-{rank}.txt",
        sha256=f"{rank:064x}", size=1, rows=1, defects=0, active=True, is_fictional=True,
    )  # fmt: skip
    digits = 10 if kind == "practitioners" else 8
    shown: Sequence[tuple[str, str]] = [*rows, *((f"9{n:0{digits}d}", at) for n in range(others))]
    if kind == "practitioners":
        Practice.objects.bulk_create(
            Practice(
                dataset=dataset, rpps=number, family_name="F", profession_code="10", site=f"s{n}",
                site_name="CABINET", commune=commune, departement=commune[:2], share=1.0,
            )
            for n, (number, commune) in enumerate(shown)
        )  # fmt: skip
    else:
        Structure.objects.bulk_create(
            Structure(dataset=dataset, finess=number, name="CENTRE", category_code="439", commune=commune)
            for number, commune in shown
        )
    return dataset


def zoned(commune: str, category: str, *, since: date = date(2020, 1, 1), until: date | None = None) -> Zone:
    """The class of a commune for doctors."""
    dataset, _ = Dataset.objects.get_or_create(
        slot="zoning:mg",
        defaults={
            "kind": "zoning", "source": "zoning", "title": "Zonage", "file": "zonage.csv", "sha256": "0" * 64,
            "size": 1, "rows": 1, "defects": 0, "active": True, "is_fictional": True,
        },
    )  # fmt: skip
    return Zone.objects.create(
        dataset=dataset, profession="mg", unit_type="commune", unit_code=commune, category=category,
        valid_from=since, valid_to=until,
    )  # fmt: skip
