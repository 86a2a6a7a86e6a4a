"""What people type to forecast: where, whom, until when, and everything that is supposed."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms

from maillage.accounts.models import Authority
from maillage.diagnosis.professions import PROFESSIONS
from maillage.diagnosis.reading import vintages
from maillage.kit.console import Refused
from maillage.kit.forms import FrenchDecimalField, offer, plain_number
from maillage.lab.forecasting import DEFAULT_HORIZON
from maillage.science.checks import ScienceError
from maillage.science.demography.careers import LONGEST_HORIZON
from maillage.science.demography.parameters import AgeTable, Assumptions, Parameter, assumptions_for
from maillage.science.demography.projection import FEWEST_DRAWS
from maillage.territories.keys import parse
from maillage.territories.models import Commune
from maillage.territories.places import Territory, find, territory

MOST_DRAWS = 5000


class ForecastForm(forms.Form):
    territory = forms.CharField(
        label="Territoire",
        required=False,
        help_text="Vide : tout le territoire de la collectivité. Sinon une de ses intercommunalités ou de "
        "ses communes, par son nom ou son code (commune:77305).",
    )
    profession = forms.ChoiceField(label="Profession")
    to = forms.IntegerField(label="Dernière année", initial=DEFAULT_HORIZON)
    draws = forms.IntegerField(
        label="Nombre de tirages",
        initial=1000,
        min_value=FEWEST_DRAWS,
        max_value=MOST_DRAWS,
        help_text="Mille suffisent à des bornes stables.",
    )
    seed = forms.IntegerField(
        label="Graine du hasard",
        initial=1,
        min_value=0,
        help_text="La même graine redonne la même prévision.",
    )
    backtest = forms.BooleanField(
        label="Essayer sur le passé",
        required=False,
        initial=True,
        help_text="Refait la prévision depuis le plus ancien millésime chargé et dit de combien elle se "
        "trompe.",
    )

    def __init__(self, *args: Any, authority: Authority, **options: Any) -> None:
        super().__init__(*args, **options)
        self.authority = authority
        key = parse(authority.territory)
        loaded = [(code, one.label) for code, one in PROFESSIONS.items() if vintages(code, key)]
        offer(self, "profession", loaded)

    def clean_territory(self) -> Territory:
        """The authority's own territory, or a part of it."""
        own = territory(parse(self.authority.territory))
        text = self.cleaned_data["territory"].strip()
        if not text:
            return own
        try:
            found = find(text)
        except Refused as refusal:
            raise forms.ValidationError(str(refusal)) from refusal
        inside = Commune.objects.within(own.key.level, own.key.code).order_by()
        part = Commune.objects.within(found.key.level, found.key.code).filter(pk__in=inside.values("pk"))
        if found.key != own.key and (found.key.level not in ("epci", "commune") or not part.exists()):
            raise forms.ValidationError(
                f"{found.name} n'est pas une partie de {own.name} : choisissez une de ses intercommunalités "
                "ou de ses communes."
            )
        return found

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if cleaned.get("profession"):
            self._check_years(cleaned)
        return cleaned

    def _check_years(self, cleaned: dict[str, Any]) -> None:
        latest, *older = vintages(cleaned["profession"], parse(self.authority.territory))
        to = cleaned.get("to")
        if to is not None and not latest < to <= latest + LONGEST_HORIZON:
            self.add_error(
                "to",
                f"Les données sont de {latest} : demandez une année de {latest + 1} à "
                f"{latest + LONGEST_HORIZON}.",
            )
        if cleaned.get("backtest") and not older:
            self.add_error(
                "backtest",
                f"Un seul millésime est chargé ({latest}) : chargez-en un plus ancien, ou décochez l'essai.",
            )


class ValuesField(forms.CharField):
    """One number by age class: « 0,01 ; 0,03 »."""

    def __init__(self, *, count: int, **options: Any) -> None:
        super().__init__(**options)
        self.count = count

    def clean(self, value: Any) -> tuple[float, ...]:
        parts = super().clean(value).replace(",", ".").split(";")
        try:
            numbers = tuple(float(part) for part in parts)
        except ValueError:
            numbers = ()
        if len(numbers) != self.count:
            raise forms.ValidationError(f"Écrivez {self.count} nombres, séparés par des points-virgules.")
        return numbers


class SupposedForm(forms.Form):
    """Every assumption of a forecast; the values proposed are the same for every profession."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        for name, known in assumptions_for("mg").named().items():
            self.fields[name] = _field(known)

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        base = assumptions_for("mg")
        for name, value in list(cleaned.items()):
            try:
                base.changed(name, value)
            except ScienceError as error:
                self.add_error(name, str(error))
        return cleaned

    def assumed(self, profession: str) -> Assumptions:
        """What is supposed of a profession, each edited value marked as such with where it comes from."""
        supposed = assumptions_for(profession)
        for name, known in supposed.named().items():
            value = self.cleaned_data[name]
            if value != (known.values if isinstance(known, AgeTable) else known.value):
                supposed = supposed.changed(name, value)
        return supposed


class _NumberField(FrenchDecimalField):
    """A number of the model: typed as French people write it, kept as the computer counts it."""

    def clean(self, value: Any) -> Any:
        typed = super().clean(value)
        return None if typed is None else float(typed)


def _field(known: Parameter | AgeTable) -> forms.Field:
    label = f"{known.label} ({known.unit})"
    if isinstance(known, AgeTable):
        ages = ", ".join(str(start) for start in known.starts)
        return ValuesField(
            count=len(known.values),
            label=label,
            initial=" ; ".join(plain_number(Decimal(str(value))) for value in known.values),
            help_text=f"À partir de {ages} ans. {_sentence(known.source)}",
        )
    return _NumberField(
        label=label,
        min_value=0,
        max_digits=9,
        decimal_places=5,
        initial=Decimal(str(known.value)),
        help_text=_sentence(known.source),
    )


def _sentence(source: str) -> str:
    return f"{source[0].upper()}{source[1:]}."
