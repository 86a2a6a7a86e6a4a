"""Agreements with recipients, their amendments, and the instalments planned at signature then consumed."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from django.db import models
from django.db.models import F, Q, Sum
from django.db.models.functions import Coalesce

from maillage.accounts.models import Authority, User
from maillage.accounts.rights import Right
from maillage.applications.models import Recipient
from maillage.committees.models import Decision
from maillage.files.models import StoredFile
from maillage.kit import clock
from maillage.rules.scheme import SchemeRules
from maillage.schemes.reading import parsed

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser


_MONEY: models.DecimalField[Decimal, Decimal] = models.DecimalField(max_digits=12, decimal_places=2)


class TemplateQuerySet(models.QuerySet["Template"]):
    def visible_to(self, user: User | AnonymousUser) -> TemplateQuerySet:
        return self.filter(authority__in=Authority.objects.where(user, Right.MANAGE_AGREEMENTS))

    def active(self) -> TemplateQuerySet:
        return self.filter(archived_at=None)


class Template(models.Model):
    """The authority's own DOCX model for an agreement; the program's model serves when there is none."""

    authority = models.ForeignKey(Authority, on_delete=models.PROTECT, related_name="templates")
    scheme_key = models.SlugField("dispositif", max_length=80, blank=True)
    label = models.CharField("libellé", max_length=200)
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="+")
    added_at = models.DateTimeField("ajouté le", default=clock.now)
    added_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    archived_at = models.DateTimeField("archivé le", null=True, blank=True)

    objects = TemplateQuerySet.as_manager()

    class Meta:
        verbose_name = "modèle de convention"
        verbose_name_plural = "modèles de convention"
        ordering = ["authority", "scheme_key", "-added_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["authority", "scheme_key"],
                condition=Q(archived_at=None),
                name="one_active_template_per_scheme",
                violation_error_message="Un modèle est déjà en service pour ce dispositif : archivez-le.",
            )
        ]

    def __str__(self) -> str:
        return self.label


class AgreementQuerySet(models.QuerySet["Agreement"]):
    def visible_to(self, user: User | AnonymousUser) -> AgreementQuerySet:
        """Those of the authorities where one sees applications, and one's own once sent."""
        seen = Authority.objects.where(user, Right.SEE_APPLICATIONS)
        return self.filter(Q(authority__in=seen) | Q(recipient__user_id=user.pk, sent_at__isnull=False))

    def out_of_balance(self) -> AgreementQuerySet:
        """Those whose instalments do not add up to what they grant: there is never one."""
        live = Q(instalments__state__in=["planned", "in_batch", "ordered", "paid"])
        total = Coalesce(Sum("instalments__amount", filter=live), Decimal(0), output_field=_MONEY)
        signed = self.filter(state__in=["signed", "ended"]).annotate(total=total)
        # Half a cent: SQLite adds decimals as binary fractions.
        apart = Q(total__gt=F("amount") + Decimal("0.005")) | Q(total__lt=F("amount") - Decimal("0.005"))
        return signed.filter(apart)


class Agreement(models.Model):
    """A contract between the authority and a recipient (CGCT R1511-45): amount, schedule, obligation.

    `terms` holds what was agreed, frozen at signature: the rules of the pinned version (`rules`), the
    decision, the place of practice… (`agreements.terms` says which); amendments rewrite it.
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

    @property
    def rules(self) -> SchemeRules:
        """What was agreed, as rules: schedule, obligation, claw-back, documents; never the version's."""
        return parsed(self.terms["rules"])

    @property
    def scheme_key(self) -> str:
        key: str = self.terms["scheme"]["key"]
        return key

    def label_of(self, requirement: str) -> str:
        """The name of a proof, as the agreement writes it."""
        named: str = self.terms["labels"].get(requirement, requirement)
        return named


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


class PaymentSuspensionQuerySet(models.QuerySet["PaymentSuspension"]):
    def open(self, on: date) -> PaymentSuspensionQuerySet:
        """Those that hold payments back that day; it ends on the day payments resume."""
        return self.filter(Q(ends_on=None) | Q(ends_on__gt=on), starts_on__lte=on)


