"""What the sections of the editor share: a form over one part of the document, and rows under it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError

from maillage.kit.forms import FrenchDecimalField, ShareField
from maillage.rules.errors import RulesErrors
from maillage.rules.reading import decimal_of, number_json
from maillage.rules.terms import Term
from maillage.schemes.reading import parsed

Document = dict[str, Any]
SPARE_ROWS = 2


def choices_of(terms: type[Term], *, empty: str = "") -> list[tuple[str, str]]:
    """The choices of a closed list; with an empty one first when `empty` says what it means."""
    listed = [(term.value, term.label[:1].upper() + term.label[1:]) for term in terms]
    return [("", empty), *listed] if empty else listed


class LinesField(forms.CharField):
    """A list of texts, one by line."""

    widget = forms.Textarea

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.widget.attrs.setdefault("rows", 3)

    def clean(self, value: Any) -> list[str]:
        return [line.strip() for line in super().clean(value).splitlines() if line.strip()]

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(value) if isinstance(value, list | tuple) else value


class ChoiceLinesField(forms.CharField):
    """Choices, one by line: « identifiant = libellé »."""

    widget = forms.Textarea

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.widget.attrs.setdefault("rows", 3)

    def clean(self, value: Any) -> dict[str, str]:
        lines = [line for line in super().clean(value).splitlines() if line.strip()]
        pairs = [line.partition("=") for line in lines]
        if wrong := next((pair[0] for pair in pairs if not pair[1] or not pair[2].strip()), ""):
            raise ValidationError(f"« {wrong.strip()} » : écrivez identifiant = libellé, un choix par ligne.")
        return {slug.strip(): label.strip() for slug, _, label in pairs}

    def prepare_value(self, value: Any) -> Any:
        if isinstance(value, Mapping):
            return "\n".join(f"{slug} = {label}" for slug, label in value.items())
        return value


class ExpressionField(forms.CharField):
    """An expression of the rules: a plain figure, or the JSON of what a form cannot say."""

    widget = forms.Textarea

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.widget.attrs |= {"rows": 3, "spellcheck": "false"}

    def clean(self, value: Any) -> Any:
        text = super().clean(value).strip()
        if not text:
            return None
        if text[0] in "{[":
            return read_json(text)
        try:
            number = FrenchDecimalField(required=False).clean(text)
        except ValidationError as error:
            raise ValidationError("Écrivez un montant, ou une expression entre accolades.") from error
        return None if number is None else number_json(number)

    def prepare_value(self, value: Any) -> Any:
        if isinstance(value, dict | list | bool):
            return json.dumps(value, ensure_ascii=False, indent=2)
        number = decimal_of(value)
        return value if number is None else format(number, "f").replace(".", ",")


def read_json(text: str) -> Any:
    """A JSON text.

    :raises ValidationError: it is not; the sentence names the line.
    """
    try:
        return json.loads(text)
    except (json.JSONDecodeError, RecursionError) as error:
        line = getattr(error, "lineno", 1)
        raise ValidationError(
            f"Ligne {line} : ce n'est pas du JSON ; vérifiez guillemets, virgules et accolades."
        ) from error


class RowForm(forms.Form):
    """One row of a list; a row left blank is none, a ticked one goes."""

    DELETE = forms.BooleanField(label="Retirer cette ligne", required=False)

    @property
    def is_blank(self) -> bool:
        return not any(value not in ("", None, [], {}, False) for value in self.cleaned_data.values())

    def item(self) -> Document:
        """The row as it is written in the document."""
        said = {name: value for name, value in self.cleaned_data.items() if name != "DELETE"}
        return plain(said)

    @classmethod
    def initial_of(cls, item: Mapping[str, Any]) -> dict[str, Any]:
        """The row of an item of the document."""
        return typed(cls.base_fields, item)


class SectionForm(forms.Form):
    """One part of the document.

    :cvar part: its key in the document; empty for keys of the document itself.
    :cvar optional: the part may be absent: a first box says whether it is there.
    """

    slug: ClassVar[str]
    title: ClassVar[str]
    part: ClassVar[str] = ""
    optional: ClassVar[str] = ""
    rows_key: ClassVar[str] = ""
    rows_title: ClassVar[str] = ""
    row: ClassVar[type[RowForm]] = RowForm

    def __init__(self, data: Mapping[str, Any] | None, document: Document) -> None:
        self.document = document
        held = self.held()
        super().__init__(data, initial=self.initial_of(held))
        if self.optional:
            present = forms.BooleanField(label=self.optional, required=False)
            present.initial = self.part in document
            self.fields = {"is_present": present, **self.fields}
        self.rows = self._rows(data, held.get(self.rows_key, [])) if self.rows_key else []

    def held(self) -> Mapping[str, Any]:
        """What the document holds now for this section."""
        found: Mapping[str, Any] = self.document.get(self.part, {}) if self.part else self.document
        return found

    @classmethod
    def initial_of(cls, held: Mapping[str, Any]) -> dict[str, Any]:
        return typed(cls.base_fields, held)

    def written(self) -> Document:
        """The keys of this section, as they are written in the document."""
        said = {name: value for name, value in self.cleaned_data.items() if name != "is_present"}
        return plain(said)

    def new_document(self) -> Document:
        """The document with what was typed; valid forms only."""
        written = self.written()
        if self.rows_key:
            items = [row.item() for row in self.rows if not row.is_blank and not row.cleaned_data["DELETE"]]
            written |= {self.rows_key: items} if items else {}
        if self.part:
            kept = {key: value for key, value in self.document.items() if key != self.part}
            absent = self.optional and not self.cleaned_data["is_present"]
            return kept if absent or (not written and not self.optional) else {**kept, self.part: written}
        mine = {*self.base_fields, self.rows_key}
        return {**{key: value for key, value in self.document.items() if key not in mine}, **written}

    def checked(self) -> Document | None:
        """The new document when all of it can be read; otherwise None, the errors tied to their field."""
        if not all([self.is_valid(), *(row.is_valid() for row in self.rows)]):
            return None
        document = self.new_document()
        try:
            parsed(document)
        except RulesErrors as errors:
            for error in errors.errors:
                self._tie(error.path, error.sentence)
            return None
        return document

    def _tie(self, path: str, sentence: str) -> None:
        """Put an error of the rules on the field it is about, or above the form with its place."""
        local = path.removeprefix(f"{self.part}.") if self.part else path
        name = local.partition(".")[0].partition("[")[0]
        if name in self.fields:
            self.add_error(name, sentence if local == name else f"{local} : {sentence}")
        else:
            self.add_error(None, f"{path} : {sentence}" if path else sentence)

    def _rows(self, data: Mapping[str, Any] | None, items: Iterable[Mapping[str, Any]]) -> list[RowForm]:
        """A form by item, and spare ones to add some: saving brings others."""
        initial = [self.row.initial_of(item) for item in items]
        count = len(initial) + SPARE_ROWS
        padded: list[dict[str, Any]] = [*initial, *({} for _ in range(count - len(initial)))]
        return [self.row(data, prefix=f"ligne{rank}", initial=held) for rank, held in enumerate(padded)]


def typed(fields: Mapping[str, forms.Field], held: Mapping[str, Any]) -> dict[str, Any]:
    """Values of the document as the inputs of these fields show them."""
    numbers = (FrenchDecimalField, ShareField)
    return {
        name: decimal_of(held[name]) if isinstance(field, numbers) else held[name]
        for name, field in fields.items()
        if held.get(name) is not None
    }


def plain(said: Mapping[str, Any]) -> Document:
    """Cleaned values as JSON, without what is left blank or unticked."""
    return {
        name: number_json(value) if isinstance(value, Decimal) else value
        for name, value in said.items()
        if value not in (None, "", [], {}) and value is not False
    }
