"""The review: what each verb does, from which states, for whom; and the clock it stops or lets run."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied

from applying import moment, pdf, scheme, submitted
from maillage.accounts.models import Event, User
from maillage.accounts.roles import Role
from maillage.applications import actions
from maillage.applications.models import Application, Call, SupportingDocument
from maillage.applications.standing import left_before_complete, left_before_ready, left_to_do, remarks
from maillage.applications.states import ALLOWED
from maillage.files.models import StoredFile
from maillage.kit import clock
from maillage.kit.console import Refused
from maillage.letters.models import Letter
from people import authority, person

pytestmark = pytest.mark.django_db

DAY = date(2027, 3, 1)
State = Application.State


@pytest.fixture
def officer() -> User:
    return person(Role.CASE_OFFICER)


def at_state(state: str, **answers: Any) -> Application:
    """A submitted application put in a state by hand."""
    row = submitted(**answers)
    Application.objects.filter(pk=row.pk).update(state=state)
    row.refresh_from_db()
    return row


def certificate(row: Application) -> SupportingDocument:
    """Its required document, whose content has been checked."""
    StoredFile.objects.update(state=StoredFile.State.ACCEPTED)
    return row.documents.select_related("file").get(requirement="certificate")


def verbs(row: Application, by: User) -> dict[str, Callable[[], object]]:
    """Every verb of the review, called with what it asks for."""
    due_on = clock.today() + timedelta(days=30)
    return {
        "assign": lambda: actions.assign(applications=[row], to=by, by=by),
        "judge_document": lambda: actions.accept_document(document=certificate(row), by=by),
        "declare_complete": lambda: actions.declare_complete(application=row, by=by),
        "ask_correction": lambda: actions.ask_correction(
            application=row, fields=["email"], requirements=[], message="À revoir.", due_on=due_on, by=by
        ),
        "give_back": lambda: actions.give_back(application=row, by=by, message="À reprendre."),
        "begin_review": lambda: actions.begin_review(application=row, by=by),
        "ask_opinion": lambda: actions.ask_opinion(
            application=row, asked_to=by, question="Utile ?", due_on=None, is_confidential=True, by=by
        ),
        "score": lambda: actions.score(application=row, points={}, by=by),
        "judge_again": lambda: actions.judge_again(application=row, by=by),
        "override": lambda: actions.override(
            application=row, finding_code="critere:year", reason="Vu.", by=person(Role.ADMINISTRATOR)
        ),
        "mark_ready": lambda: actions.mark_ready(application=row, by=by),
        "declare_inadmissible": lambda: actions.declare_inadmissible(
            application=row, reason="Hors délai.", by=by
        ),
        "reopen": lambda: actions.reopen(application=row, reason="Examen tardif.", by=by),
    }


@pytest.mark.parametrize("state", [state for state in State if state != State.DRAFT])
def test_a_verb_is_refused_from_every_state_but_its_own(state: State, officer: User) -> None:
    row = at_state(state)
    for verb, call in verbs(row, officer).items():
        if state not in ALLOWED[verb][0]:
            with pytest.raises(Refused, match="est à l'état"):
                call()
    row.refresh_from_db()
    assert row.state == state


@pytest.mark.parametrize("role", [Role.FINANCE_OFFICER, Role.ELECTED_MEMBER, Role.PARTNER, Role.APPLICANT])
def test_only_those_who_review_do(role: Role) -> None:
    row, by = submitted(), person(role)
    for verb, call in verbs(row, by).items():
        if verb != "override":
            with pytest.raises(PermissionDenied):
                call()


def test_from_submission_to_ready(officer: User) -> None:
    row = submitted()
    assert left_to_do(row) == []
    row = actions.declare_complete(application=row, by=officer)
    row = actions.begin_review(application=row, by=officer)
    assert row.assigned_to == officer
    assert left_to_do(row) == [
        "La pièce « Certificat de scolarité » n'est pas examinée : acceptez-la ou refusez-la."
    ]
    with pytest.raises(Refused, match="n'est pas examinée"):
        actions.mark_ready(application=row, by=officer)
    actions.accept_document(document=certificate(row), by=officer)
    assert actions.mark_ready(application=row, by=officer).state == State.READY
    verbs_told = Event.objects.filter(object_id=str(row.pk), object_kind="applications.application")
    assert {"declare_complete", "begin_review", "accept_document", "mark_ready"} <= set(
        verbs_told.order_by().values_list("verb", flat=True)
    )


def test_a_file_nobody_has_checked_is_not_accepted(officer: User) -> None:
    row = submitted()
    StoredFile.objects.update(state=StoredFile.State.QUARANTINED)
    with pytest.raises(Refused, match="n'est pas vérifié"):
        actions.accept_document(document=row.documents.get(requirement="certificate"), by=officer)


def test_a_refused_document_is_missing_again(officer: User) -> None:
    row = submitted()
    with pytest.raises(Refused, match="Écrivez le motif"):
        actions.refuse_document(document=certificate(row), reason=" ", by=officer)
    refused = actions.refuse_document(document=certificate(row), reason="Illisible.", by=officer)
    assert (refused.state, refused.reason) == ("refused", "Illisible.")
    with pytest.raises(Refused, match="manque"):
        actions.declare_complete(application=row, by=officer)


def test_a_document_is_valid_for_as_long_as_the_rules_say(officer: User) -> None:
    rules = {
        "legal_basis": "IEPP",
        "kind": "bursary",
        "recipients": ["student"],
        "amount": {"value": 12000},
        "documents": [{"key": "certificate", "label": "Certificat", "valid_months": 6}],
    }
    with clock.at(moment(DAY)):
        row = submitted(scheme(rules))
        assert actions.accept_document(document=certificate(row), by=officer).valid_until == date(2027, 9, 1)
    with clock.at(moment(date(2027, 9, 2))):
        assert left_before_ready(row) == [
            "La pièce « Certificat » n'est plus valable : demandez-la de nouveau."
        ]


def test_a_correction_suspends_the_clock_unlocks_and_writes(officer: User) -> None:
    with clock.at(moment(DAY)):
        row = submitted()
        request = actions.ask_correction(
            application=row,
            fields=["year_of_study"],
            requirements=["certificate"],
            message="L'année ne correspond pas au certificat.",
            due_on=DAY + timedelta(days=20),
            by=officer,
        )
    row.refresh_from_db()
    assert row.state == State.INCOMPLETE
    # 20 days given, added to the two months if they are all used.
    assert row.implicit_refusal_on == date(2027, 5, 21)
    letter = Letter.objects.about(row).get(kind="correction")
    assert letter.state == "sent"
    assert "Certificat de scolarité" in str(letter.content)
    assert "suspendu" in str(letter.content)
    with clock.at(moment(DAY + timedelta(days=5))):
        actions.attach(application=row, requirement="certificate", upload=pdf(), by=row.applicant)
        row = actions.answer_correction(application=row, by=row.applicant)
    request.refresh_from_db()
    assert request.answered_at is not None
    assert (row.state, row.implicit_refusal_on) == (State.SUBMITTED, date(2027, 5, 6))


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"fields": [], "requirements": []}, "au moins une réponse"),
        ({"fields": ["inconnu"]}, "n'est pas demandé"),
        ({"due_on": DAY}, "une date à venir"),
        ({"message": " "}, "Écrivez le motif"),
    ],
)
def test_a_correction_asks_something_by_a_day_to_come(
    asked: dict[str, Any], said: str, officer: User
) -> None:
    given: dict[str, Any] = {
        "fields": ["year_of_study"],
        "requirements": [],
        "message": "À revoir.",
        "due_on": DAY + timedelta(days=20),
    }
    with clock.at(moment(DAY)):
        row = submitted()
        with pytest.raises(Refused, match=said):
            actions.ask_correction(application=row, by=officer, **{**given, **asked})


def test_giving_back_keeps_number_and_clock(officer: User) -> None:
    with clock.at(moment(DAY)):
        row = submitted()
        number, refusal_on = row.number, row.implicit_refusal_on
        request = actions.give_back(application=row, by=officer, message="À votre demande.")
        row.refresh_from_db()
        assert {"year_of_study", "last_name"} <= set(request.fields)
        assert (row.state, row.number, row.implicit_refusal_on) == (State.INCOMPLETE, number, refusal_on)
        row = actions.save(application=row, answers={"year_of_study": 6}, by=row.applicant)
    assert row.answers["year_of_study"] == 6


def test_completing_closes_what_was_awaited(officer: User) -> None:
    with clock.at(moment(DAY)):
        row = submitted()
        actions.ask_correction(
            application=row,
            fields=["email"],
            requirements=[],
            message="À confirmer.",
            due_on=DAY + timedelta(days=20),
            by=officer,
        )
    with clock.at(moment(DAY + timedelta(days=3))):
        row = actions.declare_complete(application=row, by=officer)
    row.refresh_from_db()
    assert not row.corrections.open().exists()
    assert (row.state, row.implicit_refusal_on) == (State.COMPLETE, date(2027, 5, 4))


def test_a_stopping_criterion_holds_the_application_until_it_is_set_aside(officer: User) -> None:
    row = at_state(State.UNDER_REVIEW, year_of_study=2)
    actions.accept_document(document=certificate(row), by=officer)
    with pytest.raises(Refused, match="non remplie"):
        actions.mark_ready(application=row, by=officer)
    with pytest.raises(PermissionDenied):
        actions.override(application=row, finding_code="critere:year", reason="Cas rare.", by=officer)
    chief = person(Role.ADMINISTRATOR)
    actions.override(application=row, finding_code="critere:year", reason="Cas rare.", by=chief)
    with pytest.raises(Refused, match="déjà écarté"):
        actions.override(application=row, finding_code="critere:year", reason="Encore.", by=chief)
    remark = next(found for found in remarks(row, clock.today()) if found.code == "critere:year")
    assert remark.override is not None
    assert not remark.stops
    assert Event.objects.get(verb="override").data["code"] == "critere:year"


def test_judging_again_follows_the_answers_and_keeps_the_version(officer: User) -> None:
    row = submitted(year_of_study=2)
    assert row.judgement is not None
    assert row.judgement.verdict == "not_eligible"
    actions.give_back(application=row, by=officer, message="Année à corriger.")
    actions.save(application=row, answers={"year_of_study": 5}, by=row.applicant)
    first, row = row.judgement, actions.judge_again(application=row, by=officer)
    assert row.judgement is not None
    assert row.judgement.verdict == "eligible"
    assert row.judgement.version == first.version
    first.refresh_from_db()
    assert first.verdict == "not_eligible"


def test_an_inadmissible_application_is_closed_with_its_reasons(officer: User) -> None:
    row = actions.declare_inadmissible(application=submitted(), reason="Déposé deux fois.", by=officer)
    assert row.state == State.INADMISSIBLE
    assert row.decided_at is not None
    letter = Letter.objects.about(row).get(kind="inadmissibility")
    assert letter.state == "draft"
    assert "Déposé deux fois." in str(letter.content)


def test_applications_are_given_to_those_who_review(officer: User) -> None:
    first, second = submitted(), submitted()
    actions.assign(applications=[first, second], to=officer, by=officer)
    assert set(Application.objects.filter(assigned_to=officer)) == {first, second}
    for stranger in (person(Role.PARTNER), person(Role.CASE_OFFICER, authority("01"))):
        with pytest.raises(Refused, match="n'instruit pas"):
            actions.assign(applications=[first], to=stranger, by=officer)
    actions.assign(applications=[first], to=None, by=officer)
    first.refresh_from_db()
    assert first.assigned_to is None


def test_a_colleague_s_open_applications_are_handed_over(officer: User) -> None:
    other = person(Role.CASE_OFFICER, name="Dominique Exemple")
    held, closed = submitted(), submitted()
    actions.assign(applications=[held, closed], to=officer, by=officer)
    Application.objects.filter(pk=closed.pk).update(state=State.GRANTED)
    assert actions.hand_over(authority=authority(), leaver=officer, to=other, by=officer) == 1
    held.refresh_from_db()
    closed.refresh_from_db()
    assert (held.assigned_to, closed.assigned_to) == (other, officer)
    with pytest.raises(Refused, match="deux personnes différentes"):
        actions.hand_over(authority=authority(), leaver=other, to=other, by=officer)


# Opinions, notes, points


def test_an_opinion_is_given_once_by_the_person_asked(officer: User) -> None:
    row, partner = at_state(State.UNDER_REVIEW), person(Role.PARTNER)
    actions.accept_document(document=certificate(row), by=officer)
    request = actions.ask_opinion(
        application=row, asked_to=partner, question="Utile ?", due_on=None, is_confidential=True, by=officer
    )
    assert list(Application.objects.visible_to(partner)) == [row]
    with pytest.raises(Refused, match="déjà demandé"):
        actions.ask_opinion(
            application=row, asked_to=partner, question="?", due_on=None, is_confidential=True, by=officer
        )
    with pytest.raises(Refused, match="n'est pas rendu"):
        actions.mark_ready(application=row, by=officer)
    with pytest.raises(Refused, match="seul peut le rendre"):
        actions.give_opinion(request=request, opinion="favourable", reasons="", by=officer)
    with pytest.raises(Refused, match="Motivez"):
        actions.give_opinion(request=request, opinion="reserved", reasons="", by=partner)
    actions.give_opinion(request=request, opinion="reserved", reasons="Trop loin.", by=partner)
    with pytest.raises(Refused, match="déjà rendu"):
        actions.give_opinion(request=request, opinion="favourable", reasons="", by=partner)
    assert actions.mark_ready(application=row, by=officer).state == State.READY


def test_an_opinion_past_its_date_is_no_longer_awaited(officer: User) -> None:
    row = at_state(State.UNDER_REVIEW)
    with clock.at(moment(DAY)):
        actions.ask_opinion(
            application=row,
            asked_to=person(Role.PARTNER),
            question="Utile ?",
            due_on=DAY,
            is_confidential=True,
            by=officer,
        )
        assert any("n'est pas rendu" in left for left in left_before_ready(row))
    with clock.at(moment(DAY + timedelta(days=1))):
        assert not any("n'est pas rendu" in left for left in left_before_ready(row))


def test_an_opinion_is_asked_to_those_who_give_some(officer: User) -> None:
    with pytest.raises(Refused, match="ne rend pas d'avis"):
        actions.ask_opinion(
            application=at_state(State.COMPLETE),
            asked_to=person(Role.FINANCE_OFFICER),
            question="Utile ?",
            due_on=None,
            is_confidential=True,
            by=officer,
        )


def test_points_stay_within_the_grid_and_replace_one_s_own(officer: User) -> None:
    row = at_state(State.COMPLETE)
    with pytest.raises(Refused, match="aucun appel noté"):
        actions.score(application=row, points={"utilite": (Decimal(3), "")}, by=officer)
    row.call = Call.objects.create(
        authority=row.authority,
        scheme=row.version.scheme,
        key="appel",
        title="Appel",
        opens_at=moment(DAY),
        closes_at=moment(DAY + timedelta(days=1)),
        scoring_grid=[{"key": "utilite", "label": "Utilité", "points": 5, "weight": 2}],
    )
    row.save()
    for points, said in ((Decimal(6), "de 0 à 5"), (Decimal(-1), "de 0 à 5")):
        with pytest.raises(Refused, match=said):
            actions.score(application=row, points={"utilite": (points, "")}, by=officer)
    with pytest.raises(Refused, match="n'est pas un critère"):
        actions.score(application=row, points={"autre": (Decimal(1), "")}, by=officer)
    for points in (Decimal(2), Decimal(4)):
        actions.score(application=row, points={"utilite": (points, "Vu.")}, by=officer)
    assert row.scores.get().points == 4


def test_a_note_is_internal(officer: User) -> None:
    note = actions.write_note(application=submitted(), text="Rappeler lundi.", by=officer)
    assert note.is_internal
    with pytest.raises(Refused, match="Écrivez la note"):
        actions.write_note(application=note.application, text=" ", by=officer)


# Silence


def test_silence_refuses_after_two_months_and_says_so() -> None:
    with clock.at(moment(DAY)):
        row = submitted()
    for day, expected in ((date(2027, 4, 30), State.SUBMITTED), (date(2027, 5, 1), State.LAPSED)):
        with clock.at(moment(day)):
            actions.lapse_silent(on=day)
        row.refresh_from_db()
        assert row.state == expected
    assert "CRPA L231-4 3°" in Event.objects.get(verb="lapse_silent").sentence
    assert Letter.objects.about(row).get(kind="implicit_refusal").state == "draft"
    assert actions.lapse_silent(on=date(2027, 5, 2)) == []


def test_silence_never_refuses_while_the_clock_is_suspended(officer: User) -> None:
    with clock.at(moment(DAY)):
        row = submitted()
        actions.ask_correction(
            application=row,
            fields=["email"],
            requirements=[],
            message="À confirmer.",
            due_on=DAY + timedelta(days=90),
            by=officer,
        )
    for days in range(0, 150, 10):
        on = DAY + timedelta(days=days)
        assert actions.lapse_silent(on=on) == []
    # Two months and ninety days.
    assert actions.lapse_silent(on=date(2027, 7, 30)) == [row]


def test_silence_leaves_what_is_on_an_agenda_or_decided() -> None:
    with clock.at(moment(DAY)):
        rows = [at_state(state) for state in (State.ON_AGENDA, State.GRANTED, State.WITHDRAWN)]
    assert actions.lapse_silent(on=DAY + timedelta(days=365)) == []
    assert [Application.objects.get(pk=row.pk).state for row in rows] == ["on_agenda", "granted", "withdrawn"]


def test_an_application_examined_again_is_not_refused_twice(officer: User) -> None:
    with clock.at(moment(DAY)):
        row = submitted()
    [row] = actions.lapse_silent(on=date(2027, 5, 1))
    row = actions.reopen(application=row, reason="Décision expresse à venir.", by=officer)
    assert (row.state, row.implicit_refusal_on) == (State.UNDER_REVIEW, None)
    assert actions.lapse_silent(on=date(2028, 1, 1)) == []


def test_a_document_already_asked_for_is_said_to_be_awaited(officer: User) -> None:
    with clock.at(moment(DAY)):
        row = submitted()
        actions.refuse_document(document=certificate(row), reason="Illisible.", by=officer)
        assert "demandez-la au demandeur" in left_before_complete(row)[0]
        actions.ask_correction(
            application=row,
            fields=[],
            requirements=["certificate"],
            message="À renvoyer.",
            due_on=DAY + timedelta(days=20),
            by=officer,
        )
        row.refresh_from_db()
        (left,) = left_before_complete(row)
    assert left.startswith("La pièce « Certificat de scolarité » est attendue avant le 2")
