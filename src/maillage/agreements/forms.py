"""What people type about agreements: one form per operation, each giving the arguments of its action."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.db.models import Q

from maillage.agreements import planning
from maillage.agreements.actions.preparing import SIGNATORY
from maillage.agreements.actions.proofs import requirements
from maillage.agreements.actions.signing import BODIES, SIDES
from maillage.agreements.models import Agreement, AgreementQuerySet, Amendment, Template
from maillage.applications.models import Recipient
from maillage.kit import clock
from maillage.kit.forms import AmountField, day_field, offer, offer_rows
from maillage.rules.calendar import add_months
from maillage.rules.money import down_to_cent
from maillage.rules.terms import Unit
from maillage.schemes.models import Scheme


class AgreementFilter(forms.Form):
    """What the list keeps."""

    state = forms.ChoiceField(label="État", choices=[("", "Tous"), *Agreement.State.choices], required=False)
    scheme = forms.ChoiceField(label="Dispositif", required=False)
    text = forms.CharField(label="Numéro ou bénéficiaire", required=False, max_length=100)

    def __init__(self, *args: Any, schemes: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "scheme", [("", "Tous"), *schemes])

    def apply(self, found: AgreementQuerySet) -> AgreementQuerySet:
        """The agreements that meet what was filled in; the whole filter falls when one field is wrong."""
        if not self.is_valid():
            return found
        if state := self.cleaned_data["state"]:
            found = found.filter(state=state)
        if scheme := self.cleaned_data["scheme"]:
            found = found.filter(decision__application__version__scheme__key=scheme)
        if text := self.cleaned_data["text"].strip():
            found = found.filter(
                Q(number__icontains=text) | Q(recipient__search_name__icontains=text.lower())
            )
        return found


class OperationForm(forms.Form):
    """A form about an agreement; what it holds goes to the action as it is."""

    def __init__(self, *args: Any, agreement: Agreement, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.agreement = agreement
        self.set_up()

    def set_up(self) -> None:
        """Fill in what depends on the agreement."""

    def arguments(self) -> dict[str, Any]:
        return self.cleaned_data


class TermsForm(forms.Form):
    """What the rules leave to be said in each agreement."""

    signatory = forms.CharField(
        label="Signataire de la collectivité",
        max_length=150,
        initial=SIGNATORY,
        help_text="Tel que l'acte l'écrit : « représenté par le Président ».",
    )
    ends_on = day_field("Fin de la convention", required=False)
    count = forms.IntegerField(
        label="Nombre de versements",
        required=False,
        min_value=1,
        max_value=600,
        help_text="Seulement si le règlement ne le fixe pas.",
    )
    clauses = forms.CharField(
        label="Dispositions particulières",
        required=False,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text="Une ligne vide sépare deux paragraphes.",
    )
    early_signature = forms.CharField(
        label="Pourquoi signer avant que la décision soit exécutoire",
        required=False,
        max_length=250,
        help_text="À laisser vide : la signature attend la transmission au préfet et la notification.",
    )


class ReviseForm(TermsForm, OperationForm):
    title = forms.CharField(label="Objet", max_length=250)

    field_order = ("title", "signatory", "ends_on", "count", "clauses", "early_signature")

    def set_up(self) -> None:
        held, terms = self.agreement, self.agreement.terms
        self.initial.update({"title": held.title, "ends_on": held.ends_on})
        self.initial.update({name: terms[name] for name in ("signatory", "clauses", "early_signature")})


class ReasonForm(OperationForm):
    reason = forms.CharField(label="Motif", max_length=2000, widget=forms.Textarea(attrs={"rows": 3}))


class DayForm(OperationForm):
    on = day_field("Date", initial=clock.today)


class SuspensionForm(OperationForm):
    on = day_field("À compter du", initial=clock.today)
    reason = forms.CharField(label="Motif", max_length=250)


class TerminationForm(OperationForm):
    on = day_field("Date de la résiliation", initial=clock.today)
    reason = forms.CharField(label="Motif", max_length=2000, widget=forms.Textarea(attrs={"rows": 3}))


class SignatureForm(OperationForm):
    party = forms.ChoiceField(label="Signée par", choices=[(key, label) for key, label in SIDES.items()])
    on = day_field("Date de la signature", initial=clock.today)
    copy = forms.FileField(label="Exemplaire signé", required=False, help_text="PDF ou image, 20 Mo au plus.")

    def set_up(self) -> None:
        left = [(side, label) for side, label in SIDES.items() if not self._signed(side)]
        offer(self, "party", left)

    def _signed(self, side: str) -> bool:
        return getattr(self.agreement, f"{side}_signed_on") is not None


class CopyForm(OperationForm):
    upload = forms.FileField(label="Exemplaire signé", help_text="PDF ou image, 20 Mo au plus.")


class ForwardForm(OperationForm):
    to = forms.ChoiceField(label="Transmise à", choices=[(key, label) for key, label in BODIES.items()])
    on = day_field("Date de la transmission", initial=clock.today)


class ProofForm(OperationForm):
    """A proof; the activity it declares is asked only where the grant counts some."""

    requirement = forms.ChoiceField(label="Justificatif")
    upload = forms.FileField(label="Fichier", help_text="PDF ou image, 20 Mo au plus.")
    covers_from = day_field("Période couverte, du", required=False)
    covers_until = day_field(
        "Période couverte, au",
        required=False,
        help_text="Par exemple l'année scolaire d'un certificat. Sans période, le justificatif sert au "
        "prochain versement qui l'attend.",
    )

    def set_up(self) -> None:
        labels = [(key, self.agreement.label_of(key)) for key in requirements(self.agreement)]
        offer(self, "requirement", labels)
        schedule = self.agreement.rules.schedule
        activity = schedule.activity if schedule is not None else None
        self.units = [unit for unit in Unit if activity is not None and unit in activity.rates]
        for unit in self.units:
            self.fields[f"unit_{unit}"] = forms.DecimalField(
                label=f"Nombre, en {unit.label}", min_value=Decimal(0), required=False, decimal_places=2
            )

    def arguments(self) -> dict[str, Any]:
        given = {unit.value: self.cleaned_data.pop(f"unit_{unit}") for unit in self.units}
        return self.cleaned_data | {"units": {unit: n for unit, n in given.items() if n is not None}}


class AmendmentForm(OperationForm):
    """What every amendment says; the forms of each kind add their own section and no other."""

    reason = forms.CharField(label="Motif", max_length=2000, widget=forms.Textarea(attrs={"rows": 3}))

    def after(self) -> dict[str, Any]:
        return {key: value for key, value in self.cleaned_data.items() if key != "reason"}


class AmountAmendmentForm(AmendmentForm):
    amount = AmountField(label="Nouveau montant (€)")
    decision = forms.CharField(label="Délibération qui le décide", max_length=60)

    field_order = ("amount", "decision", "reason")

    def set_up(self) -> None:
        self.initial.update({"amount": str(self.agreement.amount).replace(".", ",")})

    def after(self) -> dict[str, Any]:
        return super().after() | {"amount": str(self.cleaned_data["amount"])}


class ScheduleAmendmentForm(AmendmentForm):
    """What remains to be paid, in equal parts from a day, or milestone by milestone."""

    def set_up(self) -> None:
        schedule = self.agreement.rules.schedule
        self.lines = planning.as_planned(planning.unpaid(self.agreement))
        self.is_regular = schedule is not None and schedule.kind in planning.REGULAR
        if self.is_regular:
            self.fields |= {
                "count": forms.IntegerField(
                    label="Nombre de versements à venir",
                    min_value=1,
                    max_value=600,
                    initial=len(self.lines) or 1,
                ),
                "first_on": day_field(
                    "Premier de ces versements le", initial=self.lines[0].due_on if self.lines else None
                ),
                "every_months": forms.IntegerField(
                    label="Un versement tous les (mois)", min_value=1, max_value=24, initial=1
                ),
            }
        for rank, line in enumerate(self.lines if not self.is_regular else [], start=1):
            self.fields[f"amount_{rank}"] = AmountField(
                label=f"{line.label}, montant (€)", initial=str(line.amount).replace(".", ",")
            )
            self.fields[f"due_{rank}"] = day_field(f"{line.label}, date", initial=line.due_on, required=False)
        self.order_fields([name for name in self.fields if name != "reason"])

    def after(self) -> dict[str, Any]:
        return {"lines": self._equal() if self.is_regular else self._milestones()}

    def _equal(self) -> list[dict[str, Any]]:
        left = self.agreement.amount - planning.total(planning.kept(self.agreement))
        count, first_on = self.cleaned_data["count"], self.cleaned_data["first_on"]
        each = down_to_cent(left / count)
        proofs = {line.proof for line in self.lines}
        return [
            {
                "label": f"Versement {rank + 1} sur {count}",
                "due_on": add_months(first_on, rank * self.cleaned_data["every_months"]).isoformat(),
                "amount": str(each if rank < count - 1 else left - each * (count - 1)),
                "proof": proofs.pop() if len(proofs) == 1 and rank == 0 else None,
            }
            for rank in range(count)
        ]

    def _milestones(self) -> list[dict[str, Any]]:
        return [
            {
                "label": line.label,
                "due_on": _iso(self.cleaned_data[f"due_{rank}"]),
                "amount": str(self.cleaned_data[f"amount_{rank}"]),
                "proof": line.proof,
            }
            for rank, line in enumerate(self.lines, start=1)
        ]


class DurationAmendmentForm(AmendmentForm):
    ends_on = day_field("Nouvelle date de fin")

    field_order = ("ends_on", "reason")

    def set_up(self) -> None:
        self.initial.update({"ends_on": self.agreement.ends_on})

    def after(self) -> dict[str, Any]:
        return {"ends_on": _iso(self.cleaned_data["ends_on"])}


class PlaceAmendmentForm(AmendmentForm):
    commune = forms.CharField(
        label="Code INSEE de la nouvelle commune", max_length=5, help_text="Par exemple 41018."
    )

    field_order = ("commune", "reason")

    def set_up(self) -> None:
        self.initial.update({"commune": self.agreement.terms["place"]["commune"]})


class ObligationAmendmentForm(AmendmentForm):
    months = forms.IntegerField(label="Durée de l'engagement (mois)", min_value=1, max_value=600)
    start_within_months = forms.IntegerField(
        label="Délai pour s'installer (mois)", min_value=0, max_value=120, required=False
    )

    field_order = ("months", "start_within_months", "reason")

    def set_up(self) -> None:
        terms = self.agreement.rules.obligation
        if terms is not None:
            self.initial.update({"months": terms.months, "start_within_months": terms.start_within_months})


class RecipientAmendmentForm(AmendmentForm):
    identifier = forms.CharField(
        label="SIRET, RPPS ou FINESS du nouveau bénéficiaire",
        max_length=15,
        help_text="Le bénéficiaire est déjà connu de la collectivité.",
    )

    field_order = ("identifier", "reason")

    def clean_identifier(self) -> Recipient:
        number = self.cleaned_data["identifier"].replace(" ", "")
        known = Recipient.objects.filter(authority=self.agreement.authority)
        found = known.filter(Q(siret=number) | Q(rpps=number) | Q(finess=number)).first() if number else None
        if found is None:
            raise forms.ValidationError("Aucun bénéficiaire connu ne porte ce numéro : vérifiez-le.")
        return found

    def after(self) -> dict[str, Any]:
        return {"recipient": self.cleaned_data["identifier"].pk}


AMENDMENTS: dict[str, type[AmendmentForm]] = {
    Amendment.Kind.AMOUNT: AmountAmendmentForm,
    Amendment.Kind.SCHEDULE: ScheduleAmendmentForm,
    Amendment.Kind.DURATION: DurationAmendmentForm,
    Amendment.Kind.PLACE: PlaceAmendmentForm,
    Amendment.Kind.OBLIGATION: ObligationAmendmentForm,
    Amendment.Kind.RECIPIENT: RecipientAmendmentForm,
}


class AmendmentSignatureForm(forms.Form):
    on = day_field("Signé le", initial=clock.today)
    copy = forms.FileField(label="Exemplaire signé", required=False)


class TemplateForm(forms.Form):
    label = forms.CharField(label="Nom du modèle", max_length=140)
    scheme_key = forms.ChoiceField(label="Dispositif", required=False)
    upload = forms.FileField(label="Document Word (.docx)")

    def __init__(self, *args: Any, schemes: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "scheme_key", [("", "Tous"), *schemes])


class TrialForm(forms.Form):
    """A template tried on an agreement."""

    template = forms.ModelChoiceField(label="Modèle", queryset=Template.objects.none())
    agreement = forms.CharField(label="Numéro de convention", max_length=20)

    def __init__(self, *args: Any, templates: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer_rows(self, "template", templates)


def scheme_choices(authority: Any) -> list[tuple[str, str]]:
    return list(Scheme.objects.filter(authority=authority).values_list("key", "title"))


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day is not None else None
