"""Expressions of the rules: a typed tree that computes, explains itself and names the facts it needs."""

from maillage.rules.expressions.nodes import Constant, Expression
from maillage.rules.expressions.parsing import Scope, read_expression
from maillage.rules.expressions.values import UNKNOWN, Context, Result, ValueType, value_text

__all__ = [
    "UNKNOWN",
    "Constant",
    "Context",
    "Expression",
    "Result",
    "Scope",
    "ValueType",
    "read_expression",
    "value_text",
]
