"""Fictional authorities and people, for the tests of every room."""

from __future__ import annotations

from maillage.accounts.actions import create_authority, create_user, grant_role
from maillage.accounts.models import Authority, User
from maillage.accounts.roles import Role

PASSWORD = "une phrase que personne ne devine"


def authority(code: str = "00", *, name: str = "", is_demo: bool = False) -> Authority:
    """A département of this code, opened at the first call."""
    existing = Authority.objects.filter(territory=f"departement:{code}").first()
    return existing or create_authority(
        territory=f"departement:{code}", name=name or f"Département fictif {code}", is_demo=is_demo
    )


def person(role: Role | None = None, at: Authority | None = None, *, name: str = "") -> User:
    """Someone with a role, in the authority given or in the first one."""
    rank = User.objects.count()
    label = name or (role.label if role else "Personne sans rôle")
    user = create_user(email=f"personne{rank}@exemple.invalid", full_name=label, password=PASSWORD)
    if role is not None:
        grant_role(user=user, authority=at or authority(), role=role, by=None)
    return user
