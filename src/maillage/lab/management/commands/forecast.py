"""`maillage forecast --territory departement:77`: practitioners and access, year by year, with intervals."""

from __future__ import annotations

from argparse import ArgumentParser
from collections.abc import Iterator
from typing import Any

from maillage.diagnosis.asking import add_territory
from maillage.diagnosis.professions import find_profession
from maillage.kit.console import Command as BaseCommand
from maillage.kit.console import Refused
from maillage.kit.text import number, percent
from maillage.lab.forecasting import (
    DEFAULT_HORIZON,
    MESHES,
    Backtest,
    TerritoryForecast,
    as_document,
    backtest,
    backtest_document,
    forecast,
    years_of,
)
from maillage.lab.inputs import TERRITORY
from maillage.lab.pages.forecast import MESH_LABELS
from maillage.lab.pages.parts import assumption_rows
from maillage.territories.places import find

MEASURES = {"practitioners": "Praticiens", "access": "APL"}
BOUNDS = ("low_95", "low_80", "median", "high_80", "high_95")
COLUMNS = ("code", "année", "grandeur", "borne basse 95", "borne basse 80", "médiane", "borne haute 80")
CSV_COLUMNS = (*COLUMNS, "borne haute 95")


class Command(BaseCommand):
    help = "Prévoit le nombre de praticiens et l'accès aux soins d'un territoire, avec leurs intervalles."

    def add_arguments(self, parser: ArgumentParser) -> None:
        add_territory(parser)
        parser.add_argument(
            "--to",
            type=int,
            default=DEFAULT_HORIZON,
            metavar="ANNÉE",
            help="dernière année (2035 par défaut)",
        )
        parser.add_argument("--draws", type=int, default=1000, metavar="N", help="tirages (1000 par défaut)")
        parser.add_argument(
            "--seed", type=int, default=1, metavar="N", help="graine du hasard (1 par défaut)"
        )
        parser.add_argument("--mesh", choices=MESHES, help="donne aussi chaque intercommunalité ou commune")
        parser.add_argument(
            "--backtest",
            action="store_true",
            help="refait la prévision depuis le plus ancien millésime et dit l'erreur",
        )
        self.add_format(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        territory, code = find(options["territory"]), find_profession(options["profession"]).code
        if options["seed"] < 0:
            raise Refused("La graine du hasard est un nombre entier positif ou nul.")
        chance = {"draws": options["draws"], "seed": options["seed"]}
        made = forecast(territory, code, to=options["to"], vintage=options["vintage"], **chance)
        tried = backtest(territory, code, **chance) if options["backtest"] else None
        mesh = options["mesh"]
        if options["format"] == "json":
            past = {"backtest": backtest_document(tried)} if tried else {}
            self.write_json(as_document(made, mesh=mesh) | past)
        elif options["format"] == "csv":
            self.write_table("csv", CSV_COLUMNS, _rows(made, mesh))
        else:
            self._write_tables(made, mesh, tried)

    def _write_tables(self, made: TerritoryForecast, mesh: str | None, tried: Backtest | None) -> None:
        diagnosis, drawn = made.diagnosis, made.forecast
        title = (
            f"{diagnosis.territory.label}, {diagnosis.profession.label.lower()} de {drawn.years[0]} à "
            f"{drawn.years[-1]}, {drawn.draws} tirages (graine {drawn.seed})"
        )
        self.write_table(
            "table",
            ("code", "année", "grandeur", "médiane", "8 chances sur 10", "95 chances sur 100"),
            [_shown(row) for row in _rows(made, mesh)],
            title=title,
        )
        self.write_table(
            "table",
            ("paramètre", "valeur", "unité", "marque", "source"),
            [
                (row["label"], row["value"], row["unit"], row["mark"], row["source"])
                for row in assumption_rows(drawn.assumptions.named())
            ],
            title="Ce qui est supposé",
        )
        if tried:
            self._write_backtest(tried)
        for source in diagnosis.snapshot.sources:
            self.stdout.write(f"Donnée : {source['title']} ({source['vintage'] or 'sans millésime'})")
        for warning in made.warnings:
            self.stderr.write(f"Attention : {warning}")

    def _write_backtest(self, tried: Backtest) -> None:
        self.write_table(
            "table",
            (
                "maille",
                "année",
                "comparés",
                "erreur",
                "biais",
                "erreur sans rien prévoir",
                "dans 80 %",
                "dans 95 %",
            ),
            [
                (
                    MESH_LABELS[mesh],
                    entry.year,
                    entry.rows,
                    number(entry.error, 3),
                    number(entry.bias, 3),
                    number(entry.still, 3),
                    *(percent(share, 0) for share in entry.coverage.values()),
                )
                for mesh, entries in tried.accuracies.items()
                for entry in entries
            ],
            title=f"Essai sur le passé : prévision faite depuis {tried.start}",
        )
        if tried.method_factor is not None:
            self.stdout.write(
                f"Rupture de série de 2022 : APL publiées divisées par {number(tried.method_factor, 3)}."
            )


def _rows(made: TerritoryForecast, mesh: str | None) -> Iterator[tuple[Any, ...]]:
    """One row by area, year and measure, from the lowest bound to the highest; nothing where unknown."""
    areas = made.forecast.areas
    for name in [TERRITORY] if mesh is None else [TERRITORY, mesh]:
        for row, code in enumerate(areas[name].codes.tolist()):
            for year in years_of(made.forecast, areas[name], row):
                for measure, label in MEASURES.items():
                    if year[measure] is not None:
                        yield code, year["year"], label, *(year[measure][bound] for bound in BOUNDS)


def _shown(row: tuple[Any, ...]) -> tuple[Any, ...]:
    code, year, label, *bounds = row
    decimals = 2 if label == MEASURES["access"] else 0
    low_95, low_80, median, high_80, high_95 = (number(bound, decimals) for bound in bounds)
    return code, year, label, median, f"{low_80} à {high_80}", f"{low_95} à {high_95}"
