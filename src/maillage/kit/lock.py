"""What only one process of an installation may do at a time."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings

from maillage.kit.console import Refused


@contextmanager
def held(name: str, *, otherwise: str) -> Iterator[None]:
    """Hold a lock of this installation. The system lets go of it when the process dies, however it dies.

    Raises Refused, saying `otherwise`, when another process holds it.
    """
    with (settings.HOME / f"{name}.lock").open("w") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise Refused(otherwise) from error
        yield
