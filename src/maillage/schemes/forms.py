"""Forms made from the fields of a scheme's rules: « suis-je éligible ? », and the application itself."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any, Final

from django import forms

from maillage.kit import clock
from maillage.kit.forms import FrenchDecimalField, ShareField, day_input, plain_number
from maillage.rules.calendar import day_text
from maillage.rules.fields import Field, FieldType, Source
from maillage.rules.money import decimal_text, euros
from maillage.rules.reading import date_of, decimal_of, number_json
from maillage.rules.wording import share_text
from maillage.schemes.inputs import (
    FUNDING_KINDS,
    CommuneField,
    FinessField,
    FundingPlanField,
    PhoneField,
    RnaField,
    RppsField,
    SiretField,
    YearAmountsField,
    commune_label,
)
from maillage.territories.keys import Key
from maillage.territories.models import Commune

# More choices than this are a list to unfold rather than buttons.
MOST_BUTTONS: Final = 6
LONGEST_TEXT: Final = 250
LONGEST_ESSAY: Final = 10_000
YEARS_AHEAD: Final = 5
YES, NO, UNSAID = "oui", "non", ""
SPACE: Final = "\N{NO-BREAK SPACE}"

# What browsers may fill in by themselves (RGAA 11.13), by field.
AUTOCOMPLETE: Final[Mapping[str, str]] = {
    "last_name": "family-name",
    "first_name": "given-name",
    "birth_date": "bday",
    "address": "street-address",
    "home_commune": "address-level2",
    "structure_name": "organization",
}
_TYPE_AUTOCOMPLETE: Final[Mapping[FieldType, str]] = {FieldType.EMAIL: "email", FieldType.PHONE: "tel"}

Answers = Mapping[str, Any]


class FactsForm(forms.Form):
    """Questions about facts. What is not answered is absent from `answers`: to be proved, never false.

    :param fields: questions, in order; those the program works out by itself are left out.
    :param answers: what was answered before, as `answers()` gave it.
    :param required: keys without which the form is refused; by default those the fields declare.
    :param locked: keys shown with their answer, which this form does not change.
    :param territory: communes of that territory are suggested first.
    """

    def __init__(
        self,
        fields: Iterable[Field],
        data: Mapping[str, Any] | None = None,
        *,
        answers: Answers | None = None,
        required: Collection[str] | None = None,
        locked: Collection[str] = (),
        territory: Key | None = None,
        prefix: str | None = None,
    ) -> None:
        self.questions = {field.key: field for field in fields if is_asked(field)}
        held = answers or {}
        initial = {key: from_answer(field, held[key]) for key, field in self.questions.items() if key in held}
        super().__init__(data, initial=initial, prefix=prefix)
        for key, field in self.questions.items():
            asked = field.required if required is None else key in required
            self.fields[key] = _input(field, asked, territory, held.get(key))
            self.fields[key].disabled = key in locked

    def answers(self) -> dict[str, Any]:
        """What is answered and well formed, as plain JSON values; readable whether the form is valid or not.

        Call `is_valid` or `full_clean` first.
        """
        given = {key: self.cleaned_data.get(key) for key in self.questions}
        return {key: to_answer(self.questions[key], value) for key, value in given.items() if is_given(value)}


def is_asked(field: Field) -> bool:
    """Whether somebody must say it: the program does not work it out."""
    return field.source is not Source.COMPUTED


def is_given(value: Any) -> bool:
    """Whether a cleaned value is an answer."""
    return value is not None and value != "" and value != [] and value != {}


def to_answer(field: Field, value: Any) -> Any:
    """A cleaned value as it is stored: a plain JSON value."""
    match value:
        case Decimal():
            return number_json(value)
        case date():
            return value.isoformat()
        case Mapping():
            return {str(key): to_answer(field, held) for key, held in value.items()}
        case list():
            return [to_answer(field, held) for held in value]
    if field.type is FieldType.BOOLEAN:
        return value == YES
    return value


def from_answer(field: Field, answer: Any) -> Any:
    """A stored answer as its input shows it."""
    match field.type:
        case FieldType.BOOLEAN:
            return UNSAID if answer is None else YES if answer is True else NO
        case FieldType.DATE:
            return date_of(answer)
        case FieldType.MONEY | FieldType.NUMBER:
            return decimal_of(answer)
        case FieldType.FUNDING_PLAN:
            return [{**row, "amount": _typed(row.get("amount"))} for row in answer or []]
        case FieldType.YEAR_AMOUNTS:
            return {year: _typed(amount) for year, amount in (answer or {}).items()}
    return answer


def answer_text(field: Field, answer: Any, communes: Mapping[str, Commune] | None = None) -> str:
    """A stored answer in French, for pages, letters and exports; empty when there is none."""
    if not is_given(answer):
        return ""
    match field.type:
        case FieldType.BOOLEAN:
            return "oui" if answer else "non"
        case FieldType.CHOICE:
            return field.choices.get(answer, str(answer))
        case FieldType.CHOICES:
            return ", ".join(field.choices.get(slug, str(slug)) for slug in answer)
        case FieldType.COMMUNE:
            found = (communes or {}).get(answer)
            return commune_label(found) if found is not None else str(answer)
        case FieldType.FUNDING_PLAN:
            return " ; ".join(_funding_text(row) for row in answer)
        case FieldType.YEAR_AMOUNTS:
            return " ; ".join(f"{year} : {_money_text(amount)}" for year, amount in sorted(answer.items()))
        case FieldType.DATE:
            day = date_of(answer)
            return day_text(day) if day is not None else str(answer)
        case FieldType.MONEY:
            return _money_text(answer)
        case FieldType.INTEGER | FieldType.NUMBER:
            return _number_text(field, answer)
    return str(answer)


def answer_texts(fields: Iterable[Field], answers: Answers) -> list[tuple[Field, str]]:
    """Every field answered with its answer in French; one query for all the communes."""
    given = [field for field in fields if is_given(answers.get(field.key))]
    codes = [answers[field.key] for field in given if field.type is FieldType.COMMUNE]
    communes = Commune.objects.in_bulk(codes) if codes else {}
    return [(field, answer_text(field, answers[field.key], communes)) for field in given]


def _number_text(field: Field, answer: Any) -> str:
    number = decimal_of(answer)
    if number is None:
        return str(answer)
    if field.is_share:
        return share_text(number)
    return f"{decimal_text(number)}{SPACE}{field.unit}".strip()


def _money_text(answer: Any) -> str:
    amount = decimal_of(answer)
    return str(answer) if amount is None else euros(amount)


def _funding_text(row: Mapping[str, Any]) -> str:
    kind = FUNDING_KINDS.get(row["kind"], row["kind"]).lower()
    return f"{row['source']} ({kind}) : {_money_text(row['amount'])}"


def _typed(amount: Any) -> str:
    """An amount as one types it."""
    number = decimal_of(amount)
    return "" if number is None else plain_number(number)


def _input(field: Field, required: bool, territory: Key | None, answer: Any) -> forms.Field:
    """The input of a question."""
    options: dict[str, Any] = {
        "label": _label(field),
        "help_text": field.help,
        "required": required,
    }
    match field.type:
        case FieldType.BOOLEAN:
            made: forms.Field = _yes_or_no(options)
        case FieldType.CHOICE:
            made = _one_of(field, options)
        case FieldType.CHOICES:
            made = forms.MultipleChoiceField(
                choices=list(field.choices.items()), widget=forms.CheckboxSelectMultiple, **options
            )
        case FieldType.COMMUNE:
            made = CommuneField(territory=territory, **options)
        case FieldType.YEAR_AMOUNTS:
            made = YearAmountsField(years=_years(answer), **options)
        case FieldType.NUMBER if field.is_share:
            made = ShareField(**options)
        case _:
            made = _SIMPLE[field.type](options)
    token = AUTOCOMPLETE.get(field.key) or _TYPE_AUTOCOMPLETE.get(field.type)
    if token:
        made.widget.attrs["autocomplete"] = token
    return made


def _label(field: Field) -> str:
    """The question, with the unit its answer is written in."""
    unit = {FieldType.MONEY: "€", FieldType.NUMBER: field.unit, FieldType.INTEGER: field.unit}.get(field.type)
    if field.type is FieldType.NUMBER and field.is_share:
        unit = "%"
    return f"{field.label} ({unit})" if unit else field.label


def _yes_or_no(options: dict[str, Any]) -> forms.ChoiceField:
    choices = [(YES, "Oui"), (NO, "Non")]
    if not options["required"]:
        choices.append((UNSAID, "Je ne sais pas encore"))
    return forms.ChoiceField(choices=choices, widget=forms.RadioSelect, initial=UNSAID, **options)


def _one_of(field: Field, options: dict[str, Any]) -> forms.ChoiceField:
    choices = list(field.choices.items())
    if len(choices) > MOST_BUTTONS:
        return forms.ChoiceField(choices=[("", "Choisir"), *choices], **options)
    if not options["required"]:
        choices.append((UNSAID, "Je ne sais pas encore"))
    return forms.ChoiceField(choices=choices, widget=forms.RadioSelect, initial=UNSAID, **options)


def _years(answer: Any) -> list[int]:
    """This year and the next ones, with those already answered."""
    this = clock.today().year
    held = {int(year) for year in answer or {}}
    return sorted(held | set(range(this, this + YEARS_AHEAD)))


_SIMPLE: Final[Mapping[FieldType, Callable[[dict[str, Any]], forms.Field]]] = {
    FieldType.INTEGER: lambda options: forms.IntegerField(
        min_value=0, max_value=10**9, widget=forms.TextInput(attrs={"inputmode": "numeric"}), **options
    ),
    FieldType.NUMBER: lambda options: FrenchDecimalField(max_digits=14, **options),
    FieldType.MONEY: lambda options: FrenchDecimalField(
        min_value=0, max_digits=12, decimal_places=2, **options
    ),
    FieldType.DATE: lambda options: forms.DateField(widget=day_input(), **options),
    FieldType.TEXT: lambda options: forms.CharField(max_length=LONGEST_TEXT, **options),
    FieldType.LONG_TEXT: lambda options: forms.CharField(
        max_length=LONGEST_ESSAY, widget=forms.Textarea(attrs={"rows": 6}), **options
    ),
    FieldType.SIRET: lambda options: SiretField(**options),
    FieldType.RPPS: lambda options: RppsField(**options),
    FieldType.FINESS: lambda options: FinessField(**options),
    FieldType.RNA: lambda options: RnaField(**options),
    FieldType.EMAIL: lambda options: forms.EmailField(**options),
    FieldType.PHONE: lambda options: PhoneField(**options),
    FieldType.FUNDING_PLAN: lambda options: FundingPlanField(**options),
}
