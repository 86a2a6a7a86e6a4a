"""What people type to evaluate: which aids, whose access."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms

from maillage.accounts.models import Authority
from maillage.diagnosis.professions import PROFESSIONS
from maillage.diagnosis.reading import vintages
from maillage.kit.forms import offer
from maillage.lab.evaluating import OUTCOMES
from maillage.territories.keys import parse


class EvaluationForm(forms.Form):
    scheme = forms.ChoiceField(label="Dispositif", required=False)
    profession = forms.ChoiceField(label="Profession")
    outcome = forms.ChoiceField(
        label="Ce qui est mesuré",
        choices=list(OUTCOMES.items()),
        help_text="Les effectifs demandent plusieurs éditions du répertoire ou des équipements.",
    )
    seed = forms.IntegerField(
        label="Graine du hasard",
        initial=1,
        min_value=0,
        help_text="La même graine redonne le même test par permutation.",
    )

    def __init__(self, *args: Any, authority: Authority, schemes: Mapping[str, str], **options: Any) -> None:
        super().__init__(*args, **options)
        offer(self, "scheme", [("", "Tous"), *schemes.items()])
        key = parse(authority.territory)
        loaded = [(code, one.label) for code, one in PROFESSIONS.items() if vintages(code, key)]
        offer(self, "profession", loaded)
