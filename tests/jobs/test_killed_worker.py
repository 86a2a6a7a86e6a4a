"""A real worker, really killed, on a real SQLite file."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.once

DEADLINE = 300.0

ENQUEUE = """
import sys
from maillage.jobs.actions import enqueue
enqueue(kind="note_and_wait", by=None, arguments={"file": sys.argv[1], "seconds": 600})
"""
DJANGO = "import django; django.setup()\n"


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    return {
        **{name: value for name, value in os.environ.items() if name != "DATABASE_URL"},
        "MAILLAGE_HOME": str(tmp_path / "home"),
        "DJANGO_SETTINGS_MODULE": "slow_worker.settings",
        "PYTHONPATH": os.pathsep.join([str(Path(__file__).parent), *sys.path]),
    }


def python(environment: dict[str, str], *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, *arguments], env=environment, capture_output=True, text=True, check=True
    )
    return done.stdout


def rows(environment: dict[str, str], query: str) -> list[Any]:
    """What the database of the installation holds, read from outside."""
    with closing(sqlite3.connect(Path(environment["MAILLAGE_HOME"]) / "maillage.sqlite3")) as database:
        return database.execute(query).fetchall()


def wait_for(condition: Callable[[], Any]) -> None:
    deadline = time.monotonic() + DEADLINE
    while not condition():
        assert time.monotonic() < deadline, "what was waited for did not come"
        time.sleep(0.1)


def test_a_job_whose_worker_is_killed_is_picked_up_and_finished_once(
    environment: dict[str, str], tmp_path: Path
) -> None:
    notes = tmp_path / "notes"
    python(environment, "-m", "maillage", "migrate", "--skip-checks", "--verbosity", "0")
    python(environment, "-c", DJANGO + ENQUEUE, str(notes))

    first = subprocess.Popen([sys.executable, "-m", "maillage", "worker"], env=environment)
    try:
        wait_for(lambda: notes.exists() and "begin" in notes.read_text())
    finally:
        first.kill()
        first.wait()
    assert rows(environment, "SELECT state FROM jobs_job") == [("running",)]

    python(environment, "-m", "maillage", "worker", "--batch")
    [(state, attempts, result)] = rows(environment, "SELECT state, attempts, result FROM jobs_job")
    assert (state, attempts) == ("done", 2)
    tasks = rows(environment, "SELECT status FROM django_tasks_database_dbtaskresult ORDER BY status")
    assert tasks == [("FAILED",), ("SUCCESSFUL",)]
    second = json.loads(result)["pid"]
    assert notes.read_text().splitlines() == [f"begin {first.pid}", f"begin {second}", f"end {second}"]
