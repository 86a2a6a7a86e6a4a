"""`maillage travel build`: travel times by road, from an OpenStreetMap extract or an OSRM server."""

from __future__ import annotations

from argparse import ArgumentParser
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from maillage.intake.travel.actions import Built, build_travel_times
from maillage.kit.console import Command as BaseCommand
from maillage.kit.text import number
from maillage.kit.words import counted

# Names told on a terminal; JSON tells them all.
NAMES_SHOWN = 12


class Command(BaseCommand):
    help = "Construit les temps de trajet par la route d'un territoire et les met en vigueur."

    def add_arguments(self, parser: ArgumentParser) -> None:
        # Parsers made by Django's class ask for arguments of its own: plain ones are enough here.
        verbs = parser.add_subparsers(
            dest="verb", required=True, metavar="VERBE", parser_class=ArgumentParser
        )
        building = verbs.add_parser("build", help="construit une matrice de temps entre communes")
        building.add_argument(
            "extract",
            nargs="?",
            type=Path,
            metavar="FICHIER",
            help="extrait OpenStreetMap (.osm.pbf) qui couvre le territoire et ses voisins",
        )
        building.add_argument("--osrm", metavar="ADRESSE", help="serveur OSRM, au lieu d'un extrait")
        building.add_argument(
            "--territory",
            action="append",
            required=True,
            metavar="TERRITOIRE",
            help="territoire suivi, par exemple departement:77 (option répétable)",
        )
        building.add_argument(
            "--limit", type=float, default=60.0, metavar="MINUTES", help="durée limite (60 par défaut)"
        )
        self.add_format(building)

    def handle(self, *args: Any, **options: Any) -> None:
        console = Console(stderr=True)
        columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
        with Progress(*columns, console=console) as bar:
            task = bar.add_task("Lecture des routes", total=1.0)
            built = build_travel_times(
                territories=options["territory"],
                extract=options["extract"],
                server=options["osrm"],
                limit_minutes=options["limit"],
                progress=lambda done, step: bar.update(task, completed=done, description=step),
            )
            bar.update(task, completed=1.0, description="Terminé")
        self._report(built, options["format"])

    def _report(self, built: Built, fmt: str) -> None:
        note = built.matrix.note
        if fmt == "json":
            about = {"file": str(built.matrix.path), "computed": built.matrix.made, "dropped": built.dropped}
            self.write_json({"outcome": built.run.outcome, **about, **note})
            return
        self.write_table(fmt, ("mesure", "valeur"), _measures(note))
        if fmt == "csv":
            return
        if note.get("defects"):
            told = sorted(note["defects"], key=lambda found: -found["count"])
            rows = [(found["problem"], found["action"], found["count"]) for found in told]
            self.write_table(fmt, ("dans l'extrait", "ce qui en est fait", "nombre"), rows)
        for sentence in _sentences(built):
            self.stdout.write(sentence)


def _measures(note: dict[str, Any]) -> list[tuple[str, str]]:
    compared = note["straight_line"]
    measured = [
        ("communes", number(note["communes"])),
        ("trajets", number(note["pairs"])),
        ("durée limite (min)", number(note["limit_minutes"])),
        ("corrélation avec la ligne droite", number(compared["correlation"], 3)),
        ("rapport médian à la ligne droite", number(compared["median_ratio"], 2)),
    ]
    if "ways" in note:
        measured += [
            ("voies de l'extrait", number(note["ways"])),
            ("dont routes ouvertes aux voitures", number(note["ways_kept"])),
            ("nœuds et arcs du réseau", f"{number(note['nodes'])} et {number(note['arcs'])}"),
            ("nœuds coupés du reste, laissés de côté", number(note["nodes_left_out"])),
        ]
    return measured


def _sentences(built: Built) -> list[str]:
    note, names = built.matrix.note, built.places.names
    said = [f"Temps de trajet {note['described']}."]
    if note.get("speeds_assumed"):
        said.append(f"Vitesses : {note['speeds_source']}.")
    for codes, what in (
        (note["out_of_roads"], "sans route à moins de 3 km, hors de la matrice"),
        (note["without_centre"], "sans centre connu, hors de la matrice"),
    ):
        if codes:
            said.append(f"{counted(len(codes), 'commune')} {what} : {_named(codes, names)}.")
    if built.dropped:
        said.append(
            "En moins depuis la matrice précédente, et de nouveau en ligne droite : "
            f"{counted(built.dropped, 'commune')} ; donnez --territory pour chaque territoire suivi."
        )
    made = "Calcul fait" if built.matrix.made else "Déjà construite : rien n'a été recalculé"
    return [*said, f"{made} ; {built.matrix.path}", built.run.outcome]


def _named(codes: Sequence[str], names: dict[str, str]) -> str:
    shown = ", ".join(names.get(code, code) for code in codes[:NAMES_SHOWN])
    return f"{shown}…" if len(codes) > NAMES_SHOWN else shown
