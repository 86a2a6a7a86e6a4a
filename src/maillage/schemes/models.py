"""Schemes of aid and the versions of their rules, immutable once published."""

from __future__ import annotations

import hashlib
import json
from datetime import date
from typing import TYPE_CHECKING, Any, NoReturn

from django.db import models
from django.db.models import F, Prefetch, Q

from maillage.accounts.models import Authority, User
from maillage.accounts.rights import Right
from maillage.budget.models import Envelope
from maillage.kit import clock
from maillage.plans.models import Measure
from maillage.rules.scheme import SchemeRules
from maillage.schemes.reading import parsed

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser


class SchemeQuerySet(models.QuerySet["Scheme"]):
    def visible_to(self, user: User | AnonymousUser) -> SchemeQuerySet:
        """The schemes of the authorities where the user has a role."""
        return self.filter(authority__in=Authority.objects.where(user, Right.SEE_PROGRAMME))

    def offered(self, on: date) -> SchemeQuerySet:
        """Those anyone may read: with rules in force, not closed that day."""
        open_ones = self.filter(Q(closed_on=None) | Q(closed_on__gt=on))
        return open_ones.filter(pk__in=SchemeVersion.objects.published().values("scheme"))

    def with_current(self) -> SchemeQuerySet:
        """With the version in force of each at hand: `current` then asks the database nothing."""
        versions = SchemeVersion.objects.published()
        return self.prefetch_related(Prefetch("versions", queryset=versions, to_attr="published_versions"))


class Scheme(models.Model):
    """An aid that the authority offers. What it grants, to whom and against what is in its versions."""

    authority = models.ForeignKey(Authority, on_delete=models.PROTECT, related_name="schemes")
    measure = models.ForeignKey(
        Measure, on_delete=models.PROTECT, null=True, blank=True, related_name="schemes"
    )
    envelope = models.ForeignKey(
        Envelope, on_delete=models.PROTECT, null=True, blank=True, related_name="schemes"
    )
    key = models.SlugField("clé", max_length=80)
    title = models.CharField("titre", max_length=200)
    summary = models.TextField("présentation", blank=True)
    contact = models.CharField("contact", max_length=200, blank=True)
    # Applications come at any time, or only inside a call.
    is_open_all_year = models.BooleanField("ouvert toute l'année", default=True)
    closed_on = models.DateField("clos le", null=True, blank=True)
    seeds = models.JSONField("références", default=list, blank=True)

    objects = SchemeQuerySet.as_manager()

    class Meta:
        verbose_name = "dispositif"
        ordering = ["authority", "title", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["authority", "key"],
                name="one_scheme_per_key",
                violation_error_message="Un dispositif de cette collectivité porte déjà cette clé.",
            )
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def current(self) -> SchemeVersion | None:
        """The version in force, None when there is none."""
        found: list[SchemeVersion] | None = self.__dict__.get("published_versions")
        if found is None:
            found = list(self.versions.filter(state=SchemeVersion.State.PUBLISHED))
        return next(iter(found), None)

    @property
    def draft(self) -> SchemeVersion | None:
        """The version being written, None when there is none."""
        return self.versions.filter(state=SchemeVersion.State.DRAFT).first()

    def is_open(self, on: date) -> bool:
        """Whether it takes applications that day, with rules in force and outside any call."""
        return self.is_open_all_year and not self.is_closed(on)

    def is_closed(self, on: date) -> bool:
        return self.closed_on is not None and self.closed_on <= on


class SchemeVersionQuerySet(models.QuerySet["SchemeVersion"]):
    def visible_to(self, user: User | AnonymousUser) -> SchemeVersionQuerySet:
        """The versions of the schemes that the user may see."""
        return self.filter(scheme__in=Scheme.objects.visible_to(user))

    def published(self) -> SchemeVersionQuerySet:
        return self.filter(state=SchemeVersion.State.PUBLISHED)


