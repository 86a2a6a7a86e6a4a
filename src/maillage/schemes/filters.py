"""What narrows the lists of schemes: plain GET forms, an unknown value is no filter."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms

from maillage.schemes.inputs import CommuneField
from maillage.schemes.pages.office import STATES
from maillage.schemes.pages.public import RECIPIENTS, Wanted
from maillage.territories.keys import Key


class CatalogueFilter(forms.Form):
    """Who you are, what you do, where."""

    vous = forms.ChoiceField(label="Vous êtes", required=False)
    profession = forms.ChoiceField(label="Votre profession", required=False)

    def __init__(self, data: Mapping[str, Any], *, professions: Mapping[str, str], territory: Key) -> None:
        super().__init__(data)
        # The commune is made here for it suggests those of the territory first.
        self.fields["commune"] = CommuneField(label="Commune d'exercice", required=False, territory=territory)
        self._offer("vous", RECIPIENTS)
        if professions:
            self._offer("profession", professions)
        else:
            del self.fields["profession"]

    def wanted(self) -> Wanted:
        """What was said and understood."""
        self.full_clean()
        said = self.cleaned_data
        return Wanted(said.get("vous", ""), said.get("profession", ""), said.get("commune", ""))

    def _offer(self, name: str, choices: Mapping[str, str]) -> None:
        field = self.fields[name]
        if isinstance(field, forms.ChoiceField):
            field.choices = [("", "Sans préciser"), *choices.items()]


class StateFilter(forms.Form):
    """The schemes in one state."""

    etat = forms.ChoiceField(label="État", required=False, choices=[("", "Tous"), *STATES.items()])

    def wanted(self) -> str:
        self.full_clean()
        return str(self.cleaned_data.get("etat", ""))
