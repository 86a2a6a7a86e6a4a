"""What the page of a call shows: where it stands, its applications by rank, what to look at twice."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from maillage.applications.models import Application, Call
from maillage.applications.scoring import Ranked, ranking
from maillage.kit import clock
from maillage.kit.text import number, search_key
from maillage.rules.expressions import Context
from maillage.rules.fields import Facts
from maillage.rules.money import euros
from maillage.rules.reading import decimal_of

# What a ranking shows on one page; the list of applications takes what is beyond.
SHOWN = 500


@dataclass(frozen=True, slots=True)
class Line:
    """One application in the ranking."""

    application: Application
    rank: str
    score: str
    points: list[str]
    requested: str
    alerts: list[str]


def standing(call: Call) -> str:
    """« Ouvert », « Ouvrira », « Fermé »: what the dates make of a published call."""
    now = clock.now()
    if call.state != Call.State.PUBLISHED:
        return call.get_state_display()
    if now < call.opens_at:
        return "Publié, pas encore ouvert"
    return "Ouvert" if now < call.closes_at else "Fermé"


def page(call: Call, applications: Sequence[Application]) -> dict[str, Any]:
    """Counts by state, total requested (unknown amounts are said), and the ranking with its alerts."""
    known = [row.requested_amount for row in applications if row.requested_amount is not None]
    states = Counter(row.get_state_display() for row in applications)
    funded = earlier_grants(call, applications)
    return {
        "standing": standing(call),
        "states": sorted(states.items()),
        "requested": euros(sum(known, Decimal(0))) if known else "",
        "unknown_amounts": len(applications) - len(known),
        "lines": [
            _line(ranked, call, funded.get(ranked.application.pk, []))
            for ranked in ranking(call, applications)
        ],
    }


def _line(ranked: Ranked, call: Call, funded: list[str]) -> Line:
    application = ranked.application
    amount = application.requested_amount
    return Line(
        application=application,
        rank=str(ranked.rank or ""),
        score=number(float(ranked.score), 2) if ranked.score is not None else "notation incomplète",
        points=[
            number(float(ranked.means[line["key"]]), 1) if line["key"] in ranked.means else ""
            for line in call.scoring_grid
        ],
        requested=euros(amount) if amount is not None else "",
        alerts=[*funded, *over_yearly_cap(application)],
    )


def earlier_grants(call: Call, applications: Sequence[Application]) -> dict[int, list[str]]:
    """What each application's recipient was already granted in another call: one query for all of them.

    The same project (same title) is double funding; another one of the same recipient is to be looked at.
    """
    recipients = {row.recipient_id for row in applications if row.recipient_id is not None}
    granted = (
        Application.objects.filter(
            authority=call.authority_id,
            recipient__in=recipients,
            call__isnull=False,
            state=Application.State.GRANTED,
        )
        .exclude(call=call)
        .select_related("call")
        .order_by("submitted_at", "pk")
    )
    by_recipient: dict[int | None, list[Application]] = {}
    for row in granted:
        by_recipient.setdefault(row.recipient_id, []).append(row)
    return {
        row.pk: [_already(row, other) for other in by_recipient.get(row.recipient_id, [])]
        for row in applications
    }


def _already(row: Application, other: Application) -> str:
    same = row.title and search_key(row.title) == search_key(other.title)
    what = "Même projet déjà financé" if same else "Bénéficiaire déjà financé"
    return f"{what} par l'appel « {other.call} » ({other.number})"


def over_yearly_cap(application: Application) -> list[str]:
    """The years for which more is asked than the yearly cap of the rules."""
    asked: dict[str, Any] = application.answers.get("requested_by_year") or {}
    judgement, rules = application.judgement, application.version.parsed
    if not asked or judgement is None or rules.amount.yearly_cap is None:
        return []
    context = Context(Facts.read(judgement.facts, rules.vocabulary), judgement.on, {})
    cap = rules.amount.yearly_cap.compute(context)
    if not isinstance(cap, Decimal):
        return []
    over = [
        (year, amount)
        for year, value in sorted(asked.items())
        if (amount := decimal_of(value)) is not None and amount > cap
    ]
    return [f"{euros(amount)} demandés pour {year}, au-delà de {euros(cap)} par an" for year, amount in over]
