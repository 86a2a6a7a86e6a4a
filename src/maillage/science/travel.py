"""Travel times from where people live (origins) to where care is given (places), kept sparse."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.sparse import coo_array, get_index_dtype
from scipy.spatial import cKDTree

from maillage.science.checks import FloatArray, IntArray, ScienceError, finite, indices, nonnegative, said

EARTH_RADIUS_KM = 6371.0088
"""Mean Earth radius of the IUGG, in kilometres."""


@dataclass(frozen=True, eq=False)
class TravelTimes:
    """Minutes for every pair (origin, place) that is within reach; an absent pair is out of reach.

    Compressed by rows: the pairs of origin ``i`` are ``indptr[i]:indptr[i + 1]``, in increasing place. A
    time of zero is a real pair (one lives where the doctor practises).

    :ivar indptr: shape (origins + 1,).
    :ivar indices: place of each pair, shape (pairs,).
    :ivar minutes: time of each pair, in minutes, finite, not negative, shape (pairs,).
    :ivar places: number of places.
    """

    indptr: IntArray
    indices: IntArray
    minutes: FloatArray
    places: int

    @property
    def origins(self) -> int:
        return len(self.indptr) - 1

    @property
    def pairs(self) -> int:
        return len(self.indices)

    @classmethod
    def from_pairs(
        cls,
        origin: npt.ArrayLike,
        place: npt.ArrayLike,
        minutes: npt.ArrayLike,
        *,
        origins: int,
        places: int,
    ) -> "TravelTimes":
        """From three arrays of equal length, in any order (fastest when sorted by origin, then place).

        :param origin: row number of each pair, in ``[0, origins)``.
        :param place: column number of each pair, in ``[0, places)``.
        :param minutes: time of each pair; no pair at all, rather than an infinite time, says "out of reach".
        :raises ScienceError: different lengths, number out of range, missing or negative time, pair given
            twice.
        """
        rows = indices(origin, origins, "les origines des temps de trajet")
        columns = indices(place, places, "les lieux de soins des temps de trajet")
        times = nonnegative(minutes, len(rows), "les temps de trajet")
        if len(columns) != len(rows):
            raise ScienceError(
                f"{len(rows)} origines et {len(columns)} lieux dans les temps de trajet : "
                "il faut autant d'origines que de lieux."
            )
        dtype = get_index_dtype(maxval=max(origins, places, len(rows)))
        if _sorted_without_repeat(rows, columns, places):
            return cls(_row_bounds(rows, origins).astype(dtype), columns.astype(dtype), times, places)
        return cls._sorted_from(rows.astype(dtype), columns.astype(dtype), times, origins, places)

    @classmethod
    def _sorted_from(
        cls, rows: IntArray, columns: IntArray, minutes: FloatArray, origins: int, places: int
    ) -> "TravelTimes":
        compressed = coo_array((minutes, (rows, columns)), shape=(origins, places)).tocsr()
        if compressed.nnz < len(rows):
            _refuse_repeated_pair(rows, columns)
        return cls(compressed.indptr, compressed.indices, compressed.data, places)

    def nearest(self, open_places: npt.ArrayLike | None = None) -> FloatArray:
        """Minutes from each origin to its nearest place, NaN when none is within reach, shape (origins,).

        :param open_places: booleans, shape (places,), the places that count; all when None.
        """
        minutes = np.append(self.minutes, np.inf)
        if open_places is not None:
            mask = np.asarray(open_places, dtype=bool)
            if mask.shape != (self.places,):
                raise ScienceError(f"{self.places} lieux sont attendus, {mask.shape} reçus.")
            minutes[:-1][~mask[self.indices]] = np.inf
        nearest = np.minimum.reduceat(minutes, self.indptr[:-1]) if self.origins else np.zeros(0)
        nearest[(np.diff(self.indptr) == 0) | np.isinf(nearest)] = np.nan
        return nearest


def straight_line(
    lon: npt.ArrayLike,
    lat: npt.ArrayLike,
    to_lon: npt.ArrayLike | None = None,
    to_lat: npt.ArrayLike | None = None,
    *,
    limit_minutes: float,
    detour: float = 1.3,
    speed_kmh: float = 50.0,
) -> TravelTimes:
    """Estimated times within ``limit_minutes``: great-circle distance x ``detour`` at ``speed_kmh``.

    minutes = 60 · detour · distance_km / speed_kmh. An estimate that knows no road, river or mountain: what
    is computed on it must be shown as such. Found by a k-d tree on unit vectors: no projection is involved.

    :param lon: longitudes of the origins, in degrees (WGS 84), shape (origins,).
    :param lat: latitudes of the origins, in degrees, shape (origins,).
    :param to_lon: longitudes of the places; the origins themselves when None.
    :param to_lat: latitudes of the places.
    :param limit_minutes: pairs at exactly the limit are kept.
    :raises ScienceError: missing or impossible coordinate, parameter not above zero.
    """
    require_positive(limit_minutes=limit_minutes, detour=detour, speed_kmh=speed_kmh)
    starts = unit_vectors(lon, lat)
    ends = starts if to_lon is None or to_lat is None else unit_vectors(to_lon, to_lat)
    minutes_per_km = 60.0 * detour / speed_kmh
    half_angle = min(limit_minutes / minutes_per_km / EARTH_RADIUS_KM / 2.0, np.pi / 2.0)
    chord = 2.0 * np.sin(half_angle) * (1.0 + 1e-12)
    found = cKDTree(starts).sparse_distance_matrix(cKDTree(ends), chord, output_type="ndarray")
    distance_km = 2.0 * EARTH_RADIUS_KM * np.arcsin(np.minimum(found["v"] / 2.0, 1.0))
    return TravelTimes.from_pairs(
        found["i"], found["j"], distance_km * minutes_per_km, origins=len(starts), places=len(ends)
    )


def straight_line_nearest(
    lon: npt.ArrayLike,
    lat: npt.ArrayLike,
    to_lon: npt.ArrayLike,
    to_lat: npt.ArrayLike,
    *,
    detour: float = 1.3,
    speed_kmh: float = 50.0,
) -> tuple[IntArray, FloatArray]:
    """The nearest place of each origin, however far, and the minutes to it, as in :func:`straight_line`.

    :returns: place numbers and minutes, both of shape (origins,).
    :raises ScienceError: as :func:`straight_line`, or no place at all.
    """
    require_positive(detour=detour, speed_kmh=speed_kmh)
    ends = unit_vectors(to_lon, to_lat)
    if not len(ends):
        raise ScienceError("Aucun lieu de soins n'est donné : impossible de chercher le plus proche.")
    chord, place = cKDTree(ends).query(unit_vectors(lon, lat))
    distance_km = 2.0 * EARTH_RADIUS_KM * np.arcsin(np.minimum(chord / 2.0, 1.0))
    return np.asarray(place), distance_km * 60.0 * detour / speed_kmh


def _sorted_without_repeat(rows: IntArray, columns: IntArray, places: int) -> bool:
    key = np.multiply(rows, places, dtype=np.int64)
    key += columns
    return bool((key[1:] > key[:-1]).all())


def _row_bounds(rows: IntArray, origins: int) -> IntArray:
    """``indptr`` of sorted rows."""
    bounds = np.zeros(origins + 1, dtype=np.int64)
    ends = np.append(np.flatnonzero(rows[1:] != rows[:-1]), len(rows) - 1)[: len(rows)]
    bounds[rows[ends] + 1] = ends + 1
    return np.maximum.accumulate(bounds)


def _refuse_repeated_pair(rows: IntArray, columns: IntArray) -> None:
    order = np.lexsort((columns, rows))
    same = (np.diff(rows[order]) == 0) & (np.diff(columns[order]) == 0)
    first = order[int(np.argmax(same))]
    raise ScienceError(
        f"Trajets en double dans les temps de trajet : {int(same.sum())}, par exemple de l'origine "
        f"{rows[first]} au lieu {columns[first]}. Gardez un seul temps par trajet."
    )


def unit_vectors(lon: npt.ArrayLike, lat: npt.ArrayLike) -> FloatArray:
    """Points of the unit sphere, shape (points, 3), from degrees: their chords rank like great circles.

    :raises ScienceError: missing coordinate, or a latitude above 90 degrees.
    """
    count = np.asarray(lon).size
    longitude = np.radians(finite(lon, count, "les longitudes"))
    degrees = finite(lat, count, "les latitudes")
    if count and np.abs(degrees).max() > 90:
        raise ScienceError(
            "Une latitude dépasse 90 degrés : vérifiez que les coordonnées sont en degrés et que longitude "
            "et latitude ne sont pas inversées."
        )
    latitude = np.radians(degrees)
    return np.column_stack(
        (np.cos(latitude) * np.cos(longitude), np.cos(latitude) * np.sin(longitude), np.sin(latitude))
    )


def require_positive(**parameters: float) -> None:
    """Refuse a parameter, given by its name, that is not a number above zero."""
    for name, value in parameters.items():
        if not (np.isfinite(value) and value > 0):
            raise ScienceError(
                f"Le paramètre {name} doit être un nombre supérieur à zéro, et non {said(value)}."
            )
