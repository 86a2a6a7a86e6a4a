"""Forecasts of a territory: drawn from its snapshot, read by year with their intervals, tried on the past."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from maillage.diagnosis.frame import Floats, Frame, by_area, weighted
from maillage.diagnosis.models import columns_of
from maillage.diagnosis.origins import origin
from maillage.diagnosis.reading import Diagnosis, snapshot_for, vintages
from maillage.kit.console import Refused
from maillage.lab.inputs import COMMUNE, EPCI, TERRITORY, Inputs, gather, warnings
from maillage.science.checks import ScienceError
from maillage.science.demography.backtest import Accuracy, accuracy, series_break
from maillage.science.demography.fans import Fan
from maillage.science.demography.parameters import Assumptions, assumptions_for
from maillage.science.demography.projection import AreaForecast, Forecast, project
from maillage.territories.keys import Key
from maillage.territories.places import Territory

MESHES = (EPCI, COMMUNE)
DEFAULT_HORIZON = 2035
CONSTANT_POPULATION = (
    "La population est supposée constante : aucune projection par commune n'est parmi les données chargées."
)
# The series of the GPs changed its method in 2022; what really changed from 2021 was published with it, at
# constant method (Drees, communiqué de l'APL 2022). The rest of the gap between both series is the method.
OLD_METHOD, NEW_METHOD, REAL_CHANGE = 2021, 2022, -0.008


@dataclass(frozen=True)
class TerritoryForecast:
    """The forecast of a territory, and what it was made from."""

    diagnosis: Diagnosis
    inputs: Inputs
    forecast: Forecast

    @property
    def warnings(self) -> list[str]:
        """What makes it less sure, in sentences."""
        supply = origin(self.diagnosis.snapshot).supply
        return [*warnings(self.diagnosis, self.inputs, supply), CONSTANT_POPULATION, self._ages]

    @property
    def _ages(self) -> str:
        sources = sorted({source.title for source in self.inputs.ages if source.title})
        origin_of_ages = " ; ".join(sources) or "pyramide supposée"
        return (
            "Aucun âge n'est publié par praticien : chaque tirage en donne un à chacun, d'après la pyramide "
            f"de son département ({origin_of_ages})."
        )


def forecast(
    territory: Territory,
    profession: str,
    *,
    to: int = DEFAULT_HORIZON,
    draws: int = 1000,
    seed: int = 1,
    vintage: int | None = None,
    assumptions: Assumptions | None = None,
    progress: Callable[[float], object] | None = None,
) -> TerritoryForecast:
    """Practitioners and access of a territory, its EPCI and its communes, year by year to `to`.

    Drawn from the latest snapshot, or that of a vintage. Raises Refused with one sentence.

    :param progress: told the share of the draws done; what it raises stops everything.
    """
    diagnosis = Diagnosis(territory, snapshot_for(profession, vintage, territory.key))
    start = diagnosis.snapshot.vintage
    if to <= start:
        raise Refused(f"Les données sont de {start} : demandez une année postérieure, et non {to}.")
    supposed = assumptions or assumptions_for(profession)
    try:
        inputs = gather(diagnosis, supposed)
        drawn = project(
            inputs.workforce,
            supposed,
            inputs.levels,
            start=start,
            to=to,
            draws=draws,
            seed=seed,
            demand=inputs.demand,
            progress=progress,
        )
    except ScienceError as error:
        raise Refused(str(error)) from error
    return TerritoryForecast(diagnosis, inputs, drawn)


@dataclass(frozen=True)
class Backtest:
    """A forecast made from an old vintage against the access published since, by mesh and year.

    :ivar method_factor: what the change of method multiplied the later series by: they are divided by it.
        None when both sides of the change are not loaded, or there is none.
    """

    start: int
    accuracies: dict[str, list[Accuracy]]
    method_factor: float | None


def backtest(
    territory: Territory,
    profession: str,
    *,
    draws: int = 1000,
    seed: int = 1,
    assumptions: Assumptions | None = None,
    progress: Callable[[float], object] | None = None,
) -> Backtest:
    """Forecast from the oldest vintage loaded and compare with the access published since.

    Raises Refused when fewer than two vintages are loaded.
    """
    start, *later = sorted(vintages(profession, territory.key))
    if not later:
        raise Refused(
            "L'essai sur le passé demande l'APL publiée de deux millésimes au moins : chargez aussi un "
            "ancien classeur de la Drees."
        )
    made = forecast(
        territory,
        profession,
        to=later[-1],
        draws=draws,
        seed=seed,
        vintage=start,
        assumptions=assumptions,
        progress=progress,
    )
    factor = method_factor(profession, [start, *later], territory.key)
    found: dict[str, list[Accuracy]] = {}
    for year in later:
        diagnosis = Diagnosis(territory, snapshot_for(profession, year, territory.key))
        divided = factor if factor and start < NEW_METHOD <= year else 1.0
        for mesh, area in made.forecast.areas.items():
            observed, people = _published(diagnosis, mesh, area)
            if area.access is not None and np.isfinite(observed).any():
                compared = accuracy(area.access, year - start, year, observed / divided, people)
                found.setdefault(mesh, []).append(compared)
    return Backtest(start, found, factor)


def _published(diagnosis: Diagnosis, mesh: str, area: AreaForecast) -> tuple[Floats, Floats]:
    """Access published for the areas of a mesh, NaN where it is not, and their population."""
    if mesh == TERRITORY:
        return np.array([_mean(diagnosis.frame)]), np.ones(1)
    table = by_area(diagnosis.frame, mesh)
    values = dict(zip(table["code"].tolist(), table["apl"].tolist(), strict=True))
    people = dict(zip(table["code"].tolist(), table["population"].tolist(), strict=True))
    codes = area.codes.tolist()
    return (
        np.array([values.get(code, np.nan) for code in codes]),
        np.nan_to_num(np.array([people.get(code, np.nan) for code in codes])),
    )


def method_factor(profession: str, loaded: Collection[int], key: Key) -> float | None:
    """The change of method of the GPs' series, measured on every commune of both sides."""
    if profession != "mg" or not {OLD_METHOD, NEW_METHOD} <= set(loaded):
        return None
    before, after = (
        _mean(Frame(columns_of(snapshot_for(profession, year, key).pk))) for year in (OLD_METHOD, NEW_METHOD)
    )
    return series_break(before, after, REAL_CHANGE)


