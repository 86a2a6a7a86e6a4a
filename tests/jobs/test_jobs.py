from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.core.management import CommandError, call_command
from django.utils import timezone

from maillage.accounts.models import Event
from maillage.accounts.roles import Role
from maillage.jobs import running
from maillage.jobs.actions import cancel, enqueue, recover
from maillage.jobs.models import STALE_AFTER, Job
from maillage.jobs.registry import KINDS, Outcome, Work, job
from maillage.jobs.running import Cancelled, Progress, run_job
from maillage.kit.console import Refused
from people import authority, person

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _own_kinds(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    before = dict(KINDS)
    yield
    KINDS.clear()
    KINDS.update(before)


def register(work: Work, **options: Any) -> str:
    job("essai", label="Essai", **options)(work)
    return "essai"


def waiting(work: Work, **fields: Any) -> Job:
    """A job in the queue, that no worker has taken yet."""
    return Job.objects.create(kind=register(work), **fields)


def run(queued: Job) -> Job:
    run_job.call(queued.pk)
    queued.refresh_from_db()
    return queued


def test_a_job_gets_its_arguments_and_leaves_its_result() -> None:
    done = enqueue(kind=register(lambda progress, a, b: {"sum": a + b}), by=None, arguments={"a": 1, "b": 2})
    assert (done.state, done.progress, done.result) == (Job.State.DONE, 100, {"sum": 3})
    assert done.attempts == 1
    assert done.started_at is not None
    assert done.finished_at is not None


def test_a_job_may_leave_a_file(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path
    outcome = Outcome({"rows": 2}, "liste.csv", b"a;b\n")
    done = enqueue(kind=register(lambda progress: outcome), by=None)
    assert done.result == {"rows": 2}
    with done.result_file.open("rb") as file:
        assert file.read() == b"a;b\n"
    assert done.result_file.name.endswith("/liste.csv")


def test_a_refusal_is_the_error_people_read() -> None:
    def refuse(progress: Progress) -> None:
        raise Refused("Ce dossier est vide.")

    assert enqueue(kind=register(refuse), by=None).error == "Ce dossier est vide."


def test_a_crash_is_told_in_one_sentence_and_its_traceback_kept_in_the_log() -> None:
    def crash(progress: Progress) -> None:
        raise ZeroDivisionError("secret detail")

    failed = enqueue(kind=register(crash), by=None)
    assert failed.state == Job.State.FAILED
    assert "secret detail" not in failed.error
    assert "ZeroDivisionError: secret detail" in failed.log


def test_a_kind_of_job_this_version_does_not_know_fails_with_a_sentence() -> None:
    assert "sait pas faire" in run(Job.objects.create(kind="disparu")).error


def test_progress_is_written_at_most_once_a_second(django_assert_num_queries: Any) -> None:
    started = waiting(lambda progress: None, state=Job.State.RUNNING, attempts=1)
    progress = Progress(started)
    with django_assert_num_queries(1):
        for percent in range(100):
            progress(percent / 100, "Lecture")
    started.refresh_from_db()
    assert (started.progress, started.step) == (0, "Lecture")


def test_progress_stays_between_0_and_100(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "WRITE_EVERY", 0)
    started = waiting(lambda progress: None, state=Job.State.RUNNING, attempts=1)
    progress = Progress(started)
    for fraction, percent in ((-1, 0), (0.505, 50), (7, 100)):
        progress(fraction)
        started.refresh_from_db()
        assert started.progress == percent


def test_log_lines_are_kept_in_order_whether_or_not_progress_follows() -> None:
    def work(progress: Progress) -> None:
        progress.log("un")
        progress(0.5)
        progress.log("deux")

    assert enqueue(kind=register(work), by=None).log == "un\ndeux\n"


def test_a_waiting_job_is_cancelled_at_once_and_never_runs() -> None:
    ran: list[int] = []
    cancelled = cancel(job=waiting(lambda progress: ran.append(1)), by=None)
    assert cancelled.state == Job.State.CANCELLED
    assert run(cancelled).state == Job.State.CANCELLED
    assert not ran


def test_a_running_job_stops_at_its_next_word_of_progress(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "WRITE_EVERY", 0)
    reached: list[str] = []

    def work(progress: Progress) -> None:
        cancel(job=progress.job, by=None)
        progress(0.5)
        reached.append("after")

    assert enqueue(kind=register(work), by=None).state == Job.State.CANCELLED
    assert not reached


def test_a_finished_job_can_no_longer_be_cancelled() -> None:
    done = enqueue(kind=register(lambda progress: None), by=None)
    with pytest.raises(Refused, match="déjà fini"):
        cancel(job=done, by=None)


def test_a_job_is_seen_and_stopped_by_its_owner_and_the_administrators_of_its_authority() -> None:
    here = authority("00")
    owner, boss = person(Role.ANALYST, here), person(Role.ADMINISTRATOR, here)
    colleague, foreigner = person(Role.ANALYST, here), person(Role.ADMINISTRATOR, authority("01"))
    mine = waiting(lambda progress: None, owner=owner, authority=here)
    for user, sees in ((owner, True), (boss, True), (colleague, False), (foreigner, False)):
        assert (mine in Job.objects.visible_to(user)) is sees
    for user in (colleague, foreigner):
        with pytest.raises(PermissionDenied):
            cancel(job=mine, by=user)
    assert cancel(job=mine, by=boss).state == Job.State.CANCELLED


def test_a_silent_job_is_done_again_while_it_has_attempts_left() -> None:
    ran: list[int] = []
    dead = waiting(
        lambda progress: ran.append(1),
        state=Job.State.RUNNING,
        attempts=1,
        heartbeat_at=timezone.now() - STALE_AFTER - timedelta(seconds=1),
    )
    assert recover() == [dead]
    dead.refresh_from_db()
    assert (dead.state, dead.attempts, ran) == (Job.State.DONE, 2, [1])


def test_a_silent_job_without_attempts_left_fails_with_a_sentence() -> None:
    dead = waiting(
        lambda progress: None,
        state=Job.State.RUNNING,
        attempts=3,
        heartbeat_at=timezone.now() - STALE_AFTER * 2,
    )
    recover()
    dead.refresh_from_db()
    assert dead.state == Job.State.FAILED
    assert "interrompu 3 fois" in dead.error
    assert Event.objects.filter(verb="recover_job").count() == 1


def test_a_silent_job_that_was_to_be_cancelled_is_cancelled() -> None:
    old = timezone.now() - STALE_AFTER * 2
    dead = waiting(
        lambda progress: None, state=Job.State.RUNNING, attempts=1, heartbeat_at=old, cancel_requested=True
    )
    recover()
    dead.refresh_from_db()
    assert dead.state == Job.State.CANCELLED


def test_a_job_that_gives_signs_of_life_is_left_alone() -> None:
    waiting(lambda progress: None, state=Job.State.RUNNING, attempts=1, pid=os.getpid())
    assert recover() == []


def test_a_waiting_job_that_no_queue_holds_any_more_is_handed_out_again() -> None:
    lost = waiting(lambda progress: None, heartbeat_at=timezone.now() - STALE_AFTER * 2)
    recover()
    lost.refresh_from_db()
    assert lost.state == Job.State.DONE


def test_a_run_that_was_replaced_can_write_nothing_any_more() -> None:
    replaced = waiting(lambda progress: None, state=Job.State.RUNNING, attempts=1)
    slow = Progress(replaced)
    Job.objects.filter(pk=replaced.pk).update(attempts=2)
    with pytest.raises(Cancelled):
        slow(0.9)
    assert not slow.run.update(state=Job.State.DONE)


def test_two_kinds_cannot_bear_one_name() -> None:
    register(lambda progress: None)
    with pytest.raises(ValueError, match="essai"):
        register(lambda progress: None)


def test_the_worker_says_so_when_jobs_are_done_on_the_spot() -> None:
    with pytest.raises(CommandError, match="aucun exécutant"):
        call_command("worker")
