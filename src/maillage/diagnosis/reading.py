"""Reading a diagnosis: from a territory and a snapshot to figures, comparisons and warnings."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from typing import Any

import numpy as np

from maillage.diagnosis.figures import Figure, Origin, figures
from maillage.diagnosis.frame import Frame
from maillage.diagnosis.indicators import SHARE, Indicator
from maillage.diagnosis.models import AgeShare, PublishedDensity, Snapshot, SpecialtyCount, columns_of
from maillage.diagnosis.professions import Profession, profession
from maillage.kit.console import Refused
from maillage.territories import places
from maillage.territories.adjacency import neighbours
from maillage.territories.keys import FRANCE, Key
from maillage.territories.models import Commune, Departement, Zone
from maillage.territories.places import Territory

AGE_GROUPS = {"mg": "gp"}
STRAIGHT_LINE_WARNING = (
    "Temps de trajet estimés en ligne droite (détour 1,3 à 50 km/h, plus une minute) : "
    "chargez une matrice de temps pour de meilleurs résultats."
)


def snapshot_for(code: str, vintage: int | None) -> Snapshot:
    """The snapshot to read. Raises Refused naming the vintages there are."""
    found = Snapshot.objects.of(profession(code).code, vintage)
    if found:
        return found
    there = vintages(code)
    if not there:
        raise Refused(
            "Aucune donnée n'est chargée pour cette profession : lancez « maillage load DOSSIER », ou "
            "« maillage demo » pour un territoire fictif."
        )
    listed = ", ".join(str(year) for year in there)
    raise Refused(f"Pas de millésime {vintage} pour « {code} » ; millésimes chargés : {listed}.")


def vintages(code: str) -> list[int]:
    """The vintages a profession has a snapshot of, latest first."""
    found = Snapshot.objects.filter(profession=code, superseded=False).order_by("-vintage")
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
        published = published_density(self.territory.key, self.profession)
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

    supply = of("practitioners", "facilities")
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
    parents: list[Key] = []
    commune = Commune.objects.within(key.level, key.code).select_related("departement").first()
    if commune is None:
        return [FRANCE]
    if key.level == "commune" and commune.epci_id:
        parents.append(Key("epci", commune.epci_id))
    if key.level in ("commune", "epci"):
        parents.append(Key("departement", commune.departement_id))
    if key.level != "region":
        parents.append(Key("region", commune.departement.region_id))
    return [*parents, FRANCE]


def published_density(key: Key, of: Profession) -> PublishedDensity | None:
    code = "france" if key == FRANCE else key.code
    rows = PublishedDensity.objects.filter(
        dataset__active=True, level=key.level, code=code, profession__in=(of.code, of.densities_label)
    )
    return rows.select_related("dataset").order_by("-dataset__vintage").first()


def zone_shares(frame: Frame, of: Profession) -> list[Figure]:
    """Share of the population of each category of the zoning in force of a profession, by commune."""
    zones = Zone.objects.filter(dataset__active=True, profession=of.code, unit_type="commune", valid_to=None)
    rows = zones.select_related("dataset").order_by("unit_code")
    category = {zone.unit_code: zone.category for zone in rows}
    if not category:
        return []
    source = rows[0]
    population = np.nan_to_num(frame["population"])
    total = population.sum()
    found = np.array([category.get(code, "") for code in frame["commune"].tolist()])
    return [
        Figure(
            Indicator(
                f"zone_share_{name.lower()}",
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


@dataclass(frozen=True, slots=True)
class SpecialtyRow:
    """One specialty of doctors in a territory, compared with its region and France."""

    code: str
    label: str
    count: int
    density: float | None
    region_density: float | None
    france_density: float | None


def specialties(key: Key) -> list[SpecialtyRow]:
    """Doctors per 100,000 inhabitants by specialty, for a département, a region or France.

    Counted by département (RPPS, every practice mode), over the population of the loaded communes.
    """
    levels = _departements_of(key)
    if not levels:
        return []
    rows = SpecialtyCount.objects.filter(dataset__active=True).values_list(
        "departement", "specialty", "label", "count"
    )
    counts: dict[str, dict[str, int]] = {}
    labels: dict[str, str] = {}
    for departement, specialty, label, count in rows:
        counts.setdefault(specialty, {})[departement] = count
        labels[specialty] = label
    people = _population_by_departement()
    result = []
    for specialty, by_departement in counts.items():
        densities = [_density(by_departement, people, group) for group in levels]
        own = sum(by_departement.get(code, 0) for code in levels[0])
        result.append(SpecialtyRow(specialty, labels[specialty], own, *densities))
    return sorted(result, key=lambda row: row.label)


def _departements_of(key: Key) -> list[list[str]]:
    """Départements of the territory, of its region and of France; empty under the département."""
    every = dict(Departement.objects.order_by("code").values_list("code", "region"))
    if key == FRANCE:
        return [list(every)] * 3
    if key.level == "region":
        own = [code for code, region in every.items() if region == key.code]
        return [own, own, list(every)]
    if key.level == "departement" and key.code in every:
        region = [code for code, name in every.items() if name == every[key.code]]
        return [[key.code], region, list(every)]
    return []


def _population_by_departement() -> dict[str, int]:
    people: dict[str, int] = {}
    for departement, population in Commune.objects.order_by().values_list("departement", "population"):
        people[departement] = people.get(departement, 0) + (population or 0)
    return people


def _density(counts: dict[str, int], people: dict[str, int], group: Iterable[str]) -> float | None:
    group = list(group)
    inhabitants = sum(people.get(code, 0) for code in group)
    return sum(counts.get(code, 0) for code in group) / inhabitants * 100_000 if inhabitants else None


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
