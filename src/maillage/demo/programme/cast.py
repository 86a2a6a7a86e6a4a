"""Who acts in the demo: the people of the authorities, those who apply, and the accounts they are paid on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count
from typing import Any

import numpy as np
from django.utils.text import slugify

from maillage.accounts.actions import create_user, grant_role
from maillage.accounts.models import Authority, User
from maillage.accounts.roles import Role
from maillage.applications.actions import confirm_email
from maillage.applications.actions.registration import confirmation_token
from maillage.demo.names import person_name

MORE_CASE_OFFICERS = 2


@dataclass(frozen=True, slots=True)
class Team:
    """The people of one authority. `case_officers` review in turn; `administrator` prepares the payments
    that `finance` approves: nobody does both."""

    authority: Authority
    administrator: User
    officer: User
    case_officers: tuple[User, ...]
    finance: User
    elected: User
    partner: User

    @classmethod
    def of(cls, authority: Authority, rng: np.random.Generator) -> Team:
        """Those whom one-click sign-in lets in, and in a département the colleagues of its case officer."""

        def known(role: Role, otherwise: Role = Role.MISSION_OFFICER) -> User:
            people = User.objects.filter(email__endswith=f"@{authority.slug}.invalid")
            found = people.filter(email__startswith=f"{role}@").first()
            return found or people.get(email__startswith=f"{otherwise}@")

        first = known(Role.CASE_OFFICER)
        more = _colleagues(authority, rng) if authority.kind == Authority.Kind.DEPARTEMENT else []
        return cls(
            authority=authority,
            administrator=known(Role.ADMINISTRATOR),
            officer=known(Role.MISSION_OFFICER),
            case_officers=(first, *more),
            finance=known(Role.FINANCE_OFFICER),
            elected=known(Role.ELECTED_MEMBER),
            partner=known(Role.PARTNER),
        )


def _colleagues(authority: Authority, rng: np.random.Generator) -> Iterator[User]:
    for _ in range(MORE_CASE_OFFICERS):
        given, family = person_name(rng)
        email = f"{slugify(given)}.{slugify(family)}@{authority.slug}.invalid"
        colleague = create_user(email=email, full_name=f"{given} {family}")
        grant_role(user=colleague, authority=authority, role=Role.CASE_OFFICER, by=None)
        yield colleague


@dataclass(slots=True)
class Person:
    """Who applies. `identity`: what they answer of themselves, in the words of the form."""

    given: str
    family: str
    email: str
    identity: dict[str, Any] = field(default_factory=dict)
    _user: User | None = None

    @property
    def user(self) -> User:
        """Their account, opened the first time they come, with an address they have proved to read."""
        if self._user is None:
            found = User.objects.filter(email=self.email).first()
            self._user = found or create_user(email=self.email, full_name=f"{self.given} {self.family}")
            confirm_email(token=confirmation_token(self._user))
        return self._user


class People:
    """Makes the people who apply, each with an address of their own."""

    def __init__(self, rng: np.random.Generator) -> None:
        self.rng = rng
        self._ranks = count(1)

    def person(self, given: str = "", family: str = "", **identity: Any) -> Person:
        if not family:
            given, family = person_name(self.rng)
        rank = next(self._ranks)
        email = f"{slugify(given)}.{slugify(family)}.{rank}@exemple.invalid"
        street = self.rng.choice(["rue des Lilas", "place du Marché", "chemin des Vignes", "rue de l'École"])
        known = {
            "last_name": family,
            "first_name": given,
            "email": email,
            "address": f"{rank % 90 + 1} {street}\n00100 Haute-Sarelle",
        }
        return Person(given, family, email, known | identity)
