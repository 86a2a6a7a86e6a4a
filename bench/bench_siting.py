"""Implanter : optimum prouvé sur un département, à côté de spopt, puis grandes tailles et France entière."""

import json
import logging
import resource
import warnings
from collections.abc import Callable
from pathlib import Path
from time import perf_counter
from typing import NamedTuple

import numpy as np

from bench.row import Row
from bench.territory import points
from maillage.science.accessibility import Catchments
from maillage.science.apl import apl_parameters
from maillage.science.checks import FloatArray
from maillage.science.inequality import weighted_quantile
from maillage.science.siting import (
    Choice,
    Effort,
    Ground,
    Options,
    Siting,
    mclp,
    p_centre,
    p_median,
    shortfall,
)
from maillage.science.travel import straight_line

COMMUNES = Path(__file__).resolve().parents[2] / "shared" / "data" / "communes" / "communes-france.json"
PEER_SECONDS = 60
PEER_GAP = 1e-4
"""What HiGHS takes for an optimum when nobody asks for better."""
P, RADIUS = 10, 15.0
BOOTH_FTE, VISITS = 0.3, 4_500.0
FAR = 3_000.0


class Communes(NamedTuple):
    lon: FloatArray
    lat: FloatArray
    people: FloatArray


def run() -> list[Row]:
    return department() + large() + country()


def communes(department: str | None) -> Communes:
    """Real ones when the open data is there, else as many synthetic ones."""
    if not COMMUNES.exists():
        made = points(507 if department else 34_900, 0.35, seed=5)
        return Communes(made.lon, made.lat, made.population() + 1)
    listed = json.loads(COMMUNES.read_text(encoding="utf-8"))
    found = [
        (*entry["centre"]["coordinates"], entry["population"])
        for entry in listed
        if department in (None, entry["codeDepartement"]) and entry.get("population") and "centre" in entry
    ]
    return Communes(*np.array(found, dtype=np.float64).T)


def department() -> list[Row]:
    lon, lat, people = communes("77")
    count = len(people)
    times = straight_line(lon, lat, limit_minutes=FAR)
    table = times.minutes.reshape(count, count)
    choice = Choice.of(count, p=P)
    where = f"Seine-et-Marne, {count} communes toutes candidates, {P} lieux"
    return [
        row(
            f"MCLP {RADIUS:.0f} min, {where}",
            lambda: mclp(times, people, choice, RADIUS),
            "< 5 s",
            spopt("MCLP", table, people, service_radius=RADIUS),
        ),
        row(
            f"p-médiane, {where}",
            lambda: p_median(times, people, choice),
            "< 5 s",
            spopt("PMedian", table, people),
        ),
        row(f"p-centre, {where}", lambda: p_centre(times, people, choice), "< 5 s", spopt("PCenter", table)),
        row(
            f"accès gagné sous le seuil, {where}",
            lambda: shortfall(ground(lon, lat, people), choice, quarter(lon, lat, people)),
            "< 2 s",
        ),
    ]


def large() -> list[Row]:
    homes, candidates = points(5_000, 0.35, seed=1), points(2_000, 0.35, seed=2)
    people = homes.population() + 1
    times = straight_line(homes.lon, homes.lat, candidates.lon, candidates.lat, limit_minutes=FAR)
    choice = Choice.of(2_000, p=50)
    where = "5 000 × 2 000, 50 lieux"
    return [
        row(f"MCLP 30 min, {where}", lambda: mclp(times, people, choice, 30.0), "< 30 s"),
        row(
            f"p-médiane, {where}",
            lambda: p_median(times, people, choice, effort=Effort(gap=0.01)),
            "< 60 s à 1 %",
            note="spopt n’est pas lancé : sa mémoire dépasse 12 Go, mesuré à part",
        ),
    ]


def country() -> list[Row]:
    lon, lat, people = communes(None)
    here, threshold = ground(lon, lat, people), quarter(lon, lat, people)
    choice = Choice.of(len(people), p=500)
    return [
        row(
            f"accès gagné sous le seuil, France, {len(people)} communes, 500 cabines",
            lambda: shortfall(here, choice, threshold, effort=Effort(gap=0.01)),
            "< 10 s à 1 %",
        )
    ]


def ground(lon: FloatArray, lat: FloatArray, people: FloatArray) -> Ground:
    """Scores of a made-up supply, and what a booth would add in each commune."""
    official = apl_parameters("mg", 2023)
    times = straight_line(lon, lat, limit_minutes=official.decay.limit)
    access = Catchments(times, official.decay).accessibility(people)
    supply = np.random.default_rng(1).poisson(people / 1_300) * VISITS
    booths = Options.everywhere(np.arange(len(people)), [(BOOTH_FTE * VISITS, 1.0)])
    return Ground.of(access, supply, booths)


def quarter(lon: FloatArray, lat: FloatArray, people: FloatArray) -> float:
    """The score under which a quarter of the inhabitants are."""
    return weighted_quantile(ground(lon, lat, people).scores, people, 0.25)


def row(
    name: str,
    ours: Callable[[], Siting],
    target: str,
    peer: Callable[[], float | None] | None = None,
    note: str = "",
) -> Row:
    """One run of each, the peer after; when it proves nothing, its time is that of its limit."""
    found = ours()
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    proof = f"{found.status}, écart {found.gap or 0:.2%}, mémoire {memory:.1f} Gio".replace(".", ",")
    if peer is None:
        return Row(name, found.seconds, "s", target=target, note="; ".join(filter(None, (proof, note))))
    start = perf_counter()
    value = peer()
    seconds = perf_counter() - start
    if value is not None and not np.isclose(value, found.objective or 0.0, rtol=PEER_GAP):
        raise AssertionError(f"{name}: spopt proves {value}, not {found.objective}")
    said = f"arrêté à {PEER_SECONDS} s sans preuve" if value is None else "même optimum"
    return Row(name, found.seconds, "s", seconds, "spopt, HiGHS", target, f"{proof} ; spopt : {said}")


def spopt(
    model: str, table: FloatArray, *weights: FloatArray, **options: float
) -> Callable[[], float | None]:
    """The same problem for the peer, its building counted in: the value it proves, None without proof."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import pulp
        from spopt import locate
    logging.getLogger("pulp").setLevel(logging.WARNING)

    def solve() -> float | None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            built = getattr(locate, model).from_cost_matrix(table, *weights, p_facilities=P, **options)
            built.problem.solve(pulp.HiGHS(msg=False, timeLimit=PEER_SECONDS))
        proven = built.problem.sol_status == pulp.LpSolutionOptimal
        return float(pulp.value(built.problem.objective)) if proven else None

    return solve
