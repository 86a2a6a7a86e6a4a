"""Bank details, payment batches, and what finance returns."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import F, Q

from maillage.accounts.models import Authority, User
from maillage.accounts.rights import Right
from maillage.agreements.models import Instalment
from maillage.applications.models import Recipient
from maillage.budget.models import Entry, Envelope
from maillage.files.models import StoredFile
from maillage.kit import clock

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser


def masked(iban: str) -> str:
    """What anyone but finance reads of an IBAN: « FR76 •••• 1234 »."""
    return f"{iban[:4]} •••• {iban[-4:]}" if iban else ""


class BankAccountQuerySet(models.QuerySet["BankAccount"]):
    def visible_to(self, user: User | AnonymousUser) -> BankAccountQuerySet:
        """Those of finance's authorities, in clear on demand; the others only read them masked."""
        return self.filter(recipient__authority__in=Authority.objects.where(user, Right.SEE_BANK_DETAILS))

    def to_check(self) -> BankAccountQuerySet:
        return self.filter(state=BankAccount.State.TO_CHECK)

    def active(self) -> BankAccountQuerySet:
        return self.filter(state=BankAccount.State.ACTIVE)


class BankAccount(models.Model):
    """Bank details of a recipient: archived rather than edited, one active, readable by finance alone.

    The database refuses to change what was typed. In clear in the database, as are the payment files: the
    program holds no key of its own, the disk of the installation is what encrypts them.
    """

    class State(models.TextChoices):
        TO_CHECK = "to_check", "À vérifier"
        ACTIVE = "active", "Actives"
        ARCHIVED = "archived", "Archivées"
        REFUSED = "refused", "Refusées"

    recipient = models.ForeignKey(Recipient, on_delete=models.PROTECT, related_name="bank_accounts")
    holder = models.CharField("titulaire", max_length=200)
    iban = models.CharField("IBAN", max_length=34)
    bic = models.CharField("BIC", max_length=11, blank=True)
    bank_name = models.CharField("banque", max_length=120, blank=True)
    proof = models.ForeignKey(StoredFile, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    state = models.CharField("état", max_length=10, choices=State, default=State.TO_CHECK)
    # Why it was refused.
    reason = models.CharField("motif", max_length=250, blank=True)
    added_at = models.DateTimeField("ajouté le", default=clock.now)
    added_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    checked_at = models.DateTimeField("vérifié le", null=True, blank=True)
    checked_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    archived_at = models.DateTimeField("archivé le", null=True, blank=True)

    objects = BankAccountQuerySet.as_manager()

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
            ),
            models.CheckConstraint(
                condition=Q(state__in=["to_check", "active", "archived", "refused"]),
                name="bank_account_state_is_known",
                violation_error_message="Cet état de coordonnées bancaires n'existe pas.",
            ),
            models.CheckConstraint(
                condition=~Q(state="refused") | ~Q(reason=""),
                name="bank_account_refusal_has_a_reason",
                violation_error_message="Dites pourquoi ces coordonnées sont refusées.",
            ),
        ]

    def __str__(self) -> str:
        return masked(self.iban)


class PaymentBatchQuerySet(models.QuerySet["PaymentBatch"]):
    def visible_to(self, user: User | AnonymousUser) -> PaymentBatchQuerySet:
        return self.filter(authority__in=Authority.objects.where(user, Right.PREPARE_PAYMENTS))


class PaymentBatch(models.Model):
    """Payments sent to finance together, with a total and a checksum that the file carries."""

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
    closed_at = models.DateTimeField("soldé le", null=True, blank=True)
    # What the file sent says of itself.
    total = models.DecimalField("total (€)", max_digits=14, decimal_places=2, null=True, blank=True)
    count = models.PositiveIntegerField("nombre de paiements", null=True, blank=True)
    checksum = models.CharField("empreinte", max_length=64, blank=True)
    file = models.ForeignKey(
        StoredFile, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name="CSV"
    )
    workbook = models.ForeignKey(
        StoredFile, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name="XLSX"
    )

    objects = PaymentBatchQuerySet.as_manager()

    class Meta:
        verbose_name = "bordereau de paiement"
        verbose_name_plural = "bordereaux de paiement"
        ordering = ["-prepared_at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["authority", "number"], name="one_batch_per_number"),
            models.CheckConstraint(
                condition=Q(state__in=["prepared", "approved", "sent", "closed", "cancelled"]),
                name="batch_state_is_known",
                violation_error_message="Cet état de bordereau n'existe pas.",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["sent", "closed"])
                | Q(sent_at__isnull=False, total__isnull=False, count__isnull=False) & ~Q(checksum=""),
                name="sent_batch_has_total_and_checksum",
            ),
            models.CheckConstraint(
                condition=Q(approved_by=None) | Q(prepared_by=None) | ~Q(approved_by=F("prepared_by")),
                name="batch_is_approved_by_another",
                violation_error_message="Un bordereau est approuvé par une autre personne que celle qui l'a "
                "préparé.",
            ),
        ]

    def __str__(self) -> str:
        return self.number


