"""One load at a time: two would discard each other's staged rows."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings

from maillage.kit.console import Refused


@contextmanager
def only_one_load() -> Iterator[None]:
    """Hold the lock of this installation. The system lets go of it when the process dies, however it dies.

    Raises Refused when another load holds it.
    """
    with (settings.HOME / "load.lock").open("w") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise Refused("Un autre chargement est en cours ; attendez qu'il finisse.") from error
        yield
