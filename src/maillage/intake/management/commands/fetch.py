"""`maillage fetch`: official files from their public addresses."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TaskID, TextColumn

from maillage.intake.actions import fetch_files
from maillage.kit.console import Command as BaseCommand
from maillage.sources.catalogue import Entry, catalogue


class Command(BaseCommand):
    help = "Télécharge les fichiers officiels du catalogue, en reprenant ce qui avait été interrompu."
    prepares_database = False

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "sources", nargs="*", metavar="SOURCE", help="sources à télécharger (voir --list)"
        )
        parser.add_argument(
            "--list", action="store_true", help="liste les sources, leur licence, leur cadence"
        )
        parser.add_argument(
            "--departement", action="append", default=[], help="département des fichiers qui en demandent un"
        )
        parser.add_argument("--folder", type=Path, metavar="DOSSIER", help="dossier d'arrivée")
        parser.add_argument("--overwrite", action="store_true", help="remplace un fichier déjà là")
        self.add_format(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        if options["list"] or not options["sources"]:
            self.write_table(options["format"], COLUMNS, [_row(entry) for entry in catalogue()])
            return
        folder = options["folder"] or settings.HOME / "files"
        columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn())
        with Progress(*columns, console=Console(stderr=True)) as bar:
            tasks: dict[str, TaskID] = {}

            def advance(title: str, done: int, total: int | None) -> None:
                if title not in tasks:
                    tasks[title] = bar.add_task(title, total=total)
                bar.update(tasks[title], completed=done, total=total)

            fetched = fetch_files(
                slugs=options["sources"],
                folder=folder,
                departements=options["departement"],
                overwrite=options["overwrite"],
                progress=advance,
            )
        rows = [(file.path.name, file.size, file.sha256[:12], file.address) for file in fetched]
        self.write_table(options["format"], ("fichier", "octets", "empreinte", "adresse"), rows)
        if options["format"] == "table":
            self.stdout.write(f"Chargez-les : maillage load {folder}")


COLUMNS = ("source", "titre", "éditeur", "licence", "cadence", "téléchargeable")


def _row(entry: Entry) -> tuple[str, ...]:
    by_hand = "" if entry.address else f"à la main : {entry.page}"
    asked = "oui, par département" if entry.by_departement else "oui"
    return (entry.slug, entry.title, entry.publisher, entry.licence, entry.cadence, by_hand or asked)
