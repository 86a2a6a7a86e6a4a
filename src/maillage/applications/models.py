"""Recipients, calls and applications: what is asked, with what proof, by when it must be answered."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import F, Q

from maillage.accounts.models import Authority, User
from maillage.accounts.rights import Right
from maillage.files.models import StoredFile
from maillage.kit import clock
from maillage.schemes.models import Judgement, Scheme, SchemeVersion

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser


class RecipientQuerySet(models.QuerySet["Recipient"]):
    def visible_to(self, user: User | AnonymousUser) -> RecipientQuerySet:
        """Those of the authorities whose applications the user may see, and oneself."""
        seen = Authority.objects.where(user, Right.SEE_APPLICATIONS)
        return self.filter(Q(authority__in=seen) | Q(user_id=user.pk))


class Recipient(models.Model):
    """Who an aid goes to: a natural person or a body. One per authority and identity."""

    class Kind(models.TextChoices):
        STUDENT = "student", "Étudiant"
        PROFESSIONAL = "professional", "Professionnel de santé"
        ASSOCIATION = "association", "Association"
        COMPANY = "company", "Société"
        COMMUNE = "commune", "Commune"
        EPCI = "epci", "Intercommunalité"
        PUBLIC_BODY = "public_body", "Organisme public"
        HEALTH_CENTRE_MANAGER = "health_centre_manager", "Gestionnaire de centre de santé"
        MSP_COMPANY = "msp_company", "Structure porteuse d'une maison de santé"

    authority = models.ForeignKey(Authority, on_delete=models.PROTECT, related_name="recipients")
    user = models.ForeignKey(
        User, on_delete=models.SET_NULL, null=True, blank=True, related_name="recipients"
    )
    kind = models.CharField("nature", max_length=24, choices=Kind)
    name = models.CharField("nom ou raison sociale", max_length=200)
    given_name = models.CharField("prénom", max_length=100, blank=True)
    search_name = models.CharField(max_length=320, db_index=True)
    email = models.EmailField("adresse électronique", blank=True)
    phone = models.CharField("téléphone", max_length=30, blank=True)
    address = models.TextField("adresse postale", blank=True)
    siret = models.CharField("SIRET", max_length=14, blank=True, db_index=True)
    rna = models.CharField("RNA", max_length=10, blank=True)
    rpps = models.CharField("RPPS", max_length=15, blank=True, db_index=True)
    finess = models.CharField("FINESS", max_length=9, blank=True)
    profession = models.CharField("profession", max_length=40, blank=True)
    created_at = models.DateTimeField("créé le", default=clock.now)

    objects = RecipientQuerySet.as_manager()

    class Meta:
        verbose_name = "bénéficiaire"
        ordering = ["search_name", "pk"]

    def __str__(self) -> str:
        return f"{self.given_name} {self.name}".strip()

    @property
    def is_person(self) -> bool:
        return self.kind in (self.Kind.STUDENT, self.Kind.PROFESSIONAL)


class ConfirmedEmail(models.Model):
    """The address that an applicant has proved to read, by a signed link sent to it."""

    user = models.OneToOneField(User, on_delete=models.CASCADE, related_name="confirmed_email")
    email = models.EmailField("adresse électronique")
    at = models.DateTimeField("confirmée le", default=clock.now)

    class Meta:
        verbose_name = "adresse confirmée"
        verbose_name_plural = "adresses confirmées"

    def __str__(self) -> str:
        return self.email


class CallQuerySet(models.QuerySet["Call"]):
    def visible_to(self, user: User | AnonymousUser) -> CallQuerySet:
        return self.filter(authority__in=Authority.objects.visible_to(user))


class Call(models.Model):
    """A call for projects or for applications: a window of time on a scheme, themes, a scoring grid."""

    class State(models.TextChoices):
        DRAFT = "draft", "En préparation"
        PUBLISHED = "published", "Publié"
        CANCELLED = "cancelled", "Annulé"

    authority = models.ForeignKey(Authority, on_delete=models.PROTECT, related_name="calls")
    scheme = models.ForeignKey(Scheme, on_delete=models.PROTECT, related_name="calls")
    key = models.SlugField("clé", max_length=80)
    title = models.CharField("titre", max_length=200)
    presentation = models.TextField("présentation", blank=True)
    opens_at = models.DateTimeField("ouvre le")
    closes_at = models.DateTimeField("ferme le")
    # [{"key", "label"}]
    themes = models.JSONField("thèmes", default=list, blank=True)
    # [{"key", "label", "points", "weight"}]
    scoring_grid = models.JSONField("grille de notation", default=list, blank=True)
    state = models.CharField("état", max_length=12, choices=State, default=State.DRAFT)
    published_at = models.DateTimeField("publié le", null=True, blank=True)

    objects = CallQuerySet.as_manager()

    class Meta:
        verbose_name = "appel à projets"
        verbose_name_plural = "appels à projets"
        ordering = ["-closes_at", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["authority", "key"], name="one_call_per_key"),
            models.CheckConstraint(
                condition=Q(closes_at__gt=F("opens_at")),
                name="call_closes_after_it_opens",
                violation_error_message="Un appel ferme après son ouverture.",
            ),
        ]

    def __str__(self) -> str:
        return self.title


class ApplicationQuerySet(models.QuerySet["Application"]):
    def visible_to(self, user: User | AnonymousUser) -> ApplicationQuerySet:
        """One's own, those one is asked an opinion on, and those submitted where one may see applications."""
        seen = Authority.objects.where(user, Right.SEE_APPLICATIONS)
        asked = OpinionRequest.objects.filter(asked_to__in=[user.pk] if user.pk else []).values("application")
        return self.filter(
            Q(applicant_id=user.pk) | Q(pk__in=asked) | Q(authority__in=seen) & ~Q(state="draft")
        )


