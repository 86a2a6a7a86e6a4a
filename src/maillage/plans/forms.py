"""What people type about a plan: filters, states, owners, milestones, readings, decisions."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import Q

from maillage.accounts.models import Authority, User
from maillage.kit import clock
from maillage.kit.forms import day_field, day_input, offer, offer_rows
from maillage.plans.models import Indicator, Measure, MeasureQuerySet, PlanDecision, Reading


class MeasureFilter(forms.Form):
    """Which measures of a plan to show."""

    status = forms.ChoiceField(label="État", required=False)
    milestones = forms.ChoiceField(
        label="Jalons", choices=[("", "Tous"), ("late", "En retard")], required=False
    )
    text = forms.CharField(label="Contient", required=False, max_length=100)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "status", [("", "Tous"), *Measure.Status.choices])

    def apply(self, measures: MeasureQuerySet) -> MeasureQuerySet:
        """The measures that meet what was filled in; all of them when the filter does not hold water."""
        if not self.is_valid():
            return measures
        wanted = self.cleaned_data
        if wanted["status"]:
            measures = measures.filter(status=wanted["status"])
        if wanted["milestones"]:
            measures = measures.late(clock.today())
        if wanted["text"]:
            measures = measures.filter(
                Q(title__icontains=wanted["text"]) | Q(description__icontains=wanted["text"])
            )
        return measures


class StatusForm(forms.Form):
    status = forms.ChoiceField(label="État", choices=Measure.Status.choices)
    reason = forms.CharField(
        label="Explication",
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Nécessaire pour suspendre, abandonner ou retirer la mesure.",
    )


class OwnerForm(forms.Form):
    owner = forms.ModelChoiceField(
        label="Membre de l'équipe", queryset=User.objects.none(), required=False, empty_label="Personne"
    )
    owner_name = forms.CharField(
        label="Ou une personne sans compte",
        max_length=200,
        required=False,
        help_text="Un nom, un service, un partenaire.",
    )

    def __init__(self, *args: Any, authority: Authority, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        members = User.objects.filter(memberships__authority=authority, is_active=True)
        offer_rows(self, "owner", members.distinct().order_by("full_name", "pk"))


class MilestoneForm(forms.Form):
    on = day_field("Atteint le", required=False, help_text="Laissez vide s'il n'est plus atteint.")


class ReadingForm(forms.Form):
    indicator = forms.ModelChoiceField(label="Indicateur", queryset=Indicator.objects.none())
    on = day_field("Date")
    value = forms.DecimalField(label="Valeur", max_digits=14, decimal_places=2)
    source = forms.CharField(
        label="Source", max_length=Reading._meta.get_field("source").max_length, required=False
    )

    def __init__(self, *args: Any, measure: Measure, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer_rows(self, "indicator", measure.indicators.order_by("pk"))


class DecisionForm(forms.ModelForm[PlanDecision]):
    class Meta:
        model = PlanDecision
        fields = ["title", "number", "taken_on", "body"]
        widgets = {"taken_on": day_input()}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["taken_on"].required = True
