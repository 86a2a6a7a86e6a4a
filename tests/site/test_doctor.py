from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.utils import OperationalError
from django.utils import timezone

from maillage.jobs.models import STALE_AFTER, Job, Worker
from maillage.site import checks, diagnostics
from maillage.site.diagnostics import findings
from maillage.territories.models import Dataset

pytestmark = pytest.mark.django_db


@pytest.fixture
def state_of() -> Callable[[str], tuple[str, str]]:
    def ask(subject: str) -> tuple[str, str]:
        return next((f.state, f.says) for f in findings() if f.subject == subject)

    return ask


def test_whatever_is_not_good_says_what_to_do() -> None:
    assert all(bool(finding.remedy) == (finding.state != "bon") for finding in findings())


def test_loaded_data_are_counted_by_kind(state_of: Callable[[str], tuple[str, str]]) -> None:
    assert state_of("Données") == ("à voir", "rien n'est chargé")
    common = {"source": "s", "title": "t", "file": "f", "sha256": "0", "size": 1, "rows": 1, "defects": 0}
    for slot, active in (("apl:2022", True), ("apl:2023", True), ("communes", True), ("apl:ancien", False)):
        Dataset.objects.create(slot=slot, kind=slot.partition(":")[0], active=active, **common)
    assert state_of("Données") == ("bon", "apl (2), communes (1)")


def test_a_worker_is_alive_while_it_says_so(state_of: Callable[[str], tuple[str, str]]) -> None:
    assert state_of("Exécutant") == ("à voir", "jamais vu")
    worker = Worker.objects.create(host="ici", pid=1)
    assert state_of("Exécutant")[0] == "bon"
    Worker.objects.filter(pk=worker.pk).update(seen_at=timezone.now() - 2 * STALE_AFTER)
    assert state_of("Exécutant")[0] == "à voir"


def test_a_silent_job_is_something_to_see(state_of: Callable[[str], tuple[str, str]]) -> None:
    job = Job.objects.create(kind="essai")
    assert state_of("Travaux") == ("bon", "1 en attente ou en cours")
    Job.objects.filter(pk=job.pk).update(heartbeat_at=timezone.now() - 2 * STALE_AFTER)
    assert state_of("Travaux")[0] == "à voir"


def test_a_secret_key_that_others_can_read_is_something_to_see(
    settings: Any, tmp_path: Path, state_of: Callable[[str], tuple[str, str]]
) -> None:
    settings.HOME = tmp_path
    key = tmp_path / "secret_key"
    key.touch(mode=0o600)
    assert state_of("Clé secrète")[0] == "bon"
    key.chmod(0o644)
    assert state_of("Clé secrète")[0] == "à voir"


def test_missing_display_files_are_named_by_the_doctor_and_by_the_system_check(
    monkeypatch: pytest.MonkeyPatch, state_of: Callable[[str], tuple[str, str]]
) -> None:
    monkeypatch.setattr(checks, "VENDOR_FILES", ("absent.css",))
    assert state_of("Fichiers d'affichage") == ("manque", "absent.css")
    assert [message.id for message in checks.vendor_files_are_present(None)] == ["maillage.E001"]


def test_an_open_demo_in_production_is_missing_a_lock(
    settings: Any, state_of: Callable[[str], tuple[str, str]]
) -> None:
    settings.DEMO = settings.HTTPS = True
    assert state_of("Démonstration")[0] == "manque"


def test_a_database_that_cannot_be_reached_ends_the_questions(monkeypatch: pytest.MonkeyPatch) -> None:
    def unreachable() -> None:
        raise OperationalError("connection refused\nIs the server running?")

    monkeypatch.setattr(connection, "ensure_connection", unreachable)
    last = findings()[-1]
    assert (last.subject, last.state) == ("Base de données", "manque")
    assert last.says == "injoignable (connection refused)"


def test_pending_migrations_are_missing_and_nothing_stored_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(diagnostics.MigrationExecutor, "migration_plan", lambda self, targets: [("a", "b")])
    assert findings()[-1].subject == "Structure de la base"
    with pytest.raises(CommandError, match="à régler"):
        call_command("doctor", format="json")


def test_the_doctor_speaks_json(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(checks, "VENDOR_FILES", ())
    call_command("doctor", format="json")
    told = json.loads(capsys.readouterr().out)
    assert {"question", "état", "constat", "que faire"} == set(told[0])
    assert "Python" in [finding["question"] for finding in told]
