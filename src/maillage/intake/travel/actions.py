"""Building the travel times of a territory and putting them in force."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from django.conf import settings

from maillage.accounts.models import User
from maillage.diagnosis.snapshots import matrix_of
from maillage.intake.actions import load
from maillage.intake.models import ImportRun
from maillage.intake.travel.building import Matrix, Places, Progress, build
from maillage.intake.travel.engines import Engine, ExtractEngine, ServerEngine
from maillage.kit.console import Refused
from maillage.kit.lock import held
from maillage.science.checks import ScienceError
from maillage.sources.tables import SourceError
from maillage.territories import places
from maillage.territories.adjacency import neighbours
from maillage.territories.keys import FRANCE, Key
from maillage.territories.models import Commune, Dataset

# What part of the whole the building takes; the loading takes the rest.
BUILDING_SHARE = 0.8


@dataclass(frozen=True)
class Built:
    """A matrix in force. `dropped` communes were in the one it replaces, and are not in it."""

    matrix: Matrix
    places: Places
    run: ImportRun
    dropped: int


def build_travel_times(
    *,
    territories: Sequence[str],
    extract: Path | None = None,
    server: str | None = None,
    limit_minutes: float = 60.0,
    actor: User | None = None,
    progress: Progress = lambda fraction, step: None,
) -> Built:
    """Build the minutes by road between the communes of territories and of the départements around, and load
    them: from an extract of OpenStreetMap, or from an OSRM server.

    What was built before from the same data is loaded again, not computed; what was interrupted goes on.
    Raises Refused with one French sentence; the matrix in force then stays.
    """
    if (extract is None) == (server is None):
        raise Refused("Donnez un extrait OpenStreetMap ou l'adresse d'un serveur OSRM, l'un des deux.")
    if extract is not None and not extract.is_file():
        raise Refused(f"« {extract} » n'existe pas ; donnez un extrait OpenStreetMap (.osm.pbf).")
    if not 0 < limit_minutes <= 240:
        raise Refused("La durée limite est un nombre de minutes entre 1 et 240.")
    keys = [places.find(text).key for text in territories]
    communes = Places.of(_communes(keys))
    folder = settings.HOME / "travel"
    folder.mkdir(parents=True, exist_ok=True)
    with held(
        "travel", otherwise="D'autres temps de trajet sont en construction ; attendez qu'ils finissent."
    ):
        matrix = _built(communes, _engine(extract, server, folder, communes), limit_minutes, folder, progress)
        before = _codes_in_force(fictional=keys[0].is_fictional)
        run = load(
            folder=matrix.path,
            territories=[str(key) for key in keys],
            actor=actor,
            progress=lambda done, step: progress(BUILDING_SHARE + (1 - BUILDING_SHARE) * done, step),
        )
    return Built(matrix, communes, run, len(before - _codes_in_force(fictional=keys[0].is_fictional)))


def _built(
    communes: Places, engine: Engine, limit_minutes: float, folder: Path, progress: Progress
) -> Matrix:
    try:
        return build(
            communes,
            engine,
            limit_minutes=limit_minutes,
            folder=folder,
            progress=lambda done, step: progress(BUILDING_SHARE * done, step),
        )
    except (SourceError, ScienceError) as error:
        raise Refused(str(error)) from error


def _engine(extract: Path | None, server: str | None, folder: Path, communes: Places) -> Engine:
    if extract is not None:
        return ExtractEngine(extract, folder, communes.points)
    return ServerEngine(server or "", communes.points)


def _communes(keys: Sequence[Key]) -> list[Commune]:
    """The communes of these territories' départements and of those that touch them.

    Access is computed with the neighbours within reach: without them the edge of a territory is wrong.
    """
    if not keys:
        raise Refused("Donnez un territoire, par exemple departement:77.")
    if FRANCE in keys:
        return list(Commune.objects.within("france", ""))
    own: set[str] = set()
    for key in keys:
        inside = Commune.objects.within(key.level, key.code)
        own |= set(inside.order_by().values_list("departement", flat=True).distinct())
    around = {neighbour for departement in own for neighbour in neighbours(departement)}
    return list(Commune.objects.filter(departement__in=own | around).order_by("code"))


def _codes_in_force(*, fictional: bool) -> set[str]:
    """The communes of which the matrix in force is an origin."""
    matrix = matrix_of(Dataset.objects.of_kind("travel_times", fictional=fictional).first())
    return set(matrix.codes[np.unique(matrix.origin)].tolist()) if matrix else set()
