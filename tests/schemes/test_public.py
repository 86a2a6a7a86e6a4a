"""What anyone reads: the catalogue, an aid, « suis-je éligible ? »."""

from __future__ import annotations

import pytest
from django.test import Client

from maillage.intake.models import ImportRun
from maillage.schemes.actions import close_scheme
from maillage.schemes.models import Judgement
from people import authority
from scheme_examples import bursary, draft, published

MIDWIVES = bursary(
    criteria=[
        {"key": "job", "label": "Profession", "rule": {"equals": [{"field": "profession"}, "sage_femme"]}}
    ]
)


def text(client: Client, address: str, **data: str) -> str:
    answer = client.get(address, data)
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.fixture
def address(loaded_territory: ImportRun) -> str:
    at = authority("20")
    published(at)
    published(at, key="sages-femmes", title="Aide aux sages-femmes", rules=MIDWIVES)
    draft(at, key="brouillon", title="Aide en préparation")
    return f"/aides/{at.slug}/"


def test_the_catalogue_lists_what_is_published(client: Client, address: str) -> None:
    page = text(client, address)
    assert "2 aides" in page
    assert "Bourse d&#x27;études" in page
    assert "Aide en préparation" not in page


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({}, 2),
        ({"profession": "medecin"}, 1),
        ({"profession": "sage_femme"}, 2),
        ({"vous": "association"}, 0),
        ({"profession": "medecin", "commune": "Aubeterre"}, 0),
        ({"profession": "medecin", "commune": "Bruyères-le-Vieux"}, 1),
        ({"profession": "inventée", "commune": "Nulle-Part"}, 2),
    ],
)
def test_a_filter_rules_out_only_what_cannot_be(
    client: Client, address: str, asked: dict[str, str], found: int
) -> None:
    assert text(client, address, **asked).count("Demandes reçues toute l&#x27;année") == found


def test_an_aid_says_what_how_much_against_what(client: Client, address: str) -> None:
    page = text(client, f"{address}bourse/")
    for said in ("Pour qui", "Combien", "En contrepartie", "36\N{NO-BREAK SPACE}mois", "Version 1"):
        assert said in page


def test_what_is_not_in_force_has_no_page(client: Client, address: str) -> None:
    assert client.get(f"{address}brouillon/").status_code == 404
    assert client.get(f"{address}inconnue/").status_code == 404


def test_a_closed_scheme_still_says_so(client: Client, address: str) -> None:
    close_scheme(scheme=authority("20").schemes.get(key="bourse"), by=None)
    assert "Dispositif clos" in text(client, f"{address}bourse/")
    assert "1 aide<" in text(client, address)


def test_eligibility_is_explained_and_nothing_is_kept(client: Client, address: str) -> None:
    asked = client.get(f"{address}bourse/eligibilite/")
    assert [field.name for field in asked.context["first"]] == [
        "profession",
        "practice_commune",
        "years_left",
    ]
    answers = {"profession": "medecin", "practice_commune": "Bruyères-le-Vieux (20002)", "years_left": "1"}
    page = client.post(f"{address}bourse/eligibilite/", answers).content.decode()
    assert "Toutes les conditions sont remplies" in page
    assert "12\N{NARROW NO-BREAK SPACE}000" in page
    assert "Certificat de scolarité" in page
    assert not Judgement.objects.exists()


def test_what_is_not_answered_is_to_be_proved(client: Client, address: str) -> None:
    page = client.post(f"{address}bourse/eligibilite/", {"profession": "medecin"}).content.decode()
    assert "Des conditions restent à prouver" in page
    assert page.count("À prouver</span>") == 2


def test_an_answer_that_cannot_be_read_is_said(client: Client, address: str) -> None:
    page = client.post(f"{address}bourse/eligibilite/", {"practice_commune": "Nulle-Part"}).content.decode()
    assert "Aucune commune ne s" in page
    assert "Votre situation" not in page


def test_communes_are_suggested_as_one_types(client: Client, address: str) -> None:
    assert "Bruyères-le-Vieux (20002)" in text(
        client, "/aides/suggestions/communes/", field="practice_commune", practice_commune="bruy"
    )
    assert "option" not in text(client, "/aides/suggestions/communes/", field="x", x="b")
