"""Expressions of the rules: a typed tree that computes, explains itself and names the facts it needs."""

from maillage.rules.expressions.nodes import Expression, Scope, ValueType, read_expression

__all__ = ["Expression", "Scope", "ValueType", "read_expression"]
