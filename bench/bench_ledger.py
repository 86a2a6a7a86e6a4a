"""Budget : cinquante postes engagent à la fois sur une même enveloppe."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from tools.with_postgres import ABSENT, cluster, find_binaries

from bench.row import Row

CLIENTS, COMMITS = 50, 20
SCRIPT = Path(__file__).with_name("ledger_clients.py")


def run() -> list[Row]:
    rows = [_measure("SQLite", "")]
    binaries = find_binaries()
    if binaries is None:
        return [*rows, Row("engagements par seconde, PostgreSQL", 0.0, "/s", note=ABSENT)]
    with cluster(binaries) as url:
        return [*rows, _measure("PostgreSQL", url)]


def _measure(name: str, url: str) -> Row:
    """Requests answered by second: commitments, each asked twice, and a transfer by client."""
    with tempfile.TemporaryDirectory() as home:
        environment = os.environ | {
            "MAILLAGE_HOME": home,
            "DJANGO_SETTINGS_MODULE": "maillage.site.settings",
        }
        environment.pop("DATABASE_URL", None)
        done = subprocess.run(
            [sys.executable, str(SCRIPT), str(CLIENTS), str(COMMITS)],
            env=environment | ({"DATABASE_URL": url} if url else {}),
            check=True,
            capture_output=True,
            text=True,
        )
    found = json.loads(done.stdout)
    answered = 2 * found["granted"] + found["refused"] + CLIENTS
    note = (
        f"{CLIENTS} processus ; {found['granted']} engagements accordés, {found['refused']} refusés, "
        f"{len(found['errors'])} erreur, engagé {found['committed'][0]} € sur {found['authorised'][0]} €"
    )
    return Row(f"demandes d'engagement par seconde, {name}", answered / found["seconds"], "/s", note=note)


if __name__ == "__main__":
    for row in run():
        print(row)
