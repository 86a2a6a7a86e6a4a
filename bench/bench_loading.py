"""Chargement et diagnostic de la France entière, sur les données ouvertes voisines du projet."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from bench.row import Row

SHARED = Path(__file__).resolve().parents[2] / "shared" / "data"
MAILLAGE = Path(sys.executable).with_name("maillage")

# Run in a process of its own, whose settings name the freshly loaded installation.
APL_SCRIPT = """
import time, django
django.setup()
from maillage.diagnosis import estimate
from maillage.diagnosis.frame import Frame
from maillage.diagnosis.models import Snapshot, columns_of
from maillage.diagnosis.professions import PROFESSIONS
import numpy as np
frame = Frame(columns_of(Snapshot.objects.of("mg", 2023, fictional=False).pk))
profession = PROFESSIONS["mg"]
parameters = estimate.parameters_for(profession, 2023)
located = np.isfinite(frame["lon"]) & np.isfinite(frame["standardised_population"])
best = 1e9
for _ in range(3):
    start = time.perf_counter()
    times = estimate.travel_times(frame["commune"][located], frame["lon"][located], frame["lat"][located],
                                  limit_minutes=parameters.decay.limit, matrix=None)
    estimate.estimate(times=times, located=located, population=frame["standardised_population"],
                      supply=frame["supply"], published=frame["apl"], parameters=parameters)
    best = min(best, time.perf_counter() - start)
print(best)
"""


def run() -> list[Row]:
    if not SHARED.is_dir():
        return [Row("données ouvertes absentes (../shared/data)", 0.0, "s", note="non mesuré")]
    with tempfile.TemporaryDirectory() as home:
        environment = os.environ | {
            "MAILLAGE_HOME": home,
            "DJANGO_SETTINGS_MODULE": "maillage.site.settings",
        }
        start = time.perf_counter()
        command = [str(MAILLAGE), "load", str(SHARED), "--format", "json"]
        subprocess.run(command, env=environment, check=True, capture_output=True)
        loading = time.perf_counter() - start
        start = time.perf_counter()
        subprocess.run(command, env=environment, check=True, capture_output=True)
        again = time.perf_counter() - start
        apl = subprocess.run(
            [sys.executable, "-c", APL_SCRIPT], env=environment, check=True, capture_output=True, text=True
        )
    return [
        Row("charger tout le dossier, indicateurs compris", loading, "s", target="60 s"),
        Row("le charger de nouveau (rien n'a changé)", again, "s"),
        Row("APL de toute la France, temps de trajet compris", float(apl.stdout), "s", target="2 s"),
    ]
