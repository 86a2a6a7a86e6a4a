"""Amounts, scales and dates: nodes that give a value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from functools import reduce
from typing import Any, Final

from maillage.rules.calendar import add_months, months_between, months_text
from maillage.rules.expressions.nodes import Constant, Expression, FieldValue
from maillage.rules.expressions.values import UNKNOWN, Context, Result, ValueType


class Operation(StrEnum):
    ADD = "add"
    SUBTRACT = "subtract"
    MULTIPLY = "multiply"
    DIVIDE = "divide"
    LEAST = "least"
    GREATEST = "greatest"


_SIGNS: Final[Mapping[Operation, str]] = {
    Operation.ADD: "+",
    Operation.SUBTRACT: "\N{MINUS SIGN}",
    Operation.MULTIPLY: "\N{MULTIPLICATION SIGN}",
    Operation.DIVIDE: "\N{DIVISION SIGN}",
}


@dataclass(frozen=True)
class Arithmetic(Expression):
    """`{add: […]}` and the five others. Nothing known of a missing operand, nothing known of the result."""

    operation: Operation
    operands: tuple[Expression, ...]
    value_type: ValueType

    @property
    def type(self) -> ValueType:
        return self.value_type

    @property
    def children(self) -> tuple[Expression, ...]:
        return self.operands

    @property
    def binds_tightly(self) -> bool:
        return self.operation in (Operation.LEAST, Operation.GREATEST)

    def compute(self, context: Context) -> Result:
        values = [operand.compute(context) for operand in self.operands]
        numbers = [value for value in values if isinstance(value, Decimal)]
        return _calculate(self.operation, numbers) if len(numbers) == len(values) else UNKNOWN

    def to_json(self) -> Any:
        return {self.operation.value: [operand.to_json() for operand in self.operands]}

    def explain(self, context: Context | None = None) -> str:
        texts = [operand.explain(context) for operand in self.operands]
        if self.operation is Operation.LEAST:
            return f"la plus petite de ces valeurs ({' ; '.join(texts)})"
        if self.operation is Operation.GREATEST:
            return f"la plus grande de ces valeurs ({' ; '.join(texts)})"
        grouped = [
            text if operand.binds_tightly else f"({text})"
            for text, operand in zip(texts, self.operands, strict=True)
        ]
        return f" {_SIGNS[self.operation]} ".join(grouped)


def _calculate(operation: Operation, numbers: list[Decimal]) -> Result:
    match operation:
        case Operation.ADD:
            return sum(numbers, Decimal(0))
        case Operation.SUBTRACT:
            return numbers[0] - numbers[1]
        case Operation.MULTIPLY:
            return reduce(Decimal.__mul__, numbers)
        case Operation.DIVIDE:
            return numbers[0] / numbers[1] if numbers[1] else UNKNOWN
        case Operation.LEAST:
            return min(numbers)
        case Operation.GREATEST:
            return max(numbers)


@dataclass(frozen=True)
class Scale(Expression):
    """`{table: {field: …, rows: {…}, otherwise: …}}`: a scale; a null cell is not decided, so unknown.

    :ivar rows: one constant by value of the subject, None where the authority has not decided.
    """

    subject: FieldValue
    rows: Mapping[str, Constant | None]
    otherwise: Constant | None
    value_type: ValueType

    @property
    def type(self) -> ValueType:
        return self.value_type

    @property
    def children(self) -> tuple[Expression, ...]:
        return (self.subject,)

    def compute(self, context: Context) -> Result:
        value = self.subject.compute(context)
        if value is UNKNOWN:
            return UNKNOWN
        cell = self.rows.get(str(value), self.otherwise)
        return UNKNOWN if cell is None else cell.value

    def to_json(self) -> Any:
        table = {
            "field": self.subject.field.key,
            "rows": {key: None if cell is None else cell.to_json() for key, cell in self.rows.items()},
        }
        return {
            "table": table if self.otherwise is None else {**table, "otherwise": self.otherwise.to_json()}
        }

    def explain(self, context: Context | None = None) -> str:
        if context is not None and (key := self.subject.compute(context)) is not UNKNOWN:
            cell = self.rows.get(str(key), self.otherwise)
            given = self.subject.field.choice_text(str(key))
            return f"{_cell_text(cell)} selon {self.subject.field.quoted_label} ({given})"
        cells = [
            f"{_cell_text(cell)} ({self.subject.field.choice_text(key)})" for key, cell in self.rows.items()
        ]
        if self.otherwise is not None:
            cells.append(f"{self.otherwise.explain()} (autres cas)")
        return f"un barème selon {self.subject.field.quoted_label} : {', '.join(cells)}"


def _cell_text(cell: Constant | None) -> str:
    return "à définir" if cell is None else cell.explain()


@dataclass(frozen=True)
class Choice(Expression):
    """`{if: [condition, then, otherwise]}`; unknown under an unknown condition unless both sides agree."""

    test: Expression
    then: Expression
    otherwise: Expression

    @property
    def type(self) -> ValueType:
        return self.then.type

    @property
    def children(self) -> tuple[Expression, ...]:
        return self.test, self.then, self.otherwise

    def compute(self, context: Context) -> Result:
        test = self.test.compute(context)
        if test is not UNKNOWN:
            return (self.then if test else self.otherwise).compute(context)
        then, otherwise = self.then.compute(context), self.otherwise.compute(context)
        return then if then == otherwise else UNKNOWN

    def missing(self, context: Context) -> tuple[Any, ...]:
        test = self.test.compute(context)
        if self.compute(context) is not UNKNOWN:
            return ()
        if test is UNKNOWN:
            return self.test.missing(context)
        return (self.then if test else self.otherwise).missing(context)

    def to_json(self) -> Any:
        return {"if": [part.to_json() for part in self.children]}

    def explain(self, context: Context | None = None) -> str:
        if context is not None and (test := self.test.compute(context)) is not UNKNOWN:
            return (self.then if test else self.otherwise).explain(context)
        given = self.test.condition(must=False)
        return f"{self.then.explain(context)} si {given}, sinon {self.otherwise.explain(context)}"

    def condition(self, *, must: bool, holds: bool = True) -> str:
        then, otherwise = (part.condition(must=must, holds=holds) for part in (self.then, self.otherwise))
        if isinstance(self.otherwise, Constant) and self.otherwise.value is holds:
            return f"si {self.test.condition(must=False)}, {then}"
        return f"si {self.test.condition(must=False)}, {then}, sinon {otherwise}"


@dataclass(frozen=True)
class LaterDate(Expression):
    """`{add_months: [A, n]}`: the same day n months later, clamped to the end of the month."""

    start: Expression
    months: Expression

    @property
    def type(self) -> ValueType:
        return ValueType.DATE

    @property
    def children(self) -> tuple[Expression, ...]:
        return self.start, self.months

    def compute(self, context: Context) -> Result:
        start, months = self.start.compute(context), self.months.compute(context)
        if not isinstance(start, date) or not isinstance(months, Decimal) or months != int(months):
            return UNKNOWN
        try:
            return add_months(start, int(months))
        except ValueError:
            return UNKNOWN

    def to_json(self) -> Any:
        return {"add_months": [self.start.to_json(), self.months.to_json()]}

    def explain(self, context: Context | None = None) -> str:
        return f"{self.start.explain(context)} + {_months(self.months, context)}"


@dataclass(frozen=True)
class MonthsApart(Expression):
    """`{months_between: [A, B]}`: whole months from A to B, negative when B comes first."""

    start: Expression
    end: Expression

    @property
    def type(self) -> ValueType:
        return ValueType.NUMBER

    @property
    def children(self) -> tuple[Expression, ...]:
        return self.start, self.end

    def compute(self, context: Context) -> Result:
        start, end = self.start.compute(context), self.end.compute(context)
        if not isinstance(start, date) or not isinstance(end, date):
            return UNKNOWN
        return Decimal(months_between(start, end).months)

    def to_json(self) -> Any:
        return {"months_between": [self.start.to_json(), self.end.to_json()]}

    def explain(self, context: Context | None = None) -> str:
        return f"le nombre de mois entre {self.start.explain(context)} et {self.end.explain(context)}"


def _months(months: Expression, context: Context | None) -> str:
    if isinstance(months, Constant) and isinstance(months.value, Decimal):
        return months_text(int(months.value))
    return f"{months.explain(context)} (en mois)"
