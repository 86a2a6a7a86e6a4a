"""The published access to care of the demo: the APL of its own supply, roads and ages, and its zonings."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from maillage.demo.care import Care, Practitioner
from maillage.demo.geography import Floats, Integers
from maillage.demo.people import CLASSES, Population
from maillage.diagnosis.estimate import parameters_for
from maillage.diagnosis.professions import PROFESSIONS
from maillage.science.apl import ActivityBounds, AplParameters, apl, capped_activity, standardised_population
from maillage.science.travel import TravelTimes

AGE_BOUNDS = (None, 65, 62, 60)
# What separates the published APL from one that can be recomputed.
NOISE = 0.03
ROUNDING = {"mg": 3}

# Shares of the population, from the worst served to the best.
DOCTORS_ZONES = (("ZIP", 0.3), ("ZAC", 0.4), ("HZ", 0.3))
OTHER_ZONES = (
    ("très sous-dotée", 0.13),
    ("sous-dotée", 0.19),
    ("intermédiaire", 0.42),
    ("très dotée", 0.14),
    ("sur-dotée", 0.12),
)


@dataclass(frozen=True, slots=True)
class PublishedApl:
    """One profession, one year. `values`: by age bound (None: all ages), one array per commune."""

    profession: str
    year: int
    values: dict[int | None, Floats]
    standardised: Floats
    population: Integers


def publish_apl(
    people: Population, care: Care, minutes: Floats, year: int, profession: str, noise: Floats
) -> PublishedApl:
    """The APL of a year by age bound, by the formula of `maillage.science.apl`, times a small noise."""
    parameters = parameters_for(PROFESSIONS[profession], year)
    counts = people.women(year) if profession == "sf" else people.ages(year)
    standardised, _ = standardised_population(_in_classes(counts, parameters), parameters.ages)
    accessibility = apl(_times(minutes, parameters.decay.limit), standardised, parameters)
    active = care.active(profession, year)
    values: dict[int | None, Floats] = {}
    for bound in AGE_BOUNDS:
        kept = [p for p in active if bound is None or p.age_in(year) <= bound]
        scores = accessibility.scores(_supply(kept, parameters, len(standardised))).values
        values[bound] = np.round(scores * noise, ROUNDING.get(profession, 1))
    return PublishedApl(profession, year, values, np.round(standardised, 3), people.in_year(year))


def make_noise(communes: int, rng: np.random.Generator) -> Floats:
    return rng.lognormal(0, NOISE, communes)


def zones(published: PublishedApl) -> list[str]:
    """The class of each commune: communes ranked by their APL, cut at shares of the population."""
    classes = DOCTORS_ZONES if published.profession == "mg" else OTHER_ZONES
    order = np.argsort(published.values[None], kind="stable")
    rank = np.empty(len(order))
    rank[order] = np.cumsum(published.population[order]) / published.population.sum()
    ends = np.cumsum([share for _, share in classes])[:-1]
    return [classes[index][0] for index in np.searchsorted(ends, rank, side="left")]


def _in_classes(counts: Integers, parameters: AplParameters) -> Integers:
    """Five-year classes gathered into those of the parameters."""
    starts = np.array(parameters.ages.starts)
    groups = np.searchsorted(starts, 5 * np.arange(CLASSES), side="right") - 1
    gathered = np.zeros((len(counts), len(starts)), dtype=np.int64)
    for group in range(len(starts)):
        gathered[:, group] = counts[:, groups == group].sum(axis=1)
    return gathered


def _times(minutes: Floats, limit: float) -> TravelTimes:
    origin, place = np.nonzero(minutes <= limit)
    size = len(minutes)
    return TravelTimes.from_pairs(origin, place, minutes[origin, place], origins=size, places=size)


def _supply(active: list[Practitioner], parameters: AplParameters, communes: int) -> Floats:
    """What practitioners offer at each commune, each person split over their sites."""
    supply = np.zeros(communes)
    offered = np.array([p.activity for p in active])
    if isinstance(parameters.activity, ActivityBounds) and len(offered):
        offered = capped_activity(offered, parameters.activity)
    for practitioner, units in zip(active, offered.tolist(), strict=True):
        supply[list(practitioner.sites)] += units / len(practitioner.sites)
    return supply
