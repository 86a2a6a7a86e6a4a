"""An installation that cannot start says why in one sentence."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.once


def start(**environment: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "maillage", "diagnose", "--territory", "france"]
    kept = {name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"}
    return subprocess.run(command, env=kept | environment, capture_output=True, text=True, check=False)


def test_a_home_that_cannot_be_made_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    ended = start(MAILLAGE_HOME=str(tmp_path / "file" / "home"))
    assert ended.returncode == 1
    assert "ne peut être écrit" in ended.stderr
    assert "Traceback" not in ended.stderr


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("postgres://p:m@127.0.0.1:1/base", "La base de données est injoignable"),
        ("mysql://p:m@127.0.0.1/base", "DATABASE_URL n'est pas l'adresse"),
        ("base", "DATABASE_URL n'est pas l'adresse"),
    ],
)
def test_a_database_that_cannot_be_reached_is_one_sentence(tmp_path: Path, url: str, said: str) -> None:
    ended = start(MAILLAGE_HOME=str(tmp_path), DATABASE_URL=url)
    assert ended.returncode == 1
    assert said in ended.stderr
    assert "Traceback" not in ended.stderr