class PaymentSuspension(models.Model):
    """A time during which an agreement is not paid, and why."""

    agreement = models.ForeignKey(Agreement, on_delete=models.CASCADE, related_name="suspensions")
    starts_on = models.DateField("du")
    ends_on = models.DateField("au", null=True, blank=True)
    reason = models.CharField("motif", max_length=250)

    objects = PaymentSuspensionQuerySet.as_manager()

    class Meta:
        verbose_name = "suspension des versements"
        verbose_name_plural = "suspensions des versements"
        ordering = ["agreement", "starts_on", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["agreement"],
                condition=Q(ends_on=None),
                name="one_open_payment_suspension",
                violation_error_message="Les versements de cette convention sont déjà suspendus.",
            ),
            models.CheckConstraint(
                condition=Q(ends_on=None) | Q(ends_on__gte=F("starts_on")),
                name="payment_suspension_ends_after_it_starts",
                violation_error_message="Une suspension finit après avoir commencé.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.agreement}, {self.reason}"

    def is_open(self, on: date) -> bool:
        return self.starts_on <= on and (self.ends_on is None or self.ends_on > on)


class InstalmentQuerySet(models.QuerySet["Instalment"]):
    def visible_to(self, user: User | AnonymousUser) -> InstalmentQuerySet:
        return self.filter(agreement__in=Agreement.objects.visible_to(user))

    def live(self) -> InstalmentQuerySet:
        """Those that count in what the agreement grants: all but the cancelled ones."""
        return self.exclude(state=Instalment.State.CANCELLED)


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
    # The balance of a grant adjusted to activity: an amount that the returns will settle.
    is_estimate = models.BooleanField("montant à arrêter", default=False)
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
                condition=Q(amount__gt=0),
                name="instalment_is_positive",
                violation_error_message="Le montant d'une échéance est positif.",
            ),
            models.UniqueConstraint(
                fields=["agreement", "number"],
                condition=~Q(state="cancelled"),
                name="one_instalment_per_number",
            ),
            models.CheckConstraint(
                condition=Q(state="paid", paid_on__isnull=False) | ~Q(state="paid") & Q(paid_on=None),
                name="paid_instalment_has_a_date",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.agreement}, échéance {self.number}"


class ProofQuerySet(models.QuerySet["Proof"]):
    def visible_to(self, user: User | AnonymousUser) -> ProofQuerySet:
        return self.filter(agreement__in=Agreement.objects.visible_to(user))

    def to_check(self) -> ProofQuerySet:
        return self.filter(state=Proof.State.RECEIVED)


class Proof(models.Model):
    """A proof handed in for the payments of an agreement: school certificate, invoice, activity return.

    It serves one instalment, or every instalment due in the period it covers.
    """

    class State(models.TextChoices):
        RECEIVED = "received", "Reçu"
        ACCEPTED = "accepted", "Accepté"
        REFUSED = "refused", "Refusé"

    agreement = models.ForeignKey(Agreement, on_delete=models.CASCADE, related_name="proofs")
    instalment = models.ForeignKey(
        Instalment, on_delete=models.PROTECT, null=True, blank=True, related_name="proofs"
    )
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
    added_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    checked_at = models.DateTimeField("vérifié le", null=True, blank=True)
    checked_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    objects = ProofQuerySet.as_manager()

    class Meta:
        verbose_name = "justificatif"
        ordering = ["agreement", "-added_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(covers_from=None) | Q(covers_until__gte=F("covers_from")),
                name="proof_ends_after_it_starts",
                violation_error_message="La période couverte finit après avoir commencé.",
            ),
            models.CheckConstraint(
                condition=~Q(state="refused") | ~Q(reason=""),
                name="proof_refusal_has_a_reason",
                violation_error_message="Dites pourquoi ce justificatif est refusé.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.requirement} ({self.agreement})"
