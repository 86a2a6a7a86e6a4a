"""Comparisons and membership: conditions on one value."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from operator import eq, ge, gt, le, lt, ne
from typing import Any, Final

from maillage.rules.expressions.nodes import Condition, Constant, Expression, FieldValue
from maillage.rules.expressions.values import NUMERIC, UNKNOWN, Context, Result, ValueType
from maillage.rules.wording import linked, neither, of


class Operator(StrEnum):
    EQUALS = "equals"
    DIFFERS = "differs"
    AT_LEAST = "at_least"
    AT_MOST = "at_most"
    MORE_THAN = "more_than"
    LESS_THAN = "less_than"


_TESTS: Final[Mapping[Operator, Callable[[Any, Any], bool]]] = {
    Operator.EQUALS: eq,
    Operator.DIFFERS: ne,
    Operator.AT_LEAST: ge,
    Operator.AT_MOST: le,
    Operator.MORE_THAN: gt,
    Operator.LESS_THAN: lt,
}
_CONTRARY: Final = {
    Operator.EQUALS: Operator.DIFFERS,
    Operator.DIFFERS: Operator.EQUALS,
    Operator.AT_LEAST: Operator.LESS_THAN,
    Operator.LESS_THAN: Operator.AT_LEAST,
    Operator.AT_MOST: Operator.MORE_THAN,
    Operator.MORE_THAN: Operator.AT_MOST,
}
# Verb of each comparison, when it is a rule and when it is a fact; the second operand follows.
_NUMBER_VERBS: Final = {
    Operator.EQUALS: ("doit être de", "est de"),
    Operator.DIFFERS: ("ne doit pas être de", "n'est pas de"),
    Operator.AT_LEAST: ("doit être d'au moins", "est d'au moins"),
    Operator.AT_MOST: ("ne doit pas dépasser", "ne dépasse pas"),
    Operator.MORE_THAN: ("doit dépasser", "dépasse"),
    Operator.LESS_THAN: ("doit rester au-dessous de", "reste au-dessous de"),
}
# The same before a noun and its article: « doit atteindre la moitié des travaux ».
_QUANTITY_VERBS: Final = _NUMBER_VERBS | {
    Operator.EQUALS: ("doit valoir", "vaut"),
    Operator.DIFFERS: ("ne doit pas valoir", "ne vaut pas"),
    Operator.AT_LEAST: ("doit atteindre", "atteint"),
    Operator.LESS_THAN: ("ne doit pas atteindre", "n'atteint pas"),
}
_DATE_VERBS: Final = {
    Operator.EQUALS: ("doit tomber", "tombe"),
    Operator.DIFFERS: ("ne doit pas tomber", "ne tombe pas"),
    Operator.AT_LEAST: ("ne doit pas tomber avant", "ne tombe pas avant"),
    Operator.AT_MOST: ("ne doit pas tomber après", "ne tombe pas après"),
    Operator.MORE_THAN: ("doit tomber après", "tombe après"),
    Operator.LESS_THAN: ("doit tomber avant", "tombe avant"),
}
_SAME_VERBS: Final = {
    Operator.EQUALS: ("doit coïncider avec", "coïncide avec"),
    Operator.DIFFERS: ("ne doit pas coïncider avec", "ne coïncide pas avec"),
}


@dataclass(frozen=True)
class Comparison(Condition):
    """`{at_least: [A, B]}` and the five others, on numbers, amounts, dates or texts."""

    operator: Operator
    left: Expression
    right: Expression

    @property
    def children(self) -> tuple[Expression, ...]:
        return self.left, self.right

    def compute(self, context: Context) -> Result:
        left, right = self.left.compute(context), self.right.compute(context)
        if left is UNKNOWN or right is UNKNOWN:
            return UNKNOWN
        return _TESTS[self.operator](left, right)

    def to_json(self) -> Any:
        return {self.operator.value: [self.left.to_json(), self.right.to_json()]}

    def condition(self, *, must: bool, holds: bool = True) -> str:
        operator = self.operator if holds else _CONTRARY[self.operator]
        if self.left.type is ValueType.BOOLEAN and isinstance(self.right, Constant):
            return self.left.condition(
                must=must, holds=bool(self.right.value) is (operator is Operator.EQUALS)
            )
        if self.left.type is ValueType.TEXT and isinstance(self.right, Constant):
            return _is(self.left, [self.right], must=must, holds=operator is Operator.EQUALS)
        rule, fact = self._verbs(operator)
        return f"{self.left.explain()} {rule if must else fact} {self.right.explain()}"

    def _verbs(self, operator: Operator) -> tuple[str, str]:
        written = isinstance(self.right, Constant)
        if self.left.type in NUMERIC:
            return (_NUMBER_VERBS if written else _QUANTITY_VERBS)[operator]
        if self.left.type is ValueType.DATE and (written or operator not in _SAME_VERBS):
            return _DATE_VERBS[operator]
        return _SAME_VERBS[operator]


@dataclass(frozen=True)
class OneOf(Condition):
    """`{one_of: [A, […]]}` and its contrary `{none_of: [A, […]]}`."""

    subject: Expression
    members: tuple[Constant, ...]
    among: bool = True

    @property
    def children(self) -> tuple[Expression, ...]:
        return (self.subject,)

    def compute(self, context: Context) -> Result:
        value = self.subject.compute(context)
        if value is UNKNOWN:
            return UNKNOWN
        return (value in [member.value for member in self.members]) is self.among

    def to_json(self) -> Any:
        members = [member.to_json() for member in self.members]
        return {"one_of" if self.among else "none_of": [self.subject.to_json(), members]}

    def condition(self, *, must: bool, holds: bool = True) -> str:
        return _is(self.subject, list(self.members), must=must, holds=holds is self.among)


@dataclass(frozen=True)
class Contains(Condition):
    """`{contains: [A, c]}`: the list A holds the choice c."""

    subject: Expression
    member: Constant

    @property
    def children(self) -> tuple[Expression, ...]:
        return (self.subject,)

    def compute(self, context: Context) -> Result:
        value = self.subject.compute(context)
        return self.member.value in value if isinstance(value, tuple) else UNKNOWN

    def to_json(self) -> Any:
        return {"contains": [self.subject.to_json(), self.member.to_json()]}

    def condition(self, *, must: bool, holds: bool = True) -> str:
        verb = "comprendre" if must else "comprend"
        if must:
            verb = f"doit {verb}" if holds else f"ne doit pas {verb}"
        elif not holds:
            verb = f"ne {verb} pas"
        return f"{self.subject.explain()} {verb} {self.member.explain()}"


def _is(subject: Expression, members: list[Constant], *, must: bool, holds: bool) -> str:
    """« doit être A, B ou C », « ne doit être ni A ni B », with the verb of the field."""
    texts = [member.explain() for member in members]
    infinitive, present = _copula(subject)
    if holds:
        return f"{subject.explain()} {linked(f'doit {infinitive}' if must else present, texts)}"
    verb = f"doit {infinitive}" if must else present
    if len(texts) == 1:
        negated = f"ne doit pas {infinitive}" if must else _negated(present)
        return f"{subject.explain()} {linked(negated, texts)}"
    link = "n'" if verb[0] in "aeéi" else "ne "
    if verb.endswith(" de"):
        verb, texts = verb.removesuffix(" de"), [of(text) for text in texts]
    return f"{subject.explain()} {link}{verb} {neither(texts)}"


def _copula(subject: Expression) -> tuple[str, str]:
    if subject.type in NUMERIC:
        return "être de", "est de"
    if subject.type is ValueType.DATE:
        return "tomber", "tombe"
    if isinstance(subject, FieldValue):
        return subject.field.verb, subject.field.found
    return "être", "est"


def _negated(present: str) -> str:
    """« est classée » → « n'est pas classée »."""
    verb, _, rest = present.partition(" ")
    link = "n'" if verb[0] in "aeéi" else "ne "
    return f"{link}{verb} pas {rest}".rstrip()
