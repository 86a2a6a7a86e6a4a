"""Loading official files: recognise, read, stage beside what is in force, swap, report.

A load changes nothing unless all of it succeeds. Staged rows belong to datasets that are not in force;
one short transaction puts them there. A load that is killed leaves only staged rows, which the next one
discards.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.db import DatabaseError, transaction
from django.utils import timezone

from maillage.accounts.actions import ensure_authority
from maillage.accounts.models import Authority, User
from maillage.accounts.rights import Right, require
from maillage.diagnosis.snapshots import refresh_snapshots
from maillage.intake.lock import only_one_load
from maillage.intake.models import ImportRun
from maillage.intake.stores import REFERENCES, SCOPED, STAGED, is_fictional, slot_of
from maillage.jobs.actions import enqueue
from maillage.jobs.models import Job
from maillage.kit.console import Refused
from maillage.sources.catalogue import by_slug
from maillage.sources.fetch import Fetched, fetch
from maillage.sources.probe import Probe
from maillage.sources.reader import Reader, UnrecognisedError, read, recognise
from maillage.sources.readers import READERS
from maillage.sources.schemas import SCHEMAS
from maillage.sources.tables import Reading, Scope, SourceError, Table
from maillage.territories import places
from maillage.territories.actions import discard_out_of_force, put_in_force
from maillage.territories.adjacency import neighbours
from maillage.territories.keys import FRANCE, Key, parse
from maillage.territories.models import Commune, Dataset

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


def load(
    *,
    folder: Path,
    territories: list[str] | None = None,
    dry_run: bool = False,
    actor: User | None = None,
    progress: Progress = lambda fraction, step: None,
) -> ImportRun:
    """Load every official file found in a folder (or one file), for these territories.

    National tables are kept whole, since they are what a territory is compared with; persons and
    structures are kept for the territories asked for and their neighbours. A dry run reads and checks
    everything and stores nothing.

    Raises Refused with one French sentence; the report of a refused load is kept all the same.
    """
    with only_one_load():
        return _load(folder, territories or [], dry_run, actor, progress)


def _load(
    folder: Path, territories: list[str], dry_run: bool, actor: User | None, progress: Progress
) -> ImportRun:
    keys = [_key(text) for text in territories]
    staging = Staging(_scope(keys))
    discard_out_of_force()
    run = ImportRun(actor=actor, folder=str(folder), territories=[str(key) for key in keys])
    try:
        _stage_all(staging, _files(folder), progress, dry_run)
        if not dry_run:
            progress(0.8, "Mise en vigueur")
            _swap(staging, keys, actor)
    except (SourceError, Refused, DatabaseError) as error:
        reason = _database_reason(error) if isinstance(error, DatabaseError) else str(error)
        discard_out_of_force()
        _keep_report(run, staging, succeeded=False, outcome=reason)
        raise Refused(f"{reason} Rien n'a été changé.") from error
    if dry_run:
        run.report = {"files": staging.files}
        run.succeeded, run.outcome = True, _outcome(staging, dry_run=True)
        return run
    discard_out_of_force()
    progress(0.85, "Calcul des indicateurs")
    refresh_snapshots()
    return _keep_report(run, staging, succeeded=True, outcome=_outcome(staging, dry_run=False))


def _database_reason(error: DatabaseError) -> str:
    """A full disk, a value too long for its column: what no reader can foresee."""
    first_line = (str(error).splitlines() or [""])[0]
    return (
        f"La base de données a refusé l'enregistrement (« {first_line} ») ; vérifiez la place sur le disque."
    )


def receive(*, files: list[UploadedFile], authority: Authority, by: User) -> Job:
    """Put uploaded files in a folder of their own and ask for their loading, for the authority's territory.

    Raises PermissionDenied when `by` may not import data. A file keeps its name, for the report alone.
    """
    require(by, Right.IMPORT_DATA, authority)
    if authority.is_demo and Dataset.objects.active().filter(is_fictional=False).exists():
        raise Refused("La démonstration ne charge rien dans une installation qui tient des données réelles.")
    folder = settings.HOME / "inbox" / uuid4().hex
    folder.mkdir(parents=True)
    for file in files:
        with (folder / Path(file.name or "fichier").name).open("xb") as target:
            for chunk in file.chunks():
                target.write(chunk)
    arguments = {"folder": str(folder), "territories": [authority.territory], "actor": by.pk}
    return enqueue(kind="load_files", authority=authority, by=by, arguments=arguments)


def fetch_files(
    *,
    slugs: list[str],
    folder: Path,
    departements: list[str],
    overwrite: bool = False,
    progress: Callable[[str, int, int | None], None] = lambda title, done, total: None,
) -> list[Fetched]:
    """Download files of the catalogue into a folder, those kept by département once for each asked for.

    Raises Refused with one French sentence on the first that cannot be had; what came stays, and is
    resumed by the next call.
    """
    fetched = []
    try:
        for entry in map(by_slug, slugs):
            asked: list[str | None] = [*departements] if entry.by_departement and departements else [None]
            for departement in asked:
                fetched.append(
                    fetch(
                        entry,
                        folder,
                        departement=departement,
                        overwrite=overwrite,
                        progress=partial(progress, entry.title),
                    )
                )
    except SourceError as error:
        raise Refused(str(error)) from error
    return fetched


def _key(text: str) -> Key:
    try:
        return parse(text)
    except ValueError as error:
        raise Refused(str(error)) from error


def _scope(keys: list[Key]) -> Scope:
    """The départements of these territories, of those already followed, and those that touch them.

    Everything when none is asked for. Raises Refused for a territory whose départements are not known yet:
    persons of the whole country would be kept otherwise.
    """
    if not keys or FRANCE in keys:
        return Scope()
    departements: set[str] = set()
    for key in keys:
        own = _departements_of(key)
        if not own:
            raise Refused(
                f"« {key} » n'est pas encore connu ; chargez d'abord les communes, ou demandez son "
                "département (par exemple departement:77)."
            )
        departements |= own
    for territory in Authority.objects.order_by("territory").values_list("territory", flat=True):
        departements |= _departements_of(parse(territory))
    around = {neighbour for departement in departements for neighbour in neighbours(departement)}
    return Scope(frozenset(departements | around))


def _departements_of(key: Key) -> set[str]:
    if key.level == "departement":
        return {key.code}
    communes = Commune.objects.within(key.level, key.code)
    return set(communes.order_by().values_list("departement", flat=True).distinct())


def _files(folder: Path) -> list[Path]:
    with _readable(folder):
        exists = folder.exists()
    if not exists:
        raise Refused(f"« {folder} » n'existe pas ; donnez le dossier où se trouvent les fichiers officiels.")
    if folder.is_file():
        return [folder]
    files = sorted(_walk(folder))
    if not files:
        raise Refused(f"« {folder} » ne contient aucun fichier.")
    return files


@contextmanager
def _readable(folder: Path) -> Iterator[None]:
    try:
        yield
    except PermissionError as error:
        raise Refused(f"« {folder} » : lecture refusée ; donnez le droit de lire ce dossier.") from error


def _walk(folder: Path) -> Iterator[Path]:
    with _readable(folder):
        entries = list(folder.iterdir())
    for entry in entries:
        if entry.name.startswith("."):
            continue
        if entry.is_dir():
            yield from _walk(entry)
        elif entry.is_file():
            yield entry


def _stage_all(staging: Staging, files: list[Path], progress: Progress, dry_run: bool) -> None:
    for index, path in enumerate(files):
        progress(0.8 * index / len(files), f"Lecture de {path.name}")
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
    if known and all(d.kind not in SCOPED or d.meta.get("scope") == scope for d in known):
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
        rows=len(table),
        is_fictional=is_fictional(table),
        defects=reading.defects.total,
    )
    staging.datasets.append(dataset)
    if table.kind in REFERENCES:
        staging.references.append((dataset, table))
    else:
        STAGED[table.kind](dataset, table)


@transaction.atomic
def _swap(staging: Staging, keys: list[Key], actor: User | None) -> None:
    for kind, store in REFERENCES.items():
        for dataset, table in staging.references:
            if dataset.kind == kind:
                store(dataset, table)
    put_in_force(datasets=staging.datasets)
    for key in keys:
        territory = places.territory(key)
        if key.level in ("departement", "epci"):
            ensure_authority(territory=str(key), name=territory.name, kind=key.level)


def _keep_report(run: ImportRun, staging: Staging, *, succeeded: bool, outcome: str) -> ImportRun:
    run.report = {"files": staging.files}
    run.succeeded, run.outcome, run.finished_at = succeeded, outcome[:1000], timezone.now()
    run.save()
    return run


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


def _outcome(staging: Staging, *, dry_run: bool) -> str:
    """One sentence for the whole load."""
    counts = dict.fromkeys(STATUS_LABELS, 0)
    for entry in staging.files:
        counts[entry["status"]] += 1
    told = [
        f"{counts[LOADED]} fichier(s) {'lisible(s)' if dry_run else 'chargé(s)'}",
        f"{counts[UNCHANGED]} déjà chargé(s)",
        f"{counts[UNRECOGNISED]} laissé(s) de côté",
    ]
    suffix = " Essai à blanc : rien n'a été changé." if dry_run else ""
    return f"{', '.join(told)}.{suffix}"