class SchemeVersion(models.Model):
    """The rules of a scheme at a time: `maillage.rules.scheme.SchemeRules` as JSON.

    A database trigger refuses any change to the rules once published: whatever was decided under a rule
    keeps that rule.
    """

    class State(models.TextChoices):
        DRAFT = "draft", "Brouillon"
        PUBLISHED = "published", "En vigueur"
        REPLACED = "replaced", "Remplacée"

    # What publishing another version writes on this one.
    REPLACEABLE = frozenset({"state", "replaced_at"})
    # As it stands in the database; None for a version not stored yet.
    _stored_state: str | None = None

    scheme = models.ForeignKey(Scheme, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField("numéro")
    state = models.CharField("état", max_length=12, choices=State, default=State.DRAFT)
    rules = models.JSONField("règles")
    note = models.CharField("objet de la version", max_length=250, blank=True)
    created_at = models.DateTimeField("créée le", default=clock.now)
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    published_at = models.DateTimeField("publiée le", null=True, blank=True)
    published_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    # The deliberation that adopted these rules.
    decision = models.CharField("délibération", max_length=120, blank=True)
    replaced_at = models.DateTimeField("remplacée le", null=True, blank=True)

    objects = SchemeVersionQuerySet.as_manager()

    class Meta:
        verbose_name = "version d'un dispositif"
        verbose_name_plural = "versions des dispositifs"
        ordering = ["scheme", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["scheme", "number"], name="one_scheme_version_per_number"),
            models.UniqueConstraint(
                fields=["scheme"],
                condition=Q(state="published"),
                name="one_published_version",
                violation_error_message="Une seule version d'un dispositif est en vigueur à la fois.",
            ),
            models.UniqueConstraint(
                fields=["scheme"],
                condition=Q(state="draft"),
                name="one_draft_version",
                violation_error_message="Ce dispositif a déjà un brouillon : modifiez-le ou supprimez-le.",
            ),
            models.CheckConstraint(
                condition=Q(state="draft", published_at=None)
                | ~Q(state="draft") & Q(published_at__isnull=False),
                name="published_version_has_a_date",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.scheme}, version {self.number}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Store it. Of a published version, only `REPLACEABLE` may be written, by name."""
        if self._stored_state not in (None, self.State.DRAFT):
            written = set(kwargs.get("update_fields") or ["rules"])
            if not written <= self.REPLACEABLE:
                raise TypeError("a published version never changes")
        super().save(*args, **kwargs)
        self._stored_state = self.state

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        if self._stored_state not in (None, self.State.DRAFT):
            raise TypeError("a published version is never deleted")
        return super().delete(*args, **kwargs)

    @classmethod
    def from_db(cls, *args: Any, **kwargs: Any) -> SchemeVersion:
        version = super().from_db(*args, **kwargs)
        version._stored_state = version.__dict__.get("state")
        return version

    @property
    def parsed(self) -> SchemeRules:
        """Its rules, read; the same text is read once."""
        return parsed(self.rules)

    @property
    def fingerprint(self) -> str:
        """What its rules come to now: a page that shows them sends it back, so that none is overwritten."""
        text = json.dumps(self.rules, ensure_ascii=False, sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()[:16]

    @property
    def is_draft(self) -> bool:
        return self.state == self.State.DRAFT


class JudgementQuerySet(models.QuerySet["Judgement"]):
    def update(self, **kwargs: Any) -> NoReturn:
        raise TypeError("a judgement never changes")

    def bulk_update(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise TypeError("a judgement never changes")


class Judgement(models.Model):
    """A verdict, as it was given: version, facts, zoning and day. Never changed."""

    version = models.ForeignKey(SchemeVersion, on_delete=models.PROTECT, related_name="judgements")
    on = models.DateField("date")
    facts = models.JSONField("faits")
    # Where the zone category came from: dataset, category, decree.
    zoning = models.JSONField("zonage", default=dict)
    verdict = models.CharField("avis", max_length=16)
    results = models.JSONField("critères")
    amount = models.DecimalField("montant (€)", max_digits=12, decimal_places=2, null=True)
    # How the amount was found, line by line: `maillage.rules.amounts.AmountResult` as JSON.
    calculation = models.JSONField("calcul", default=dict)
    at = models.DateTimeField("rendu le", default=clock.now)

    objects = JudgementQuerySet.as_manager()

    class Meta:
        verbose_name = "examen d'éligibilité"
        verbose_name_plural = "examens d'éligibilité"
        ordering = [F("at").desc(), "-pk"]

    def __str__(self) -> str:
        return f"{self.version} : {self.verdict}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self.pk is not None:
            raise TypeError("a judgement never changes")
        super().save(*args, **kwargs)
