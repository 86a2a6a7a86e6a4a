"""Authorities, the people who work for them, and the journal of what they did."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.urls import reverse

from maillage.accounts.rights import Right, has_right, roles_with
from maillage.accounts.roles import Role
from maillage.kit import clock

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser


def _roles_of(user: User | AnonymousUser) -> MembershipQuerySet:
    """The roles of a person; of a visitor, none."""
    return Membership.objects.filter(user__in=[user.pk] if user.pk else []).order_by()


class AuthorityQuerySet(models.QuerySet["Authority"]):
    def visible_to(self, user: User | AnonymousUser) -> AuthorityQuerySet:
        """The authorities where the user has a role."""
        return self.filter(pk__in=_roles_of(user).values("authority"))

    def where(self, user: User | AnonymousUser, right: Right) -> AuthorityQuerySet:
        """The authorities where one of the user's roles gives the right."""
        return self.filter(pk__in=_roles_of(user).filter(role__in=roles_with(right)).values("authority"))


class Authority(models.Model):
    """A département or an intercommunal body that runs a plan, with its name, colour and logo."""

    class Kind(models.TextChoices):
        DEPARTEMENT = "departement", "Département"
        EPCI = "epci", "Intercommunalité"

    name = models.CharField("nom", max_length=200)
    short_name = models.CharField("nom court", max_length=60)
    slug = models.SlugField("adresse", max_length=60, unique=True)
    kind = models.CharField("nature", max_length=20, choices=Kind)
    territory = models.CharField(
        "territoire",
        max_length=30,
        unique=True,
        error_messages={"unique": "Une collectivité existe déjà pour ce territoire."},
    )
    siren = models.CharField("SIREN", max_length=9, blank=True)
    colour = models.CharField("couleur", max_length=7, default="#0d5c6b")
    logo = models.FileField("logo", upload_to="logos", blank=True)
    is_demo = models.BooleanField("démonstration", default=False)

    objects = AuthorityQuerySet.as_manager()

    class Meta:
        verbose_name = "collectivité"
        verbose_name_plural = "collectivités"
        ordering = ["name", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(colour__regex=r"^#[0-9a-f]{6}$"),
                name="authority_colour_is_hexadecimal",
                violation_error_message="Écrivez la couleur en hexadécimal, par exemple #1f5f7a.",
            ),
            models.CheckConstraint(
                condition=Q(siren="") | Q(siren__regex=r"^[0-9]{9}$"),
                name="authority_siren_has_nine_digits",
                violation_error_message="Un numéro SIREN compte neuf chiffres.",
            ),
            models.CheckConstraint(
                condition=Q(territory__regex=r"^(departement|epci):[0-9A-Z]+$"),
                name="authority_territory_is_a_key",
                violation_error_message="Écrivez le territoire comme departement:77 ou epci:200057958.",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def css_url(self) -> str:
        """Address of its colours; it changes with them, so that browsers may keep the sheet."""
        return f"{reverse('accounts:theme', args=[self.slug])}?v={self.colour.removeprefix('#')}"

    @property
    def logo_url(self) -> str | None:
        if not self.logo:
            return None
        return f"{reverse('accounts:logo', args=[self.slug])}?v={Path(self.logo.path).stem}"


class UserQuerySet(models.QuerySet["User"]):
    def visible_to(self, user: User | AnonymousUser) -> UserQuerySet:
        """Oneself, and the members of the authorities where one manages members."""
        managed = Authority.objects.where(user, Right.MANAGE_MEMBERS)
        return self.filter(Q(pk=user.pk) | Q(memberships__authority__in=managed)).distinct()


class UserManager(BaseUserManager["User"].from_queryset(UserQuerySet)):  # type: ignore[misc]
    def get_by_natural_key(self, username: str | None) -> User:
        """The person of an address, however its letters are written."""
        found: User = self.get(email=(username or "").strip().lower())
        return found


class User(AbstractBaseUser):
    """A person, known by an e-mail address written in lower case."""

    email = models.EmailField(
        "adresse électronique",
        unique=True,
        error_messages={"unique": "Un compte existe déjà avec cette adresse."},
    )
    full_name = models.CharField("nom complet", max_length=150)
    is_active = models.BooleanField("actif", default=True)
    password_is_temporary = models.BooleanField("mot de passe provisoire", default=False)
    created_at = models.DateTimeField("créé le", auto_now_add=True)

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["full_name"]

    objects = UserManager()

    class Meta:
        verbose_name = "personne"
        ordering = ["full_name", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(email=Lower(F("email"))),
                name="user_email_is_lower_case",
                violation_error_message="Écrivez l'adresse électronique en minuscules.",
            )
        ]

    def __str__(self) -> str:
        return self.full_name or self.email

    @cached_property
    def roles(self) -> list[Membership]:
        """Every role of this person, with its authority: one query for a whole request."""
        return list(self.memberships.select_related("authority").order_by("authority__name", "role", "pk"))

    def roles_in(self, authority: Authority) -> list[Role]:
        return [Role(m.role) for m in self.roles if m.authority_id == authority.pk]

    def forget_roles(self) -> None:
        """Read the roles again at the next question, after one was granted or revoked."""
        self.__dict__.pop("roles", None)

    def can(self, right: Right, authority: Authority | None) -> bool:
        return has_right(self, right, authority)


