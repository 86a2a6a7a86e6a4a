"""Reading a diagnosis: from a territory and a snapshot to figures, comparisons and warnings."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cached_property, lru_cache
from typing import Any

import numpy as np

from maillage.diagnosis import published
from maillage.diagnosis.figures import Figure, figures
from maillage.diagnosis.frame import Frame
from maillage.diagnosis.models import Snapshot, columns_of
from maillage.diagnosis.origins import origin
from maillage.diagnosis.professions import Profession, profession
from maillage.kit.console import Refused
from maillage.territories import places
from maillage.territories.adjacency import neighbours
from maillage.territories.keys import FRANCE, Key
from maillage.territories.models import Commune
from maillage.territories.places import Territory

STRAIGHT_LINE_WARNING = (
    "Temps de trajet estimés en ligne droite (détour 1,3 à 50 km/h, plus une minute) : "
    "construisez ou chargez une matrice de temps pour de meilleurs résultats."
)
ROAD_NOTICE = "Temps de trajet {described} ; en ligne droite pour les communes que cette matrice n'a pas."


def is_fictional(key: Key) -> bool:
    """Whether a territory is read in the demo's data. France is, where nothing real is loaded."""
    if key != FRANCE:
        return key.is_fictional
    return not Snapshot.objects.filter(is_fictional=False, superseded=False).exists()


def snapshot_for(code: str, vintage: int | None, key: Key = FRANCE) -> Snapshot:
    """The snapshot to read for a territory. Raises Refused naming the vintages there are."""
    found = Snapshot.objects.of(profession(code).code, vintage, fictional=is_fictional(key))
    if found:
        return found
    there = vintages(code, key)
    if not there:
        raise Refused(
            "Aucune donnée n'est chargée pour cette profession : lancez « maillage load DOSSIER », ou "
            "« maillage demo » pour un territoire fictif."
        )
    listed = ", ".join(str(year) for year in there)
    raise Refused(f"Pas de millésime {vintage} pour « {code} » ; millésimes chargés : {listed}.")


def vintages(code: str, key: Key = FRANCE) -> list[int]:
    """The vintages a profession has a snapshot of, latest first."""
    found = Snapshot.objects.current(code, fictional=is_fictional(key))
    return list(found.values_list("vintage", flat=True))


@dataclass(frozen=True)
class Diagnosis:
    """A territory seen through a snapshot."""

    territory: Territory
    snapshot: Snapshot

    @property
    def profession(self) -> Profession:
        return profession(self.snapshot.profession)

    @cached_property
    def whole(self) -> Frame:
        """Every unit the snapshot knows."""
        return Frame(columns_of(self.snapshot.pk))

    @cached_property
    def frame(self) -> Frame:
        """The units of the territory. Raises Refused when the snapshot has none."""
        self._require_units()
        return self.whole.within(self.territory.key)

    @cached_property
    def is_covered(self) -> bool:
        """Whether the snapshot has a unit of the territory."""
        return bool(self.whole.is_within(self.territory.key).any())

    def _require_units(self) -> None:
        if not self.is_covered:
            raise Refused(
                f"{self.territory.name} n'est pas dans les données chargées pour ce millésime ; "
                "chargez les fichiers qui le couvrent."
            )

    @cached_property
    def figures(self) -> list[Figure]:
        """Every indicator of the territory. Raises Refused when the snapshot has no unit of it."""
        self._require_units()
        return list(_figures(self.snapshot.pk, self.territory.key, published.version(), date.today()))

    def figure(self, code: str) -> Figure | None:
        return next((figure for figure in self.figures if figure.indicator.code == code), None)

    @cached_property
    def parents(self) -> list[Territory]:
        """The territories this one is compared with, nearest first."""
        return [places.territory(key) for key in parent_keys(self.territory.key)]

    @cached_property
    def warnings(self) -> list[str]:
        """What makes the figures of this territory less sure, in sentences."""
        found = []
        if self.snapshot.parameters["travel_times"] == "ligne droite":
            found.append(STRAIGHT_LINE_WARNING)
        elif self.snapshot.parameters["travel_times"].startswith("par la route"):
            found.append(ROAD_NOTICE.format(described=self.snapshot.parameters["travel_times"]))
        absent = self.missing_neighbours
        if absent:
            found.append(
                f"Départements voisins absents des données : {', '.join(absent)}. Les estimations sont "
                "faussées près des limites (jusqu'à 2,4 consultations) ; chargez aussi leurs communes et "
                "leurs équipements."
            )
        return found

    @cached_property
    def missing_neighbours(self) -> list[str]:
        """Départements that touch the territory's and of which the snapshot knows nothing."""
        own = set(np.unique(self.frame["departement"]).tolist())
        around = {code for departement in own for code in neighbours(departement)}
        supplied = self.whole["departement"][np.isfinite(self.whole["demand"])]
        return sorted(around - own - set(np.unique(supplied).tolist()))


@lru_cache(maxsize=512)
def _figures(snapshot_pk: int, key: Key, version: tuple[int, ...], day: date) -> tuple[Figure, ...]:
    """Figures of a territory. A snapshot never changes: the data published beside it and the day decide."""
    snapshot = Snapshot.objects.defer("arrays").get(pk=snapshot_pk)
    of = profession(snapshot.profession)
    frame = Frame(columns_of(snapshot_pk)).within(key)
    computed = figures(frame, of, origin(snapshot))
    return (
        *published.with_counts(computed, key, snapshot),
        *published.age_shares(key, of),
        *published.elderly(key, frame, snapshot),
        *published.zone_shares(frame, snapshot, day),
    )


def parent_keys(key: Key) -> list[Key]:
    """EPCI, département, region and France above a territory."""
    if key == FRANCE:
        return []
    # The demo is no part of France.
    whole = [] if key.is_fictional else [FRANCE]
    parents: list[Key] = []
    commune = Commune.objects.within(key.level, key.code).select_related("departement").first()
    if commune is None:
        return whole
    if key.level == "commune" and commune.epci_id:
        parents.append(Key("epci", commune.epci_id))
    if key.level in ("commune", "epci"):
        parents.append(Key("departement", commune.departement_id))
    if key.level != "region":
        parents.append(Key("region", commune.departement.region_id))
    return [*parents, *whole]


def as_document(diagnosis: Diagnosis) -> dict[str, Any]:
    """The document of `maillage diagnose --format json`."""
    return {
        "territory": str(diagnosis.territory.key),
        "name": diagnosis.territory.name,
        "profession": diagnosis.profession.code,
        "vintage": diagnosis.snapshot.vintage,
        "indicators": [figure.as_dict() for figure in diagnosis.figures],
        "warnings": diagnosis.warnings,
        "snapshot": {
            "fingerprint": diagnosis.snapshot.fingerprint,
            "computed_at": diagnosis.snapshot.created_at.isoformat(),
            "parameters": diagnosis.snapshot.parameters,
            "sources": diagnosis.snapshot.sources,
        },
    }
