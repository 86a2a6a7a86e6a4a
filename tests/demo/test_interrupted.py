"""A demo whose making is killed leaves half a programme, which the next making erases first."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.once

# An installation of its own, on a SQLite file. Each making runs in a fork; the first dies by SIGKILL once its
# plan is there. No file is loaded, which would only take long. Prints how each ended and what
# another process then finds.
MAKINGS = """
import json, os, signal
import django
django.setup()
from django.db import connections
from maillage.accounts.models import User
from maillage.demo import build
from maillage.demo.programme import telling
from maillage.kit.console import prepare_database
from maillage.plans.models import Plan

def die(**asked):
    os.kill(os.getpid(), signal.SIGKILL)

def in_a_fork(share):
    connections.close_all()
    child = os.fork()
    if not child:
        build.make_demo(share=share)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    return {
        "exit": os.waitstatus_to_exitcode(status),
        "plans": Plan.objects.count(),
        "people": User.objects.count(),
        "interrupted": build.was_interrupted(),
    }

build._load = lambda folder, authority: False
prepare_database()
telling.vote_budget = die
print(json.dumps([in_a_fork(share=1), in_a_fork(share=0)]))
"""


def test_a_demo_killed_in_the_middle_is_made_again_from_nothing(tmp_path: Path) -> None:
    environment = {key: value for key, value in os.environ.items() if key != "DATABASE_URL"} | {
        "MAILLAGE_HOME": str(tmp_path / "home"),
        "DJANGO_SETTINGS_MODULE": "maillage.site.settings",
    }
    done = subprocess.run([sys.executable, "-c", MAKINGS], env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    killed, again = json.loads(done.stdout.splitlines()[-1])
    assert (killed["exit"], again["exit"]) == (-signal.SIGKILL, 0)
    assert (killed["interrupted"], again["interrupted"]) == (True, False)
    assert killed["plans"] > 0
    assert again["plans"] == 0
    assert 0 < again["people"] < killed["people"]
