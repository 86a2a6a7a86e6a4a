"""Accessibilité : un E2SFCA national à côté de PySAL access, et l'APL d'un pays entier."""

import logging
import os
import warnings
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pandas as pd

from bench.row import Row
from bench.territory import points
from bench.timing import fastest
from maillage.science.accessibility import Catchments
from maillage.science.apl import apl, apl_parameters
from maillage.science.checks import FloatArray
from maillage.science.decay import Steps
from maillage.science.travel import TravelTimes, straight_line

STEPS = Steps((10.0, 20.0, 30.0), (1.0, 0.68, 0.22))
COMMUNES, PLACES, SCENARIOS = 35_000, 20_000, 64
TOLERANCE = 1e-9


def run() -> list[Row]:
    return national_e2sfca() + whole_country()


def national_e2sfca() -> list[Row]:
    homes, practices = points(COMMUNES, 0.35, seed=1), points(PLACES, 0.55, seed=2)
    population, supply = homes.population(), practices.supply()
    times = straight_line(homes.lon, homes.lat, practices.lon, practices.lat, limit_minutes=30, speed_kmh=42)
    pairs = (
        np.repeat(np.arange(COMMUNES), np.diff(times.indptr)),
        times.indices.astype(np.int64),
        times.minutes,
    )
    shuffle = np.random.default_rng(3).permutation(times.pairs)
    shuffled = tuple(column[shuffle] for column in pairs)
    supplies = supply[:, None] * np.random.default_rng(4).uniform(0.5, 1.5, SCENARIOS)

    def from_raw(origin: np.ndarray, place: np.ndarray, minutes: np.ndarray) -> FloatArray:
        raw = TravelTimes.from_pairs(origin, place, minutes, origins=COMMUNES, places=PLACES)
        return Catchments(raw, STEPS).accessibility(population).scores(supply).values

    catchments = Catchments(times, STEPS)
    access = catchments.accessibility(population)
    peer = pysal(population, supply, pairs)
    gap = float(np.max(np.abs(from_raw(*pairs) - peer())) / np.max(peer()))
    if gap > TOLERANCE:
        raise AssertionError(f"scores differ from PySAL's by {gap}")
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        best = fastest(
            {
                "raw": lambda: from_raw(*pairs),
                "shuffled": lambda: from_raw(*shuffled),
                "prepared": lambda: catchments.accessibility(population).scores(supply),
                "threads": lambda: access.scores(supplies, executor=pool),
                "batch": lambda: access.scores(supplies),
                "increment": lambda: access.increment(7),
                "peer": peer,
            }
        )

    def row(what: str, name: str, target: str = "", note: str = "", *, share: int = 1) -> Row:
        return Row(f"E2SFCA, {what}", best[name] / share, "ms", best["peer"], "PySAL access", target, note)

    size = f"{COMMUNES} communes × {PLACES} lieux, {millions(times)} ; écart relatif {gap:.0e}"
    return [
        row("depuis les trajets bruts", "raw", "≥ × 100", size),
        row("depuis les trajets bruts, dans le désordre", "shuffled"),
        row("zones de patientèle préparées", "prepared", "≥ × 700"),
        row(f"une offre parmi {SCENARIOS}, plusieurs fils", "threads", "≥ × 3 000", share=SCENARIOS),
        row(f"une offre parmi {SCENARIOS}, un seul fil", "batch", "≥ × 3 000", share=SCENARIOS),
        row("de l'offre ajoutée à un lieu", "increment"),
    ]


def pysal(
    population: FloatArray, supply: FloatArray, pairs: tuple[np.ndarray, ...]
) -> Callable[[], FloatArray]:
    """The same computation by PySAL, its object built outside the clock."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import access

    peer = access.Access(
        demand_df=pd.DataFrame({"id": range(COMMUNES), "people": population}),
        demand_index="id",
        demand_value="people",
        supply_df=pd.DataFrame({"id": range(PLACES), "doctors": supply}),
        supply_index="id",
        supply_value="doctors",
        cost_df=pd.DataFrame(dict(zip(("origin", "place", "minutes"), pairs, strict=True))),
        cost_origin="origin",
        cost_dest="place",
        cost_name="minutes",
    )
    # It reports at each run that it overwrites its own column.
    logging.getLogger("access").setLevel(logging.WARNING)
    weights = access.weights.step_fn(dict(zip(STEPS.bounds, STEPS.weights, strict=True)))

    def scores() -> FloatArray:
        table = peer.enhanced_two_stage_fca(weight_fn=weights)
        return table.iloc[:, 0].reindex(range(COMMUNES)).fillna(0.0).to_numpy()

    return scores


def whole_country() -> list[Row]:
    communes = points(COMMUNES, 0.35, seed=5)
    population, supply = communes.population(), communes.supply()
    official = apl_parameters("mg", 2023)

    def national() -> TravelTimes:
        times = straight_line(communes.lon, communes.lat, limit_minutes=official.decay.limit)
        apl(times, population, official).scores(supply)
        return times

    name = f"APL de {COMMUNES} communes, temps à vol d'oiseau compris"
    best = fastest({name: national})
    return [Row(name, best[name], "ms", target="< 2 000 ms", note=millions(national()))]


def millions(times: TravelTimes) -> str:
    return f"{times.pairs / 1e6:.2f} millions de trajets".replace(".", ",")
