"""`maillage files`: what the nights of an installation need done to the files it was handed."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from maillage.files.actions import check, discard_strays, discard_unattached
from maillage.files.models import StoredFile
from maillage.kit.console import Command as BaseCommand


class Command(BaseCommand):
    help = "Vérifie les fichiers en quarantaine (check) ou efface ceux que rien ne retient (clean)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("what", choices=("check", "clean"), help="check : vérifier ; clean : effacer")

    def handle(self, *args: Any, what: str, **options: Any) -> None:
        if what == "check":
            self._check()
        else:
            self._clean()

    def _check(self) -> None:
        """Judge what waits. The first failure of the scanner stops it: the others would fail too."""
        waiting = StoredFile.objects.quarantined().select_related("authority").order_by("pk")
        for file in waiting.iterator():
            checked = check(file=file)
            self.stdout.write(
                f"{checked.name} : {checked.get_state_display().lower()}. {checked.reason}".strip()
            )

    def _clean(self) -> None:
        unattached, strays = len(discard_unattached()), discard_strays()
        self.stdout.write(f"Effacés : {unattached} fichiers rattachés à rien, {strays} contenus sans trace.")
