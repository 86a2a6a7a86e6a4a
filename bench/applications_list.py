"""Fills a database with applications and times their list: `python applications_list.py COUNT`."""

from __future__ import annotations

import json
import os
import resource
import sys
import time
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from typing import Any

import django

PAGES = {
    "première page": "",
    "à prendre": "?onglet=a-prendre",
    "délai proche": "?onglet=delai-proche",
    "triée par demandeur": "?tri=demandeur",
    "triée par montant": "?tri=-montant",
    "cherchée par un nom": "?texte=exemple+99",
}
CHUNK = 5000


def fill(count: int) -> Any:
    """One authority, forty recipients by scheme, every state, three years of submissions."""
    from maillage.accounts.actions import create_authority, create_user, grant_role
    from maillage.accounts.roles import Role
    from maillage.applications.models import Application, Recipient
    from maillage.kit import clock
    from maillage.schemes.models import Scheme, SchemeVersion

    here = create_authority(territory="departement:00", name="Département fictif", is_demo=False)
    officers = [
        create_user(email=f"agent{rank}@exemple.invalid", full_name=f"Agent {rank}", password="x" * 20)
        for rank in range(8)
    ]
    for officer in officers:
        grant_role(user=officer, authority=here, role=Role.CASE_OFFICER, by=None)
    versions = []
    for rank in range(12):
        scheme = Scheme.objects.create(authority=here, key=f"d{rank}", title=f"Dispositif {rank}")
        state = {"state": SchemeVersion.State.PUBLISHED, "published_at": clock.now()}
        versions.append(SchemeVersion.objects.create(scheme=scheme, number=1, rules={}, **state))
    names = [f"exemple {rank}" for rank in range(count // 20)]
    recipients = Recipient.objects.bulk_create(
        (Recipient(authority=here, kind="student", name=name.title(), search_name=name) for name in names),
        batch_size=CHUNK,
    )
    states = [state for state in Application.State if state != Application.State.DRAFT]
    start = clock.now() - timedelta(days=3 * 365)

    def rows() -> Iterator[Application]:
        for rank in range(count):
            # Spread without a random generator: each factor is prime to the size of what it walks.
            recipient = recipients[rank * 7919 % len(recipients)]
            submitted_at = start + timedelta(minutes=rank * 1577000 // count)
            number = f"D-{submitted_at.year}-{rank:06}"
            yield Application(
                authority=here,
                version=versions[rank % len(versions)],
                applicant=officers[0],
                recipient=recipient,
                state=states[rank * 13 % len(states)],
                number=number,
                title=f"Projet {rank}",
                search_text=f"{number.lower().replace('-', ' ')} {recipient.search_name} projet {rank}",
                assigned_to=officers[rank % 8] if rank % 5 else None,
                requested_amount=Decimal(rank * 37 % 20000) if rank % 11 else None,
                submitted_at=submitted_at,
                implicit_refusal_on=(submitted_at + timedelta(days=61)).date(),
            )

    Application.objects.bulk_create(rows(), batch_size=CHUNK)
    return officers[1]


def fastest(call: Any, runs: int = 7) -> float:
    """Shortest of some runs, in milliseconds."""
    times = []
    for _ in range(runs):
        start = time.perf_counter()
        call()
        times.append(1000 * (time.perf_counter() - start))
    return min(times)


def measure(officer: Any) -> dict[str, Any]:
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    from maillage.applications.models import Application

    client = Client()
    client.force_login(officer)

    def page(query: str) -> Any:
        answer = client.get(f"/dossiers/{query}")
        assert answer.status_code == 200, (query, answer.status_code)
        return answer

    start = time.perf_counter()
    page("")
    found: dict[str, Any] = {"first": 1000 * (time.perf_counter() - start)}
    with CaptureQueriesContext(connection) as asked:
        page("")
    found["queries"] = len(asked)
    rows = Application.objects.order_by("-submitted_at")
    middle = rows.values_list("pk", flat=True)[rows.count() // 2]
    pages = {**PAGES, "page du milieu": f"?apres={middle}"}
    found["pages"] = {name: fastest(lambda query=query: page(query)) for name, query in pages.items()}
    found["exports"] = {fmt: _export(client, fmt) for fmt in ("csv", "ods", "xlsx")}
    return found


def _export(client: Any, fmt: str) -> dict[str, float]:
    """Seconds, megabytes sent, and how much the memory of the process grew while sending."""
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    start, size = time.perf_counter(), 0
    answer = client.get(f"/dossiers/export/{fmt}/")
    for piece in answer:
        size += len(piece)
    answer.close()
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    return {"seconds": time.perf_counter() - start, "size": size / 1e6, "grown": grown / 1024}


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "maillage.site.settings")
    django.setup()
    from django.conf import settings
    from django.core.management import call_command
    from django.db import connection

    settings.ALLOWED_HOSTS = ["*"]
    settings.STORAGES["staticfiles"]["BACKEND"] = "django.contrib.staticfiles.storage.StaticFilesStorage"
    call_command("migrate", verbosity=0)
    officer = fill(int(sys.argv[1]))
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    print(json.dumps(measure(officer)))


if __name__ == "__main__":
    main()
