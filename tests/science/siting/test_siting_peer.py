"""The same optimum as PySAL `spopt`, on problems of its size."""

import warnings

import numpy as np
import pytest

from maillage.science.siting import Choice, Status, lscp, mclp, p_centre, p_median
from maillage.science.travel import straight_line

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    locate = pytest.importorskip("spopt.locate")
    pulp = pytest.importorskip("pulp")

pytestmark = pytest.mark.filterwarnings("ignore")
ORIGINS, PLACES, P, RADIUS = 60, 25, 4, 22.0


def solved(model) -> float:
    """Value that the peer proves."""
    answer = model.solve(pulp.HiGHS(msg=False))
    assert answer.problem.status == pulp.LpStatusOptimal
    return float(pulp.value(answer.problem.objective))


@pytest.fixture(params=range(3))
def problem(request):
    rng = np.random.default_rng(request.param)
    times = straight_line(
        rng.uniform(2, 3, ORIGINS),
        rng.uniform(48, 49, ORIGINS),
        rng.uniform(2, 3, PLACES),
        rng.uniform(48, 49, PLACES),
        limit_minutes=600,
    )
    return times, times.minutes.reshape(ORIGINS, PLACES), np.round(rng.lognormal(6, 1, ORIGINS))


def test_mclp(problem) -> None:
    times, table, people = problem
    peer = locate.MCLP.from_cost_matrix(table, people, service_radius=RADIUS, p_facilities=P)
    found = mclp(times, people, Choice.of(PLACES, p=P), RADIUS)
    assert found.status is Status.OPTIMAL
    assert found.objective == pytest.approx(solved(peer))


def test_lscp(problem) -> None:
    times, table, people = problem
    radius = float(table.min(axis=1).max()) + 5.0
    peer = locate.LSCP.from_cost_matrix(table, service_radius=radius)
    found = lscp(times, people, Choice.of(PLACES), radius)
    assert found.objective == pytest.approx(solved(peer))


def test_p_median(problem) -> None:
    times, table, people = problem
    peer = locate.PMedian.from_cost_matrix(table, people, p_facilities=P)
    found = p_median(times, people, Choice.of(PLACES, p=P))
    assert found.status is Status.OPTIMAL
    assert found.objective == pytest.approx(solved(peer), rel=1e-6)


def test_p_centre(problem) -> None:
    times, table, people = problem
    peer = locate.PCenter.from_cost_matrix(table, p_facilities=P)
    found = p_centre(times, people, Choice.of(PLACES, p=P))
    assert found.status is Status.OPTIMAL
    assert found.objective == pytest.approx(solved(peer), rel=1e-6)
