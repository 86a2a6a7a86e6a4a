"""The facts of an application: what the form asks, what the program works out, what a register says."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from types import MappingProxyType
from typing import Any, Final

from maillage.rules.reading import date_of, decimal_of, kind_of
from maillage.rules.terms import Term
from maillage.rules.wording import inside, listed

SHARE: Final = "%"
_NUMBER: Final = re.compile(r"-?\d{1,15}(\.\d{1,15})?")


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
class Phrase:
    """How a field is spoken of in a sentence.

    :ivar noun: with its article: « la commune d'exercice ».
    :ivar verb: infinitive before a value (« être classée »), or the whole predicate of a boolean.
    :ivar found: the same in the present; `found_not` its contrary, for a boolean.
    :ivar pronoun: « il » or « elle ».
    :ivar named_by: field whose value names the subject (« Boisville est classée ZAC »).
    """

    noun: str
    verb: str = "être"
    found: str = "est"
    found_not: str = "n'est pas"
    pronoun: str = "elle"
    named_by: str = ""


@dataclass(frozen=True)
class Field:
    """One fact about an application.

    :ivar choices: value → label, for `choice` and `choices`.
    :ivar unit: after the figure; « % » for a share, which is stored between 0 and 1.
    :ivar personal: data that tells who somebody is.
    :ivar required: asked even when no rule needs it.
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
    phrase: Phrase | None = None

    @property
    def is_share(self) -> bool:
        return self.unit == SHARE

    @property
    def noun(self) -> str:
        return self.phrase.noun if self.phrase else f"la réponse à « {self.label} »"

    @property
    def quoted_label(self) -> str:
        return f"« {self.label} »"

    @property
    def pronoun(self) -> str:
        return self.phrase.pronoun if self.phrase else "elle"

    @property
    def verb(self) -> str:
        return self.phrase.verb if self.phrase else "être"

    @property
    def found(self) -> str:
        return self.phrase.found if self.phrase else "est"

    def must(self, holds: bool) -> str:
        """Predicate of a boolean as a rule: « doit être logé », « ne doit pas être logé »."""
        if self.phrase is None:
            return f"doit être {'oui' if holds else 'non'}"
        return f"doit {self.phrase.verb}" if holds else f"ne doit pas {self.phrase.verb}"

    def states(self, holds: bool) -> str:
        """Predicate of a boolean as a fact: « est logé », « n'est pas logé »."""
        if self.phrase is None:
            return f"est {'oui' if holds else 'non'}"
        return self.phrase.found if holds else self.phrase.found_not

    def choice_text(self, value: str) -> str:
        """A text as it reads in a sentence: the label of a common choice, otherwise quoted."""
        label = self.choices.get(value, value)
        is_common = self.phrase is not None and self.type is FieldType.CHOICE
        return inside(label) if is_common and value in self.choices else f"« {label} »"

    def read(self, raw: Any) -> Any:
        """The typed value of an answer as it is stored; None when there is no answer.

        :raises ValueError: not readable; the message is a French sentence made to be shown.
        """
        if raw is None or (isinstance(raw, str) and not raw.strip()):
            return None
        value = _READERS.get(self.type, _read_text)(self, raw)
        if value is None:
            raise ValueError(f"{kind_of(raw)} n'est pas lisible comme {self.type.label}")
        return value


@dataclass(frozen=True)
class Facts:
    """Typed facts by key. An answer that cannot be read is no fact; `unreadable` says why, by key."""

    values: Mapping[str, Any]
    unreadable: Mapping[str, str]

    @classmethod
    def read(cls, raw: Mapping[str, Any], vocabulary: Mapping[str, Field]) -> Facts:
        """The facts of the vocabulary found in raw answers; other keys are not facts of these rules."""
        values: dict[str, Any] = {}
        unreadable: dict[str, str] = {}
        for key, about in vocabulary.items():
            try:
                value = about.read(raw.get(key))
            except ValueError as error:
                unreadable[key] = str(error)
            else:
                if value is not None:
                    values[key] = value
        return cls(values, unreadable)


def _read_boolean(about: Field, raw: Any) -> bool | None:
    return raw if isinstance(raw, bool) else None


def _read_number(about: Field, raw: Any) -> Decimal | None:
    if isinstance(raw, str):
        raw = Decimal(raw) if _NUMBER.fullmatch(raw.strip()) else None
    number = decimal_of(raw)
    if number is None or (about.type is FieldType.INTEGER and number != int(number)):
        return None
    if about.is_share and not 0 <= number <= 1:
        raise ValueError("une part s'enregistre entre 0 et 1")
    return number


def _read_date(about: Field, raw: Any) -> date | None:
    return date_of(raw)


def _read_text(about: Field, raw: Any) -> str | None:
    return raw.strip() if isinstance(raw, str) else None


def _read_choice(about: Field, raw: Any) -> str | None:
    if not isinstance(raw, str):
        return None
    if about.choices and raw not in about.choices:
        raise ValueError(f"« {raw} » ne fait pas partie des réponses possibles")
    return raw


def _read_choices(about: Field, raw: Any) -> tuple[str, ...] | None:
    if not isinstance(raw, list | tuple) or not all(isinstance(item, str) for item in raw):
        return None
    if wrong := [item for item in raw if about.choices and item not in about.choices]:
        raise ValueError(f"{listed(f'« {item} »' for item in wrong)} : hors des réponses possibles")
    return tuple(raw)


def _read_year_amounts(about: Field, raw: Any) -> Mapping[int, Decimal] | None:
    """Amounts by year; a year without amount is left out."""
    if not isinstance(raw, Mapping):
        return None
    money = Field("", "", FieldType.MONEY)
    amounts = {str(year): money.read(amount) for year, amount in raw.items()}
    if not all(re.fullmatch(r"\d{4}", year) for year in amounts):
        return None
    return {int(year): amount for year, amount in sorted(amounts.items()) if amount is not None}


def _read_table(about: Field, raw: Any) -> tuple[Any, ...] | None:
    return tuple(raw) if isinstance(raw, list | tuple) else None


_READERS: Final = {
    FieldType.BOOLEAN: _read_boolean,
    FieldType.INTEGER: _read_number,
    FieldType.NUMBER: _read_number,
    FieldType.MONEY: _read_number,
    FieldType.DATE: _read_date,
    FieldType.CHOICE: _read_choice,
    FieldType.CHOICES: _read_choices,
    FieldType.YEAR_AMOUNTS: _read_year_amounts,
    FieldType.FUNDING_PLAN: _read_table,
}
