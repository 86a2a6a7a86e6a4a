"""A matrix of travel times, built block by block: what is done is kept, whatever stops the rest.

Everything stands under `travel` in MAILLAGE_HOME: a folder by matrix, named by a checksum of all that its
minutes depend on, with a file by block of origins and then the matrix itself, as a Parquet file that says how
it was made. The same extract and the same parameters lead to the same folder, where nothing is made twice.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from maillage.diagnosis.estimate import DETOUR, SPEED_KMH, TERMINAL_MINUTES
from maillage.intake.travel.engines import Engine
from maillage.kit.console import Refused
from maillage.science.roads import rounded_up, stacked
from maillage.science.travel import EARTH_RADIUS_KM, TravelTimes, unit_vectors
from maillage.sources.matrix_file import read_note, write_matrix
from maillage.territories.models import Commune

# Bump when what a block holds changes, so that those of the former program are made again.
BLOCKS_VERSION = 1
ORIGINS_PER_BLOCK = 100
# Pairs a correlation is computed on: spread over the matrix when it has more.
COMPARED_PAIRS = 1_000_000

Progress = Callable[[float, str], None]
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Places:
    """The communes of a matrix, in the order of their codes, and those that have no known centre."""

    codes: tuple[str, ...]
    names: dict[str, str]
    points: Floats
    without_centre: tuple[str, ...]

    @classmethod
    def of(cls, communes: Sequence[Commune]) -> Places:
        placed = [c for c in communes if c.lon is not None and c.lat is not None]
        return cls(
            tuple(c.code for c in placed),
            {c.code: c.name for c in communes},
            np.array([(c.lon, c.lat) for c in placed], dtype=np.float64).reshape(-1, 2),
            tuple(c.code for c in communes if c.lon is None or c.lat is None),
        )


@dataclass(frozen=True)
class Matrix:
    """A matrix in its file. `note` is what the file says of itself; `made`, whether it is new."""

    path: Path
    note: dict[str, Any]
    made: bool


def build(
    places: Places, engine: Engine, *, limit_minutes: float, folder: Path, progress: Progress
) -> Matrix:
    """Minutes between every two of these communes within a limit, rounded up, as a file under `folder`.

    :raises SourceError, ScienceError, Refused: the extract, the server or the roads do not allow it.
    """
    made_of = {
        **engine.identity,
        "version": BLOCKS_VERSION,
        "limit": limit_minutes,
        "codes": places.codes,
        "points": places.points.tolist(),
    }
    own = folder / hashlib.sha256(json.dumps(made_of, sort_keys=True).encode()).hexdigest()[:32]
    path = own / "temps_de_trajet.parquet"
    if path.exists():
        return Matrix(path, read_note(path), made=False)
    blocks = _blocks(len(places.codes), own)
    _make(blocks, engine, limit_minutes, progress)
    times = _whole(blocks, len(places.codes))
    if not times.pairs:
        raise Refused(
            "Aucune commune demandée n'est près d'une route : vérifiez que l'extrait, ou le serveur, couvre "
            "le territoire."
        )
    note = _note(places, engine, times, limit_minutes)
    names = np.array(places.codes, dtype=object)
    write_matrix(
        path,
        origin=names[_origins(times)],
        destination=names[times.indices],
        minutes=times.minutes,
        note=note,
    )
    for _, kept in blocks:
        kept.unlink()
    return Matrix(path, note, made=True)


def _blocks(count: int, folder: Path) -> list[tuple[slice, Path]]:
    firsts = range(0, count, ORIGINS_PER_BLOCK)
    return [
        (slice(first, first + ORIGINS_PER_BLOCK), folder / f"bloc-{number:05d}.npz")
        for number, first in enumerate(firsts)
    ]


def _make(
    blocks: Sequence[tuple[slice, Path]], engine: Engine, limit_minutes: float, progress: Progress
) -> None:
    """Every block that is not there yet. Whatever stops it leaves the finished ones."""
    progress(0.0, "Lecture des routes")
    missing = [block for block in blocks if not block[1].exists()]
    if missing:
        # Read once, before threads ask for it together.
        _make_block(engine, *missing.pop(), limit_minutes)
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        waiting: list[Future[None]] = [
            pool.submit(_make_block, engine, rows, path, limit_minutes) for rows, path in missing
        ]
        try:
            for done, future in enumerate(as_completed(waiting), start=1):
                future.result()
                progress((len(blocks) - len(missing) + done) / len(blocks), "Calcul des temps de trajet")
        except BaseException:
            pool.shutdown(wait=True, cancel_futures=True)
            raise


def _make_block(engine: Engine, rows: slice, path: Path, limit_minutes: float) -> None:
    times = rounded_up(engine.times(rows, limit_minutes))
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_suffix(".part")
    with unfinished.open("wb") as stream:
        np.savez(stream, indptr=times.indptr, indices=times.indices, minutes=times.minutes)
    unfinished.replace(path)


def _whole(blocks: Sequence[tuple[slice, Path]], places: int) -> TravelTimes:
    """All blocks one under the other; a commune is at 0 minutes of itself."""
    found = []
    for _, path in blocks:
        with np.load(path, allow_pickle=False) as archive:
            found.append(TravelTimes(archive["indptr"], archive["indices"], archive["minutes"], places))
    times = stacked(found, places)
    times.minutes[_origins(times) == times.indices] = 0.0
    return times


def _origins(times: TravelTimes) -> NDArray[np.int64]:
    return np.repeat(np.arange(times.origins), np.diff(times.indptr))


def _note(places: Places, engine: Engine, times: TravelTimes, limit_minutes: float) -> dict[str, Any]:
    """What the file says of itself, wherever it goes."""
    attached = np.zeros(len(places.codes), dtype=bool)
    attached[_origins(times)] = True
    return {
        "described": engine.described,
        "limit_minutes": limit_minutes,
        "communes": int(attached.sum()),
        "pairs": times.pairs,
        "out_of_roads": [
            code for code, is_in in zip(places.codes, attached.tolist(), strict=True) if not is_in
        ],
        "without_centre": list(places.without_centre),
        "straight_line": _compared(places.points, times),
        **engine.report,
    }


def _compared(points: Floats, times: TravelTimes) -> dict[str, float | int | None]:
    """Beside straight-line times (`diagnosis.estimate.straight_times`): correlation, median ratio.

    Pairs of different communes only; None where too few pairs, or all alike, leave nothing to compare.
    """
    origin, place = _origins(times), times.indices
    different = np.flatnonzero(origin != place)
    chosen = different[:: max(1, len(different) // COMPARED_PAIRS)]
    vectors, road = unit_vectors(*points.T), times.minutes[chosen]
    chord = np.linalg.norm(vectors[origin[chosen]] - vectors[place[chosen]], axis=1)
    kilometres = 2.0 * EARTH_RADIUS_KM * np.arcsin(np.minimum(chord / 2.0, 1.0))
    straight = TERMINAL_MINUTES + 60.0 * DETOUR * kilometres / SPEED_KMH
    varied = len(chosen) > 2 and road.std() > 0 and straight.std() > 0
    return {
        "pairs": len(chosen),
        "correlation": float(np.corrcoef(road, straight)[0, 1]) if varied else None,
        "median_ratio": float(np.median(road / straight)) if len(chosen) else None,
    }
