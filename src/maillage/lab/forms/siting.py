"""What people type to look for where to open: the question first, everything else under « Plus de choix »."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms

from maillage.diagnosis.models import Snapshot
from maillage.diagnosis.reading import is_fictional
from maillage.kit.forms import AmountField, FrenchDecimalField
from maillage.lab.effects import RULES
from maillage.lab.forms.communes import CommunesField
from maillage.lab.forms.snapshots import offer_snapshots
from maillage.lab.siting import DEMANDS, FRONT, MODELS, OPENED, Opening, SitingRequest
from maillage.territories.keys import parse

MORE_OPENINGS = (2, 3)
NOTHING = ("", "Rien d'autre")
KINDS = [(kind.value, f"{RULES[kind].label} ({RULES[kind].quantity})") for kind in OPENED]


class SitingForm(forms.Form):
    model = forms.ChoiceField(
        label="Ce que l'on cherche",
        choices=[
            *((slug, model.label) for slug, model in MODELS.items()),
            (FRONT, "Peser deux buts : combler le manque, couvrir des habitants"),
        ],
        initial="shortfall",
    )
    kind = forms.ChoiceField(label="Ce que l'on ouvre", choices=KINDS)
    quantity = FrenchDecimalField(
        label="Quantité par lieu",
        initial=Decimal(1),
        max_digits=7,
        decimal_places=2,
        help_text="Dans l'unité entre parenthèses ; pour un cabinet itinérant, les jours de sa semaine.",
    )
    p = forms.IntegerField(
        label="Nombre de lieux",
        required=False,
        initial=3,
        help_text="Au plus. Vide : autant qu'il en faut, ou que le budget en permet.",
    )
    minutes = FrenchDecimalField(
        label="Trajet accepté (minutes)",
        required=False,
        initial=Decimal(15),
        max_digits=4,
        decimal_places=1,
        help_text="Pour couvrir ou servir des habitants ; les autres recherches n'en tiennent pas compte.",
    )
    snapshot = forms.ModelChoiceField(label="Profession et millésime", queryset=Snapshot.objects.none())

    def __init__(self, *args: Any, territory: str, **options: Any) -> None:
        super().__init__(*args, **options)
        offer_snapshots(self, fictional=is_fictional(parse(territory)))


class MoreForm(forms.Form):
    cost = AmountField(label="Coût d'un lieu (€)", required=False, min_value=0)
    budget = AmountField(label="Budget total (€)", required=False, min_value=0)
    kept = CommunesField(
        label="Communes où un tel lieu est déjà ouvert, ou décidé",
        required=False,
        help_text="Leurs noms ou leurs codes, séparés par des virgules.",
    )
    keeps_practices = forms.BooleanField(
        label="Garder aussi les communes où la profession exerce déjà",
        required=False,
        help_text="Pour les recherches sur les trajets ; celles sur l'accès en tiennent déjà compte.",
    )
    excluded = CommunesField(
        label="Communes où ne rien ouvrir",
        required=False,
        help_text="Leurs noms ou leurs codes, séparés par des virgules.",
    )
    at_most_by_epci = forms.IntegerField(
        label="Lieux au plus par intercommunalité", required=False, min_value=1
    )
    threshold = FrenchDecimalField(
        label="Accès sous lequel on en manque",
        required=False,
        max_digits=7,
        decimal_places=2,
        help_text="Vide : le seuil de 2,5 des généralistes. Les autres professions n'en ont pas d'officiel.",
    )
    capacity = FrenchDecimalField(
        label="Habitants qu'un lieu peut servir",
        required=False,
        max_digits=9,
        decimal_places=0,
        help_text="Pour la recherche selon les capacités.",
    )
    demand = forms.ChoiceField(label="Qui compte dans les trajets", choices=list(DEMANDS.items()))
    time_limit = forms.IntegerField(
        label="Durée accordée à la recherche (secondes)", initial=60, min_value=1, max_value=3600
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        for rank in MORE_OPENINGS:
            self.fields[f"kind_{rank}"] = forms.ChoiceField(
                label=f"Mesure possible n° {rank}",
                required=False,
                choices=[NOTHING, *KINDS],
                help_text="Pour composer les mesures d'un budget.",
            )
            self.fields[f"quantity_{rank}"] = FrenchDecimalField(
                label=f"Quantité de la mesure n° {rank}", required=False, max_digits=7, decimal_places=2
            )
            self.fields[f"cost_{rank}"] = AmountField(
                label=f"Coût de la mesure n° {rank} (€)", required=False, min_value=0
            )

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        for rank in MORE_OPENINGS:
            if cleaned.get(f"kind_{rank}") and cleaned.get(f"quantity_{rank}") is None:
                self.add_error(f"quantity_{rank}", "Donnez la quantité de cette mesure.")
        return cleaned


def request_of(form: SitingForm, more: MoreForm, territory: str) -> SitingRequest:
    """The request that two valid forms make."""
    asked, other = form.cleaned_data, more.cleaned_data
    further = [
        Opening(other[f"kind_{rank}"], float(other[f"quantity_{rank}"]), _number(other[f"cost_{rank}"]))
        for rank in MORE_OPENINGS
        if other[f"kind_{rank}"]
    ]
    return SitingRequest(
        territory=territory,
        model=asked["model"],
        profession=asked["snapshot"].profession,
        vintage=asked["snapshot"].vintage,
        p=asked["p"],
        budget=_number(other["budget"]),
        minutes=_number(asked["minutes"]),
        capacity=_number(other["capacity"]),
        opened=(Opening(asked["kind"], float(asked["quantity"]), _number(other["cost"])), *further),
        kept=other["kept"],
        keeps_practices=other["keeps_practices"],
        excluded=other["excluded"],
        at_most_by_epci=other["at_most_by_epci"],
        threshold=_number(other["threshold"]),
        demand=other["demand"],
        time_limit=float(other["time_limit"]),
    )


def _number(value: Decimal | None) -> float | None:
    return None if value is None else float(value)


class ScenarioTitleForm(forms.Form):
    title = forms.CharField(label="Titre du scénario", max_length=120)
