"""Reading a diagnosis: from a territory and a snapshot to figures, comparisons and warnings."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property, lru_cache
from typing import Any

import numpy as np

from maillage.diagnosis.figures import Figure, Origin, figures
from maillage.diagnosis.frame import Frame
from maillage.diagnosis.indicators import SHARE, Indicator
from maillage.diagnosis.models import AgeShare, PublishedDensity, Snapshot, columns_of
from maillage.diagnosis.professions import Profession, profession
from maillage.kit.console import Refused
from maillage.kit.text import search_key
from maillage.territories import places
from maillage.territories.adjacency import neighbours
from maillage.territories.keys import FRANCE, Key
from maillage.territories.models import Commune, Zone
from maillage.territories.places import Territory

AGE_GROUPS = {"mg": "gp"}
# Beyond, reading every zone is quicker than naming so many communes.
MOST_CODES_ASKED = 5000
STRAIGHT_LINE_WARNING = (
    "Temps de trajet estimés en ligne droite (détour 1,3 à 50 km/h, plus une minute) : "
    "chargez une matrice de temps pour de meilleurs résultats."
)


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
        frame = self.whole.within(self.territory.key)
        if not len(frame):
            raise Refused(
                f"{self.territory.name} n'est pas dans les données chargées pour ce millésime ; "
                "chargez les fichiers qui le couvrent."
            )
        return frame

    @cached_property
    def figures(self) -> list[Figure]:
        """Every indicator of the territory."""
        computed = _computed(self.snapshot.pk, self.territory.key)
        return [*self._with_published_counts(computed), *self._age_figures(), *self._zone_figures()]

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

    def _with_published_counts(self, computed: Iterable[Figure]) -> list[Figure]:
        """Head count and density as the Assurance maladie publishes them, where it does; else as located."""
        published = published_density(self.territory.key, self.snapshot)
        if published is None:
            return list(computed)
        title, vintage = str(published.dataset), published.dataset.vintage
        density = None if published.density is None else published.density / 10
        values = {
            f"{self.profession.slug}_count": published.count,
            f"{self.profession.slug}_density_per_10000": density,
        }
        result = []
        for figure in computed:
            code = figure.indicator.code
            if code not in values:
                result.append(figure)
                continue
            result.append(replace(figure, value=values[code], vintage=vintage, source=title))
            as_located = replace(
                figure.indicator,
                code=located_code(code),
                label=f"{figure.indicator.label} (localisés par commune)",
            )
            result.append(replace(figure, indicator=as_located))
        return result

    def _age_figures(self) -> list[Figure]:
        """Share of doctors over an age, published by département."""
        group = AGE_GROUPS.get(self.profession.code)
        if group is None or self.territory.key.level != "departement":
            return []
        rows = AgeShare.objects.filter(
            dataset__active=True, departement=self.territory.key.code, group=group
        ).select_related("dataset")
        return [
            Figure(
                Indicator(
                    f"{self.profession.slug}_share_over_{row.age}",
                    f"{self.profession.label} de plus de {row.age} ans",
                    SHARE,
                    f"Part des {self.profession.label.lower()} de plus de {row.age} ans (par département).",
                    2,
                    "low",
                ),
                row.share,
                row.dataset.vintage,
                str(row.dataset),
            )
            for row in rows.order_by("age")
        ]

    def _zone_figures(self) -> list[Figure]:
        """Share of the population in each zone category in force."""
        return zone_shares(self.frame, self.profession)


@lru_cache(maxsize=512)
def _computed(snapshot_pk: int, key: Key) -> tuple[Figure, ...]:
    """Figures drawn from a snapshot alone. It never changes, hence neither do they."""
    snapshot = Snapshot.objects.defer("arrays").get(pk=snapshot_pk)
    frame = Frame(columns_of(snapshot_pk)).within(key)
    return tuple(figures(frame, profession(snapshot.profession), origin(snapshot)))


def located_code(code: str) -> str:
    """The code of a count or density as located by commune, beside the one published for a territory."""
    return code.replace("_count", "_located_count").replace("_density", "_located_density")


def origin(snapshot: Snapshot) -> Origin:
    """Title and vintage of each part of a snapshot."""

    def of(*kinds: str) -> tuple[str, int | None]:
        found = [source for source in snapshot.sources if source["kind"] in kinds]
        return (found[0]["title"], found[0]["vintage"]) if found else ("", None)

    supply = _supply_origin(snapshot)
    facilities = [source for source in snapshot.sources if source["kind"] == "facilities"]
    services = (facilities[-1]["title"], facilities[-1]["vintage"]) if facilities else ("", None)
    apl = of("apl")
    return Origin(
        apl=apl,
        supply=supply,
        facilities=services,
        population=_population_origin(snapshot),
        estimate=(
            f"Estimation de Maillage d'après {supply[0]}, temps : {snapshot.parameters['travel_times']}",
            snapshot.vintage,
        ),
        parameters=snapshot.parameters,
    )


def _supply_origin(snapshot: Snapshot) -> tuple[str, int | None]:
    """The register of persons where it was kept, the BPE elsewhere: both are named when both serve."""
    persons = [source for source in snapshot.sources if source["kind"] == "practitioners"]
    counted = [source for source in snapshot.sources if source["kind"] == "facilities"][:1]
    used = persons + (counted if snapshot.parameters["supplies"] > len(persons) else [])
    if not used:
        return "", None
    return " et, ailleurs, ".join(source["title"] for source in used), used[0]["vintage"]


def _population_origin(snapshot: Snapshot) -> tuple[str, int | None]:
    """The population stands in the file of the APL, with the year of its census; else with the communes."""
    for source in snapshot.sources:
        if source["kind"] == "apl":
            return source["title"], source.get("population_year")
    communes = next((source for source in snapshot.sources if source["kind"] == "communes"), None)
    return (communes["title"], communes["vintage"]) if communes else ("", None)


def parent_keys(key: Key) -> list[Key]:
    """EPCI, département, region and France above a territory."""
    if key == FRANCE:
        return []
    # The demo is no part of France, unless it is all there is.
    whole = [] if key.is_fictional and not is_fictional(FRANCE) else [FRANCE]
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


def published_density(key: Key, snapshot: Snapshot) -> PublishedDensity | None:
    """Head count and density of the profession of a snapshot, where they are published."""
    rows = PublishedDensity.objects.filter(
        dataset__active=True,
        dataset__is_fictional=snapshot.is_fictional,
        level=key.level,
        code="france" if key == FRANCE else key.code,
        profession=profession(snapshot.profession).densities_label,
    )
    return rows.select_related("dataset").order_by("-dataset__vintage").first()


def zone_shares(frame: Frame, of: Profession) -> list[Figure]:
    """Share of the population of each category of the zoning in force of a profession, by commune."""
    zones = Zone.objects.in_force(date.today()).filter(profession=of.code, unit_type="commune")
    communes = frame["commune"].tolist()
    if len(communes) <= MOST_CODES_ASKED:
        zones = zones.filter(unit_code__in=communes)
    rows = zones.select_related("dataset").order_by("unit_code")
    category = {zone.unit_code: zone.category for zone in rows}
    if not category:
        return []
    source = rows[0]
    population = np.nan_to_num(frame["population"])
    total = population.sum()
    found = np.array([category.get(code, "") for code in communes])
    return [
        Figure(
            Indicator(
                f"zone_share_{search_key(name).replace(' ', '_')}",
                f"Population en {name}",
                SHARE,
                f"Part de la population qui habite une commune classée {name} par l'ARS ({source.decree}).",
                2,
            ),
            float(population[found == name].sum() / total) if total else None,
            source.valid_from.year,
            str(source.dataset),
        )
        for name in sorted(set(category.values()))
    ]


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
