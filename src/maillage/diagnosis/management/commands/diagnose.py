"""`maillage diagnose --territory departement:77`: the indicators of a territory."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from maillage.diagnosis.figures import Figure
from maillage.diagnosis.reading import Diagnosis, as_document, snapshot_for
from maillage.kit.console import Command as BaseCommand
from maillage.kit.text import number, percent
from maillage.territories.places import find

COLUMNS = ("code", "valeur", "unité", "millésime", "source")


class Command(BaseCommand):
    help = "Donne les indicateurs d'accès aux soins d'un territoire."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--territory",
            required=True,
            metavar="TERRITOIRE",
            help="commune:77305, epci:200057958, departement:77, region:11, france, ou un nom",
        )
        parser.add_argument("--profession", default="mg", help="mg, inf, mk, sf ou cd (mg par défaut)")
        parser.add_argument("--vintage", type=int, metavar="ANNÉE", help="millésime (le dernier par défaut)")
        self.add_format(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        territory = find(options["territory"])
        snapshot = snapshot_for(options["profession"], options["vintage"], territory.key)
        diagnosis = Diagnosis(territory, snapshot)
        figures = diagnosis.figures
        if options["format"] == "json":
            self.write_json(as_document(diagnosis))
            return
        title = f"{diagnosis.territory.label}, {diagnosis.profession.label.lower()} {snapshot.vintage}"
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
