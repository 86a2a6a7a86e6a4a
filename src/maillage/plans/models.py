"""The plan as voted and as lived: axes, measures, money, milestones, targets, indicators, decisions."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from django.db import models
from django.db.models import F, Q

from maillage.accounts.models import Authority, User
from maillage.kit import clock

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser


class PlanQuerySet(models.QuerySet["Plan"]):
    def visible_to(self, user: User | AnonymousUser) -> PlanQuerySet:
        """The plans of the authorities where the user has a role."""
        return self.filter(authority__in=Authority.objects.visible_to(user))


class Plan(models.Model):
    """A plan voted by an authority for a period."""

    class Status(models.TextChoices):
        DRAFT = "draft", "En préparation"
        RUNNING = "running", "En cours"
        CLOSED = "closed", "Terminé"

    authority = models.ForeignKey(Authority, on_delete=models.PROTECT, related_name="plans")
    key = models.SlugField("clé", max_length=80)
    title = models.CharField("titre", max_length=200)
    objective = models.TextField("objectif", blank=True)
    status = models.CharField("état", max_length=12, choices=Status, default=Status.RUNNING)
    first_year = models.PositiveSmallIntegerField("première année")
    last_year = models.PositiveSmallIntegerField("dernière année")
    adopted_on = models.DateField("adopté le", null=True, blank=True)
    # What was announced to the public, which need not be the sum of what is voted.
    announced_amount = models.DecimalField(
        "montant annoncé (€)", max_digits=12, decimal_places=2, null=True, blank=True
    )
    announced_wording = models.CharField("annonce", max_length=200, blank=True)
    seeds = models.JSONField("références", default=list, blank=True)

    objects = PlanQuerySet.as_manager()

    class Meta:
        verbose_name = "plan"
        ordering = ["-first_year", "title", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["authority", "key"],
                name="one_plan_per_key",
                violation_error_message="Cette collectivité a déjà un plan de cette clé.",
            ),
            models.CheckConstraint(
                condition=Q(last_year__gte=F("first_year")),
                name="plan_ends_after_it_starts",
                violation_error_message="La dernière année d'un plan ne peut précéder la première.",
            ),
        ]

    def __str__(self) -> str:
        return self.title


class PlanVersion(models.Model):
    """One loading of the plan file, kept as it was written."""

    plan = models.ForeignKey(Plan, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField("numéro")
    sha256 = models.CharField(max_length=64)
    source = models.TextField("fichier")
    changes = models.JSONField("changements", default=list)
    loaded_at = models.DateTimeField("chargé le", default=clock.now)
    loaded_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        verbose_name = "version du plan"
        verbose_name_plural = "versions du plan"
        ordering = ["plan", "-number"]
        constraints = [models.UniqueConstraint(fields=["plan", "number"], name="one_plan_version_per_number")]

    def __str__(self) -> str:
        return f"{self.plan}, version {self.number}"


class PlanDecision(models.Model):
    """A vote that founds or changes the plan: framework decision, adoption, mid-term review."""

    plan = models.ForeignKey(Plan, on_delete=models.CASCADE, related_name="decisions")
    key = models.SlugField("clé", max_length=80)
    title = models.CharField("objet", max_length=200)
    number = models.CharField("numéro", max_length=60, blank=True)
    taken_on = models.DateField("date", null=True, blank=True)
    body = models.CharField("instance", max_length=120, blank=True)
    seeds = models.JSONField("références", default=list, blank=True)

    class Meta:
        verbose_name = "décision"
        ordering = ["plan", F("taken_on").asc(nulls_last=True), "pk"]
        constraints = [models.UniqueConstraint(fields=["plan", "key"], name="one_plan_decision_per_key")]

    def __str__(self) -> str:
        return self.title


class Remark(models.Model):
    """A gap or a contradiction that the plan file states: said, never settled in silence."""

    plan = models.ForeignKey(Plan, on_delete=models.CASCADE, related_name="remarks")
    code = models.CharField("code", max_length=20)
    text = models.TextField("remarque")
    seeds = models.JSONField("références", default=list, blank=True)

    class Meta:
        verbose_name = "remarque"
        ordering = ["plan", "code"]
        constraints = [models.UniqueConstraint(fields=["plan", "code"], name="one_remark_per_code")]

    def __str__(self) -> str:
        return f"{self.code} {self.text}"


class Partner(models.Model):
    """Someone the plan relies on, and for what."""

    plan = models.ForeignKey(Plan, on_delete=models.CASCADE, related_name="partners")
    key = models.SlugField("clé", max_length=80)
    name = models.CharField("nom", max_length=200)
    part = models.TextField("rôle", blank=True)
    seeds = models.JSONField("références", default=list, blank=True)

    class Meta:
        verbose_name = "partenaire"
        ordering = ["plan", "name"]
        constraints = [models.UniqueConstraint(fields=["plan", "key"], name="one_partner_per_key")]

    def __str__(self) -> str:
        return self.name


class Axis(models.Model):
    """A strategic axis of the plan."""

    plan = models.ForeignKey(Plan, on_delete=models.CASCADE, related_name="axes")
    key = models.SlugField("clé", max_length=80)
    position = models.PositiveSmallIntegerField("rang")
    title = models.CharField("titre", max_length=250)
    objective = models.TextField("objectif", blank=True)
    is_priority = models.BooleanField("prioritaire", default=False)
    seeds = models.JSONField("références", default=list, blank=True)

    class Meta:
        verbose_name = "axe"
        verbose_name_plural = "axes"
        ordering = ["plan", "position", "pk"]
        constraints = [models.UniqueConstraint(fields=["plan", "key"], name="one_axis_per_key")]

    def __str__(self) -> str:
        return self.title


class MeasureQuerySet(models.QuerySet["Measure"]):
    def visible_to(self, user: User | AnonymousUser) -> MeasureQuerySet:
        """The measures of the plans of the authorities where the user has a role."""
        return self.filter(axis__plan__authority__in=Authority.objects.visible_to(user))

    def late(self, on: date) -> MeasureQuerySet:
        """Measures that go on with a milestone due before that day and not reached."""
        missed = Milestone.objects.filter(due_on__lt=on, reached_on=None)
        return self.exclude(status__in=Measure.OVER).filter(pk__in=missed.values("measure"))


class Measure(models.Model):
    """What the authority does: an owner, dates, a status that is never left unsaid."""

    class Status(models.TextChoices):
        PLANNED = "planned", "Prévue"
        RUNNING = "running", "En cours"
        DONE = "done", "Réalisée"
        SUSPENDED = "suspended", "Suspendue"
        ABANDONED = "abandoned", "Abandonnée"
        NOT_REPORTED = "not_reported", "Sans nouvelles"
        WITHDRAWN = "withdrawn", "Retirée du plan"

    # States in which nothing more is due.
    OVER = (Status.DONE, Status.ABANDONED, Status.WITHDRAWN)

    axis = models.ForeignKey(Axis, on_delete=models.CASCADE, related_name="measures")
    key = models.SlugField("clé", max_length=80)
    position = models.PositiveSmallIntegerField("rang")
    title = models.CharField("titre", max_length=250)
    description = models.TextField("description", blank=True)
    status = models.CharField("état", max_length=12, choices=Status, default=Status.PLANNED)
    status_reason = models.TextField("explication de l'état", blank=True)
    owner = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    owner_name = models.CharField("responsable", max_length=200, blank=True)
    starts_on = models.DateField("début", null=True, blank=True)
    ends_on = models.DateField("fin", null=True, blank=True)
    seeds = models.JSONField("références", default=list, blank=True)

    objects = MeasureQuerySet.as_manager()

    class Meta:
        verbose_name = "mesure"
        ordering = ["axis", "position", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["axis", "key"], name="one_measure_per_key"),
            models.CheckConstraint(
                condition=Q(ends_on=None) | Q(starts_on=None) | Q(ends_on__gte=F("starts_on")),
                name="measure_ends_after_it_starts",
                violation_error_message="La fin d'une mesure ne peut précéder son début.",
            ),
        ]

    def __str__(self) -> str:
        return self.title


class PlannedMoney(models.Model):
    """Money that the plan announces for a measure. Null is « à définir », never zero."""

    class Kind(models.TextChoices):
        NEW = "new", "Moyens nouveaux"
        BASE = "base", "Moyens existants"

    class Per(models.TextChoices):
        YEAR = "year", "par an"
        TOTAL = "total", "au total"

    class Section(models.TextChoices):
        OPERATING = "operating", "Fonctionnement"
        INVESTMENT = "investment", "Investissement"

    measure = models.ForeignKey(Measure, on_delete=models.CASCADE, related_name="money")
    label = models.CharField("objet", max_length=200)
    kind = models.CharField("moyens", max_length=8, choices=Kind, default=Kind.NEW)
    is_high_estimate = models.BooleanField("estimation haute", default=False)
    section = models.CharField("section", max_length=12, choices=Section, default=Section.OPERATING)
    amount = models.DecimalField("montant (€)", max_digits=12, decimal_places=2, null=True, blank=True)
    per = models.CharField("période", max_length=8, choices=Per, default=Per.YEAR)
    first_year = models.PositiveSmallIntegerField("de", null=True, blank=True)
    last_year = models.PositiveSmallIntegerField("à", null=True, blank=True)
    nature = models.CharField("nature M57", max_length=8, blank=True)
    function = models.CharField("fonction M57", max_length=8, blank=True)
    seeds = models.JSONField("références", default=list, blank=True)

    class Meta:
        verbose_name = "montant prévu"
        verbose_name_plural = "montants prévus"
        ordering = ["measure", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(amount=None) | Q(amount__gte=0),
                name="planned_money_is_not_negative",
                violation_error_message="Un montant prévu ne peut être négatif.",
            )
        ]

    def __str__(self) -> str:
        return self.label


class Milestone(models.Model):
    """A dated step of a measure."""

    measure = models.ForeignKey(Measure, on_delete=models.CASCADE, related_name="milestones")
    key = models.SlugField("clé", max_length=80)
    label = models.CharField("jalon", max_length=250)
    due_on = models.DateField("échéance", null=True, blank=True)
    reached_on = models.DateField("atteint le", null=True, blank=True)
    seeds = models.JSONField("références", default=list, blank=True)

    class Meta:
        verbose_name = "jalon"
        verbose_name_plural = "jalons"
        ordering = ["measure", F("due_on").asc(nulls_last=True), "pk"]
        constraints = [models.UniqueConstraint(fields=["measure", "key"], name="one_milestone_per_key")]

    def __str__(self) -> str:
        return self.label


class Indicator(models.Model):
    """What shows that a measure works: baseline, target and readings."""

    measure = models.ForeignKey(Measure, on_delete=models.CASCADE, related_name="indicators")
    key = models.SlugField("clé", max_length=80)
    label = models.CharField("indicateur", max_length=250)
    unit = models.CharField("unité", max_length=60, blank=True)
    source = models.CharField("source", max_length=200, blank=True)
    baseline = models.DecimalField("départ", max_digits=14, decimal_places=2, null=True, blank=True)
    target = models.DecimalField("cible", max_digits=14, decimal_places=2, null=True, blank=True)
    due_on = models.DateField("à atteindre le", null=True, blank=True)
    seeds = models.JSONField("références", default=list, blank=True)

    class Meta:
        verbose_name = "indicateur"
        ordering = ["measure", "pk"]
        constraints = [models.UniqueConstraint(fields=["measure", "key"], name="one_indicator_per_key")]

    def __str__(self) -> str:
        return self.label


class Reading(models.Model):
    """A value of an indicator at a date, with its source."""

    indicator = models.ForeignKey(Indicator, on_delete=models.CASCADE, related_name="readings")
    on = models.DateField("date")
    value = models.DecimalField("valeur", max_digits=14, decimal_places=2)
    source = models.CharField("source", max_length=200, blank=True)
    recorded_at = models.DateTimeField("saisi le", default=clock.now)
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    seeds = models.JSONField("références", default=list, blank=True)

    class Meta:
        verbose_name = "relevé"
        ordering = ["indicator", "on", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["indicator", "on"],
                name="one_reading_per_day",
                violation_error_message="Cet indicateur a déjà une valeur à cette date.",
            )
        ]

    def __str__(self) -> str:
        return f"{self.value} le {self.on}"
