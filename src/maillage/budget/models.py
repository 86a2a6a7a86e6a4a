"""Envelopes and their ledger. Balances are computed from entries, never stored."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any, NoReturn

from django.db import models
from django.db.models import F, Q

from maillage.accounts.models import Authority, User
from maillage.accounts.rights import Right
from maillage.budget.figures import EFFECTS
from maillage.kit import clock
from maillage.plans.models import Measure
from maillage.rules.money import euros

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser


class EnvelopeQuerySet(models.QuerySet["Envelope"]):
    def visible_to(self, user: User | AnonymousUser) -> EnvelopeQuerySet:
        """The envelopes of the authorities whose programme the user may read."""
        return self.filter(authority__in=Authority.objects.where(user, Right.SEE_PROGRAMME))

    def open(self) -> EnvelopeQuerySet:
        return self.filter(closed_on=None)

    def in_plan_order(self) -> EnvelopeQuerySet:
        """By plan, axis and measure, each read by the same query; those outside any plan last."""
        return self.select_related("measure__axis__plan").order_by(
            F("measure__axis__plan__first_year").asc(nulls_last=True),
            "measure__axis__plan_id",
            "measure__axis__position",
            "measure__axis_id",
            "measure__position",
            "measure_id",
            "label",
            "pk",
        )


class Envelope(models.Model):
    """Money voted for a purpose: an AP (investment) or AE (operating) and its yearly CP, or yearly CP alone.

    CGCT L3312-4: the authorisation is the ceiling of what may be committed, the appropriation (CP) that of
    what may be ordered for payment in a year.
    """

    class Section(models.TextChoices):
        OPERATING = "operating", "Fonctionnement"
        INVESTMENT = "investment", "Investissement"

    authority = models.ForeignKey(Authority, on_delete=models.PROTECT, related_name="envelopes")
    measure = models.ForeignKey(
        Measure, on_delete=models.PROTECT, null=True, blank=True, related_name="envelopes"
    )
    key = models.SlugField("clé", max_length=80)
    label = models.CharField("libellé", max_length=200)
    section = models.CharField("section", max_length=12, choices=Section)
    # Multi-year: an AE or AP is voted. Otherwise commitments of a year are bounded by the CP of that year.
    is_multi_year = models.BooleanField("pluriannuelle (AE/AP)", default=True)
    nature = models.CharField("nature M57", max_length=8, blank=True)
    function = models.CharField("fonction M57", max_length=8, blank=True)
    first_year = models.PositiveSmallIntegerField("première année")
    last_year = models.PositiveSmallIntegerField("dernière année")
    lapses_on = models.DateField("caduque le", null=True, blank=True)
    closed_on = models.DateField("close le", null=True, blank=True)

    objects = EnvelopeQuerySet.as_manager()

    class Meta:
        verbose_name = "enveloppe"
        ordering = ["authority", "key"]
        constraints = [
            models.UniqueConstraint(
                fields=["authority", "key"],
                name="one_envelope_per_key",
                violation_error_message="Une enveloppe porte déjà cette clé.",
            ),
            models.CheckConstraint(
                condition=Q(last_year__gte=F("first_year")),
                name="envelope_ends_after_it_starts",
                violation_error_message="La dernière année d'une enveloppe ne peut précéder la première.",
            ),
        ]

    def __str__(self) -> str:
        return self.label

    @property
    def authorisation_name(self) -> str:
        """What the ceiling of its commitments is called: AP, AE, or CP for a yearly envelope."""
        if not self.is_multi_year:
            return "CP"
        return "AP" if self.section == self.Section.INVESTMENT else "AE"

    @property
    def years(self) -> range:
        return range(self.first_year, self.last_year + 1)


class EntryQuerySet(models.QuerySet["Entry"]):
    def visible_to(self, user: User | AnonymousUser) -> EntryQuerySet:
        """The entries of the envelopes that the user may read."""
        return self.filter(envelope__in=Envelope.objects.visible_to(user))

    def about(self, text: str) -> EntryQuerySet:
        """The entries whose subject or decision contains the text."""
        return self.filter(Q(subject_label__icontains=text) | Q(decision__icontains=text))

    def update(self, **kwargs: Any) -> NoReturn:
        raise TypeError("the ledger is append-only")

    def bulk_update(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise TypeError("the ledger is append-only")

    def delete(self) -> NoReturn:
        raise TypeError("the ledger is append-only")


class Entry(models.Model):
    """One line of the ledger. Never changed, never deleted: a database trigger refuses both."""

    class Kind(models.TextChoices):
        AUTHORISATION_VOTE = "authorisation_vote", "Vote d'AE ou d'AP"
        AUTHORISATION_CUT = "authorisation_cut", "Réduction d'AE ou d'AP"
        APPROPRIATION_VOTE = "appropriation_vote", "Vote de CP"
        APPROPRIATION_CUT = "appropriation_cut", "Réduction de CP"
        COMMITMENT = "commitment", "Engagement"
        DECOMMITMENT = "decommitment", "Dégagement"
        PAYMENT_ORDER = "payment_order", "Mandat"
        PAYMENT = "payment", "Paiement"
        REJECTION = "rejection", "Rejet de mandat"
        REVENUE_ORDER = "revenue_order", "Titre de recettes"
        RECOVERY = "recovery", "Recouvrement"
        REVENUE_CANCELLATION = "revenue_cancellation", "Annulation de titre"
        WRITE_OFF = "write_off", "Admission en non-valeur"

    class Reason(models.TextChoices):
        VOTE = "vote", "Vote"
        TRANSFER = "transfer", "Virement"
        CARRY_OVER = "carry_over", "Report"
        LAPSE = "lapse", "Caducité"
        BEFORE_ADOPTION = "before_adoption", "Avant le vote du budget"
        USE = "use", "Exécution"

    envelope = models.ForeignKey(Envelope, on_delete=models.PROTECT, related_name="entries")
    kind = models.CharField("écriture", max_length=24, choices=Kind)
    reason = models.CharField("motif", max_length=16, choices=Reason, default=Reason.USE)
    # Of the appropriation (CP). An authorisation has none, nor a commitment on it.
    year = models.PositiveSmallIntegerField("exercice", null=True, blank=True)
    amount = models.DecimalField("montant (€)", max_digits=12, decimal_places=2)
    # What it is about, e.g. ("agreements.agreement", "12", "C-2026-0012, Ada Lenoir").
    subject_kind = models.CharField(max_length=60, blank=True)
    subject_id = models.CharField(max_length=40, blank=True)
    subject_label = models.CharField("objet", max_length=200, blank=True)
    # What it brings to its end: a payment its order, a recovery its revenue order.
    settles = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="outcomes"
    )
    scheme = models.CharField("dispositif", max_length=80, blank=True)
    decision = models.CharField("décision", max_length=120, blank=True)
    decided_on = models.DateField("date de la décision", null=True, blank=True)
    note = models.CharField("note", max_length=250, blank=True)
    # Entries written together: both sides of a transfer, a carry-over.
    group = models.CharField(max_length=32, blank=True)
    # The same key twice is the same entry: what is retried is written once.
    key = models.CharField(max_length=120, unique=True)
    at = models.DateTimeField("date", default=clock.now)
    by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")

    objects = EntryQuerySet.as_manager()

    class Meta:
        verbose_name = "écriture"
        ordering = ["-at", "-pk"]
        indexes = [
            models.Index(fields=["envelope", "kind", "year"]),
            models.Index(fields=["subject_kind", "subject_id"]),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(amount__gt=0),
                name="entry_amount_is_positive",
                violation_error_message="Le montant d'une écriture est positif.",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=["commitment", "decommitment"])
                | Q(kind__startswith="authorisation", year=None)
                | (~Q(kind__startswith="authorisation") & Q(year__isnull=False)),
                name="entry_year_suits_its_kind",
                violation_error_message="Une autorisation n'a pas d'exercice, un crédit de paiement en a un.",
            ),
            models.UniqueConstraint(
                fields=["settles"],
                condition=Q(kind__in=["payment", "rejection"]),
                name="one_outcome_per_payment_order",
                violation_error_message="Ce mandat est déjà payé ou rejeté.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} de {euros(self.amount)}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self.pk is not None:
            raise TypeError("the ledger is append-only")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise TypeError("the ledger is append-only")

    @property
    def signed_amount(self) -> Decimal:
        """The amount, negative when the entry lowers the figure it is about."""
        return EFFECTS[self.kind][1] * self.amount
