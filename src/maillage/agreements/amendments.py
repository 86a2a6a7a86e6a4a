"""What an amendment changes, by kind: how it stands, how it will stand, and how both are read.

`before` and `after` of an amendment have the same keys, those of its kind:

- amount: ``amount``, and ``decision`` (number of the deliberation that changes it);
- schedule: ``lines``, what is not paid yet: ``label``, ``due_on`` (null waits for its proof), ``amount``,
  ``proof``;
- duration: ``ends_on``;  place: ``commune``, ``label``;
- obligation: ``months``, ``start_within_months``;  recipient: ``recipient`` (key), ``name``.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from maillage.agreements import planning
from maillage.agreements.models import Agreement, Amendment
from maillage.rules.calendar import day_text, months_text
from maillage.rules.money import euros
from maillage.rules.schedules import PlannedInstalment

Kind = Amendment.Kind
Change = dict[str, Any]


def current(agreement: Agreement, kind: str) -> Change:
    """What an amendment of this kind would change, as it stands now."""
    match kind:
        case Kind.AMOUNT:
            return {"amount": str(agreement.amount), "decision": agreement.terms["decision"]["number"]}
        case Kind.SCHEDULE:
            return {"lines": [line_json(line) for line in planning.as_planned(planning.unpaid(agreement))]}
        case Kind.DURATION:
            return {"ends_on": agreement.ends_on.isoformat() if agreement.ends_on else None}
        case Kind.PLACE:
            return dict(agreement.terms["place"])
        case Kind.OBLIGATION:
            terms = agreement.rules.obligation
            return {
                "months": terms.months if terms else None,
                "start_within_months": terms.start_within_months if terms else None,
            }
    return {"recipient": agreement.recipient_id, "name": str(agreement.recipient)}


def line_json(line: PlannedInstalment) -> dict[str, Any]:
    return {
        "label": line.label,
        "due_on": line.due_on.isoformat() if line.due_on else None,
        "amount": str(line.amount),
        "proof": line.proof,
    }


def line_of(document: dict[str, Any], rank: int) -> PlannedInstalment:
    due_on = document["due_on"]
    return PlannedInstalment(
        rank,
        date.fromisoformat(due_on) if due_on else None,
        document["label"],
        Decimal(document["amount"]),
        document["proof"] or None,
    )


def lines_of(change: Change) -> list[PlannedInstalment]:
    return [line_of(line, rank) for rank, line in enumerate(change["lines"], start=1)]


def future_lines(agreement: Agreement, kind: str, after: Change) -> list[PlannedInstalment] | None:
    """What would remain to be paid; None when the amendment leaves the payments alone."""
    if kind == Kind.SCHEDULE:
        return lines_of(after)
    if kind != Kind.AMOUNT:
        return None
    rest = Decimal(after["amount"]) - planning.total(planning.kept(agreement))
    lines = planning.as_planned(planning.unpaid(agreement))
    if rest <= 0:
        return []
    if not lines:
        return [PlannedInstalment(1, None, "Versement complémentaire", rest)]
    return planning.shared_out(lines, rest)


def said(kind: str, change: Change) -> list[tuple[str, str]]:
    """A side of an amendment, as (label, value) pairs in French."""
    match kind:
        case Kind.AMOUNT:
            return [
                ("Montant", euros(Decimal(change["amount"]))),
                ("Délibération", change["decision"] or "non précisée"),
            ]
        case Kind.SCHEDULE:
            return [("Versements à venir", str(len(change["lines"])))]
        case Kind.DURATION:
            return [("Fin de la convention", _day(change["ends_on"]))]
        case Kind.PLACE:
            return [("Lieu d'exercice", change["label"] or "non précisé")]
        case Kind.OBLIGATION:
            return [
                ("Durée de l'engagement", _months(change["months"])),
                ("Délai pour s'installer", _months(change["start_within_months"])),
            ]
    return [("Bénéficiaire", change["name"])]


def _day(text: str | None) -> str:
    return day_text(date.fromisoformat(text)) if text else "non précisée"


def _months(count: int | None) -> str:
    return months_text(count) if count is not None else "non précisé"
