"""What stands around the rules: how a scheme presents itself, and the publication of a version."""

from __future__ import annotations

from collections.abc import Mapping
from copy import copy
from typing import Any, Final

from django import forms

from maillage.accounts.models import Authority
from maillage.budget.models import Envelope
from maillage.kit.forms import day_input
from maillage.plans.models import Measure
from maillage.schemes.models import Scheme

# What a scheme begins with: nothing is decided yet, and nothing is invented.
DRAFT_RULES: Final[Mapping[str, Any]] = {
    "legal_basis": "OTHER",
    "kind": "operating_grant",
    "amount": {"unset": ["value"]},
}


class SchemeForm(forms.ModelForm[Scheme]):
    class Meta:
        model = Scheme
        fields = ["title", "key", "summary", "contact", "measure", "envelope", "is_open_all_year"]
        widgets = {"summary": forms.Textarea(attrs={"rows": 3})}
        help_texts = {
            "key": "Son adresse publique : lettres sans accent, chiffres et traits d'union.",
            "summary": "En deux phrases, pour le catalogue public.",
            "contact": "Service, adresse électronique ou téléphone.",
            "is_open_all_year": "Sinon, les demandes ne sont reçues que pendant un appel.",
        }

    def __init__(
        self, data: Mapping[str, Any] | None, *, authority: Authority, scheme: Scheme | None = None
    ) -> None:
        # A copy: the form fills in its instance, and the action compares with what was there.
        super().__init__(data, instance=copy(scheme))
        measures = Measure.objects.filter(axis__plan__authority=authority).order_by("title", "pk")
        envelopes = Envelope.objects.filter(authority=authority).order_by("label", "pk")
        for name, found in (("measure", measures), ("envelope", envelopes)):
            field = self.fields[name]
            if isinstance(field, forms.ModelChoiceField):
                field.queryset, field.empty_label = found, "Aucune"
        if scheme is not None:
            del self.fields["key"]


class NoteForm(forms.Form):
    note = forms.CharField(
        label="Objet de la version",
        max_length=250,
        required=False,
        help_text="Ce qu'elle change, en une phrase.",
    )


class PublishForm(forms.Form):
    decision = forms.CharField(
        label="Délibération", max_length=120, help_text="Numéro et date de la décision qui adopte ces règles."
    )
    acknowledged = forms.BooleanField(
        label="J'ai lu les avertissements et je publie en connaissance de cause", required=False
    )

    def __init__(self, data: Mapping[str, Any] | None, *, is_warned: bool) -> None:
        super().__init__(data)
        if not is_warned:
            del self.fields["acknowledged"]


class TryForm(forms.Form):
    """The day of « essayer sur un cas »."""

    on = forms.DateField(label="Date d'examen", widget=day_input())
