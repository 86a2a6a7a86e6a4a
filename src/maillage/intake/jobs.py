"""Long work of this room, as the job worker runs it."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

from maillage.accounts.models import User
from maillage.intake.actions import load
from maillage.jobs.registry import job
from maillage.jobs.running import Progress


@job("load_files", label="Chargement de fichiers officiels")
def load_files(
    progress: Progress, *, folder: str, territories: list[str], actor: int | None
) -> dict[str, Any]:
    """Load a folder left by an upload, then forget the copies: accepted, refused or stopped, they served.

    A killed run keeps them, since it will be started again.
    """
    by = User.objects.filter(pk=actor).first()
    try:
        run = load(folder=Path(folder), territories=territories, actor=by, progress=progress)
    except Exception:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    shutil.rmtree(folder, ignore_errors=True)
    return {"import": run.pk, "outcome": run.outcome}
