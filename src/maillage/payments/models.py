"""Bank details, payment batches, and what finance returns."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q

from maillage.accounts.models import Authority, User
from maillage.accounts.rights import Right
from maillage.agreements.models import Instalment
from maillage.applications.models import Recipient
from maillage.budget.models import Entry, Envelope
from maillage.files.models import StoredFile
from maillage.kit import clock

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser


class BankAccount(models.Model):
    """Bank details of a recipient: archived rather than edited, one active, readable by finance alone."""

    class State(models.TextChoices):
        TO_CHECK = "to_check", "À vérifier"
        ACTIVE = "active", "Active"
        ARCHIVED = "archived", "Archivée"
        REFUSED = "refused", "Refusée"

    recipient = models.ForeignKey(Recipient, on_delete=models.PROTECT, related_name="bank_accounts")
    holder = models.CharField("titulaire", max_length=200)
    iban = models.CharField("IBAN", max_length=34)
    bic = models.CharField("BIC", max_length=11, blank=True)
    bank_name = models.CharField("banque", max_length=120, blank=True)
    proof = models.ForeignKey(StoredFile, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    state = models.CharField("état", max_length=10, choices=State, default=State.TO_CHECK)
    added_at = models.DateTimeField("ajouté le", default=clock.now)
    added_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    checked_at = models.DateTimeField("vérifié le", null=True, blank=True)
    checked_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    archived_at = models.DateTimeField("archivé le", null=True, blank=True)

    class Meta:
        verbose_name = "coordonnées bancaires"
        verbose_name_plural = "coordonnées bancaires"
        ordering = ["recipient", "-added_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["recipient"],
                condition=Q(state="active"),
                name="one_active_bank_account",
                violation_error_message="Ce bénéficiaire a déjà des coordonnées bancaires actives.",
            )
        ]

    def __str__(self) -> str:
        return f"…{self.iban[-4:]}"


class PaymentBatchQuerySet(models.QuerySet["PaymentBatch"]):
    def visible_to(self, user: User | AnonymousUser) -> PaymentBatchQuerySet:
        return self.filter(authority__in=Authority.objects.where(user, Right.PREPARE_PAYMENTS))


class PaymentBatch(models.Model):
    """Payments sent to finance together, with a total and a checksum that the export carries."""

    class State(models.TextChoices):
        PREPARED = "prepared", "Préparé"
        APPROVED = "approved", "Approuvé"
        SENT = "sent", "Envoyé"
        CLOSED = "closed", "Soldé"
        CANCELLED = "cancelled", "Annulé"

    authority = models.ForeignKey(Authority, on_delete=models.PROTECT, related_name="payment_batches")
    number = models.CharField("numéro", max_length=20)
    year = models.PositiveSmallIntegerField("exercice")
    state = models.CharField("état", max_length=10, choices=State, default=State.PREPARED)
    prepared_at = models.DateTimeField("préparé le", default=clock.now)
    prepared_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    approved_at = models.DateTimeField("approuvé le", null=True, blank=True)
    approved_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    sent_at = models.DateTimeField("envoyé le", null=True, blank=True)
    checksum = models.CharField("empreinte", max_length=64, blank=True)
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    objects = PaymentBatchQuerySet.as_manager()

    class Meta:
        verbose_name = "bordereau de paiement"
        verbose_name_plural = "bordereaux de paiement"
        ordering = ["-prepared_at", "-pk"]
        constraints = [models.UniqueConstraint(fields=["authority", "number"], name="one_batch_per_number")]

    def __str__(self) -> str:
        return self.number


class Payment(models.Model):
    """One payment of a batch. The bank details are copied onto it when the batch is sent."""

    class State(models.TextChoices):
        PREPARED = "prepared", "Préparé"
        ORDERED = "ordered", "Mandaté"
        PAID = "paid", "Payé"
        REJECTED = "rejected", "Rejeté"
        REMOVED = "removed", "Retiré du bordereau"

    batch = models.ForeignKey(PaymentBatch, on_delete=models.CASCADE, related_name="payments")
    instalment = models.ForeignKey(Instalment, on_delete=models.PROTECT, related_name="payments")
    envelope = models.ForeignKey(Envelope, on_delete=models.PROTECT, related_name="+")
    reference = models.CharField("référence", max_length=40, unique=True)
    amount = models.DecimalField("montant (€)", max_digits=12, decimal_places=2)
    state = models.CharField("état", max_length=10, choices=State, default=State.PREPARED)
    holder = models.CharField("titulaire", max_length=200, blank=True)
    iban = models.CharField("IBAN", max_length=34, blank=True)
    bic = models.CharField("BIC", max_length=11, blank=True)
    order = models.OneToOneField(Entry, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    reason = models.CharField("motif du rejet", max_length=250, blank=True)
    settled_on = models.DateField("réglé le", null=True, blank=True)

    class Meta:
        verbose_name = "paiement"
        ordering = ["batch", "reference", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["instalment"],
                condition=Q(state__in=["prepared", "ordered", "paid"]),
                name="an_instalment_is_paid_once",
                violation_error_message="Cette échéance est déjà dans un bordereau.",
            ),
            models.CheckConstraint(
                condition=Q(amount__gt=0),
                name="payment_is_positive",
                violation_error_message="Un paiement est positif.",
            ),
        ]

    def __str__(self) -> str:
        return self.reference


class ReturnFile(models.Model):
    """What finance sends back about batches: each line paid, or rejected with a reason. Read once."""

    authority = models.ForeignKey(Authority, on_delete=models.PROTECT, related_name="+")
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, null=True, related_name="+")
    sha256 = models.CharField(max_length=64)
    received_at = models.DateTimeField("reçu le", default=clock.now)
    received_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    report = models.JSONField("compte rendu", default=dict)

    class Meta:
        verbose_name = "fichier retour"
        verbose_name_plural = "fichiers retour"
        ordering = ["-received_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["authority", "sha256"],
                name="a_return_file_is_read_once",
                violation_error_message="Ce fichier retour a déjà été lu.",
            )
        ]

    def __str__(self) -> str:
        return f"retour du {self.received_at:%d/%m/%Y}"