class Application(models.Model):
    """A file asking for an aid, judged by the version of the rules pinned when it was begun."""

    class State(models.TextChoices):
        DRAFT = "draft", "Brouillon"
        SUBMITTED = "submitted", "Déposé"
        INCOMPLETE = "incomplete", "Incomplet"
        COMPLETE = "complete", "Complet"
        UNDER_REVIEW = "under_review", "En instruction"
        READY = "ready", "Prêt pour le comité"
        ON_AGENDA = "on_agenda", "Inscrit en comité"
        GRANTED = "granted", "Accordé"
        REFUSED = "refused", "Refusé"
        LAPSED = "lapsed", "Refusé implicitement"
        WITHDRAWN = "withdrawn", "Retiré par le demandeur"
        INADMISSIBLE = "inadmissible", "Irrecevable"

    OPEN_STATES = ("submitted", "incomplete", "complete", "under_review", "ready", "on_agenda")

    authority = models.ForeignKey(Authority, on_delete=models.PROTECT, related_name="applications")
    version = models.ForeignKey(SchemeVersion, on_delete=models.PROTECT, related_name="applications")
    call = models.ForeignKey(
        Call, on_delete=models.PROTECT, null=True, blank=True, related_name="applications"
    )
    applicant = models.ForeignKey(User, on_delete=models.PROTECT, related_name="applications")
    recipient = models.ForeignKey(
        Recipient, on_delete=models.PROTECT, null=True, blank=True, related_name="applications"
    )
    # Given at submission: D-2026-00123.
    number = models.CharField("numéro", max_length=20, blank=True)
    state = models.CharField("état", max_length=14, choices=State, default=State.DRAFT)
    title = models.CharField("objet", max_length=200, blank=True)
    answers = models.JSONField("réponses", default=dict)
    requested_amount = models.DecimalField(
        "montant demandé (€)", max_digits=12, decimal_places=2, null=True, blank=True
    )
    commune = models.CharField("commune", max_length=5, blank=True)
    search_text = models.TextField(blank=True)
    # What the applicant swore when submitting: [{"key", "sentence"}].
    sworn = models.JSONField("déclarations sur l'honneur", default=list, blank=True)
    assigned_to = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    judgement = models.ForeignKey(
        Judgement, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    created_at = models.DateTimeField("créé le", default=clock.now)
    saved_at = models.DateTimeField("enregistré le", default=clock.now)
    submitted_at = models.DateTimeField("déposé le", null=True, blank=True)
    acknowledged_at = models.DateTimeField("accusé le", null=True, blank=True)
    completed_at = models.DateTimeField("complet le", null=True, blank=True)
    # Silence until that day is a refusal (CRPA L231-4 3°); kept in step with the suspensions by actions.
    implicit_refusal_on = models.DateField("refus implicite le", null=True, blank=True)
    decided_at = models.DateTimeField("décidé le", null=True, blank=True)

    objects = ApplicationQuerySet.as_manager()

    class Meta:
        verbose_name = "dossier"
        ordering = [F("submitted_at").desc(nulls_last=True), "-pk"]
        indexes = [
            models.Index(fields=["authority", "state", "-submitted_at"]),
            models.Index(fields=["authority", "-submitted_at", "-id"]),
            models.Index(fields=["authority", "implicit_refusal_on"]),
            models.Index(
                fields=["authority", "-submitted_at"],
                name="applications_to_take",
                condition=Q(
                    assigned_to=None,
                    state__in=["submitted", "incomplete", "complete", "under_review", "ready", "on_agenda"],
                ),
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["authority", "number"],
                condition=~Q(number=""),
                name="one_application_per_number",
            ),
            models.CheckConstraint(
                condition=Q(
                    state__in=[
                        "draft",
                        "submitted",
                        "incomplete",
                        "complete",
                        "under_review",
                        "ready",
                        "on_agenda",
                        "granted",
                        "refused",
                        "lapsed",
                        "withdrawn",
                        "inadmissible",
                    ]
                ),
                name="application_state_is_known",
                violation_error_message="Cet état de dossier n'existe pas.",
            ),
            models.CheckConstraint(
                condition=Q(state="draft") | Q(submitted_at__isnull=False) & ~Q(number=""),
                name="submitted_application_has_a_number",
            ),
            models.CheckConstraint(
                condition=Q(state="draft") | Q(recipient__isnull=False),
                name="submitted_application_has_a_recipient",
            ),
        ]

    def __str__(self) -> str:
        return self.number or f"brouillon {self.pk}"


class SupportingDocumentQuerySet(models.QuerySet["SupportingDocument"]):
    def visible_to(self, user: User | AnonymousUser) -> SupportingDocumentQuerySet:
        return self.filter(application__in=Application.objects.visible_to(user))

    def standing(self) -> SupportingDocumentQuerySet:
        """Neither refused by a case officer nor by the check of its content."""
        return self.exclude(state="refused").exclude(file__state="refused")


class SupportingDocument(models.Model):
    """A file handed in for one of the documents that the rules ask for (`requirement` is its key)."""

    class State(models.TextChoices):
        RECEIVED = "received", "Reçue"
        ACCEPTED = "accepted", "Acceptée"
        REFUSED = "refused", "Refusée"

    application = models.ForeignKey(Application, on_delete=models.CASCADE, related_name="documents")
    requirement = models.SlugField("pièce", max_length=80)
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="+")
    state = models.CharField("état", max_length=10, choices=State, default=State.RECEIVED)
    reason = models.CharField("motif", max_length=250, blank=True)
    valid_until = models.DateField("valable jusqu'au", null=True, blank=True)
    added_at = models.DateTimeField("ajoutée le", default=clock.now)
    added_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")

    objects = SupportingDocumentQuerySet.as_manager()

    class Meta:
        verbose_name = "pièce justificative"
        verbose_name_plural = "pièces justificatives"
        ordering = ["application", "requirement", "-added_at", "-pk"]

    def __str__(self) -> str:
        return f"{self.requirement} ({self.application})"


