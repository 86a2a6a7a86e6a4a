"""The part of a snapshot that weighs on a territory: its own communes, and those within reach of them."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from maillage.diagnosis import estimate
from maillage.diagnosis.contributions import matrix_used
from maillage.diagnosis.frame import Frame
from maillage.diagnosis.reading import Diagnosis
from maillage.science.apl import AplParameters
from maillage.science.travel import TravelTimes

# Degrees around a territory past which nothing weighs on its places of care: more than an hour of road,
# where demand and supply reach half an hour each.
MARGIN_LAT: Final = 1.0
MARGIN_LON: Final = 1.5


def around(diagnosis: Diagnosis, inside: NDArray[np.bool_]) -> tuple[NDArray[np.intp], TravelTimes]:
    """The units around some, and the minutes between them within reach of the APL.

    :param inside: which units of the whole snapshot to look around; all have an estimate.
    :returns: numbers of the units in the snapshot, and their times, in the same order.
    """
    whole = diagnosis.whole
    near = _near(whole, inside)
    times = estimate.travel_times(
        whole["commune"][near],
        whole["lon"][near],
        whole["lat"][near],
        limit_minutes=parameters_of(diagnosis).decay.limit,
        matrix=matrix_used(diagnosis),
    )
    return near, times


def parameters_of(diagnosis: Diagnosis) -> AplParameters:
    """The official parameters a snapshot was estimated with."""
    return estimate.parameters_for(diagnosis.profession, diagnosis.snapshot.vintage)


def reached(times: TravelTimes, own: NDArray[np.bool_]) -> NDArray[np.intp]:
    """Places that some of the origins reach, in increasing number."""
    return np.unique(times.indices[np.repeat(own, np.diff(times.indptr))])


def _near(whole: Frame, inside: NDArray[np.bool_]) -> NDArray[np.intp]:
    """Numbers of the units in a box wide enough around some."""
    lon, lat = whole["lon"], whole["lat"]
    box = (
        (lon >= lon[inside].min() - MARGIN_LON)
        & (lon <= lon[inside].max() + MARGIN_LON)
        & (lat >= lat[inside].min() - MARGIN_LAT)
        & (lat <= lat[inside].max() + MARGIN_LAT)
    )
    return np.flatnonzero(box & np.isfinite(whole["demand"]))
