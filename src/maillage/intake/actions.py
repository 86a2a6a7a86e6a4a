"""Loading official files: recognise, read, stage beside what is in force, swap, report.

A load changes nothing unless all of it succeeds. Staged rows belong to datasets that are not in force;
one short transaction puts them there. A load that is killed leaves only staged rows, which the next one
discards.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from uuid import uuid4

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.db import DatabaseError, transaction
from django.utils import timezone

from maillage.accounts.actions import ensure_authority
from maillage.accounts.journal import record
from maillage.accounts.models import Authority, User
from maillage.accounts.rights import Right, require
from maillage.diagnosis.snapshots import refresh_snapshots
from maillage.intake.folders import files_of
from maillage.intake.models import ImportRun
from maillage.intake.staging import Progress, Staging, outcome, stage_all
from maillage.intake.stores import REFERENCES
from maillage.jobs.actions import enqueue
from maillage.jobs.models import Job
from maillage.kit.console import Refused
from maillage.kit.lock import held
from maillage.obligations.actions import monitor
from maillage.science.checks import ScienceError
from maillage.sources.catalogue import by_slug
from maillage.sources.fetch import Fetched, fetch
from maillage.sources.tables import Scope, SourceError
from maillage.territories import places
from maillage.territories.actions import discard_out_of_force, put_in_force
from maillage.territories.adjacency import neighbours
from maillage.territories.keys import FRANCE, Key, parse
from maillage.territories.models import Commune, Dataset

# What part of the whole the reading takes.
READING_SHARE = 0.8


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
    # Two loads would discard each other's staged rows.
    with held("load", otherwise="Un autre chargement est en cours ; attendez qu'il finisse."):
        return _load(folder, territories or [], dry_run, actor, progress)


def _load(
    folder: Path, territories: list[str], dry_run: bool, actor: User | None, progress: Progress
) -> ImportRun:
    keys = [_key(text) for text in territories]
    staging = Staging(_scope(keys))
    discard_out_of_force()
    run = ImportRun(actor=actor, folder=str(folder), territories=[str(key) for key in keys])
    try:
        with files_of(folder) as files:
            stage_all(staging, files, lambda done, step: progress(READING_SHARE * done, step), dry_run)
        if not dry_run:
            # The last word: a job may be stopped here, never between new data and their indicators.
            progress(READING_SHARE, "Mise en vigueur et calcul des indicateurs")
            _swap(staging, keys)
    except (SourceError, Refused, DatabaseError) as error:
        reason = _reason(error)
        discard_out_of_force()
        _keep_report(run, staging, succeeded=False, told=reason)
        raise Refused(f"{reason} Rien n'a été changé.") from error
    if dry_run:
        run.report = {"files": staging.files}
        run.succeeded, run.outcome = True, outcome(staging, dry_run=True)
        return run
    try:
        discard_out_of_force()
        refresh_snapshots()
    except (ScienceError, DatabaseError) as error:
        reason = f"Les fichiers sont chargés, mais les indicateurs n'ont pas été calculés : {_reason(error)}"
        _keep_report(run, staging, succeeded=False, told=reason)
        raise Refused(reason) from error
    surveys = [f"{survey.authority.short_name} : {survey.outcome}" for survey in monitor(by=actor)]
    return _keep_report(run, staging, succeeded=True, told=outcome(staging, dry_run=False), surveys=surveys)


def _reason(error: Exception) -> str:
    """The sentence of a refusal; for the database's (full disk, value too long), one around its own."""
    if not isinstance(error, DatabaseError):
        return str(error)
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


@transaction.atomic
def _swap(staging: Staging, keys: list[Key]) -> None:
    for kind, store in REFERENCES.items():
        for dataset, table in staging.references:
            if dataset.kind == kind:
                store(dataset, table)
    put_in_force(datasets=staging.datasets)
    for key in keys:
        territory = places.territory(key)
        if key.level in ("departement", "epci"):
            ensure_authority(territory=str(key), name=territory.name)


@transaction.atomic
def _keep_report(
    run: ImportRun, staging: Staging, *, succeeded: bool, told: str, surveys: Sequence[str] = ()
) -> ImportRun:
    run.report = {"files": staging.files, "obligations": list(surveys)}
    run.succeeded, run.outcome, run.finished_at = succeeded, told[:1000], timezone.now()
    run.save()
    # A journal is read by authority: the load is told to each of those it was made for.
    for authority in Authority.objects.filter(territory__in=run.territories) or [None]:
        sentence = f"Chargement de {run.folder} : {told}"
        record("load_files", sentence, by=run.actor, authority=authority, about=run)
    return run
