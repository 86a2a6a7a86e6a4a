"""Agreements with recipients, their amendments, and the instalments planned at signature then consumed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import F, Q

from maillage.accounts.models import Authority, User
from maillage.accounts.rights import Right
from maillage.applications.models import Recipient
from maillage.committees.models import Decision
from maillage.files.models import StoredFile
from maillage.kit import clock

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser


class Template(models.Model):
    """The authority's own DOCX model for an agreement; the program's model serves when there is none."""

    authority = models.ForeignKey(Authority, on_delete=models.PROTECT, related_name="templates")
    scheme_key = models.SlugField("dispositif", max_length=80, blank=True)
    label = models.CharField("libellé", max_length=200)
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="+")
    added_at = models.DateTimeField("ajouté le", default=clock.now)
    added_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    archived_at = models.DateTimeField("archivé le", null=True, blank=True)

    class Meta:
        verbose_name = "modèle de convention"
        verbose_name_plural = "modèles de convention"
        ordering = ["authority", "scheme_key", "-added_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["authority", "scheme_key"],
                condition=Q(archived_at=None),
                name="one_active_template_per_scheme",
            )
        ]

    def __str__(self) -> str:
        return self.label


class AgreementQuerySet(models.QuerySet["Agreement"]):
    def visible_to(self, user: User | AnonymousUser) -> AgreementQuerySet:
        """Those of the authorities where one sees applications, and one's own once sent."""
        seen = Authority.objects.where(user, Right.SEE_APPLICATIONS)
        return self.filter(Q(authority__in=seen) | Q(recipient__user_id=user.pk, sent_at__isnull=False))


