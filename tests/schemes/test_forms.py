"""Forms made from fields: what is typed, what is stored, what is shown again."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest

from maillage.intake.models import ImportRun
from maillage.rules.fields import Facts, Field, FieldType
from maillage.rules.vocabulary import STANDARD
from maillage.schemes.forms import FactsForm, answer_text, answer_texts
from maillage.territories.keys import parse
from maillage.territories.models import Commune

AREA = Field("area", "Surface", FieldType.NUMBER, unit="m²")
SAID: list[tuple[Field, Any, Any, str]] = [
    (STANDARD["accepts_obligation"], "oui", True, "oui"),
    (STANDARD["accepts_obligation"], "non", False, "non"),
    (STANDARD["profession"], "medecin", "medecin", "Médecin"),
    (STANDARD["years_left"], "2", 2, "2"),
    (STANDARD["monthly_rent"], "1 234,50 €", 1234.5, "1\N{NARROW NO-BREAK SPACE}234,50\N{NO-BREAK SPACE}€"),
    (STANDARD["practice_share"], "62,5", 0.625, "62,5\N{NARROW NO-BREAK SPACE}%"),
    (AREA, "12,25", 12.25, "12,25\N{NO-BREAK SPACE}m²"),
    (STANDARD["diploma_date"], "2026-06-30", "2026-06-30", "30\N{NO-BREAK SPACE}juin\N{NO-BREAK SPACE}2026"),
    (STANDARD["siret"], "732 829 320 00074", "73282932000074", "73282932000074"),
    (STANDARD["rpps"], "1000 0000 001", "10000000001", "10000000001"),
    (STANDARD["finess"], "20 000 0001", "200000001", "200000001"),
    (STANDARD["rna"], "w123456789", "W123456789", "W123456789"),
    (STANDARD["phone"], "01.23.45.67.89", "0123456789", "0123456789"),
    (STANDARD["email"], "a@exemple.invalid", "a@exemple.invalid", "a@exemple.invalid"),
    (STANDARD["school"], "Faculté", "Faculté", "Faculté"),
]


@pytest.mark.parametrize(("field", "typed", "stored", "shown"), SAID, ids=str)
def test_what_is_typed_is_stored_and_shown_again(field: Field, typed: str, stored: Any, shown: str) -> None:
    form = FactsForm([field], {field.key: typed}, required=())
    assert form.is_valid(), form.errors
    answers = form.answers()
    assert answers == {field.key: stored}
    assert json.loads(json.dumps(answers)) == answers
    assert answer_text(field, stored) == shown
    assert Facts.read(answers, {field.key: field}).values.keys() == {field.key}
    again = FactsForm([field], answers=answers, required=())
    value = again[field.key].value()
    retyped = FactsForm([field], {field.key: str(value)}, required=())
    assert retyped.is_valid(), retyped.errors
    assert retyped.answers() == answers


WRONG = [
    ("siret", "732 829 320 00075", "SIRET"),
    ("rpps", "123", "11 chiffres"),
    ("finess", "123", "9 caractères"),
    ("rna", "123456789", "commence par W"),
    ("phone", "123", "téléphone"),
    ("monthly_rent", "beaucoup", "Écrivez un nombre"),
    ("monthly_rent", "-1", "supérieure ou égale"),
    ("practice_share", "120", "inférieure ou égale"),
    ("diploma_date", "le 30 juin", "date valide"),
]


@pytest.mark.parametrize(("key", "typed", "sentence"), WRONG)
def test_what_is_wrong_is_said_in_french(key: str, typed: str, sentence: str) -> None:
    form = FactsForm([STANDARD[key]], {key: typed}, required=())
    assert not form.is_valid()
    assert sentence in form.errors[key][0]
    assert form.answers() == {}


def test_what_is_not_answered_is_absent_and_what_is_right_is_kept_beside_what_is_wrong() -> None:
    fields = [STANDARD[key] for key in ("rpps", "school", "accepts_obligation", "profession")]
    form = FactsForm(fields, {"rpps": "1", "school": "Faculté", "accepts_obligation": ""}, required=())
    assert not form.is_valid()
    assert form.answers() == {"school": "Faculté"}


def test_required_keys_refuse_and_locked_ones_keep_their_answer() -> None:
    fields = [STANDARD["school"], STANDARD["rpps"]]
    assert not FactsForm(fields, {}, required=["school"]).is_valid()
    form = FactsForm(
        fields, {"school": "Autre", "rpps": "10000000001"}, answers={"school": "Faculté"}, locked=["school"]
    )
    assert form.is_valid()
    assert form.answers() == {"school": "Faculté", "rpps": "10000000001"}


def test_what_the_program_works_out_is_not_asked() -> None:
    assert list(FactsForm([STANDARD["zone_category"], STANDARD["school"]]).fields) == ["school"]


def test_browsers_may_fill_in_who_one_is() -> None:
    form = FactsForm([STANDARD[key] for key in ("last_name", "email", "phone", "birth_date")])
    tokens = [form.fields[key].widget.attrs["autocomplete"] for key in form.fields]
    assert tokens == ["family-name", "email", "tel", "bday"]


def test_a_funding_plan_is_a_list_without_its_empty_rows() -> None:
    field = STANDARD["funding_plan"]
    typed = {
        "funding_plan-0-source": "Commune",
        "funding_plan-0-kind": "own",
        "funding_plan-0-amount": "40 000,50",
        "funding_plan-1-source": "",
        "funding_plan-1-kind": "",
        "funding_plan-1-amount": "",
    }
    form = FactsForm([field], typed, required=())
    assert form.is_valid(), form.errors
    stored = {"funding_plan": [{"source": "Commune", "kind": "own", "amount": 40000.5}]}
    assert form.answers() == stored
    assert 'value="40000,5"' in str(FactsForm([field], answers=stored)["funding_plan"])
    form = FactsForm([field], typed | {"funding_plan-0-kind": ""}, required=())
    assert "Ligne 1 : choisissez la nature" in form.errors["funding_plan"][0]
    assert 'value="Commune"' in str(form["funding_plan"])


def test_amounts_by_year_leave_out_empty_years() -> None:
    field = STANDARD["requested_by_year"]
    form = FactsForm([field], answers={"requested_by_year": {"2020": 10}})
    assert 'name="requested_by_year-2020"' in str(form["requested_by_year"])
    typed = {"requested_by_year-2020": "20 000", "requested_by_year-2021": ""}
    form = FactsForm([field], typed, answers={"requested_by_year": {"2020": 10}}, required=())
    assert form.is_valid(), form.errors
    assert form.answers() == {"requested_by_year": {"2020": 20000}}
    assert Facts.read(form.answers(), {field.key: field}).values == {
        "requested_by_year": {2020: Decimal(20000)}
    }


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("Bruyères-le-Vieux (20002)", "20002"),
        ("bruyeres le vieux", "20002"),
        ("20002", "20002"),
        ("Étang", "20004"),
    ],
)
def test_a_commune_is_found_by_name_or_code(loaded_territory: ImportRun, typed: str, code: str) -> None:
    field = STANDARD["practice_commune"]
    form = FactsForm([field], {"practice_commune": typed}, territory=parse("departement:20"), required=())
    assert form.is_valid(), form.errors
    assert form.answers() == {"practice_commune": code}
    page = str(FactsForm([field], answers=form.answers())["practice_commune"])
    assert f"({code})" in page
    assert answer_texts([field], form.answers())[0][1].endswith(f"({code})")


def test_a_commune_that_may_be_several_is_asked_again(loaded_territory: ImportRun) -> None:
    Commune.objects.create(code="20009", name="Aubeterre", search_name="aubeterre", departement_id="20")
    field = STANDARD["practice_commune"]
    form = FactsForm([field], {"practice_commune": "Aubeterre"}, required=())
    assert "Aubeterre (20001), Aubeterre (20009)" in form.errors["practice_commune"][0]
    assert '<option value="Aubeterre (20009)">' in str(form["practice_commune"])
    form = FactsForm([field], {"practice_commune": "Nulle-Part"}, required=())
    assert "Aucune commune" in form.errors["practice_commune"][0]
