"""Long work of this room, as the job worker runs it."""

from __future__ import annotations

from typing import Any

from maillage.files.actions import check
from maillage.files.models import StoredFile
from maillage.jobs.registry import job
from maillage.jobs.running import Progress


@job("check_file", label="Vérification d'un fichier reçu")
def check_file(progress: Progress, *, file: int) -> dict[str, Any]:
    """Accept or refuse a file in quarantine."""
    checked = check(file=StoredFile.objects.select_related("authority").get(pk=file))
    return {"file": checked.name, "state": checked.get_state_display()}
