"""`maillage plan`: what it prints, and its exit code."""

from __future__ import annotations

import json
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from maillage.planfile.library import SHIPPED
from maillage.plans.models import Plan
from planfile.sample import TEXT, edited

pytestmark = pytest.mark.django_db


def run(*arguments: str) -> str:
    out = StringIO()
    call_command("plan", *arguments, stdout=out)
    return out.getvalue()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "plan.toml"
    path.write_text(TEXT, encoding="utf-8")
    return path


def test_without_a_file_check_lists_the_shipped_plans() -> None:
    listed = json.loads(run("check", "--format", "json"))
    assert [entry["nom"] for entry in listed] == list(SHIPPED)


@pytest.mark.parametrize("name", SHIPPED)
def test_a_shipped_plan_prints_its_findings_and_succeeds(name: str) -> None:
    assert "notes" in run("check", name)
    assert json.loads(run("check", name, "--format", "json"))


@pytest.mark.parametrize("name", SHIPPED)
def test_findings_are_paragraphs_that_a_terminal_of_80_columns_holds(name: str) -> None:
    lines = run("check", name).splitlines()
    headings = [line for line in lines if line.endswith(")") and not line.startswith(" ")]
    assert "Note" in [heading.split(" (")[0] for heading in headings]
    assert [line for line in lines if len(line) > 80 and " " in line.strip()] == []
    assert any(line.startswith("  Note, ligne ") for line in lines)


def test_a_broken_file_prints_line_and_field_then_fails(file: Path) -> None:
    file.write_text(edited('kind = "new"', 'kind = "neuf"'), encoding="utf-8")
    out = StringIO()
    with pytest.raises(CommandError, match="1\N{NO-BREAK SPACE}erreur"):
        call_command("plan", "check", str(file), "--format", "csv", stdout=out)
    assert "Erreur,24,axes[0].measures[0].money[0].kind" in out.getvalue()


def test_load_then_export_then_load_again(file: Path, tmp_path: Path) -> None:
    assert "version 1" in run("load", str(file))
    assert "rien de nouveau" in run("load", str(file))
    written = tmp_path / "export.toml"
    run("export", "plan-sante", "--output", str(written))
    assert run("export", "plan-sante") == written.read_text(encoding="utf-8")
    assert "rien de nouveau" in run("load", str(written))


def test_two_authorities_with_one_plan_must_be_told_apart(file: Path) -> None:
    run("load", str(file))
    run("load", str(file), "--territory", "departement:01")
    assert Plan.objects.count() == 2
    with pytest.raises(CommandError, match="précisez"):
        run("export", "plan-sante")
    assert "departement:01" in run("export", "plan-sante", "--territory", "departement:01")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("check", "absent.toml"), "ne peut être lu"),
        (("load", "absent.toml"), "ne peut être lu"),
        (("export", "absent"), "Aucun plan « absent »"),
    ],
)
def test_what_is_not_there_is_said(arguments: tuple[str, ...], said: str) -> None:
    with pytest.raises(CommandError, match=said):
        run(*arguments)


def test_a_file_that_is_not_text_is_said(file: Path) -> None:
    file.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(CommandError, match="UTF-8"):
        run("check", str(file))
