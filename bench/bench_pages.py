"""Pages : temps de réponse et nombre de requêtes, laboratoire compris, sur la démonstration et le 77."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

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

# Moving a place of a scenario: what the server takes to write it and to give the page with its new map.
MOVE = """
import json, sys, time
import maillage.site.wsgi
from datetime import date
from decimal import Decimal
from django.conf import settings
from django.test import Client
from maillage.accounts.actions import create_user, grant_role
from maillage.accounts.models import Authority
from maillage.accounts.roles import Role
from maillage.diagnosis.reading import snapshot_for
from maillage.lab import actions
from maillage.lab.reading import Reading
from maillage.territories.places import find
settings.ALLOWED_HOSTS = ["*"]
territory = find(sys.argv[1])
authority = Authority.objects.get(territory=sys.argv[1])
officer = create_user(email="mesure@exemple.invalid", full_name="Mesure")
grant_role(user=officer, authority=authority, role=Role.MISSION_OFFICER, by=None)
snapshot = snapshot_for("mg", None, territory.key)
scenario = actions.draft_scenario(authority=authority, title="Mesure", snapshot=snapshot, by=None)
codes = sorted(set(Reading(scenario).ground.code.tolist()))
asked = dict(scenario=scenario, kind="booth", quantity=Decimal(20), starts_on=date(2027, 1, 1), by=None)
change = [actions.add_change(commune=code, **asked) for code in codes[::50][:5]][0]
client = Client()
client.force_login(officer, backend="django.contrib.auth.backends.ModelBackend")
times = []
for code in codes[1:12]:
    start = time.perf_counter()
    moved = client.post(f"/laboratoire/changements/{change.pk}/deplacer/", {"commune": code})
    assert client.get(moved["Location"]).status_code == 200
    times.append(time.perf_counter() - start)
print(json.dumps([times[0] * 1000, min(times) * 1000, len(codes)]))
"""


def run() -> list[Row]:
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        installations = [("démonstration", "departement:00", ["demo", "--share", "0"])]
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
    rows = [
        Row(
            f"{name}, {page} : première réponse",
            first,
            "ms",
            target="300 ms" if page == "carte" else "",
            note=f"ensuite {best:.0f} ms ; {queries} requêtes",
        )
        for page, (first, best, queries) in zip(pages, _told(SCRIPT, addresses, environment), strict=True)
    ]
    first, best, communes = _told(MOVE, [territory], environment)
    moving = f"{name}, laboratoire : déplacer un lieu et redessiner la carte"
    note = f"{communes} communes ; la première fois {first:.0f} ms"
    return [*rows, Row(moving, best, "ms", target="< 100 ms", note=note)]


def _told(script: str, arguments: list[str], environment: dict[str, str]) -> Any:
    """What a script says of an installation, as JSON."""
    done = subprocess.run(
        [sys.executable, "-c", script, *arguments],
        env=environment,
        check=True,
        capture_output=True,
        text=True,
    )
    return json.loads(done.stdout)
