"""What the law says of a scheme's rules, before a version is published.

One function per rule of the reference; each gives its findings, with article and remedy. A stop forbids
publishing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from typing import Final

from maillage.rules.findings import Finding
from maillage.rules.guards import care, grants
from maillage.rules.guards.reading import (
    PAID,
    Case,
    stop,
    undecided_cells,
    warn,
)
from maillage.rules.parameters import Overrides
from maillage.rules.parts import Activity
from maillage.rules.scheme import SchemeRules
from maillage.rules.terms import Effect, LegalBasis

_AMOUNT_LABELS: Final = {
    "value": "Le montant",
    "cap": "Le plafond",
    "yearly_cap": "Le plafond annuel",
    "max_years": "Le nombre d'années",
}


def check_rules(
    rules: SchemeRules, on: date, *, grouping: bool = False, overrides: Overrides | None = None
) -> list[Finding]:
    """Everything the law, and the gaps left, have to say of a scheme's rules.

    :param on: the day the figures of the law are read.
    :param grouping: the authority is a commune or an EPCI (older text on AE, L-41).
    :returns: stops first, each kind in the order of the rules.
    """
    case = Case(rules, on, overrides, grouping)
    found = [finding for guard in _GUARDS for finding in guard(case)]
    return sorted(found, key=lambda finding: finding.level is not Effect.STOP)


def _unset_amounts(case: Case) -> Iterable[Finding]:
    """Amounts nobody decided: null is not zero, and is not published (G-01, G-07, G-21)."""
    rules = case.rules
    for name in rules.amount.unset:
        label = _AMOUNT_LABELS[name]
        yield stop("G-01", "", f"{label} reste à définir.", "Fixez-le avant de publier.", f"amount.{name}")
    amount = rules.amount
    silent = amount.value is None and amount.cap is None and amount.yearly_cap is None and not amount.unset
    by_activity = rules.schedule is not None and rules.schedule.activity is not None
    if silent and rules.kind in PAID and not by_activity:
        yield stop(
            "G-01",
            "",
            "Le dispositif ne dit ni le montant de l'aide ni son plafond.",
            "Écrivez le montant ou le plafond, ou signalez ce qui reste à définir.",
            "amount",
        )
    if rules.schedule is None:
        return
    for rank, step in enumerate(rules.schedule.steps):
        if step.share is None:
            yield stop(
                "G-01",
                "",
                f"La part de l'étape « {step.label} » reste à définir.",
                "Fixez-la avant de publier.",
                f"schedule.steps[{rank}].share",
            )
    if rules.schedule.activity is not None:
        yield from _unset_activity(rules.schedule.activity)


def _undecided_cells(case: Case) -> Iterable[Finding]:
    """Lines of a table of amounts left to be filled by the authority (G-07)."""
    amount = case.rules.amount
    for name, tree in (("value", amount.value), ("cap", amount.cap), ("yearly_cap", amount.yearly_cap)):
        empty, lines = undecided_cells(tree)
        if empty:
            say = stop if len(empty) == lines else warn
            yield say(
                "G-07",
                "",
                f"{_AMOUNT_LABELS[name]} reste à définir pour : {', '.join(empty)}.",
                "Fixez-le : sans lui, aucune aide ne peut leur être accordée.",
                f"amount.{name}",
            )


def _unset_activity(activity: Activity) -> Iterable[Finding]:
    for unit, rate in activity.rates.items():
        if rate is None:
            yield stop(
                "G-21",
                "",
                f"Le taux par {unit.label} reste à définir.",
                "Fixez-le avant de publier.",
                f"schedule.activity.rates.{unit.value}",
            )
    if activity.base is None and not activity.rates:
        yield stop(
            "G-21",
            "",
            "La formule d'activité n'a ni part fixe ni taux.",
            "Écrivez au moins l'un des deux.",
            "schedule.activity",
        )
    if activity.provisional_share is None:
        yield stop(
            "G-21",
            "",
            "La part versée avant les relevés d'activité reste à définir.",
            "Fixez-la avant de publier.",
            "schedule.activity.provisional_share",
        )


def _legal_note(case: Case) -> Iterable[Finding]:
    """The basis is said (G-06, G-15): a note when it is not a known one, a lead for a regional contract."""
    rules = case.rules
    if rules.legal_basis is LegalBasis.OTHER and not rules.legal_note.strip():
        yield stop(
            "G-15",
            "",
            "La base légale est « autre » et rien ne dit laquelle.",
            "Citez le texte en note, ou choisissez une base de la liste.",
            "legal_note",
        )
    if rules.legal_basis is LegalBasis.REGIONAL_CONTRACT and not rules.lead_authority:
        yield warn(
            "G-19",
            "délibération CR 2017-126 de la Région",
            "Le contrat régional d'exercice sanitaire est piloté par la Région, qui n'est pas nommée.",
            "Nommez la collectivité chef de file.",
            "lead_authority",
        )


_GUARDS: Final[tuple[Callable[[Case], Iterable[Finding]], ...]] = (
    _unset_amounts,
    _undecided_cells,
    _legal_note,
    *care.GUARDS,
    *grants.GUARDS,
)
