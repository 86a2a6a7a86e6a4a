"""Every letter sent: acknowledgement, notification, reminder, agreement to sign…"""

from __future__ import annotations

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Q

from maillage.accounts.models import Authority, User
from maillage.accounts.rights import Right
from maillage.acts.document import Act, from_json
from maillage.files.models import StoredFile
from maillage.kit import clock


class LetterQuerySet(models.QuerySet["Letter"]):
    def visible_to(self, user: User | AnonymousUser) -> LetterQuerySet:
        """Those of the authorities whose applications one sees; those sent to oneself."""
        seen = Authority.objects.where(user, Right.SEE_APPLICATIONS)
        received = Q(recipient_user_id=user.pk, recipient_user__isnull=False, state=Letter.State.SENT)
        return self.filter(received | Q(authority__in=seen))

    def about(self, subject: models.Model) -> LetterQuerySet:
        """The letters about one object."""
        return self.filter(subject_kind=subject._meta.label_lower, subject_id=str(subject.pk))

    def to_send(self) -> LetterQuerySet:
        return self.filter(state=Letter.State.DRAFT)

    def sent(self) -> LetterQuerySet:
        return self.filter(state=Letter.State.SENT)

    def cancelled(self) -> LetterQuerySet:
        return self.filter(state=Letter.State.CANCELLED)

    def mail_failed(self) -> LetterQuerySet:
        """Sent letters whose e-mail has not left: it failed, or the program stopped before it."""
        return self.sent().filter(channel=Letter.Channel.EMAIL, mailed_at__isnull=True)


class Letter(models.Model):
    """One letter to one recipient. Its content may be revised until it is sent, never after."""

    class State(models.TextChoices):
        DRAFT = "draft", "À envoyer"
        SENT = "sent", "Envoyé"
        CANCELLED = "cancelled", "Annulé"

    class Channel(models.TextChoices):
        PORTAL = "portal", "Espace personnel"
        EMAIL = "email", "Courriel"
        REGISTERED_POST = "registered_post", "Lettre recommandée"
        HAND = "hand", "Remise en main propre"

    authority = models.ForeignKey(Authority, on_delete=models.PROTECT, related_name="+")
    kind = models.SlugField("nature", max_length=40, db_index=True)
    number = models.CharField("numéro", max_length=20)
    subject_kind = models.CharField("nature de l'objet", max_length=40, blank=True)
    subject_id = models.CharField("numéro de l'objet", max_length=40, blank=True)
    recipient_user = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="letters"
    )
    recipient_name = models.CharField("destinataire", max_length=200)
    recipient_email = models.EmailField("adresse électronique", blank=True)
    recipient_address = models.TextField("adresse postale", blank=True)
    title = models.CharField("objet", max_length=200)
    # An `acts.Act` as JSON, without the logo, which is the authority's.
    content = models.JSONField("contenu")
    channel = models.CharField("envoi", max_length=16, choices=Channel, default=Channel.PORTAL)
    state = models.CharField("état", max_length=10, choices=State, default=State.DRAFT)
    drafted_at = models.DateTimeField("préparé le", default=clock.now)
    drafted_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    sent_at = models.DateTimeField("envoyé le", null=True, blank=True)
    sent_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    mailed_at = models.DateTimeField("courriel parti le", null=True, blank=True)
    mail_error = models.CharField("échec du courriel", max_length=300, blank=True)
    tracking = models.CharField("numéro de recommandé", max_length=40, blank=True)
    pdf = models.ForeignKey(StoredFile, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    objects = LetterQuerySet.as_manager()

    class Meta:
        verbose_name = "courrier"
        ordering = ["-drafted_at", "-pk"]
        indexes = [
            models.Index(fields=["subject_kind", "subject_id"]),
            models.Index(fields=["authority", "state", "-drafted_at"]),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["authority", "number"],
                name="one_letter_per_number",
                violation_error_message="Ce numéro de courrier est déjà pris.",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["draft", "sent", "cancelled"]),
                name="letter_state_is_known",
                violation_error_message="Cet état de courrier n'existe pas.",
            ),
            models.CheckConstraint(
                condition=Q(channel__in=["portal", "email", "registered_post", "hand"]),
                name="letter_channel_is_known",
                violation_error_message="Ce mode d'envoi n'existe pas.",
            ),
            models.CheckConstraint(
                condition=Q(state="sent", sent_at__isnull=False, pdf__isnull=False)
                | (~Q(state="sent") & Q(sent_at__isnull=True, pdf__isnull=True)),
                name="letter_sent_is_frozen",
                violation_error_message="Un courrier envoyé porte sa date et son PDF ; un autre n'en a pas.",
            ),
            models.CheckConstraint(
                condition=~Q(channel="email") | ~Q(recipient_email=""),
                name="letter_by_email_has_an_address",
                violation_error_message="Donnez l'adresse électronique, ou choisissez un autre envoi.",
            ),
        ]

    def __str__(self) -> str:
        return f"Courrier {self.number} : {self.title}"

    @property
    def act(self) -> Act:
        """Its content as a document."""
        return from_json(self.content)

    @property
    def is_draft(self) -> bool:
        return self.state == self.State.DRAFT

    @property
    def mail_is_late(self) -> bool:
        """Whether an e-mail should have left and has not."""
        return self.state == self.State.SENT and self.channel == self.Channel.EMAIL and self.mailed_at is None
