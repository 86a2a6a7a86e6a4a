"""`maillage load DIR`: official files found in a folder."""

from __future__ import annotations

from argparse import ArgumentParser
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn

from maillage.intake.actions import load
from maillage.intake.models import ImportRun
from maillage.intake.staging import STATUS_LABELS
from maillage.kit.console import Command as BaseCommand


class Command(BaseCommand):
    help = "Charge les fichiers officiels trouvés dans un dossier, reconnus à leur contenu."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", type=Path, metavar="DOSSIER", help="dossier (ou fichier) à charger")
        parser.add_argument(
            "--territory",
            action="append",
            default=[],
            metavar="TERRITOIRE",
            help="territoire suivi, par exemple departement:77 (option répétable)",
        )
        parser.add_argument("--dry-run", action="store_true", help="lit et vérifie tout, ne change rien")
        self.add_format(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        console = Console(stderr=True)
        with Progress(TextColumn("{task.description}"), BarColumn(), console=console) as bar:
            task = bar.add_task("Lecture du dossier", total=1.0)
            run = load(
                folder=options["folder"],
                territories=options["territory"],
                dry_run=options["dry_run"],
                progress=lambda done, step: bar.update(task, completed=done, description=step),
            )
            bar.update(task, completed=1.0, description="Terminé")
        self._report(run, options["format"])

    def _report(self, run: ImportRun, fmt: str) -> None:
        if fmt == "json":
            self.write_json({"outcome": run.outcome, **run.report})
            return
        self.write_table(fmt, ("contenu", "années", "issue", "fichiers", "lignes", "défauts"), _rows(run))
        if fmt == "table":
            self.stdout.write(run.outcome)
            if run.pk:
                self.stdout.write("Le détail de chaque défaut est au bureau, page « Imports ».")


@dataclass(slots=True)
class _Line:
    """One content in one state: a hundred files of contours are one thing to the reader."""

    content: str
    status: str
    files: set[str] = field(default_factory=set)
    vintages: set[int] = field(default_factory=set)
    rows: int = 0
    defects: int = 0

    def cells(self) -> list[Any]:
        return [self.content, self._years(), self.status, len(self.files), self.rows, self.defects]

    def _years(self) -> str:
        years = sorted(self.vintages)
        return ", ".join(map(str, years)) if len(years) <= 3 else f"{years[0]} à {years[-1]}"


def _rows(run: ImportRun) -> list[list[Any]]:
    lines: dict[tuple[str, str], _Line] = {}
    for entry in run.report["files"]:
        status = STATUS_LABELS[entry["status"]]
        defects = sum(counted["count"] for counted in entry.get("defect_counts", []))
        for table in entry.get("tables") or [{"title": entry["file"], "vintage": None, "rows": 0}]:
            line = lines.setdefault((table["title"], status), _Line(table["title"], status))
            line.files.add(entry["file"])
            line.vintages |= {table["vintage"]} - {None}
            line.rows += table["rows"]
            line.defects += defects
            # A defect belongs to its file: told once, with the file's first table.
            defects = 0
    return [line.cells() for line in lines.values()]
