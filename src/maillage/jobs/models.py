"""Long work, and the workers that do it."""

from __future__ import annotations

from datetime import timedelta

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from maillage.accounts.models import Authority, User
from maillage.accounts.rights import Right
from maillage.jobs.registry import KINDS

# A running job or a worker that has given no sign of life for that long is dead.
STALE_AFTER = timedelta(seconds=60)


class JobQuerySet(models.QuerySet["Job"]):
    def visible_to(self, user: User | AnonymousUser) -> JobQuerySet:
        """One's own jobs, and all those of the authorities one administers."""
        administered = Authority.objects.where(user, Right.SEE_ALL_JOBS)
        return self.filter(Q(owner_id=user.pk, owner__isnull=False) | Q(authority__in=administered))

    def unfinished(self) -> JobQuerySet:
        return self.filter(state__in=[Job.State.QUEUED, Job.State.RUNNING])

    def silent(self) -> JobQuerySet:
        """Jobs waiting or running that have given no sign of life for too long."""
        return self.unfinished().filter(heartbeat_at__lt=timezone.now() - STALE_AFTER)


class Job(models.Model):
    """One piece of long work, from its request to its result."""

    class State(models.TextChoices):
        QUEUED = "queued", "En attente"
        RUNNING = "running", "En cours"
        DONE = "done", "Terminé"
        FAILED = "failed", "Échoué"
        CANCELLED = "cancelled", "Annulé"

    kind = models.CharField("nature", max_length=40)
    arguments = models.JSONField("arguments", default=dict)
    authority = models.ForeignKey(Authority, on_delete=models.PROTECT, null=True, related_name="+")
    owner = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    state = models.CharField("état", max_length=10, choices=State, default=State.QUEUED)
    progress = models.PositiveSmallIntegerField("avancement (%)", default=0)
    step = models.CharField("étape", max_length=200, blank=True)
    log = models.TextField("journal", blank=True)
    result = models.JSONField("résultat", default=dict)
    result_file = models.FileField("fichier produit", upload_to="jobs", blank=True)
    error = models.CharField("erreur", max_length=500, blank=True)
    # Also the fencing token of a run: a run that is no longer the latest attempt can write nothing.
    attempts = models.PositiveSmallIntegerField("essais", default=0)
    max_attempts = models.PositiveSmallIntegerField("essais permis", default=3)
    cancel_requested = models.BooleanField("annulation demandée", default=False)
    heartbeat_at = models.DateTimeField("dernier signe de vie", default=timezone.now)
    host = models.CharField("machine", max_length=100, blank=True)
    pid = models.PositiveIntegerField("processus", null=True)
    created_at = models.DateTimeField("demandé le", auto_now_add=True)
    started_at = models.DateTimeField("commencé le", null=True)
    finished_at = models.DateTimeField("terminé le", null=True)

    objects = JobQuerySet.as_manager()

    class Meta:
        verbose_name = "travail"
        verbose_name_plural = "travaux"
        ordering = ["-created_at", "-pk"]
        indexes = [models.Index(fields=["state", "heartbeat_at"])]
        constraints = [
            models.CheckConstraint(
                condition=Q(progress__lte=100),
                name="job_progress_is_a_percentage",
                violation_error_message="Un avancement va de 0 à 100 %%.",
            ),
            models.CheckConstraint(
                condition=Q(attempts__lte=F("max_attempts")),
                name="job_attempts_are_limited",
                violation_error_message="Ce travail a épuisé ses essais.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.label} n° {self.pk}"

    @property
    def label(self) -> str:
        known = KINDS.get(self.kind)
        return known.label if known else self.kind

    @property
    def is_finished(self) -> bool:
        return self.state not in (self.State.QUEUED, self.State.RUNNING)


class WorkerQuerySet(models.QuerySet["Worker"]):
    def alive(self) -> WorkerQuerySet:
        return self.filter(seen_at__gte=timezone.now() - STALE_AFTER)


class Worker(models.Model):
    """A process that does jobs, and when it last said so."""

    host = models.CharField("machine", max_length=100)
    pid = models.PositiveIntegerField("processus")
    started_at = models.DateTimeField("démarré le", auto_now_add=True)
    seen_at = models.DateTimeField("vu le", default=timezone.now)

    objects = WorkerQuerySet.as_manager()

    class Meta:
        verbose_name = "exécutant"
        ordering = ["-seen_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["host", "pid"],
                name="one_worker_per_process",
                violation_error_message="Cet exécutant est déjà connu.",
            )
        ]

    def __str__(self) -> str:
        return f"{self.host}/{self.pid}"
