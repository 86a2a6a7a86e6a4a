"""Prévision : 1 000 tirages jusqu'en 2035, un département puis la France entière."""

from dataclasses import dataclass
from time import perf_counter

import numpy as np

from bench.row import Row
from bench.territory import points
from maillage.science.accessibility import Catchments
from maillage.science.apl import apl_parameters
from maillage.science.demography.careers import Workforce, of_counts
from maillage.science.demography.parameters import GENERAL_PRACTITIONERS
from maillage.science.demography.projection import Demand, Forecast, Level, project
from maillage.science.demography.pyramids import pyramid
from maillage.science.travel import straight_line

START, HORIZON, DRAWS = 2023, 2035, 1000
SHARES_OVER = {55: 0.48, 62: 0.21, 65: 0.12}
COUNTRY = {"communes": 35_000, "practitioners": 60_000, "territories": 100, "epci": 1_250}
DEPARTEMENT = {"communes": 700, "practitioners": 1_300, "territories": 4, "epci": 25}


@dataclass(frozen=True)
class Case:
    workforce: Workforce
    demand: Demand
    levels: dict[str, Level]

    def run(self) -> Forecast:
        return project(
            self.workforce,
            GENERAL_PRACTITIONERS,
            self.levels,
            start=START,
            to=HORIZON,
            draws=DRAWS,
            demand=self.demand,
        )


def run() -> list[Row]:
    return [
        row("1 000 tirages d'un département et de ses voisins", DEPARTEMENT, "< 5 s"),
        row("1 000 tirages de la France entière", COUNTRY, "< 60 s"),
    ]


def row(name: str, size: dict[str, int], target: str) -> Row:
    case = made(**size)
    start = perf_counter()
    drawn = case.run()
    seconds = perf_counter() - start
    width = drawn.areas["all"].heads.at(HORIZON - START, 0)
    note = (
        f"{size['communes']} communes, {size['practitioners']} praticiens, {HORIZON - START} ans ; "
        f"en {HORIZON}, 95 chances sur 100 entre {width.low_95:.0f} et {width.high_95:.0f}"
    )
    return Row(name, seconds, "s", target=target, note=note)


def made(communes: int, practitioners: int, territories: int, epci: int) -> Case:
    """Practitioners dealt by population over part of the synthetic country, as dense as the whole."""
    whole = points(COUNTRY["communes"], 0.35, seed=5)
    people = whole.population()[:communes]
    times = straight_line(whole.lon[:communes], whole.lat[:communes], limit_minutes=20)
    counts = np.random.default_rng(6).multinomial(practitioners, people / people.sum())
    territory = np.arange(communes) * territories // communes
    shares = pyramid(SHARES_OVER, GENERAL_PRACTITIONERS)
    rows = {
        "commune": np.arange(communes),
        "epci": np.arange(communes) * epci // communes,
        "all": np.zeros(communes, dtype=np.int64),
    }
    return Case(
        of_counts(counts, territory, np.tile(shares, (territories, 1)), people),
        Demand(Catchments(times, apl_parameters("mg", 2023).decay), people, unit=5400.0),
        {name: Level(np.unique(area).astype(str), area, area) for name, area in rows.items()},
    )