class PaymentQuerySet(models.QuerySet["Payment"]):
    def visible_to(self, user: User | AnonymousUser) -> PaymentQuerySet:
        return self.filter(batch__in=PaymentBatch.objects.visible_to(user))

    def kept(self) -> PaymentQuerySet:
        """Those that were not taken out of their batch."""
        return self.exclude(state=Payment.State.REMOVED)

    def in_flight(self) -> PaymentQuerySet:
        """Ordered, and finance has not said what became of it."""
        return self.filter(state=Payment.State.ORDERED)

    def rejected(self) -> PaymentQuerySet:
        return self.filter(state=Payment.State.REJECTED)

    def with_agreement(self) -> PaymentQuerySet:
        """Each with what a line says: instalment, agreement, recipient, decision, envelope, account."""
        return self.select_related(
            "batch",
            "envelope",
            "account",
            "instalment__agreement__recipient",
            "instalment__agreement__decision",
        )


class Payment(models.Model):
    """One payment of a batch. The account is held at approval and copied onto it when the batch is sent.

    Once ordered, the database refuses to change its instalment, its envelope and its amount; once copied,
    the bank details.
    """

    class State(models.TextChoices):
        PREPARED = "prepared", "Préparé"
        ORDERED = "ordered", "Mandaté"
        PAID = "paid", "Payé"
        REJECTED = "rejected", "Rejeté"
        REMOVED = "removed", "Retiré du bordereau"

    batch = models.ForeignKey(PaymentBatch, on_delete=models.CASCADE, related_name="payments")
    instalment = models.ForeignKey(Instalment, on_delete=models.PROTECT, related_name="payments")
    envelope = models.ForeignKey(Envelope, on_delete=models.PROTECT, related_name="+")
    reference = models.CharField("référence", max_length=40)
    amount = models.DecimalField("montant (€)", max_digits=12, decimal_places=2)
    state = models.CharField("état", max_length=10, choices=State, default=State.PREPARED)
    account = models.ForeignKey(
        BankAccount, on_delete=models.PROTECT, null=True, blank=True, related_name="payments"
    )
    holder = models.CharField("titulaire", max_length=200, blank=True)
    iban = models.CharField("IBAN", max_length=34, blank=True)
    bic = models.CharField("BIC", max_length=11, blank=True)
    order = models.OneToOneField(Entry, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    # Why it was rejected by finance or taken out of the batch.
    reason = models.CharField("motif", max_length=250, blank=True)
    settled_on = models.DateField("réglé le", null=True, blank=True)

    objects = PaymentQuerySet.as_manager()

    class Meta:
        verbose_name = "paiement"
        ordering = ["batch", "reference", "pk"]
        indexes = [models.Index(fields=["state"])]
        constraints = [
            models.UniqueConstraint(fields=["batch", "reference"], name="one_payment_per_reference"),
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
            models.CheckConstraint(
                condition=Q(state__in=["prepared", "ordered", "paid", "rejected", "removed"]),
                name="payment_state_is_known",
                violation_error_message="Cet état de paiement n'existe pas.",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["ordered", "paid", "rejected"])
                | Q(order__isnull=False, account__isnull=False),
                name="ordered_payment_has_its_order",
            ),
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def masked_iban(self) -> str:
        """The account it goes to, as anyone may read it."""
        return masked(self.iban) if self.iban else str(self.account or "")


class ReturnFileQuerySet(models.QuerySet["ReturnFile"]):
    def visible_to(self, user: User | AnonymousUser) -> ReturnFileQuerySet:
        return self.filter(authority__in=Authority.objects.where(user, Right.PREPARE_PAYMENTS))


class ReturnFile(models.Model):
    """What finance sends back about batches: each line paid, or rejected with a reason. Read once.

    `report`: {"lines": [{"row", "reference", "outcome", "sentence"}]}, in the order of the file.
    """

    authority = models.ForeignKey(Authority, on_delete=models.PROTECT, related_name="+")
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, null=True, related_name="+")
    sha256 = models.CharField("empreinte", max_length=64)
    received_at = models.DateTimeField("reçu le", default=clock.now)
    received_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    report = models.JSONField("compte rendu", default=dict)

    objects = ReturnFileQuerySet.as_manager()

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
