"""What people hand in and what the program writes, kept apart from everything that is served."""

from __future__ import annotations

from datetime import datetime
from typing import NoReturn

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.core.files.storage import FileSystemStorage, Storage
from django.db import models
from django.db.models import Q

from maillage.accounts.models import Authority, User
from maillage.accounts.rights import Right
from maillage.kit import clock


class PrivateStorage(FileSystemStorage):
    """A folder with no address on the web."""

    def url(self, name: str | None) -> NoReturn:
        raise ValueError("a private file has no address")


def private_storage() -> Storage:
    """Where these files are, readable by the program's owner alone."""
    return PrivateStorage(
        location=settings.HOME / "files",
        file_permissions_mode=0o600,
        directory_permissions_mode=0o700,
    )


def stored_path(file: StoredFile, name: str) -> str:
    """Where the content goes: by month and by checksum, never under the name it was sent with."""
    return f"{file.received_at:%Y/%m}/{file.sha256[:32]}"


class StoredFileQuerySet(models.QuerySet["StoredFile"]):
    def visible_to(self, user: User | AnonymousUser) -> StoredFileQuerySet:
        """What one sent oneself, and the files of the authorities whose applications one may see."""
        seen = Authority.objects.where(user, Right.SEE_APPLICATIONS)
        return self.filter(Q(received_by_id=user.pk, received_by__isnull=False) | Q(authority__in=seen))

    def usable(self) -> StoredFileQuerySet:
        """Checked, accepted and still there."""
        return self.filter(state=StoredFile.State.ACCEPTED, purged_at__isnull=True)

    def quarantined(self) -> StoredFileQuerySet:
        return self.filter(state=StoredFile.State.QUARANTINED, purged_at__isnull=True)

    def unattached(self, *, before: datetime) -> StoredFileQuerySet:
        """Still there, received before a moment, and that no row of any room points to."""
        found = self.filter(purged_at__isnull=True, received_at__lt=before)
        for relation in StoredFile._meta.related_objects:
            pointed = relation.related_model._default_manager.filter(
                **{f"{relation.field.name}__isnull": False}
            ).values(relation.field.name)
            found = found.exclude(pk__in=pointed)
        return found


class StoredFile(models.Model):
    """One file, known by its checksum; nobody opens it before it has been accepted."""

    class State(models.TextChoices):
        QUARANTINED = "quarantined", "En cours de vérification"
        ACCEPTED = "accepted", "Accepté"
        REFUSED = "refused", "Refusé"

    authority = models.ForeignKey(Authority, on_delete=models.PROTECT, related_name="+")
    name = models.CharField("nom", max_length=150)
    media_type = models.CharField("type", max_length=100)
    size = models.PositiveBigIntegerField("taille (octets)")
    sha256 = models.CharField("empreinte", max_length=64, db_index=True)
    file = models.FileField("contenu", storage=private_storage, upload_to=stored_path, max_length=100)
    state = models.CharField("état", max_length=12, choices=State, default=State.QUARANTINED)
    # Why it was refused, or why it still waits.
    reason = models.CharField("motif", max_length=300, blank=True)
    received_at = models.DateTimeField("reçu le", default=clock.now, db_index=True)
    received_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    purged_at = models.DateTimeField("effacé le", null=True)

    objects = StoredFileQuerySet.as_manager()

    class Meta:
        verbose_name = "fichier"
        ordering = ["-received_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["quarantined", "accepted", "refused"]),
                name="file_state_is_known",
                violation_error_message="Cet état de fichier n'existe pas.",
            ),
            models.CheckConstraint(
                condition=Q(sha256__regex=r"^[0-9a-f]{64}$"),
                name="file_has_a_checksum",
                violation_error_message="L'empreinte d'un fichier compte 64 chiffres hexadécimaux.",
            ),
            models.CheckConstraint(
                condition=~Q(state="refused") | ~Q(reason=""),
                name="file_refusal_has_a_reason",
                violation_error_message="Dites pourquoi ce fichier est refusé.",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_usable(self) -> bool:
        return self.state == self.State.ACCEPTED and self.purged_at is None
