"""The inputs of forms made from the fields of a scheme, each with its check and its French sentence."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator
from django.urls import reverse
from stdnum.fr import siret

from maillage.kit.forms import FrenchDecimalField
from maillage.kit.text import search_key
from maillage.territories.keys import Key
from maillage.territories.models import LARGEST_FIRST, Commune

FUNDING_ROWS: Final = 6
SPARE_ROWS: Final = 2
FUNDING_KINDS: Final[Mapping[str, str]] = {
    "own": "Apport du porteur",
    "public": "Financeur public",
    "private": "Financeur privé ou emprunt",
}
CANDIDATES: Final = 12
_SPACES: Final = re.compile(r"[\s\N{NARROW NO-BREAK SPACE}\N{NO-BREAK SPACE}]+")
_CODE: Final = re.compile(r"(?:^|\()([0-9][0-9AB][0-9]{3})\)?$")


def _compact(value: Any) -> str:
    """What was typed, without the spaces and dots people put into numbers."""
    return _SPACES.sub("", str(value or "")).replace(".", "").upper()


class NumberField(forms.CharField):
    """An official number of a fixed form; spaces are read over."""

    pattern: re.Pattern[str]
    sentence: str

    def to_python(self, value: Any) -> str:
        return _compact(value)

    def validate(self, value: Any) -> None:
        super().validate(value)
        if value and not self.accepts(value):
            raise ValidationError(self.sentence, code="invalid")

    def accepts(self, value: str) -> bool:
        return bool(self.pattern.fullmatch(value))


class SiretField(NumberField):
    sentence = (
        "Ce numéro SIRET n'existe pas : il compte 14 chiffres, que vous lirez sur votre avis de situation "
        "INSEE."
    )

    def accepts(self, value: str) -> bool:
        return bool(siret.is_valid(value))


class RppsField(NumberField):
    pattern = re.compile(r"[0-9]{11}")
    sentence = "Un numéro RPPS compte 11 chiffres : recopiez celui de votre carte professionnelle."


class FinessField(NumberField):
    pattern = re.compile(r"[0-9][0-9AB][0-9]{7}")
    sentence = "Un numéro FINESS compte 9 caractères, dont les deux premiers désignent le département."


class RnaField(NumberField):
    pattern = re.compile(r"W[0-9]{9}")
    sentence = (
        "Un numéro RNA commence par W, suivi de neuf chiffres : lisez-le sur le récépissé de préfecture."
    )


class PhoneField(NumberField):
    pattern = re.compile(r"(?:0|\+[0-9]{1,3})[0-9]{8,12}")
    sentence = "Écrivez un numéro de téléphone, par exemple 01 23 45 67 89."


class CommuneInput(forms.TextInput):
    """The name of a commune, with suggestions as one types; without a script, its exact name or postcode."""

    template_name = "schemes/inputs/commune.html"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs)
        self.suggestions: list[str] = []

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        listed = f"{context['widget']['attrs'].get('id', name)}_suggestions"
        context["widget"]["attrs"] |= {
            "list": listed,
            "hx-get": reverse("schemes:communes"),
            "hx-trigger": "input changed delay:200ms",
            "hx-target": f"#{listed}",
            "hx-swap": "innerHTML",
            "hx-vals": f'{{"field": "{name}"}}',
        }
        context["widget"] |= {"listed": listed, "suggestions": self.suggestions}
        return context


def commune_label(commune: Commune) -> str:
    """How a commune is written in an input: « Aubeterre (20001) »."""
    return f"{commune.name} ({commune.code})"


def communes_like(text: str, territory: Key | None = None) -> list[Commune]:
    """The communes a text may mean, those of the territory first."""
    found = Commune.objects.matching(text) if search_key(text) else Commune.objects.none()
    within: list[Commune] = []
    if territory is not None:
        inside = Commune.objects.within(territory.level, territory.code).values("code")
        within = list(found.filter(code__in=inside).order_by(LARGEST_FIRST, "code")[:CANDIDATES])
        found = found.exclude(code__in=[commune.code for commune in within])
    return [*within, *found.order_by(LARGEST_FIRST, "code")[: CANDIDATES - len(within)]]


class CommuneField(forms.CharField):
    """A commune typed by its name, postcode or code; its value is its INSEE code."""

    widget = CommuneInput

    def __init__(self, *, territory: Key | None = None, **options: Any) -> None:
        super().__init__(**options)
        self.territory = territory

    def clean(self, value: Any) -> str:
        text = super().clean(value).strip()
        if not text:
            return ""
        if (code := _CODE.search(text)) and Commune.objects.filter(pk=code.group(1)).exists():
            return code.group(1)
        candidates = communes_like(text, self.territory)
        same = [commune for commune in candidates if search_key(commune.name) == search_key(text)]
        best = same or candidates
        if len(best) == 1:
            return best[0].code
        if isinstance(self.widget, CommuneInput):
            self.widget.suggestions = [commune_label(commune) for commune in best]
        if not best:
            raise ValidationError(
                f"Aucune commune ne s'appelle « {text} » : vérifiez l'orthographe ou essayez le code postal."
            )
        names = ", ".join(commune_label(commune) for commune in best[:5])
        raise ValidationError(f"Plusieurs communes correspondent : recopiez la vôtre parmi {names}.")

    def prepare_value(self, value: Any) -> Any:
        if isinstance(value, str) and _CODE.fullmatch(value):
            commune = Commune.objects.filter(pk=value).first()
            return commune_label(commune) if commune is not None else value
        return value


class RowsWidget(forms.Widget):
    """A table of inputs, with spare rows: what can be listed without a script."""

    template_name = "schemes/inputs/rows.html"
    use_fieldset = True

    def __init__(self, columns: Sequence[tuple[str, str]], attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs)
        self.columns = columns

    def id_for_label(self, id_: str) -> str:
        return ""

    def value_omitted_from_data(self, data: Mapping[str, Any], files: Any, name: str) -> bool:
        return not any(key.startswith(f"{name}-") for key in data)


class FundingPlanWidget(RowsWidget):
    """Who pays what: a source, its kind, an amount, by row."""

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__([("source", "Financeur"), ("kind", "Nature"), ("amount", "Montant (€)")], attrs)

    def value_from_datadict(self, data: Mapping[str, Any], files: Any, name: str) -> list[dict[str, str]]:
        rows: list[dict[str, str]] = []
        while f"{name}-{len(rows)}-source" in data:
            rank = len(rows)
            rows.append({key: data.get(f"{name}-{rank}-{key}", "").strip() for key, _ in self.columns})
        return rows

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        held = value if isinstance(value, list) else []
        count = max(FUNDING_ROWS, len(held) + SPARE_ROWS)
        padded = [*held, *({} for _ in range(count - len(held)))]
        context["widget"]["columns"] = [label for _, label in self.columns]
        context["widget"]["rows"] = [
            {"rank": rank, "label": f"Ligne {rank + 1}", "cells": self._cells(f"{name}-{rank}", row, rank)}
            for rank, row in enumerate(padded)
        ]
        return context

    def _cells(self, name: str, row: Mapping[str, Any], rank: int) -> list[dict[str, Any]]:
        return [
            {
                "name": f"{name}-{key}",
                "label": f"{label}, ligne {rank + 1}",
                "value": row.get(key, ""),
                "options": FUNDING_KINDS if key == "kind" else None,
                "inputmode": "decimal" if key == "amount" else "text",
            }
            for key, label in self.columns
        ]


class FundingPlanField(forms.Field):
    """A funding plan: a list of {source, kind, amount}; empty rows are left out."""

    widget = FundingPlanWidget

    def to_python(self, value: Any) -> list[dict[str, Any]]:
        filled = [
            (rank, row) for rank, row in enumerate(value or [], start=1) if row["source"] or row["amount"]
        ]
        return [self._row(rank, row) for rank, row in filled]

    def _row(self, rank: int, row: Mapping[str, str]) -> dict[str, Any]:
        if not row["source"]:
            raise ValidationError(f"Ligne {rank} : dites qui apporte ce montant.")
        if row["kind"] not in FUNDING_KINDS:
            raise ValidationError(f"Ligne {rank} : choisissez la nature du financement.")
        amount = amount_of(row["amount"], f"Ligne {rank}")
        if amount is None:
            raise ValidationError(f"Ligne {rank} : écrivez le montant, en euros.")
        return {"source": row["source"], "kind": row["kind"], "amount": amount}


class YearAmountsWidget(RowsWidget):
    """One amount by year."""

    def __init__(self, years: Sequence[int], attrs: dict[str, Any] | None = None) -> None:
        super().__init__([("amount", "Montant (€)")], attrs)
        self.years = years

    def value_from_datadict(self, data: Mapping[str, Any], files: Any, name: str) -> dict[str, str]:
        return {
            str(year): data[f"{name}-{year}"].strip() for year in self.years if data.get(f"{name}-{year}")
        }

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        held = value if isinstance(value, Mapping) else {}
        context["widget"]["columns"] = [label for _, label in self.columns]
        context["widget"]["rows"] = [
            {
                "rank": year,
                "label": str(year),
                "cells": [
                    {
                        "name": f"{name}-{year}",
                        "label": f"Montant de {year}, en euros",
                        "value": held.get(str(year), ""),
                        "options": None,
                        "inputmode": "decimal",
                    }
                ],
            }
            for year in self.years
        ]
        return context


class YearAmountsField(forms.Field):
    """Amounts by year: {"2026": amount}; a year left empty is absent."""

    def __init__(self, *, years: Sequence[int], **options: Any) -> None:
        super().__init__(widget=YearAmountsWidget(years), **options)

    def to_python(self, value: Any) -> dict[str, Decimal]:
        amounts = {year: amount_of(text, f"Année {year}") for year, text in (value or {}).items()}
        return {year: amount for year, amount in amounts.items() if amount is not None}


def amount_of(text: str, where: str) -> Decimal | None:
    """An amount typed in a row, None when it is empty.

    :raises ValidationError: it is not one; the sentence says where.
    """
    field = FrenchDecimalField(required=False, decimal_places=2, validators=[MinValueValidator(0)])
    try:
        return field.clean(text)
    except (ValidationError, InvalidOperation) as error:
        raise ValidationError(f"{where} : écrivez un montant en euros, par exemple 12 500,00.") from error
