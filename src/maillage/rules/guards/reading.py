"""What the guards look for in the rules of a scheme, and how they say what they find."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from types import MappingProxyType
from typing import Final

from maillage.rules import parameters
from maillage.rules.expressions import Expression
from maillage.rules.expressions.arithmetic import Scale
from maillage.rules.expressions.nodes import LegalParameter
from maillage.rules.expressions.values import Context
from maillage.rules.fields import Facts
from maillage.rules.findings import Finding
from maillage.rules.parameters import Overrides
from maillage.rules.scheme import SchemeRules
from maillage.rules.terms import Effect, Kind, LegalBasis, Recipient

NO_OVERRIDE: Final[Overrides] = MappingProxyType({})
PRIVATE_BODIES: Final = frozenset(
    {Recipient.ASSOCIATION, Recipient.COMPANY, Recipient.MSP_COMPANY, Recipient.HEALTH_CENTRE_MANAGER}
)
PUBLIC_BODIES: Final = frozenset({Recipient.COMMUNE, Recipient.EPCI, Recipient.PUBLIC_BODY})
UNDERTAKINGS: Final = PRIVATE_BODIES | {Recipient.PROFESSIONAL}
"""Recipients with an economic activity, or that may have one (L-14)."""

ZONED: Final = frozenset({LegalBasis.L1511_8_I, LegalBasis.IEPP, LegalBasis.HOUSING_ALLOWANCE})
"""Bases that only allow aid in the zones of CSP L1434-4 1°."""

ZONE_FIELDS: Final = frozenset({"zone_category", "placement_zone"})
PAID: Final = frozenset(Kind) - {Kind.LOAN_GUARANTEE, Kind.TAX_EXEMPTION, Kind.GIFT}
"""Kinds that are money paid."""


@dataclass(frozen=True)
class Case:
    """A scheme's rules read on a day."""

    rules: SchemeRules
    on: date
    overrides: Overrides | None
    grouping: bool

    def value(self, name: str) -> Decimal:
        return parameters.value(name, self.on, self.overrides)

    def gives_to(self, *recipients: Recipient) -> bool:
        return any(recipient in self.rules.recipients for recipient in recipients)

    @property
    def obligation_months(self) -> int:
        obligation = self.rules.obligation
        return 0 if obligation is None else obligation.months or 0


def fields_judged(rules: SchemeRules) -> set[str]:
    """Keys of the facts that its blocking criteria judge."""
    return {
        key
        for criterion in rules.criteria
        if criterion.effect is Effect.STOP
        for key in criterion.rule.fields()
    }


def parameters_named(rules: SchemeRules) -> set[str]:
    """Legal parameters that its criteria and amounts call."""
    amount = rules.amount
    trees = [criterion.rule for criterion in rules.criteria]
    trees += [tree for tree in (amount.value, amount.cap, amount.yearly_cap) if tree is not None]
    return {node.name for tree in trees for node in _nodes(tree) if isinstance(node, LegalParameter)}


def has_document(rules: SchemeRules, *laws: str) -> bool:
    """Does it ask for a document that one of these rules calls for (by its ``law``)?"""
    return any(law in document.law for document in rules.documents for law in laws)


def fixed_amount(tree: Expression | None, on: date, overrides: Overrides | None) -> Decimal | None:
    """An amount that depends on no fact, None when it depends on some or is not set."""
    if tree is None:
        return None
    value = tree.compute(Context(Facts({}, {}), on, overrides or NO_OVERRIDE))
    return value if isinstance(value, Decimal) else None


def undecided_cells(tree: Expression | None) -> tuple[list[str], int]:
    """Labels of the choices whose amount a table leaves null, and how many choices have a line."""
    tables = [node for node in _nodes(tree) if isinstance(node, Scale)] if tree is not None else []
    empty = [
        table.subject.field.choice_text(key)
        for table in tables
        for key, cell in table.rows.items()
        if cell is None
    ]
    return empty, sum(len(table.rows) for table in tables)


def _nodes(tree: Expression) -> Iterator[Expression]:
    yield tree
    for child in tree.children:
        yield from _nodes(child)


def stop(code: str, article: str, sentence: str, remedy: str, path: str) -> Finding:
    return Finding(Effect.STOP, code, article, sentence, remedy, path)


def warn(code: str, article: str, sentence: str, remedy: str, path: str) -> Finding:
    return Finding(Effect.WARN, code, article, sentence, remedy, path)
