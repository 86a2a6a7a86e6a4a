"""What the commands about a territory ask for: the territory, the profession, the vintage."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from maillage.diagnosis.professions import find_profession
from maillage.diagnosis.reading import Diagnosis, snapshot_for
from maillage.territories.places import find


def add_territory(parser: ArgumentParser) -> None:
    """The options that `asked_diagnosis` reads."""
    parser.add_argument(
        "--territory",
        required=True,
        metavar="TERRITOIRE",
        help="commune:77305, epci:200057958, departement:77, region:11, france, ou un nom",
    )
    parser.add_argument(
        "--profession", default="mg", help="mg, inf, mk, sf ou cd, ou son nom (mg par défaut)"
    )
    parser.add_argument("--vintage", type=int, metavar="ANNÉE", help="millésime (le dernier par défaut)")


def asked_diagnosis(options: dict[str, Any]) -> Diagnosis:
    """The territory as the snapshot asked for knows it. Raises Refused with one sentence and suggestions."""
    territory, of = find(options["territory"]), find_profession(options["profession"])
    return Diagnosis(territory, snapshot_for(of.code, options["vintage"], territory.key))
