"""Doing one job: progress, heartbeat, cancel, and an end that is written once."""

from __future__ import annotations

import logging
import os
import socket
import threading
import time
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.core.files.base import ContentFile
from django.db import OperationalError, connection, transaction
from django.db.models import F, Value
from django.db.models.functions import Concat
from django.utils import timezone
from django_tasks import task

from maillage.jobs.models import Job, JobQuerySet
from maillage.jobs.registry import KINDS, Outcome
from maillage.kit.console import Refused

logger = logging.getLogger(__name__)

# At most one write a second: writers of SQLite wait for each other.
WRITE_EVERY = 1.0
BEAT_EVERY = 10.0

UNEXPECTED = (
    "Une erreur inattendue a interrompu ce travail. Rien n'a été à moitié enregistré ; "
    "son journal, lisible par l'administration, dit laquelle."
)


class Cancelled(Exception):
    """The job was asked to stop, or another run has taken its place."""


class Progress:
    """What a job says of itself while it works.

    `progress(0.4, "Lecture des communes")` once per stretch of work, as often as one likes: only one call
    a second is written. Raises `Cancelled` when asked to stop. On SQLite a call made inside a transaction
    is seen by others when that transaction ends.
    """

    def __init__(self, job: Job) -> None:
        self.job = job
        self._written_at = 0.0
        self._lines: list[str] = []

    @property
    def run(self) -> JobQuerySet:
        """The row of this job, as long as this run is its latest."""
        return Job.objects.filter(pk=self.job.pk, state=Job.State.RUNNING, attempts=self.job.attempts)

    def __call__(self, fraction: float, step: str = "") -> None:
        if step:
            self.job.step = step
        self.job.progress = round(100 * min(max(fraction, 0.0), 1.0))
        if time.monotonic() - self._written_at >= WRITE_EVERY:
            self._write()

    def log(self, line: str) -> None:
        """Add a line to the job's log, written with the next progress."""
        self._lines.append(line)

    def unwritten_lines(self) -> str:
        lines, self._lines = self._lines, []
        return "".join(f"{line}\n" for line in lines)

    def _write(self) -> None:
        written = self.run.filter(cancel_requested=False).update(
            progress=self.job.progress,
            step=self.job.step[:200],
            log=Concat("log", Value(self.unwritten_lines())),
            heartbeat_at=timezone.now(),
        )
        if not written:
            raise Cancelled
        self._written_at = time.monotonic()


@task()
def run_job(job_id: int) -> None:
    """Do a queued job. Does nothing when it is no longer queued: cancelled, or taken by another worker."""
    job = _start(job_id)
    if job is None:
        return
    progress = Progress(job)
    with _heart(progress):
        try:
            outcome = _work(job, progress)
        except Cancelled:
            _end(progress, state=Job.State.CANCELLED)
        except Refused as refusal:
            _end(progress, state=Job.State.FAILED, error=str(refusal)[:500])
        except Exception:
            logger.exception("job %s failed", job.pk)
            progress.log(traceback.format_exc())
            _end(progress, state=Job.State.FAILED, error=UNEXPECTED)
        else:
            _end(progress, state=Job.State.DONE, progress=100, result=outcome.data)


def _start(job_id: int) -> Job | None:
    now = timezone.now()
    started = Job.objects.filter(pk=job_id, state=Job.State.QUEUED).update(
        state=Job.State.RUNNING,
        attempts=F("attempts") + 1,
        host=socket.gethostname(),
        pid=os.getpid(),
        started_at=now,
        heartbeat_at=now,
        progress=0,
        step="",
    )
    return Job.objects.select_related("authority", "owner").get(pk=job_id) if started else None


def _work(job: Job, progress: Progress) -> Outcome:
    kind = KINDS.get(job.kind)
    if kind is None:
        raise Refused(f"Ce programme ne sait pas faire « {job.kind} » : sa version a-t-elle changé ?")
    given = kind.work(progress, **job.arguments)
    outcome = given if isinstance(given, Outcome) else Outcome(given or {})
    if outcome.file_name:
        name = f"{job.pk}/{outcome.file_name}"
        stored = Job.result_file.field.storage.save(f"jobs/{name}", ContentFile(outcome.content))
        progress.run.update(result_file=stored)
    return outcome


def _end(progress: Progress, /, *, state: Job.State, **changes: Any) -> None:
    """Write the end of a run, unless another run has taken its place meanwhile."""
    now = timezone.now()
    log = Concat("log", Value(progress.unwritten_lines()))
    changes.setdefault("progress", progress.job.progress)
    progress.run.update(state=state, log=log, heartbeat_at=now, finished_at=now, **changes)


@contextmanager
def _heart(progress: Progress) -> Iterator[None]:
    """Say "alive" from a thread while the work lasts, however long it goes without a word of progress."""
    stopped = threading.Event()

    def beat() -> None:
        while not stopped.wait(BEAT_EVERY):
            try:
                progress.run.update(heartbeat_at=timezone.now())
            except OperationalError:
                # SQLite is held by a long transaction, perhaps the job's own: the next beat will do.
                logger.info("job %s: no heartbeat this time", progress.job.pk)
        connection.close()

    thread = threading.Thread(target=beat, name=f"heart of job {progress.job.pk}", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stopped.set()
        thread.join()


def enqueue_task(job: Job) -> None:
    """Hand a queued job to the workers, in the transaction that queued it: both rows or none."""
    with transaction.atomic():
        run_job.enqueue(job.pk)
