"""`maillage evaluate --territory departement:77`: what the aids of an authority changed, and who stayed."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from maillage.accounts.models import Authority
from maillage.diagnosis.professions import find_profession
from maillage.kit.console import Command as BaseCommand
from maillage.kit.console import Refused
from maillage.lab.evaluating import ACCESS, OUTCOMES, Asked, evaluate
from maillage.lab.pages.evaluation import (
    COLUMNS,
    Evaluated,
    event_rows,
    figures,
    read,
    rows_of,
    stay_sentence,
)
from maillage.territories.places import find


class Command(BaseCommand):
    help = "Évalue les aides d'une collectivité : effet sur les communes aidées, durée de présence."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--territory",
            required=True,
            metavar="TERRITOIRE",
            help="celui de la collectivité : departement:77",
        )
        parser.add_argument("--scheme", default="", metavar="CLÉ", help="un dispositif (tous par défaut)")
        parser.add_argument("--profession", default="mg", help="mg, inf, mk, sf ou cd, ou son nom")
        parser.add_argument("--outcome", choices=tuple(OUTCOMES), default=ACCESS, help="ce qui est mesuré")
        parser.add_argument(
            "--seed", type=int, default=1, metavar="N", help="graine du hasard (1 par défaut)"
        )
        self.add_format(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        if options["seed"] < 0:
            raise Refused("La graine du hasard est un nombre entier positif ou nul.")
        asked = Asked(
            profession=find_profession(options["profession"]).code,
            scheme=options["scheme"],
            outcome=options["outcome"],
            seed=options["seed"],
        )
        document = evaluate(_authority(options["territory"]), asked, by=None)
        if options["format"] == "json":
            self.write_json(document)
        elif options["format"] == "csv":
            self.write_table("csv", COLUMNS, rows_of(read(document)))
        else:
            self._write_tables(read(document))

    def _write_tables(self, seen: Evaluated) -> None:
        self.stdout.write(seen.document["conclusion"]["sentence"])
        if seen.overall is not None:
            self.write_table("table", ("étude", "résultat"), figures(seen))
            rows = [tuple(row.values()) for row in event_rows(seen)]
            columns = ("moment", "effet", "95 chances sur 100", "communes aidées", "comparées")
            self.write_table("table", columns, rows, title="Effet par année depuis l'aide")
        self.stdout.write(stay_sentence(seen))
        for source in seen.document["snapshot"]["sources"]:
            self.stdout.write(f"Donnée : {source['title']} ({source['vintage'] or 'sans millésime'})")
        for warning in seen.document["warnings"]:
            self.stderr.write(f"Attention : {warning}")


def _authority(text: str) -> Authority:
    """The authority of a territory. Raises Refused when it has none."""
    territory = find(text)
    found = Authority.objects.filter(territory=str(territory.key)).first()
    if found is None:
        raise Refused(
            f"Aucune collectivité n'est ouverte pour {territory.name} : ses aides ne sont pas connues."
        )
    return found
