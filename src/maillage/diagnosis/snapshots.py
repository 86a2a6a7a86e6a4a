"""From the loaded data to snapshots: gather the columns, estimate, keep. The only place that assembles."""

from __future__ import annotations

import hashlib
import io
import json
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

import numpy as np
from django.db import transaction
from django.db.models import Q, Sum
from numpy.typing import NDArray

from maillage.care.models import FacilityCount, Practice
from maillage.diagnosis import estimate
from maillage.diagnosis.frame import NUMBER_COLUMNS, TEXT_COLUMNS
from maillage.diagnosis.models import PublishedApl, Snapshot, pack
from maillage.diagnosis.professions import PROFESSIONS, Profession
from maillage.sources.facility_types import codes_of
from maillage.sources.rpps_rules import GENERAL_PRACTICE
from maillage.sources.values import departement_of
from maillage.territories import geography
from maillage.territories.keys import FICTIONAL_PREFIX
from maillage.territories.models import Commune, Dataset, TravelMatrix

PUBLISHED = ("code", "population", "standardised_population", "apl", "apl_65", "apl_62", "apl_60")

# What says where a commune is, what it became and which areas it belongs to.
REFERENCE_KINDS = ("communes", "movements", "epci_members", "areas")

GATHERED = ("lon", "lat", *PUBLISHED[1:])

# Bump when a computation changes, so that snapshots of the former one are made again.
METHOD_VERSION = 2


@dataclass(frozen=True, slots=True)
class Ingredients:
    """The datasets a snapshot is made from. `apl` is None where DREES publishes nothing for it."""

    profession: Profession
    vintage: int
    apl: Dataset | None
    supplies: tuple[Dataset, ...]
    facilities: Dataset | None
    travel: Dataset | None
    reference: tuple[Dataset, ...]

    @property
    def datasets(self) -> list[Dataset]:
        optional = [self.apl, *self.supplies, self.facilities, self.travel]
        seen = {dataset.pk: dataset for dataset in optional if dataset is not None}
        return [*seen.values(), *self.reference]

    @property
    def is_fictional(self) -> bool:
        return self.supplies[0].is_fictional

    @property
    def fingerprint(self) -> str:
        # The same register keeps other persons when other territories are asked for.
        data = sorted((d.slot, d.sha256, d.meta.get("scope", [])) for d in self.datasets)
        made_of = [self.profession.code, self.vintage, METHOD_VERSION, data]
        return hashlib.sha256(json.dumps(made_of).encode()).hexdigest()


@dataclass(frozen=True)
class Ground:
    """The communes and their history, read once for all snapshots of a refresh, if any is made."""

    fictional: bool

    @cached_property
    def communes(self) -> dict[str, dict[str, Any]]:
        return _communes(fictional=self.fictional)

    @cached_property
    def places(self) -> geography.Geography:
        return geography.load()


def refresh_snapshots() -> list[Snapshot]:
    """Make every snapshot the loaded data allow, reusing those already made from the same data.

    Snapshots of data that are no longer in force are superseded, never deleted: what was decided on them
    can still be read.
    """
    current = [
        _snapshot_of(ingredients, ground)
        for ground in (Ground(fictional=False), Ground(fictional=True))
        for ingredients in _all_ingredients(fictional=ground.fictional)
    ]
    kept = [snapshot.pk for snapshot in current]
    with transaction.atomic():
        Snapshot.objects.filter(superseded=False).exclude(pk__in=kept).update(superseded=True)
        Snapshot.objects.filter(superseded=True, pk__in=kept).update(superseded=False)
    return current


def _snapshot_of(ingredients: Ingredients, ground: Ground) -> Snapshot:
    """The snapshot made of these datasets, computed when it is not there yet."""
    made = Snapshot.objects.filter(fingerprint=ingredients.fingerprint).defer("arrays").first()
    return made or _compute(ingredients, ground)


def _all_ingredients(*, fictional: bool) -> list[Ingredients]:
    """What each snapshot is made from, for real territories or for the demo's."""

    def loaded(kind: str) -> list[Dataset]:
        return list(Dataset.objects.of_kind(kind, fictional=fictional))

    if not loaded("communes"):
        return []
    reference = tuple(dataset for kind in REFERENCE_KINDS for dataset in loaded(kind))
    travel = next(iter(loaded("travel_times")), None)
    facilities, persons = loaded("facilities"), loaded("practitioners")
    found = []
    for profession in PROFESSIONS.values():
        counted = [dataset for dataset in facilities if _covers(dataset, profession.role)]
        latest = max((d.vintage or 0 for d in [*counted, *persons]), default=None)
        if latest is None:
            continue
        published = [d for d in loaded("apl") if d.meta["profession"] == profession.code and d.vintage]
        vintages: list[tuple[int, Dataset | None]] = [(d.vintage or 0, d) for d in published]
        for vintage, apl in vintages or [(latest, None)]:
            found.append(
                Ingredients(
                    profession,
                    vintage,
                    apl,
                    _supplies(counted, persons, vintage),
                    _nearest([d for d in facilities if _covers(d, "pharmacy")], vintage),
                    travel,
                    reference,
                )
            )
    return found


