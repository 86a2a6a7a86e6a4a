"""What the forms share: days, numbers, amounts and shares as they are typed in France."""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import Decimal
from typing import Any, Final, cast

from django import forms
from django.db.models import QuerySet

_SPACES: Final = re.compile(r"\s+")


def day_input() -> forms.DateInput:
    """The browser's own choice of a day, which reads and gives it in the ISO form."""
    return forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})


def day_field(label: str, **options: Any) -> forms.DateField:
    return forms.DateField(label=label, widget=day_input(), **options)


def offer(form: forms.BaseForm, name: str, choices: Iterable[tuple[Any, Any]]) -> None:
    """Give a field of a form the choices that are known only now."""
    cast(forms.ChoiceField, form.fields[name]).choices = list(choices)


def offer_rows(form: forms.BaseForm, name: str, rows: QuerySet[Any]) -> None:
    """Give a field of a form the rows among which one chooses."""
    cast("forms.ModelChoiceField[Any]", form.fields[name]).queryset = rows


class FrenchDecimalField(forms.DecimalField):
    """A number as French people write it: « 1 234,50 »; spaces, the euro and per cent signs are read over."""

    default_error_messages = {"invalid": "Écrivez un nombre, par exemple 1 234,50."}
    widget = forms.TextInput

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.widget.attrs.setdefault("inputmode", "decimal")
        self.widget.attrs.setdefault("autocomplete", "off")

    def to_python(self, value: Any) -> Decimal | None:  # type: ignore[override]
        if isinstance(value, str):
            value = _SPACES.sub("", value).removesuffix("€").removesuffix("%")
            value = value.replace(",", ".").replace("\N{MINUS SIGN}", "-")
        return super().to_python(value)

    def prepare_value(self, value: Any) -> Any:
        return plain_number(value) if isinstance(value, Decimal) else value


class AmountField(FrenchDecimalField):
    """An amount of euros, to the cent."""

    def __init__(self, **options: Any) -> None:
        super().__init__(max_digits=12, decimal_places=2, **options)


class ShareField(FrenchDecimalField):
    """A share asked as a percentage, kept as a share of one: « 50 » is one half."""

    def __init__(self, *, min_value: int = 0, **options: Any) -> None:
        super().__init__(min_value=min_value, max_value=100, **options)

    def clean(self, value: Any) -> Decimal | None:
        percentage = super().clean(value)
        return None if percentage is None else percentage / 100

    def prepare_value(self, value: Any) -> Any:
        return plain_number((value * 100).normalize()) if isinstance(value, Decimal) else value

    def has_changed(self, initial: Any, data: Any) -> bool:
        return super().has_changed(self.prepare_value(initial), data)


def plain_number(value: Decimal) -> str:
    """A number to be typed again: decimal comma, no thousands separator, no trailing zero of a whole."""
    text = format(value.quantize(Decimal(1)) if value == value.to_integral_value() else value, "f")
    return text.replace(".", ",")
