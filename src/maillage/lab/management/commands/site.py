"""`maillage site --territory departement:77 --model mclp --p 10 --minutes 15`: where to open."""

from __future__ import annotations

import signal
from argparse import ArgumentParser
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from threading import Event, current_thread, main_thread
from typing import Any

from django.core.management.base import CommandError

from maillage.diagnosis.asking import add_territory
from maillage.diagnosis.professions import find_profession
from maillage.kit.console import Command as BaseCommand
from maillage.kit.console import Refused
from maillage.kit.text import number
from maillage.lab.effects import RULES, Kind, changed_in
from maillage.lab.pages.siting import objective
from maillage.lab.siting import (
    DEMANDS,
    MODELS,
    OPENED,
    Cancelled,
    Front,
    Opening,
    Sited,
    SitingRequest,
    compare,
    site,
)

INTERRUPTED = 130
COLUMNS = {
    "code": "code",
    "commune": "name",
    "ouvert": "kind",
    "quantité": "quantity",
    "habitants": "people",
    "desservis": "served",
    "praticiens": "practitioners",
    "accès avant": "access_before",
    "accès après": "access_after",
}
# What fits a terminal.
SHORT = ("code", "commune", "ouvert", "desservis", "accès avant", "accès après")


class Command(BaseCommand):
    help = "Cherche où implanter des lieux de soins, et dit si l'on peut faire mieux."

    def add_arguments(self, parser: ArgumentParser) -> None:
        add_territory(parser)
        listed = " ; ".join(f"{slug} ({model.label.lower()})" for slug, model in MODELS.items())
        sought = parser.add_mutually_exclusive_group(required=True)
        sought.add_argument("--model", metavar="MODÈLE", help=listed)
        sought.add_argument(
            "--front", metavar="MODÈLE,MODÈLE", help="les compromis entre deux buts : shortfall,mclp"
        )
        parser.add_argument("--p", type=int, metavar="N", help="lieux à ouvrir, au plus")
        parser.add_argument("--budget", type=_figure, metavar="EUROS", help="coût total, au plus")
        parser.add_argument("--minutes", type=_figure, metavar="N", help="trajet qui couvre, au plus")
        parser.add_argument(
            "--capacity", type=_figure, metavar="N", help="habitants qu'un lieu peut servir (cmclp)"
        )
        parser.add_argument(
            "--open",
            action="append",
            default=[],
            metavar="NATURE:QUANTITÉ[:COÛT]",
            help=f"arrival:1 par défaut, à répéter avec mix ; natures : {', '.join(OPENED)}",
        )
        parser.add_argument(
            "--keep", action="append", default=[], metavar="CODE", help="commune où un lieu est déjà ouvert"
        )
        parser.add_argument(
            "--keep-practices",
            action="store_true",
            help="garde aussi les communes où la profession exerce déjà",
        )
        parser.add_argument(
            "--exclude", action="append", default=[], metavar="CODE", help="commune où l'on n'ouvrira pas"
        )
        parser.add_argument(
            "--at-most-by-epci", type=int, metavar="N", help="lieux au plus par intercommunalité"
        )
        parser.add_argument(
            "--threshold", type=_figure, metavar="ACCÈS", help="accès sous lequel il manque (2,5 pour mg)"
        )
        parser.add_argument(
            "--demand", choices=tuple(DEMANDS), default="population", help="qui compte dans les trajets"
        )
        parser.add_argument(
            "--suppose", action="append", default=[], metavar="HYPOTHÈSE=VALEUR", help="à répéter"
        )
        parser.add_argument(
            "--time-limit", type=_figure, default=60.0, metavar="SECONDES", help="60 par défaut"
        )
        self.add_format(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        models = options["front"].split(",") if options["front"] else [options["model"]]
        asked = _request(options, models[0])
        with _interruptible() as interrupted:
            try:
                if options["front"]:
                    self._write_front(compare(asked, models, interrupted.is_set), options["format"])
                else:
                    self._write(site(asked, interrupted.is_set), options["format"])
            except Cancelled as stopped:
                raise CommandError(str(stopped), returncode=INTERRUPTED) from stopped

    def _write(self, found: Sited, fmt: str) -> None:
        if fmt == "json":
            self.write_json(found.as_document())
        elif fmt == "csv":
            self.write_table("csv", list(COLUMNS), _rows(found, COLUMNS))
        else:
            self._write_tables(found)
        if not found.siting.found:
            raise Refused(found.reason)

    def _write_front(self, found: Front, fmt: str) -> None:
        document = found.as_document()
        if fmt == "json":
            self.write_json(document)
            return
        columns = (*document["models"], "status", "sites")
        rows = [[*(row[name] for name in columns[:-1]), " ".join(row["sites"])] for row in document["front"]]
        self.write_table(
            fmt, columns, rows if fmt == "csv" else [[_shown(cell) for cell in row] for row in rows]
        )
        if fmt == "table":
            for warning in document["warnings"]:
                self.stderr.write(f"Attention : {warning}")

    def _write_tables(self, found: Sited) -> None:
        document = found.as_document()
        if found.siting.found:
            shown = [[_shown(cell) for cell in row] for row in _rows(found, SHORT)]
            self.write_table("table", SHORT, shown, title=f"{document['label']}, {document['name']}")
            self.stdout.write(document["sentence"])
            self.stdout.write(objective(document))
            self.stdout.write(document["proof"])
        for source in document["sources"]:
            self.stdout.write(f"Donnée : {source['title']} ({source['vintage'] or 'sans millésime'})")
        for warning in document["warnings"]:
            self.stderr.write(f"Attention : {warning}")


def _request(options: dict[str, Any], model: str) -> SitingRequest:
    return SitingRequest(
        territory=options["territory"],
        model=model,
        profession=find_profession(options["profession"]).code,
        vintage=options["vintage"],
        p=options["p"],
        budget=options["budget"],
        minutes=options["minutes"],
        capacity=options["capacity"],
        opened=tuple(_opening(text) for text in options["open"]) or (Opening(),),
        kept=tuple(code.upper() for code in options["keep"]),
        keeps_practices=options["keep_practices"],
        excluded=tuple(code.upper() for code in options["exclude"]),
        at_most_by_epci=options["at_most_by_epci"],
        threshold=options["threshold"],
        demand=options["demand"],
        supposed=changed_in(options["suppose"]),
        time_limit=options["time_limit"],
    )


def _opening(text: str) -> Opening:
    """Read « booth:20:35000 ». Raises Refused with the form expected."""
    kind, _, rest = text.partition(":")
    quantity, _, cost = rest.partition(":")
    try:
        return Opening(kind, _figure(quantity), _figure(cost) if cost else None)
    except ValueError as error:
        known = " ; ".join(f"{one} ({RULES[Kind(one)].quantity})" for one in OPENED)
        raise Refused(
            f"« {text} » ne se lit pas : écrivez nature:quantité ou nature:quantité:coût, par exemple "
            f"booth:20:35000 ; natures : {known}."
        ) from error


def _figure(text: str) -> float:
    return float(text.replace(",", "."))


@contextmanager
def _interruptible() -> Iterator[Event]:
    """An event set by Ctrl-C, which the solver asks for: it is not stopped by an exception."""
    interrupted = Event()
    if current_thread() is not main_thread():
        yield interrupted
        return
    before = signal.signal(signal.SIGINT, lambda *_: interrupted.set())
    try:
        yield interrupted
    finally:
        signal.signal(signal.SIGINT, before)


def _rows(found: Sited, columns: Iterable[str]) -> list[list[Any]]:
    return [[place[COLUMNS[column]] for column in columns] for place in found.as_document()["places"]]


def _shown(cell: Any) -> Any:
    return number(cell, 0 if cell == round(cell) else 2) if isinstance(cell, float) else cell
