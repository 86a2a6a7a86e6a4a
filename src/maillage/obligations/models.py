"""Practice obligations: their clock, what the register shows, breach, claw-back and recovery."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import F, Q

from maillage.accounts.models import User
from maillage.agreements.models import Agreement
from maillage.files.models import StoredFile
from maillage.kit import clock
from maillage.letters.models import Letter
from maillage.territories.models import Dataset

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser


class ObligationQuerySet(models.QuerySet["PracticeObligation"]):
    def visible_to(self, user: User | AnonymousUser) -> ObligationQuerySet:
        return self.filter(agreement__in=Agreement.objects.visible_to(user))


class PracticeObligation(models.Model):
    """The engagement to practise: by whom, where, from when, how long, for what share of activity."""

    class State(models.TextChoices):
        STUDYING = "studying", "Études en cours"
        AWAITING_START = "awaiting_start", "Installation attendue"
        RUNNING = "running", "En cours"
        DEFERRED = "deferred", "Reportée"
        FULFILLED = "fulfilled", "Remplie"
        WAIVED = "waived", "Dispensée"
        BREACHED = "breached", "Manquement confirmé"

    agreement = models.OneToOneField(Agreement, on_delete=models.PROTECT, related_name="obligation")
    state = models.CharField("état", max_length=16, choices=State, default=State.STUDYING)
    rpps = models.CharField("RPPS", max_length=15, blank=True, db_index=True)
    finess = models.CharField("FINESS", max_length=9, blank=True)
    months = models.PositiveSmallIntegerField("durée (mois)")
    # Diploma, signature, opening…: the day from which the start is counted, once known.
    trigger_on = models.DateField("fait déclencheur", null=True, blank=True)
    start_deadline = models.DateField("installation au plus tard le", null=True, blank=True)
    started_on = models.DateField("débutée le", null=True, blank=True)
    ended_on = models.DateField("terminée le", null=True, blank=True)
    commune = models.CharField("commune d'exercice", max_length=5, blank=True)
    share = models.DecimalField("part de l'activité", max_digits=4, decimal_places=3, null=True, blank=True)

    objects = ObligationQuerySet.as_manager()

    class Meta:
        verbose_name = "engagement d'exercice"
        verbose_name_plural = "engagements d'exercice"
        ordering = [F("start_deadline").asc(nulls_last=True), "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(months__gt=0),
                name="obligation_lasts",
                violation_error_message="Un engagement d'exercice dure au moins un mois.",
            )
        ]

    def __str__(self) -> str:
        return f"Engagement de {self.agreement.recipient} ({self.agreement.number})"


class PracticePeriod(models.Model):
    """A stretch of practice, or of interruption: what the clock counts."""

    class Kind(models.TextChoices):
        PRACTICE = "practice", "Exercice"
        INTERRUPTION = "interruption", "Interruption"

    obligation = models.ForeignKey(PracticeObligation, on_delete=models.CASCADE, related_name="periods")
    kind = models.CharField("nature", max_length=12, choices=Kind)
    starts_on = models.DateField("du")
    ends_on = models.DateField("au", null=True, blank=True)
    commune = models.CharField("commune", max_length=5, blank=True)
    share = models.DecimalField("part de l'activité", max_digits=4, decimal_places=3, null=True, blank=True)
    reason = models.CharField("motif", max_length=120, blank=True)
    # Where it comes from: sworn statement, register, officer.
    source = models.CharField("source", max_length=60, blank=True)

    class Meta:
        verbose_name = "période d'exercice"
        verbose_name_plural = "périodes d'exercice"
        ordering = ["obligation", "starts_on", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on=None) | Q(ends_on__gte=F("starts_on")),
                name="period_ends_after_it_starts",
                violation_error_message="La fin d'une période ne peut précéder son début.",
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} depuis le {self.starts_on}"


class PracticeProof(models.Model):
    """The yearly statement of practice: due on the anniversary, reminded, received, checked."""

    class State(models.TextChoices):
        DUE = "due", "Attendue"
        RECEIVED = "received", "Reçue"
        ACCEPTED = "accepted", "Acceptée"
        REFUSED = "refused", "Refusée"

    obligation = models.ForeignKey(PracticeObligation, on_delete=models.CASCADE, related_name="proofs")
    due_on = models.DateField("attendue le")
    state = models.CharField("état", max_length=10, choices=State, default=State.DUE)
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    received_at = models.DateTimeField("reçue le", null=True, blank=True)
    checked_at = models.DateTimeField("vérifiée le", null=True, blank=True)
    checked_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    reason = models.CharField("motif", max_length=250, blank=True)
    # Days from the due date of the reminders already sent: [-30, 0].
    reminders = models.JSONField("rappels envoyés", default=list, blank=True)

    class Meta:
        verbose_name = "attestation d'exercice"
        verbose_name_plural = "attestations d'exercice"
        ordering = ["obligation", "due_on", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["obligation", "due_on"], name="one_proof_per_due_date")
        ]

    def __str__(self) -> str:
        return f"attestation du {self.due_on:%d/%m/%Y} ({self.obligation})"


class Observation(models.Model):
    """What a load of the register shows about a running obligation."""

    class Kind(models.TextChoices):
        LEFT_TERRITORY = "left_territory", "A quitté le territoire"
        NOT_IN_FILE = "not_in_file", "N'est plus dans le répertoire"
        NEW_SITE = "new_site", "Nouveau lieu d'exercice"
        LEFT_ZONE = "left_zone", "Hors des zones prévues"
        SEEN = "seen", "Installation constatée"

    class State(models.TextChoices):
        OPEN = "open", "À examiner"
        EXPLAINED = "explained", "Expliquée"
        ESCALATED = "escalated", "Manquement présumé"

    obligation = models.ForeignKey(PracticeObligation, on_delete=models.CASCADE, related_name="observations")
    dataset = models.ForeignKey(Dataset, on_delete=models.SET_NULL, null=True, related_name="+")
    kind = models.CharField("constat", max_length=16, choices=Kind)
    state = models.CharField("état", max_length=10, choices=State, default=State.OPEN)
    # The communes and sites found, as the register gave them.
    found = models.JSONField("relevé", default=dict)
    at = models.DateTimeField("date", default=clock.now)
    # What tells two observations of the same fact apart from one: kind, sites.
    fingerprint = models.CharField(max_length=64)
    explanation = models.TextField("explication", blank=True)
    closed_at = models.DateTimeField("close le", null=True, blank=True)
    closed_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        verbose_name = "constat"
        ordering = ["-at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["obligation", "fingerprint"],
                condition=Q(state="open"),
                name="an_open_observation_is_raised_once",
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} ({self.obligation})"


class Breach(models.Model):
    """A breach suspected, heard (CRPA L121-1), then deferred, waived or confirmed."""

    class State(models.TextChoices):
        SUSPECTED = "suspected", "Présumé"
        ADVERSARIAL = "adversarial", "Procédure contradictoire"
        DEFERRED = "deferred", "Report accordé"
        WAIVED = "waived", "Dispense accordée"
        DISMISSED = "dismissed", "Écarté"
        CONFIRMED = "confirmed", "Confirmé"

    obligation = models.ForeignKey(PracticeObligation, on_delete=models.PROTECT, related_name="breaches")
    state = models.CharField("état", max_length=12, choices=State, default=State.SUSPECTED)
    occurred_on = models.DateField("survenu le")
    reason = models.TextField("faits")
    opened_at = models.DateTimeField("ouvert le", default=clock.now)
    opened_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    letter = models.ForeignKey(Letter, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    heard_until = models.DateField("observations jusqu'au", null=True, blank=True)
    observations = models.TextField("observations du bénéficiaire", blank=True)
    observed_at = models.DateTimeField("reçues le", null=True, blank=True)
    decided_at = models.DateTimeField("tranché le", null=True, blank=True)
    decided_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    decision_reasons = models.TextField("motifs de la décision", blank=True)
    deferred_until = models.DateField("reporté au", null=True, blank=True)

    class Meta:
        verbose_name = "manquement"
        ordering = ["-opened_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["obligation"],
                condition=Q(state__in=["suspected", "adversarial"]),
                name="one_open_breach",
                violation_error_message="Un manquement est déjà ouvert pour cet engagement.",
            )
        ]

    def __str__(self) -> str:
        return f"Manquement de {self.obligation.agreement.recipient}"


class Clawback(models.Model):
    """What the recipient gives back: computed by the version's formula, ordered, paid or written off."""

    class State(models.TextChoices):
        DECIDED = "decided", "Décidé"
        ORDERED = "ordered", "Titre émis"
        RECOVERED = "recovered", "Recouvré"
        RELIEVED = "relieved", "Remise gracieuse"
        WRITTEN_OFF = "written_off", "Admis en non-valeur"
        CANCELLED = "cancelled", "Annulé"

    breach = models.OneToOneField(Breach, on_delete=models.PROTECT, related_name="clawback")
    amount = models.DecimalField("montant (€)", max_digits=12, decimal_places=2)
    # The computation, line by line, as it was shown before deciding.
    lines = models.JSONField("calcul", default=list)
    state = models.CharField("état", max_length=12, choices=State, default=State.DECIDED)
    order_number = models.CharField("numéro du titre", max_length=40, blank=True)
    ordered_on = models.DateField("titre émis le", null=True, blank=True)
    letter = models.ForeignKey(Letter, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    closed_on = models.DateField("soldé le", null=True, blank=True)
    closing_reason = models.TextField("motif", blank=True)

    class Meta:
        verbose_name = "reversement"
        ordering = ["-pk"]
        constraints = [models.CheckConstraint(condition=Q(amount__gte=0), name="clawback_is_not_negative")]

    def __str__(self) -> str:
        return f"Reversement de {self.breach.obligation.agreement.recipient}"


class RecoveryInstalment(models.Model):
    """One step of the repayment of a claw-back."""

    clawback = models.ForeignKey(Clawback, on_delete=models.CASCADE, related_name="instalments")
    number = models.PositiveSmallIntegerField("numéro")
    due_on = models.DateField("échéance")
    amount = models.DecimalField("montant (€)", max_digits=12, decimal_places=2)
    paid_on = models.DateField("recouvrée le", null=True, blank=True)

    class Meta:
        verbose_name = "échéance de reversement"
        verbose_name_plural = "échéances de reversement"
        ordering = ["clawback", "number"]
        constraints = [
            models.UniqueConstraint(fields=["clawback", "number"], name="one_recovery_instalment_per_number")
        ]

    def __str__(self) -> str:
        return f"{self.clawback}, échéance {self.number}"
