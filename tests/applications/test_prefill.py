"""What the registers fill in, and what they contradict without ever stopping anybody."""

from __future__ import annotations

import pytest

from applying import applicant, scheme
from maillage.accounts.models import Authority
from maillage.applications.actions import save, start
from maillage.applications.models import Recipient
from maillage.applications.prefill import look_up, mismatches
from maillage.care.models import Practice, Structure
from maillage.territories.models import Dataset
from people import authority

pytestmark = pytest.mark.django_db

RPPS, FINESS, SIRET = "10000000001", "000000001", "73282932000074"
RULES = {
    "legal_basis": "L1511_8_I",
    "kind": "installation_aid",
    "recipients": ["professional"],
    "fields": [{"key": "profession"}],
}


def dataset(kind: str, *, is_fictional: bool = False) -> Dataset:
    named = {"slot": kind, "kind": kind, "source": "essai", "title": kind, "file": "f", "sha256": "0" * 64}
    sized = {"size": 1, "rows": 1, "defects": 0, "active": True, "is_fictional": is_fictional}
    return Dataset.objects.create(**named, **sized)


@pytest.fixture
def here() -> Authority:
    Practice.objects.create(
        dataset=dataset("rpps"),
        rpps=RPPS,
        family_name="Exemple",
        given_name="Camille",
        profession_code="10",
        specialty_code="SM26",
        site="s",
        commune="20001",
        share=1,
    )
    Structure.objects.create(
        dataset=dataset("finess"), finess=FINESS, name="Centre de santé des Haies", category_code="439"
    )
    return authority()


def test_a_known_number_fills_in_what_was_left_blank(here: Authority) -> None:
    who = applicant(here)
    begun = start(scheme=scheme(RULES), applicant=who, by=who)
    saved = save(application=begun, answers={"rpps": RPPS}, by=who)
    found = {key: saved.answers[key] for key in ("last_name", "first_name", "profession")}
    assert found == {"last_name": "Exemple", "first_name": "Camille", "profession": "medecin"}


def test_an_answer_is_never_overwritten_and_the_difference_is_said(here: Authority) -> None:
    who = applicant(here)
    begun = start(scheme=scheme(RULES), applicant=who, by=who)
    saved = save(application=begun, answers={"rpps": RPPS, "last_name": "Autre"}, by=who)
    assert saved.answers["last_name"] == "Autre"
    said = mismatches(saved.answers, authority=here)
    assert said == ["Répertoire RPPS : le nom y est « Exemple », contrairement à la réponse."]


def test_accents_and_case_are_no_difference(here: Authority) -> None:
    assert mismatches({"rpps": RPPS, "last_name": "ÉXEMPLE"}, authority=here) == []


@pytest.mark.parametrize(
    ("answers", "said"),
    [
        ({"rpps": "10000000002"}, "n'est pas dans le répertoire chargé"),
        ({"finess": "000000009"}, "n'est pas dans le répertoire chargé"),
        ({"siret": "73282932000075"}, "clé de contrôle est fausse"),
    ],
)
def test_an_unknown_number_is_said(here: Authority, answers: dict[str, str], said: str) -> None:
    (sentence,) = mismatches(answers, authority=here)
    assert said in sentence


def test_nothing_is_said_of_a_register_that_was_never_loaded() -> None:
    assert mismatches({"rpps": RPPS, "finess": FINESS}, authority=authority()) == []


def test_real_registers_say_nothing_in_the_demo(here: Authority) -> None:
    demo = authority("01", is_demo=True)
    assert look_up({"rpps": RPPS}, authority=demo) == []


def test_a_body_that_has_applied_here_is_found_by_its_siret_a_person_is_not(here: Authority) -> None:
    body = {"authority": here, "siret": SIRET, "name": "Association des Haies", "search_name": "haies"}
    Recipient.objects.create(kind="professional", **body)
    assert look_up({"siret": SIRET}, authority=here) == []
    Recipient.objects.create(kind="association", **body)
    (found,) = look_up({"siret": SIRET}, authority=here)
    assert found.answers == {"structure_name": "Association des Haies"}
