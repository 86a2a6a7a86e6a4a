"""Who serves a commune and whom it serves: the exact parts of the estimated APL, and what it lacks."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from maillage.diagnosis import estimate
from maillage.diagnosis.frame import Frame
from maillage.diagnosis.reading import Diagnosis
from maillage.diagnosis.snapshots import matrix_of
from maillage.science.travel import TravelTimes
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


@dataclass(frozen=True, slots=True)
class Served:
    """Inhabitants of a commune who come to another: `share` of the consultations given there."""

    code: str
    name: str
    minutes: float
    population: float
    share: float


@dataclass(frozen=True, slots=True)
class Lack:
    """What a commune lacks to reach a threshold of access, and how many settling there would bring it."""

    access: float
    practitioners: float


def contributions(diagnosis: Diagnosis) -> list[Contribution]:
    """The places that serve a commune, the largest part first; their amounts sum to its estimate.

    amount_j = w(minutes_ij) · S_j / D_j · calibration: one row of the floating catchment, nothing estimated
    anew: it is also what the commune would lose if the place closed. Empty when the commune has no estimate.
    """
    whole = diagnosis.whole
    unit = _unit(diagnosis)
    if unit is None:
        return []
    places, times = _around(diagnosis, unit)
    pairs = slice(times.indptr[places.searchsorted(unit)], times.indptr[places.searchsorted(unit) + 1])
    near, minutes = places[times.indices[pairs]], times.minutes[pairs]
    amounts = _weights(diagnosis, minutes) * _rate(diagnosis)[near]
    total = amounts.sum()
    names = _names(whole, near)
    found = [
        Contribution(code, names.get(code, code), float(at), float(count), float(amount), amount / total)
        for code, at, count, amount in zip(
            whole["commune"][near].tolist(), minutes, whole["count"][near], amounts.tolist(), strict=True
        )
        if amount > 0
    ]
    return sorted(found, key=lambda part: -part.amount)


def served(diagnosis: Diagnosis) -> list[Served]:
    """The communes whose inhabitants a commune serves, the largest share first; their shares sum to one.

    share_i = w(minutes_ij) · P_i / D_j: one column of the floating catchment. Empty without practitioners.
    """
    whole = diagnosis.whole
    unit = _unit(diagnosis)
    if unit is None or not whole["supply"][unit] > 0 or not whole["demand"][unit] > 0:
        return []
    homes, times = _around(diagnosis, unit)
    to_unit = times.indices == homes.searchsorted(unit)
    origins = np.repeat(np.arange(times.origins), np.diff(times.indptr))[to_unit]
    near, minutes = homes[origins], times.minutes[to_unit]
    shares = _weights(diagnosis, minutes) * whole["standardised_population"][near] / whole["demand"][unit]
    names = _names(whole, near)
    found = [
        Served(code, names.get(code, code), float(at), float(people), share)
        for code, at, people, share in zip(
            whole["commune"][near].tolist(), minutes, whole["population"][near], shares.tolist(), strict=True
        )
        if share > 0
    ]
    return sorted(found, key=lambda one: -one.share)


def lack(diagnosis: Diagnosis, threshold: float) -> Lack | None:
    """What the access of a commune lacks to reach a threshold; None when it reaches it, or is not known.

    One more full-time practitioner settled there adds w(0) · unit / D · calibration to its access.
    """
    whole = diagnosis.whole
    unit = _unit(diagnosis)
    if unit is None:
        return None
    known = whole["apl"][unit] if np.isfinite(whole["apl"][unit]) else whole["apl_estimate"][unit]
    missing = threshold - float(known)
    if missing <= 0 or not whole["demand"][unit] > 0:
        return None
    one = diagnosis.profession.unit_supply * _worth(diagnosis) / float(whole["demand"][unit])
    return Lack(missing, missing / (one * float(_weights(diagnosis, np.zeros(1))[0])))


def _weights(diagnosis: Diagnosis, minutes: np.ndarray) -> np.ndarray:
    return estimate.parameters_for(diagnosis.profession, diagnosis.snapshot.vintage).decay(minutes)


def _worth(diagnosis: Diagnosis) -> float:
    """What turns supply over demand into the unit of the published access."""
    parameters = estimate.parameters_for(diagnosis.profession, diagnosis.snapshot.vintage)
    return float(parameters.per * diagnosis.snapshot.parameters["calibration"])


def _rate(diagnosis: Diagnosis) -> np.ndarray:
    """Access that each place gives to those who reach it at once; zero where nobody practises."""
    supply, demand = diagnosis.whole["supply"], diagnosis.whole["demand"]
    offers = (supply > 0) & (demand > 0)
    rate = np.divide(supply, demand, out=np.zeros(len(supply)), where=offers)
    return rate * _worth(diagnosis)


def _names(whole: Frame, units: np.ndarray) -> dict[str, str]:
    codes = whole["commune"][units].tolist()
    return dict(Commune.objects.filter(code__in=codes).values_list("code", "name"))


def _unit(diagnosis: Diagnosis) -> int | None:
    """The unit of the whole frame that stands for the commune: its most populous one with an estimate."""
    whole = diagnosis.whole
    own = np.flatnonzero(
        (whole["commune"] == diagnosis.territory.key.code) & np.isfinite(whole["apl_estimate"])
    )
    return int(own[np.argmax(np.nan_to_num(whole["population"][own]))]) if len(own) else None


def _around(diagnosis: Diagnosis, unit: int) -> tuple[np.ndarray, TravelTimes]:
    """The units around one, in increasing number, and the minutes between them within reach of the APL."""
    whole = diagnosis.whole
    # A degree of latitude is more than an hour and a half away: a box keeps the search small.
    box = (
        np.isfinite(whole["demand"])
        & (np.abs(whole["lat"] - whole["lat"][unit]) < 1)
        & (np.abs(whole["lon"] - whole["lon"][unit]) < 2)
    )
    near = np.flatnonzero(box)
    times = estimate.travel_times(
        whole["commune"][near],
        whole["lon"][near],
        whole["lat"][near],
        limit_minutes=estimate.parameters_for(diagnosis.profession, diagnosis.snapshot.vintage).decay.limit,
        matrix=matrix_used(diagnosis),
    )
    return near, times


def matrix_used(diagnosis: Diagnosis) -> estimate.Matrix | None:
    """The matrix the snapshot was made with, when it was, and is still loaded."""
    used = [source["sha256"] for source in diagnosis.snapshot.sources if source["kind"] == "travel_times"]
    return matrix_of(Dataset.objects.active().filter(kind="travel_times", sha256__in=used).first())
