"""Every change to authorities, people and roles."""

from __future__ import annotations

import secrets
from typing import Any

from django.conf import settings
from django.contrib.auth import login, logout, update_session_auth_hash
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.http import HttpRequest
from django.utils.text import slugify

from maillage.accounts.colours import HEX, READABLE, contrast, darkened
from maillage.accounts.journal import record
from maillage.accounts.logos import clean_logo
from maillage.accounts.middleware import SESSION_KEY
from maillage.accounts.models import Authority, Membership, User
from maillage.accounts.requests import PageRequest
from maillage.accounts.rights import Right, require
from maillage.accounts.roles import Role
from maillage.kit.console import Refused
from maillage.kit.text import number
from maillage.kit.writing import save

PASSWORD_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"


@transaction.atomic
def create_authority(
    *,
    territory: str,
    name: str,
    short_name: str = "",
    siren: str = "",
    colour: str = "",
    is_demo: bool = False,
    by: User | None = None,
) -> Authority:
    """Open an authority for a territory. Only the program itself may (`by` None)."""
    if by is not None:
        raise Refused("Une collectivité se crée en ligne de commande, par qui tient l'installation.")
    authority = Authority(
        name=name,
        short_name=short_name or name,
        slug=_free_slug(short_name or name),
        kind=territory.partition(":")[0],
        territory=territory,
        siren=siren,
        is_demo=is_demo,
    )
    if colour:
        authority.colour = readable(colour)
    save(authority)
    record("create_authority", f"Collectivité créée : {name}.", by=by, authority=authority, about=authority)
    return authority


def ensure_authority(*, territory: str, name: str, is_demo: bool = False) -> Authority:
    """The authority of a territory, opened when there is none yet; an existing one is left as it is."""
    existing = Authority.objects.filter(territory=territory).first()
    if existing is not None:
        return existing
    return create_authority(territory=territory, name=name, is_demo=is_demo)


@transaction.atomic
def update_authority(
    *,
    authority: Authority,
    by: User | None,
    name: str,
    short_name: str,
    siren: str,
    colour: str,
    logo: UploadedFile | None = None,
    remove_logo: bool = False,
) -> Authority:
    """Change how an authority presents itself. A colour that cannot be read on white is refused."""
    require(by, Right.MANAGE_AUTHORITY, authority)
    wanted = {"name": name, "short_name": short_name, "siren": siren, "colour": readable(colour)}
    changes = {
        field: [getattr(authority, field), value]
        for field, value in wanted.items()
        if getattr(authority, field) != value
    }
    for field, (_, value) in changes.items():
        setattr(authority, field, value)
    if logo is not None or remove_logo:
        changes["logo"] = _replace_logo(authority, logo)
    if changes:
        save(authority)
        record(
            "update_authority",
            f"Réglages modifiés : {_listed(authority, changes)}.",
            by=by,
            authority=authority,
            about=authority,
            changes=changes,
        )
    return authority


def readable(colour: str) -> str:
    """The colour as `#rrggbb`. Raises Refused when white text could not be read on it."""
    colour = colour.strip().lower()
    if not HEX.fullmatch(colour):
        raise Refused("Écrivez la couleur en hexadécimal, par exemple #1f5f7a.")
    ratio = contrast(colour)
    if ratio < READABLE:
        raise Refused(
            f"La couleur {colour} ne se lit pas sur fond blanc (contraste {number(ratio, 1)}, il en faut "
            f"{number(READABLE, 1)}). Choisissez plus foncé, par exemple {darkened(colour)}."
        )
    return colour


@transaction.atomic
def create_user(*, email: str, full_name: str, password: str = "", by: User | None = None) -> User:
    """Open an account. Without a password, none lets in until `reset_password` gives one."""
    user = User(email=email.strip().lower(), full_name=full_name.strip())
    user.set_password(password or None)
    save(user)
    record("create_user", f"Compte ouvert pour {user.full_name}.", by=by, about=user)
    return user


@transaction.atomic
def invite(
    *, email: str, full_name: str, role: Role, authority: Authority, by: User | None
) -> tuple[Membership, str | None]:
    """Give a role to a person, whose account is opened when there is none.

    Returns the membership and the one-time password of a new account, None for an existing one.
    """
    require(by, Right.MANAGE_MEMBERS, authority)
    user = User.objects.filter(email=email.strip().lower()).first()
    if user is not None:
        return grant_role(user=user, authority=authority, role=role, by=by), None
    if not full_name.strip():
        raise Refused("Donnez le nom de la personne : aucun compte n'existe encore à cette adresse.")
    password = one_time_password()
    user = create_user(email=email, full_name=full_name, password=password, by=by)
    user.password_is_temporary = True
    user.save(update_fields=["password_is_temporary"])
    return grant_role(user=user, authority=authority, role=role, by=by), password


