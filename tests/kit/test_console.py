"""The command line: one French sentence per failure, and exit codes that scripts can use."""

import csv
import io
import json
from pathlib import Path

import pytest

from maillage.site.cli import main

pytestmark = pytest.mark.django_db


def exit_code(*arguments: str) -> int:
    with pytest.raises(SystemExit) as leaving:
        main(list(arguments))
    return int(leaving.value.code or 0)


def test_a_refusal_is_one_french_sentence_on_standard_error_and_code_1(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert exit_code("load", str(tmp_path / "absent")) == 1
    output = capsys.readouterr()
    assert output.out == ""
    assert "n'existe pas ; donnez le dossier" in output.err
    assert "Traceback" not in output.err


@pytest.mark.parametrize(("typed", "meant"), [("diagnos", "diagnose"), ("laod", "load"), ("doctr", "doctor")])
def test_a_misspelt_command_is_told_which_was_meant(
    typed: str, meant: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert exit_code(typed) == 2
    assert f"Vouliez-vous dire « {meant} » ?" in capsys.readouterr().err


def test_a_command_like_no_other_is_sent_to_the_list(capsys: pytest.CaptureFixture[str]) -> None:
    assert exit_code("zzz") == 2
    assert "« zzz » n'est pas une commande de Maillage. « maillage --help »" in capsys.readouterr().err


def test_a_wrong_option_is_code_2_in_french(capsys: pytest.CaptureFixture[str]) -> None:
    assert exit_code("diagnose", "--territory", "france", "--format", "xml") == 2
    assert "« xml » n'est pas l'un de" in capsys.readouterr().err
    assert exit_code("diagnose") == 2
    assert "Il manque : --territory" in capsys.readouterr().err
    assert exit_code("diagnose", "--territory", "france", "--frmt", "json") == 2
    assert "Option inconnue" in capsys.readouterr().err


def test_help_lists_the_commands_and_succeeds(capsys: pytest.CaptureFixture[str]) -> None:
    main(["--help"])
    assert "charger les fichiers officiels" in capsys.readouterr().out


def test_a_command_that_succeeds_exits_with_0(country: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert exit_code("load", str(country), "--format", "json") == 0
    document = json.loads(capsys.readouterr().out)
    assert document["outcome"].startswith("11\N{NO-BREAK SPACE}fichiers chargés")


def test_tables_are_printed_as_csv_when_asked(country: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert exit_code("load", str(country), "--format", "csv") == 0
    rows = list(csv.reader(io.StringIO(capsys.readouterr().out)))
    assert rows[0] == ["contenu", "années", "issue", "fichiers", "lignes", "défauts"]
    assert ["Communes", "", "chargé", "1", "12", "3"] in rows


def test_tables_are_printed_for_people_by_default(country: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert exit_code("load", str(country), "--dry-run") == 0
    output = capsys.readouterr().out
    assert "Communes" in output
    assert "Essai à blanc : rien n'a été changé." in output
