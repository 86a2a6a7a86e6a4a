"""What people type to find what is to pay, to hand in bank details, to give a reason."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import Q

from maillage.accounts.models import Authority
from maillage.agreements.models import InstalmentQuerySet
from maillage.budget.models import Envelope
from maillage.kit import clock
from maillage.kit.forms import offer, offer_rows
from maillage.kit.text import search_key
from maillage.payments.models import BankAccount, PaymentBatch, PaymentBatchQuerySet
from maillage.schemes.models import Scheme


class InstalmentFilter(forms.Form):
    """Which instalments the page shows, and on the CP of which year they would be paid."""

    exercice = forms.TypedChoiceField(label="Exercice", required=False, coerce=int, empty_value=None)
    dispositif = forms.ModelChoiceField(
        label="Dispositif", queryset=Scheme.objects.none(), required=False, empty_label="Tous"
    )
    enveloppe = forms.ModelChoiceField(
        label="Enveloppe", queryset=Envelope.objects.none(), required=False, empty_label="Toutes"
    )
    texte = forms.CharField(label="Bénéficiaire ou convention", required=False, max_length=100)

    def __init__(self, *args: Any, authority: Authority, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        this_year = clock.today().year
        # Orders of the last year still go on its CP during the complementary day (January).
        offer(self, "exercice", [(year, year) for year in (this_year, this_year - 1)])
        schemes = Scheme.objects.filter(authority=authority).order_by("title", "pk")
        offer_rows(self, "dispositif", schemes)
        envelopes = Envelope.objects.filter(authority=authority).order_by("label", "pk")
        offer_rows(self, "enveloppe", envelopes)

    @property
    def year(self) -> int:
        return (self.is_valid() and self.cleaned_data["exercice"]) or clock.today().year

    def apply(self, found: InstalmentQuerySet) -> InstalmentQuerySet:
        """The instalments that meet what was filled in; all of them when the filter does not hold water."""
        if not self.is_valid():
            return found
        given = self.cleaned_data
        if given["dispositif"]:
            found = found.filter(agreement__decision__application__version__scheme=given["dispositif"])
        if given["enveloppe"]:
            found = found.filter(agreement__decision__envelope=given["enveloppe"])
        if given["texte"]:
            name = Q(agreement__recipient__search_name__contains=search_key(given["texte"]))
            found = found.filter(name | Q(agreement__number__icontains=given["texte"].strip()))
        return found


class BatchFilter(forms.Form):
    exercice = forms.IntegerField(label="Exercice", required=False, min_value=2000, max_value=2100)
    etat = forms.ChoiceField(
        label="État", required=False, choices=[("", "Tous"), *PaymentBatch.State.choices]
    )

    def apply(self, found: PaymentBatchQuerySet) -> PaymentBatchQuerySet:
        """The batches that meet what was filled in; all of them when the filter does not hold water."""
        if not self.is_valid():
            return found
        if self.cleaned_data["exercice"]:
            found = found.filter(year=self.cleaned_data["exercice"])
        return found.filter(state=self.cleaned_data["etat"]) if self.cleaned_data["etat"] else found


class AccountFilter(forms.Form):
    etat = forms.ChoiceField(
        label="État",
        required=False,
        choices=[("", "À vérifier"), *BankAccount.State.choices[1:], ("tous", "Tous")],
    )
    texte = forms.CharField(label="Bénéficiaire", required=False, max_length=100)


class AccountForm(forms.Form):
    """Bank details, as the RIB writes them."""

    holder = forms.CharField(label="Titulaire du compte", max_length=200, help_text="Comme le RIB l'écrit.")
    iban = forms.CharField(
        label="IBAN",
        max_length=50,
        help_text="27 caractères pour un compte français, avec ou sans espaces.",
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    bic = forms.CharField(
        label="BIC",
        max_length=14,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    upload = forms.FileField(label="RIB", help_text="PDF, JPEG ou PNG, 10 Mo au plus.")


class ReasonForm(forms.Form):
    reason = forms.CharField(label="Motif", max_length=250)


class ReturnForm(forms.Form):
    upload = forms.FileField(
        label="Fichier retour",
        help_text="CSV, XLSX ou ODS : « référence », « état » (payé ou rejeté), « date » et « motif ».",
    )
