"""A forecast as a result keeps it, and read back: no figure of it exists without its intervals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from maillage.diagnosis.frame import by_area
from maillage.diagnosis.professions import Profession, profession
from maillage.kit.console import Refused
from maillage.lab.forecasting import MESHES, Backtest, TerritoryForecast, as_document, backtest_document
from maillage.lab.inputs import TERRITORY
from maillage.science.checks import ScienceError
from maillage.science.demography.fans import Fan, Interval
from maillage.science.demography.parameters import Assumptions, from_document
from maillage.science.demography.projection import AreaForecast
from maillage.territories.keys import Key, parse
from maillage.territories.models import Commune, Epci

PRACTITIONERS, WORK, ACCESS = "practitioners", "work", "access"
MEASURES: Final = (PRACTITIONERS, WORK, ACCESS)
# More decimals than a page shows, fewer than the draws know.
DECIMALS = 5


@dataclass(frozen=True)
class Area:
    """The forecast of one area; a measure is None where it cannot be forecast.

    :ivar figures: by measure, one interval a year.
    """

    code: str
    name: str
    people: float | None
    figures: Mapping[str, tuple[Interval, ...] | None]


@dataclass(frozen=True)
class Foreseen:
    """A kept forecast. There is no way to build one with a figure out of its interval."""

    document: Mapping[str, Any]
    years: tuple[int, ...]
    own: Area
    areas: Mapping[str, tuple[Area, ...]]
    assumptions: Assumptions

    @property
    def profession(self) -> Profession:
        return profession(self.document["profession"])

    @property
    def territory(self) -> Key:
        return parse(self.document["territory"])


def kept(made: TerritoryForecast, tried: Backtest | None) -> dict[str, Any]:
    """The whole forecast as JSON: every area with its bounds, what is supposed, the trial on the past."""
    document = as_document(made)
    del document["years"]
    drawn = made.forecast
    names = _names(made.diagnosis.territory.key) | {document["territory"]: document["name"]}
    people = _people(made)
    document["years"] = list(drawn.years)
    document["own"] = _areas(drawn.areas[TERRITORY], names, people)[0]
    document["areas"] = {mesh: _areas(drawn.areas[mesh], names, people) for mesh in MESHES}
    document["backtest"] = backtest_document(tried) if tried else None
    return document


def read(document: Mapping[str, Any]) -> Foreseen:
    """A kept forecast. Raises Refused when a bound is missing anywhere: such a thing is not displayed."""
    try:
        years = tuple(document["years"])
        return Foreseen(
            document,
            years,
            _area(document["own"], years),
            {mesh: tuple(_area(area, years) for area in document["areas"][mesh]) for mesh in MESHES},
            from_document(document["parameters"]),
        )
    except (KeyError, TypeError, ValueError, ScienceError) as error:
        raise Refused(
            "Cette prévision est incomplète : une prévision ne s'affiche pas sans ses intervalles ni ses "
            "hypothèses. Refaites-la."
        ) from error


def _areas(
    area: AreaForecast, names: Mapping[str, str], people: Mapping[str, float | None]
) -> list[dict[str, Any]]:
    fans = dict(zip(MEASURES, (area.heads, area.work, area.access), strict=True))
    return [
        {"code": code, "name": names.get(code, code), "people": people.get(code)}
        | {measure: _bounds(fan, row) for measure, fan in fans.items()}
        for row, code in enumerate(area.codes.tolist())
    ]


def _bounds(fan: Fan | None, row: int) -> list[list[float]] | None:
    """Year by year, the five bounds in increasing order; None where there is no forecast."""
    if fan is None or not fan.known[row]:
        return None
    rows: list[list[float]] = fan.bounds[:, row].round(DECIMALS).tolist()
    return rows


def _area(given: Mapping[str, Any], years: Sequence[int]) -> Area:
    figures = {measure: _intervals(given[measure], len(years)) for measure in MEASURES}
    return Area(str(given["code"]), str(given["name"]), given["people"], figures)


def _intervals(bounds: Sequence[Sequence[float]] | None, years: int) -> tuple[Interval, ...] | None:
    if bounds is None:
        return None
    if len(bounds) != years:
        raise ValueError("one interval a year")
    return tuple(Interval(*row) for row in bounds)


def _names(key: Key) -> dict[str, str]:
    communes = Commune.objects.within(key.level, key.code)
    epci = Epci.objects.filter(pk__in=communes.order_by().values("epci"))
    return dict(communes.values_list("code", "name")) | dict(epci.order_by("pk").values_list("pk", "name"))


def _people(made: TerritoryForecast) -> dict[str, float | None]:
    found: dict[str, float | None] = {}
    for mesh in MESHES:
        table = by_area(made.diagnosis.frame, mesh)
        pairs = zip(table["code"].tolist(), table["population"].tolist(), strict=True)
        found |= {code: value if value == value else None for code, value in pairs}
    return found