def _supplies(counted: list[Dataset], persons: list[Dataset], vintage: int) -> tuple[Dataset, ...]:
    """Who counts the practitioners: the BPE closest in time, and over it RPPS when it is closer still.

    RPPS may be kept for some départements only; the BPE then goes on counting everywhere else.
    """
    base, closer = _nearest(counted, vintage), _nearest(persons, vintage)
    if base is None or closer is None:
        return tuple(dataset for dataset in (base, closer) if dataset is not None)
    is_closer = abs((closer.vintage or 0) - vintage) <= abs((base.vintage or 0) - vintage)
    return (base, closer) if is_closer else (base,)


def _covers(dataset: Dataset, role: str) -> bool:
    return bool(codes_of(role, dataset.vintage or 0) & set(dataset.meta["types"]))


def _nearest(datasets: list[Dataset], vintage: int) -> Any:
    """The dataset whose year is closest, the earlier of two; None when there is none."""
    return min(datasets, key=lambda d: (abs((d.vintage or 0) - vintage), d.vintage or 0), default=None)


def _compute(ingredients: Ingredients, ground: Ground) -> Snapshot:
    columns, summary = _gather(ingredients, ground)
    parameters = estimate.parameters_for(ingredients.profession, ingredients.vintage)
    located = (
        np.isfinite(columns["lon"])
        & np.isfinite(columns["lat"])
        & np.isfinite(columns["standardised_population"])
        & np.isfinite(columns["supply"])
    )
    times = estimate.travel_times(
        columns["commune"][located],
        columns["lon"][located],
        columns["lat"][located],
        limit_minutes=parameters.decay.limit,
        matrix=matrix_of(ingredients.travel),
    )
    result = estimate.estimate(
        times=times,
        located=located,
        population=columns["standardised_population"],
        supply=columns["supply"],
        published=columns["apl"],
        parameters=parameters,
    )
    columns["apl_estimate"], columns["demand"] = result.scores, result.demand
    return Snapshot.objects.create(
        profession=ingredients.profession.code,
        vintage=ingredients.vintage,
        fingerprint=ingredients.fingerprint,
        is_fictional=ingredients.is_fictional,
        parameters={
            **estimate.described(parameters, _described(ingredients.travel)),
            "unit_supply": ingredients.profession.unit_supply,
            "supplies": len(ingredients.supplies),
            "calibration": result.calibration,
        },
        sources=[dataset.provenance for dataset in ingredients.datasets],
        summary={
            **summary,
            "units": len(located),
            "located_units": result.units,
            "pairs": times.pairs,
            "unreached_supply": result.unreached_supply,
            "departements": sorted(set(columns["departement"].tolist())),
        },
        arrays=pack(columns),
    )


def _described(travel: Dataset | None) -> str | None:
    """How pages name the times of a matrix: what its file says of them, else its title."""
    return str(travel.meta.get("described") or travel) if travel else None


def _gather(ingredients: Ingredients, ground: Ground) -> tuple[dict[str, NDArray[Any]], dict[str, Any]]:
    """The columns of the units, and what could not be attached to any of them."""
    places = ground.places
    units = _units(ingredients.apl, ground.communes, places)
    columns: dict[str, NDArray[Any]] = {
        name: np.array([unit[name] for unit in units], dtype=str) for name in TEXT_COLUMNS
    }
    columns |= {name: np.full(len(units), np.nan) for name in NUMBER_COLUMNS}
    columns |= {name: np.array([unit.get(name) for unit in units], dtype=float) for name in GATHERED}
    position = _positions(units)
    summary: dict[str, Any] = {}
    columns["count"], summary["unplaced_practitioners"] = np.full(len(units), np.nan), {}
    for supply in ingredients.supplies:
        counts, unplaced = _counts(_supply_rows(supply, ingredients.profession), position, places, len(units))
        here = _counted(supply, columns["departement"])
        columns["count"][here] = counts[here]
        summary["unplaced_practitioners"] |= unplaced
    columns["supply"] = columns["count"] * ingredients.profession.unit_supply
    matrix = matrix_of(ingredients.travel)

    def minutes_to(has: NDArray[np.bool_]) -> NDArray[np.float64]:
        return estimate.minutes_to_nearest(
            columns["commune"], columns["lon"], columns["lat"], has, matrix=matrix
        )

    columns["minutes_practitioner"] = minutes_to(columns["count"] > 0)
    columns["minutes_practitioner"][np.isnan(columns["count"])] = np.nan
    for role in ("pharmacy", "emergency"):
        rows = _facility_rows(ingredients.facilities, role)
        counted, _ = _counts(rows, position, places, len(units))
        columns[f"minutes_{role}"] = minutes_to(counted > 0)
    return columns, summary


