"""`maillage run`: the whole program on this machine, web and worker, until Ctrl-C."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import webbrowser
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.core.management import call_command

from maillage.demo.build import is_wanted
from maillage.kit.console import Command as BaseCommand
from maillage.kit.console import Refused

HOST = "127.0.0.1"
# How long the children have to finish what they do before being cut short.
PATIENCE = 8.0
START_TIMEOUT = 30.0
STOPS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Command(BaseCommand):
    help = "Lance le programme : pages web et travaux longs, jusqu'à Ctrl-C."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--port", type=int, default=8000, help="port d'écoute sur cette machine")
        parser.add_argument(
            "--demo-if-empty",
            action="store_true",
            help="créer le territoire de démonstration si rien n'est chargé",
        )
        parser.add_argument("--no-browser", action="store_true", help="ne pas ouvrir le navigateur")

    def handle(self, *args: Any, **options: Any) -> None:
        port = options["port"]
        require_free(port)
        call_command("collectstatic", verbosity=0, interactive=False)
        beside = []
        if options["demo_if_empty"] and is_wanted():
            # Its territory first, in seconds; its three years of programme while one looks around.
            call_command("demo", share=0, stdout=self.stdout)
            beside.append(demo_command())
        with stopped_by_signals(), children(web_command(port), worker_command(), *beside) as started:
            wait_until_answers(port, started[0])
            address = f"http://localhost:{port}/"
            self.stdout.write(f"Maillage est à l'adresse {address} (Ctrl-C pour arrêter).")
            self.stdout.flush()
            if not options["no_browser"] and has_display():
                webbrowser.open(address)
            watch(started[:2])
        self.stdout.write("Maillage est arrêté.")


def require_free(port: int) -> None:
    """Raise Refused when another program listens on the port."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except PermissionError as error:
            raise Refused(
                f"Le port {port} est réservé au système : choisissez-en un au-dessus de 1024."
            ) from error
        except (OSError, OverflowError) as error:
            raise Refused(
                f"Le port {port} n'est pas libre : essayez « maillage run --port 8001 »."
            ) from error


def web_command(port: int) -> list[str]:
    return [
        *(sys.executable, "-m", "gunicorn", "maillage.site.wsgi"),
        *("--bind", f"{HOST}:{port}", "--worker-class", "gthread", "--workers", "2", "--threads", "4"),
        *("--preload", "--log-level", "warning", "--no-control-socket"),
    ]


def worker_command() -> list[str]:
    return [sys.executable, "-m", "maillage", "worker"]


def demo_command() -> list[str]:
    return [sys.executable, "-m", "maillage", "demo"]


@contextmanager
def stopped_by_signals() -> Iterator[None]:
    """Leave quietly on Ctrl-C, on a polite request to stop, and when the terminal is closed."""

    def interrupt(signum: int, frame: object) -> None:
        raise KeyboardInterrupt

    before = {signum: signal.signal(signum, interrupt) for signum in STOPS}
    try:
        yield
    except KeyboardInterrupt:
        pass
    finally:
        for signum, handler in before.items():
            signal.signal(signum, handler)


@contextmanager
def children(*commands: list[str]) -> Iterator[list[subprocess.Popen[bytes]]]:
    """Run programs beside this one, and stop them all on the way out.

    Each has a session of its own, so that Ctrl-C reaches this program alone, which stops them in order.
    """
    started: list[subprocess.Popen[bytes]] = []
    try:
        for command in commands:
            started.append(subprocess.Popen(command, start_new_session=True))
        yield started
    finally:
        stop(started)


def stop(started: list[subprocess.Popen[bytes]]) -> None:
    """Ask the children to stop, insist, then kill: a job cut short is picked up at the next start."""
    for ask in (signal.SIGTERM, signal.SIGTERM, signal.SIGKILL):
        alive = [child for child in started if child.poll() is None]
        for child in alive:
            child.send_signal(ask)
        deadline = time.monotonic() + PATIENCE
        while any(child.poll() is None for child in alive) and time.monotonic() < deadline:
            time.sleep(0.05)


def wait_until_answers(port: int, web: subprocess.Popen[bytes]) -> None:
    """Return once the port answers. Raises Refused when the web server ends or takes too long."""
    deadline = time.monotonic() + START_TIMEOUT
    while time.monotonic() < deadline:
        if web.poll() is not None:
            break
        with socket.socket() as probe:
            if probe.connect_ex((HOST, port)) == 0:
                return
        time.sleep(0.1)
    raise Refused("Le serveur web ne démarre pas : « maillage doctor » dit ce qui manque.")


def watch(started: list[subprocess.Popen[bytes]]) -> None:
    """Wait for a stop. Raises Refused as soon as a child ends by itself."""
    while all(child.poll() is None for child in started):
        time.sleep(0.5)
    raise Refused("Une partie du programme s'est arrêtée d'elle-même : relancez « maillage run ».")


def has_display() -> bool:
    return sys.platform in ("darwin", "win32") or any(map(os.environ.get, ("DISPLAY", "WAYLAND_DISPLAY")))
