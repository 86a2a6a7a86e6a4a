from __future__ import annotations

import smtplib
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from django.core import mail
from django.core.exceptions import PermissionDenied
from django.core.mail.backends.locmem import EmailBackend
from django.db import IntegrityError, transaction

from act_examples import LETTER
from maillage.accounts.models import Authority, Event, User
from maillage.accounts.roles import Role
from maillage.acts.document import Paragraph
from maillage.kit import clock
from maillage.kit.console import Refused
from maillage.letters.actions import cancel, deliver, draft, revise, send, send_by, send_each, track
from maillage.letters.models import Letter
from maillage.letters.writing import compose
from people import authority, person

pytestmark = pytest.mark.django_db

MARCH = datetime(2027, 3, 1, 9, tzinfo=UTC)


def drafted(at: Authority | None = None, **options: Any) -> Letter:
    here = at or authority()
    act = compose(authority=here, title="Votre demande", blocks=(Paragraph("Madame,"),))
    given = {
        "authority": here,
        "kind": "acknowledgement",
        "act": act,
        "by": None,
        "recipient_name": "Noëlle Cœur",
        "recipient_email": "noelle@exemple.invalid",
        "recipient_address": "12 rue des Œillets\n00120 Sylvanne",
    }
    return draft(**(given | options))


def test_a_letter_is_numbered_by_year_and_authority() -> None:
    with clock.at(MARCH):
        first, second, elsewhere = drafted(), drafted(), drafted(authority("01"))
    with clock.at(MARCH.replace(year=2028)):
        later = drafted()
    assert [letter.number for letter in (first, second, elsewhere, later)] == [
        "2027-00001",
        "2027-00002",
        "2027-00001",
        "2028-00001",
    ]


def test_what_is_left_out_comes_from_the_recipient() -> None:
    letter = drafted()
    assert letter.act.recipient_lines == ("Noëlle Cœur", "12 rue des Œillets", "00120 Sylvanne")
    assert letter.act.reference == letter.number
    assert letter.channel == "email"
    assert drafted(recipient_email="").channel == "registered_post"
    assert drafted(recipient_user=person(Role.APPLICANT)).channel == "portal"


def test_the_logo_is_not_stored_with_each_letter() -> None:
    assert drafted(act=LETTER).act.logo is None


def test_sending_dates_the_letter_freezes_its_pdf_and_mails_it(
    django_capture_on_commit_callbacks: Any,
) -> None:
    alice = person(Role.CASE_OFFICER)
    with clock.at(MARCH):
        letter = drafted()
    with clock.at(MARCH.replace(day=5)), django_capture_on_commit_callbacks(execute=True):
        sent = send(letter=letter, by=alice)
    assert (sent.state, sent.sent_by, sent.sent_at) == ("sent", alice, MARCH.replace(day=5))
    assert sent.act.dated == MARCH.replace(day=5).date()
    assert sent.pdf is not None
    with sent.pdf.file.open("rb") as stream:
        content = stream.read()
    assert content.startswith(b"%PDF-")
    (message,) = mail.outbox
    assert message.to == ["noelle@exemple.invalid"]
    assert message.attachments == [(f"courrier-{letter.number}.pdf", content, "application/pdf")]
    sent.refresh_from_db()
    assert not sent.mail_is_late
    events = Event.objects.filter(object_kind="letters.letter").order_by("pk")
    assert [event.verb for event in events] == ["draft_letter", "send_letter", "deliver_letter"]


def test_no_mail_leaves_when_the_sending_is_undone(django_capture_on_commit_callbacks: Any) -> None:
    letter = drafted()
    with django_capture_on_commit_callbacks(execute=True), suppress(RuntimeError), transaction.atomic():
        send(letter=letter, by=None)
        raise RuntimeError
    letter.refresh_from_db()
    assert (letter.state, mail.outbox) == ("draft", [])


@pytest.mark.parametrize(
    "error", [smtplib.SMTPServerDisconnected("coupé"), ConnectionRefusedError(111, "refusé")]
)
def test_a_mail_that_fails_is_written_down_and_may_be_tried_again(
    error: Exception, monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Any
) -> None:
    def fails(*args: object) -> int:
        raise error

    with monkeypatch.context() as patched, django_capture_on_commit_callbacks(execute=True):
        patched.setattr(EmailBackend, "send_messages", fails)
        sent = send(letter=drafted(), by=None)
    assert sent.state == "sent"
    assert str(error) in sent.mail_error
    assert [*Letter.objects.mail_failed()] == [sent]
    deliver(letter=sent, by=None)
    deliver(letter=sent, by=None)
    assert (len(mail.outbox), sent.mail_error) == (1, "")
    assert not Letter.objects.mail_failed().exists()


