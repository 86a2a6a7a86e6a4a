"""The facts of an application: what the form asks, what the program works out, what a register says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

from maillage.rules.reading import Reader
from maillage.rules.terms import Term


class FieldType(Term):
    BOOLEAN = "boolean", "oui ou non"
    INTEGER = "integer", "nombre entier"
    NUMBER = "number", "nombre"
    MONEY = "money", "montant en euros"
    DATE = "date", "date"
    TEXT = "text", "texte court"
    LONG_TEXT = "long_text", "texte long"
    CHOICE = "choice", "un choix"
    CHOICES = "choices", "plusieurs choix"
    COMMUNE = "commune", "commune"
    SIRET = "siret", "numéro SIRET"
    RPPS = "rpps", "numéro RPPS"
    FINESS = "finess", "numéro FINESS"
    RNA = "rna", "numéro RNA"
    EMAIL = "email", "adresse électronique"
    PHONE = "phone", "numéro de téléphone"
    FUNDING_PLAN = "funding_plan", "plan de financement"
    YEAR_AMOUNTS = "year_amounts", "montants par année"


class Source(Term):
    ASKED = "asked", "demandé dans le formulaire"
    COMPUTED = "computed", "établi par le programme"
    REGISTER = "register", "repris du répertoire officiel"


@dataclass(frozen=True)
class Field:
    """One fact about an application.

    :ivar choices: slug → label, for `choice` and `choices`.
    :ivar personal: true for data that tells who somebody is.
    """

    key: str
    label: str
    type: FieldType
    choices: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    help: str = ""
    unit: str = ""
    source: Source = Source.ASKED
    personal: bool = False
    required: bool = False


STANDARD: Final[Mapping[str, Field]] = {}


def read_field(reader: Reader) -> Field:
    """A field declared by a scheme."""
    reader.required("label", "type")
    return Field(
        key=reader.slug("key"),
        label=reader.text("label"),
        type=reader.choice("type", FieldType, FieldType.TEXT),
        choices=reader.part("choices", lambda table: table.labels()) or MappingProxyType({}),
        help=reader.text("help"),
        unit=reader.text("unit"),
        source=reader.choice("source", Source, Source.ASKED),
        personal=reader.flag("personal"),
        required=reader.flag("required"),
    )
