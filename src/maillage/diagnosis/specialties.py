"""Every profession and every specialty of doctors in a territory, compared with the region and France."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Sum

from maillage.diagnosis.models import PublishedDensity, SpecialtyCount
from maillage.diagnosis.reading import is_fictional
from maillage.territories.keys import FICTIONAL_PREFIX, FRANCE, Key
from maillage.territories.models import Commune, Dataset, Departement


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
    latest = Dataset.objects.of_kind("specialties", fictional=is_fictional(key)).first()
    rows = (
        SpecialtyCount.objects.filter(dataset=latest)
        .order_by("pk")
        .values_list("departement", "specialty", "label", "count")
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
    fictional = is_fictional(key)
    loaded = Departement.objects.order_by("code").values_list("code", "region")
    every = {c: region for c, region in loaded if c.startswith(FICTIONAL_PREFIX) == fictional}
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
    totals = Commune.objects.order_by().values("departement").annotate(people=Sum("population"))
    return {row["departement"]: row["people"] or 0 for row in totals}


def _density(counts: dict[str, int], people: dict[str, int], group: Iterable[str]) -> float | None:
    group = list(group)
    inhabitants = sum(people.get(code, 0) for code in group)
    return sum(counts.get(code, 0) for code in group) / inhabitants * 100_000 if inhabitants else None


@dataclass(frozen=True, slots=True)
class ProfessionRow:
    """One profession as the Assurance maladie counts it: head count, and density per 100,000 inhabitants."""

    label: str
    count: int | None
    density: float | None
    region_density: float | None
    france_density: float | None


def professions(key: Key) -> tuple[str, list[ProfessionRow]]:
    """Title of the published densities and their rows, for a département, a region or France."""
    if key.level not in ("departement", "region", "france"):
        return "", []
    dataset = Dataset.objects.of_kind("densities", fictional=is_fictional(key)).first()
    if dataset is None:
        return "", []
    region = Departement.objects.filter(code=key.code).values_list("region", flat=True).first()
    places = {
        "own": (key.level, key.code or "france"),
        "region": ("region", region if key.level == "departement" else key.code),
        "france": ("france", "france"),
    }
    found = {place: _published(dataset, *where) for place, where in places.items()}
    nothing = (None, None)
    return str(dataset), [
        ProfessionRow(
            label,
            *found["own"][label],
            found["region"].get(label, nothing)[1],
            found["france"].get(label, nothing)[1],
        )
        for label in sorted(found["own"])
    ]


def _published(dataset: Dataset, level: str, code: str | None) -> dict[str, tuple[int | None, float | None]]:
    rows = PublishedDensity.objects.filter(dataset=dataset, level=level, code=code or "")
    return {
        label: (count, density)
        for label, count, density in rows.values_list("profession", "count", "density")
    }
