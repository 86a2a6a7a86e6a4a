"""`maillage demo`: the fictional territory, ready to be looked at."""

from __future__ import annotations

from argparse import ArgumentParser
from decimal import Decimal
from typing import Any

from maillage.demo.build import DEFAULT_SEED, DEFAULT_SHARE, make_demo
from maillage.kit.console import Command as BaseCommand
from maillage.rules.money import percent


class Command(BaseCommand):
    _next = 0.1
    help = "Crée le territoire fictif de démonstration dans MAILLAGE_HOME."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--seed",
            type=int,
            default=DEFAULT_SEED,
            help="graine du tirage : la même donne le même territoire",
        )
        parser.add_argument(
            "--share",
            type=float,
            default=DEFAULT_SHARE,
            help="part des dossiers du programme à créer : 1 pour tous, 0 pour aucun",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        changed = make_demo(seed=options["seed"], progress=self._say, share=options["share"])
        state = "est prête" if changed else "est déjà en place"
        self.stdout.write(f"La démonstration {state}.")

    def _say(self, done: float, when: str) -> None:
        """A line at each tenth of the three years that the programme lives through."""
        if done >= self._next:
            self.stdout.write(f"Programme de démonstration : {when}, {percent(Decimal(str(self._next)))}")
            self.stdout.flush()
            self._next = round(self._next + 0.1, 1)
