"""Who serves a commune, and from where: the exact parts of its estimated APL."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from maillage.diagnosis import estimate
from maillage.diagnosis.frame import Frame
from maillage.diagnosis.reading import Diagnosis
from maillage.diagnosis.snapshots import matrix_of
from maillage.territories.models import Commune, Dataset


@dataclass(frozen=True, slots=True)
class Contribution:
    """What a commune's practitioners give to another: `amount` in APL units, `share` of its total."""

    code: str
    name: str
    minutes: float
    count: float
    amount: float
    share: float


def contributions(diagnosis: Diagnosis) -> list[Contribution]:
    """The places that serve a commune, the largest part first; their amounts sum to its estimate.

    amount_j = w(minutes_ij) · S_j / D_j · calibration: one row of the floating catchment, nothing estimated
    anew. Empty when the commune has no estimate.
    """
    whole = diagnosis.whole
    unit = _unit(diagnosis)
    if unit is None:
        return []
    parameters = estimate.parameters_for(diagnosis.profession, diagnosis.snapshot.vintage)
    near, minutes = _around(whole, unit, parameters.decay.limit, matrix_used(diagnosis))
    rate = whole["supply"][near] / whole["demand"][near]
    amounts = parameters.decay(minutes) * rate * parameters.per * diagnosis.snapshot.parameters["calibration"]
    total = amounts.sum()
    names = dict(Commune.objects.filter(code__in=whole["commune"][near].tolist()).values_list("code", "name"))
    found = [
        Contribution(
            code, names.get(code, code), float(at), float(count), float(amount), float(amount / total)
        )
        for code, at, count, amount in zip(
            whole["commune"][near].tolist(), minutes, whole["count"][near], amounts, strict=True
        )
        if amount > 0
    ]
    return sorted(found, key=lambda part: -part.amount)


def _unit(diagnosis: Diagnosis) -> int | None:
    """The unit of the whole frame that stands for the commune: its most populous one with an estimate."""
    whole = diagnosis.whole
    own = np.flatnonzero(
        (whole["commune"] == diagnosis.territory.key.code) & np.isfinite(whole["apl_estimate"])
    )
    return int(own[np.argmax(np.nan_to_num(whole["population"][own]))]) if len(own) else None


def _around(
    whole: Frame, unit: int, limit: float, matrix: estimate.Matrix | None
) -> tuple[np.ndarray, np.ndarray]:
    """Units with practitioners within reach of one, and the minutes to each."""
    places = np.flatnonzero((whole["supply"] > 0) & np.isfinite(whole["demand"]) & (whole["demand"] > 0))
    # A degree of latitude is more than an hour and a half away: a box keeps the search small.
    box = (np.abs(whole["lat"][places] - whole["lat"][unit]) < 1) & (
        np.abs(whole["lon"][places] - whole["lon"][unit]) < 2
    )
    subset = np.unique(np.append(places[box], unit))
    times = estimate.travel_times(
        whole["commune"][subset],
        whole["lon"][subset],
        whole["lat"][subset],
        limit_minutes=limit,
        matrix=matrix,
    )
    row = int(np.searchsorted(subset, unit))
    pairs = slice(times.indptr[row], times.indptr[row + 1])
    reached, minutes = subset[times.indices[pairs]], times.minutes[pairs]
    offers = whole["supply"][reached] > 0
    return reached[offers], minutes[offers]


def matrix_used(diagnosis: Diagnosis) -> estimate.Matrix | None:
    """The matrix the snapshot was made with, when it was, and is still loaded."""
    used = [source["sha256"] for source in diagnosis.snapshot.sources if source["kind"] == "travel_times"]
    return matrix_of(Dataset.objects.active().filter(kind="travel_times", sha256__in=used).first())
