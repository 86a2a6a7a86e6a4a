"""`maillage diagnose --territory departement:77`: the indicators of a territory."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from maillage.diagnosis.asking import add_territory, asked_diagnosis
from maillage.diagnosis.figures import Figure
from maillage.diagnosis.reading import as_document
from maillage.kit.console import Command as BaseCommand
from maillage.kit.text import number, percent

COLUMNS = ("code", "valeur", "unité", "millésime", "source")


class Command(BaseCommand):
    help = "Donne les indicateurs d'accès aux soins d'un territoire."

    def add_arguments(self, parser: ArgumentParser) -> None:
        add_territory(parser)
        self.add_format(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        diagnosis = asked_diagnosis(options)
        figures = diagnosis.figures
        if options["format"] == "json":
            self.write_json(as_document(diagnosis))
            return
        title = (
            f"{diagnosis.territory.label}, {diagnosis.profession.label.lower()} {diagnosis.snapshot.vintage}"
        )
        if options["format"] == "csv":
            rows = [
                (f.indicator.code, f.value, f.indicator.unit, f.vintage, f.source)
                for f in figures
                if f.value is not None
            ]
            self.write_table("csv", COLUMNS, rows)
            return
        sources = list(dict.fromkeys(figure.source for figure in figures))
        self.write_table(
            "table",
            ("indicateur", "valeur", "millésime", "source"),
            [(f.indicator.label, _shown(f), f.vintage, f"[{sources.index(f.source) + 1}]") for f in figures],
            title=title,
        )
        for position, source in enumerate(sources, start=1):
            self.stdout.write(f"[{position}] {source}")
        for warning in diagnosis.warnings:
            self.stderr.write(f"Attention : {warning}")


def _shown(figure: Figure) -> str:
    if figure.indicator.is_share:
        return percent(figure.value)
    return number(figure.value, figure.indicator.decimals)
