"""The record of what was loaded, by whom, and what was wrong with it."""

from __future__ import annotations

from django.contrib.auth.models import AnonymousUser
from django.db import models

from maillage.accounts.models import Authority, User
from maillage.accounts.rights import Right
from maillage.territories.models import Dataset


class ImportRunQuerySet(models.QuerySet["ImportRun"]):
    def visible_to(self, user: User | AnonymousUser) -> ImportRunQuerySet:
        """Every import, for whoever imports: the data serve the whole installation.

        The demo lets anyone in: beside real data, its people see only the imports they asked for.
        """
        importing = Authority.objects.where(user, Right.IMPORT_DATA)
        kinds = set(importing.order_by().values_list("is_demo", flat=True))
        if kinds == {True} and Dataset.objects.active().filter(is_fictional=False).exists():
            return self.filter(actor_id=user.pk)
        return self if kinds else self.none()


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

    objects = ImportRunQuerySet.as_manager()

    class Meta:
        verbose_name = "import"
        ordering = ["-started_at", "-pk"]

    def __str__(self) -> str:
        return f"{self.folder} ({self.started_at:%d/%m/%Y %H:%M})"
