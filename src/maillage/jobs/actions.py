"""Asking for long work, stopping it, and picking up what a killed worker left."""

from __future__ import annotations

import os
import socket
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from maillage.accounts.journal import record
from maillage.accounts.models import Authority, User
from maillage.jobs.models import Job
from maillage.jobs.registry import KINDS
from maillage.jobs.running import enqueue_task, run_job
from maillage.kit.console import Refused

INTERRUPTED = (
    "Ce travail a été interrompu {attempts} fois (programme arrêté, mémoire épuisée ou machine redémarrée). "
    "Regardez son journal, puis demandez-le de nouveau."
)


@transaction.atomic
def enqueue(
    *, kind: str, authority: Authority | None = None, by: User | None, arguments: dict[str, Any] | None = None
) -> Job:
    """Ask for a job. The caller has checked the right to the work itself; `by` None is the program."""
    known = KINDS[kind]
    job = Job.objects.create(
        kind=kind,
        arguments=arguments or {},
        authority=authority,
        owner=by,
        max_attempts=known.max_attempts,
    )
    record("enqueue_job", f"Travail demandé : {known.label}.", by=by, authority=authority, about=job)
    enqueue_task(job)
    job.refresh_from_db()
    return job


@transaction.atomic
def cancel(*, job: Job, by: User | None) -> Job:
    """Stop a job: at once when it waits, at its next word of progress when it runs."""
    if by is not None and not Job.objects.visible_to(by).filter(pk=job.pk).exists():
        raise PermissionDenied("Ce travail n'est pas le vôtre.")
    now = timezone.now()
    waiting = Job.objects.filter(pk=job.pk, state=Job.State.QUEUED)
    running = Job.objects.filter(pk=job.pk, state=Job.State.RUNNING)
    stopped = waiting.update(state=Job.State.CANCELLED, cancel_requested=True, finished_at=now)
    if not stopped and not running.update(cancel_requested=True):
        raise Refused("Ce travail est déjà fini : il n'y a plus rien à arrêter.")
    record("cancel_job", f"Arrêt demandé : {job}.", by=by, authority=job.authority, about=job)
    job.refresh_from_db()
    return job


def recover() -> list[Job]:
    """Pick up what dead workers left. Returns the jobs that were queued again or marked failed.

    A running job is left for dead when its process is gone from this machine, or when it has been silent
    for a minute. A waiting job is handed out again when no worker holds it in its queue any more (a worker
    killed between taking the task and starting the job).
    """
    silent = set(Job.objects.silent().values_list("pk", flat=True))
    touched = []
    for job in Job.objects.unfinished().order_by("pk"):
        if job.state == Job.State.RUNNING and (job.pk in silent or _process_is_gone(job)):
            touched += _pick_up(job)
        elif job.state == Job.State.QUEUED and job.pk in silent and not _is_handed_out(job):
            touched += _hand_out_again(job)
    return touched


@transaction.atomic
def _pick_up(job: Job) -> list[Job]:
    """Queue a dead run again, or fail the job when its attempts are spent. Nothing when it came back."""
    same_run = Job.objects.filter(
        pk=job.pk, state=Job.State.RUNNING, attempts=job.attempts, heartbeat_at=job.heartbeat_at
    )
    now = timezone.now()
    if job.cancel_requested:
        changed = same_run.update(state=Job.State.CANCELLED, finished_at=now)
    elif job.attempts < job.max_attempts:
        changed = same_run.update(state=Job.State.QUEUED, heartbeat_at=now, step="Reprise après interruption")
    else:
        error = INTERRUPTED.format(attempts=job.attempts)
        changed = same_run.update(state=Job.State.FAILED, finished_at=now, error=error)
    if not changed:
        return []
    _close_dead_tasks(job)
    job.refresh_from_db()
    record("recover_job", f"Travail interrompu : {job} ({job.get_state_display()}).", by=None, about=job)
    if job.state == Job.State.QUEUED:
        enqueue_task(job)
    return [job]


@transaction.atomic
def _hand_out_again(job: Job) -> list[Job]:
    same = Job.objects.filter(pk=job.pk, state=Job.State.QUEUED, heartbeat_at=job.heartbeat_at)
    if not same.update(heartbeat_at=timezone.now()):
        return []
    _close_dead_tasks(job)
    enqueue_task(job)
    return [job]


def _tasks(job: Job) -> Any:
    return DBTaskResult.objects.filter(
        task_path=run_job.module_path, args_kwargs={"args": [job.pk], "kwargs": {}}
    )


def _is_handed_out(job: Job) -> bool:
    return bool(_tasks(job).filter(status="READY").exists())


def _close_dead_tasks(job: Job) -> None:
    """The task queue never notices a killed worker: without this its rows would run for ever."""
    _tasks(job).filter(status="RUNNING").update(status="FAILED", finished_at=timezone.now())


def _process_is_gone(job: Job) -> bool:
    """Whether the process of a running job, on this machine, no longer exists."""
    if job.host != socket.gethostname() or job.pid is None:
        return False
    try:
        os.kill(job.pid, 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return False
