"""From the document to the tree: every node typed against the declared fields, every defect named."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from types import MappingProxyType
from typing import Any, Final

from maillage.rules.errors import RulesError
from maillage.rules.expressions.arithmetic import (
    Arithmetic,
    Choice,
    LaterDate,
    MonthsApart,
    Operation,
    Scale,
)
from maillage.rules.expressions.comparisons import Comparison, Contains, OneOf, Operator
from maillage.rules.expressions.nodes import (
    All,
    Constant,
    Expression,
    FieldValue,
    LegalParameter,
    Not,
    OneAtLeast,
)
from maillage.rules.expressions.values import NUMERIC, TYPES, Value, ValueType
from maillage.rules.fields import Field
from maillage.rules.parameters import PARAMETERS
from maillage.rules.reading import Reader, date_of, decimal_of, kind_of, suggestion

MAX_DEPTH: Final = 15
MAX_OPERANDS: Final = 200
_SAMPLES: Final[Mapping[ValueType, Value]] = {
    ValueType.BOOLEAN: False,
    ValueType.NUMBER: Decimal(0),
    ValueType.MONEY: Decimal(0),
    ValueType.TEXT: "",
    ValueType.LIST: (),
}


@dataclass(frozen=True)
class Scope:
    """What an expression may name."""

    fields: Mapping[str, Field]


class _Wrong(Exception):
    """A defect of one node: what its parents say about it would only repeat it."""

    def __init__(self, path: str, sentence: str) -> None:
        self.error = RulesError(path, sentence)


def read_expression(reader: Reader, key: str, scope: Scope, expected: ValueType) -> Expression:
    """The expression under a key of a table; its defects join those of the reader."""
    parser = _Parser(scope, reader.errors)
    return parser.whole(reader.raw(key), reader.at(key), expected)


class _Parser:
    def __init__(self, scope: Scope, errors: list[RulesError]) -> None:
        self.scope = scope
        self.errors = errors

    def whole(self, raw: Any, path: str, expected: ValueType) -> Expression:
        """The tree, or a stand-in when it is refused (a document with errors is never used)."""
        try:
            return self.node(raw, path, expected, 1)
        except _Wrong as wrong:
            self.errors.append(wrong.error)
            return Constant(_SAMPLES[expected], expected)

    def node(
        self, raw: Any, path: str, expected: ValueType | None, depth: int, about: Field | None = None
    ) -> Expression:
        """A node of the expected type (any type when None); `about` is the field it is compared with."""
        if depth > MAX_DEPTH:
            raise _Wrong(
                path, f"La règle imbrique plus de {MAX_DEPTH} niveaux : partagez-la en critères simples."
            )
        if not isinstance(raw, Mapping):
            return self.constant(raw, path, expected, about)
        if len(raw) != 1:
            raise _Wrong(
                path, "Une table d'une seule clé est attendue, un opérateur comme « field » ou « all »."
            )
        name, operand = next(iter(raw.items()))
        if name not in _READERS:
            raise _Wrong(path, f"Opérateur inconnu « {name} » : {suggestion(str(name), sorted(_READERS))}")
        node = _READERS[name](self, name, operand, f"{path}.{name}", expected, depth + 1)
        if expected is not None and node.type is not expected:
            raise _Wrong(path, f"Ici il faut {expected.value} ; {node.explain()} est {node.type.value}.")
        return node

    # Leaves

    def constant(self, raw: Any, path: str, expected: ValueType | None, about: Field | None) -> Constant:
        if expected is None:
            expected = _guess_scalar(raw)
        value: Any = None
        match expected:
            case ValueType.BOOLEAN:
                value = raw if isinstance(raw, bool) else None
            case ValueType.NUMBER | ValueType.MONEY:
                value = decimal_of(raw)
            case ValueType.DATE:
                value = date_of(raw)
            case ValueType.TEXT:
                value = raw if isinstance(raw, str) else None
        if value is None or expected is None:
            raise _Wrong(path, _not_a_constant(raw, expected))
        if isinstance(value, str) and about is not None and about.choices and value not in about.choices:
            known = sorted(about.choices)
            raise _Wrong(
                path, f"« {value} » n'est pas un choix de « {about.label} » : {suggestion(value, known)}"
            )
        return Constant(value, expected, about)

    def field(self, name: str, raw: Any, path: str, expected: ValueType | None, depth: int) -> Expression:
        return FieldValue(self.known_field(raw, path))

    def known_field(self, raw: Any, path: str) -> Field:
        if not isinstance(raw, str) or raw not in self.scope.fields:
            hint = suggestion(str(raw), sorted(self.scope.fields)) if isinstance(raw, str) else ""
            hint = hint if hint.startswith("vouliez") else "déclarez-le dans « fields » ou corrigez son nom."
            raise _Wrong(path, f"Le champ {kind_of(raw)} n'existe pas : {hint}")
        field = self.scope.fields[raw]
        if field.type not in TYPES:
            raise _Wrong(
                path,
                f"« {field.label} » est un tableau : une règle se fonde sur un de ses totaux, pas sur lui.",
            )
        return field

    def parameter(self, name: str, raw: Any, path: str, expected: ValueType | None, depth: int) -> Expression:
        if not isinstance(raw, str) or raw not in PARAMETERS:
            raise _Wrong(path, f"Paramètre légal inconnu : {suggestion(str(raw), sorted(PARAMETERS))}")
        return LegalParameter(raw)

    # Conditions

    def logic(self, name: str, raw: Any, path: str, expected: ValueType | None, depth: int) -> Expression:
        operands = self.each(raw, path, ValueType.BOOLEAN, depth)
        return All(operands) if name == "all" else OneAtLeast(operands)

    def negation(self, name: str, raw: Any, path: str, expected: ValueType | None, depth: int) -> Expression:
        return Not(self.node(raw, path, ValueType.BOOLEAN, depth))

    def comparison(
        self, name: str, raw: Any, path: str, expected: ValueType | None, depth: int
    ) -> Expression:
        left, right = self.alike(_operands(raw, path, 2), path, depth)
        ordered = Operator(name) not in (Operator.EQUALS, Operator.DIFFERS)
        if isinstance(left, Constant) and isinstance(right, Constant):
            raise _Wrong(path, "Deux valeurs écrites sont comparées entre elles : nommez un champ d'un côté.")
        if isinstance(left, Constant):
            raise _Wrong(path, "Écrivez d'abord ce qui est jugé, puis la valeur : [champ, valeur].")
        if ordered and left.type not in (*NUMERIC, ValueType.DATE):
            raise _Wrong(
                path, f"« {name} » compare des nombres, des montants ou des dates, pas {left.type.value}."
            )
        if left.type is ValueType.LIST:
            raise _Wrong(path, "Une liste de choix se juge avec « contains », choix par choix.")
        if left.type is ValueType.BOOLEAN and not isinstance(right, Constant):
            raise _Wrong(
                path, "Comparez une condition à true ou false, ou combinez-les avec « all » et « any »."
            )
        return Comparison(Operator(name), left, right)

    def membership(
        self, name: str, raw: Any, path: str, expected: ValueType | None, depth: int
    ) -> Expression:
        subject_raw, members = _operands(raw, path, 2)
        subject = self.node(subject_raw, f"{path}[0]", None, depth)
        if subject.type in (ValueType.BOOLEAN, ValueType.LIST) or isinstance(subject, Constant):
            raise _Wrong(f"{path}[0]", "Un champ de texte, de choix, de nombre ou de date est attendu ici.")
        values = _operands(members, f"{path}[1]")
        constants = [
            self.constant(value, f"{path}[1][{rank}]", subject.type, _about(subject))
            for rank, value in enumerate(values)
        ]
        return OneOf(subject, tuple(constants), among=name == "one_of")

    def contains(self, name: str, raw: Any, path: str, expected: ValueType | None, depth: int) -> Expression:
        subject_raw, member = _operands(raw, path, 2)
        subject = self.node(subject_raw, f"{path}[0]", ValueType.LIST, depth)
        return Contains(subject, self.constant(member, f"{path}[1]", ValueType.TEXT, _about(subject)))

    # Values

    def arithmetic(
        self, name: str, raw: Any, path: str, expected: ValueType | None, depth: int
    ) -> Expression:
        operation = Operation(name)
        pair = operation in (Operation.SUBTRACT, Operation.DIVIDE)
        operands = _operands(raw, path, 2 if pair else None)
        if operation in (Operation.MULTIPLY, Operation.DIVIDE):
            return self.product(operation, operands, path, expected, depth)
        wanted = expected if expected in NUMERIC else None
        nodes = self.alike(operands, path, depth, wanted)
        if nodes[0].type not in NUMERIC:
            raise _Wrong(
                path, f"« {name} » calcule sur des nombres ou des montants, pas {nodes[0].type.value}."
            )
        return Arithmetic(operation, nodes, nodes[0].type)

    def product(
        self, operation: Operation, operands: list[Any], path: str, expected: ValueType | None, depth: int
    ) -> Expression:
        nodes = [self.node(operand, f"{path}[{rank}]", None, depth) for rank, operand in enumerate(operands)]
        for rank, node in enumerate(nodes):
            if node.type not in NUMERIC:
                raise _Wrong(
                    f"{path}[{rank}]", f"Un nombre ou un montant est attendu, pas {node.type.value}."
                )
        if expected is ValueType.MONEY and all(node.type is ValueType.NUMBER for node in nodes):
            nodes = _with_its_amount(nodes, operation)
        money = [node.type is ValueType.MONEY for node in nodes]
        if operation is Operation.MULTIPLY and sum(money) > 1:
            raise _Wrong(path, "Deux montants ne se multiplient pas : multipliez un montant par un nombre.")
        if operation is Operation.DIVIDE and money == [False, True]:
            raise _Wrong(path, "Un nombre ne se divise pas par un montant : vérifiez l'ordre des deux.")
        is_money = any(money) if operation is Operation.MULTIPLY else money == [True, False]
        return Arithmetic(operation, tuple(nodes), ValueType.MONEY if is_money else ValueType.NUMBER)

    def scale(self, name: str, raw: Any, path: str, expected: ValueType | None, depth: int) -> Expression:
        if not isinstance(raw, Mapping) or not {"field", "rows"} <= set(raw) <= {
            "field",
            "rows",
            "otherwise",
        }:
            raise _Wrong(path, "Un barème s'écrit avec « field », « rows » et, si besoin, « otherwise ».")
        field = self.known_field(raw["field"], f"{path}.field")
        if TYPES[field.type] is not ValueType.TEXT:
            raise _Wrong(
                f"{path}.field",
                f"Un barème suit un champ à choix unique ; « {field.label} » n'en est pas un.",
            )
        rows, otherwise = raw["rows"], raw.get("otherwise")
        if not isinstance(rows, Mapping) or not rows:
            raise _Wrong(f"{path}.rows", "Un barème demande au moins une ligne : choix = valeur.")
        cells = [value for value in (*rows.values(), otherwise) if value is not None]
        type = expected or (_guess_scalar(cells[0]) if cells else None) or ValueType.MONEY
        if type is ValueType.LIST:
            raise _Wrong(path, "Un barème donne une valeur, pas une liste.")
        for key in rows:
            self.constant(key, f"{path}.rows", ValueType.TEXT, field)
        # A database does not keep the order of a table: rows follow the order of the choices.
        order = [key for key in field.choices if key in rows] if field.choices else sorted(rows)
        return Scale(
            FieldValue(field),
            MappingProxyType({key: self.cell(rows[key], f"{path}.rows.{key}", type) for key in order}),
            self.cell(otherwise, f"{path}.otherwise", type),
            type,
        )

    def cell(self, raw: Any, path: str, type: ValueType) -> Constant | None:
        return None if raw is None else self.constant(raw, path, type, None)

    def choice(self, name: str, raw: Any, path: str, expected: ValueType | None, depth: int) -> Expression:
        test, *sides = _operands(raw, path, 3)
        condition = self.node(test, f"{path}[0]", ValueType.BOOLEAN, depth)
        then, otherwise = self.alike(sides, path, depth, expected, first=1)
        return Choice(condition, then, otherwise)

    def later(self, name: str, raw: Any, path: str, expected: ValueType | None, depth: int) -> Expression:
        start, months = _operands(raw, path, 2)
        return LaterDate(
            self.node(start, f"{path}[0]", ValueType.DATE, depth),
            self.node(months, f"{path}[1]", ValueType.NUMBER, depth),
        )

    def months(self, name: str, raw: Any, path: str, expected: ValueType | None, depth: int) -> Expression:
        start, end = _operands(raw, path, 2)
        return MonthsApart(
            self.node(start, f"{path}[0]", ValueType.DATE, depth),
            self.node(end, f"{path}[1]", ValueType.DATE, depth),
        )

    # Operands

    def each(self, raw: Any, path: str, expected: ValueType, depth: int) -> tuple[Expression, ...]:
        return tuple(
            self.node(operand, f"{path}[{rank}]", expected, depth)
            for rank, operand in enumerate(_operands(raw, path))
        )

    def alike(
        self, operands: list[Any], path: str, depth: int, expected: ValueType | None = None, first: int = 0
    ) -> tuple[Expression, ...]:
        """Operands of one type: the expected one, or the one that those which are not constants have."""
        type = expected or self.common_type(operands)
        about = next((field for operand in operands if (field := self.field_of(operand)) is not None), None)
        return tuple(
            self.node(operand, f"{path}[{rank}]", type, depth, about)
            for rank, operand in enumerate(operands, start=first)
        )

    def common_type(self, operands: list[Any]) -> ValueType | None:
        guesses = [self.guess(operand) for operand in operands if isinstance(operand, Mapping)]
        if ValueType.MONEY in guesses:
            return ValueType.MONEY
        return next((guess for guess in guesses if guess is not None), None) or _guess_scalar(operands[0])

    def guess(self, raw: Any) -> ValueType | None:
        """The type a well-written node would have, which gives constants theirs; nodes are checked later."""
        if not isinstance(raw, Mapping) or len(raw) != 1:
            return _guess_scalar(raw)
        name, operand = next(iter(raw.items()))
        if (field := self.field_of(raw)) is not None:
            return TYPES.get(field.type)
        if name == "parameter":
            return LegalParameter(operand).type if operand in PARAMETERS else None
        if name == "months_between":
            return ValueType.NUMBER
        if name == "table":
            rows = operand.get("rows") if isinstance(operand, Mapping) else None
            cells = rows.values() if isinstance(rows, Mapping) else ()
            return next((guess for cell in cells if (guess := _guess_scalar(cell)) is not None), None)
        if name == "add_months":
            return ValueType.DATE
        if name in [*Operation] and isinstance(operand, list | tuple):
            guesses = [self.guess(inner) for inner in operand]
            is_money = ValueType.MONEY in (guesses[:1] if name == Operation.DIVIDE else guesses)
            return ValueType.MONEY if is_money else ValueType.NUMBER
        if name == "if" and isinstance(operand, list | tuple):
            return self.common_type(list(operand[1:])) if len(operand) > 1 else None
        return ValueType.BOOLEAN if name in _READERS else None

    def field_of(self, raw: Any) -> Field | None:
        if isinstance(raw, Mapping) and isinstance(key := raw.get("field"), str):
            return self.scope.fields.get(key)
        return None


def _operands(raw: Any, path: str, count: int | None = None) -> list[Any]:
    if not isinstance(raw, list | tuple):
        raise _Wrong(path, f"Une liste est attendue, pas {kind_of(raw)}.")
    if count is not None and len(raw) != count:
        raise _Wrong(path, f"Il faut ici une liste de {count} éléments ; elle en compte {len(raw)}.")
    if not raw:
        raise _Wrong(path, "Cette liste est vide : ajoutez au moins un élément.")
    if len(raw) > MAX_OPERANDS:
        raise _Wrong(path, f"Cette liste dépasse {MAX_OPERANDS} éléments : partagez-la.")
    return list(raw)


def _about(node: Expression) -> Field | None:
    return node.field if isinstance(node, FieldValue) else None


def _guess_scalar(raw: Any) -> ValueType | None:
    if isinstance(raw, bool):
        return ValueType.BOOLEAN
    if decimal_of(raw) is not None:
        return ValueType.NUMBER
    if date_of(raw) is not None:
        return ValueType.DATE
    return ValueType.TEXT if isinstance(raw, str) else None


def _not_a_constant(raw: Any, expected: ValueType | None) -> str:
    if raw is None:
        return "Une valeur manque ici : écrivez-la, ou retirez la règle tant qu'elle n'est pas décidée."
    if expected is None:
        return f"Une valeur ou un opérateur est attendu, pas {kind_of(raw)}."
    remedy = ", écrite comme 2026-06-30" if expected is ValueType.DATE else ""
    return f"Ici il faut {expected.value}{remedy}, pas {kind_of(raw)}."


def _with_its_amount(nodes: list[Expression], operation: Operation) -> list[Expression]:
    """24 × 500 where an amount is due: the largest number written is the amount in euros."""
    candidates = nodes[:1] if operation is Operation.DIVIDE else nodes
    written = [node for node in candidates if isinstance(node, Constant) and isinstance(node.value, Decimal)]
    if not written:
        return nodes
    largest = max(written, key=lambda node: node.value)
    return [Constant(node.value, ValueType.MONEY) if node is largest else node for node in nodes]


_Read = Callable[[_Parser, str, Any, str, ValueType | None, int], Expression]
_READERS: Final[Mapping[str, _Read]] = {
    "field": _Parser.field,
    "parameter": _Parser.parameter,
    "all": _Parser.logic,
    "any": _Parser.logic,
    "not": _Parser.negation,
    **{operator.value: _Parser.comparison for operator in Operator},
    "one_of": _Parser.membership,
    "none_of": _Parser.membership,
    "contains": _Parser.contains,
    **{operation.value: _Parser.arithmetic for operation in Operation},
    "table": _Parser.scale,
    "if": _Parser.choice,
    "add_months": _Parser.later,
    "months_between": _Parser.months,
}
