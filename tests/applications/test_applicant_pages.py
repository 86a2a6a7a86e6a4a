"""« Mes demandes » as a person walks through it, with and without a script."""

from __future__ import annotations

import re
from datetime import date, timedelta
from urllib.parse import urlencode

import pytest
from django.core import mail
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from applying import STUDENT, applicant, call, draft, moment, pdf, scheme, submitted
from maillage.accounts.models import User
from maillage.applications import actions, sections
from maillage.applications.models import Application, ConfirmedEmail
from maillage.applications.views.applicant import ACCOUNTS_AN_HOUR
from maillage.kit import clock
from people import PASSWORD, authority

pytestmark = pytest.mark.django_db


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def url(name: str, *arguments: object) -> str:
    return reverse(f"applications:{name}", args=arguments)


def test_a_whole_application_from_the_account_to_the_receipt() -> None:
    made, client = scheme(), Client()
    start = url("start", made.authority.slug, made.key)
    assert "Créer mon compte" in client.get(start).text
    account = {"full_name": "Camille Exemple", "email": "Camille@exemple.invalid", "password": PASSWORD}
    opened = client.post(f"{url('register', made.authority.slug)}?next={start}", account)
    sign_in_page = opened.headers["Location"]
    assert sign_in_page == f"{reverse('accounts:sign_in')}?{urlencode({'next': start})}"
    entered = {"username": "camille@exemple.invalid", "password": PASSWORD, "next": start}
    assert client.post(sign_in_page, entered).headers["Location"] == start
    link = re.search(r"http://testserver(/\S+)", mail.outbox[0].body)
    assert link is not None
    assert "Confirmer cette adresse" in client.get(link[1]).text
    assert not ConfirmedEmail.objects.exists()
    client.post(link[1])
    assert ConfirmedEmail.objects.get().email == "camille@exemple.invalid"

    first = client.post(start).headers["Location"]
    begun = Application.objects.get()
    assert first == url("step", begun.pk, "identite")
    assert 'value="camille@exemple.invalid"' in client.get(first).text
    second = client.post(first, {**STUDENT, "next": "1"}).headers["Location"]
    assert second == url("step", begun.pk, "situation")
    third = client.post(second, {"year_of_study": "5", "next": "1"}).headers["Location"]
    assert third == url("step", begun.pk, "aides")
    client.post(url("declare_aid", begun.pk), {"aide-funder": "Région fictive", "aide-label": "Bourse"})
    assert "Région fictive" in client.get(third).text
    client.post(url("attach", begun.pk, "certificate"), {"file": pdf("certificat.pdf")})
    assert "certificat.pdf" in client.get(url("step", begun.pk, "pieces")).text

    # What the submission requires is not said to be optional, though a draft may leave it out.
    identity = client.get(first).text
    assert 'for="id_last_name">Nom</label>' in identity
    assert 'for="id_phone">Téléphone <span class="optional">' in identity
    recap = client.get(url("step", begun.pk, "recapitulatif")).text
    assert "Toutes les conditions sont remplies" in recap
    refused = client.post(url("submit", begun.pk), {"accuracy": "on"})
    assert "Cochez cette déclaration" in refused.text
    filed = client.post(url("submit", begun.pk), {"accuracy": "on", "other_aids": "on"})
    assert filed.headers["Location"] == url("receipt", begun.pk)
    begun.refresh_from_db()
    receipt = client.get(url("receipt", begun.pk)).text
    assert begun.number in receipt
    assert "Accusé de réception" in receipt
    assert begun.declared_aids.get().recipient == begun.recipient
    # Pressed twice, the button leads to the receipt again.
    assert client.post(url("submit", begun.pk)).headers["Location"] == url("receipt", begun.pk)
    assert begun.number in client.get(url("mine")).text


def test_a_weak_password_opens_no_account() -> None:
    account = {"full_name": "A", "email": "a@exemple.invalid", "password": "court"}
    assert "trop court" in Client().post(url("register", authority().slug), account).text
    assert not User.objects.exists()


def test_only_a_message_tells_that_an_address_has_an_account() -> None:
    known, page = applicant().email, url("register", authority().slug)
    answers = []
    for email in (known.upper(), "nouvelle@exemple.invalid"):
        answer = Client().post(page, {"full_name": "A", "email": email, "password": PASSWORD}, follow=True)
        answers.append(re.sub(r"[\w.]+@exemple.invalid|csrf\S+ value=\S+", "", answer.text, flags=re.I))
    assert answers[0] == answers[1]
    assert [sent.to for sent in mail.outbox] == [[known], ["nouvelle@exemple.invalid"]]
    assert "vous avez déjà un compte" in mail.outbox[0].subject
    assert User.objects.count() == 2


def test_accounts_are_not_opened_by_the_hundred() -> None:
    cache.clear()
    page = url("register", authority().slug)
    weak = {"full_name": "A", "email": "a@exemple.invalid", "password": "court"}
    answers = [Client().post(page, weak).status_code for _ in range(ACCOUNTS_AN_HOUR + 1)]
    assert answers == [200] * ACCOUNTS_AN_HOUR + [429]
    assert Client().post(page, weak, REMOTE_ADDR="192.0.2.7").status_code == 200
    cache.clear()


def test_a_new_account_is_never_sent_to_another_site() -> None:
    account = {"full_name": "A", "email": "a@exemple.invalid", "password": PASSWORD}
    page = f"{url('register', authority().slug)}?next=https://ailleurs.invalid/"
    assert "ailleurs" not in Client().post(page, account).headers["Location"]


def test_a_link_that_is_not_ours_or_too_old_confirms_nothing() -> None:
    answer = Client().post(url("confirm_email", "faux"))
    assert answer.status_code == 404
    assert "demandez-en un autre" in answer.text
    assert not ConfirmedEmail.objects.exists()


