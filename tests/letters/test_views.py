from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils.html import strip_tags

from act_examples import AGREEMENT, LETTER
from maillage.accounts.models import User
from maillage.accounts.roles import Role
from maillage.acts.document import Act, Paragraph
from maillage.kit.clock import today
from maillage.letters.actions import cancel, draft, send
from maillage.letters.mentions import (
    adversarial_step,
    appeal_routes,
    contact,
    implicit_refusal,
    missing_documents,
)
from maillage.letters.models import Letter
from maillage.letters.pages import rich
from maillage.letters.writing import compose
from people import authority, person

pytestmark = pytest.mark.django_db


def drafted(**options: Any) -> Letter:
    act = compose(authority=authority(), title="Votre demande", blocks=(Paragraph("Madame,"),))
    given = {"kind": "grant", "act": act, "by": None, "recipient_name": "Noëlle Cœur"}
    return draft(**({"authority": authority(), **given} | options))  # type: ignore[arg-type]


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def officer() -> Client:
    return signed_in(person(Role.CASE_OFFICER))


def address(name: str, letter: Letter) -> str:
    return reverse(f"letters:{name}", args=[letter.pk])


def text(response: Any) -> str:
    return " ".join(unescape(strip_tags(response.content.decode())).split())


def listed(client: Client, **query: str) -> list[int]:
    response = client.get(reverse("letters:letters"), query)
    return [letter.pk for letter, _ in response.context["rows"]]


def test_the_list_starts_with_what_is_to_be_sent_and_filters(officer: Client) -> None:
    grant, refusal = drafted(), drafted(kind="refusal", recipient_name="Zoé")
    sent, dropped = send(letter=drafted(), by=None), cancel(letter=drafted(), by=None)
    assert listed(officer) == [refusal.pk, grant.pk]
    assert listed(officer, state="envoyes") == [sent.pk]
    assert listed(officer, state="annules") == [dropped.pk]
    assert listed(officer, state="a-envoyer", kind="refusal") == [refusal.pk]
    assert listed(officer, state="a-envoyer", text="zoé") == [refusal.pk]
    assert listed(officer, state="n'importe quoi") == [refusal.pk, grant.pk]
    assert "2 courriers attendent" in text(officer.get(reverse("letters:letters")))


def test_the_list_asks_no_query_per_row(officer: Client, django_assert_max_num_queries: Any) -> None:
    for _ in range(12):
        drafted()
    with django_assert_max_num_queries(12):
        officer.get(reverse("letters:letters"))


def test_the_export_holds_what_is_filtered(officer: Client) -> None:
    drafted(recipient_name="=Zoé")
    drafted(kind="refusal")
    response = officer.get(reverse("letters:export", args=["csv"]), {"state": "a-envoyer", "kind": "grant"})
    lines = b"".join(response).decode("utf-8-sig").splitlines()  # type: ignore[arg-type]
    assert len(lines) == 2
    assert lines[1].startswith(f"{today().year}-00001;Notification d’attribution;Votre demande;'=Zoé;")


