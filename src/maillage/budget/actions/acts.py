"""What all votes share: the decision that founds the entries, and the conditions they must meet."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

from maillage.accounts.journal import record
from maillage.accounts.models import User
from maillage.budget import balances
from maillage.budget.figures import Balance
from maillage.budget.models import Entry, Envelope
from maillage.budget.writing import Kind, Reason, draft
from maillage.kit import clock
from maillage.kit.console import Refused
from maillage.rules.money import euros

# M57 chapter 012, staff costs: an AE never bears them (CGCT L3312-4 II).
STAFF_NATURES: Final = ("012", "621", "631", "633", "64")


@dataclass(frozen=True, slots=True)
class Act:
    """A decision being carried into the ledger; the entries it founds share its group."""

    decision: str
    decided_on: date
    by: User | None
    key: str
    group: str

    @classmethod
    def of(cls, decision: str, decided_on: date | None, by: User | None, key: str) -> Act:
        """Raises Refused without the number of a decision."""
        if not decision.strip():
            raise Refused("Donnez le numéro de la décision qui fonde cette écriture.")
        group = uuid.uuid4().hex
        return cls(decision.strip(), decided_on or clock.today(), by, key or group, group)

    def entry(
        self,
        envelope: Envelope,
        kind: Kind,
        amount: Decimal,
        reason: Reason,
        *,
        year: int | None = None,
        part: str = "",
    ) -> Entry:
        """An entry of this act, not yet written; `part` tells it from the others of the same key."""
        return draft(
            envelope,
            kind,
            amount,
            reason=reason,
            year=year,
            key=f"{self.key}:{part}" if part else self.key,
            group=self.group,
            by=self.by,
            decision=self.decision,
            decided_on=self.decided_on,
        )

    def record(self, verb: str, sentence: str, envelope: Envelope) -> None:
        """The event of the journal, with the decision at the end of its sentence."""
        record(
            verb,
            f"{sentence} ({self.decision}).",
            by=self.by,
            authority=envelope.authority,
            about=envelope,
            group=self.group,
        )


def balance_of(envelope: Envelope) -> Balance:
    return balances.of([envelope])[envelope.pk]


def require_multi_year(envelope: Envelope) -> None:
    if not envelope.is_multi_year:
        raise Refused(f"« {envelope} » est annuelle et n'a ni AE ni AP : votez ses CP.")


def refuse_staff_costs(envelope: Envelope) -> None:
    is_ae = envelope.is_multi_year and envelope.section == Envelope.Section.OPERATING
    if is_ae and envelope.nature.startswith(STAFF_NATURES):
        raise Refused(
            "Les frais de personnel ne peuvent relever d'une AE (art. L3312-4 du CGCT) : choisissez une "
            "enveloppe annuelle ou une autre nature."
        )


def require_left_to_commit(envelope: Envelope, amount: Decimal) -> None:
    left = balance_of(envelope).left_to_commit
    if amount > left:
        raise Refused(
            f"Il ne reste que {euros(left)} non engagés sur « {envelope} » : dégagez d'abord ce qui ne "
            "servira pas."
        )


def require_free(envelope: Envelope, year: int, amount: Decimal) -> None:
    free = balance_of(envelope).in_year(year).free
    if amount > free:
        raise Refused(
            f"Il ne reste que {euros(free)} de CP {year} disponibles sur « {envelope} » : réduisez le "
            "montant."
        )
