"""Reading files and staging their tables beside what is in force."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from django.db import transaction

from maillage.intake.stores import REFERENCES, SCOPED, STAGED, is_fictional, slot_of
from maillage.kit.console import Refused
from maillage.kit.words import counted
from maillage.sources.probe import Probe
from maillage.sources.reader import Reader, UnrecognisedError, read, recognise
from maillage.sources.readers import READERS
from maillage.sources.schemas import SCHEMAS
from maillage.sources.tables import Reading, Scope, SourceError, Table
from maillage.territories.models import Dataset

Progress = Callable[[float, str], None]

LOADED, UNCHANGED, UNRECOGNISED, FAILED = "loaded", "unchanged", "unrecognised", "failed"
STATUS_LABELS = {
    LOADED: "chargé",
    UNCHANGED: "déjà chargé",
    UNRECOGNISED: "laissé de côté",
    FAILED: "refusé",
}


@dataclass(slots=True)
class Staging:
    """What one load has prepared so far."""

    scope: Scope
    datasets: list[Dataset] = field(default_factory=list)
    references: list[tuple[Dataset, Table]] = field(default_factory=list)
    slots: dict[str, str] = field(default_factory=dict)
    files: list[dict[str, Any]] = field(default_factory=list)


def stage_all(staging: Staging, files: list[Path], progress: Progress, dry_run: bool) -> None:
    for index, path in enumerate(files):
        progress(index / len(files), f"Lecture de {path.name}")
        probe = Probe(path)
        try:
            _stage_file(staging, probe, dry_run)
        except UnrecognisedError as error:
            staging.files.append({"file": probe.name, "status": UNRECOGNISED, "message": str(error)})
        except SourceError as error:
            staging.files.append({"file": probe.name, "status": FAILED, "message": str(error)})
            raise
    if all(entry["status"] == UNRECOGNISED for entry in staging.files):
        message = staging.files[0]["message"] if len(staging.files) == 1 else ""
        raise Refused(message or "Aucun fichier de ce dossier n'est un fichier officiel connu.")


def _stage_file(staging: Staging, probe: Probe, dry_run: bool) -> None:
    reader = recognise(probe, READERS)
    scope = sorted(staging.scope.departements)
    known = list(Dataset.objects.active().filter(sha256=probe.sha256))
    if _all_in_force(known, scope):
        _claim_slots(staging, probe, [dataset.slot for dataset in known])
        staging.files.append(
            {"file": probe.name, "status": UNCHANGED, "title": reader.title, "tables": _known_tables(known)}
        )
        return
    reading = read(probe, reader, staging.scope)
    _claim_slots(staging, probe, [slot_of(reader.source, table) for table in reading.tables])
    staging.files.append(_entry(reader, reading))
    if not dry_run:
        for table in reading.tables:
            _stage_table(staging, reader, reading, table, scope)


def _all_in_force(known: list[Dataset], scope: list[str]) -> bool:
    """Whether every table of a file is in force for this scope: another file may have replaced one."""
    return (
        bool(known)
        and len(known) == known[0].tables_in_file
        and all(dataset.kind not in SCOPED or dataset.meta.get("scope") == scope for dataset in known)
    )


def _claim_slots(staging: Staging, probe: Probe, slots: list[str]) -> None:
    for slot in slots:
        if slot in staging.slots:
            raise SourceError(
                f"{probe.name} et {staging.slots[slot]} donnent les mêmes données ({slot}) ; "
                "retirez l'un des deux du dossier."
            )
        staging.slots[slot] = probe.name


@transaction.atomic
def _stage_table(staging: Staging, reader: Reader, reading: Reading, table: Table, scope: list[str]) -> None:
    meta = {**table.meta, "scope": scope} if table.kind in SCOPED else table.meta
    meta = {name: value.isoformat() if isinstance(value, date) else value for name, value in meta.items()}
    dataset = Dataset.objects.create(
        slot=slot_of(reader.source, table),
        kind=table.kind,
        source=reader.source,
        title=reader.title,
        vintage=table.vintage,
        meta=meta,
        file=reading.file,
        sha256=reading.sha256,
        size=reading.size,
        tables_in_file=len(reading.tables),
        rows=len(table),
        is_fictional=is_fictional(table),
        defects=reading.defects.total,
    )
    staging.datasets.append(dataset)
    if table.kind in REFERENCES:
        staging.references.append((dataset, table))
    else:
        STAGED[table.kind](dataset, table)


def _entry(reader: Reader, reading: Reading) -> dict[str, Any]:
    """What the report says of one file."""
    return {
        "file": reading.file,
        "status": LOADED,
        "title": reader.title,
        "rows_read": reading.rows_read,
        "rows_set_aside": reading.rows_set_aside,
        "tables": [
            {"title": SCHEMAS[table.kind].title, "vintage": table.vintage, "rows": len(table)}
            for table in reading.tables
        ],
        "defects": [asdict(defect) for defect in reading.defects.kept],
        "defect_counts": [
            {"column": column, "problem": problem, "action": action, "count": count}
            for (column, problem, action), count in reading.defects.counts.items()
        ],
    }


def _known_tables(datasets: list[Dataset]) -> list[dict[str, Any]]:
    return [{"title": SCHEMAS[d.kind].title, "vintage": d.vintage, "rows": d.rows} for d in datasets]


FILES = {
    "readable": ("fichier lisible", "fichiers lisibles"),
    "loaded": ("fichier chargé", "fichiers chargés"),
}


def outcome(staging: Staging, *, dry_run: bool) -> str:
    """One sentence for the whole load."""
    counts = dict.fromkeys(STATUS_LABELS, 0)
    for entry in staging.files:
        counts[entry["status"]] += 1
    told = [
        counted(counts[LOADED], *FILES["readable" if dry_run else "loaded"]),
        counted(counts[UNCHANGED], "déjà chargé", "déjà chargés"),
        counted(counts[UNRECOGNISED], "laissé de côté", "laissés de côté"),
    ]
    suffix = " Essai à blanc : rien n'a été changé." if dry_run else ""
    return f"{', '.join(told)}.{suffix}"
