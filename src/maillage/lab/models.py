"""Scenarios that people build, and the results that the laboratory computed for them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import F, Q

from maillage.accounts.models import Authority, User
from maillage.accounts.rights import Right
from maillage.diagnosis.models import Snapshot
from maillage.kit import clock
from maillage.lab.effects import RULES, Kind
from maillage.plans.models import Measure

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser


class ScenarioQuerySet(models.QuerySet["Scenario"]):
    def visible_to(self, user: User | AnonymousUser) -> ScenarioQuerySet:
        return self.filter(authority__in=Authority.objects.where(user, Right.SEE_LAB))

    def kept(self) -> ScenarioQuerySet:
        """Those nobody put away."""
        return self.filter(archived_at=None)


class Scenario(models.Model):
    """What if: a list of changes on a snapshot of a territory, with their dates and their costs."""

    authority = models.ForeignKey(Authority, on_delete=models.PROTECT, related_name="scenarios")
    title = models.CharField("titre", max_length=120)
    question = models.TextField("question posée", blank=True)
    # The territory may be wider or narrower than the authority's own: « departement:00 ».
    territory = models.CharField("territoire", max_length=24)
    snapshot = models.ForeignKey(Snapshot, on_delete=models.PROTECT, related_name="+")
    # Assumptions changed by hand, by name; the others are those of `effects.EFFECTS`.
    assumptions = models.JSONField("hypothèses modifiées", default=dict, blank=True)
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField("créé le", default=clock.now)
    archived_at = models.DateTimeField("rangé le", null=True, blank=True)

    objects = ScenarioQuerySet.as_manager()

    class Meta:
        verbose_name = "scénario"
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["authority", "title"],
                condition=Q(archived_at=None),
                name="one_scenario_per_title",
                violation_error_message="Un scénario porte déjà ce titre : donnez-lui-en un autre.",
            )
        ]

    def __str__(self) -> str:
        return self.title


class Change(models.Model):
    """One thing that a scenario changes in one commune."""

    # What the kinds mean and are worth is in `effects`.
    KINDS = [(kind.value, RULES[kind].label) for kind in Kind]

    scenario = models.ForeignKey(Scenario, on_delete=models.CASCADE, related_name="changes")
    kind = models.CharField("nature", max_length=14, choices=KINDS)
    commune = models.CharField("commune", max_length=5)
    quantity = models.DecimalField("quantité", max_digits=7, decimal_places=2, null=True, blank=True)
    starts_on = models.DateField("à partir du")
    ends_on = models.DateField("jusqu'au", null=True, blank=True)
    # Null is « à chiffrer », never free.
    investment = models.DecimalField(
        "investissement (€)", max_digits=12, decimal_places=2, null=True, blank=True
    )
    yearly_cost = models.DecimalField(
        "coût par an (€)", max_digits=12, decimal_places=2, null=True, blank=True
    )
    note = models.CharField("note", max_length=200, blank=True)
    # The measure of a plan that came of it.
    measure = models.ForeignKey(Measure, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")

    class Meta:
        verbose_name = "changement"
        ordering = ["scenario", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind=Kind.CLOSURE, quantity=None)
                | ~Q(kind=Kind.CLOSURE) & Q(quantity__isnull=False),
                name="change_has_its_quantity",
                violation_error_message="Donnez la quantité ; une fermeture n'en a pas.",
            ),
            models.CheckConstraint(
                condition=Q(kind=Kind.HOURS) | Q(quantity=None) | Q(quantity__gt=0),
                name="change_quantity_is_positive",
                violation_error_message="La quantité est un nombre supérieur à zéro.",
            ),
            models.CheckConstraint(
                condition=Q(ends_on=None) | Q(ends_on__gte=F("starts_on")),
                name="change_ends_after_it_starts",
                violation_error_message="La fin ne peut précéder le début.",
            ),
            models.CheckConstraint(
                condition=(Q(investment=None) | Q(investment__gte=0))
                & (Q(yearly_cost=None) | Q(yearly_cost__gte=0)),
                name="change_costs_are_not_negative",
                violation_error_message="Un coût ne peut être négatif.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} ({self.commune})"


class ResultQuerySet(models.QuerySet["Result"]):
    def visible_to(self, user: User | AnonymousUser) -> ResultQuerySet:
        return self.filter(authority__in=Authority.objects.where(user, Right.SEE_LAB))


class Result(models.Model):
    """What a long computation found: never changed once kept, so that it can be quoted and replayed.

    `request` is what was asked, `outcome` what was found, `provenance` the data it stands on; the three are
    enough to do it again.
    """

    class Kind(models.TextChoices):
        FORECAST = "forecast", "Prévision"
        SITING = "siting", "Implantation"
        FRONT = "front", "Compromis entre deux buts"
        EVALUATION = "evaluation", "Évaluation"

    authority = models.ForeignKey(Authority, on_delete=models.PROTECT, related_name="lab_results")
    kind = models.CharField("nature", max_length=10, choices=Kind)
    title = models.CharField("titre", max_length=160)
    territory = models.CharField("territoire", max_length=24)
    snapshot = models.ForeignKey(Snapshot, on_delete=models.PROTECT, null=True, related_name="+")
    request = models.JSONField("demande")
    outcome = models.JSONField("résultat")
    provenance = models.JSONField("données")
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    made_at = models.DateTimeField("calculé le", default=clock.now)

    objects = ResultQuerySet.as_manager()

    class Meta:
        verbose_name = "résultat"
        ordering = ["-made_at", "-pk"]
        indexes = [models.Index(fields=["authority", "kind", "-made_at"], name="lab_result_list")]

    def __str__(self) -> str:
        return self.title
