"""Fifty clients at once against one envelope, on the real database: never one cent over, nothing lost."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import uuid
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest

CLIENTS, COMMITS = 50, 4
SCRIPT = Path(__file__).resolve().parents[2] / "bench" / "ledger_clients.py"


@pytest.fixture
def installation(tmp_path: Path) -> Iterator[dict[str, str]]:
    """The environment of an installation of its own, on the kind of database that DATABASE_URL names.

    Not the database of the tests, which would have to delete the entries afterwards.
    """
    environment = {
        **os.environ,
        "MAILLAGE_HOME": str(tmp_path / "home"),
        "DJANGO_SETTINGS_MODULE": "maillage.site.settings",
    }
    url = urlsplit(os.environ.get("DATABASE_URL", ""))
    if not url.scheme.startswith("postgres"):
        environment.pop("DATABASE_URL", None)
        yield environment
        return
    name = f"ledger_{uuid.uuid4().hex}"
    with psycopg.connect(url.geturl(), autocommit=True) as server:
        server.execute(f"CREATE DATABASE {name}")  # type: ignore[arg-type]
        yield environment | {"DATABASE_URL": url._replace(path=f"/{name}").geturl()}
        server.execute(f"DROP DATABASE {name} WITH (FORCE)")  # type: ignore[arg-type]


def test_fifty_clients_never_go_one_cent_over_nor_lose_an_entry(installation: dict[str, str]) -> None:
    command = [sys.executable, str(SCRIPT), str(CLIENTS), str(COMMITS)]
    done = subprocess.run(command, env=installation, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["errors"] == []
    assert found["different"] == 0
    assert found["granted"] + found["refused"] == CLIENTS * COMMITS
    authorised, committed = Decimal(found["authorised"][0]), Decimal(found["committed"][0])
    amount, voted, moved = (Decimal(found[name]) for name in ("amount", "voted", "moved"))
    # Every commitment granted is in the ledger, once, and money that crosses neither appears nor vanishes.
    assert committed == found["granted"] * amount
    assert sum(map(Decimal, found["authorised"])) == 2 * voted
    # The ceiling is reached: one more commitment would pass the most it can have been.
    assert committed <= authorised
    assert committed + amount > voted - CLIENTS * moved
