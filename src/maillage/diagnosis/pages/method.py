"""Data and method: what the figures of this installation are made from."""

from __future__ import annotations

from typing import Any

from maillage.diagnosis.indicators import indicators
from maillage.diagnosis.professions import PROFESSIONS
from maillage.diagnosis.reading import snapshot_for, vintages
from maillage.territories.models import Dataset


def method_page() -> dict[str, Any]:
    """What the figures are made from: data sets in force, parameters of the estimates, definitions."""
    snapshots = [snapshot_for(p.code, None) for p in PROFESSIONS.values() if vintages(p.code)]
    return {
        "datasets": list(Dataset.objects.active().order_by("title", "-vintage", "file")),
        "snapshots": [(PROFESSIONS[s.profession], s) for s in snapshots],
        "indicators": list(indicators(PROFESSIONS["mg"]).values()),
    }
