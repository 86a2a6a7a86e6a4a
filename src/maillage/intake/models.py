"""The record of what was loaded, by whom, and what was wrong with it."""

from __future__ import annotations

from django.db import models

from maillage.accounts.models import User


class ImportRun(models.Model):
    """One load of a folder: every file met, what it was taken for, its defects and what was done."""

    started_at = models.DateTimeField("commencé le", auto_now_add=True)
    finished_at = models.DateTimeField("terminé le", null=True)
    actor = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, verbose_name="par")
    folder = models.TextField("dossier")
    territories = models.JSONField("territoires", default=list)
    succeeded = models.BooleanField("réussi")
    outcome = models.CharField("issue", max_length=1000)
    report = models.JSONField("compte rendu")

    class Meta:
        verbose_name = "import"
        ordering = ["-started_at", "-pk"]

    def __str__(self) -> str:
        return f"{self.folder} ({self.started_at:%d/%m/%Y %H:%M})"
