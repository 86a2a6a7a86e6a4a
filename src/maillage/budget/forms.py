"""What people type to open an envelope, to vote, to move money, to find an entry."""

from __future__ import annotations

import uuid
from decimal import Decimal
from typing import Any

from django import forms

from maillage.accounts.models import Authority, User
from maillage.budget.models import Entry, EntryQuerySet, Envelope
from maillage.kit import clock
from maillage.kit.forms import AmountField, day_input, offer, offer_rows
from maillage.plans.models import Measure


class EnvelopeForm(forms.Form):
    label = forms.CharField(label="Libellé", max_length=200)
    measure = forms.ModelChoiceField(
        label="Mesure du plan",
        queryset=Measure.objects.none(),
        required=False,
        empty_label="Hors plan",
    )
    section = forms.ChoiceField(label="Section", choices=Envelope.Section.choices)
    is_multi_year = forms.BooleanField(
        label="Pluriannuelle",
        required=False,
        initial=True,
        help_text="Une AE ou une AP est votée, et des CP par année. Sinon, des CP seuls.",
    )
    first_year = forms.IntegerField(label="Première année", min_value=2000, max_value=2100)
    last_year = forms.IntegerField(label="Dernière année", min_value=2000, max_value=2100)
    nature = forms.CharField(
        label="Nature M57", max_length=8, required=False, help_text="Par exemple 6513 pour des bourses."
    )
    function = forms.CharField(
        label="Fonction M57", max_length=8, required=False, help_text="Par exemple 418."
    )
    lapses_on = forms.DateField(
        label="Caduque le",
        required=False,
        widget=day_input(),
        help_text="Selon le règlement budgétaire et financier ; sans date, l'autorisation reste valable.",
    )

    def __init__(self, *args: Any, authority: Authority, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        measures = Measure.objects.visible_to(user).filter(axis__plan__authority=authority)
        offer_rows(self, "measure", measures.order_by("axis__plan", "axis__position", "position"))


class OperationForm(forms.Form):
    """What every vote asks: the decision that founds it. `key` makes sending the form twice harmless."""

    decision = forms.CharField(
        label="Numéro de la décision", max_length=120, help_text="Par exemple CD-2026-03-12."
    )
    decided_on = forms.DateField(label="Date de la décision", widget=day_input())
    key = forms.CharField(widget=forms.HiddenInput, max_length=32)

    def __init__(self, *args: Any, envelope: Envelope, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.envelope = envelope
        self.initial = {"key": uuid.uuid4().hex, "decided_on": clock.today()}

    def year_field(self, *, label: str = "Exercice", last: int = 0) -> forms.TypedChoiceField:
        years = [year for year in self.envelope.years if not last or year <= last]
        return forms.TypedChoiceField(label=label, choices=[(year, year) for year in years], coerce=int)

    def first(self, **fields: forms.Field) -> None:
        """Put these fields before those of the decision."""
        self.fields = {**fields, **self.fields}


class AuthorisationForm(OperationForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.first(amount=AmountField(label="Montant (€)", help_text="Négatif pour réduire l'autorisation."))


class AppropriationsForm(OperationForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.first(
            **{
                f"year_{year}": AmountField(
                    label=f"CP {year} (€)", required=False, help_text="Négatif pour réduire."
                )
                for year in self.envelope.years
            }
        )

    @property
    def amounts(self) -> dict[int, Decimal]:
        given = {year: self.cleaned_data[f"year_{year}"] for year in self.envelope.years}
        return {year: amount for year, amount in given.items() if amount}


class YearAmountForm(OperationForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.first(year=self.year_field(), amount=AmountField(label="Montant (€)"))


class TransferForm(OperationForm):
    with_year = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        source = self.envelope
        others = Envelope.objects.open().filter(authority=source.authority_id, section=source.section)
        if not self.with_year:
            others = others.filter(is_multi_year=True)
        target = forms.ModelChoiceField(
            label="Vers l'enveloppe", queryset=others.exclude(pk=source.pk).order_by("label", "pk")
        )
        year = {"year": self.year_field()} if self.with_year else {}
        self.first(target=target, **year, amount=AmountField(label="Montant (€)"))


class AppropriationTransferForm(TransferForm):
    with_year = True


class CarryOverForm(OperationForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        amount = AmountField(
            label="Montant (€)", required=False, help_text="Sans montant, tout ce qui est disponible."
        )
        self.first(year=self.year_field(label="De l'exercice"), amount=amount)


class LapseForm(OperationForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        envelope = self.envelope
        whole = [("", f"L'{envelope.authorisation_name} non engagée")] if envelope.is_multi_year else []
        past = [(year, f"Les CP {year}") for year in envelope.years if year < clock.today().year]
        choices: list[tuple[int | str, str]] = [*whole, *past]
        self.first(
            year=forms.TypedChoiceField(
                label="Ce qui est caduc",
                choices=choices,
                coerce=int,
                empty_value=None,
                required=not whole,
            )
        )


class CloseForm(OperationForm):
    """Nothing to type: closing is confirmed by its button."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields = {}


class EntryFilter(forms.Form):
    ecriture = forms.ChoiceField(
        label="Écriture", required=False, choices=[("", "Toutes"), *Entry.Kind.choices]
    )
    exercice = forms.TypedChoiceField(label="Exercice", required=False, coerce=int, empty_value=None)
    du = forms.DateField(label="Du", required=False, widget=day_input())
    au = forms.DateField(label="Au", required=False, widget=day_input())
    texte = forms.CharField(label="Objet ou décision", required=False, max_length=100)

    def __init__(self, *args: Any, envelope: Envelope, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        years = range(envelope.first_year, envelope.last_year + 2)
        offer(self, "exercice", [("", "Tous"), *((year, year) for year in years)])

    def apply(self, entries: EntryQuerySet) -> EntryQuerySet:
        """The entries that meet what was filled in; all of them when the filter does not hold water."""
        if not self.is_valid():
            return entries
        lookups = {"ecriture": "kind", "exercice": "year", "du": "at__date__gte", "au": "at__date__lte"}
        given = self.cleaned_data
        found = entries.filter(**{lookups[name]: given[name] for name in lookups if given[name]})
        return found.about(given["texte"]) if given["texte"] else found
