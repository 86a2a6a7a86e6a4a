"""An obligation that goes well: opened, started in time and in place, suspended, proved, fulfilled."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied

from agreeing import signed
from applying import moment, pdf
from binding import AGREED, SIGNED, TO_GRADUATE, again, agreed, obligation, running, zoned
from maillage.accounts.models import Event
from maillage.accounts.roles import Role
from maillage.files.actions import check
from maillage.kit import clock
from maillage.kit.console import Refused
from maillage.letters.models import Letter
from maillage.obligations import actions
from maillage.obligations.models import PracticeObligation, PracticeProof
from maillage.obligations.standing import clock_of
from people import person

pytestmark = pytest.mark.django_db
State = PracticeObligation.State


def graduate(bound: PracticeObligation, on: date = date(2026, 6, 30)) -> PracticeObligation:
    with clock.at(moment(on)):
        return actions.set_trigger(obligation=bound, on=on, upload=pdf(), by=None)


def test_the_signature_opens_what_the_agreement_asks() -> None:
    bound = obligation()
    assert (bound.state, bound.months) == (State.AWAITING_START, 36)
    assert (bound.trigger_on, bound.start_deadline) == (SIGNED, date(2024, 7, 10))
    assert Event.objects.about(bound).get().verb == "open_obligation"


def test_nothing_is_opened_when_nothing_is_asked_and_a_second_signature_opens_nothing_more() -> None:
    agreement = signed({**AGREED, "obligation": None, "clawback": None})
    assert not PracticeObligation.objects.exists()
    assert actions.open_obligation(agreement) is None
    bound = obligation()
    assert actions.open_obligation(bound.agreement) == bound


def test_a_diploma_of_30_june_gives_until_30_december() -> None:
    bound = obligation(TO_GRADUATE, on=date(2026, 1, 5))
    assert (bound.state, bound.trigger_on, bound.start_deadline) == (State.STUDYING, None, None)
    graduated = graduate(bound)
    assert graduated.start_deadline == date(2026, 12, 30)
    assert graduated.state == State.AWAITING_START
    assert graduated.trigger_proof is not None


def test_a_diploma_needs_its_proof_and_is_not_to_come() -> None:
    bound = obligation(TO_GRADUATE)
    with pytest.raises(Refused, match="Joignez le diplôme"):
        actions.set_trigger(obligation=bound, on=date(2024, 6, 30), by=None)
    with pytest.raises(Refused, match="à venir"):
        actions.set_trigger(obligation=bound, on=clock.today() + timedelta(days=1), upload=pdf(), by=None)


def test_the_recipient_declares_what_concerns_them_and_nobody_else_does() -> None:
    bound = obligation(TO_GRADUATE)
    recipient = bound.agreement.recipient.user
    assert actions.set_trigger(obligation=bound, on=date(2024, 6, 30), upload=pdf(), by=recipient)
    started = actions.start(obligation=bound, on=date(2024, 7, 1), commune="00001", by=recipient)
    assert started.periods.get().source == "déclarée par le bénéficiaire"
    with pytest.raises(PermissionDenied):
        actions.interrupt(obligation=bound, starts_on=date(2024, 8, 1), reason="illness", by=recipient)
    for stranger in (person(Role.APPLICANT), person(Role.FINANCE_OFFICER)):
        with pytest.raises(PermissionDenied):
            actions.start(obligation=bound, on=date(2024, 7, 1), commune="00001", by=stranger)


@pytest.mark.parametrize(
    ("on", "commune", "match"),
    [
        (date(2024, 1, 9), "00001", "signature"),
        (date(2999, 1, 1), "00001", "à venir"),
        (date(2024, 2, 1), "2A001", "pas dans le territoire"),
        (date(2024, 2, 1), "99999", "pas le code"),
    ],
)
def test_a_start_out_of_time_or_of_place_is_refused(on: date, commune: str, match: str) -> None:
    with pytest.raises(Refused, match=match):
        actions.start(obligation=obligation(), on=on, commune=commune, by=None)


def test_the_place_is_the_list_of_communes_when_there_is_one() -> None:
    bound = obligation(agreed(place={"within": "communes", "communes": ["00002"]}))
    with pytest.raises(Refused, match="communes désignées"):
        actions.start(obligation=bound, on=date(2024, 2, 1), commune="00001", by=None)
    assert actions.start(obligation=bound, on=date(2024, 2, 1), commune="00002", by=None).commune == "00002"


@pytest.mark.parametrize(
    ("zone_at", "accepted"), [("signature", True), ("installation", False), ("either", True)]
)
def test_the_zoning_is_read_at_the_day_the_agreement_says(zone_at: str, accepted: bool) -> None:
    bound = obligation(agreed(place={"zones": ["ZIP"], "zone_at": zone_at}))
    bound.agreement.recipient.profession = "medecin"
    bound.agreement.recipient.save()
    zoned("00001", "ZIP", until=date(2024, 1, 31))
    zoned("00001", "HZ", since=date(2024, 2, 1))
    if accepted:
        assert actions.start(obligation=bound, on=date(2024, 2, 5), commune="00001", by=None)
        return
    with pytest.raises(Refused, match="HZ"):
        actions.start(obligation=bound, on=date(2024, 2, 5), commune="00001", by=None)


def test_a_zoning_that_says_nothing_refuses_nothing_and_is_said() -> None:
    bound = obligation(agreed(place={"zones": ["ZIP"]}))
    actions.start(obligation=bound, on=date(2024, 2, 5), commune="00001", by=None)
    assert "à prouver" in Event.objects.about(bound).get(verb="read_zoning").sentence


def test_the_share_of_activity_must_be_enough() -> None:
    bound = obligation(agreed(share=0.5))
    with pytest.raises(Refused, match="50"):
        actions.start(obligation=bound, on=date(2024, 2, 1), commune="00001", share=Decimal("0.4"), by=None)
    actions.start(obligation=bound, on=date(2024, 2, 1), commune="00001", share=Decimal("0.5"), by=None)
    assert clock_of(again(bound), date(2024, 3, 1)).days_served == 30


def test_an_accepted_interruption_suspends_the_clock_and_moves_the_end() -> None:
    bound = running()
    expected = clock_of(bound, date(2024, 6, 1)).ends_on
    actions.interrupt(
        obligation=bound, starts_on=date(2024, 4, 1), ends_on=date(2024, 4, 30), reason="maternity", by=None
    )
    reading = clock_of(again(bound), date(2024, 6, 1))
    assert reading.ends_on == expected + timedelta(days=30)
    assert "suspendu du 1er\N{NO-BREAK SPACE}avril" in reading.text


def test_an_interruption_is_one_the_agreement_accepts_and_never_twice_the_same_days() -> None:
    bound = running()
    with pytest.raises(Refused, match="n'accepte pas"):
        actions.interrupt(obligation=bound, starts_on=date(2024, 4, 1), reason="parental_leave", by=None)
    actions.interrupt(obligation=bound, starts_on=date(2024, 4, 1), reason="illness", by=None)
    with pytest.raises(Refused, match="déjà"):
        actions.interrupt(obligation=bound, starts_on=date(2024, 5, 1), reason="illness", by=None)
    actions.resume(obligation=bound, on=date(2024, 5, 1), by=None)
    with pytest.raises(Refused, match="Aucune interruption"):
        actions.resume(obligation=bound, on=date(2024, 6, 1), by=None)
    assert clock_of(again(bound), date(2024, 5, 1)).days_served == 61


def test_a_change_of_place_goes_on_with_the_obligation() -> None:
    bound = running()
    with pytest.raises(Refused, match="territoire"):
        actions.change_place(obligation=bound, on=date(2025, 2, 1), commune="2A001", by=None)
    moved = actions.change_place(obligation=bound, on=date(2025, 2, 1), commune="00002", by=None)
    assert moved.commune == "00002"
    assert clock_of(again(bound), date(2025, 7, 31)).months_served == 18


def test_practice_that_stops_is_no_longer_served() -> None:
    bound = running()
    actions.cease(obligation=bound, on=date(2024, 8, 1), reason="Départ", by=None)
    assert clock_of(again(bound), date(2025, 8, 1)).months_served == 6
    with pytest.raises(Refused, match="déjà enregistré"):
        actions.cease(obligation=bound, on=date(2024, 9, 1), reason="Départ", by=None)


def test_statements_are_due_on_each_anniversary() -> None:
    bound = running()
    assert [proof.due_on for proof in bound.proofs.order_by("due_on")] == [
        date(2025, 2, 1),
        date(2026, 2, 1),
        date(2027, 2, 1),
    ]


def proved(proof: PracticeProof) -> PracticeProof:
    handed = actions.receive_proof(proof=proof, upload=pdf(), by=None)
    assert handed.file is not None
    check(file=handed.file)
    return actions.accept_proof(proof=handed, by=None)


def test_an_accepted_statement_proves_practice_up_to_the_anniversary() -> None:
    bound = running()
    first = bound.proofs.order_by("due_on")[0]
    proved(first)
    assert bound.periods.get().proved_until == date(2025, 1, 31)
    with pytest.raises(Refused, match="acceptée"):
        actions.receive_proof(proof=first, upload=pdf(), by=None)


def test_a_refused_statement_says_why_and_is_awaited_again() -> None:
    first = running().proofs.order_by("due_on")[0]
    with pytest.raises(Refused, match="attendue"):
        actions.accept_proof(proof=first, by=None)
    actions.receive_proof(proof=first, upload=pdf(), by=None)
    with pytest.raises(Refused, match="pourquoi"):
        actions.refuse_proof(proof=first, reason=" ", by=None)
    refused = actions.refuse_proof(proof=first, reason="Signature absente.", by=None)
    assert refused.state == PracticeProof.State.REFUSED
    assert actions.receive_proof(proof=first, upload=pdf(), by=None).state == PracticeProof.State.RECEIVED


def reminded(on: date) -> int:
    with clock.at(moment(on)):
        actions.remind(on=on)
    return Letter.objects.filter(kind="obligation_reminder").count()


def test_each_reminder_leaves_once() -> None:
    running()
    due = date(2025, 2, 1)
    days = [(due + timedelta(days=shift)) for shift in (-31, -30, -29, 0, 1, 30, 31, 200)]
    assert [reminded(day) for day in days] == [0, 1, 1, 2, 2, 3, 3, 3]


def test_reminders_missed_leave_as_one() -> None:
    running()
    assert [reminded(date(2025, 4, 1)), reminded(date(2025, 4, 2))] == [1, 1]


def test_nothing_is_reminded_while_suspended_nor_once_received() -> None:
    bound = running()
    actions.interrupt(obligation=bound, starts_on=date(2024, 12, 1), reason="illness", by=None)
    assert reminded(date(2025, 2, 1)) == 0
    actions.resume(obligation=bound, on=date(2025, 2, 10), by=None)
    assert reminded(date(2025, 2, 11)) == 1
    actions.receive_proof(proof=again(bound).proofs.order_by("due_on")[0], upload=pdf(), by=None)
    assert reminded(date(2025, 3, 20)) == 1


def test_a_start_that_is_awaited_is_reminded() -> None:
    obligation()
    assert [reminded(date(2024, 6, 9)), reminded(date(2024, 6, 10)), reminded(date(2024, 8, 9))] == [0, 1, 2]


def test_an_obligation_served_and_proved_is_fulfilled() -> None:
    bound = running()
    end = date(2027, 1, 31)
    after = moment(date(2027, 2, 2))
    with clock.at(after):
        assert actions.fulfil_due(on=date(2027, 2, 2)) == []
        for proof in bound.proofs.order_by("due_on"):
            proved(proof)
        assert actions.fulfil_due(on=date(2027, 1, 30)) == []
        assert actions.fulfil_due(on=date(2027, 2, 2)) == [bound]
        assert actions.fulfil_due(on=date(2027, 2, 2)) == []
    done = again(bound)
    assert (done.state, done.ended_on) == (State.FULFILLED, end)


STATES: list[tuple[str, dict[str, Any], set[str]]] = [
    ("set_trigger", {"on": date(2024, 2, 1), "upload": None}, {"studying", "awaiting_start"}),
    ("start", {"on": date(2024, 2, 1), "commune": "00001"}, {"awaiting_start", "deferred"}),
    ("interrupt", {"starts_on": date(2024, 3, 1), "reason": "illness"}, {"running"}),
    ("change_place", {"on": date(2024, 3, 1), "commune": "00002"}, {"running"}),
    ("cease", {"on": date(2024, 3, 1), "reason": "Départ"}, {"running"}),
    ("suspect", {"occurred_on": date(2024, 3, 1), "reason": "Faits"}, set(PracticeObligation.OPEN_STATES)),
]


@pytest.mark.parametrize(("verb", "given", "states"), STATES, ids=[verb for verb, *_ in STATES])
def test_each_verb_is_used_in_its_states_alone(verb: str, given: dict[str, Any], states: set[str]) -> None:
    bound = running()
    for state in State:
        ended = None if state in PracticeObligation.OPEN_STATES else date(2024, 3, 1)
        PracticeObligation.objects.filter(pk=bound.pk).update(state=state, ended_on=ended)
        if state in states:
            continue
        with pytest.raises(Refused, match="à l'état"):
            getattr(actions, verb)(obligation=bound, by=None, **given)


def test_a_place_that_left_its_zone_frees_only_when_the_agreement_says_so() -> None:
    kept = running()
    with pytest.raises(Refused, match="se poursuit au même lieu"):
        actions.end_by_zone_loss(obligation=kept, on=date(2024, 6, 1), by=None)
    freed = running(agreed(zone_loss="end"))
    ended = actions.end_by_zone_loss(obligation=freed, on=date(2024, 6, 1), by=None)
    assert (ended.state, ended.ended_on) == (State.WAIVED, date(2024, 6, 1))
