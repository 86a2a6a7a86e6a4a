"""What people type about a scenario: its snapshot, its changes, its assumptions."""

from __future__ import annotations

from typing import Any

from django import forms

from maillage.diagnosis.models import Snapshot
from maillage.diagnosis.reading import is_fictional
from maillage.kit.forms import AmountField, FrenchDecimalField, day_field, offer_rows
from maillage.lab.effects import EFFECTS, RULES, Kind
from maillage.lab.forms.communes import commune_code
from maillage.lab.forms.snapshots import offer_snapshots
from maillage.lab.models import Change, Scenario
from maillage.plans.models import Axis
from maillage.territories.keys import parse


class ScenarioForm(forms.Form):
    title = forms.CharField(label="Titre", max_length=120)
    question = forms.CharField(
        label="Question posée",
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="Par exemple : que changerait une maison de santé de plus à l'est ?",
    )
    snapshot = forms.ModelChoiceField(label="Profession et millésime", queryset=Snapshot.objects.none())

    def __init__(self, *args: Any, territory: str, **options: Any) -> None:
        super().__init__(*args, **options)
        offer_snapshots(self, fictional=is_fictional(parse(territory)))


class CopyForm(forms.Form):
    title = forms.CharField(label="Titre de la copie", max_length=120)


class ChangeForm(forms.Form):
    kind = forms.ChoiceField(label="Nature", choices=Change.KINDS)
    commune = forms.CharField(
        label="Commune", help_text="Cliquez-la sur la carte, ou écrivez son nom ou son code officiel."
    )
    quantity = FrenchDecimalField(
        label="Quantité",
        required=False,
        max_digits=7,
        decimal_places=2,
        help_text=" ; ".join(
            f"{rule.label.lower()} : {rule.quantity}" for rule in RULES.values() if rule.quantity
        ),
    )
    starts_on = day_field("À partir du")
    ends_on = day_field("Jusqu'au", required=False)
    investment = AmountField(
        label="Investissement (€)", required=False, min_value=0, help_text="Vide : à chiffrer. 0 : rien."
    )
    yearly_cost = AmountField(
        label="Coût par an (€)", required=False, min_value=0, help_text="Vide : à chiffrer. 0 : rien."
    )
    note = forms.CharField(label="Note", required=False, max_length=200)

    def clean_commune(self) -> str:
        return commune_code(self.cleaned_data["commune"].strip())

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if cleaned.get("kind") != Kind.CLOSURE and cleaned.get("quantity") is None and "quantity" in cleaned:
            rule = RULES[Kind(cleaned["kind"])] if "kind" in cleaned else None
            self.add_error("quantity", f"Donnez la quantité{f' ({rule.quantity})' if rule else ''}.")
        return cleaned


class AssumptionsForm(forms.Form):
    """One field per assumption of the scenarios."""

    def __init__(self, *args: Any, scenario: Scenario, **options: Any) -> None:
        super().__init__(*args, **options)
        for name, known in EFFECTS.items():
            self.fields[name] = forms.FloatField(
                label=f"{known.label} ({known.unit})",
                min_value=0,
                localize=True,
                initial=scenario.assumptions.get(name, known.value),
                help_text=known.source,
            )


class MeasureForm(forms.Form):
    title = forms.CharField(label="Titre de la mesure", max_length=250)
    axis = forms.ModelChoiceField(label="Axe du plan", queryset=Axis.objects.none())
    changes = forms.ModelMultipleChoiceField(
        label="Changements à inscrire", queryset=Change.objects.none(), widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, scenario: Scenario, **options: Any) -> None:
        super().__init__(*args, **options)
        axes = Axis.objects.filter(plan__authority=scenario.authority_id).select_related("plan")
        offer_rows(self, "axis", axes.order_by("plan", "position", "pk"))
        offer_rows(self, "changes", scenario.changes.filter(measure=None))
