"""The Parquet file of a matrix of travel times, which says how it was made wherever it goes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import numpy.typing as npt

# The key of Parquet's own metadata that holds the note, a JSON object.
NOTE = "maillage"


def write_matrix(
    path: Path,
    *,
    origin: npt.NDArray[np.object_],
    destination: npt.NDArray[np.object_],
    minutes: npt.NDArray[np.float64],
    note: dict[str, Any],
) -> None:
    """Write pairs, in their order, and a note. A file of that name is replaced at the end only."""
    unfinished = path.with_suffix(".part")
    with duckdb.connect() as database:
        database.register("pairs", {"origin": origin, "destination": destination, "minutes": minutes})
        database.execute(
            f"COPY (SELECT origin, destination, minutes FROM pairs) TO {_literal(str(unfinished))} "
            f"(FORMAT parquet, KV_METADATA {{{NOTE}: {_literal(json.dumps(note, ensure_ascii=False))}}})"
        )
    unfinished.replace(path)


def read_note(path: Path) -> dict[str, Any]:
    """The note of a Parquet file; empty when it holds none, as the files of others do."""
    with duckdb.connect() as database:
        found = database.execute(
            f"SELECT decode(value) FROM parquet_kv_metadata({_literal(str(path))}) WHERE key = ?",
            [NOTE.encode()],
        ).fetchone()
    try:
        note = json.loads(found[0]) if found else {}
    except ValueError:
        return {}
    return note if isinstance(note, dict) else {}


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
