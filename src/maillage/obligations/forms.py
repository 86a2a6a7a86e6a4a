"""What people type about obligations. Shares are typed in per cent, kept as shares of one."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.db.models import Q, QuerySet

from maillage.kit import clock
from maillage.kit.forms import ShareField, day_field, offer
from maillage.kit.text import search_key
from maillage.obligations.models import PracticeObligation
from maillage.obligations.standing import REASONS, terms_of
from maillage.territories.keys import parse
from maillage.territories.models import Commune

FILES = "PDF, JPEG ou PNG, 10 Mo au plus."


def text(label: str, **options: Any) -> forms.CharField:
    return forms.CharField(label=label, widget=forms.Textarea(attrs={"rows": 4}), max_length=4000, **options)


class StepForm(forms.Form):
    """A form of one step; it knows the obligation, and the row that the step is about."""

    def __init__(self, *args: Any, obligation: PracticeObligation, target: Any = None, **kwargs: Any) -> None:
        self.obligation, self.target = obligation, target
        super().__init__(*args, **kwargs)
        self.prepare()

    def prepare(self) -> None:
        """Fill in what depends on the obligation."""


class UploadForm(StepForm):
    upload = forms.FileField(label="Attestation signée", help_text=FILES)


class TriggerForm(StepForm):
    on = day_field("Date")
    upload = forms.FileField(label="Justificatif", help_text=FILES, required=False)
    rpps = forms.RegexField(
        r"^\d{11}$", label="Numéro RPPS", required=False, help_text="Onze chiffres, s'il est connu."
    )

    def prepare(self) -> None:
        trigger = terms_of(self.obligation).trigger.label
        self.fields["on"].label = f"Date : {trigger}"
        self.fields["on"].widget.attrs["max"] = clock.today().isoformat()


class PlaceForm(StepForm):
    on = day_field("À compter du")
    commune = forms.ChoiceField(label="Commune")
    share = ShareField(label="Part de l'activité dans cette commune (%)", min_value=1, required=False)
    upload = forms.FileField(label="Justificatif", help_text=FILES, required=False)

    def prepare(self) -> None:
        key = parse(self.obligation.agreement.authority.territory)
        place = terms_of(self.obligation).place
        communes = (
            Commune.objects.filter(pk__in=place.communes)
            if place.communes
            else (Commune.objects.within(key.level, key.code))
        )
        named = communes.order_by("search_name", "code").values_list("pk", "name")
        offer(self, "commune", [("", "Choisir"), *named])
        self.fields["share"].required = terms_of(self.obligation).share is not None


class StartForm(PlaceForm):
    rpps = forms.RegexField(
        r"^\d{11}$", label="Numéro RPPS", required=False, help_text="Onze chiffres, s'il est connu."
    )


class InterruptForm(StepForm):
    starts_on = day_field("Du")
    ends_on = day_field("Au", required=False, help_text="Laissez vide tant que la reprise n'est pas connue.")
    reason = forms.ChoiceField(label="Motif")
    upload = forms.FileField(label="Justificatif", help_text=FILES, required=False)

    def prepare(self) -> None:
        accepted = terms_of(self.obligation).interruptions
        reasons = ((slug, reason) for slug, reason in REASONS.items() if reason in accepted)
        offer(self, "reason", [(slug, reason.label.capitalize()) for slug, reason in reasons])


class DayForm(StepForm):
    on = day_field("Date")


class CeaseForm(StepForm):
    on = day_field("Exercice arrêté le")
    reason = text("Motif")


class NothingForm(StepForm):
    """A step that asks nothing but a confirmation."""


class ReasonForm(StepForm):
    reason = text("Motif")


class ExplanationForm(StepForm):
    explanation = text("Ce qui l'explique")


class SuspectForm(StepForm):
    occurred_on = day_field("Depuis le", help_text="Premier jour où l'engagement n'est plus tenu.")
    reason = text("Faits", help_text="Ils seront écrits au bénéficiaire.")

    def prepare(self) -> None:
        if self.target is not None:
            sites = ", ".join(site["name"] for site in self.target.found["sites"])
            found = f" ({sites})" if sites else ""
            self.initial.setdefault(
                "reason", f"{self.target.get_kind_display()}{found}, d'après le répertoire."
            )
            self.initial.setdefault("occurred_on", self.target.at.date())


class HearingForm(StepForm):
    heard_until = day_field("Observations attendues jusqu'au", help_text="Quinze jours au moins.")


class ObservationsForm(StepForm):
    text = text("Observations")


class ReasonsForm(StepForm):
    reasons = text("Motifs", help_text="Ils seront notifiés au bénéficiaire.")


class DeferForm(ReasonsForm):
    until = day_field("Reporté au")
    field_order = ("until", "reasons")


class OrderForm(StepForm):
    number = forms.CharField(label="Numéro du titre de recettes", max_length=40)
    on = day_field("Émis le")
    count = forms.IntegerField(label="Nombre d'échéances", min_value=1, max_value=120, initial=1)
    first_due_on = day_field("Première échéance le")


class ReliefForm(StepForm):
    amount = forms.DecimalField(
        label="Montant remis (€)",
        min_value=Decimal("0.01"),
        decimal_places=2,
        required=False,
        help_text="Laissez vide pour tout ce qui reste dû.",
    )
    reason = text("Délibération et motif")


class SimulationForm(forms.Form):
    on = day_field("Manquement au", required=False)


class ObligationFilter(forms.Form):
    """What the list shows besides its tab."""

    etat = forms.ChoiceField(
        label="État", choices=[("", "Tous"), *PracticeObligation.State.choices], required=False
    )
    texte = forms.CharField(label="Bénéficiaire, convention ou commune", required=False, max_length=100)

    def apply(self, found: QuerySet[PracticeObligation]) -> QuerySet[PracticeObligation]:
        """The obligations that meet what was filled in; all of them when one field is wrong."""
        if not self.is_valid():
            return found
        if state := self.cleaned_data["etat"]:
            found = found.filter(state=state)
        if words := self.cleaned_data["texte"].strip():
            communes = Commune.objects.filter(search_name__contains=search_key(words)).values("pk")
            found = found.filter(
                Q(agreement__recipient__search_name__contains=search_key(words))
                | Q(agreement__number__icontains=words)
                | Q(commune__in=communes)
            )
        return found
