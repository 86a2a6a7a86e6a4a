"""A step of a batch killed half-way has done nothing; done again, it does everything once."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.once

# An installation of its own, on a SQLite file. Each step runs in a fork that dies by SIGKILL when it reaches
# a given call of a given function, then runs again whole; prints what another process finds after each.
STEPS = """
import json, os, signal
import django
django.setup()
from django.conf import settings
from django.db import connections
from maillage.budget.models import Entry
from maillage.agreements.models import Instalment
from maillage.kit import clock
from maillage.kit.console import prepare_database
from maillage.files.models import StoredFile
from maillage.payments import actions
from maillage.payments.actions import batches, returns, sending
from maillage.payments.models import Payment, PaymentBatch, ReturnFile
from paying import in_2026, payable, return_file
from people import authority

def dying(module, name, at):
    real, calls = getattr(module, name), []
    def function(*args, **kwargs):
        calls.append(1)
        if len(calls) == at:
            os.kill(os.getpid(), signal.SIGKILL)
        return real(*args, **kwargs)
    setattr(module, name, function)

def in_a_fork(step, *where):
    connections.close_all()
    child = os.fork()
    if not child:
        if where:
            dying(*where)
        with clock.at(in_2026()):
            step()
        os._exit(0)
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    batch = PaymentBatch.objects.first()
    return {
        "exit": status,
        "batch": batch.state if batch else "",
        "payments": sorted(Payment.objects.values_list("state", flat=True)),
        "instalments": sorted(Instalment.objects.values_list("state", flat=True)),
        "entries": sorted(Entry.objects.filter(kind="payment_order").values_list("key", flat=True)),
        "outcomes": sorted(Entry.objects.exclude(settles=None).values_list("kind", flat=True)),
        "files": StoredFile.objects.filter(name__startswith="bordereau").count(),
        "copied": Payment.objects.exclude(iban="").count(),
        "returns": ReturnFile.objects.count(),
    }

def prepare():
    chosen = Instalment.objects.order_by("pk")
    actions.prepare_batch(authority=authority(), year=2026, instalments=chosen, by=None)

def approve():
    actions.approve_batch(batch=PaymentBatch.objects.get(), by=None)

def send():
    actions.send_batch(batch=PaymentBatch.objects.get(), by=None)

def read():
    day = clock.today().strftime("%d/%m/%Y")
    first, *others = Payment.objects.order_by("reference").values_list("reference", flat=True)
    rows = [(first, "rejeté", day, "compte clos"), *((one, "payé", day, "") for one in others)]
    actions.read_return(authority=authority(), upload=return_file(rows), by=None)

prepare_database()
with clock.at(in_2026()):
    payable(2000)
print(json.dumps({
    "prepare": [in_a_fork(prepare, batches, "mark_in_batch", 3), in_a_fork(prepare)],
    "approve": [in_a_fork(approve, batches, "mark_ordered", 3), in_a_fork(approve)],
    "send": [in_a_fork(send, sending, "keep", 2), in_a_fork(send)],
    "read": [in_a_fork(read, returns, "mark_paid", 2), in_a_fork(read), in_a_fork(read)],
}))
"""


def test_a_step_killed_half_way_is_made_whole_by_the_next_one(tmp_path: Path) -> None:
    tests = Path(__file__).parents[1]
    environment = {key: value for key, value in os.environ.items() if key != "DATABASE_URL"} | {
        "MAILLAGE_HOME": str(tmp_path / "home"),
        "DJANGO_SETTINGS_MODULE": "maillage.site.settings",
        "PYTHONPATH": os.pathsep.join([str(tests), str(tests.parent / "src")]),
    }
    done = subprocess.run([sys.executable, "-c", STEPS], env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    after = json.loads(done.stdout.splitlines()[-1])

    for step, (killed, whole, *_) in after.items():
        assert (killed["exit"], whole["exit"]) == (-signal.SIGKILL, 0), step
    killed, whole = after["prepare"]
    assert (killed["batch"], killed["instalments"]) == ("", ["planned"] * 4)
    assert (whole["batch"], whole["instalments"]) == ("prepared", ["in_batch"] * 4)
    killed, whole = after["approve"]
    assert (killed["batch"], killed["entries"], killed["payments"]) == ("prepared", [], ["prepared"] * 4)
    assert (whole["batch"], len(whole["entries"]), whole["payments"]) == ("approved", 4, ["ordered"] * 4)
    killed, whole = after["send"]
    assert (killed["batch"], killed["files"], killed["copied"]) == ("approved", 0, 0)
    assert (whole["batch"], whole["files"], whole["copied"]) == ("sent", 2, 4)
    killed, whole, again = after["read"]
    assert (killed["batch"], killed["outcomes"], killed["returns"]) == ("sent", [], 0)
    assert whole["outcomes"] == ["payment", "payment", "payment", "rejection"]
    assert whole["payments"] == ["paid", "paid", "paid", "rejected"]
    assert whole["instalments"] == ["paid", "paid", "paid", "planned"]
    assert (whole["batch"], whole["returns"], len(whole["entries"])) == ("closed", 1, 4)
    assert again == whole
