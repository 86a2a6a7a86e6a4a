"""`maillage simulate`: what changes in a territory would do to its access to care."""

from __future__ import annotations

from argparse import ArgumentParser
from dataclasses import asdict, dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from maillage.diagnosis.asking import add_territory, asked_diagnosis
from maillage.diagnosis.reading import Diagnosis
from maillage.kit import clock
from maillage.kit.console import Command as BaseCommand
from maillage.kit.console import Refused
from maillage.kit.text import number
from maillage.lab.effects import RULES, Kind, changed_in, effects, settled_year
from maillage.lab.ground import ground_of
from maillage.lab.pages.parts import by_commune
from maillage.lab.simulating import Effect, Levels, added_by, simulate

# What a level is called, and its decimals.
LABELS = {
    "mean": ("accès moyen", 3),
    "share_under": ("part sous 2,5", 3),
    "people_under": ("habitants sous 2,5", 0),
    "worst_tenth": ("dixième le moins bien loti", 3),
    "gini": ("indice de Gini", 4),
}


@dataclass(frozen=True, slots=True)
class Asked:
    """A change as it is written on the command line."""

    kind: str
    commune: str
    quantity: Decimal | None
    starts_on: date
    ends_on: date | None = None


class Command(BaseCommand):
    help = "Simule l'effet de changements (installations, cabines, fermetures…) sur l'accès aux soins."

    def add_arguments(self, parser: ArgumentParser) -> None:
        add_territory(parser)
        parser.add_argument(
            "--change",
            action="append",
            required=True,
            metavar="NATURE:COMMUNE[:QUANTITÉ[:JOUR]]",
            help=f"à répéter ; natures : {', '.join(Kind)} ; jour : 2027-01-01",
        )
        parser.add_argument(
            "--year", type=int, metavar="ANNÉE", help="année regardée (plein effet par défaut)"
        )
        parser.add_argument(
            "--suppose", action="append", default=[], metavar="HYPOTHÈSE=VALEUR", help="à répéter"
        )
        self.add_format(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        diagnosis = asked_diagnosis(options)
        changes = [_asked(text) for text in options["change"]]
        supposed = effects(changed_in(options["suppose"]))
        year = options["year"] or settled_year(changes, supposed) or clock.today().year
        ground = ground_of(diagnosis)
        effect = simulate(ground, added_by(changes, supposed, ground, year=year), diagnosis.profession)
        if options["format"] == "json":
            self.write_json(_document(diagnosis, changes, effect, year) | {"assumptions": _known(supposed)})
        elif options["format"] == "csv":
            self.write_table("csv", ("code", "avant", "après", "écart"), _rows(effect))
        else:
            self._write_tables(effect, year)
            for warning in diagnosis.warnings:
                self.stderr.write(f"Attention : {warning}")

    def _write_tables(self, effect: Effect, year: int) -> None:
        before, after = asdict(effect.levels_before), asdict(effect.levels_after)
        rows = [
            (label, number(before[key], digits), number(after[key], digits))
            for key, (label, digits) in LABELS.items()
        ]
        self.write_table("table", ("indicateur", "avant", f"en {year}"), rows)
        if effect.lifted is not None:
            self.stdout.write(
                f"{number(effect.lifted)} habitants passent au-dessus de 2,5, "
                f"{number(effect.dropped)} en dessous."
            )


def _asked(text: str) -> Asked:
    """Read « arrival:77305:2:2027-01-01 ». Raises Refused with the form expected."""
    kind, _, rest = text.partition(":")
    commune, _, rest = rest.partition(":")
    quantity, _, day = rest.partition(":")
    try:
        asked = Asked(
            Kind(kind),
            commune.upper(),
            Decimal(quantity.replace(",", ".")) if quantity else None,
            date.fromisoformat(day) if day else date(clock.today().year + 1, 1, 1),
        )
    except (ValueError, InvalidOperation) as error:
        raise Refused(
            f"« {text} » n'est pas un changement : écrivez nature:commune:quantité:jour, par exemple "
            f"arrival:77305:2:2027-01-01 ; natures : {', '.join(Kind)}."
        ) from error
    if not commune or (asked.quantity is None) != (asked.kind == Kind.CLOSURE):
        wanted = RULES[Kind(kind)].quantity
        rule = f"donnez la quantité ({wanted})" if wanted else "une fermeture n'a pas de quantité ; donnez"
        raise Refused(f"« {text} » : {rule} et le code de la commune.")
    return asked


def _document(diagnosis: Diagnosis, changes: list[Asked], effect: Effect, year: int) -> dict[str, Any]:
    return {
        "territory": str(diagnosis.territory.key),
        "profession": diagnosis.profession.code,
        "vintage": diagnosis.snapshot.vintage,
        "year": year,
        "changes": [asdict(change) for change in changes],
        "before": _levels(effect.levels_before),
        "after": _levels(effect.levels_after),
        "lifted": effect.lifted,
        "dropped": effect.dropped,
        "outside_share": effect.outside_share,
        "communes": [
            dict(zip(("code", "before", "after", "change"), row, strict=True)) for row in _rows(effect)
        ],
        "warnings": diagnosis.warnings,
        "sources": diagnosis.snapshot.sources,
    }


def _levels(levels: Levels) -> dict[str, float | None]:
    return asdict(levels)


def _known(supposed: Any) -> dict[str, Any]:
    return {
        name: {"value": one.value, "mark": one.mark, "source": one.source} for name, one in supposed.items()
    }


def _rows(effect: Effect) -> list[tuple[str, float, float, float]]:
    before = by_commune(effect.ground, effect.ground.access)
    after = by_commune(effect.ground, effect.after)
    return [(code, was, after[code], after[code] - was) for code, was in before.items()]
