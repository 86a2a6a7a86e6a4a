"""From the columns of a snapshot to what a projection asks for: who practises where, and who reaches them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from maillage.diagnosis.frame import Floats, Frame, by_area, weighted
from maillage.diagnosis.published import published_density
from maillage.diagnosis.reading import Diagnosis
from maillage.kit.console import Refused
from maillage.kit.text import number
from maillage.kit.words import counted
from maillage.lab.ages import AgeSource, age_sources
from maillage.lab.reach import around, parameters_of, reached
from maillage.science.accessibility import Catchments
from maillage.science.demography.careers import Workforce, of_counts
from maillage.science.demography.parameters import Assumptions
from maillage.science.demography.projection import Demand, Level
from maillage.science.demography.pyramids import pyramid
from maillage.science.travel import TravelTimes

TERRITORY, EPCI, COMMUNE = "territory", "epci", "commune"


@dataclass(frozen=True, eq=False)
class Inputs:
    """What a territory gives to a projection; `unplaced` practitioners are of communes without access."""

    workforce: Workforce
    demand: Demand
    levels: dict[str, Level]
    ages: list[AgeSource]
    unplaced: float
    uncounted: int


def gather(diagnosis: Diagnosis, assumptions: Assumptions) -> Inputs:
    """The practitioners within reach of a territory, its areas, and the ages that are published.

    Raises Refused when no practitioner is located in the territory.
    """
    whole, own = diagnosis.whole, diagnosis.frame
    inside = whole.is_within(diagnosis.territory.key)
    placed = np.isfinite(whole["demand"])
    if not (whole["count"][inside & placed] > 0).any():
        raise Refused(
            f"Aucun praticien n'est localisé dans {diagnosis.territory.name} : il n'y a rien à projeter. "
            "Chargez les équipements de la BPE ou le registre RPPS."
        )
    parameters = parameters_of(diagnosis)
    near, times = around(diagnosis, inside & placed)
    kept = reached(times, inside[near])
    places = near[kept]
    departements, territory = np.unique(whole["departement"][places], return_inverse=True)
    ages = age_sources(whole, departements.tolist(), diagnosis.profession)
    return Inputs(
        workforce=of_counts(
            whole["count"][places],
            territory,
            np.stack([pyramid(source.over, assumptions) for source in ages]),
            np.nan_to_num(whole["population"][places]),
        ),
        demand=Demand(
            Catchments(_to_places(times, kept), parameters.decay),
            whole["standardised_population"][near],
            per=parameters.per,
            unit=diagnosis.profession.unit_supply * diagnosis.snapshot.parameters["calibration"],
        ),
        levels=_levels(str(diagnosis.territory.key), own, whole, inside, near, places),
        ages=ages,
        unplaced=float(np.nansum(whole["count"][inside & ~placed])),
        uncounted=int(np.isnan(whole["count"][inside]).sum()),
    )


def _to_places(times: TravelTimes, places: NDArray[np.intp]) -> TravelTimes:
    """The same times, to some places only, numbered in their order."""
    rank = np.full(times.places, -1)
    rank[places] = np.arange(len(places))
    origin = np.repeat(np.arange(times.origins), np.diff(times.indptr))
    kept = rank[times.indices] >= 0
    return TravelTimes.from_pairs(
        origin[kept],
        rank[times.indices[kept]],
        times.minutes[kept],
        origins=times.origins,
        places=len(places),
    )


def _levels(
    key: str,
    own: Frame,
    whole: Frame,
    inside: NDArray[np.bool_],
    near: NDArray[np.intp],
    places: NDArray[np.intp],
) -> dict[str, Level]:
    """The territory, its EPCI and its communes: their units, and the access published for them."""
    known, people = weighted(own["apl"], own["standardised_population"])
    mean = np.array([known @ people / people.sum() if len(known) else np.nan])
    single = np.where(inside, 0, -1)
    levels = {TERRITORY: Level(np.array([key]), single[places], single[near], _start(mean))}
    for name in (EPCI, COMMUNE):
        table = by_area(own, name)
        rows = np.searchsorted(table["code"], whole[name])
        rows[~np.isin(whole[name], table["code"]) | ~inside] = -1
        levels[name] = Level(table["code"], rows[places], rows[near], _start(table["apl"]))
    return levels


def _start(published: Floats) -> Floats | None:
    """What the access of a level starts from; None where nothing at all is published."""
    return published if np.isfinite(published).any() else None


def warnings(diagnosis: Diagnosis, inputs: Inputs, supply: tuple[str, int | None]) -> list[str]:
    """What makes a forecast less sure, in sentences."""
    title, year = supply
    found = [*diagnosis.warnings]
    if year is not None and year != diagnosis.snapshot.vintage:
        found.append(
            f"Les praticiens sont localisés d'après « {title} » ({year}) et pris comme ceux de "
            f"{diagnosis.snapshot.vintage}."
        )
    official = published_density(diagnosis.territory.key, diagnosis.snapshot)
    located = float(np.nansum(diagnosis.frame["count"]))
    if official is not None and official.count is not None and round(located) != official.count:
        found.append(
            f"L'Assurance maladie compte {number(official.count)} praticiens ({official.dataset.vintage}), "
            f"la prévision part des {number(located)} localisés par commune : lisez l'évolution plutôt que "
            "le nombre."
        )
    if inputs.unplaced:
        found.append(
            f"Praticiens de communes sans position ou sans population, hors de la prévision : "
            f"{number(inputs.unplaced, 1)}."
        )
    if inputs.uncounted:
        found.append(
            f"{counted(inputs.uncounted, 'commune')} sans nombre de praticiens connu : rien n'y est projeté."
        )
    silent = [source.departement for source in inputs.ages if not source.over]
    if silent:
        found.append(
            f"Aucune part d'âge n'est publiée pour : {', '.join(silent)} ; la pyramide y est supposée."
        )
    contradicted = [source.departement for source in inputs.ages if source.left_out]
    if contradicted:
        found.append(
            "Des parts d'âge publiées ne s'accordent pas avec l'APL selon l'âge et sont écartées pour : "
            f"{', '.join(contradicted)}."
        )
    return found
