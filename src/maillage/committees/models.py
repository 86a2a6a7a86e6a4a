"""Committees, their sessions, the arbitration against what is left, and the decisions taken."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from maillage.accounts.models import Authority, User
from maillage.accounts.rights import Right
from maillage.applications.models import Application
from maillage.budget.models import Envelope
from maillage.files.models import StoredFile
from maillage.kit import clock
from maillage.letters.models import Letter
from maillage.rules.deadlines import TRANSMISSION, WITHDRAWAL

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser


class CommitteeQuerySet(models.QuerySet["Committee"]):
    def visible_to(self, user: User | AnonymousUser) -> CommitteeQuerySet:
        """Those of the authorities where one prepares sessions."""
        return self.filter(authority__in=Authority.objects.where(user, Right.PREPARE_SESSIONS))


class Committee(models.Model):
    """A selection committee, jury or board that gives opinions."""

    authority = models.ForeignKey(Authority, on_delete=models.PROTECT, related_name="committees")
    key = models.SlugField("clé", max_length=80)
    name = models.CharField("nom", max_length=200)
    # Voting members present or represented without whom nothing can be voted.
    quorum = models.PositiveSmallIntegerField("quorum", default=1)
    # How many absent members one present member may represent.
    proxies = models.PositiveSmallIntegerField("pouvoirs par membre", default=1)

    objects = CommitteeQuerySet.as_manager()

    class Meta:
        verbose_name = "comité"
        ordering = ["authority", "name", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["authority", "key"],
                name="one_committee_per_key",
                violation_error_message="Un comité porte déjà cette clé.",
            ),
            models.CheckConstraint(
                condition=Q(quorum__gte=1),
                name="committee_needs_a_quorum",
                violation_error_message="Le quorum est d'au moins un membre.",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class MemberQuerySet(models.QuerySet["Member"]):
    def sitting(self, on: date) -> MemberQuerySet:
        """Those who sit that day."""
        return self.filter(Q(since=None) | Q(since__lte=on), Q(until=None) | Q(until__gte=on))


class Member(models.Model):
    """Someone who sits in a committee, between two dates."""

    committee = models.ForeignKey(Committee, on_delete=models.CASCADE, related_name="members")
    user = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    name = models.CharField("nom", max_length=200)
    title = models.CharField("qualité", max_length=200, blank=True)
    is_voting = models.BooleanField("voix délibérative", default=True)
    is_chair = models.BooleanField("préside", default=False)
    since = models.DateField("depuis", null=True, blank=True)
    until = models.DateField("jusqu'au", null=True, blank=True)
    email = models.EmailField("adresse électronique", blank=True)
    # Persons and bodies the member declared a tie with, one per line.
    ties = models.TextField("liens d'intérêts déclarés", blank=True)

    objects = MemberQuerySet.as_manager()

    class Meta:
        verbose_name = "membre"
        ordering = ["committee", "-is_chair", "name", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(since=None) | Q(until=None) | Q(until__gte=F("since")),
                name="membership_ends_after_it_starts",
                violation_error_message="Un mandat finit après son début.",
            )
        ]

    def __str__(self) -> str:
        return self.name


class SessionQuerySet(models.QuerySet["Session"]):
    def visible_to(self, user: User | AnonymousUser) -> SessionQuerySet:
        """Those of the authorities where one prepares sessions; once convened, those one sits in."""
        prepared = Authority.objects.where(user, Right.PREPARE_SESSIONS)
        mine = Member.objects.sitting(clock.today()).filter(user__in=[user.pk] if user.pk else [])
        seated = Q(committee__in=mine.values("committee"), state__in=["convened", "open", "closed"])
        return self.filter(Q(committee__authority__in=prepared) | seated)


class Session(models.Model):
    """One meeting of a committee. Closed, its figures are frozen."""

    class State(models.TextChoices):
        PREPARED = "prepared", "En préparation"
        CONVENED = "convened", "Convoquée"
        OPEN = "open", "Ouverte"
        CLOSED = "closed", "Close"
        CANCELLED = "cancelled", "Annulée"

    committee = models.ForeignKey(Committee, on_delete=models.PROTECT, related_name="sessions")
    held_at = models.DateTimeField("date et heure")
    place = models.CharField("lieu", max_length=200, blank=True)
    state = models.CharField("état", max_length=10, choices=State, default=State.PREPARED)
    convened_at = models.DateTimeField("convoquée le", null=True, blank=True)
    opened_at = models.DateTimeField("ouverte le", null=True, blank=True)
    closed_at = models.DateTimeField("close le", null=True, blank=True)
    # Figures of each envelope and line at closing: what the minutes say, for ever.
    frozen = models.JSONField("chiffres arrêtés", default=dict, blank=True)
    minutes = models.ForeignKey(StoredFile, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    objects = SessionQuerySet.as_manager()

    class Meta:
        verbose_name = "séance"
        ordering = ["-held_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["prepared", "convened", "open", "closed", "cancelled"]),
                name="session_state_is_known",
                violation_error_message="Cet état de séance n'existe pas.",
            ),
            models.CheckConstraint(
                condition=Q(state="closed", closed_at__isnull=False, minutes__isnull=False)
                | ~Q(state="closed") & Q(closed_at=None, minutes=None),
                name="closed_session_has_its_minutes",
                violation_error_message="Une séance close porte sa date et son procès-verbal.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.committee}, séance du {timezone.localdate(self.held_at):%d/%m/%Y}"

    @property
    def held_on(self) -> date:
        return timezone.localdate(self.held_at)

    @property
    def is_over(self) -> bool:
        """Closed or cancelled: nothing changes any more."""
        return self.state in (self.State.CLOSED, self.State.CANCELLED)


class Attendance(models.Model):
    """Who was there, or by whom they were represented."""

    session = models.ForeignKey(Session, on_delete=models.CASCADE, related_name="attendances")
    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")
    is_present = models.BooleanField("présent", default=False)
    represented_by = models.ForeignKey(
        Member,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="pouvoir donné à",
    )

    class Meta:
        verbose_name = "présence"
        ordering = ["session", "member"]
        constraints = [
            models.UniqueConstraint(fields=["session", "member"], name="one_attendance_per_member")
        ]

    def __str__(self) -> str:
        return f"{self.member}, {self.session}"


class AgendaItem(models.Model):
    """An application before a session, and the opinion that the committee gives on it."""

    class Opinion(models.TextChoices):
        FAVOURABLE = "favourable", "Favorable"
        UNFAVOURABLE = "unfavourable", "Défavorable"
        ADJOURNED = "adjourned", "Ajourné"

    session = models.ForeignKey(Session, on_delete=models.CASCADE, related_name="items")
    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="agenda_items")
    envelope = models.ForeignKey(Envelope, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    position = models.PositiveSmallIntegerField("rang")
    requested = models.DecimalField("demandé (€)", max_digits=12, decimal_places=2, null=True, blank=True)
    # What the rules give: the judgement's amount when the item was put on the agenda.
    computed = models.DecimalField("calculé (€)", max_digits=12, decimal_places=2, null=True, blank=True)
    proposed = models.DecimalField("proposé (€)", max_digits=12, decimal_places=2, null=True, blank=True)
    opinion = models.CharField("avis", max_length=12, choices=Opinion, blank=True)
    reasons = models.TextField("motifs", blank=True)
    votes_for = models.PositiveSmallIntegerField("pour", null=True, blank=True)
    votes_against = models.PositiveSmallIntegerField("contre", null=True, blank=True)
    abstentions = models.PositiveSmallIntegerField("abstentions", null=True, blank=True)
    # Set at closing: from then on the database refuses any change.
    frozen_at = models.DateTimeField("arrêté le", null=True, blank=True)

    class Meta:
        verbose_name = "dossier à l'ordre du jour"
        verbose_name_plural = "dossiers à l'ordre du jour"
        ordering = ["session", "position", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["session", "application"],
                name="one_agenda_item_per_application",
                violation_error_message="Ce dossier est déjà à l'ordre du jour.",
            ),
            models.CheckConstraint(
                condition=Q(opinion__in=["", "favourable", "unfavourable", "adjourned"]),
                name="opinion_is_known",
                violation_error_message="Cet avis n'existe pas.",
            ),
            models.CheckConstraint(
                condition=Q(proposed=None) | Q(proposed__gte=0),
                name="proposed_amount_is_not_negative",
                violation_error_message="Un montant proposé n'est pas négatif.",
            ),
            models.CheckConstraint(
                condition=Q(votes_for=None, votes_against=None, abstentions=None)
                | Q(votes_for__isnull=False, votes_against__isnull=False, abstentions__isnull=False),
                name="votes_are_counted_together",
                violation_error_message="Donnez les trois nombres de voix, ou aucun.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.application} ({self.session})"


class Withdrawal(models.Model):
    """A member leaves the room for one item: a conflict of interest (déport)."""

    item = models.ForeignKey(AgendaItem, on_delete=models.CASCADE, related_name="withdrawals")
    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField("motif", max_length=250, blank=True)
    at = models.DateTimeField("date", default=clock.now)

    class Meta:
        verbose_name = "déport"
        ordering = ["item", "member"]
        constraints = [models.UniqueConstraint(fields=["item", "member"], name="one_withdrawal_per_member")]

    def __str__(self) -> str:
        return f"{self.member} se déporte ({self.item})"


class Scenario(models.Model):
    """One way of sharing the envelope between the items, to be compared with others."""

    session = models.ForeignKey(Session, on_delete=models.CASCADE, related_name="scenarios")
    name = models.CharField("nom", max_length=120)
    is_retained = models.BooleanField("retenu", default=False)
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField("créé le", default=clock.now)

    class Meta:
        verbose_name = "scénario"
        ordering = ["session", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["session", "name"],
                name="one_scenario_per_name",
                violation_error_message="Un scénario de cette séance porte déjà ce nom.",
            ),
            models.UniqueConstraint(
                fields=["session"], condition=Q(is_retained=True), name="one_retained_scenario"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class ScenarioLine(models.Model):
    """What a scenario gives to an item. Null is undecided, zero is nothing."""

    scenario = models.ForeignKey(Scenario, on_delete=models.CASCADE, related_name="lines")
    item = models.ForeignKey(AgendaItem, on_delete=models.CASCADE, related_name="+")
    amount = models.DecimalField("montant (€)", max_digits=12, decimal_places=2, null=True, blank=True)

    class Meta:
        verbose_name = "ligne de scénario"
        verbose_name_plural = "lignes de scénario"
        ordering = ["scenario", "item"]
        constraints = [
            models.UniqueConstraint(fields=["scenario", "item"], name="one_scenario_line_per_item"),
            models.CheckConstraint(
                condition=Q(amount=None) | Q(amount__gte=0),
                name="scenario_amount_is_not_negative",
                violation_error_message="Un montant n'est pas négatif.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.scenario}, {self.item}"


class DecisionQuerySet(models.QuerySet["Decision"]):
    def visible_to(self, user: User | AnonymousUser) -> DecisionQuerySet:
        """Those of the authorities where one sees applications, and those notified to oneself."""
        seen = Authority.objects.where(user, Right.SEE_APPLICATIONS)
        return self.filter(
            Q(application__authority__in=seen)
            | Q(application__applicant_id=user.pk, notified_at__isnull=False)
        )

    def to_take(self) -> DecisionQuerySet:
        """Proposed, to be voted or signed."""
        return self.filter(state=Decision.State.PROPOSED)

    def to_transmit(self) -> DecisionQuerySet:
        """Taken, not yet sent to the préfet."""
        return self.filter(state=Decision.State.TAKEN, transmitted_on=None)

    def to_notify(self) -> DecisionQuerySet:
        """Taken, not yet notified."""
        return self.filter(state=Decision.State.TAKEN, notified_at=None)

    def notified(self) -> DecisionQuerySet:
        return self.filter(state=Decision.State.TAKEN, notified_at__isnull=False)

    def enforceable(self) -> DecisionQuerySet:
        """Transmitted to the préfet and notified (CGCT L3131-1)."""
        return self.notified().filter(transmitted_on__isnull=False)


class Decision(models.Model):
    """What the authority decides on an application; the notification comes later, apart from it.

    Enforceable once transmitted to the préfet and notified (CGCT L3131-1).
    """

    class Outcome(models.TextChoices):
        GRANTED = "granted", "Accord"
        REFUSED = "refused", "Refus"

    class Body(models.TextChoices):
        ASSEMBLY = "assembly", "Assemblée"
        STANDING_COMMITTEE = "standing_committee", "Commission permanente"
        BUREAU = "bureau", "Bureau"
        PRESIDENT = "president", "Président, par délégation"

    class State(models.TextChoices):
        PROPOSED = "proposed", "Proposée"
        TAKEN = "taken", "Prise"
        # By the vote: the application may come back before a committee.
        ADJOURNED = "adjourned", "Ajournée"
        WITHDRAWN = "withdrawn", "Retirée"

    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="decisions")
    item = models.OneToOneField(
        AgendaItem, on_delete=models.PROTECT, null=True, blank=True, related_name="decision"
    )
    envelope = models.ForeignKey(Envelope, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    outcome = models.CharField("sens", max_length=10, choices=Outcome)
    state = models.CharField("état", max_length=10, choices=State, default=State.PROPOSED)
    amount = models.DecimalField("montant (€)", max_digits=12, decimal_places=2, null=True, blank=True)
    reasons = models.TextField("motifs", blank=True)
    body = models.CharField("instance", max_length=20, choices=Body, blank=True)
    number = models.CharField("numéro de délibération", max_length=60, blank=True)
    taken_on = models.DateField("prise le", null=True, blank=True)
    transmitted_on = models.DateField("transmise au préfet le", null=True, blank=True)
    transmission_receipt = models.CharField("accusé de la préfecture", max_length=120, blank=True)
    published_on = models.DateField("publiée le", null=True, blank=True)
    letter = models.ForeignKey(Letter, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    notified_at = models.DateTimeField("notifiée le", null=True, blank=True)
    withdrawn_on = models.DateField("retirée le", null=True, blank=True)
    withdrawal_reason = models.TextField("motif du retrait", blank=True)
    created_at = models.DateTimeField("créée le", default=clock.now)

    objects = DecisionQuerySet.as_manager()

    class Meta:
        verbose_name = "décision"
        ordering = [F("taken_on").desc(nulls_first=True), "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["application"],
                condition=Q(state__in=["proposed", "taken"]),
                name="one_decision_in_force",
                violation_error_message="Ce dossier a déjà une décision.",
            ),
            models.CheckConstraint(
                condition=Q(outcome="refused") | Q(outcome="granted", amount__gt=0),
                name="granted_decision_has_an_amount",
                violation_error_message="Un accord porte un montant supérieur à zéro.",
            ),
            models.CheckConstraint(
                condition=Q(outcome="granted") | ~Q(state="taken") | ~Q(reasons=""),
                name="refusal_is_reasoned",
                violation_error_message="Un refus est motivé (CRPA L211-2).",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["proposed", "taken", "adjourned", "withdrawn"]),
                name="decision_state_is_known",
                violation_error_message="Cet état de décision n'existe pas.",
            ),
            models.CheckConstraint(
                condition=Q(state="proposed") | Q(taken_on__isnull=False) & ~Q(number=""),
                name="taken_decision_has_number_and_date",
                violation_error_message="Une décision prise porte son numéro et sa date.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_outcome_display()}, {self.application}"

    @property
    def is_granted(self) -> bool:
        return self.outcome == self.Outcome.GRANTED

    @property
    def is_enforceable(self) -> bool:
        """In force against everybody: transmitted to the préfet and notified (CGCT L3131-1)."""
        taken = self.state == self.State.TAKEN
        return taken and self.transmitted_on is not None and self.notified_at is not None

    @property
    def transmission_due_on(self) -> date | None:
        """Last day to send it to the préfet: fifteen days from its signature (CGCT L3131-1)."""
        return TRANSMISSION.due_on(self.taken_on) if self.taken_on else None

    @property
    def withdrawable_until(self) -> date | None:
        """Last day to withdraw a grant that is illegal: four months (CRPA L242-1)."""
        return WITHDRAWAL.due_on(self.taken_on) if self.taken_on else None
