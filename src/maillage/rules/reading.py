"""Reading a table of a rules document: typed, every defect collected, unknown keys said with a suggestion."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from decimal import Decimal, InvalidOperation
from difflib import get_close_matches
from enum import StrEnum
from typing import Any, TypeVar

from maillage.rules.errors import RulesError, RulesErrors

T = TypeVar("T")
E = TypeVar("E", bound=StrEnum)

MAX_DEPTH = 40
MAX_VALUES = 20_000
MAX_TEXT = 5_000
# A number of a rule is read back exactly from JSON: no more digits than a double holds.
MAX_DIGITS = 15
SLUG = re.compile(r"[a-z][a-z0-9_]{0,59}")


def check_size(document: object) -> None:
    """Refuse a document too deep or too large to be the rules of a scheme, before anything walks it.

    :raises RulesErrors: with one sentence.
    """
    waiting: list[tuple[object, int]] = [(document, 1)]
    count = 0
    while waiting:
        value, depth = waiting.pop()
        count += 1
        if depth > MAX_DEPTH:
            raise RulesErrors(
                [RulesError("", f"Le règlement imbrique plus de {MAX_DEPTH} niveaux : simplifiez.")]
            )
        if count > MAX_VALUES:
            sentence = (
                f"Le règlement compte plus de {MAX_VALUES} valeurs : partagez-le en plusieurs dispositifs."
            )
            raise RulesErrors([RulesError("", sentence)])
        if isinstance(value, Mapping):
            waiting += [(inner, depth + 1) for pair in value.items() for inner in pair]
        elif isinstance(value, list | tuple):
            waiting += [(inner, depth + 1) for inner in value]
        elif isinstance(value, str) and len(value) > MAX_TEXT:
            raise RulesErrors([RulesError("", f"Un texte dépasse {MAX_TEXT} caractères : raccourcissez-le.")])


def decimal_of(value: object) -> Decimal | None:
    """The exact number written in the document (JSON or TOML), or None when it is not a number one may use.

    A float is read through its shortest text, never computed with.
    """
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        return None
    if isinstance(value, int) and abs(value) >= 10**MAX_DIGITS:
        return None
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        return None
    if not number.is_finite() or abs(number) >= Decimal(10) ** MAX_DIGITS:
        return None
    exponent = number.normalize().as_tuple().exponent
    if (
        not isinstance(exponent, int)
        or exponent < -MAX_DIGITS
        or len(number.normalize().as_tuple().digits) > MAX_DIGITS
    ):
        return None
    return number


def number_json(number: Decimal) -> int | float:
    """A decimal as a JSON number that `decimal_of` reads back equal."""
    return int(number) if number == number.to_integral_value() else float(number)


def date_of(value: object) -> date | None:
    """A date written `2026-06-30`, or a date TOML has read."""
    if type(value) is date:
        return value
    if not isinstance(value, str) or len(value) != 10:
        return None
    try:
        return date.fromisoformat(value)
    except ValueError:
        return None


def suggestion(word: str, known: Sequence[str]) -> str:
    """« Vouliez-vous dire … ? » or the whole list when nothing is near."""
    if near := get_close_matches(word, known, n=1, cutoff=0.6):
        return f"vouliez-vous dire « {near[0]} » ?"
    return f"attendu : {', '.join(known)}."


class Reader:
    """One table of the document. Ask every key it may hold, then `done()` names what is left."""

    def __init__(self, value: object, path: str, errors: list[RulesError]) -> None:
        self.path = path
        self.errors = errors
        self._asked: list[str] = []
        self._values: Mapping[str, Any] = {}
        if isinstance(value, Mapping):
            self._values = value
        else:
            self.refuse("", f"Une table est attendue ici, pas {kind_of(value)}.")

    def at(self, key: str) -> str:
        """The path of a key of this table."""
        return ".".join(part for part in (self.path, key) if part)

    def refuse(self, key: str, sentence: str) -> None:
        """Record a defect of a key ("" for the table itself)."""
        self.errors.append(RulesError(self.at(key), sentence))

    def raw(self, key: str) -> Any:
        """The value as it is written, None when the key is absent."""
        self._asked.append(key)
        return self._values.get(key)

    def holds(self, key: str) -> bool:
        """True when the key is written with a value."""
        return self._values.get(key) is not None

    def mentions(self, key: str) -> bool:
        """True when the key is written, be it with a null."""
        self._asked.append(key)
        return key in self._values

    def required(self, *keys: str) -> None:
        """Record the keys that the table cannot do without."""
        for key in keys:
            if not self.holds(key):
                self.refuse(key, "Cette valeur manque : renseignez-la.")

    def text(self, key: str, default: str = "") -> str:
        value = self.raw(key)
        if value is None:
            return default
        if not isinstance(value, str):
            self.refuse(key, f"Un texte est attendu, pas {kind_of(value)}.")
            return default
        return value

    def slug(self, key: str) -> str:
        """A required identifier: lower-case letters, digits and underscores."""
        self.required(key)
        value = self.text(key)
        if value and not SLUG.fullmatch(value):
            self.refuse(
                key, f"« {value} » : un identifiant s'écrit en minuscules sans accent, chiffres et « _ »."
            )
        return value

    def number(
        self, key: str, default: Decimal | None = None, *, at_least: int = 0, at_most: int | None = None
    ) -> Decimal | None:
        value = self.raw(key)
        if value is None:
            return default
        number = decimal_of(value)
        if number is None:
            self.refuse(key, f"Un nombre est attendu, pas {kind_of(value)}.")
            return default
        if number < at_least or (at_most is not None and number > at_most):
            bounds = f"d'au moins {at_least}" if at_most is None else f"entre {at_least} et {at_most}"
            self.refuse(key, f"Un nombre {bounds} est attendu, pas {number}.")
            return default
        return number

    def integer(
        self, key: str, default: int | None = None, *, at_least: int = 0, at_most: int = 1200
    ) -> int | None:
        number = self.number(key, at_least=at_least, at_most=at_most)
        if number is None:
            return default
        if number != int(number):
            self.refuse(key, f"Un nombre entier est attendu, pas {number}.")
            return default
        return int(number)

    def flag(self, key: str, default: bool = False) -> bool:
        value = self.raw(key)
        if value is None:
            return default
        if not isinstance(value, bool):
            self.refuse(key, f"« true » ou « false » est attendu, pas {kind_of(value)}.")
            return default
        return value

    def choice(self, key: str, among: type[E], default: E) -> E:
        value = self.raw(key)
        if value is None:
            return default
        return self._member(key, value, among) or default

    def optional_choice(self, key: str, among: type[E]) -> E | None:
        value = self.raw(key)
        return None if value is None else self._member(key, value, among)

    def choices(self, key: str, among: type[E], default: tuple[E, ...] = ()) -> tuple[E, ...]:
        """A list of members, each once."""
        if (values := self._list(key)) is None:
            return default
        found = [self._member(f"{key}[{rank}]", value, among) for rank, value in enumerate(values)]
        members = tuple(member for member in found if member is not None)
        if len(set(members)) < len(members):
            self.refuse(key, "Une même valeur y figure deux fois : n'en gardez qu'une.")
        return members

    def texts(self, key: str, default: tuple[str, ...] = ()) -> tuple[str, ...]:
        if (values := self._list(key)) is None:
            return default
        for rank, value in enumerate(values):
            if not isinstance(value, str) or not value:
                self.refuse(f"{key}[{rank}]", f"Un texte est attendu, pas {kind_of(value)}.")
        texts = tuple(value for value in values if isinstance(value, str) and value)
        if len(set(texts)) < len(texts):
            self.refuse(key, "Un même texte y figure deux fois : n'en gardez qu'un.")
        return texts

    def integers(self, key: str, default: tuple[int, ...] = ()) -> tuple[int, ...]:
        if (values := self._list(key)) is None:
            return default
        for rank, value in enumerate(values):
            if type(value) is not int:
                self.refuse(f"{key}[{rank}]", f"Un nombre entier est attendu, pas {kind_of(value)}.")
        return tuple(value for value in values if type(value) is int)

    def items(self, key: str, read: Callable[[Reader], T]) -> tuple[T, ...]:
        """A list of tables, each read by `read`."""
        values = self._list(key) or []
        return tuple(self._part(value, f"{key}[{rank}]", read) for rank, value in enumerate(values))

    def labels(self) -> Mapping[str, str]:
        """The whole table as identifier → label."""
        return {key: self.text(key) for key in map(str, self._values)}

    def part(self, key: str, read: Callable[[Reader], T]) -> T | None:
        """A table read by `read`, None when it is absent."""
        value = self.raw(key)
        return None if value is None else self._part(value, key, read)

    def done(self) -> None:
        """Record the keys nobody asked for."""
        for key in self._values:
            if key not in self._asked:
                self.refuse(str(key), f"Clé inconnue : {suggestion(str(key), self._asked)}")

    def _part(self, value: object, key: str, read: Callable[[Reader], T]) -> T:
        reader = Reader(value, self.at(key), self.errors)
        part = read(reader)
        if isinstance(value, Mapping):
            reader.done()
        return part

    def _list(self, key: str) -> list[Any] | None:
        value = self.raw(key)
        if value is None:
            return None
        if not isinstance(value, list | tuple):
            self.refuse(key, f"Une liste est attendue, pas {kind_of(value)}.")
            return None
        return list(value)

    def _member(self, key: str, value: object, among: type[E]) -> E | None:
        known = [member.value for member in among]
        if value in known and isinstance(value, str):
            return among(value)
        if isinstance(value, str):
            self.refuse(key, f"« {value} » n'est pas admis : {suggestion(value, known)}")
        else:
            self.refuse(key, f"Une de ces valeurs est attendue : {', '.join(known)}.")
        return None


def kind_of(value: object) -> str:
    """What a value is, in French, for a sentence that says it is not what was expected."""
    if value is None:
        return "une valeur vide"
    if isinstance(value, bool):
        return "oui ou non"
    if isinstance(value, Mapping):
        return "une table"
    if isinstance(value, list | tuple):
        return "une liste"
    if isinstance(value, int | float | Decimal):
        return f"le nombre {value}" if decimal_of(value) is not None else "un nombre hors de portée"
    return f"« {str(value)[:80]} »"
