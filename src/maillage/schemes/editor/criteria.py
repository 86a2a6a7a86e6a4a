"""One criterion, as a form: a fact, a comparison, values; or the expression that these cannot say."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError

from maillage.kit.forms import FrenchDecimalField, plain_number
from maillage.kit.text import search_key
from maillage.rules.errors import RulesErrors
from maillage.rules.fields import Field, FieldType
from maillage.rules.reading import date_of, decimal_of, number_json
from maillage.rules.terms import Effect
from maillage.schemes.editor.base import Document, ExpressionField, LinesField, choices_of, plain
from maillage.schemes.editor.sections import SLUG_HELP
from maillage.schemes.reading import parsed

IS_TRUE, IS_FALSE = "is_true", "is_false"
LISTS: Final = ("one_of", "none_of")
OPERATORS: Final[Mapping[str, str]] = {
    "one_of": "est l'une de ces valeurs",
    "none_of": "n'est aucune de ces valeurs",
    "equals": "est égal à",
    "differs": "est différent de",
    "at_least": "est au moins",
    "at_most": "est au plus",
    "more_than": "est plus de",
    "less_than": "est moins de",
    "contains": "comprend",
    IS_TRUE: "est vrai",
    IS_FALSE: "est faux",
}
# What a form of three boxes cannot hold.
_UNSAYABLE: Final = (FieldType.FUNDING_PLAN, FieldType.YEAR_AMOUNTS)


class CriterionForm(forms.Form):
    """A condition of eligibility.

    :param rank: its place among the criteria; one past the last adds it.
    """

    label = forms.CharField(label="Condition")
    key = forms.CharField(label="Identifiant", help_text=SLUG_HELP)
    fact = forms.ChoiceField(label="Ce que l'on regarde", required=False)
    operator = forms.ChoiceField(
        label="Comparaison", required=False, choices=[("", "Choisir"), *OPERATORS.items()]
    )
    values = LinesField(
        label="Valeurs",
        required=False,
        help_text="Une par ligne : un choix, un nombre, une part (50 %), une date (2026-06-30).",
    )
    expression = ExpressionField(
        label="Ou une expression",
        required=False,
        help_text="Entre accolades, pour ce que les trois cases ne savent pas dire : elle les remplace.",
    )
    effect = forms.ChoiceField(label="Si elle n'est pas remplie", choices=choices_of(Effect))
    proof = forms.ChoiceField(label="Pièce à l'appui", required=False)
    law = forms.CharField(label="Texte", required=False)
    help = forms.CharField(label="Explication", required=False)

    def __init__(self, data: Mapping[str, Any] | None, document: Document, rank: int) -> None:
        self.document, self.rank = document, rank
        self.rules = parsed(document)
        criteria = document.get("criteria", [])
        held = criteria[rank] if rank < len(criteria) else {}
        super().__init__(data, initial={**held, **_boxes(held.get("rule"), self.rules.vocabulary)})
        facts = [
            (key, field.label) for key, field in self.rules.vocabulary.items() if field.type not in _UNSAYABLE
        ]
        self._offer("fact", [("", "Choisir"), *facts])
        self._offer("proof", [("", "Aucune"), *((doc.key, doc.label) for doc in self.rules.documents)])

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        if self.errors:
            return said
        said["rule"] = said["expression"] if said["expression"] is not None else self._rule(said)
        return said

    def checked(self) -> Document | None:
        """The document with this criterion, None when it cannot be read: the errors are then on the form."""
        if not self.is_valid():
            return None
        said = self.cleaned_data
        item = plain({name: said[name] for name in ("key", "label", "effect", "law", "proof", "help")})
        criteria = list(self.document.get("criteria", []))
        criteria[self.rank : self.rank + 1] = [{**item, "rule": said["rule"]}]
        document = {**self.document, "criteria": criteria}
        try:
            parsed(document)
        except RulesErrors as errors:
            for error in errors.errors:
                self._tie(error.path.removeprefix(f"criteria[{self.rank}]."), error.sentence)
            return None
        return document

    def _rule(self, said: Mapping[str, Any]) -> Any:
        if not said["fact"] or not said["operator"]:
            raise ValidationError(
                "Choisissez ce que l'on regarde et la comparaison, ou écrivez une expression."
            )
        about = self.rules.vocabulary[said["fact"]]
        node = {"field": about.key}
        if said["operator"] in (IS_TRUE, IS_FALSE):
            return node if said["operator"] == IS_TRUE else {"not": node}
        values = [_constant(about, text) for text in said["values"]]
        if not values:
            raise ValidationError({"values": "Écrivez au moins une valeur."})
        if said["operator"] in LISTS:
            return {said["operator"]: [node, values]}
        if len(values) > 1:
            raise ValidationError({"values": "Cette comparaison ne prend qu'une valeur."})
        return {said["operator"]: [node, values[0]]}

    def _tie(self, path: str, sentence: str) -> None:
        name = path.partition(".")[0].partition("[")[0]
        if name == "rule":
            box = "expression" if self.cleaned_data.get("expression") is not None else "values"
            self.add_error(box, f"{path} : {sentence}")
        else:
            self.add_error(name if name in self.fields else None, sentence)

    def _offer(self, name: str, choices: list[tuple[str, str]]) -> None:
        field = self.fields[name]
        if isinstance(field, forms.ChoiceField):
            field.choices = choices


def without(document: Document, rank: int) -> Document:
    """The document without its criterion of that rank."""
    criteria = [item for place, item in enumerate(document.get("criteria", [])) if place != rank]
    return {**document, "criteria": criteria}


def moved_up(document: Document, rank: int) -> Document:
    """The document with a criterion one place earlier; the first stays first."""
    criteria = list(document.get("criteria", []))
    if 0 < rank < len(criteria):
        criteria[rank - 1], criteria[rank] = criteria[rank], criteria[rank - 1]
    return {**document, "criteria": criteria}


def _constant(about: Field, text: str) -> Any:
    """A value typed, as the rules write it.

    :raises ValidationError: it is not one of the field.
    """
    reader = _CONSTANTS.get(about.type)
    return reader(about, text) if reader is not None else text


def _number(about: Field, text: str) -> Any:
    number = FrenchDecimalField(required=True)
    try:
        value = number.clean(text)
    except ValidationError as error:
        raise ValidationError({"values": f"« {text} » n'est pas un nombre."}) from error
    if value is None:
        raise ValidationError({"values": f"« {text} » n'est pas un nombre."})
    return number_json(value / 100 if about.is_share else value)


def _day(about: Field, text: str) -> Any:
    day: date | None = date_of(text)
    if day is None:
        raise ValidationError({"values": f"« {text} » n'est pas une date : écrivez 2026-06-30."})
    return day.isoformat()


def _choice(about: Field, text: str) -> Any:
    by_name = {search_key(label): slug for slug, label in about.choices.items()}
    if not about.choices or text in about.choices:
        return text
    if (slug := by_name.get(search_key(text))) is None:
        known = ", ".join(about.choices.values())
        raise ValidationError({"values": f"« {text} » n'est pas une réponse possible : {known}."})
    return slug


_CONSTANTS: Final[Mapping[FieldType, Callable[[Field, str], Any]]] = {
    FieldType.INTEGER: _number,
    FieldType.NUMBER: _number,
    FieldType.MONEY: _number,
    FieldType.DATE: _day,
    FieldType.CHOICE: _choice,
    FieldType.CHOICES: _choice,
}


def _boxes(rule: Any, vocabulary: Mapping[str, Field]) -> dict[str, Any]:
    """What the form shows of a rule: three boxes when they can say it, otherwise the expression."""
    match rule:
        case None:
            return {}
        case {"field": str(key)} if len(rule) == 1:
            return {"fact": key, "operator": IS_TRUE}
        case {"not": {"field": str(key)}}:
            return {"fact": key, "operator": IS_FALSE}
        case {**pairs} if len(pairs) == 1:
            ((operator, operands),) = pairs.items()
            match operands:
                case [{"field": str(key)}, held] if operator in OPERATORS and not isinstance(held, dict):
                    about = vocabulary[key]
                    values = held if isinstance(held, list) else [held]
                    texts = [_value_text(about, value) for value in values]
                    return {"fact": key, "operator": operator, "values": texts}
    return {"expression": rule}


def _value_text(about: Field, value: Any) -> str:
    """A constant as one types it."""
    number = decimal_of(value)
    if number is not None:
        return plain_number((number * 100).normalize() if about.is_share else number)
    return about.choices.get(value, value) if isinstance(value, str) else str(value)
