"""Who serves a commune, whom it serves, what it lacks: exact parts of the estimate."""

from __future__ import annotations

import numpy as np
import pytest

from labs import CODES, PRACTITIONERS, snapshot
from maillage.diagnosis.contributions import contributions, lack, served
from maillage.diagnosis.reading import Diagnosis
from maillage.territories import places

pytestmark = pytest.mark.django_db


def commune(code: str) -> Diagnosis:
    made = snapshot()
    return Diagnosis(places.find(f"commune:{code}"), made)


@pytest.mark.parametrize("code", CODES)
def test_what_each_place_gives_sums_to_the_estimate(code: str) -> None:
    diagnosis = commune(code)
    parts = contributions(diagnosis)
    assert sum(part.amount for part in parts) == pytest.approx(diagnosis.frame["apl_estimate"][0])
    assert sum(part.share for part in parts) == pytest.approx(1)
    assert [part.amount for part in parts] == sorted((part.amount for part in parts), reverse=True)


@pytest.mark.parametrize(("code", "count"), [*zip(CODES, PRACTITIONERS, strict=True)])
def test_whom_a_place_serves_sums_to_all_it_gives(code: str, count: float) -> None:
    found = served(commune(code))
    assert sum(one.share for one in found) == pytest.approx(1 if count else 0)


def test_both_sides_tell_the_same_story() -> None:
    """What 00001 gives to 00002, told by the one and by the other."""
    received = next(part for part in contributions(commune("00002")) if part.code == "00001")
    given = next(one for one in served(commune("00001")) if one.code == "00002")
    calibration = snapshot().parameters["calibration"]
    assert received.amount * given.population == pytest.approx(given.share * 6 * 5400 * calibration)


def test_what_is_lacking_brings_the_commune_to_the_threshold() -> None:
    missing = lack(commune("00005"), 2.5)
    assert missing is not None
    assert missing.access == pytest.approx(1.3)
    whole = commune("00005").whole
    one = (
        5400
        * snapshot().parameters["calibration"]
        / whole["demand"][np.flatnonzero(whole["code"] == "00005")]
    )
    assert missing.practitioners * one[0] == pytest.approx(1.3)
    assert lack(commune("00001"), 2.5) is None
