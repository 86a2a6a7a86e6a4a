"""Every verb from every state: allowed by the table, or refused with a sentence and nothing changed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from django.core.exceptions import PermissionDenied

from applying import applicant, moment, pdf, submitted
from maillage.accounts.models import Event
from maillage.applications import actions
from maillage.applications.models import Application, CorrectionRequest
from maillage.applications.states import ALLOWED
from maillage.kit import clock
from maillage.kit.console import Refused

pytestmark = pytest.mark.django_db

State = Application.State
Verb = Callable[[Application], object]

VERBS: dict[str, Verb] = {
    "submit": lambda row: actions.submit(application=row, by=row.applicant),
    "discard": lambda row: actions.discard(application=row, by=row.applicant),
    "withdraw": lambda row: actions.withdraw(application=row, reason="Autre projet", by=row.applicant),
    "write_message": lambda row: actions.write_message(application=row, text="Bonjour", by=row.applicant),
    "put_on_agenda": actions.put_on_agenda,
    "take_off_agenda": actions.take_off_agenda,
    "record_outcome": lambda row: actions.record_outcome(application=row, granted=True, by=None),
}
# What may be changed outside a draft is what a correction asks for.
LOCKED: dict[str, Verb] = {
    "save": lambda row: actions.save(application=row, answers={"last_name": "Autre"}, by=row.applicant),
    "attach": lambda row: actions.attach(
        application=row, requirement="letter", upload=pdf(), by=row.applicant
    ),
    "remove_document": lambda row: actions.remove_document(document=row.documents.get(), by=row.applicant),
    "declare_aid": lambda row: actions.declare_aid(
        application=row, funder="Région fictive", label="Bourse", by=row.applicant
    ),
    "answer_correction": lambda row: actions.answer_correction(application=row, by=row.applicant),
}
REFUSED = [(verb, state) for verb in VERBS for state in State if state not in ALLOWED[verb][0]]


@pytest.fixture
def row() -> Application:
    with clock.at(moment(date(2027, 3, 1))):
        return submitted()


def at(row: Application, state: State) -> Application:
    """The application put in a state, as no action would."""
    Application.objects.filter(pk=row.pk).update(state=state)
    return Application.objects.get(pk=row.pk)


def test_each_verb_is_refused_from_each_state_where_it_has_no_sense(row: Application) -> None:
    for verb, state in REFUSED:
        put = at(row, state)
        before = Event.objects.count()
        with pytest.raises(Refused):
            VERBS[verb](put)
        put.refresh_from_db()
        assert put.state == state, (verb, state)
        assert Event.objects.count() == before, (verb, state)


def test_each_verb_is_accepted_from_the_states_of_the_table(row: Application) -> None:
    accepted = [
        (verb, state) for verb in VERBS if verb not in ("submit", "discard") for state in ALLOWED[verb][0]
    ]
    for verb, state in accepted:
        VERBS[verb](at(row, state))


def test_nothing_is_changed_outside_a_draft_or_a_correction(row: Application) -> None:
    for state in State:
        if state == State.DRAFT:
            continue
        for verb, attempt in LOCKED.items():
            put = at(row, state)
            with pytest.raises(Refused):
                attempt(put)
            put.refresh_from_db()
            assert (put.state, put.answers["last_name"]) == (state, "Exemple"), (verb, state)


def test_a_correction_unlocks_only_what_it_asks_for(row: Application) -> None:
    CorrectionRequest.objects.create(
        application=row, fields=["last_name"], requirements=["letter"], message="…", due_on=date(2027, 4, 1)
    )
    who = row.applicant
    actions.save(application=row, answers={"last_name": "Corrigé"}, by=who)
    actions.attach(application=row, requirement="letter", upload=pdf(), by=who)
    with pytest.raises(Refused, match="Prénom"):
        actions.save(application=row, answers={"first_name": "Autre"}, by=who)
    with pytest.raises(Refused, match="Certificat de scolarité"):
        actions.attach(application=row, requirement="certificate", upload=pdf(), by=who)
    event = Event.objects.get(verb="correct_answers")
    assert event.data["fields"] == ["last_name"]
    # What was typed is personal: the journal names the question, not the answer.
    assert "Corrigé" not in event.sentence


def test_an_answered_correction_is_judged_again_by_the_same_version(row: Application) -> None:
    CorrectionRequest.objects.create(
        application=row, fields=["year_of_study"], message="…", due_on=date(2027, 4, 1)
    )
    actions.save(application=row, answers={"year_of_study": 2}, by=row.applicant)
    answered = actions.answer_correction(application=row, by=row.applicant)
    assert answered.judgement is not None
    assert answered.judgement.verdict == "not_eligible"
    assert answered.judgement.version == row.version


def test_a_stranger_writes_no_message(row: Application) -> None:
    with pytest.raises(PermissionDenied):
        actions.write_message(application=row, text="Bonjour", by=applicant())
