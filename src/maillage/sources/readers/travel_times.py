"""A matrix of travel times, as INSEE METRIC, OSRM or r5 export it: origin, destination, minutes.

CSV (`,` `;` `|` or tab) or Parquet, read by DuckDB straight into arrays: millions of rows in seconds. A
Parquet file may say how it was made (see `matrix_file`): the table keeps that note.
"""

from __future__ import annotations

import glob
from typing import Any

import duckdb
import numpy as np

from maillage.sources.columns import missing_columns
from maillage.sources.matrix_file import read_note
from maillage.sources.probe import Probe
from maillage.sources.tables import Reading, Scope, SourceError, Table
from maillage.sources.values import plain

# What a file may call each column (compared without case or accents).
NAMES = {
    "origin": ("origin", "origine", "depart", "code_origine", "from_id", "idsrc"),
    "destination": ("destination", "arrivee", "code_destination", "to_id", "iddst"),
    "minutes": ("minutes", "temps", "duree", "temps_minutes", "duree_minutes", "temps_min", "duree_min"),
}
OFFLINE: dict[str, str | bool | int | float | list[str]] = {
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
}


class TravelTimesReader:
    """Every pair is unique, every time a number of minutes at or above zero: anything else is refused with
    its line. Columns are numpy arrays: two of text, one of float64.
    """

    source = "temps_de_trajet"
    title = "Temps de trajet"
    expects = "matrice de temps de trajet en CSV ou Parquet (origine, destination, minutes)"

    def recognises(self, probe: Probe) -> bool:
        if probe.format not in ("csv", "parquet"):
            return False
        found = _columns(_header(probe))
        return "origin" in found and "destination" in found

    def read(self, probe: Probe, scope: Scope) -> Reading:
        header = _header(probe)
        columns = _columns(header)
        missing = [names[0] for slug, names in NAMES.items() if slug not in columns]
        if missing:
            raise missing_columns(probe, missing, header)
        with duckdb.connect(config=OFFLINE) as database:
            try:
                _load_pairs(database, probe, header, [columns[slug] for slug in NAMES])
            except duckdb.Error as error:
                raise SourceError(
                    f"{probe.name} : illisible ({_first_line(error)}) ; corrigez le fichier ou "
                    "téléchargez-le de nouveau."
                ) from error
            _refuse_bad_rows(database, probe)
            arrays = database.execute(
                "SELECT origin, destination, minutes FROM pairs ORDER BY rank"
            ).fetchnumpy()
        times: dict[str, Any] = {
            "origin": _codes(arrays["origin"], probe, "origin"),
            "destination": _codes(arrays["destination"], probe, "destination"),
            "minutes": np.asarray(arrays["minutes"], dtype=np.float64),
        }
        note = read_note(probe.path) if probe.format == "parquet" else {}
        table = Table("travel_times", times, meta=note)
        return Reading(probe.name, probe.sha256, probe.size, [table], probe.defects, len(table))


def _header(probe: Probe) -> list[str]:
    if probe.format == "csv":
        return probe.header
    try:
        with duckdb.connect(config=OFFLINE) as database:
            described = database.execute(
                "DESCRIBE SELECT * FROM read_parquet(?)", [glob.escape(str(probe.path))]
            ).fetchall()
    except duckdb.Error:
        return []
    return [name for name, *_ in described]


def _columns(header: list[str]) -> dict[str, int]:
    """Position of each of our columns in the header, for those found."""
    found = {plain(name): position for position, name in reversed(list(enumerate(header)))}
    return {slug: found[name] for slug, names in NAMES.items() for name in reversed(names) if name in found}


def _load_pairs(
    database: duckdb.DuckDBPyConnection, probe: Probe, header: list[str], positions: list[int]
) -> None:
    # A bracket or a star in a name must not be taken for a pattern of several files.
    path = glob.escape(str(probe.path))
    if probe.format == "parquet":
        names = header
        source = "read_parquet(?)"
        parameters: list[Any] = [path]
    else:
        names = [f"column{position}" for position in range(len(header))]
        # Nothing is guessed: left to itself, DuckDB skips the lines that do not fit.
        columns = ", ".join(f"'{name}': 'VARCHAR'" for name in names)
        source = f"read_csv(?, delim=?, columns={{{columns}}}, auto_detect=false, header=true, quote='\"')"
        parameters = [path, probe.delimiter]
    origin, destination, minutes = (_quoted(names[position]) for position in positions)
    database.execute(
        f"""
        CREATE TEMP TABLE pairs AS
        SELECT trim(CAST({origin} AS VARCHAR)) AS origin,
               trim(CAST({destination} AS VARCHAR)) AS destination,
               CAST({minutes} AS VARCHAR) AS written,
               TRY_CAST(replace(CAST({minutes} AS VARCHAR), ',', '.') AS DOUBLE) AS minutes,
               row_number() OVER () AS rank
        FROM {source}
        """,
        parameters,
    )


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _refuse_bad_rows(database: duckdb.DuckDBPyConnection, probe: Probe) -> None:
    empty = database.execute(
        "SELECT rank FROM pairs WHERE coalesce(origin, '') = '' OR coalesce(destination, '') = '' "
        "ORDER BY rank LIMIT 1"
    ).fetchone()
    if empty:
        raise _refusal(probe, empty[0], "l'origine ou la destination est vide")
    wrong = database.execute(
        "SELECT rank, written FROM pairs WHERE minutes IS NULL OR NOT isfinite(minutes) OR minutes < 0 "
        "ORDER BY rank LIMIT 1"
    ).fetchone()
    if wrong:
        rank, written = wrong
        raise _refusal(
            probe, rank, f"« {written} » n'est pas un temps en minutes" if written else "temps absent"
        )
    twice = database.execute(
        "SELECT min(rank), max(rank), origin, destination FROM pairs "
        "GROUP BY origin, destination HAVING count(*) > 1 ORDER BY max(rank) LIMIT 1"
    ).fetchone()
    if twice:
        first = _line(probe, twice[0])
        raise _refusal(probe, twice[1], f"le trajet de {twice[2]} à {twice[3]} est déjà donné ligne {first}")


def _refusal(probe: Probe, rank: int, problem: str) -> SourceError:
    return SourceError(f"{probe.name}, ligne {_line(probe, rank)} : {problem} ; corrigez le fichier.")


def _line(probe: Probe, rank: int) -> int:
    """The line of the file a row stands on; its rank in a Parquet file, which has no lines."""
    if probe.format == "parquet":
        return rank
    rows = (line for number, (line, _) in enumerate(probe.csv_rows(), start=1) if number == rank)
    return next(rows)


def _codes(cells: Any, probe: Probe, column: str) -> np.ndarray:
    """Codes as an array of text; leading zeros are put back when the codes are plainly those of communes."""
    codes = np.asarray(cells, dtype=str)
    lengths = np.char.str_len(codes)
    short = lengths == 4
    if short.any() and np.isin(lengths, (4, 5)).all() and np.char.isdigit(codes[short]).all():
        codes = np.where(short, np.char.zfill(codes, 5), codes)
        probe.defects.add(
            column=column,
            problem=f"zéro de tête perdu sur {int(short.sum())} lignes",
            action="codes rétablis",
        )
    return codes


def _first_line(error: duckdb.Error) -> str:
    return str(error).splitlines()[0]
