"""`maillage simulate`."""

from __future__ import annotations

import json

import pytest
from django.core.management import CommandError, call_command

from labs import snapshot

pytestmark = pytest.mark.django_db


def run(*changes: str, fmt: str = "table", suppose: str = "") -> None:
    snapshot()
    asked = [part for change in changes for part in ("--change", change)]
    supposed = ["--suppose", suppose] if suppose else []
    call_command("simulate", "--territory", "departement:00", *asked, *supposed, "--format", fmt)


def test_it_tells_who_is_lifted(capsys: pytest.CaptureFixture[str]) -> None:
    run("arrival:00005:1:2027-01-01", fmt="json")
    told = json.loads(capsys.readouterr().out)
    assert told["lifted"] == 3700
    assert told["year"] == 2027
    assert told["after"]["mean"] > told["before"]["mean"]
    assert {row["code"] for row in told["communes"]} == {"00001", "00002", "00003", "00004", "00005"}
    assert told["assumptions"]["booth_hour"]["mark"] == "assumed"


def test_it_prints_a_table_and_its_warnings(capsys: pytest.CaptureFixture[str]) -> None:
    run("closure:00001", "booth:00003:20")
    captured = capsys.readouterr()
    assert "habitants passent au-dessus de 2,5" in captured.out
    assert "ligne droite" in captured.err


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ("arrival", "donnez la quantité"),
        ("arrival:00001", "donnez la quantité"),
        ("closure:00001:3", "fermeture"),
        ("autre:00001:3", "n'est pas un changement"),
        ("arrival:00001:deux", "n'est pas un changement"),
        ("arrival:00001:2:demain", "n'est pas un changement"),
        ("arrival:99999:2", "ni dans le territoire ni à portée"),
    ],
)
def test_a_change_that_cannot_be_read_is_said_in_one_sentence(change: str, sentence: str) -> None:
    with pytest.raises(CommandError, match=sentence):
        run(change)


def test_an_assumption_acts(capsys: pytest.CaptureFixture[str]) -> None:
    run("booth:00005:20", fmt="json")
    few = json.loads(capsys.readouterr().out)
    run("booth:00005:20", fmt="json", suppose="booth_hour=1")
    many = json.loads(capsys.readouterr().out)
    assert many["after"]["mean"] > few["after"]["mean"]
    with pytest.raises(CommandError, match="hypothèse"):
        run("booth:00005:20", suppose="booth_hour=beaucoup")
