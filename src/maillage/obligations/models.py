"""Practice obligations: their clock, what the register shows, breach, claw-back and recovery."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from django.db import models
from django.db.models import F, Q

from maillage.accounts.models import Authority, User
from maillage.agreements.models import Agreement
from maillage.budget.models import Entry
from maillage.files.models import StoredFile
from maillage.kit import clock
from maillage.letters.models import Letter
from maillage.rules.deadlines import recovery_ends_on
from maillage.rules.money import ZERO
from maillage.rules.terms import Interruption
from maillage.territories.models import Dataset

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser


class ObligationQuerySet(models.QuerySet["PracticeObligation"]):
    def visible_to(self, user: User | AnonymousUser) -> ObligationQuerySet:
        """Those of the agreements the user may see: one's own, or those of one's authority."""
        return self.filter(agreement__in=Agreement.objects.visible_to(user))

    def open(self) -> ObligationQuerySet:
        """Neither fulfilled, waived nor breached."""
        return self.filter(state__in=PracticeObligation.OPEN_STATES)

    def with_periods(self) -> ObligationQuerySet:
        """With what their clocks are read from: three queries whatever their number."""
        related = ("agreement__recipient", "agreement__authority", "agreement__decision__application")
        return self.select_related(*related).prefetch_related("periods", "proofs")


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

    OPEN_STATES = ("studying", "awaiting_start", "running", "deferred")

    agreement = models.OneToOneField(Agreement, on_delete=models.PROTECT, related_name="obligation")
    state = models.CharField("état", max_length=16, choices=State, default=State.STUDYING)
    rpps = models.CharField("RPPS", max_length=15, blank=True, db_index=True)
    finess = models.CharField("FINESS", max_length=9, blank=True)
    months = models.PositiveSmallIntegerField("durée (mois)")
    # Diploma, signature, opening…: the day from which the start is counted, once known.
    trigger_on = models.DateField("fait déclencheur", null=True, blank=True)
    trigger_proof = models.ForeignKey(
        StoredFile, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    start_deadline = models.DateField("installation au plus tard le", null=True, blank=True)
    # The day a deferral gave; it takes the place of the deadline counted from the trigger.
    deferred_to = models.DateField("reportée au", null=True, blank=True)
    # Days from the start deadline of the reminders already sent: [-30, 0].
    start_reminders = models.JSONField("rappels envoyés", default=list, blank=True)
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
            ),
            models.CheckConstraint(
                condition=Q(share=None) | Q(share__gt=0, share__lte=1),
                name="obligation_share_is_a_share",
                violation_error_message="La part de l'activité va de 0 à 100 %%.",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["fulfilled", "waived", "breached"]) | Q(ended_on__isnull=False),
                name="closed_obligation_has_an_end",
                violation_error_message="Un engagement clos porte la date de sa fin.",
            ),
        ]

    def __str__(self) -> str:
        return f"Engagement de {self.agreement.recipient} ({self.agreement.number})"

    @property
    def is_open(self) -> bool:
        return self.state in self.OPEN_STATES


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
    # Why practice is interrupted: the reasons that rules know, of which an agreement accepts some.
    reason = models.CharField(
        "motif", max_length=20, blank=True, choices=[(reason.value, reason.label) for reason in Interruption]
    )
    # Where it comes from: declared by the recipient, recorded by an officer.
    source = models.CharField("source", max_length=60, blank=True)
    proof = models.ForeignKey(StoredFile, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    # Accepted statements prove practice up to that day.
    proved_until = models.DateField("prouvée jusqu'au", null=True, blank=True)

    class Meta:
        verbose_name = "période d'exercice"
        verbose_name_plural = "périodes d'exercice"
        ordering = ["obligation", "starts_on", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on=None) | Q(ends_on__gte=F("starts_on")),
                name="period_ends_after_it_starts",
                violation_error_message="La fin d'une période ne peut précéder son début.",
            ),
            models.CheckConstraint(
                condition=Q(kind="practice", reason="") | Q(kind="interruption") & ~Q(reason=""),
                name="interruption_has_a_reason",
                violation_error_message="Une interruption porte son motif, un exercice n'en a pas.",
            ),
            models.UniqueConstraint(
                fields=["obligation", "kind"],
                condition=Q(ends_on=None),
                name="one_open_period_of_a_kind",
                violation_error_message="Une période de cette nature est déjà ouverte.",
            ),
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
    checked_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
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


class Survey(models.Model):
    """One register compared once with the obligations of one authority, and what came of it."""

    authority = models.ForeignKey(Authority, on_delete=models.PROTECT, related_name="+")
    dataset = models.ForeignKey(Dataset, on_delete=models.SET_NULL, null=True, related_name="+")
    kind = models.CharField("nature", max_length=40)
    file = models.CharField("fichier", max_length=200)
    at = models.DateTimeField("date", default=clock.now)
    # Persons or structures of the authority's territory in the file: what the next file is measured against.
    counted = models.PositiveIntegerField("comptés")
    # A file that lost half of them says nothing about anyone.
    is_complete = models.BooleanField("fichier complet", default=True)
    compared = models.PositiveIntegerField("engagements comparés", default=0)
    raised = models.PositiveIntegerField("constats dressés", default=0)
    outcome = models.CharField("issue", max_length=400)

    class Meta:
        verbose_name = "relevé"
        ordering = ["-at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["authority", "dataset"],
                condition=Q(dataset__isnull=False),
                name="one_survey_per_dataset",
            )
        ]

    def __str__(self) -> str:
        return f"{self.file} ({self.authority})"


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
    # The kind and the communes, hashed: the same fact again is the same observation. Emptied when a later
    # load no longer shows it, so that it may be raised anew.
    fingerprint = models.CharField(max_length=64, blank=True)
    explanation = models.TextField("explication", blank=True)
    closed_at = models.DateTimeField("close le", null=True, blank=True)
    closed_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

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


class BreachQuerySet(models.QuerySet["Breach"]):
    def open(self) -> BreachQuerySet:
        """Suspected or being heard."""
        return self.filter(state__in=Breach.OPEN_STATES)


class Breach(models.Model):
    """A breach suspected, heard (CRPA L121-1), then deferred, waived or confirmed."""

    class State(models.TextChoices):
        SUSPECTED = "suspected", "Présumé"
        ADVERSARIAL = "adversarial", "Procédure contradictoire"
        DEFERRED = "deferred", "Report accordé"
        WAIVED = "waived", "Dispense accordée"
        DISMISSED = "dismissed", "Écarté"
        CONFIRMED = "confirmed", "Confirmé"

    OPEN_STATES = ("suspected", "adversarial")

    obligation = models.ForeignKey(PracticeObligation, on_delete=models.PROTECT, related_name="breaches")
    state = models.CharField("état", max_length=12, choices=State, default=State.SUSPECTED)
    occurred_on = models.DateField("survenu le")
    reason = models.TextField("faits")
    opened_at = models.DateTimeField("ouvert le", default=clock.now)
    opened_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    letter = models.ForeignKey(Letter, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    heard_until = models.DateField("observations jusqu'au", null=True, blank=True)
    observations = models.TextField("observations du bénéficiaire", blank=True)
    observed_at = models.DateTimeField("reçues le", null=True, blank=True)
    decided_at = models.DateTimeField("tranché le", null=True, blank=True)
    decided_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    decision_reasons = models.TextField("motifs de la décision", blank=True)
    deferred_until = models.DateField("reporté au", null=True, blank=True)

    objects = BreachQuerySet.as_manager()

    class Meta:
        verbose_name = "manquement"
        ordering = ["-opened_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["obligation"],
                condition=Q(state__in=["suspected", "adversarial"]),
                name="one_open_breach",
                violation_error_message="Un manquement est déjà ouvert pour cet engagement.",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["suspected", "adversarial"]) | ~Q(decision_reasons=""),
                name="breach_decision_is_reasoned",
                violation_error_message="Motivez la décision (CRPA L211-2).",
            ),
        ]

    def __str__(self) -> str:
        return f"Manquement de {self.obligation.agreement.recipient}"


class ClawbackQuerySet(models.QuerySet["Clawback"]):
    def visible_to(self, user: User | AnonymousUser) -> ClawbackQuerySet:
        """Those of the obligations the user may see."""
        return self.filter(breach__obligation__in=PracticeObligation.objects.visible_to(user))

    def with_instalments(self) -> ClawbackQuerySet:
        """With what their follow-up shows: two queries whatever their number."""
        related = self.select_related("breach__obligation__agreement__recipient", "letter")
        return related.prefetch_related("instalments")


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
    # What the authority gave up, of the amount: remission or write-off.
    given_up = models.DecimalField("abandonné (€)", max_digits=12, decimal_places=2, default=0)
    formula = models.CharField("formule", max_length=20, blank=True)
    # The computation, line by line, as it was shown before deciding.
    lines = models.JSONField("calcul", default=list)
    state = models.CharField("état", max_length=12, choices=State, default=State.DECIDED)
    order_number = models.CharField("numéro du titre", max_length=40, blank=True)
    order = models.OneToOneField(Entry, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    ordered_on = models.DateField("titre émis le", null=True, blank=True)
    letter = models.ForeignKey(Letter, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    closed_on = models.DateField("soldé le", null=True, blank=True)
    closing_reason = models.TextField("motif", blank=True)

    objects = ClawbackQuerySet.as_manager()

    class Meta:
        verbose_name = "reversement"
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(amount__gte=0, given_up__gte=0, given_up__lte=F("amount")),
                name="clawback_is_not_negative",
                violation_error_message="On ne renonce pas à plus que ce qui est dû.",
            ),
            models.CheckConstraint(
                condition=~Q(state="ordered") | Q(ordered_on__isnull=False, order__isnull=False),
                name="ordered_clawback_has_its_order",
                violation_error_message="Un titre émis porte sa date et son écriture.",
            ),
        ]

    def __str__(self) -> str:
        return f"Reversement de {self.breach.obligation.agreement.recipient}"

    @property
    def recovered(self) -> Decimal:
        """What came back so far."""
        paid = [step.amount for step in self.instalments.all() if step.paid_on is not None]
        return sum(paid, ZERO)

    @property
    def left(self) -> Decimal:
        """What is still claimed: nothing once it is cancelled."""
        if self.state == self.State.CANCELLED:
            return ZERO
        return self.amount - self.given_up - self.recovered

    @property
    def prescribes_on(self) -> date | None:
        """Day the recovery prescribes, four years from the order or the last payment (CGCT L1617-5)."""
        if self.ordered_on is None:
            return None
        acts = [step.paid_on for step in self.instalments.all() if step.paid_on is not None]
        return recovery_ends_on(self.ordered_on, acts)


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
            models.UniqueConstraint(fields=["clawback", "number"], name="one_recovery_instalment_per_number"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="recovery_instalment_is_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.clawback}, échéance {self.number}"