def _counted(supply: Dataset, departement: NDArray[np.str_]) -> NDArray[np.bool_]:
    """Units whose practitioners a dataset counts: persons are kept for some départements only."""
    scope = supply.meta.get("scope")
    return np.isin(departement, scope) if scope else np.full(len(departement), True)


def _communes(*, fictional: bool) -> dict[str, dict[str, Any]]:
    of_the_demo = Q(code__startswith=FICTIONAL_PREFIX)
    rows = (
        Commune.objects.filter(of_the_demo if fictional else ~of_the_demo)
        .order_by("code")
        .values("code", "epci", "departement", "departement__region", "population", "lon", "lat")
    )
    return {
        row["code"]: {
            **row,
            "commune": row["code"],
            "region": row["departement__region"],
            "epci": row["epci"] or "",
        }
        for row in rows
    }


def _units(
    apl: Dataset | None, communes: dict[str, dict[str, Any]], places: geography.Geography
) -> list[dict[str, Any]]:
    """The rows of the published file, each placed in today's commune, then the communes it does not name."""
    regions = {row["departement"]: row["region"] for row in communes.values()}
    units: list[dict[str, Any]] = []
    published = (
        PublishedApl.objects.filter(dataset=apl).order_by("code") if apl else PublishedApl.objects.none()
    )
    for row in published.values(*PUBLISHED):
        commune = places.current(row["code"])
        home = communes.get(commune or "", {})
        departement = home.get("departement") or departement_of(row["code"])
        units.append(
            {
                **{name: home.get(name) for name in ("lon", "lat")},
                **row,
                "commune": commune or "",
                "epci": home.get("epci", ""),
                "departement": departement,
                "region": home.get("region") or regions.get(departement, ""),
            }
        )
    named = {unit["commune"] for unit in units}
    units += [
        {**row, "standardised_population": row["population"]}
        for code, row in communes.items()
        if code not in named
    ]
    return units


def _positions(units: list[dict[str, Any]]) -> dict[str, int]:
    """The unit of a code: its own, else the one of the commune it is in today (the most populous)."""
    position = {unit["code"]: number for number, unit in enumerate(units)}
    largest: dict[str, tuple[float, int]] = {}
    for number, unit in enumerate(units):
        # A row that leads to no commune of today stands for no other code than its own.
        if not unit["commune"]:
            continue
        rank = (unit.get("population") or 0.0, number)
        largest[unit["commune"]] = max(largest.get(unit["commune"], (-1.0, 0)), rank)
    return {commune: number for commune, (_, number) in largest.items()} | position


def _supply_rows(supply: Dataset, profession: Profession) -> Iterable[tuple[str, float]]:
    if supply.kind == "facilities":
        return _facility_rows(supply, profession.role)
    practices = Practice.objects.filter(dataset=supply, profession_code=profession.rpps).order_by()
    if profession.code == "mg":
        practices = practices.filter(specialty_code__in=GENERAL_PRACTICE)
    return practices.values_list("commune").annotate(total=Sum("share"))


def _facility_rows(dataset: Dataset | None, role: str) -> Iterable[tuple[str, float]]:
    if dataset is None:
        return []
    codes = codes_of(role, dataset.vintage or 0)
    rows = FacilityCount.objects.filter(dataset=dataset, type__in=codes).order_by()
    return rows.values_list("code").annotate(total=Sum("count"))


def _counts(
    rows: Iterable[tuple[str, float]], position: dict[str, int], places: geography.Geography, size: int
) -> tuple[NDArray[np.float64], dict[str, float]]:
    """Counts by unit, and those of codes that lead to no unit: kept in the summary, never dropped."""
    counts = np.zeros(size)
    unplaced: defaultdict[str, float] = defaultdict(float)
    for code, total in rows:
        number = position.get(code)
        if number is None:
            number = position.get(places.current(code) or "")
        if number is None:
            unplaced[code] += float(total)
        else:
            counts[number] += float(total)
    return counts, dict(unplaced)


def matrix_of(dataset: Dataset | None) -> estimate.Matrix | None:
    """The arrays of a loaded travel-time matrix."""
    return _matrix(dataset.pk) if dataset else None


@lru_cache(maxsize=2)
def _matrix(dataset_pk: int) -> estimate.Matrix:
    block = TravelMatrix.objects.values_list("arrays", flat=True).get(dataset=dataset_pk)
    with np.load(io.BytesIO(bytes(block)), allow_pickle=False) as archive:
        return estimate.Matrix(
            archive["codes"], archive["origin"], archive["destination"], archive["minutes"]
        )
