"""From the draft to the acknowledgement, and what the law hangs on the day of submission."""

from __future__ import annotations

import json
from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied

from applying import applicant, call, draft, moment, pdf, scheme, submitted
from maillage.accounts.models import Event
from maillage.applications.actions import (
    answer_correction,
    ask_correction,
    attach,
    save,
    start,
    submit,
    withdraw,
)
from maillage.applications.checks import missing
from maillage.applications.models import Application
from maillage.kit import clock
from maillage.kit.console import Refused
from maillage.letters.models import Letter
from maillage.schemes.judging import assess

pytestmark = pytest.mark.django_db

DAY = date(2027, 3, 1)


def test_a_complete_submission_gets_number_recipient_verdict_and_clock() -> None:
    with clock.at(moment(DAY)):
        row = submitted()
    assert (row.number, row.state) == ("D-2027-00001", "submitted")
    assert str(row.recipient) == "Camille Exemple"
    assert row.implicit_refusal_on == date(2027, 5, 1)
    assert row.judgement is not None
    assert row.judgement.verdict == "eligible"
    assert [entry["key"] for entry in row.sworn] == ["accuracy", "other_aids"]


def test_the_acknowledgement_is_sent_at_once_with_what_the_law_asks() -> None:
    with clock.at(moment(DAY)):
        row = submitted()
    letter = Letter.objects.about(row).get()
    content = json.dumps(letter.content, ensure_ascii=False)
    assert (letter.kind, letter.state, letter.channel) == ("acknowledgement", "sent", "email")
    assert letter.recipient_user == row.applicant
    assert row.acknowledged_at is not None
    for said in ("1er\xa0mars\xa02027", "1er\xa0mai\xa02027", "L. 231-4", "recours", row.number):
        assert said in content


def test_numbers_follow_one_another_in_the_year_and_the_authority() -> None:
    made = scheme()
    with clock.at(moment(DAY)):
        numbers = [submitted(made).number for _ in range(3)]
    with clock.at(moment(date(2028, 1, 1))):
        numbers.append(submitted(made).number)
    assert numbers == ["D-2027-00001", "D-2027-00002", "D-2027-00003", "D-2028-00001"]


def test_missing_documents_do_not_stop_a_submission_but_suspend_the_clock() -> None:
    made = scheme()
    who = applicant()
    with clock.at(moment(DAY)):
        begun = start(scheme=made, applicant=who, by=who)
        save(
            application=begun,
            answers={"last_name": "Exemple", "first_name": "Camille", "address": "1 rue des Lilas"},
            by=who,
        )
        row = submit(application=begun, by=who)
    assert row.state == "incomplete"
    correction = row.corrections.get()
    assert (correction.requirements, correction.due_on) == (["certificate"], DAY + timedelta(days=30))
    assert "Certificat de scolarité" in str(Letter.objects.about(row).get().content)
    # Ten days later the certificate comes: ten days are added to the two months.
    with clock.at(moment(DAY + timedelta(days=10))):
        with pytest.raises(Refused, match="Certificat de scolarité"):
            answer_correction(application=row, by=who)
        attach(application=row, requirement="certificate", upload=pdf(), by=who)
        row = answer_correction(application=row, by=who)
    assert row.state == "submitted"
    assert row.implicit_refusal_on == date(2027, 5, 11)


def test_an_address_corrected_is_the_one_letters_go_to() -> None:
    row = submitted()
    ask_correction(
        application=row,
        fields=["address"],
        requirements=[],
        message="Votre adresse de cette année.",
        due_on=clock.today() + timedelta(days=30),
        by=None,
    )
    row = save(application=row, answers={"address": "2 rue des Lilas\n20001 Aubeterre"}, by=row.applicant)
    row = answer_correction(application=row, by=row.applicant)
    assert row.recipient is not None
    assert row.recipient.address == "2 rue des Lilas\n20001 Aubeterre"


def test_the_guard_refuses_with_the_sentences_of_the_screen() -> None:
    begun = start(scheme=scheme(), applicant=(who := applicant()), by=who)
    lacks = [lack for lack in missing(begun, clock.today()) if lack.blocks]
    assert [lack.key for lack in lacks] == ["last_name", "first_name", "address"]
    with pytest.raises(Refused) as refusal:
        submit(application=begun, by=who)
    assert str(refusal.value) == " ".join(lack.sentence for lack in lacks)


def test_an_address_nobody_has_proved_to_read_stops_a_submission() -> None:
    begun = draft(by=applicant(confirmed=False))
    with pytest.raises(Refused, match="Confirmez votre adresse"):
        submit(application=begun, by=begun.applicant)


