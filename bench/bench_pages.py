"""Pages : temps de réponse et nombre de requêtes, sur la démonstration et le département 77."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from bench.bench_loading import MAILLAGE, SHARED
from bench.row import Row

# The first page a freshly started server gives (warmed up as it starts), then the best of ten.
SCRIPT = """
import json, sys, time
import maillage.site.wsgi
from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
settings.ALLOWED_HOSTS = ["*"]
client = Client()
found = []
for address in sys.argv[1:]:
    times = []
    for _ in range(10):
        start = time.perf_counter()
        response = client.get(address)
        times.append(time.perf_counter() - start)
        assert response.status_code == 200, (address, response.status_code)
    with CaptureQueriesContext(connection) as queries:
        client.get(address)
    found.append([times[0] * 1000, min(times) * 1000, len(queries)])
print(json.dumps(found))
"""


def run() -> list[Row]:
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        installations = [("démonstration", "departement:00", ["demo"])]
        if SHARED.is_dir():
            load = ["load", str(SHARED), "--territory", "departement:77"]
            installations.append(("Seine-et-Marne", "departement:77", load))
        for name, territory, command in installations:
            home = Path(folder) / territory.replace(":", "-")
            rows += _measure(name, territory, command, home)
    return rows


def _measure(name: str, territory: str, command: list[str], home: Path) -> list[Row]:
    environment = os.environ | {
        "MAILLAGE_HOME": str(home),
        "DJANGO_SETTINGS_MODULE": "maillage.site.settings",
    }
    for arguments in (command, ["collectstatic", "--noinput", "-v0"]):
        subprocess.run([str(MAILLAGE), *arguments], env=environment, check=True, capture_output=True)
    pages = {"carte": "", "chiffres": "chiffres/", "tableau": "tableau/"}
    addresses = [f"/diagnostic/{territory}/{page}" for page in pages.values()]
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, *addresses],
        env=environment,
        check=True,
        capture_output=True,
        text=True,
    )
    return [
        Row(
            f"{name}, {page} : première réponse",
            first,
            "ms",
            target="300 ms" if page == "carte" else "",
            note=f"ensuite {best:.0f} ms ; {queries} requêtes",
        )
        for page, (first, best, queries) in zip(pages, json.loads(done.stdout), strict=True)
    ]
