"""Published indicators as loaded, and the snapshots computed from everything loaded."""

from __future__ import annotations

import io
from functools import lru_cache
from typing import Any

import numpy as np
from django.db import models
from numpy.typing import NDArray

from maillage.territories.models import DatasetRow


class PublishedApl(DatasetRow):
    """The APL of a commune as DREES published it. Null is "not published", never zero."""

    code = models.CharField("commune", max_length=5)
    name = models.TextField("nom", blank=True)
    apl = models.FloatField(null=True)
    apl_65 = models.FloatField(null=True)
    apl_62 = models.FloatField(null=True)
    apl_60 = models.FloatField(null=True)
    standardised_population = models.FloatField("population standardisée", null=True)
    population = models.FloatField("population", null=True)

    class Meta:
        verbose_name = "APL publiée"
        verbose_name_plural = "APL publiées"

    def __str__(self) -> str:
        return f"{self.code} {self.apl}"


class PublishedDensity(DatasetRow):
    """Head count and density per 100,000 of a profession in a territory (Assurance maladie)."""

    level = models.CharField(max_length=12)
    code = models.CharField(max_length=9)
    profession = models.TextField()
    count = models.PositiveIntegerField("effectif", null=True)
    density = models.FloatField("densité pour 100 000", null=True)

    class Meta:
        verbose_name = "densité publiée"
        verbose_name_plural = "densités publiées"
        indexes = [models.Index(fields=["level", "code"])]

    def __str__(self) -> str:
        return f"{self.profession} {self.level}:{self.code}"


class SpecialtyCount(DatasetRow):
    """Doctors of a specialty in a département (RPPS, all practice modes)."""

    departement = models.CharField(max_length=3, db_index=True)
    specialty = models.CharField(max_length=10)
    label = models.TextField()
    count = models.PositiveIntegerField("effectif")

    class Meta:
        verbose_name = "effectif par spécialité"
        verbose_name_plural = "effectifs par spécialité"

    def __str__(self) -> str:
        return f"{self.label} {self.departement}"


class AgeShare(DatasetRow):
    """Share (0 to 1) of the doctors of a département over an age."""

    departement = models.CharField(max_length=3, db_index=True)
    group = models.CharField("groupe", max_length=20)
    age = models.PositiveSmallIntegerField("âge")
    share = models.FloatField("part")

    class Meta:
        verbose_name = "part au-delà d'un âge"
        verbose_name_plural = "parts au-delà d'un âge"

    def __str__(self) -> str:
        return f"{self.departement} {self.group} > {self.age}"


class SnapshotQuerySet(models.QuerySet["Snapshot"]):
    def current(self, profession: str, *, fictional: bool) -> SnapshotQuerySet:
        """Those in force of a profession, latest vintage first."""
        found = self.filter(profession=profession, is_fictional=fictional, superseded=False)
        return found.defer("arrays").order_by("-vintage", "-pk")

    def of(self, profession: str, vintage: int | None = None, *, fictional: bool) -> Snapshot | None:
        """The snapshot of a profession, of one vintage or of its latest."""
        found = self.current(profession, fictional=fictional)
        if vintage is not None:
            found = found.filter(vintage=vintage)
        return found.first()


class Snapshot(models.Model):
    """Access to one profession, everywhere the loaded data reach, in one vintage. Never changed once made.

    Holds per-commune columns (`Frame`); every territory's figures are aggregations of those, so that a
    département and its region can never disagree. `sources` and `parameters` say what it was made from.
    """

    profession = models.CharField(max_length=10)
    vintage = models.PositiveSmallIntegerField("millésime")
    fingerprint = models.CharField("empreinte", max_length=64, unique=True)
    parameters = models.JSONField("paramètres")
    sources = models.JSONField("données")
    summary = models.JSONField("bilan du calcul")
    arrays = models.BinaryField()
    is_fictional = models.BooleanField("fictif", default=False)
    created_at = models.DateTimeField("calculé le", auto_now_add=True)
    # The only thing that may change: a later computation of the same vintage stands in its place.
    superseded = models.BooleanField("remplacé", default=False)

    objects = SnapshotQuerySet.as_manager()

    class Meta:
        verbose_name = "état des lieux"
        verbose_name_plural = "états des lieux"
        ordering = ["profession", "-vintage", "-pk"]
        indexes = [models.Index(fields=["profession", "vintage"])]

    def __str__(self) -> str:
        return f"{self.profession} {self.vintage}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self.pk and set(kwargs.get("update_fields") or ["everything"]) != {"superseded"}:
            raise TypeError("a snapshot is immutable")
        super().save(*args, **kwargs)


def pack(columns: dict[str, NDArray[Any]]) -> bytes:
    """Columns as one compressed block."""
    stream = io.BytesIO()
    np.savez_compressed(stream, allow_pickle=False, **columns)
    return stream.getvalue()


@lru_cache(maxsize=16)
def columns_of(snapshot_pk: int) -> dict[str, NDArray[Any]]:
    """The columns of a snapshot. Immutable, hence cached by its key; treat them as read-only."""
    block = Snapshot.objects.values_list("arrays", flat=True).get(pk=snapshot_pk)
    with np.load(io.BytesIO(bytes(block)), allow_pickle=False) as archive:
        return {name: archive[name] for name in archive.files}
