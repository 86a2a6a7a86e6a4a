"""Times of an OSRM server (https://project-osrm.org), asked by tables small enough for any server.

`GET /table/v1/driving/{lon},{lat};…?sources=…&destinations=…&annotations=duration` answers seconds, and how
far from a road each point was. The server knows turn restrictions; its speeds are its own.
"""

from __future__ import annotations

import http.client
import json
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import numpy as np
import numpy.typing as npt

from maillage.sources.tables import SourceError

# `osrm-routed` refuses more than 100 places in a table unless told otherwise.
POINTS_PER_SIDE = 50
TIMEOUT_SECONDS = 60.0

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Drive:
    """Minutes between the roads beside some points, and how far from them the points are.

    :ivar minutes: shape (origins, places), NaN where the server finds no way.
    :ivar origin_metres: from each origin to the road it was put on, shape (origins,).
    :ivar place_metres: the same of the places, shape (places,).
    """

    minutes: Floats
    origin_metres: Floats
    place_metres: Floats


def host_of(address: str) -> str:
    """The name of a server. Raises SourceError when the address is not one of the web."""
    parts = urlsplit(address)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise SourceError(
            f"« {address} » n'est pas l'adresse d'un serveur OSRM ; écrivez par exemple http://localhost:5000."
        )
    return parts.hostname


def drive(address: str, origins: Floats, places: Floats) -> Drive:
    """Times from every origin to every place.

    :param origins, places: longitudes and latitudes in degrees, shape (points, 2).
    :raises SourceError: server not reached, or answering something else than times.
    """
    host = host_of(address)
    minutes = np.full((len(origins), len(places)), np.nan)
    origin_metres, place_metres = np.full(len(origins), np.nan), np.full(len(places), np.nan)
    for rows in _tiles(len(origins)):
        for columns in _tiles(len(places)):
            answer = _table(address, host, origins[rows], places[columns])
            minutes[rows, columns] = answer.minutes
            origin_metres[rows], place_metres[columns] = answer.origin_metres, answer.place_metres
    return Drive(minutes, origin_metres, place_metres)


def _tiles(count: int) -> Iterator[slice]:
    return (slice(first, first + POINTS_PER_SIDE) for first in range(0, count, POINTS_PER_SIDE))


def _table(address: str, host: str, origins: Floats, places: Floats) -> Drive:
    points = ";".join(f"{lon:.6f},{lat:.6f}" for lon, lat in np.concatenate([origins, places]).tolist())
    split = len(origins)
    sources = ";".join(map(str, range(split)))
    destinations = ";".join(map(str, range(split, split + len(places))))
    document = _get(
        f"{address.rstrip('/')}/table/v1/driving/{points}"
        f"?sources={sources}&destinations={destinations}&annotations=duration",
        host,
    )
    try:
        # null becomes NaN: no way between the two points.
        found = Drive(
            np.array(document["durations"], dtype=np.float64) / 60.0,
            np.array([point["distance"] for point in document["sources"]], dtype=np.float64),
            np.array([point["distance"] for point in document["destinations"]], dtype=np.float64),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise _odd(host) from error
    if found.minutes.shape != (split, len(places)) or len(found.origin_metres) != split:
        raise _odd(host)
    return found


def _get(address: str, host: str) -> dict[str, Any]:
    request = urllib.request.Request(address, headers={"User-Agent": "maillage"})
    try:
        with urllib.request.urlopen(request, timeout=TIMEOUT_SECONDS) as response:
            document = json.load(response)
    except urllib.error.HTTPError as error:
        raise SourceError(
            f"Le serveur OSRM {host} refuse la demande (erreur {error.code}{_reason(error)}) ; vérifiez "
            "qu'il tient le territoire et qu'il répond à « table »."
        ) from error
    except (urllib.error.URLError, http.client.HTTPException, ConnectionError, TimeoutError) as error:
        raise SourceError(
            f"Le serveur OSRM {host} ne répond pas ; vérifiez son adresse et qu'il est en marche, puis "
            "relancez : ce qui est fait est gardé."
        ) from error
    except ValueError as error:
        raise _odd(host) from error
    if not isinstance(document, dict) or document.get("code") != "Ok":
        raise _odd(host)
    return document


def _reason(error: urllib.error.HTTPError) -> str:
    """What the server says of its refusal, when it says it as OSRM does."""
    try:
        return f" : {json.load(error)['message']}"
    except (ValueError, KeyError, TypeError, OSError):
        return ""


def _odd(host: str) -> SourceError:
    return SourceError(
        f"La réponse de {host} n'est pas une table de temps d'OSRM ; vérifiez l'adresse du serveur."
    )