class MembershipQuerySet(models.QuerySet["Membership"]):
    def visible_to(self, user: User | AnonymousUser) -> MembershipQuerySet:
        """One's own roles, and those of the authorities where one manages members."""
        managed = Authority.objects.where(user, Right.MANAGE_MEMBERS)
        return self.filter(Q(user_id=user.pk) | Q(authority__in=managed))


class Membership(models.Model):
    """A role of a person in an authority. One person may hold several."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships")
    authority = models.ForeignKey(Authority, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField("rôle", max_length=20, choices=Role)
    created_at = models.DateTimeField("depuis", auto_now_add=True)

    objects = MembershipQuerySet.as_manager()

    class Meta:
        verbose_name = "rôle"
        ordering = ["authority", "user", "role"]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "authority", "role"],
                name="one_membership_per_role",
                violation_error_message="Cette personne a déjà ce rôle.",
            ),
            models.CheckConstraint(
                condition=Q(role__in=Role.values),
                name="membership_role_is_known",
                violation_error_message="Ce rôle n'existe pas.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user}, {self.get_role_display()} ({self.authority.short_name})"


class EventQuerySet(models.QuerySet["Event"]):
    def visible_to(self, user: User | AnonymousUser) -> EventQuerySet:
        """The events of the authorities whose journal the user may read."""
        return self.filter(authority__in=Authority.objects.where(user, Right.SEE_JOURNAL))

    def about(self, *objects: models.Model) -> EventQuerySet:
        """What happened to these objects, latest first, with who did it. Whoever may see one, may read it."""
        either = Q(pk__in=[])
        for one in objects:
            either |= Q(object_kind=one._meta.label_lower, object_id=str(one.pk))
        return self.filter(either).select_related("actor").order_by("-at", "-pk")

    def update(self, **kwargs: Any) -> NoReturn:
        raise TypeError("the journal is append-only")

    def bulk_update(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise TypeError("the journal is append-only")

    def delete(self) -> NoReturn:
        raise TypeError("the journal is append-only")


class Event(models.Model):
    """What happened, who did it, to what. Written by `journal.record` and never changed.

    A database trigger refuses every UPDATE; deletion is refused by this class and its queryset, and left
    to the database's owner, who must be able to purge what the law no longer lets one keep.
    """

    at = models.DateTimeField("date", default=clock.now, editable=False, db_index=True)
    actor = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    authority = models.ForeignKey(Authority, on_delete=models.PROTECT, null=True, related_name="+")
    verb = models.SlugField("action", max_length=40)
    object_kind = models.CharField("nature de l'objet", max_length=40, blank=True)
    object_id = models.CharField("numéro de l'objet", max_length=40, blank=True)
    object_label = models.CharField("objet", max_length=200, blank=True)
    sentence = models.CharField("événement", max_length=500)
    data = models.JSONField("détail", default=dict)
    request_id = models.CharField("groupe", max_length=32, db_index=True)

    objects = EventQuerySet.as_manager()

    class Meta:
        verbose_name = "événement"
        ordering = ["-at", "-pk"]
        indexes = [
            models.Index(fields=["authority", "-at"]),
            models.Index(fields=["object_kind", "object_id"]),
        ]

    def __str__(self) -> str:
        return self.sentence

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self.pk is not None:
            raise TypeError("the journal is append-only")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise TypeError("the journal is append-only")