@transaction.atomic
def grant_role(*, user: User, authority: Authority, role: Role, by: User | None) -> Membership:
    """Give a role. Giving one already held changes nothing."""
    require(by, Right.MANAGE_MEMBERS, authority)
    membership, created = Membership.objects.get_or_create(user=user, authority=authority, role=Role(role))
    user.forget_roles()
    if created:
        record(
            "grant_role",
            f"Rôle donné à {user} : {membership.get_role_display()}.",
            by=by,
            authority=authority,
            about=user,
            role=role,
        )
    return membership


@transaction.atomic
def revoke_role(*, membership: Membership, by: User | None) -> User:
    """Take a role away. The last administrator stays, or nobody could give a role any more."""
    authority, user = membership.authority, membership.user
    require(by, Right.MANAGE_MEMBERS, authority)
    peers = Membership.objects.select_for_update().filter(authority=authority, role=Role.ADMINISTRATOR)
    if membership.role == Role.ADMINISTRATOR and len(peers) == 1:
        raise Refused("C'est le dernier rôle d'administration : donnez-le d'abord à quelqu'un d'autre.")
    record(
        "revoke_role",
        f"Rôle retiré à {user} : {membership.get_role_display()}.",
        by=by,
        authority=authority,
        about=user,
        role=membership.role,
    )
    membership.delete()
    user.forget_roles()
    return user


def sign_in(*, request: HttpRequest, user: User, how: str = "mot de passe") -> User:
    """Open the session of a person whose identity has been checked."""
    login(request, user, backend="django.contrib.auth.backends.ModelBackend")
    authority = user.roles[0].authority if user.roles else None
    record("sign_in", f"Connexion : {user} ({how}).", by=user, authority=authority, about=user)
    return user


def sign_out(*, request: PageRequest) -> None:
    """Close the session, if one is open."""
    if request.user.is_authenticated:
        user = request.user
        record("sign_out", f"Déconnexion : {user}.", by=user, authority=request.authority, about=user)
    logout(request)


@transaction.atomic
def change_password(*, request: PageRequest, password: str) -> User:
    """Change one's own password; one's other sessions end."""
    user: Any = request.user
    user.set_password(password)
    user.password_is_temporary = False
    user.save(update_fields=["password", "password_is_temporary"])
    update_session_auth_hash(request, user)
    record(
        "change_password",
        f"Mot de passe changé par {user}.",
        by=user,
        authority=request.authority,
        about=user,
    )
    return user


def choose_authority(*, request: PageRequest, authority: Authority) -> Authority:
    """Work for another of one's authorities, for the rest of the session."""
    request.session[SESSION_KEY] = authority.pk
    return authority


def demo_is_open(authority: Authority) -> bool:
    """Whether anyone may walk into this authority under any role."""
    return bool(settings.DEMO) and authority.is_demo


@transaction.atomic
def enter_demo(*, request: PageRequest, authority: Authority, role: Role) -> User:
    """Sign in, without a password, as a fictional person of that role. Refused outside the demo.

    The person is always the demo's own: nobody real who has a role there can be impersonated.
    """
    if not demo_is_open(authority):
        raise Refused("L'entrée sans mot de passe n'existe que dans la démonstration.")
    email = f"{role}@{authority.slug}.invalid"
    user = User.objects.filter(email=email).first()
    if user is None:
        user = create_user(email=email, full_name=f"{role.label} (démonstration)")
    grant_role(user=user, authority=authority, role=role, by=None)
    return sign_in(request=request, user=user, how="sans mot de passe")


def one_time_password() -> str:
    """Sixteen letters and digits in four groups, none easily mistaken for another (79 bits)."""
    return "-".join("".join(secrets.choice(PASSWORD_LETTERS) for _ in range(4)) for _ in range(4))


def _replace_logo(authority: Authority, logo: UploadedFile | None) -> list[str]:
    """Put a logo in place of another, whose file goes once the change is certain. Returns both names."""
    before, storage = authority.logo.name, authority.logo.storage
    picture = clean_logo(logo) if logo is not None else None
    authority.logo = picture if picture is not None else ""
    if before:
        transaction.on_commit(lambda: storage.delete(before))
    return [before or "", (picture.name or "") if picture is not None else ""]


def _listed(authority: Authority, fields: dict[str, Any]) -> str:
    labels = {field.name: str(field.verbose_name) for field in authority._meta.fields}
    return ", ".join(labels[field] for field in fields)


def _free_slug(name: str) -> str:
    stem = slugify(name)[:50] or "collectivite"
    taken = set(Authority.objects.filter(slug__startswith=stem).values_list("slug", flat=True))
    candidates = (stem, *(f"{stem}-{rank}" for rank in range(2, len(taken) + 3)))
    return next(slug for slug in candidates if slug not in taken)
