"""The ground of a scenario: who reaches what around a territory, prepared once, answered in a product.

Access is linear in supply: what one more full-time practitioner gives to each commune does not depend on the
others. With w the weights of the APL, D_j the demand on place j, per its unit and c the calibration of the
snapshot, a supply of s at place j adds w_ij · s / D_j · per · c to the access of commune i
(`science.accessibility`).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csc_array, csr_array

from maillage.diagnosis.frame import Floats
from maillage.diagnosis.models import Snapshot
from maillage.diagnosis.reading import Diagnosis
from maillage.kit.console import Refused
from maillage.lab.reach import around, parameters_of, reached
from maillage.territories import places
from maillage.territories.keys import Key


@dataclass(frozen=True, eq=False)
class Ground:
    """Communes of a territory and places of care they reach, those beyond its limits included.

    :ivar code: commune of each home unit, shape (homes,).
    :ivar access: access before any change: published where it is, else estimated; shape (homes,).
    :ivar is_published: which of them are published.
    :ivar population: inhabitants, shape (homes,).
    :ivar standardised: inhabitants weighted by need, shape (homes,).
    :ivar place: commune of each place, shape (places,), those of the territory first.
    :ivar practitioners: full-time practitioners counted at each place, shape (places,).
    :ivar gain: access that one full-time practitioner at a place gives to each home, shape (homes, places).
    :ivar minutes: travel time of each pair of `gain`, same sparsity.
    :ivar unit: what one full-time practitioner hands out in all, in access times inhabitants.
    """

    code: NDArray[np.str_]
    epci: NDArray[np.str_]
    access: Floats
    is_published: NDArray[np.bool_]
    population: Floats
    standardised: Floats
    place: NDArray[np.str_]
    practitioners: Floats
    gain: csc_array
    minutes: csc_array
    unit: float

    def at(self, commune: str) -> int:
        """The place of a commune. Raises Refused when it has none within reach of the territory."""
        found = np.flatnonzero(self.place == commune)
        if not len(found):
            raise Refused(
                f"La commune « {commune} » n'est ni dans le territoire ni à portée de lui : choisissez une "
                "commune du territoire ou de ses voisins."
            )
        return int(found[0])

    def after(self, added: Floats) -> Floats:
        """Access once practitioners are added (or taken) at places; never under zero.

        :param added: full-time practitioners, shape (places,) or (places, scenarios).
        :returns: shape (homes,) or (homes, scenarios).
        """
        before = self.access if added.ndim == 1 else self.access[:, None]
        return np.maximum(before + self.gain @ added, 0.0)


def ground_of(diagnosis: Diagnosis) -> Ground:
    """The ground of a territory in a snapshot. Raises Refused when nothing can be estimated there."""
    return _ground(diagnosis.snapshot.pk, diagnosis.territory.key)


@lru_cache(maxsize=8)
def _ground(snapshot_pk: int, key: Key) -> Ground:
    """A snapshot never changes: what is prepared from it is kept by its key alone."""
    snapshot = Snapshot.objects.defer("arrays").get(pk=snapshot_pk)
    diagnosis = Diagnosis(places.territory(key), snapshot)
    whole, inside = diagnosis.whole, homes_of(diagnosis)
    near, times = around(diagnosis, inside)
    homes, kept = np.flatnonzero(inside[near]), reached(times, inside[near])
    minutes = csc_array(
        csr_array((times.minutes, times.indices, times.indptr), shape=(len(near), len(near)))[homes][:, kept]
    )
    parameters = parameters_of(diagnosis)
    unit = float(diagnosis.profession.unit_supply * parameters.per * snapshot.parameters["calibration"])
    own = near[homes]
    published = np.isfinite(whole["apl"][own])
    return Ground(
        code=whole["commune"][own],
        epci=whole["epci"][own],
        access=np.where(published, whole["apl"][own], whole["apl_estimate"][own]),
        is_published=published,
        population=np.nan_to_num(whole["population"][own]),
        standardised=np.nan_to_num(whole["standardised_population"][own]),
        place=whole["commune"][near][kept],
        practitioners=np.nan_to_num(whole["count"][near][kept]),
        gain=_gain(diagnosis, minutes, whole["demand"][near][kept], unit),
        minutes=minutes,
        unit=unit,
    )


def homes_of(diagnosis: Diagnosis) -> NDArray[np.bool_]:
    """Which units of the snapshot are homes of the territory. Raises Refused when none has an estimate."""
    whole, territory = diagnosis.whole, diagnosis.territory
    inside = whole.is_within(territory.key) & np.isfinite(whole["demand"]) & (whole["commune"] != "")
    if not inside.any():
        raise Refused(
            f"Aucune commune de {territory.name} n'a d'estimation d'accès : chargez ses communes, "
            "sa population et ses équipements."
        )
    return inside


def _gain(diagnosis: Diagnosis, minutes: csc_array, demand: Floats, unit: float) -> csc_array:
    """What one full-time practitioner at each place gives to each home; nothing where no demand is known."""
    worth = np.divide(unit, demand, out=np.zeros(len(demand)), where=demand > 0)
    weights = parameters_of(diagnosis).decay(minutes.data) * np.repeat(worth, np.diff(minutes.indptr))
    return csc_array((weights, minutes.indices, minutes.indptr), shape=minutes.shape)
