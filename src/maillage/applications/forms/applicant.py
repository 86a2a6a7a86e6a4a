"""What applicants type besides the questions of a scheme."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms

from maillage.applications.checks import Statement
from maillage.kit.forms import FrenchDecimalField, day_input
from maillage.rules.terms import DeMinimis


class RegistrationForm(forms.Form):
    full_name = forms.CharField(
        label="Prénom et nom",
        max_length=150,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    email = forms.EmailField(
        label="Adresse électronique",
        help_text="Nous y enverrons un lien de confirmation, puis les réponses à vos demandes.",
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )
    password = forms.CharField(
        label="Mot de passe",
        help_text="Douze caractères au moins : une phrase que vous retiendrez convient très bien.",
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )


class AidForm(forms.Form):
    """An aid of another funder."""

    funder = forms.CharField(label="Qui donne l'aide", max_length=200)
    label = forms.CharField(label="Nom ou objet de l'aide", max_length=200)
    amount = FrenchDecimalField(
        label="Montant (€)", required=False, min_value=0, max_digits=12, decimal_places=2
    )
    signed_on = forms.DateField(
        label="Date de la convention ou de la décision",
        required=False,
        widget=day_input(),
    )
    de_minimis = forms.ChoiceField(
        label="Régime européen de minimis",
        help_text="Le courrier d'attribution le dit lorsqu'il s'applique.",
        required=False,
        choices=[("", "Non, ou je ne sais pas"), *((regime.value, regime.label) for regime in DeMinimis)],
    )


class StatementsForm(forms.Form):
    """The statements sworn before submitting."""

    def __init__(self, asked: Sequence[Statement], data: Any = None) -> None:
        super().__init__(data)
        for statement in asked:
            self.fields[statement.key] = forms.BooleanField(
                label=statement.sentence,
                error_messages={"required": "Cochez cette déclaration avant de déposer."},
            )

    @property
    def sworn(self) -> list[str]:
        return [key for key, ticked in self.cleaned_data.items() if ticked]


class UploadForm(forms.Form):
    """One file for one document; its kind and weight are judged by its content, in `files`."""

    file = forms.FileField(label="Fichier")


class MessageForm(forms.Form):
    text = forms.CharField(label="Votre message", max_length=5000, widget=forms.Textarea(attrs={"rows": 4}))


class WithdrawalForm(forms.Form):
    reason = forms.CharField(
        label="Motif",
        required=False,
        max_length=300,
        help_text="Le service le lira ; vous n'êtes pas tenu d'en donner.",
    )
