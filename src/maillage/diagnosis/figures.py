"""The value of each indicator over a territory, and what it was made from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from maillage.diagnosis.frame import APL_COLUMNS, THRESHOLD, Floats, Frame, age_bound, fragility, weighted
from maillage.diagnosis.indicators import Indicator, indicators
from maillage.diagnosis.professions import Profession
from maillage.kit.words import counted
from maillage.science import inequality
from maillage.science.agreement import spearman

# Fewer communes than this have no tenths worth naming.
FEWEST_FOR_TENTHS = 10


@dataclass(frozen=True, slots=True)
class Figure:
    """The value of an indicator in a territory, None when it is not known, and what it was made from."""

    indicator: Indicator
    value: float | None
    vintage: int | None
    source: str
    note: str = ""

    def as_dict(self) -> dict[str, Any]:
        """The entry of `maillage diagnose --format json`."""
        entry: dict[str, Any] = {
            "code": self.indicator.code,
            "label": self.indicator.label,
            "value": self.value,
            "unit": self.indicator.unit,
            "vintage": self.vintage,
            "definition": self.indicator.definition,
            "source": self.source,
        }
        return entry | ({"note": self.note} if self.note else {})


@dataclass(frozen=True, slots=True)
class Origin:
    """Where the columns of a frame come from: title and vintage of each part."""

    apl: tuple[str, int | None]
    supply: tuple[str, int | None]
    facilities: tuple[str, int | None]
    population: tuple[str, int | None]
    estimate: tuple[str, int | None]


def figures(frame: Frame, profession: Profession, origin: Origin) -> list[Figure]:
    """The value of every indicator over the units of a frame. What cannot be known is None, never zero."""
    known = indicators(profession)
    values = _values(frame, profession)
    notes = _notes(frame)
    result = []
    for code, indicator in known.items():
        title, vintage = _origin_of(code, origin)
        value = values.get(code)
        result.append(
            Figure(indicator, value, vintage, title, _note(code, notes) if value is not None else "")
        )
    return result


def _values(frame: Frame, profession: Profession) -> dict[str, float | None]:
    population = _sum(frame["population"])
    # A count that leaves units out would pass for the whole: not known in one, not known in all.
    count = _plain(frame["count"].sum())
    values: dict[str, float | None] = {
        "population": population,
        f"{profession.slug}_count": count,
        f"{profession.slug}_density_per_10000": _density(count, population),
        "apl_estimate_spearman": _spearman(frame),
    }
    for column in APL_COLUMNS:
        values |= apl_values(frame, column)
    values |= _fragility_values(frame)
    for service in ("practitioner", "pharmacy", "emergency"):
        column = f"minutes_{service}"
        values[column] = _mean(frame[column], frame["population"])
    return values | _inequality_values(frame)


def apl_values(frame: Frame, column: str) -> dict[str, float | None]:
    if not frame.knows(column):
        return {}
    result = {
        f"{column}_mean": _mean(frame[column], frame["standardised_population"]),
    }
    apl, population = weighted(frame[column], frame["population"])
    if not len(apl):
        return result
    result[f"{column}_share_under_2_5"] = inequality.share_under(apl, population, THRESHOLD)
    kept = np.isfinite(frame[column]) & (frame["population"] > 0) & (frame["standardised_population"] > 0)
    if kept.sum() >= FEWEST_FOR_TENTHS:
        tenths = inequality.tenth_means(
            frame[column][kept], frame["population"][kept], frame["standardised_population"][kept]
        )
        result |= {f"{column}_worst_tenth": _plain(tenths[0]), f"{column}_best_tenth": _plain(tenths[-1])}
    return result


def _fragility_values(frame: Frame) -> dict[str, float | None]:
    lost = _mean(fragility(frame.columns), frame["standardised_population"])
    bound = age_bound(frame.columns)
    if lost is None or bound is None:
        return {}
    # Both means over the communes where both are published.
    both = frame.where(np.isfinite(frame[f"apl_{bound}"]))
    apl = _mean(both["apl"], both["standardised_population"])
    return {"fragility": lost, "fragility_share": lost / apl if apl else None}


def _inequality_values(frame: Frame) -> dict[str, float | None]:
    apl, population = weighted(frame["apl"], frame["population"])
    if len(apl) < 2 or not (apl > 0).any():
        return {}
    theil = inequality.theil(apl, population, _groups(frame))
    return {
        "gini": inequality.gini(apl, population),
        "theil": theil.total,
        "theil_between_share": theil.between / theil.total if theil.total else None,
        "palma": _plain(inequality.palma_ratio(apl, population)) if len(apl) >= FEWEST_FOR_TENTHS else None,
    }


def _groups(frame: Frame) -> Any:
    kept = np.isfinite(frame["apl"]) & np.isfinite(frame["population"]) & (frame["population"] > 0)
    return frame["epci"][kept]


def _spearman(frame: Frame) -> float | None:
    both = np.isfinite(frame["apl"]) & np.isfinite(frame["apl_estimate"])
    return _plain(spearman(frame["apl"][both], frame["apl_estimate"][both])) if both.sum() >= 3 else None


def _mean(values: Floats, weights: Floats) -> float | None:
    kept, weight = weighted(values, weights)
    return inequality.weighted_mean(kept, weight) if len(kept) else None


def _sum(values: Floats) -> float | None:
    known = values[np.isfinite(values)]
    return float(known.sum()) if len(known) else None


def _density(count: float | None, population: float | None) -> float | None:
    return count / population * 10_000 if count is not None and population else None


def _plain(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None


def _origin_of(code: str, origin: Origin) -> tuple[str, int | None]:
    if code.startswith("apl_estimate"):
        return origin.estimate
    if code.startswith(("apl", "fragility", "gini", "theil", "palma")):
        return origin.apl
    if code.startswith(("minutes_pharmacy", "minutes_emergency")):
        return origin.facilities
    return origin.population if code == "population" else origin.supply


def _notes(frame: Frame) -> dict[str, str]:
    """What a reader must know of the figures of this territory."""
    unpublished = int((~np.isfinite(frame["apl"])).sum())
    left_out = counted(unpublished, "commune")
    bound = age_bound(frame.columns)
    return {
        "apl": f"{left_out} sans valeur publiée, hors du calcul." if unpublished else "",
        "fragility": f"Âge retenu : {bound} ans ou moins." if bound else "",
    }


def _note(code: str, notes: dict[str, str]) -> str:
    if code.startswith("fragility"):
        return notes["fragility"]
    published = code.startswith(("apl", "gini", "theil", "palma")) and not code.startswith("apl_estimate")
    return notes["apl"] if published else ""