class Agreement(models.Model):
    """A contract between the authority and a recipient (CGCT R1511-45): amount, schedule, obligation.

    `terms` holds what was agreed, frozen at signature: schedule, obligation, claw-back, place of practice.
    """

    class State(models.TextChoices):
        DRAFT = "draft", "En préparation"
        SENT = "sent", "Envoyée pour signature"
        SIGNED = "signed", "Signée"
        ENDED = "ended", "Arrivée à son terme"
        TERMINATED = "terminated", "Résiliée"
        CANCELLED = "cancelled", "Annulée"

    authority = models.ForeignKey(Authority, on_delete=models.PROTECT, related_name="agreements")
    decision = models.OneToOneField(Decision, on_delete=models.PROTECT, related_name="agreement")
    recipient = models.ForeignKey(Recipient, on_delete=models.PROTECT, related_name="agreements")
    number = models.CharField("numéro", max_length=20)
    title = models.CharField("objet", max_length=250)
    state = models.CharField("état", max_length=12, choices=State, default=State.DRAFT)
    amount = models.DecimalField("montant (€)", max_digits=12, decimal_places=2)
    terms = models.JSONField("clauses", default=dict)
    document = models.ForeignKey(
        StoredFile, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    signed_copy = models.ForeignKey(
        StoredFile, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    sent_at = models.DateTimeField("envoyée le", null=True, blank=True)
    recipient_signed_on = models.DateField("signée par le bénéficiaire le", null=True, blank=True)
    authority_signed_on = models.DateField("signée par la collectivité le", null=True, blank=True)
    # The later of the two: the ten-year rule counts from it (CGCT D1511-47).
    signed_on = models.DateField("signée le", null=True, blank=True)
    starts_on = models.DateField("prend effet le", null=True, blank=True)
    ends_on = models.DateField("prend fin le", null=True, blank=True)
    # Signed agreements are forwarded to the ARS and the assurance maladie (CGCT L1511-8).
    sent_to_ars_on = models.DateField("transmise à l'ARS le", null=True, blank=True)
    sent_to_cpam_on = models.DateField("transmise à l'assurance maladie le", null=True, blank=True)
    ended_on = models.DateField("terminée le", null=True, blank=True)
    end_reason = models.TextField("motif de fin", blank=True)
    created_at = models.DateTimeField("créée le", default=clock.now)

    objects = AgreementQuerySet.as_manager()

    class Meta:
        verbose_name = "convention"
        ordering = [F("signed_on").desc(nulls_first=True), "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["authority", "number"], name="one_agreement_per_number"),
            models.CheckConstraint(
                condition=Q(amount__gt=0),
                name="agreement_amount_is_positive",
                violation_error_message="Le montant d'une convention est positif.",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["signed", "ended", "terminated"]) | Q(signed_on__isnull=False),
                name="signed_agreement_has_a_date",
                violation_error_message="Une convention signée porte la date de sa signature.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number}, {self.recipient}"


class Amendment(models.Model):
    """A typed change to a signed agreement: what it was, what it becomes, from when."""

    class Kind(models.TextChoices):
        AMOUNT = "amount", "Montant"
        SCHEDULE = "schedule", "Échéancier"
        DURATION = "duration", "Durée"
        PLACE = "place", "Lieu d'exercice"
        OBLIGATION = "obligation", "Engagement d'exercice"
        RECIPIENT = "recipient", "Bénéficiaire"

    class State(models.TextChoices):
        DRAFT = "draft", "En préparation"
        SIGNED = "signed", "Signé"
        CANCELLED = "cancelled", "Annulé"

    agreement = models.ForeignKey(Agreement, on_delete=models.CASCADE, related_name="amendments")
    number = models.PositiveSmallIntegerField("numéro")
    kind = models.CharField("objet", max_length=12, choices=Kind)
    state = models.CharField("état", max_length=10, choices=State, default=State.DRAFT)
    before = models.JSONField("avant", default=dict)
    after = models.JSONField("après", default=dict)
    reason = models.TextField("motif")
    signed_on = models.DateField("signé le", null=True, blank=True)
    document = models.ForeignKey(
        StoredFile, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    created_at = models.DateTimeField("créé le", default=clock.now)

    class Meta:
        verbose_name = "avenant"
        ordering = ["agreement", "number"]
        constraints = [
            models.UniqueConstraint(fields=["agreement", "number"], name="one_amendment_per_number")
        ]

    def __str__(self) -> str:
        return f"Avenant {self.number} à {self.agreement}"


class PaymentSuspension(models.Model):
    """A time during which an agreement is not paid, and why."""

    agreement = models.ForeignKey(Agreement, on_delete=models.CASCADE, related_name="suspensions")
    starts_on = models.DateField("du")
    ends_on = models.DateField("au", null=True, blank=True)
    reason = models.CharField("motif", max_length=250)

    class Meta:
        verbose_name = "suspension des versements"
        verbose_name_plural = "suspensions des versements"
        ordering = ["agreement", "starts_on", "pk"]

    def __str__(self) -> str:
        return f"{self.agreement}, {self.reason}"


class InstalmentQuerySet(models.QuerySet["Instalment"]):
    def visible_to(self, user: User | AnonymousUser) -> InstalmentQuerySet:
        return self.filter(agreement__in=Agreement.objects.visible_to(user))


class Instalment(models.Model):
    """A payment planned by an agreement: due on a date, against a proof when the rules ask for one."""

    class State(models.TextChoices):
        PLANNED = "planned", "Prévue"
        IN_BATCH = "in_batch", "En bordereau"
        ORDERED = "ordered", "Mandatée"
        PAID = "paid", "Payée"
        CANCELLED = "cancelled", "Annulée"

    agreement = models.ForeignKey(Agreement, on_delete=models.CASCADE, related_name="instalments")
    number = models.PositiveSmallIntegerField("numéro")
    label = models.CharField("objet", max_length=200)
    due_on = models.DateField("échéance", null=True, blank=True)
    amount = models.DecimalField("montant (€)", max_digits=12, decimal_places=2)
    # The key of the document that must be accepted before payment; empty when none is asked.
    proof = models.SlugField("justificatif", max_length=80, blank=True)
    state = models.CharField("état", max_length=10, choices=State, default=State.PLANNED)
    amendment = models.ForeignKey(
        Amendment, on_delete=models.PROTECT, null=True, blank=True, related_name="instalments"
    )
    paid_on = models.DateField("payée le", null=True, blank=True)

    objects = InstalmentQuerySet.as_manager()

    class Meta:
        verbose_name = "échéance"
        ordering = ["agreement", "number", "pk"]
        indexes = [models.Index(fields=["state", "due_on"])]
        constraints = [
            models.CheckConstraint(
                condition=Q(amount__gte=0),
                name="instalment_is_not_negative",
                violation_error_message="Une échéance ne peut être négative.",
            ),
            models.UniqueConstraint(
                fields=["agreement", "number"],
                condition=~Q(state="cancelled"),
                name="one_instalment_per_number",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.agreement}, échéance {self.number}"


class Proof(models.Model):
    """A proof handed in for the payments of an agreement: school certificate, invoice, activity return."""

    class State(models.TextChoices):
        RECEIVED = "received", "Reçu"
        ACCEPTED = "accepted", "Accepté"
        REFUSED = "refused", "Refusé"

    agreement = models.ForeignKey(Agreement, on_delete=models.CASCADE, related_name="proofs")
    requirement = models.SlugField("justificatif", max_length=80)
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    # What the proof covers: a school year, a quarter of activity.
    covers_from = models.DateField("du", null=True, blank=True)
    covers_until = models.DateField("au", null=True, blank=True)
    # Declared units for activity-adjusted grants: {"hours": "640"}.
    units = models.JSONField("activité déclarée", default=dict, blank=True)
    state = models.CharField("état", max_length=10, choices=State, default=State.RECEIVED)
    reason = models.CharField("motif", max_length=250, blank=True)
    added_at = models.DateTimeField("reçu le", default=clock.now)
    added_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    checked_at = models.DateTimeField("vérifié le", null=True, blank=True)
    checked_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        verbose_name = "justificatif"
        ordering = ["agreement", "-added_at", "-pk"]

    def __str__(self) -> str:
        return f"{self.requirement} ({self.agreement})"