def test_every_statement_is_sworn_or_nothing_is_submitted() -> None:
    begun = draft()
    with pytest.raises(Refused, match="déclarations sur l'honneur"):
        submit(application=begun, sworn={"accuracy"}, by=begun.applicant)
    assert submit(application=begun, sworn={"accuracy", "other_aids"}, by=begun.applicant).number


def test_a_late_submission_is_refused_says_when_it_closed_and_is_recorded() -> None:
    made = scheme(is_open_all_year=False)
    who = applicant()
    with clock.at(moment(DAY, 12)):
        opened = call(made)
        begun = start(scheme=made, applicant=who, call=opened, by=who)
        save(
            application=begun,
            answers={"last_name": "Exemple", "first_name": "Camille", "address": "1 rue des Lilas"},
            by=who,
        )
    with clock.at(opened.closes_at), pytest.raises(Refused, match="fermé depuis le 02/03/2027 à 12 h 00"):
        submit(application=begun, by=who)
    begun.refresh_from_db()
    assert begun.state == "draft"
    assert Event.objects.get(verb="refuse_late_submission").object_id == str(begun.pk)
    with clock.at(opened.closes_at - timedelta(seconds=1)):
        assert submit(application=begun, by=who).number


@pytest.mark.parametrize(
    ("fields", "opens", "said"),
    [
        ({"closed_on": DAY}, None, "clos depuis le 01/03/2027"),
        ({"is_open_all_year": False}, None, "attendez le prochain"),
        ({}, timedelta(hours=1), "ouvrira le 01/03/2027 à 11 h 00"),
        ({}, timedelta(days=-9), "fermé depuis"),
    ],
)
def test_nothing_starts_unless_something_is_open(
    fields: dict[str, object], opens: timedelta | None, said: str
) -> None:
    with clock.at(moment(DAY)):
        made, who = scheme(**fields), applicant()
        asked = call(made, opens=opens, closes=opens + timedelta(days=1)) if opens is not None else None
        with pytest.raises(Refused, match=said):
            start(scheme=made, applicant=who, call=asked, by=who)


def test_an_application_keeps_the_version_it_was_begun_under() -> None:
    made = scheme()
    begun = draft(made)
    first = begun.version
    made.versions.update(state="replaced", replaced_at=clock.now())
    made.versions.create(
        number=2,
        rules={**first.rules, "amount": {"value": 1}},
        state="published",
        published_at=clock.now(),
    )
    row = submit(application=begun, by=begun.applicant)
    assert row.version == first
    assert row.judgement is not None
    assert row.judgement.amount == 12000
    repeated = assess(row.judgement.version, row.judgement.facts, row.judgement.on)
    assert repeated.to_json()["results"] == row.judgement.results


def test_only_the_applicant_acts_on_their_application() -> None:
    begun, other = draft(), applicant()
    for attempt in (
        lambda: save(application=begun, answers={"last_name": "Autre"}, by=other),
        lambda: attach(application=begun, requirement="letter", upload=pdf(), by=other),
        lambda: submit(application=begun, by=other),
        lambda: withdraw(application=begun, reason="", by=other),
    ):
        with pytest.raises(PermissionDenied):
            attempt()


def test_a_second_application_finds_its_recipient_again() -> None:
    who = applicant()
    first, second = submitted(by=who), submitted(by=who)
    assert first.recipient == second.recipient


def test_a_number_that_another_account_answers_for_changes_nothing_of_them_and_warns_the_officer() -> None:
    rules = {
        "legal_basis": "L1511_8_I",
        "kind": "installation_aid",
        "recipients": ["professional"],
        "amount": {"value": 1},
    }
    made = scheme(rules)
    first = submitted(made, rpps="10000000001")
    second = submitted(made, rpps="10000000001", last_name="Autre")
    assert second.recipient == first.recipient
    assert str(second.recipient) == "Camille Exemple"
    note = second.messages.get()
    assert note.is_internal
    assert "vérifiez l'identité" in note.text


def test_two_submissions_of_the_same_draft_give_one_number() -> None:
    begun = draft()
    submit(application=begun, by=begun.applicant)
    with pytest.raises(Refused, match="Déposé"):
        submit(application=Application.objects.get(pk=begun.pk), by=begun.applicant)


def test_an_application_is_received_even_when_its_letter_cannot_be_written(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def without_fonts(**_: object) -> None:
        raise Refused("Les polices manquent : réinstallez Maillage.")

    monkeypatch.setattr("maillage.applications.actions.filing.send", without_fonts)
    row = submitted()
    assert row.number
    assert row.acknowledged_at is None
    assert Letter.objects.about(row).get().is_draft
    assert "polices" in Event.objects.get(verb="fail_acknowledgement").sentence