def strings(value: Any) -> Iterator[str]:
    """Every text in a block, however deep."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        yield from (text for inside in value.values() for text in strings(inside))
    elif isinstance(value, tuple | list):
        yield from (text for inside in value for text in strings(inside))


def tight(words: str) -> str:
    """Letters alone: neither spaces nor marks."""
    return "".join(words.split()).replace("**", "").replace("__", "")


@pytest.mark.parametrize("act", [LETTER, AGREEMENT])
def test_a_page_says_every_word_of_the_act(act: Act, officer: Client) -> None:
    page = tight(text(officer.get(address("letter", drafted(act=act)))))
    said = [act.title, act.reference, *act.authority_lines, *act.recipient_lines]
    for block in act.blocks:
        # The sides of columns are not words.
        said += [text for text in strings(asdict(block)) if text not in ("left", "right")]
    assert [words for words in said if tight(words) not in page] == []


def test_what_people_write_is_escaped() -> None:
    assert rich("**<b>&** a\nb __c__") == "<strong>&lt;b&gt;&amp;</strong> a<br>b <em>c</em>"


def test_a_draft_is_sent_from_its_page(officer: Client, django_capture_on_commit_callbacks: Any) -> None:
    letter = drafted()
    page = officer.get(address("letter", letter))
    assert "Envoyer ce courrier" in text(page)
    choice = {"channel": "email", "recipient_email": "noelle@exemple.invalid", "tracking": ""}
    with django_capture_on_commit_callbacks(execute=True):
        officer.post(address("send", letter), choice)
    assert len(mail.outbox) == 1
    after = officer.get(address("letter", letter))
    assert "Envoyé le" in text(after)
    assert "Courriel parti" in text(after)


def test_a_sending_that_is_refused_says_why(officer: Client) -> None:
    letter = drafted()
    page = officer.post(address("send", letter), {"channel": "portal"}, follow=True)
    assert "n'a pas de compte" in text(page)
    page = officer.post(address("send", letter), {"channel": "email", "recipient_email": "x"}, follow=True)
    assert "adresse" in text(page)
    letter.refresh_from_db()
    assert letter.is_draft


def test_the_letters_ticked_are_sent_together(officer: Client) -> None:
    first, second, left = drafted(), drafted(), drafted()
    elsewhere = drafted(authority=authority("01"))
    page = officer.post(
        reverse("letters:send_selected"), {"letters": [first.pk, second.pk, elsewhere.pk, "x"]}, follow=True
    )
    assert "2 courriers sont envoyés" in text(page)
    assert {letter.pk for letter in Letter.objects.to_send()} == {left.pk, elsewhere.pk}
    assert "Cochez" in text(officer.post(reverse("letters:send_selected"), follow=True))


def test_the_pdf_of_a_draft_is_a_project_and_that_of_a_sent_letter_is_frozen(officer: Client) -> None:
    letter = drafted()
    project = officer.get(address("pdf", letter))
    assert f"projet-{letter.number}.pdf" in project["Content-Disposition"]
    sent = send(letter=letter, by=None)
    frozen = officer.get(address("pdf", letter))
    assert frozen.content.startswith(b"%PDF-")  # type: ignore[attr-defined]
    assert sent.pdf is not None
    Path(sent.pdf.file.path).unlink()
    lost = officer.get(address("pdf", letter))
    assert (lost.status_code, "a disparu" in text(lost)) == (404, True)


def test_a_recipient_reads_the_letter_they_received_and_nothing_of_the_office() -> None:
    applicant = person(Role.APPLICANT)
    letter = drafted(recipient_user=applicant)
    client = signed_in(applicant)
    assert client.get(address("letter", letter)).status_code == 404
    send(letter=letter, by=None)
    page = text(client.get(address("letter", letter)))
    assert "Madame," in page
    assert "Ce qui s’est passé" not in page
    assert client.get(address("pdf", letter)).status_code == 200
    assert client.post(address("cancel", letter)).status_code == 403


def test_a_registered_letter_is_tracked_and_a_failed_mail_tried_again(officer: Client) -> None:
    posted = send(letter=drafted(), by=None)
    officer.post(address("track", posted), {"tracking": "1A 234 567"})
    assert "1A 234 567" in text(officer.get(address("letter", posted)))
    mailed = send(letter=drafted(recipient_email="noelle@exemple.invalid"), by=None)
    assert "n’est pas parti" in text(officer.get(address("letter", mailed)))
    assert "1 courriel n’est pas parti" in text(officer.get(reverse("letters:letters")))
    assert listed(officer, state="courriel-en-echec") == [mailed.pk]
    officer.post(address("deliver", mailed))
    assert len(mail.outbox) == 1
    assert officer.post(address("track", mailed), {"tracking": ""}, follow=True).status_code == 200


def test_the_mentions_cite_their_articles() -> None:
    day = LETTER.dated
    said = " ".join(
        [
            appeal_routes("le Département").text,
            implicit_refusal(received=day, deadline=day).text,
            repr(missing_documents(["un relevé", "un certificat"], until=day)),
            repr(adversarial_step(until=day)),
        ]
    )
    for article in ("L. 411-2", "L. 231-4", "L. 232-4", "L. 114-5", "L. 121-1", "R. 421-1"):
        assert article in said
    assert "un relevé ;" in said
    assert "un certificat." in said
    assert contact(service="Mission", email="a@b.invalid", telephone="01").text == (
        "Votre interlocuteur : Mission, par courriel à a@b.invalid ou au 01."
    )
