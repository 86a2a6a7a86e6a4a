"""Values of an expression: their types, the unknown, the facts they are computed on, how they are written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import Enum
from types import MappingProxyType
from typing import Final, Literal

from maillage.rules.calendar import day_text
from maillage.rules.fields import Facts, Field, FieldType
from maillage.rules.money import decimal_text, euros
from maillage.rules.wording import share_text


class ValueType(Enum):
    """Type of a node; its value is the French name used in sentences."""

    BOOLEAN = "une condition (vrai ou faux)"
    NUMBER = "un nombre"
    MONEY = "un montant"
    TEXT = "un texte"
    DATE = "une date"
    LIST = "une liste de choix"


class _Unknown(Enum):
    UNKNOWN = "inconnu"

    def __repr__(self) -> str:
        return "UNKNOWN"


UNKNOWN: Final = _Unknown.UNKNOWN
"""The third truth value of Kleene's logic, and the value of whatever lacks a fact."""

Unknown = Literal[_Unknown.UNKNOWN]
Value = bool | Decimal | str | date | tuple[str, ...]
Result = Value | Unknown

NUMERIC: Final = (ValueType.NUMBER, ValueType.MONEY)

# The types an expression may compute with; a funding plan and amounts by year are not among them.
TYPES: Final[Mapping[FieldType, ValueType]] = {
    FieldType.BOOLEAN: ValueType.BOOLEAN,
    FieldType.INTEGER: ValueType.NUMBER,
    FieldType.NUMBER: ValueType.NUMBER,
    FieldType.MONEY: ValueType.MONEY,
    FieldType.DATE: ValueType.DATE,
    FieldType.TEXT: ValueType.TEXT,
    FieldType.LONG_TEXT: ValueType.TEXT,
    FieldType.CHOICE: ValueType.TEXT,
    FieldType.CHOICES: ValueType.LIST,
    FieldType.COMMUNE: ValueType.TEXT,
    FieldType.SIRET: ValueType.TEXT,
    FieldType.RPPS: ValueType.TEXT,
    FieldType.FINESS: ValueType.TEXT,
    FieldType.RNA: ValueType.TEXT,
    FieldType.EMAIL: ValueType.TEXT,
    FieldType.PHONE: ValueType.TEXT,
}


@dataclass(frozen=True)
class Context:
    """What an expression is computed on.

    :ivar on: the judging date, at which dated legal parameters are read; without it they are unknown.
    :ivar parameters: values the authority puts in place of legal parameters.
    """

    facts: Facts
    on: date | None
    parameters: Mapping[str, Decimal] = field(default_factory=lambda: MappingProxyType({}))


def value_text(value: Value, type: ValueType, about: Field | None = None) -> str:
    """A value in French; `about` is the field it is a value of, or is compared with."""
    match value:
        case bool():
            return "oui" if value else "non"
        case Decimal():
            return _number_text(value, type, about)
        case date():
            return f"le {day_text(value)}"
        case str():
            return about.choice_text(value) if about is not None else f"« {value} »"
        case tuple():
            return ", ".join(value_text(item, ValueType.TEXT, about) for item in value) or "aucun choix"


def _number_text(value: Decimal, type: ValueType, about: Field | None) -> str:
    if type is ValueType.MONEY:
        return euros(value)
    if about is not None and about.is_share:
        return share_text(value)
    unit = f"\N{NO-BREAK SPACE}{about.unit}" if about is not None and about.unit else ""
    return f"{decimal_text(value)}{unit}"