def _mean(frame: Frame) -> float:
    """Mean published access, weighted as it is published; NaN where there is none."""
    known, people = weighted(frame["apl"], frame["standardised_population"])
    return float(known @ people / people.sum()) if len(known) else np.nan


def as_document(made: TerritoryForecast, *, mesh: str | None = None) -> dict[str, Any]:
    """The document of `maillage forecast --format json`; with a mesh, its areas too."""
    diagnosis, drawn = made.diagnosis, made.forecast
    document: dict[str, Any] = {
        "territory": str(diagnosis.territory.key),
        "name": diagnosis.territory.name,
        "profession": diagnosis.profession.code,
        "vintage": diagnosis.snapshot.vintage,
        "to": drawn.years[-1],
        "draws": drawn.draws,
        "seed": drawn.seed,
        "units": {
            "practitioners": "praticiens",
            "work": "praticiens du départ, chacun pour 1",
            "access": diagnosis.profession.apl_unit,
        },
        "years": years_of(drawn, drawn.areas[TERRITORY], 0),
    }
    if mesh is not None:
        area = drawn.areas[mesh]
        document["mesh"] = mesh
        document["areas"] = [
            {"code": code, "years": years_of(drawn, area, row)}
            for row, code in enumerate(area.codes.tolist())
        ]
    return document | {
        "parameters": drawn.assumptions.as_document(),
        "ages": [source.as_dict() for source in made.inputs.ages],
        "warnings": made.warnings,
        "snapshot": {
            "fingerprint": diagnosis.snapshot.fingerprint,
            "parameters": diagnosis.snapshot.parameters,
            "sources": diagnosis.snapshot.sources,
        },
    }


def years_of(drawn: Forecast, area: AreaForecast, row: int) -> list[dict[str, Any]]:
    """The figures of an area, year by year, each with its intervals; None where it cannot be forecast."""
    fans = {"practitioners": area.heads, "work": area.work, "access": area.access}
    return [
        {"year": year} | {name: _interval(fan, position, row) for name, fan in fans.items()}
        for position, year in enumerate(drawn.years)
    ]


def backtest_document(tried: Backtest) -> dict[str, Any]:
    """The errors of the past, as the JSON of the command gives them."""
    return {
        "from": tried.start,
        "method_factor": tried.method_factor,
        "accuracy": {
            mesh: [
                asdict(entry) | {"coverage": {str(level): share for level, share in entry.coverage.items()}}
                for entry in entries
            ]
            for mesh, entries in tried.accuracies.items()
        },
    }


def _interval(fan: Fan | None, position: int, row: int) -> dict[str, float] | None:
    return asdict(fan.at(position, row)) if fan is not None and fan.known[row] else None
