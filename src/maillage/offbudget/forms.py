"""What people type about guarantees and exemptions. Shares are typed in per cent, kept as shares of one."""

from __future__ import annotations

from decimal import Decimal

from django import forms

from maillage.kit.forms import AmountField, ShareField, day_input
from maillage.offbudget.models import GuaranteeYear, LoanGuarantee, TaxExemption
from maillage.territories.models import Commune


class GuaranteeForm(forms.ModelForm[LoanGuarantee]):
    share = ShareField(label="Part garantie (%)", help_text="50 % au plus, toutes collectivités ensemble.")
    other_share = ShareField(label="Part garantie par d'autres collectivités (%)", initial=Decimal(0))

    class Meta:
        model = LoanGuarantee
        fields = ["debtor", "lender", "purpose", "principal", "rate", "years", "starts_on"]
        widgets = {"starts_on": day_input()}


class GuaranteeYearForm(forms.ModelForm[GuaranteeYear]):
    class Meta:
        model = GuaranteeYear
        fields = ["year", "operating_revenue", "own_debt_annuity", "other_guaranteed_annuities"]


class DecisionForm(forms.Form):
    decision = forms.CharField(label="Numéro de la délibération", max_length=120)


class CallForm(forms.Form):
    amount = AmountField(label="Montant appelé (€)", min_value=Decimal("0.01"))
    on = forms.DateField(label="Appelée le", widget=day_input())


class ExemptionForm(forms.ModelForm[TaxExemption]):
    exempted_share = ShareField(label="Part exonérée (%)", initial=Decimal(1))

    class Meta:
        model = TaxExemption
        fields = [
            "project",
            "commune",
            "permit_number",
            "permit_on",
            "taxable_area",
            "value_per_m2",
            "tax_rate",
            "decision",
            "effective_on",
        ]
        widgets = {"permit_on": day_input(), "effective_on": day_input()}
        help_texts = {"commune": "Code officiel (INSEE), par exemple 00001."}

    def clean_commune(self) -> str:
        code: str = self.cleaned_data["commune"].strip().upper()
        if not Commune.objects.filter(pk=code).exists():
            raise forms.ValidationError(f"« {code} » n'est pas le code d'une commune chargée.")
        return code
