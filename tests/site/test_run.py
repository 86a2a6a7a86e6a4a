from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from maillage.kit.console import Refused
from maillage.site.management.commands import run

SLEEPER = [sys.executable, "-c", "import time; time.sleep(600)"]
DEAF = [
    sys.executable,
    "-c",
    "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print(flush=True); time.sleep(600)",
]


def test_a_busy_port_is_refused_with_another_one_to_try() -> None:
    with socket.socket() as other:
        other.bind((run.HOST, 0))
        other.listen()
        with pytest.raises(Refused, match="--port 8001"):
            run.require_free(other.getsockname()[1])


@pytest.mark.parametrize("port", [70_000, -1])
def test_a_port_that_does_not_exist_is_refused(port: int) -> None:
    with pytest.raises(Refused, match=str(port)):
        run.require_free(port)


def test_every_child_is_stopped_on_the_way_out() -> None:
    with run.children(SLEEPER, SLEEPER) as started:
        assert all(child.poll() is None for child in started)
    assert all(child.returncode == -signal.SIGTERM for child in started)


def test_a_child_that_does_not_listen_is_killed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run, "PATIENCE", 0.2)
    with subprocess.Popen(DEAF, stdout=subprocess.PIPE) as deaf:
        assert deaf.stdout is not None
        deaf.stdout.readline()
        run.stop([deaf])
        assert deaf.returncode == -signal.SIGKILL


@pytest.mark.parametrize("request_to_stop", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_request_to_stop_is_obeyed_quietly(request_to_stop: signal.Signals) -> None:
    with run.stopped_by_signals():
        os.kill(os.getpid(), request_to_stop)
        time.sleep(5)
        pytest.fail("the signal was not heard")


def test_a_child_that_ends_by_itself_is_told() -> None:
    with (
        run.children([sys.executable, "-c", ""], SLEEPER) as started,
        pytest.raises(Refused, match="d'elle-même"),
    ):
        run.watch(started)


def test_a_web_server_that_does_not_start_is_told() -> None:
    with run.children([sys.executable, "-c", ""]) as started, pytest.raises(Refused, match="maillage doctor"):
        run.wait_until_answers(1, started[0])


@pytest.mark.parametrize(
    ("variable", "shown"), [("DISPLAY", True), ("WAYLAND_DISPLAY", True), ("OTHER", False)]
)
def test_a_browser_is_opened_only_where_there_is_a_screen(
    monkeypatch: pytest.MonkeyPatch, variable: str, shown: bool
) -> None:
    monkeypatch.setattr(sys, "platform", "linux")
    for name in ("DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv(variable, ":0")
    assert run.has_display() is shown


def test_the_web_server_is_that_of_this_python() -> None:
    command = run.web_command(8000)
    assert Path(command[0]) == Path(sys.executable)
    assert "--no-control-socket" in command
