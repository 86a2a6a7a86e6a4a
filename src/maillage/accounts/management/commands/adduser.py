"""`maillage adduser EMAIL`: give someone a role, with a one-time password when the account is new."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from maillage.accounts.actions import invite
from maillage.accounts.models import Authority
from maillage.accounts.roles import Role
from maillage.kit.console import Command as BaseCommand
from maillage.kit.console import Refused


class Command(BaseCommand):
    help = "Donne un rôle à une personne ; ouvre son compte s'il n'existe pas."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email", metavar="ADRESSE", help="adresse électronique de la personne")
        parser.add_argument("--name", default="", metavar="NOM", help="nom complet, pour un nouveau compte")
        parser.add_argument("--authority", metavar="COLLECTIVITE", help="à préciser s'il y en a plusieurs")
        parser.add_argument(
            "--role", choices=Role.values, default=Role.ADMINISTRATOR.value, help="rôle donné"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        authority = self.authority(options["authority"])
        membership, password = invite(
            email=options["email"],
            full_name=options["name"],
            role=Role(options["role"]),
            authority=authority,
            by=None,
        )
        self.stdout.write(f"{membership.user} a le rôle « {membership.get_role_display()} » ({authority}).")
        if password is not None:
            self.stdout.write(f"Mot de passe provisoire, à changer à la première connexion : {password}")

    def authority(self, slug: str | None) -> Authority:
        """The authority asked for, or the only one there is."""
        known = {authority.slug: authority for authority in Authority.objects.all()}
        if slug in known:
            return known[slug]
        if slug is None and len(known) == 1:
            return next(iter(known.values()))
        if not known:
            raise Refused("Aucune collectivité : chargez d'abord un territoire avec « maillage load ».")
        raise Refused(f"Précisez --authority parmi : {', '.join(sorted(known))}.")
