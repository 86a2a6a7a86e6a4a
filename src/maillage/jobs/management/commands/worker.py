"""`maillage worker`: do the long work that people ask for, until stopped."""

from __future__ import annotations

import logging
import os
import socket
import threading
from argparse import ArgumentParser
from datetime import timedelta
from typing import Any

from django.core.management import call_command
from django.db import DatabaseError, connection
from django.utils import timezone
from django_tasks import task_backends
from django_tasks_db.backend import DatabaseBackend

from maillage.jobs.actions import recover
from maillage.jobs.models import Worker
from maillage.kit.console import Command as BaseCommand
from maillage.kit.console import Refused

logger = logging.getLogger(__name__)

SWEEP_EVERY = 20.0


class Command(BaseCommand):
    help = "Exécute les travaux longs (imports, calculs, rapports) et reprend ceux qu'un arrêt a interrompus."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--batch", action="store_true", help="s'arrêter quand plus rien n'attend")

    def handle(self, *args: Any, **options: Any) -> None:
        if not isinstance(task_backends["default"], DatabaseBackend):
            raise Refused(
                "Les travaux de cette installation se font sur-le-champ : aucun exécutant à lancer."
            )
        stopped = threading.Event()
        sweep()
        sweeper = threading.Thread(target=_sweep_until, args=(stopped,), name="sweeper", daemon=True)
        sweeper.start()
        try:
            call_command(
                "db_worker",
                queue_name="*",
                batch=options["batch"],
                interval=0.5,
                startup_delay=False,
                reload=False,
                verbosity=0,
            )
        finally:
            stopped.set()
            sweeper.join(timeout=5)
            Worker.objects.filter(host=socket.gethostname(), pid=os.getpid()).delete()


def sweep() -> None:
    """Say that this worker lives, forget those long gone, pick up what dead ones left."""
    now = timezone.now()
    Worker.objects.update_or_create(host=socket.gethostname(), pid=os.getpid(), defaults={"seen_at": now})
    Worker.objects.filter(seen_at__lt=now - timedelta(days=1)).delete()
    recover()


def _sweep_until(stopped: threading.Event) -> None:
    while not stopped.wait(SWEEP_EVERY):
        try:
            sweep()
        except DatabaseError:
            logger.warning("the database did not answer; next sweep in %s s", SWEEP_EVERY)
            connection.close()
    connection.close()
