"""Where people live, and the datasets that say so."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import F, Q, QuerySet

from maillage.kit.text import search_key
from maillage.territories.keys import FICTIONAL_PREFIX

# PostgreSQL would put what is not known first, SQLite last.
LARGEST_FIRST = F("population").desc(nulls_last=True)
NEWEST_FIRST = F("vintage").desc(nulls_last=True)


class DatasetQuerySet(models.QuerySet["Dataset"]):
    def active(self) -> DatasetQuerySet:
        """The datasets in force: one per slot."""
        return self.filter(active=True)

    def of_kind(self, kind: str, *, fictional: bool) -> DatasetQuerySet:
        """Those in force of a kind, of the demo or of real territories: the two never mix."""
        found = self.active().filter(kind=kind, is_fictional=fictional)
        return found.order_by(NEWEST_FIRST, "slot")


class Dataset(models.Model):
    """One table of an official file, as loaded on a day. Every stored figure says which one it came from.

    A slot is what a dataset replaces: loading another `apl:mg:2023` puts the former one out of force.
    """

    slot = models.CharField("emplacement", max_length=120)
    kind = models.CharField("nature", max_length=40)
    source = models.CharField("source", max_length=60)
    title = models.CharField("titre", max_length=200)
    vintage = models.PositiveSmallIntegerField("millésime", null=True)
    meta = models.JSONField("précisions", default=dict)
    file = models.CharField("fichier", max_length=200)
    sha256 = models.CharField("empreinte", max_length=64)
    size = models.PositiveBigIntegerField("taille")
    tables_in_file = models.PositiveSmallIntegerField("tables du fichier", default=1)
    rows = models.PositiveIntegerField("lignes")
    is_fictional = models.BooleanField("fictif", default=False)
    defects = models.PositiveIntegerField("défauts")
    # Staged while a load goes on, in force once it has succeeded.
    active = models.BooleanField("en vigueur", default=False)
    loaded_at = models.DateTimeField("chargé le", auto_now_add=True)

    objects = DatasetQuerySet.as_manager()

    class Meta:
        verbose_name = "jeu de données"
        verbose_name_plural = "jeux de données"
        ordering = ["kind", "-vintage", "slot"]
        constraints = [
            models.UniqueConstraint(
                fields=["slot"],
                condition=Q(active=True),
                name="one_active_dataset_per_slot",
                violation_error_message="Un seul jeu de données est en vigueur par emplacement.",
            )
        ]

    def __str__(self) -> str:
        return f"{self.title} {self.vintage}" if self.vintage else self.title

    @property
    def provenance(self) -> dict[str, Any]:
        """What a snapshot or a page must say of this dataset for its figures to be traced."""
        return {
            "title": str(self),
            "file": self.file,
            "vintage": self.vintage,
            "sha256": self.sha256,
            "kind": self.kind,
            "population_year": self.meta.get("population_year"),
        }


class Region(models.Model):
    code = models.CharField(primary_key=True, max_length=3)
    name = models.CharField("nom", max_length=100)

    class Meta:
        verbose_name = "région"
        ordering = ["code"]

    def __str__(self) -> str:
        return self.name


class Departement(models.Model):
    code = models.CharField(primary_key=True, max_length=3)
    name = models.CharField("nom", max_length=100)
    region = models.ForeignKey(Region, on_delete=models.PROTECT, related_name="departements")

    class Meta:
        verbose_name = "département"
        ordering = ["code"]

    def __str__(self) -> str:
        return self.name


class Epci(models.Model):
    code = models.CharField(primary_key=True, max_length=9)
    name = models.CharField("nom", max_length=200)
    nature = models.CharField("nature", max_length=10, blank=True)

    class Meta:
        verbose_name = "intercommunalité"
        ordering = ["code"]

    def __str__(self) -> str:
        return self.name


class CommuneQuerySet(models.QuerySet["Commune"]):
    def within(self, level: str, code: str) -> CommuneQuerySet:
        """The communes of a territory."""
        if level == "france":
            real = self.exclude(code__startswith=FICTIONAL_PREFIX)
            return (real if real.exists() else self).order_by("code")
        conditions = {
            "commune": Q(code=code),
            "epci": Q(epci=code),
            "departement": Q(departement=code),
            "region": Q(departement__region=code),
        }
        return self.filter(conditions[level]).order_by("code")

    def named(self, text: str) -> CommuneQuerySet:
        """The communes of exactly that code or name, accents and capitals apart."""
        return self.filter(Q(code=text.strip().upper()) | Q(search_name=search_key(text))).order_by("code")

    def matching(self, text: str) -> CommuneQuerySet:
        """Communes whose name or postal code begins like the text, the largest first."""
        key = search_key(text)
        return self.filter(
            Q(search_name__startswith=key)
            | Q(search_name__contains=f" {key}")
            | Q(postal_codes__contains=key)
        ).order_by(LARGEST_FIRST, "code")


class Commune(models.Model):
    """A commune in force today (an arrondissement in Paris, Lyon and Marseille)."""

    code = models.CharField(primary_key=True, max_length=5)
    name = models.CharField("nom", max_length=100)
    search_name = models.CharField(max_length=100, db_index=True)
    departement = models.ForeignKey(Departement, on_delete=models.PROTECT, related_name="communes")
    epci = models.ForeignKey(Epci, on_delete=models.PROTECT, null=True, related_name="communes")
    population = models.PositiveIntegerField("population", null=True)
    lon = models.FloatField("longitude", null=True)
    lat = models.FloatField("latitude", null=True)
    area_ha = models.FloatField("surface (ha)", null=True)
    postal_codes = models.TextField("codes postaux", blank=True)

    objects = CommuneQuerySet.as_manager()

    class Meta:
        verbose_name = "commune"
        ordering = ["code"]

    def __str__(self) -> str:
        return self.name


class DatasetRow(models.Model):
    """A row that lives and dies with its dataset."""

    dataset = models.ForeignKey(Dataset, on_delete=models.CASCADE, related_name="+")

    class Meta:
        abstract = True


class ContourQuerySet(models.QuerySet["Contour"]):
    def best(self, level: str, codes: QuerySet[Any] | list[str]) -> ContourQuerySet:
        """Contours in force of these codes, the most precise last so that it wins in a dict."""
        return self.filter(dataset__active=True, level=level, code__in=codes).order_by("-tolerance_m", "code")


class Contour(DatasetRow):
    """The outline of a commune, département or region, as GeoJSON text in WGS84."""

    level = models.CharField(max_length=12)
    code = models.CharField(max_length=5)
    tolerance_m = models.PositiveIntegerField("généralisation (m)")
    geometry = models.TextField()

    objects = ContourQuerySet.as_manager()

    class Meta:
        verbose_name = "contour"
        indexes = [models.Index(fields=["level", "code"])]

    def __str__(self) -> str:
        return f"{self.level} {self.code}"


class Movement(DatasetRow):
    """One line of the official history of communes: merger, split, change of code."""

    mod = models.PositiveSmallIntegerField()
    date = models.DateField()
    before = models.CharField(max_length=5)
    after = models.CharField(max_length=5)

    class Meta:
        verbose_name = "mouvement de commune"
        indexes = [models.Index(fields=["before"])]

    def __str__(self) -> str:
        return f"{self.before} → {self.after} ({self.date})"


class ZoneQuerySet(models.QuerySet["Zone"]):
    def in_force(self, day: Any) -> ZoneQuerySet:
        """Zones of the datasets in force that were valid on a day."""
        return self.filter(dataset__active=True, valid_from__lte=day).filter(
            Q(valid_to__isnull=True) | Q(valid_to__gte=day)
        )


class Zone(DatasetRow):
    """The class of a unit in a zoning of a profession, between two dates (CSP L1434-4)."""

    profession = models.CharField(max_length=20)
    unit_type = models.CharField(max_length=12)
    unit_code = models.CharField(max_length=12)
    category = models.CharField(max_length=40)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)
    decree = models.TextField(blank=True)

    objects = ZoneQuerySet.as_manager()

    class Meta:
        verbose_name = "zone"
        indexes = [models.Index(fields=["unit_code", "profession"])]

    def __str__(self) -> str:
        return f"{self.unit_code} {self.category}"


class Programme(DatasetRow):
    """A commune's membership of a territorial programme (FRR, France services, Petites villes de demain…)."""

    programme = models.CharField(max_length=10)
    commune = models.CharField(max_length=5, db_index=True)
    label = models.TextField(blank=True)
    since = models.DateField(null=True)

    class Meta:
        verbose_name = "programme territorial"
        verbose_name_plural = "programmes territoriaux"

    def __str__(self) -> str:
        return f"{self.programme} {self.commune}"


class AgeBand(DatasetRow):
    """People of a département by sex and age band, on 1 January of the dataset's vintage."""

    departement = models.CharField(max_length=3, db_index=True)
    sex = models.CharField(max_length=1)
    age_band = models.CharField(max_length=8)
    population = models.PositiveIntegerField()

    class Meta:
        verbose_name = "population par âge"
        verbose_name_plural = "populations par âge"

    def __str__(self) -> str:
        return f"{self.departement} {self.sex} {self.age_band}"


class TravelMatrix(DatasetRow):
    """A loaded matrix of travel times: codes of communes, and pairs as indices into them, in minutes."""

    arrays = models.BinaryField()

    class Meta:
        verbose_name = "matrice de temps de trajet"
        verbose_name_plural = "matrices de temps de trajet"

    def __str__(self) -> str:
        return str(self.dataset)