class CorrectionRequestQuerySet(models.QuerySet["CorrectionRequest"]):
    def open(self) -> CorrectionRequestQuerySet:
        """Those the applicant still has to answer."""
        return self.filter(answered_at=None, closed_at=None)


class CorrectionRequest(models.Model):
    """What is to be corrected, by when; meanwhile the clock is suspended (CRPA L114-5)."""

    application = models.ForeignKey(Application, on_delete=models.CASCADE, related_name="corrections")
    fields = models.JSONField("champs à corriger", default=list)
    requirements = models.JSONField("pièces attendues", default=list)
    message = models.TextField("message")
    due_on = models.DateField("à rendre le")
    asked_at = models.DateTimeField("demandé le", default=clock.now)
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    answered_at = models.DateTimeField("rendu le", null=True, blank=True)
    closed_at = models.DateTimeField("close le", null=True, blank=True)

    objects = CorrectionRequestQuerySet.as_manager()

    class Meta:
        verbose_name = "demande de correction"
        verbose_name_plural = "demandes de correction"
        ordering = ["application", "-asked_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["application"],
                condition=Q(answered_at=None, closed_at=None),
                name="one_open_correction",
                violation_error_message="Une demande de correction est déjà en cours pour ce dossier.",
            )
        ]

    def __str__(self) -> str:
        return f"{self.application}, correction"


