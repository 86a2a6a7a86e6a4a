"""The nodes of an expression."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

from maillage.rules.fields import Field
from maillage.rules.reading import Reader


class ValueType(Enum):
    BOOLEAN = "oui ou non"
    NUMBER = "nombre"
    MONEY = "montant"
    TEXT = "texte"
    DATE = "date"
    LIST = "liste"


@dataclass(frozen=True)
class Scope:
    """What an expression may name."""

    fields: Mapping[str, Field]


@dataclass(frozen=True)
class Expression:
    """A node of the tree."""

    source: Any

    def to_json(self) -> Any:
        """The node as it is written in the document."""
        return self.source


def read_expression(reader: Reader, key: str, scope: Scope, expected: ValueType) -> Expression:
    """The expression under a key."""
    return Expression(reader.raw(key))
