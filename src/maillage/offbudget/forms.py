"""What people type about guarantees and exemptions. Shares are typed in per cent, kept as shares of one."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms

from maillage.offbudget.models import GuaranteeYear, LoanGuarantee, TaxExemption
from maillage.territories.models import Commune

HUNDRED = Decimal(100)


def _day() -> forms.DateInput:
    return forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})


class ShareField(forms.DecimalField):
    """A share typed in per cent: 50 is one half."""

    def __init__(self, **options: Any) -> None:
        super().__init__(min_value=0, max_value=100, decimal_places=1, **options)

    def clean(self, value: Any) -> Decimal | None:
        percent = super().clean(value)
        return None if percent is None else percent / HUNDRED

    def prepare_value(self, value: Any) -> Any:
        return value * HUNDRED if isinstance(value, Decimal) else value


class GuaranteeForm(forms.ModelForm[LoanGuarantee]):
    share = ShareField(label="Part garantie (%)", help_text="50 % au plus, toutes collectivités ensemble.")
    other_share = ShareField(label="Part garantie par d'autres collectivités (%)", initial=Decimal(0))

    class Meta:
        model = LoanGuarantee
        fields = ["debtor", "lender", "purpose", "principal", "rate", "years", "starts_on"]
        widgets = {"starts_on": _day()}


class GuaranteeYearForm(forms.ModelForm[GuaranteeYear]):
    class Meta:
        model = GuaranteeYear
        fields = ["year", "operating_revenue", "own_debt_annuity", "other_guaranteed_annuities"]


class DecisionForm(forms.Form):
    decision = forms.CharField(label="Numéro de la délibération", max_length=120)


class CallForm(forms.Form):
    amount = forms.DecimalField(label="Montant appelé (€)", min_value=Decimal("0.01"), decimal_places=2)
    on = forms.DateField(label="Appelée le", widget=_day())


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
        widgets = {"permit_on": _day(), "effective_on": _day()}
        help_texts = {"commune": "Code officiel (INSEE), par exemple 00001."}

    def clean_commune(self) -> str:
        code: str = self.cleaned_data["commune"].strip().upper()
        if not Commune.objects.filter(pk=code).exists():
            raise forms.ValidationError(f"« {code} » n'est pas le code d'une commune chargée.")
        return code