class Suspension(models.Model):
    """A time during which the clock of implicit refusal does not run (CRPA L114-5).

    It runs again on `ends_on`, the day the documents came, and at the latest on `due_on`. Opened and closed
    by `actions.clock` alone.
    """

    application = models.ForeignKey(Application, on_delete=models.CASCADE, related_name="suspensions")
    starts_on = models.DateField("suspendu le")
    due_on = models.DateField("reprend au plus tard le")
    ends_on = models.DateField("repris le", null=True, blank=True)
    reason = models.CharField("motif", max_length=200)

    class Meta:
        verbose_name = "suspension du délai"
        verbose_name_plural = "suspensions du délai"
        ordering = ["application", "starts_on", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(due_on__gte=F("starts_on")),
                name="suspension_ends_after_it_starts",
                violation_error_message="Le délai donné pour répondre finit après la demande.",
            ),
            models.UniqueConstraint(
                fields=["application"],
                condition=Q(ends_on=None),
                name="one_open_suspension",
                violation_error_message="Le délai de ce dossier est déjà suspendu.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.application}, {self.reason}"


class Message(models.Model):
    """What applicant and authority write to each other; an internal note is for the authority alone."""

    application = models.ForeignKey(Application, on_delete=models.CASCADE, related_name="messages")
    author = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    is_internal = models.BooleanField("note interne", default=False)
    text = models.TextField("message")
    at = models.DateTimeField("date", default=clock.now)
    read_at = models.DateTimeField("lu le", null=True, blank=True)

    class Meta:
        verbose_name = "message"
        ordering = ["application", "at", "pk"]

    def __str__(self) -> str:
        return f"{self.application}, {self.at:%d/%m/%Y}"


class OpinionRequest(models.Model):
    """An opinion asked to someone outside the review: a partner, an expert."""

    class Opinion(models.TextChoices):
        FAVOURABLE = "favourable", "Favorable"
        RESERVED = "reserved", "Réservé"
        UNFAVOURABLE = "unfavourable", "Défavorable"

    application = models.ForeignKey(Application, on_delete=models.CASCADE, related_name="opinions")
    asked_to = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    question = models.TextField("question")
    is_confidential = models.BooleanField("confidentiel", default=True)
    due_on = models.DateField("à rendre le", null=True, blank=True)
    asked_at = models.DateTimeField("demandé le", default=clock.now)
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    opinion = models.CharField("avis", max_length=12, choices=Opinion, blank=True)
    reasons = models.TextField("motifs", blank=True)
    given_at = models.DateTimeField("rendu le", null=True, blank=True)

    class Meta:
        verbose_name = "avis"
        verbose_name_plural = "avis"
        ordering = ["application", "asked_at", "pk"]

    def __str__(self) -> str:
        return f"{self.application}, avis de {self.asked_to}"


class Score(models.Model):
    """The points of one reader on one criterion of the call's scoring grid."""

    application = models.ForeignKey(Application, on_delete=models.CASCADE, related_name="scores")
    scorer = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    criterion = models.SlugField("critère", max_length=80)
    points = models.DecimalField("points", max_digits=6, decimal_places=2)
    comment = models.TextField("commentaire", blank=True)
    at = models.DateTimeField("date", default=clock.now)

    class Meta:
        verbose_name = "note"
        ordering = ["application", "criterion", "scorer"]
        constraints = [
            models.UniqueConstraint(
                fields=["application", "scorer", "criterion"], name="one_score_per_reader"
            )
        ]

    def __str__(self) -> str:
        return f"{self.application}, {self.criterion} : {self.points}"


class Override(models.Model):
    """A finding set aside by someone who may, with the reason; `code` is a criterion's or a guard's."""

    application = models.ForeignKey(Application, on_delete=models.CASCADE, related_name="overrides")
    code = models.CharField("point écarté", max_length=100)
    sentence = models.TextField("ce qui était relevé")
    reason = models.TextField("motif")
    by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField("date", default=clock.now)

    class Meta:
        verbose_name = "dérogation"
        ordering = ["application", "at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["application", "code"],
                name="one_override_per_finding",
                violation_error_message="Ce point est déjà écarté pour ce dossier.",
            )
        ]

    def __str__(self) -> str:
        return f"{self.application}, {self.code}"


class DeclaredAid(models.Model):
    """An aid of another funder, or an earlier one, that the recipient declares (cumulation, de minimis).

    Declared on a draft, it gets its recipient at submission.
    """

    recipient = models.ForeignKey(
        Recipient, on_delete=models.CASCADE, null=True, blank=True, related_name="declared_aids"
    )
    application = models.ForeignKey(
        Application, on_delete=models.SET_NULL, null=True, blank=True, related_name="declared_aids"
    )
    funder = models.CharField("financeur", max_length=200)
    label = models.CharField("aide", max_length=200)
    category = models.SlugField("catégorie", max_length=40, blank=True)
    amount = models.DecimalField("montant (€)", max_digits=12, decimal_places=2, null=True, blank=True)
    signed_on = models.DateField("signée le", null=True, blank=True)
    de_minimis = models.CharField("régime de minimis", max_length=12, blank=True)

    class Meta:
        verbose_name = "aide déclarée"
        verbose_name_plural = "aides déclarées"
        ordering = ["recipient", F("signed_on").desc(nulls_last=True), "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(recipient__isnull=False) | Q(application__isnull=False),
                name="declared_aid_belongs_to_someone",
            )
        ]

    def __str__(self) -> str:
        return f"{self.label} ({self.funder})"
