"""What every node of an expression can do, its leaves and its logic."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from maillage.rules.expressions.values import (
    TYPES,
    UNKNOWN,
    Context,
    Result,
    Value,
    ValueType,
    value_text,
)
from maillage.rules.fields import Field
from maillage.rules.parameters import UnknownParameter, find
from maillage.rules.parameters import value as parameter_value
from maillage.rules.reading import number_json
from maillage.rules.wording import listed


class Expression(ABC):
    """A node of the tree: a type, children, a value on given facts, and French."""

    @property
    @abstractmethod
    def type(self) -> ValueType:
        """Type of its value."""

    @abstractmethod
    def compute(self, context: Context) -> Result:
        """Its value, UNKNOWN when a fact it hangs on is missing."""

    @abstractmethod
    def to_json(self) -> Any:
        """The node as it is written in the document."""

    @abstractmethod
    def explain(self, context: Context | None = None) -> str:
        """A French noun phrase; with a context, known facts stand with their value."""

    @property
    def children(self) -> tuple[Expression, ...]:
        return ()

    @property
    def binds_tightly(self) -> bool:
        """True when it needs no parentheses inside a product."""
        return True

    def condition(self, *, must: bool, holds: bool = True) -> str:
        """A French clause for a boolean node.

        :param must: « doit être », otherwise « est ».
        :param holds: False for the contrary.
        """
        state = "vrai" if holds else "faux"
        return f"{self.explain()} {'doit être' if must else 'est'} {state}"

    def walk(self) -> Iterator[Expression]:
        """The node and all those under it, in reading order."""
        yield self
        for child in self.children:
            yield from child.walk()

    def fields(self) -> set[str]:
        """Keys of all the fields it may need."""
        return {field.key for field in self.named_fields()}

    def named_fields(self) -> tuple[Field, ...]:
        """Its fields in reading order, each once."""
        found = {node.field.key: node.field for node in self.walk() if isinstance(node, FieldValue)}
        return tuple(found.values())

    def missing(self, context: Context) -> tuple[Field, ...]:
        """The fields to fill in for its value to be known, as far as one can tell now; empty once known."""
        if self.compute(context) is not UNKNOWN:
            return ()
        found = {field.key: field for child in self.children for field in child.missing(context)}
        return tuple(found.values())


@dataclass(frozen=True)
class Constant(Expression):
    """A value written in the rules.

    :ivar about: the field it is compared with, for its labels and unit.
    """

    value: Value
    value_type: ValueType
    about: Field | None = None

    @property
    def type(self) -> ValueType:
        return self.value_type

    def compute(self, context: Context) -> Result:
        return self.value

    def to_json(self) -> Any:
        match self.value:
            case Decimal():
                return number_json(self.value)
            case date():
                return self.value.isoformat()
        return self.value

    def explain(self, context: Context | None = None) -> str:
        return value_text(self.value, self.value_type, self.about)

    def condition(self, *, must: bool, holds: bool = True) -> str:
        return "rien n'est demandé" if self.value is holds else "la demande est exclue"


@dataclass(frozen=True)
class FieldValue(Expression):
    """`{field: key}`: a fact."""

    field: Field

    @property
    def type(self) -> ValueType:
        return TYPES[self.field.type]

    def compute(self, context: Context) -> Result:
        value: Result = context.facts.values.get(self.field.key, UNKNOWN)
        return value

    def to_json(self) -> Any:
        return {"field": self.field.key}

    def explain(self, context: Context | None = None) -> str:
        if context is None or (value := self.compute(context)) is UNKNOWN:
            return self.field.noun
        return f"{self.field.noun} ({value_text(value, self.type, self.field)})"

    def condition(self, *, must: bool, holds: bool = True) -> str:
        return f"{self.field.noun} {self.field.must(holds) if must else self.field.states(holds)}"

    def missing(self, context: Context) -> tuple[Field, ...]:
        return (self.field,) if self.compute(context) is UNKNOWN else ()


@dataclass(frozen=True)
class LegalParameter(Expression):
    """`{parameter: name}`: a figure the law sets, at its value on the judging date."""

    name: str

    @property
    def type(self) -> ValueType:
        return ValueType.MONEY if find(self.name).unit == "money" else ValueType.NUMBER

    def compute(self, context: Context) -> Result:
        if context.on is None:
            return UNKNOWN
        try:
            return parameter_value(self.name, context.on, context.parameters)
        except UnknownParameter:
            return UNKNOWN

    def to_json(self) -> Any:
        return {"parameter": self.name}

    def explain(self, context: Context | None = None) -> str:
        label = f"« {find(self.name).label} »"
        value = UNKNOWN if context is None else self.compute(context)
        return f"{label} ({self.value_text(value)})" if isinstance(value, Decimal) else label

    def value_text(self, value: Decimal) -> str:
        """A value of the parameter in French."""
        return find(self.name).text(value)


class Condition(Expression):
    """A node whose value is true, false or unknown."""

    @property
    def type(self) -> ValueType:
        return ValueType.BOOLEAN

    def explain(self, context: Context | None = None) -> str:
        return self.condition(must=False)


@dataclass(frozen=True)
class All(Condition):
    """`{all: […]}`: false as soon as one is false, unknown as long as one is unknown."""

    operands: tuple[Expression, ...]

    @property
    def children(self) -> tuple[Expression, ...]:
        return self.operands

    def compute(self, context: Context) -> Result:
        return _first_of(False, (operand.compute(context) for operand in self.operands))

    def to_json(self) -> Any:
        return {"all": [operand.to_json() for operand in self.operands]}

    def condition(self, *, must: bool, holds: bool = True) -> str:
        return _together(self.operands, every=holds, must=must, holds=holds)


@dataclass(frozen=True)
class OneAtLeast(Condition):
    """`{any: […]}`: true as soon as one is true, unknown as long as one is unknown."""

    operands: tuple[Expression, ...]

    @property
    def children(self) -> tuple[Expression, ...]:
        return self.operands

    def compute(self, context: Context) -> Result:
        return _first_of(True, (operand.compute(context) for operand in self.operands))

    def to_json(self) -> Any:
        return {"any": [operand.to_json() for operand in self.operands]}

    def condition(self, *, must: bool, holds: bool = True) -> str:
        return _together(self.operands, every=not holds, must=must, holds=holds)


@dataclass(frozen=True)
class Not(Condition):
    """`{not: A}`."""

    operand: Expression

    @property
    def children(self) -> tuple[Expression, ...]:
        return (self.operand,)

    def compute(self, context: Context) -> Result:
        value = self.operand.compute(context)
        return UNKNOWN if value is UNKNOWN else not value

    def to_json(self) -> Any:
        return {"not": self.operand.to_json()}

    def condition(self, *, must: bool, holds: bool = True) -> str:
        return self.operand.condition(must=must, holds=not holds)


def _first_of(decisive: bool, values: Any) -> Result:
    """Kleene's conjunction (decisive False) or disjunction (decisive True)."""
    found = list(values)
    if decisive in found:
        return decisive
    return UNKNOWN if UNKNOWN in found else not decisive


def _together(operands: tuple[Expression, ...], *, every: bool, must: bool, holds: bool) -> str:
    clauses = [operand.condition(must=must, holds=holds) for operand in operands]
    if len(clauses) == 1:
        return clauses[0]
    return listed(clauses) if every else ", ".join(f"soit {clause}" for clause in clauses)
