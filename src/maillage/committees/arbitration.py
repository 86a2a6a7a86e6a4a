"""What a session would spend, envelope by envelope: voted, committed, proposed, left."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Sum

from maillage.applications.models import Application
from maillage.budget import balances
from maillage.budget.figures import Balance
from maillage.budget.models import Envelope
from maillage.committees.models import AgendaItem, Decision, Session
from maillage.rules.guards.reading import PAID
from maillage.rules.money import ZERO, euros, to_cent


@dataclass(frozen=True, slots=True)
class Band:
    """The figures of one envelope while a session shares it out, in euros.

    :ivar waiting: grants proposed by other sessions and not voted yet.
    :ivar proposed: what this session proposes, unfavourable and adjourned items left out.
    :ivar unknown: items whose amount is not set: they are not in `proposed`.
    """

    envelope: Envelope
    ceiling: str
    voted: Decimal
    committed: Decimal
    waiting: Decimal
    proposed: Decimal
    unknown: int

    @property
    def available(self) -> Decimal:
        """What this session may share out."""
        return self.voted - self.committed - self.waiting

    @property
    def left(self) -> Decimal:
        return self.available - self.proposed

    @property
    def is_over(self) -> bool:
        return self.left < 0

    @property
    def sentence(self) -> str:
        """What is wrong with the proposals; "" when they hold in the envelope."""
        if not self.is_over:
            return ""
        return (
            f"Les propositions dépassent de {euros(-self.left)} ce qui reste de l'enveloppe "
            f"« {self.envelope} » : réduisez-les ou ajournez des dossiers."
        )

    @property
    def figures(self) -> list[tuple[str, Decimal]]:
        """Its figures with their names, in the order they are read."""
        waiting = [("attend un vote", self.waiting)] if self.waiting else []
        voted, committed = (f"{self.ceiling} votés", self.voted), ("engagé", self.committed)
        return [voted, committed, *waiting, ("proposé", self.proposed), ("reste", self.left)]

    def to_json(self) -> dict[str, Any]:
        figures = {
            name: str(getattr(self, name)) for name in ("voted", "committed", "waiting", "proposed", "left")
        }
        return {"envelope": self.envelope.pk, "label": self.envelope.label, **figures}


def is_paid(application: Application) -> bool:
    """Whether a grant spends the money of an envelope: guarantees, exemptions and gifts do not."""
    return application.version.parsed.kind in PAID


def items_of(session: Session) -> list[AgendaItem]:
    """The agenda with all a page or an action asks of it, in a fixed number of queries."""
    rows = session.items.select_related(
        "application__recipient", "application__version__scheme", "application__judgement", "envelope"
    )
    found = list(rows.prefetch_related("withdrawals__member").order_by("position", "pk"))
    for item in found:
        item.session = session
    return found


def bands(
    session: Session, items: Sequence[AgendaItem], amounts: Mapping[int, Decimal | None] | None = None
) -> list[Band]:
    """The band of each envelope of the agenda.

    :param amounts: what a scenario gives to each item, in place of what the session proposes.
    """
    envelopes = {item.envelope.pk: item.envelope for item in items if item.envelope is not None}
    held = balances.of(envelopes.values())
    waiting = _waiting(envelopes, session)
    proposed: defaultdict[int | None, Decimal] = defaultdict(lambda: ZERO)
    unknown: defaultdict[int | None, int] = defaultdict(int)
    for item in items:
        if item.opinion in (AgendaItem.Opinion.UNFAVOURABLE, AgendaItem.Opinion.ADJOURNED):
            continue
        amount = item.proposed if amounts is None else amounts.get(item.pk)
        if amount is None:
            unknown[item.envelope_id] += 1
        else:
            proposed[item.envelope_id] += amount
    return [
        _band(envelope, held[key], waiting.get(key, ZERO), proposed[key], unknown[key], session)
        for key, envelope in sorted(envelopes.items(), key=lambda pair: (pair[1].label, pair[0]))
    ]


def _band(
    envelope: Envelope, balance: Balance, waiting: Decimal, proposed: Decimal, unknown: int, session: Session
) -> Band:
    """A yearly envelope is bounded by the CP of the year of the session."""
    name = envelope.authorisation_name
    if envelope.is_multi_year:
        voted, committed = balance.authorised, balance.committed
    else:
        of_year = balance.in_year(session.held_on.year)
        name = f"{name} {session.held_on.year}"
        voted, committed = of_year.voted, max(of_year.committed, of_year.ordered)
    return Band(envelope, name, voted, committed, waiting, proposed, unknown)


def _waiting(envelopes: Iterable[int], session: Session) -> dict[int, Decimal]:
    """Grants proposed elsewhere and not voted yet, by envelope."""
    rows = (
        Decision.objects.to_take()
        .filter(envelope__in=list(envelopes), outcome=Decision.Outcome.GRANTED)
        .exclude(item__in=session.items.all())
        .order_by()
        .values_list("envelope")
        .annotate(total=Sum("amount"))
    )
    return {envelope: to_cent(total) for envelope, total in rows}
