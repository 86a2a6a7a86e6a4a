"""Forecasts asked from a page: what is supposed, what is kept, what is refused."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from copy import deepcopy
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from foretold import foreseen
from labs import snapshot
from maillage.accounts.roles import Role
from maillage.jobs.models import Job
from maillage.jobs.running import Cancelled
from maillage.kit.console import Refused
from maillage.lab.foreseen import PRACTITIONERS, read
from maillage.lab.forms.forecast import SupposedForm
from maillage.lab.jobs import lab_forecast
from maillage.lab.models import Result
from maillage.science.demography.parameters import assumptions_for
from people import authority, person

pytestmark = pytest.mark.django_db
ASKED = {"territory": "", "profession": "mg", "to": "2026", "draws": "100", "seed": "1"}


def supposed(**changed: str) -> dict[str, str]:
    """The assumptions as the form proposes them."""
    form = SupposedForm()
    return {name: str(form[name].value()) for name in form.fields} | changed


@pytest.fixture
def officer(client: Client) -> Client:
    client.force_login(person(Role.MISSION_OFFICER))
    snapshot()
    return client


def shown(answer: Any) -> str:
    text: str = answer.content.decode()
    return text.replace("&#x27;", "'").replace("\N{NARROW NO-BREAK SPACE}", " ")


def test_a_forecast_is_asked_computed_and_read(
    officer: Client, django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        answer = officer.post(reverse("lab:forecast"), ASKED | supposed(arrivals="0,02"))
    assert answer.headers["Location"] == reverse("lab:results")
    result = Result.objects.get()
    assert Job.objects.get().result == {"result": result.pk, "url": reverse("lab:result", args=[result.pk])}
    page = shown(officer.get(reverse("lab:result", args=[result.pk])))
    assert "8 chances sur 10" in page
    assert "95 chances sur 100" in page
    assert "modifié à la main ; d'origine : calées pour que" in page
    assert result.request["assumptions"]["arrivals"]["mark"] == "assumed"
    assert result.request["assumptions"]["leaving"] == assumptions_for("mg").as_document()["leaving"]


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"to": "2020"}, "Les données sont de 2023 : demandez une année de 2024 à 2083."),
        ({"to": "2500"}, "demandez une année de 2024 à 2083"),
        ({"draws": "5"}, "supérieure ou égale à 100"),
        ({"seed": "-1"}, "supérieure ou égale à 0"),
        ({"profession": "plombier"}, "plombier"),
        ({"territory": "Nulle-Part"}, "Aucun territoire"),
        ({"territory": "region:00"}, "n'est pas une partie de"),
        ({"backtest": "on"}, "Un seul millésime est chargé (2023)"),
        ({"arrivals": "beaucoup"}, "Écrivez un nombre"),
        ({"replacement": "1,5"}, "est une part"),
        ({"activity": "1 ; 0,8"}, "Écrivez 3 nombres"),
        ({"entry_ages": "0 ; 0 ; 0 ; 0 ; 0 ; 0"}, "aucun poids non nul"),
    ],
)
def test_what_cannot_be_forecast_is_said_beside_the_form(
    officer: Client, typed: dict[str, str], sentence: str
) -> None:
    page = shown(officer.post(reverse("lab:forecast"), ASKED | supposed() | typed))
    assert sentence in page
    assert not Job.objects.exists()


def test_a_cancelled_forecast_keeps_nothing(officer: Client) -> None:
    def stopped(*_: object) -> None:
        raise Cancelled

    asked = {"territory": "departement:00", "profession": "mg", "to": 2026, "draws": 100, "seed": 1}
    asked |= {"backtest": False, "assumptions": assumptions_for("mg").as_document()}
    by = person(Role.MISSION_OFFICER)
    with pytest.raises(Cancelled):
        lab_forecast(stopped, authority=authority().pk, by=by.pk, request=asked)  # type: ignore[arg-type]
    assert not Result.objects.exists()


def first_year(document: dict[str, Any]) -> list[Any]:
    year: list[Any] = document["own"][PRACTITIONERS][0]
    return year


SPOILT: dict[str, Callable[[dict[str, Any]], object]] = {
    "a bound is missing": lambda document: first_year(document).pop(),
    "a bound is null": lambda document: first_year(document).__setitem__(0, None),
    "the median is out of its bounds": lambda document: first_year(document).__setitem__(2, 1e6),
    "bare medians": lambda document: document["own"].update({PRACTITIONERS: [6.0, 5.9, 5.8, 5.7]}),
    "a year is missing": lambda document: document["areas"]["commune"][0][PRACTITIONERS].pop(),
    "no assumptions": lambda document: document.pop("parameters"),
}


@pytest.mark.parametrize("spoilt", SPOILT)
def test_a_forecast_without_its_intervals_is_not_displayed(officer: Client, spoilt: str) -> None:
    result = foreseen()
    document = deepcopy(result.outcome)
    SPOILT[spoilt](document)
    with pytest.raises(Refused, match="ne s'affiche pas sans ses intervalles"):
        read(document)
    result.pk, result.outcome = None, document
    result.save()
    for name in ("lab:result", "lab:result_pdf"):
        assert officer.get(reverse(name, args=[result.pk])).status_code == 404


def test_every_exported_figure_has_its_bounds(officer: Client) -> None:
    result = foreseen()
    answer = officer.get(reverse("lab:result_export", args=[result.pk, "csv"])).content.decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(answer), delimiter=";"))
    assert rows[0][5:] == ["borne basse 95", "borne basse 80", "médiane", "borne haute 80", "borne haute 95"]
    assert all(all(cell for cell in row[5:]) for row in rows[1:])
    assert {row[0] for row in rows[1:]} == {"territory", "commune"}
    assert officer.get(reverse("lab:result_pdf", args=[result.pk])).content.startswith(b"%PDF-")
    for fmt in ("xlsx", "ods"):
        assert officer.get(reverse("lab:result_export", args=[result.pk, fmt])).status_code == 200