def test_a_draft_saves_itself_and_says_when() -> None:
    begun = draft()
    client = signed_in(begun.applicant)
    with clock.at(moment(clock.today(), 14)):
        answer = client.post(
            url("step", begun.pk, "identite"),
            {**STUDENT, "first_name": "Dominique"},
            headers={"HX-Request": "true"},
        )
    assert "Enregistré" in answer.text
    assert "<html" not in answer.text
    begun.refresh_from_db()
    assert begun.answers["first_name"] == "Dominique"


def test_an_answer_that_cannot_be_read_is_named_and_the_former_one_stays() -> None:
    begun = draft()
    client = signed_in(begun.applicant)
    page = url("step", begun.pk, "situation")
    quiet = client.post(page, {"year_of_study": "cinq"}, headers={"HX-Request": "true"})
    assert "sauf : Année d&#x27;études" in quiet.text
    shown = client.post(page, {"year_of_study": "cinq"})
    assert 'role="alert"' in shown.text
    begun.refresh_from_db()
    assert begun.answers["year_of_study"] == 5


def test_the_form_of_what_was_submitted_is_closed() -> None:
    row = submitted()
    client = signed_in(row.applicant)
    assert client.get(url("step", row.pk, "identite")).status_code == 404
    assert client.post(url("step", row.pk, "identite"), STUDENT).status_code == 404


def test_a_late_submission_says_when_it_closed() -> None:
    made, who = scheme(is_open_all_year=False), applicant()
    with clock.at(moment(date(2027, 3, 1))):
        opened = call(made)
        begun = actions.start(scheme=made, applicant=who, call=opened, by=who)
        actions.save(
            application=begun,
            answers={"last_name": "Exemple", "first_name": "Camille", "address": "1 rue"},
            by=who,
        )
    with clock.at(opened.closes_at + timedelta(minutes=1)):
        answer = signed_in(who).post(url("submit", begun.pk), {"accuracy": "on", "other_aids": "on"})
    assert "fermé depuis le 02/03/2027 à 10 h 00" in answer.text


def test_a_refused_file_says_why_and_hands_nothing_in() -> None:
    begun = draft()
    client = signed_in(begun.applicant)
    answer = client.post(
        url("attach", begun.pk, "letter"), {"file": pdf("vide.pdf").__class__("x.pdf", b"rien")}, follow=True
    )
    assert "envoyez un fichier" in answer.text
    assert not begun.documents.filter(requirement="letter").exists()


def test_a_correction_shows_only_what_it_asks_for_and_gives_the_file_back() -> None:
    row = submitted()
    row.corrections.create(
        fields=["year_of_study"], message="Précisez l'année.", due_on=clock.today() + timedelta(days=9)
    )
    client = signed_in(row.applicant)
    assert "Répondre" in client.get(url("mine")).text
    page = client.get(url("correction", row.pk)).text
    assert 'name="year_of_study"' in page
    assert 'name="last_name"' not in page
    done = client.post(url("correction", row.pk), {"year_of_study": "6", "answer": "1"})
    assert done.headers["Location"] == url("application", row.pk)
    row.refresh_from_db()
    assert row.answers["year_of_study"] == 6
    assert not row.corrections.open().exists()


def test_the_applicant_reads_messages_and_nothing_internal() -> None:
    row = submitted()
    row.messages.create(author=None, text="Bonjour, une question.", is_internal=False)
    row.messages.create(author=None, text="À surveiller.", is_internal=True)
    client = signed_in(row.applicant)
    shown = client.get(url("application", row.pk)).text
    assert "Bonjour, une question." in shown
    assert "À surveiller." not in shown
    assert "nouveau message" in shown
    assert "nouveau message" not in client.get(url("application", row.pk)).text


def test_the_rooms_above_add_their_sections(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sections, "SECTIONS", [])
    sections.section("decision", title="Décision", render=lambda row, user: f"<p>{row.number} lu</p>")
    sections.section("payments", title="Versements", render=lambda row, user: "")
    row = submitted()
    shown = signed_in(row.applicant).get(url("application", row.pk)).text
    assert "Décision</h2>" in shown
    assert f"&lt;p&gt;{row.number} lu" in shown
    assert "Versements" not in shown


def test_a_withdrawn_application_says_so() -> None:
    row = submitted()
    client = signed_in(row.applicant)
    assert "Retirer ma demande" in client.get(url("withdraw", row.pk)).text
    client.post(url("withdraw", row.pk), {"reason": "Autre projet"})
    assert "Retirée par vous" in client.get(url("application", row.pk)).text


def test_the_list_asks_as_much_of_the_database_for_one_as_for_many(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    who, made = applicant(), scheme()
    client = signed_in(who)
    for _ in range(2):
        draft(made, by=who)
        with django_assert_num_queries(5):
            client.get(url("mine"))


def test_who_one_is_changes_what_is_asked() -> None:
    rules = {
        "legal_basis": "GRANT_L2000_321",
        "kind": "operating_grant",
        "recipients": ["student", "association"],
    }
    who = applicant()
    begun = actions.start(scheme=scheme(rules), applicant=who, by=who)
    client, page = signed_in(who), url("step", begun.pk, "identite")
    assert 'name="structure_name"' not in client.get(page).text
    quiet = client.post(page, {"recipient_kind": "association"}, headers={"HX-Request": "true"})
    assert quiet.headers["HX-Refresh"] == "true"
    assert 'name="structure_name"' in client.get(page).text
    # Going on would skip the questions that have just appeared.
    back = client.post(page, {"recipient_kind": "student", "next": "1"})
    assert back.headers["Location"] == page
