"""`maillage site`."""

from __future__ import annotations

import csv
import io
import json

import pytest
from django.core.management import CommandError, call_command

from labs import snapshot
from maillage.lab.management.commands import site as command
from maillage.lab.siting import Cancelled

pytestmark = pytest.mark.django_db


def run(*options: str, model: str = "mclp", fmt: str = "json") -> None:
    snapshot()
    call_command("site", "--territory", "departement:00", "--model", model, *options, "--format", fmt)


def test_it_gives_the_sites_and_their_proof(capsys: pytest.CaptureFixture[str]) -> None:
    run("--p", "2", "--minutes", "6", "--open", "booth:20:35000")
    told = json.loads(capsys.readouterr().out)
    keys = {"model", "objective", "bound", "gap", "sites", "seconds", "status", "unit", "reason"}
    assert keys <= told.keys()
    assert told["sites"] == ["00001", "00004"]
    assert (told["objective"], told["bound"], told["gap"]) == (11_000, 11_000, 0)
    assert told["request"]["opened"] == [{"kind": "booth", "quantity": 20.0, "cost": 35_000.0}]
    assert told["assumptions"].keys() == {"booth_hour"}


def test_it_prints_a_table_its_proof_and_its_warnings(capsys: pytest.CaptureFixture[str]) -> None:
    run("--p", "2", "--minutes", "6", fmt="table")
    captured = capsys.readouterr()
    assert "aucun autre choix ne fait mieux" in captured.out
    assert "Commune 4" in captured.out
    assert "ligne droite" in captured.err


def test_it_writes_csv(capsys: pytest.CaptureFixture[str]) -> None:
    run("--p", "2", "--minutes", "6", fmt="csv")
    rows = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    assert [row["code"] for row in rows] == ["00001", "00004"]


def test_without_an_answer_it_says_why_and_fails(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(CommandError, match="Commune 2, Commune 5"):
        run("--minutes", "3", "--exclude", "00002", "--exclude", "00005", model="lscp")
    told = json.loads(capsys.readouterr().out)
    assert (told["status"], told["objective"], told["sites"]) == ("infeasible", None, [])


@pytest.mark.parametrize("text", ["booth", "booth:vingt", "booth:20:cher"])
def test_an_opening_that_cannot_be_read_is_said_in_one_sentence(text: str) -> None:
    with pytest.raises(CommandError, match="écrivez nature:quantité"):
        run("--p", "1", "--minutes", "6", "--open", text)


def test_an_interrupted_search_says_nothing_but_that(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupted(*args: object, **options: object) -> None:
        raise Cancelled

    monkeypatch.setattr(command, "site", interrupted)
    with pytest.raises(CommandError, match="annulé") as stopped:
        run("--p", "1", "--minutes", "6")
    assert stopped.value.returncode == 130
    assert not capsys.readouterr().out


@pytest.mark.parametrize("fmt", ["json", "csv", "table"])
def test_two_goals_are_weighed(capsys: pytest.CaptureFixture[str], fmt: str) -> None:
    snapshot()
    options = ("--front", "shortfall,mclp", "--p", "1", "--minutes", "6", "--format", fmt)
    call_command("site", "--territory", "departement:00", *options)
    out = capsys.readouterr().out
    assert "shortfall" in out
    if fmt == "json":
        front = json.loads(out)["front"]
        assert [one["mclp"] for one in front] == sorted(one["mclp"] for one in front)
        assert front[-1]["sites"] == ["00001"]


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (("--front", "shortfall,lscp"), "pèse deux buts"),
        (("--front", "mclp,mclp"), "pèse deux buts"),
        (("--front", "shortfall,mclp", "--keep", "00001"), "ne garde pas"),
    ],
)
def test_a_front_that_cannot_be_drawn_is_said(options: tuple[str, ...], sentence: str) -> None:
    snapshot()
    with pytest.raises(CommandError, match=sentence):
        call_command("site", "--territory", "departement:00", "--p", "1", "--minutes", "6", *options)
