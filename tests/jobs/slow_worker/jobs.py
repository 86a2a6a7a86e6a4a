from __future__ import annotations

import os
import time
from pathlib import Path

from maillage.jobs.registry import job
from maillage.jobs.running import Progress


@job("note_and_wait", label="Travail d'essai")
def note_and_wait(progress: Progress, *, file: str, seconds: float) -> dict[str, int]:
    """Note which process begins, wait the first time only, note which one ends."""
    notes = Path(file)
    first = not notes.exists()
    with notes.open("a") as lines:
        lines.write(f"begin {os.getpid()}\n")
    progress(0.5, "À mi-chemin")
    if first:
        time.sleep(seconds)
    with notes.open("a") as lines:
        lines.write(f"end {os.getpid()}\n")
    return {"pid": os.getpid()}
