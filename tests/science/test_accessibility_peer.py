"""The same scores as PySAL `access` on small random cases."""

import warnings

import numpy as np
import pandas as pd
import pytest

from maillage.science.accessibility import Catchments, Method
from maillage.science.decay import Steps, within
from maillage.science.travel import TravelTimes

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    access = pytest.importorskip("access")


def territory(seed: int) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    rng = np.random.default_rng(seed)
    pairs = pd.DataFrame(
        [(i, j, rng.uniform(0, 29)) for i in range(12) for j in range(7) if i % 7 == j or rng.random() < 0.5],
        columns=["origin", "dest", "minutes"],
    )
    demand = pd.DataFrame({"id": range(12), "people": rng.integers(1, 4000, 12)})
    supply = pd.DataFrame({"id": range(7), "doctors": rng.integers(0, 9, 7)})
    return demand, supply, pairs


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("measure", ["two_stage_fca", "enhanced_two_stage_fca", "three_stage_fca"])
def test_scores_equal_those_of_pysal(measure: str, seed: int) -> None:
    demand, supply, pairs = territory(seed)
    peer = access.Access(
        demand_df=demand,
        demand_index="id",
        demand_value="people",
        supply_df=supply,
        supply_index="id",
        supply_value="doctors",
        cost_df=pairs,
        cost_origin="origin",
        cost_dest="dest",
        cost_name="minutes",
    )
    steps = {10: 1.0, 20: 0.68, 30: 0.22}
    options = {"max_cost": 25} if measure == "two_stage_fca" else {"weight_fn": access.weights.step_fn(steps)}
    if measure == "three_stage_fca":
        options["max_cost"] = 30
    expected = getattr(peer, measure)(**options).iloc[:, 0].reindex(range(12)).fillna(0).to_numpy()

    decay = within(25) if measure == "two_stage_fca" else Steps(tuple(steps), tuple(steps.values()))
    method = Method.THREE_SFCA if measure == "three_stage_fca" else Method.E2SFCA
    times = TravelTimes.from_pairs(
        pairs["origin"].to_numpy(),
        pairs["dest"].to_numpy(),
        pairs["minutes"].to_numpy(),
        origins=12,
        places=7,
    )
    scores = Catchments(times, decay, method).accessibility(demand["people"]).scores(supply["doctors"])
    np.testing.assert_allclose(scores.values, expected, rtol=1e-9)
