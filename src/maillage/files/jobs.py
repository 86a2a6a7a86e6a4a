"""Long work of this room, as the job worker runs it."""

from __future__ import annotations

from typing import Any

from maillage.files.actions import CHECK, check
from maillage.files.models import StoredFile
from maillage.jobs.registry import job
from maillage.jobs.running import Progress


@job(CHECK, label="Vérification des fichiers reçus")
def check_files(progress: Progress) -> dict[str, Any]:
    """Accept or refuse every file in quarantine, the oldest first."""
    waiting = list(StoredFile.objects.quarantined().select_related("authority").order_by("pk"))
    for rank, file in enumerate(waiting):
        progress(rank / len(waiting), file.name)
        check(file=file)
    return {"files": len(waiting)}
