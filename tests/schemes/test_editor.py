"""The office: schemes read, drafted section by section, tried, published."""

from __future__ import annotations

from typing import Any

import pytest
from django.forms import Select
from django.test import Client

from maillage.accounts.roles import Role
from maillage.intake.models import ImportRun
from maillage.rules.scheme import SchemeRules
from maillage.schemes.editor.criteria import CriterionForm
from maillage.schemes.editor.sections import SECTIONS
from maillage.schemes.models import Scheme, SchemeVersion
from people import authority, person
from scheme_examples import bursary, draft, published, scheme

FULL = bursary(
    co_funders=[{"name": "Région fictive", "share": 0.7}],
    fields=[{"key": "motive", "label": "Motivation", "type": "long_text", "required": True}],
    schedule={
        "kind": "activity",
        "activity": {"base": 1000, "rates": {"hours": 12.5}, "cap": 20000, "provisional_share": 0.5},
    },
    obligation={
        "months": 36,
        "share": 0.5,
        "share_is_strict": True,
        "place": {"zones": ["ZIP", "ZAC"], "zone_at": "either"},
        "reminders": [-60, 15],
        "interruptions": ["maternity"],
    },
    documents=[
        {"key": "school_certificate", "label": "Certificat"},
        {
            "key": "lease",
            "label": "Bail",
            "required": {"equals": [{"field": "housing_provided"}, False]},
            "accepted": ["pdf"],
        },
    ],
    cumulation={"ten_years": True, "ceiling": {"amount": 50000, "years": 5}, "own_share_min": 0.2},
)


def typed(form: Any) -> dict[str, Any]:
    """What a browser sends back of a form left as it is shown."""
    sent: dict[str, Any] = {}
    for one in [form, *getattr(form, "rows", [])]:
        for field in one:
            value = field.value()
            if value is None and isinstance(field.field.widget, Select) and field.field.choices:
                value = next(iter(field.field.choices))[0]
            if value is True or (value not in (None, False) and value != []):
                sent[field.html_name] = "on" if value is True else value
    return sent


@pytest.mark.parametrize("slug", SECTIONS)
@pytest.mark.parametrize(
    "document", [bursary(), FULL, {"legal_basis": "OTHER", "kind": "gift"}], ids=["a", "b", "c"]
)
def test_a_section_saved_as_it_is_changes_nothing(slug: str, document: dict[str, Any]) -> None:
    held = SchemeRules.parse(document).to_json()
    form = SECTIONS[slug](typed(SECTIONS[slug](None, held)), held)
    written = form.checked()
    assert written is not None, (form.errors, [row.errors for row in form.rows])
    assert SchemeRules.parse(written) == SchemeRules.parse(held)


RULES = [
    {"one_of": [{"field": "profession"}, ["medecin", "sage_femme"]]},
    {"at_most": [{"field": "years_left"}, 2]},
    {"more_than": [{"field": "practice_share"}, 0.5]},
    {"at_least": [{"field": "diploma_date"}, "2026-06-30"]},
    {"field": "accepts_obligation"},
    {"not": {"field": "housing_provided"}},
    {"all": [{"field": "accepts_obligation"}, {"at_most": [{"field": "monthly_rent"}, 473.47]}]},
    {"at_most": [{"field": "monthly_rent"}, {"parameter": "housing_monthly_cap"}]},
]


@pytest.mark.parametrize("rule", RULES, ids=str)
def test_a_criterion_saved_as_it_is_changes_nothing(rule: dict[str, Any]) -> None:
    held = SchemeRules.parse(bursary(criteria=[{"key": "one", "label": "Une", "rule": rule}])).to_json()
    form = CriterionForm(typed(CriterionForm(None, held, 0)), held, 0)
    written = form.checked()
    assert written is not None, form.errors
    assert SchemeRules.parse(written) == SchemeRules.parse(held)


@pytest.mark.parametrize(
    ("said", "place", "sentence"),
    [
        ({}, "__all__", "Choisissez ce que l'on regarde"),
        (
            {"fact": "profession", "operator": "one_of", "values": "plombier"},
            "values",
            "n'est pas une réponse",
        ),
        ({"fact": "years_left", "operator": "at_most", "values": "deux"}, "values", "n'est pas un nombre"),
        ({"fact": "years_left", "operator": "at_most", "values": ""}, "values", "au moins une valeur"),
        ({"expression": "{"}, "expression", "pas du JSON"),
        ({"expression": '{"equals": [{"field": "profesion"}, "medecin"]}'}, "expression", "rule.equals[0]"),
    ],
)
def test_a_criterion_that_cannot_be_read_says_where(said: dict[str, str], place: str, sentence: str) -> None:
    form = CriterionForm({"key": "k", "label": "L", "effect": "stop", **said}, bursary(), 3)
    assert form.checked() is None
    assert sentence in form.errors[place][0]


@pytest.fixture
def officer(client: Client) -> Client:
    client.force_login(person(Role.MISSION_OFFICER))
    return client


