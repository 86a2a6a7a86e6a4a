"""A load that is killed leaves nothing in force, and the next one succeeds."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.once

# An installation of its own, on a SQLite file. Each load runs in a fork that dies by SIGKILL when it reaches
# a given function; prints how each ended and what another process then finds in the database.
LOADS = """
import json, os, signal, sys
from pathlib import Path
import django
django.setup()
from django.db import connections
from maillage.care.models import FacilityCount
from maillage.diagnosis.models import Snapshot
from maillage.intake import actions
from maillage.intake.stores import STAGED
from maillage.kit.console import prepare_database
from maillage.territories.models import Commune, Dataset

def die(*args, **kwargs):
    os.kill(os.getpid(), signal.SIGKILL)

def load(where):
    if where == "staging":
        STAGED["facilities"] = die
    elif where:
        setattr(actions, where, die)
    actions.load(folder=Path(sys.argv[1]), territories=["departement:20"])

def in_a_fork(where):
    connections.close_all()
    child = os.fork()
    if not child:
        load(where)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    return {
        "exit": os.waitstatus_to_exitcode(status),
        "staged": Dataset.objects.filter(active=False).count(),
        "in_force": Dataset.objects.active().count(),
        "communes": Commune.objects.count(),
        "facilities": FacilityCount.objects.count(),
        "snapshots": Snapshot.objects.filter(superseded=False).count(),
    }

prepare_database()
print(json.dumps({where: in_a_fork(where) for where in ("staging", "put_in_force", "refresh_snapshots", "")}))
"""


def test_a_load_killed_at_any_point_is_made_whole_by_the_next_one(country: Path, tmp_path: Path) -> None:
    environment = {key: value for key, value in os.environ.items() if key != "DATABASE_URL"} | {
        "MAILLAGE_HOME": str(tmp_path / "home"),
        "DJANGO_SETTINGS_MODULE": "maillage.site.settings",
    }
    command = [sys.executable, "-c", LOADS, str(country)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    after = json.loads(done.stdout)
    for where in ("staging", "put_in_force"):
        assert after[where]["exit"] == -signal.SIGKILL
        assert after[where]["staged"] > 0
        assert (after[where]["in_force"], after[where]["communes"]) == (0, 0)
    assert after["refresh_snapshots"]["exit"] == -signal.SIGKILL
    assert (after["refresh_snapshots"]["communes"], after["refresh_snapshots"]["snapshots"]) == (12, 0)
    assert after[""] == {
        "exit": 0,
        "staged": 0,
        "in_force": after["refresh_snapshots"]["in_force"],
        "communes": 12,
        "facilities": 13,
        "snapshots": 4,
    }