def test_a_title_cannot_forge_a_header(django_capture_on_commit_callbacks: Any) -> None:
    act = replace(drafted().act, title="Objet\nBcc: autre@exemple.invalid")
    with django_capture_on_commit_callbacks(execute=True):
        send(letter=drafted(act=act), by=None)
    assert mail.outbox[0].subject.endswith("Objet Bcc: autre@exemple.invalid".replace(" :", "\u00a0:"))
    assert mail.outbox[0].recipients() == ["noelle@exemple.invalid"]


def test_what_is_sent_or_cancelled_changes_no_more() -> None:
    sent, cancelled = send(letter=drafted(), by=None), cancel(letter=drafted(), by=None, reason="doublon")
    for letter, state in ((sent, "envoyé"), (cancelled, "annulé")):
        for change in (
            lambda letter: send(letter=letter, by=None),
            lambda letter: cancel(letter=letter, by=None),
            lambda letter: revise(letter=letter, by=None, act=LETTER),
        ):
            with pytest.raises(Refused, match=f"est déjà {state}"):
                change(letter)


def test_a_letter_is_revised_until_it_is_sent() -> None:
    letter = revise(letter=drafted(), by=None, act=LETTER, channel=Letter.Channel.HAND)
    assert (letter.title, letter.channel) == (LETTER.title, "hand")
    with pytest.raises(Refused, match="Donnez l'adresse électronique"):
        revise(letter=letter, by=None, channel=Letter.Channel.EMAIL, recipient_email="")


def test_a_channel_chosen_when_sending_is_undone_with_it() -> None:
    letter = drafted()
    with pytest.raises(Refused, match="pas de compte"):
        send_by(letter=letter, by=None, channel=Letter.Channel.PORTAL)
    letter.refresh_from_db()
    assert letter.channel == "email"
    sent = send_by(letter=letter, by=None, channel=Letter.Channel.REGISTERED_POST, tracking=" 1A 234 ")
    assert (sent.channel, sent.tracking) == ("registered_post", "1A 234")
    assert track(letter=sent, by=None, tracking="2B 567").tracking == "2B 567"


def test_only_registered_letters_are_tracked() -> None:
    with pytest.raises(Refused, match="Seule une lettre recommandée"):
        track(letter=send(letter=drafted(), by=None), by=None, tracking="1A")


def test_one_letter_that_cannot_leave_holds_back_no_other() -> None:
    good, bad = drafted(), drafted(channel=Letter.Channel.PORTAL)
    (refusal,) = send_each(letters=[bad, good], by=None)
    assert refusal.startswith(f"{bad.number} : Ce destinataire n'a pas de compte")
    assert [*Letter.objects.sent()] == [good]


@pytest.mark.parametrize("role", [Role.ELECTED_MEMBER, Role.PARTNER, Role.APPLICANT, Role.ANALYST])
def test_roles_that_do_not_review_send_nothing(role: Role) -> None:
    someone, letter = person(role), drafted()
    for act in (
        lambda: send(letter=letter, by=someone),
        lambda: drafted(by=someone),
        lambda: cancel(letter=letter, by=someone),
        lambda: deliver(letter=letter, by=someone),
    ):
        with pytest.raises(PermissionDenied):
            act()


def test_one_reads_the_letters_of_ones_office_and_those_one_received() -> None:
    applicant, here, elsewhere = person(Role.APPLICANT), person(Role.CASE_OFFICER), authority("01")
    waiting, sent = drafted(recipient_user=applicant), send(letter=drafted(recipient_user=applicant), by=None)
    drafted(elsewhere)

    def read_by(user: User) -> set[int]:
        return {letter.pk for letter in Letter.objects.visible_to(user)}

    assert read_by(applicant) == {sent.pk}
    assert read_by(here) == {waiting.pk, sent.pk}
    assert read_by(person(Role.APPLICANT)) == set()


def test_the_letters_about_an_object_are_found() -> None:
    subject = person()
    letter = drafted(about=subject)
    drafted()
    assert [*Letter.objects.about(subject)] == [letter]


def test_the_database_holds_what_a_letter_is() -> None:
    letter, other = drafted(), drafted()
    for wrong in (
        {"state": "sent"},
        {"state": "perdu"},
        {"channel": "pigeon"},
        {"number": other.number},
        {"recipient_email": ""},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            Letter.objects.filter(pk=letter.pk).update(**wrong)
