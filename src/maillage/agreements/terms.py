"""What an agreement says, frozen from the pinned version of the rules and from the decision.

`Agreement.terms` is one JSON document:

- ``rules``: the rules agreed (schedule, obligation, claw-back, documents…), read by `Agreement.rules`;
- ``labels``: the name of each proof, by key;
- ``scheme``, ``decision``, ``recipient``, ``place``: as they are written in the act;
- ``dates``: dates of the form a schedule may start from; ``yearly``: amount of each year, when they differ;
- ``signatory``: who signs for the authority; ``clauses``: what was added by hand;
- ``early_signature``: why it may be signed before the decision is enforceable, empty when it may not;
- ``sworn``: whether the ten-year statement is annexed;
- ``republican``: whether the recipient is an association, bound by its republican commitment;
- ``reports``: documents due after signature, with their day; ``adjustment``: what closed an activity grant.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, Final

from maillage.applications.models import Recipient
from maillage.committees.models import Decision
from maillage.kit.console import Refused
from maillage.rules.calendar import add_months
from maillage.rules.reading import decimal_of
from maillage.rules.scheme import SchemeRules
from maillage.rules.terms import Kind, LegalBasis, ScheduleKind
from maillage.territories.models import Commune

# Financial report of an earmarked grant (loi n° 2000-321, article 10): its key among the proofs.
REPORT: Final = "financial_report"
REPORT_MONTHS: Final = 6
EARMARKED: Final = (Kind.OPERATING_GRANT, Kind.START_UP_GRANT, Kind.ACTIVITY_ADJUSTED_GRANT)
# What judged the application has no place in the agreement; what is agreed has.
_JUDGING: Final = ("criteria", "amount")


def frozen(
    decision: Decision, *, count: int | None, signatory: str, clauses: str, early_signature: str
) -> dict[str, Any]:
    """The terms of an agreement, from the version that the application pins."""
    application = decision.application
    version = application.version
    rules = version.parsed
    document = {key: part for key, part in rules.to_json().items() if key not in _JUDGING}
    if count is not None and rules.schedule is not None:
        document["schedule"] = {**document["schedule"], "count": count}
    recipient = application.recipient
    if recipient is None:
        raise Refused("Ce dossier n'a pas de bénéficiaire : complétez-le avant de préparer la convention.")
    labels = {known.key: known.label for known in rules.documents}
    return {
        "rules": document,
        "labels": labels | {REPORT: "Compte rendu financier"},
        "scheme": {"key": version.scheme.key, "title": version.scheme.title, "version": version.number},
        "decision": described(decision),
        "recipient": identity(recipient),
        "place": place(application.commune),
        "dates": _dates(rules, application.answers),
        "yearly": yearly(rules, application.answers, decision.amount),
        "signatory": signatory,
        "clauses": clauses,
        "early_signature": early_signature,
        "sworn": rules.cumulation.ten_years or rules.legal_basis == LegalBasis.L1511_8_I,
        "republican": recipient.kind == Recipient.Kind.ASSOCIATION,
        "reports": [],
        "adjustment": None,
    }


def described(decision: Decision) -> dict[str, str]:
    """A decision as an act quotes it."""
    return {
        "body": decision.get_body_display(),
        "number": decision.number,
        "taken_on": decision.taken_on.isoformat() if decision.taken_on else "",
    }


def identity(recipient: Recipient) -> dict[str, str]:
    """A recipient as an act names it."""
    held = ("address", "siret", "rna", "rpps", "finess")
    return {"name": str(recipient), "kind": recipient.get_kind_display()} | {
        name: getattr(recipient, name) for name in held
    }


def place(code: str) -> dict[str, str]:
    """A commune by its code and its name; both empty when none is said."""
    commune = Commune.objects.filter(pk=code).first() if code else None
    return {"commune": code, "label": commune.name if commune is not None else code}


def owes_report(rules: SchemeRules, recipient: Recipient) -> bool:
    """Whether it is an earmarked grant to a private body (loi n° 2000-321, article 10)."""
    bodies = (Recipient.Kind.ASSOCIATION, Recipient.Kind.COMPANY, Recipient.Kind.MSP_COMPANY)
    return rules.kind in EARMARKED and recipient.kind in bodies


def reports(rules: SchemeRules, recipient: Recipient, *, starts_on: date) -> list[dict[str, str]]:
    """What is due once signed: a financial report, within six months of the end of the year of the "
    "grant."""
    if not owes_report(rules, recipient):
        return []
    year_end = date(starts_on.year, 12, 31)
    return [{"key": REPORT, "due_on": add_months(year_end, REPORT_MONTHS).isoformat()}]


def yearly(rules: SchemeRules, answers: Mapping[str, Any], amount: Decimal | None) -> list[str]:
    """The amount of each year as requested, when it is exactly what was granted; else equal parts serve."""
    asked = answers.get("requested_by_year")
    by_year = rules.schedule is not None and rules.schedule.kind in (ScheduleKind.YEARLY, ScheduleKind.EQUAL)
    if not by_year or not isinstance(asked, Mapping):
        return []
    parts = [part for year in sorted(asked) if (part := decimal_of(asked[year])) is not None]
    return [str(part) for part in parts if part > 0] if sum(parts) == amount else []


def _dates(rules: SchemeRules, answers: Mapping[str, Any]) -> dict[str, str]:
    key = rules.schedule.starts_field if rules.schedule is not None else None
    return {key: str(answers[key])} if key is not None and answers.get(key) else {}


def amounts(texts: Sequence[str]) -> tuple[Decimal, ...]:
    return tuple(Decimal(text) for text in texts)
