"""Who cares where: counted facilities, structures, practitioners and the places they practise at."""

from __future__ import annotations

from django.db import models
from django.db.models import F

from maillage.territories.models import DatasetRow


class FacilityCountQuerySet(models.QuerySet["FacilityCount"]):
    def latest_in(self, commune: str) -> FacilityCountQuerySet:
        """What a commune counts, latest edition first."""
        found = self.filter(dataset__active=True, code=commune).select_related("dataset")
        return found.order_by(F("dataset__vintage").desc(nulls_last=True), "dataset", "type")


class FacilityCount(DatasetRow):
    """How many facilities of a type a commune counts (BPE). No row of a covered type means none."""

    code = models.CharField("commune", max_length=5)
    type = models.CharField("type d'équipement", max_length=4)
    count = models.PositiveIntegerField("nombre")

    objects = FacilityCountQuerySet.as_manager()

    class Meta:
        verbose_name = "équipement"
        indexes = [models.Index(fields=["dataset", "type"]), models.Index(fields=["code"])]

    def __str__(self) -> str:
        return f"{self.code} {self.type} {self.count}"


class StructureQuerySet(models.QuerySet["Structure"]):
    def open_in(self, commune: str) -> StructureQuerySet:
        """The structures of a commune that are not closed."""
        found = self.filter(dataset__active=True, commune=commune, closed_on=None)
        return found.order_by("category_label", "name")


class Structure(DatasetRow):
    """A place of care of the FINESS register."""

    finess = models.CharField("FINESS", max_length=9, db_index=True)
    name = models.TextField("nom")
    category_code = models.CharField("catégorie", max_length=4)
    category_label = models.TextField("libellé de la catégorie", blank=True)
    commune = models.CharField("commune", max_length=5, blank=True, db_index=True)
    departement = models.CharField("département", max_length=3, blank=True)
    address = models.TextField("adresse", blank=True)
    lon = models.FloatField("longitude", null=True)
    lat = models.FloatField("latitude", null=True)
    opened_on = models.DateField("ouverture", null=True)
    closed_on = models.DateField("fermeture", null=True)

    objects = StructureQuerySet.as_manager()

    class Meta:
        verbose_name = "structure"

    def __str__(self) -> str:
        return self.name


class Practice(DatasetRow):
    """A professional at one site. `share` is the part of the person counted there; a person sums to 1.

    Only what the public register publishes and the plan needs: no phone, e-mail or address.
    """

    rpps = models.CharField("RPPS", max_length=15, db_index=True)
    family_name = models.TextField("nom d'exercice")
    given_name = models.TextField("prénom", blank=True)
    profession_code = models.CharField("profession", max_length=3)
    specialty_code = models.CharField("savoir-faire", max_length=10, blank=True)
    specialty_label = models.TextField("libellé du savoir-faire", blank=True)
    practice_mode = models.CharField("mode d'exercice", max_length=2, blank=True)
    sector_code = models.CharField("secteur", max_length=5, blank=True)
    site = models.TextField("site")
    site_name = models.TextField("nom du site", blank=True)
    commune = models.CharField("commune", max_length=5, blank=True, db_index=True)
    departement = models.CharField("département", max_length=3, blank=True)
    share = models.FloatField("part")

    class Meta:
        verbose_name = "lieu d'exercice"
        verbose_name_plural = "lieux d'exercice"

    def __str__(self) -> str:
        return f"{self.family_name} ({self.site_name})"
