"""Dossiers : la liste de 100 000 dossiers, ses filtres et ses exports, sur les deux bases."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from tools.with_postgres import ABSENT, cluster, find_binaries

from bench.row import Row

COUNT = 100_000
SCRIPT = Path(__file__).with_name("applications_list.py")


def run() -> list[Row]:
    rows = _measure("SQLite", "")
    binaries = find_binaries()
    if binaries is None:
        return [*rows, Row("liste des dossiers, PostgreSQL", 0.0, "ms", note=ABSENT)]
    with cluster(binaries) as url:
        return [*rows, *_measure("PostgreSQL", url)]


def _measure(name: str, url: str) -> list[Row]:
    with tempfile.TemporaryDirectory() as home:
        environment = os.environ | {
            "MAILLAGE_HOME": home,
            "DJANGO_SETTINGS_MODULE": "maillage.site.settings",
        }
        environment.pop("DATABASE_URL", None)
        done = subprocess.run(
            [sys.executable, str(SCRIPT), str(COUNT)],
            env=environment | ({"DATABASE_URL": url} if url else {}),
            check=True,
            capture_output=True,
            text=True,
        )
    found = json.loads(done.stdout)
    note = f"première réponse {found['first']:.0f} ms ; {found['queries']} requêtes"
    return [
        *(
            Row(
                f"{name}, {page}",
                milliseconds,
                "ms",
                target="< 200 ms" if page == "première page" and name == "PostgreSQL" else "",
                note=note if page == "première page" else "",
            )
            for page, milliseconds in found["pages"].items()
        ),
        *(
            Row(
                f"{name}, export {fmt.upper()} des {COUNT} dossiers",
                export["seconds"],
                "s",
                note=f"{export['size']:.0f} Mo ; mémoire du serveur + {export['grown']:.0f} Mo",
            )
            for fmt, export in found["exports"].items()
        ),
    ]


if __name__ == "__main__":
    for row in run():
        print(row)