def page(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.mark.django_db
def test_the_list_says_the_state_of_each(officer: Client, django_assert_max_num_queries: Any) -> None:
    published(key="a", title="Aide A")
    draft(key="b", title="Aide B")
    draft(key="c", title="Aide C", rules=bursary(amount={"unset": ["value"]}))
    scheme(key="d", title="Aide D")
    with django_assert_max_num_queries(8):
        shown = page(officer, "/dispositifs/")
    assert (shown.count(">En vigueur</span>"), shown.count(">Brouillon</span>")) == (1, 1)
    assert shown.count(">Incomplet</span>") == 2
    filtered = officer.get("/dispositifs/export.csv?etat=incomplete").content.decode("utf-8-sig")
    assert "Aide C" in filtered
    assert "Aide A" not in filtered


@pytest.mark.django_db
def test_a_scheme_is_written_tried_and_published(officer: Client) -> None:
    officer.post("/dispositifs/nouveau/", {"title": "Aide neuve", "key": "aide", "is_open_all_year": "on"})
    version = SchemeVersion.objects.get()
    edit = f"/dispositifs/versions/{version.pk}/modifier/"
    assert "à définir" in page(officer, edit)
    officer.post(
        f"{edit}conditions/0/",
        {
            "key": "job",
            "label": "Profession",
            "fact": "profession",
            "operator": "one_of",
            "values": "Médecin\nSage-femme",
            "effect": "stop",
        },
    )
    officer.post(f"{edit}montant/", {"value": "1 500,50"})
    frame = {
        "kind": "gift",
        "legal_basis": "OTHER",
        "legal_note": "Délibération fictive.",
        "recipients": "student",
    }
    officer.post(f"{edit}cadre/", frame)
    officer.post(
        f"{edit}pieces/",
        {"ligne0-key": "rib", "ligne0-label": "RIB", "ligne0-need": "always", "encore": "1"},
    )
    version.refresh_from_db()
    assert version.rules["criteria"][0]["rule"] == {
        "one_of": [{"field": "profession"}, ["medecin", "sage_femme"]]
    }
    assert version.rules["amount"] == {"value": 1500.5}
    assert version.rules["documents"] == [{"key": "rib", "label": "RIB"}]
    tried = officer.post(
        f"/dispositifs/versions/{version.pk}/essai/", {"profession": "medecin", "on": "2026-11-01"}
    ).content.decode()
    assert "Toutes les conditions sont remplies" in tried
    sent = {"decision": "CP 2026-12", "acknowledged": "on"}
    answer = officer.post(f"/dispositifs/versions/{version.pk}/publier/", sent)
    assert answer.status_code == 302, answer.content.decode()
    assert Scheme.objects.get().current == version
    assert "Règlement en vigueur" in page(officer, f"/dispositifs/{version.scheme_id}/")


@pytest.mark.django_db
def test_a_new_version_is_compared_with_the_one_in_force(officer: Client) -> None:
    version = published()
    officer.post(f"/dispositifs/{version.scheme_id}/brouillon/")
    made = version.scheme.draft
    assert made is not None
    assert made.rules == version.rules
    officer.post(f"/dispositifs/versions/{made.pk}/modifier/montant/", {"value": "9000", "cap": "12000"})
    shown = page(officer, f"/dispositifs/versions/{made.pk}/")
    assert "<del>Montant de l&#x27;aide : 12" in shown
    officer.post(f"/dispositifs/versions/{made.pk}/modifier/conditions/1/changer/", {"monter": "1"})
    officer.post(f"/dispositifs/versions/{made.pk}/modifier/conditions/2/changer/", {"retirer": "1"})
    made.refresh_from_db()
    assert [item["key"] for item in made.rules["criteria"]] == ["zone", "profession"]
    officer.post(f"/dispositifs/versions/{made.pk}/abandonner/")
    assert version.scheme.draft is None


@pytest.mark.django_db
def test_what_cannot_be_published_says_why_on_the_page(officer: Client) -> None:
    version = draft(rules=bursary(amount={"unset": ["cap"]}))
    sent = {"decision": "CP 2026-12", "acknowledged": "on"}
    answer = officer.post(f"/dispositifs/versions/{version.pk}/publier/", sent)
    assert "plafond à définir" in answer.content.decode()


@pytest.mark.django_db
def test_what_someone_else_changed_meanwhile_is_not_overwritten(officer: Client) -> None:
    version = draft()
    edit = f"/dispositifs/versions/{version.pk}/modifier/"
    seen = version.fingerprint
    assert f'value="{seen}"' in page(officer, f"{edit}montant/")
    officer.post(f"{edit}montant/", {"value": "9000", "seen": seen})
    for address, sent in (
        ("montant/", {"value": "1"}),
        ("conditions/0/", {"key": "x"}),
        ("conditions/0/changer/", {"retirer": "1"}),
    ):
        officer.post(f"{edit}{address}", {**sent, "seen": seen})
    version.refresh_from_db()
    assert version.rules["amount"] == {"value": 9000}
    assert len(version.rules["criteria"]) == 3
    assert "a été modifié depuis" in page(officer, edit)


@pytest.mark.django_db
def test_what_stops_publication_comes_before_its_form(officer: Client) -> None:
    version = draft(rules=bursary(amount={"unset": ["cap"]}))
    shown = page(officer, f"/dispositifs/versions/{version.pk}/publier/")
    assert "ne peut pas encore être publiée" in shown
    assert "Délibération</label>" not in shown


@pytest.mark.django_db
def test_the_presentation_of_a_scheme_is_changed(officer: Client) -> None:
    found = scheme()
    officer.post(f"/dispositifs/{found.pk}/presentation/", {"title": "Autre titre", "summary": "Bref."})
    found.refresh_from_db()
    assert (found.title, found.key, found.is_open_all_year) == ("Autre titre", "bourse", False)


def test_a_case_is_tried_with_the_zone_of_its_day(client: Client, loaded_territory: ImportRun) -> None:
    at = authority("20")
    version = published(at)
    client.force_login(person(Role.CASE_OFFICER, at))
    case = {"profession": "medecin", "practice_commune": "20002", "years_left": "1", "on": "2026-11-01"}
    shown = client.post(f"/dispositifs/versions/{version.pk}/essai/", case).content.decode()
    assert "Commune classée ZIP" in shown
    before = client.post(f"/dispositifs/versions/{version.pk}/essai/", {**case, "on": "2020-01-01"})
    assert "à prouver" in before.content.decode()
