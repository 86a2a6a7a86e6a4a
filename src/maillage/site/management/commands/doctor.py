"""`maillage doctor`: what is wrong with this installation and what to do about it."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import CommandError

from maillage.kit.console import Command as BaseCommand
from maillage.kit.words import counted
from maillage.site.diagnostics import findings

COLUMNS = ("question", "état", "constat", "que faire")


class Command(BaseCommand):
    help = "Dit ce qui manque à cette installation, et que faire."
    prepares_database = False

    def add_arguments(self, parser: ArgumentParser) -> None:
        self.add_format(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        found = findings()
        self.write_table(options["format"], COLUMNS, [(f.subject, f.state, f.says, f.remedy) for f in found])
        missing = sum(finding.state == "manque" for finding in found)
        if missing:
            raise CommandError(f"{counted(missing, 'point')} à régler avant de continuer.")
