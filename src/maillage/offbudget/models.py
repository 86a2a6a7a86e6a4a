"""What the authority gives without paying: loan guarantees and tax exemptions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q

from maillage.accounts.models import Authority, User
from maillage.accounts.rights import Right
from maillage.applications.models import Application

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser


class GuaranteeYear(models.Model):
    """The figures of a year against which guarantees are measured (CGCT L3231-4)."""

    authority = models.ForeignKey(Authority, on_delete=models.PROTECT, related_name="+")
    year = models.PositiveSmallIntegerField("exercice")
    operating_revenue = models.DecimalField(
        "recettes réelles de fonctionnement (€)", max_digits=14, decimal_places=2
    )
    own_debt_annuity = models.DecimalField("annuité de la dette propre (€)", max_digits=14, decimal_places=2)
    other_guaranteed_annuities = models.DecimalField(
        "annuités déjà garanties hors plan (€)", max_digits=14, decimal_places=2, default=0
    )

    class Meta:
        verbose_name = "ratios de garantie"
        verbose_name_plural = "ratios de garantie"
        ordering = ["authority", "-year"]
        constraints = [models.UniqueConstraint(fields=["authority", "year"], name="one_guarantee_year")]

    def __str__(self) -> str:
        return f"{self.authority}, {self.year}"


class LoanGuaranteeQuerySet(models.QuerySet["LoanGuarantee"]):
    def visible_to(self, user: User | AnonymousUser) -> LoanGuaranteeQuerySet:
        return self.filter(authority__in=Authority.objects.where(user, Right.SEE_APPLICATIONS))


class LoanGuarantee(models.Model):
    """A professional loan that the authority guarantees in part (CGCT L3231-4, D1511-32 to 35)."""

    class State(models.TextChoices):
        PROPOSED = "proposed", "Proposée"
        GRANTED = "granted", "Accordée"
        CALLED = "called", "Appelée"
        ENDED = "ended", "Éteinte"
        REFUSED = "refused", "Refusée"

    authority = models.ForeignKey(Authority, on_delete=models.PROTECT, related_name="loan_guarantees")
    application = models.ForeignKey(
        Application, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    debtor = models.CharField("emprunteur", max_length=200)
    lender = models.CharField("prêteur", max_length=200)
    purpose = models.CharField("objet", max_length=250)
    principal = models.DecimalField("capital (€)", max_digits=12, decimal_places=2)
    rate = models.DecimalField("taux annuel (%)", max_digits=5, decimal_places=3)
    years = models.PositiveSmallIntegerField("durée (années)")
    share = models.DecimalField("quotité garantie", max_digits=4, decimal_places=3)
    other_share = models.DecimalField(
        "quotité garantie par d'autres", max_digits=4, decimal_places=3, default=0
    )
    starts_on = models.DateField("à compter du")
    state = models.CharField("état", max_length=10, choices=State, default=State.PROPOSED)
    decision = models.CharField("délibération", max_length=120, blank=True)
    called_amount = models.DecimalField(
        "montant appelé (€)", max_digits=12, decimal_places=2, null=True, blank=True
    )
    # The three ratios as they were on the day of the decision.
    ratios = models.JSONField("ratios", default=list, blank=True)

    objects = LoanGuaranteeQuerySet.as_manager()

    class Meta:
        verbose_name = "garantie d'emprunt"
        verbose_name_plural = "garanties d'emprunt"
        ordering = ["-starts_on", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(share__gt=0, share__lte=1, other_share__gte=0),
                name="guaranteed_share_is_a_share",
                violation_error_message="Une quotité garantie va de 0 à 100 %%.",
            )
        ]

    def __str__(self) -> str:
        return f"{self.debtor}, {self.purpose}"


class TaxExemptionQuerySet(models.QuerySet["TaxExemption"]):
    def visible_to(self, user: User | AnonymousUser) -> TaxExemptionQuerySet:
        return self.filter(authority__in=Authority.objects.where(user, Right.SEE_PROGRAMME))


class TaxExemption(models.Model):
    """A health house exempted from the development tax, and the tax forgone (CGI 1635 quater E, I, 7°)."""

    authority = models.ForeignKey(Authority, on_delete=models.PROTECT, related_name="tax_exemptions")
    project = models.CharField("maison de santé", max_length=200)
    commune = models.CharField("commune", max_length=5)
    permit_number = models.CharField("permis de construire", max_length=30, blank=True)
    permit_on = models.DateField("permis délivré le", null=True, blank=True)
    taxable_area = models.DecimalField(
        "surface taxable (m²)", max_digits=9, decimal_places=2, null=True, blank=True
    )
    value_per_m2 = models.DecimalField(
        "valeur forfaitaire (€/m²)", max_digits=8, decimal_places=2, null=True, blank=True
    )
    tax_rate = models.DecimalField(
        "taux départemental (%)", max_digits=5, decimal_places=3, null=True, blank=True
    )
    exempted_share = models.DecimalField("part exonérée", max_digits=4, decimal_places=3, default=1)
    decision = models.CharField("délibération", max_length=120)
    effective_on = models.DateField("applicable à compter du")

    objects = TaxExemptionQuerySet.as_manager()

    class Meta:
        verbose_name = "exonération de taxe d'aménagement"
        verbose_name_plural = "exonérations de taxe d'aménagement"
        ordering = ["-effective_on", "project", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(exempted_share__gt=0, exempted_share__lte=1),
                name="exempted_share_is_a_share",
                violation_error_message="La part exonérée va de 0 à 100 %%.",
            )
        ]

    def __str__(self) -> str:
        return f"{self.project}, {self.permit_number}"
