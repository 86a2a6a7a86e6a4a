"""What the commands share: one French sentence per failure, and one way of printing a table."""

from __future__ import annotations

import csv
import json
from argparse import ArgumentParser
from collections.abc import Callable, Iterable, Sequence
from typing import IO, Any, cast

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import OperationalError, connection
from django.db.migrations.executor import MigrationExecutor
from rich.console import Console
from rich.table import Table

FORMATS = ("table", "json", "csv")


class Refused(Exception):
    """A request that cannot be granted, in one French sentence that says what to do instead.

    Actions raise it, the web shows it beside the form, a command prints it and exits with 1.
    """


def prepare_database() -> None:
    """Make or update the tables, so that any command may be the first one of an installation.

    Raises Refused when the database cannot be reached.
    """
    try:
        connection.ensure_connection()
    except OperationalError as error:
        reason = str(error).partition("\n")[0]
        raise Refused(
            f"La base de données est injoignable ({reason}) : vérifiez DATABASE_URL et que le serveur est "
            "en marche, ou le droit d'écrire dans MAILLAGE_HOME."
        ) from error
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        call_command("migrate", verbosity=0, interactive=False)


class Command(BaseCommand):
    """Base of all commands: `Refused` becomes a sentence on standard error and exit code 1."""

    # Django's own options clutter the help of a program.
    suppressed_base_arguments = {
        "--version",
        "--verbosity",
        "--settings",
        "--pythonpath",
        "--traceback",
        "--no-color",
        "--force-color",
        "--skip-checks",
    }
    requires_system_checks: Sequence[str] = []  # type: ignore[assignment]

    def add_format(self, parser: ArgumentParser) -> None:
        parser.add_argument("--format", choices=FORMATS, default="table", help="forme de la sortie")

    # Set to False by a command that must run on an installation whose database is not ready.
    prepares_database = True

    def execute(self, *args: Any, **options: Any) -> str | None:
        try:
            if self.prepares_database:
                prepare_database()
            return super().execute(*args, **options)
        except Refused as error:
            raise CommandError(str(error)) from error

    def write_table(
        self, fmt: str, columns: Sequence[str], rows: Iterable[Sequence[Any]], *, title: str = ""
    ) -> None:
        """Print rows as a table for people, or as CSV; JSON gives a list of objects."""
        writers: dict[str, Callable[[], None]] = {
            "json": lambda: self.write_json([dict(zip(columns, row, strict=True)) for row in rows]),
            "csv": lambda: csv.writer(self.stdout).writerows([columns, *rows]),
            "table": lambda: self._write_rich(columns, rows, title),
        }
        writers[fmt]()

    def write_json(self, document: Any) -> None:
        self.stdout.write(json.dumps(document, ensure_ascii=False, indent=2, default=str))

    def _write_rich(self, columns: Sequence[str], rows: Iterable[Sequence[Any]], title: str) -> None:
        table = Table(title=title or None, title_justify="left")
        for column in columns:
            table.add_column(column, overflow="fold")
        for row in rows:
            table.add_row(*("" if cell is None else str(cell) for cell in row))
        Console(file=cast("IO[str]", self.stdout)).print(table)
