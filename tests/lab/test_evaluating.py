"""Evaluations: whom the authority aided, what changed there, who stayed, and when nothing can be said."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from agreeing import signed
from applying import moment
from binding import obligation, running
from foretold import evaluated, series, started, stays
from labs import snapshot
from maillage.accounts.roles import Role
from maillage.jobs.models import Job
from maillage.kit import clock
from maillage.kit.console import Refused
from maillage.lab.evaluating import Asked, evaluate, study
from maillage.lab.evaluating.aided import agreements_of, aids
from maillage.lab.evaluating.aided import stays as read_stays
from maillage.lab.evaluating.staying import EVERYONE, OTHERS, survival
from maillage.lab.evaluating.study import Study
from maillage.lab.models import Result
from maillage.lab.pages.evaluation import read
from maillage.obligations.actions import cease
from maillage.science.checks import ScienceError
from maillage.science.evaluation.conclusions import Verdict
from maillage.site.cli import main
from people import authority, person

TODAY = date(2025, 2, 1)


@pytest.fixture(autouse=True)
def _few_permutations(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(study, "DRAWS", 199)


def concluded(effect: float, aided: int = 30) -> tuple[Verdict, dict[str, Any]]:
    conclusion, document = Study.of(series(effect, aided), started(aided)).concluded(1, lambda _: None)
    return conclusion.verdict, document


@pytest.mark.parametrize(
    ("effect", "aided", "verdict"),
    [
        (0.3, 30, Verdict.RISE),
        (-0.3, 30, Verdict.FALL),
        (0.0, 30, Verdict.NOTHING_SEEN),
        (0.3, 6, Verdict.CANNOT_CONCLUDE),
    ],
)
def test_an_effect_is_found_where_there_is_one_and_enough_communes(
    effect: float, aided: int, verdict: Verdict
) -> None:
    found, document = concluded(effect, aided)
    assert found == verdict
    assert document["overall"]["effect"] == pytest.approx(effect, abs=0.05)
    assert document["balance"][0]["name"] == "évolution avant l'aide"
    assert document["pretended"]["effect"] == pytest.approx(0, abs=0.05)


@pytest.mark.parametrize(
    ("years", "sentence"),
    [
        ({"00000": 2025, "00001": 2026}, "datent de 2025 à 2026 et les résultats connus s'arrêtent à 2023"),
        ({"00000": 2018}, "aucune commune aidée n'a d'année avant"),
        ({}, "Aucune commune du territoire n'est aidée"),
    ],
)
def test_aids_that_nothing_published_surrounds_are_not_studied(years: dict[str, int], sentence: str) -> None:
    with pytest.raises(ScienceError, match=sentence):
        Study.of(series(), years)


def test_communes_that_cannot_be_studied_are_counted() -> None:
    told = " ".join(Study.of(series(), started() | {"00080": 2018, "00081": 2025, "99999": 2021}).notes)
    for words in (
        "1\N{NO-BREAK SPACE}commune aidée dès 2018",
        "1\N{NO-BREAK SPACE}commune aidée après 2023",
        "sans résultat publié",
    ):
        assert words in told


def test_small_schemes_are_told_together_and_the_others_compared() -> None:
    found = survival(stays())
    assert found is not None
    assert [curve["title"] for curve in found["curves"]] == [EVERYONE, "Bourse", "Équipement"]
    assert OTHERS not in str(found["curves"])
    assert found["log_rank"]["p_value"] < 0.05
    assert survival([]) is None


@pytest.mark.django_db
def test_an_aid_is_where_one_practises_and_nowhere_before_that() -> None:
    with clock.at(moment(TODAY)):
        running()
        obligation(rpps="10000000002")
        found = aids(agreements_of(authority(), None))
    assert [(aid.commune, aid.year) for aid in found] == [("00001", 2024), ("", 2024)]


@pytest.mark.django_db
def test_a_stay_ends_when_practice_stops_or_where_nobody_looked_further() -> None:
    with clock.at(moment(TODAY)):
        running()
        gone = running(rpps="10000000002")
        cease(obligation=gone, on=date(2024, 8, 1), reason="Départ", by=None)
        obligation(rpps="10000000003")
        found = read_stays(agreements_of(authority(), None), authority())
    assert [(round(stay.months), stay.left) for stay in found] == [(12, False), (6, True)]


@pytest.mark.django_db
def test_only_what_one_may_see_is_evaluated() -> None:
    snapshot()
    signed()
    officer, analyst = person(Role.MISSION_OFFICER), person(Role.ANALYST)
    found = evaluate(authority(), Asked(), by=officer)
    assert found["conclusion"]["sentence"].startswith("On ne peut pas conclure.")
    assert found["effect"] is None
    for by, asked, sentence in (
        (analyst, Asked(), "Aucune convention signée ne vous est visible"),
        (officer, Asked(scheme="rien"), "Rien n'a été signé"),
        (officer, Asked(outcome="moral"), "n'est pas mesuré"),
    ):
        with pytest.raises(Refused, match=sentence):
            evaluate(authority(), asked, by=by)


@pytest.mark.django_db
def test_an_evaluation_is_asked_computed_and_read(
    client: Client, django_capture_on_commit_callbacks: Any
) -> None:
    snapshot()
    signed()
    client.force_login(person(Role.MISSION_OFFICER))
    asked = {"scheme": "", "profession": "mg", "outcome": "access", "seed": "1"}
    with django_capture_on_commit_callbacks(execute=True):
        client.post(reverse("lab:evaluate"), asked)
    assert Job.objects.get(kind="lab_evaluate").error == ""
    page = client.get(reverse("lab:result", args=[Result.objects.get().pk])).content.decode()
    assert "On ne peut pas conclure" in page
    assert "Aucun effet n’est estimé" in page


@pytest.mark.django_db
def test_a_whole_evaluation_is_read_printed_and_exported(client: Client) -> None:
    result = evaluated()
    client.force_login(person(Role.ELECTED_MEMBER))
    page = client.get(reverse("lab:result", args=[result.pk])).content.decode()
    for words in ("Une hausse de", "ans avant", "non visible", "Les dispositifs diffèrent", "Bourse"):
        assert words in page
    assert client.get(reverse("lab:result_pdf", args=[result.pk])).content.startswith(b"%PDF-")
    table = client.get(reverse("lab:result_export", args=[result.pk, "csv"])).content.decode()
    assert "aides de 2021" in table


@pytest.mark.django_db
def test_no_effect_is_displayed_without_its_error() -> None:
    document = evaluated().outcome
    del document["effect"]["by_event"][0]["estimate"]["error"]
    with pytest.raises(Refused, match="sans son erreur type"):
        read(document)


@pytest.mark.django_db
def test_the_command_says_what_may_be_concluded(capsys: pytest.CaptureFixture[str]) -> None:
    snapshot()
    signed()
    code, out, _ = run(capsys, "--territory", "departement:00")
    assert (code, out.startswith("On ne peut pas conclure.")) == (0, True)
    code, out, _ = run(capsys, "--territory", "departement:00", "--format", "json")
    assert json.loads(out)["effect"] is None
    code, _, err = run(capsys, "--territory", "commune:00001")
    assert (code, "Aucune collectivité" in err) == (1, True)


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as leaving:
        main(["evaluate", *arguments])
    printed = capsys.readouterr()
    return int(str(leaving.value.code)), printed.out, printed.err
