"""What is to pay and what is not yet, as a page and an export say it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Count, F, Q, Sum

from maillage.accounts.models import Authority
from maillage.agreements.models import Agreement, Instalment, InstalmentQuerySet
from maillage.kit.exports import Row
from maillage.payments.readiness import missing, payable
from maillage.rules.money import ZERO, to_cent

READY, LACKING = "a-payer", "incompletes"
TABS = {READY: "À payer", LACKING: "Incomplètes"}
COLUMNS = (
    "Convention",
    "Bénéficiaire",
    "Dispositif",
    "Échéance",
    "Objet",
    "Due le",
    "Montant (€)",
    "Enveloppe",
    "Ce qui manque",
)
CHUNK = 500


@dataclass(frozen=True, slots=True)
class Line:
    """An instalment, as a row of the list says it."""

    pk: int
    agreement: str
    agreement_pk: int
    recipient: str
    recipient_pk: int
    scheme: str
    number: int
    label: str
    due_on: date | None
    amount: Decimal
    envelope: str
    lacks: list[str]

    @property
    def row(self) -> Row:
        return (
            self.agreement, self.recipient, self.scheme, self.number, self.label, self.due_on, self.amount,
            self.envelope, " ".join(self.lacks),
        )  # fmt: skip


def selection(tab: str, authority: Authority, year: int, on: date) -> InstalmentQuerySet:
    """The instalments due by the end of a year that may be paid on a day, or those that may not."""
    ready = payable(authority, on).filter(Q(due_on__year__lte=year) | Q(due_on=None))
    if tab == READY:
        return ready
    waiting = Instalment.objects.filter(
        Q(due_on__year__lte=year) | Q(due_on=None),
        agreement__authority=authority,
        agreement__state=Agreement.State.SIGNED,
        state=Instalment.State.PLANNED,
    )
    return waiting.exclude(pk__in=ready.order_by().values("pk")).order_by(
        F("due_on").asc(nulls_last=True), "agreement", "number"
    )


def measured(found: InstalmentQuerySet) -> tuple[int, Decimal]:
    """How many, and how much in all."""
    sums = found.order_by().aggregate(count=Count("pk"), total=Sum("amount"))
    return sums["count"], to_cent(sums["total"] or ZERO)


def lines(instalments: Iterable[Instalment], on: date) -> list[Line]:
    """The rows of a page, in a few queries whatever their number."""
    found = list(instalments)
    lacks = missing(found, on)
    return [
        Line(
            pk=one.pk,
            agreement=one.agreement.number,
            agreement_pk=one.agreement_id,
            recipient=str(one.agreement.recipient),
            recipient_pk=one.agreement.recipient_id,
            scheme=one.agreement.terms["scheme"]["title"],
            number=one.number,
            label=one.label,
            due_on=one.due_on,
            amount=one.amount,
            envelope=str(one.agreement.decision.envelope or ""),
            lacks=lacks[one.pk],
        )
        for one in found
    ]


def exported(found: InstalmentQuerySet, on: date) -> Iterator[Row]:
    """Every row of a list, some hundreds at a time."""
    chunk: list[Instalment] = []
    for one in found.select_related("agreement__recipient").iterator(chunk_size=CHUNK):
        chunk.append(one)
        if len(chunk) == CHUNK:
            yield from (line.row for line in lines(chunk, on))
            chunk = []
    yield from (line.row for line in lines(chunk, on))
