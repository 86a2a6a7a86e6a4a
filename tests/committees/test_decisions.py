"""Decisions: taken under an act, committed, transmitted, notified, withdrawn."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, transaction

from applying import moment
from maillage.applications.models import Application
from maillage.budget import balances
from maillage.committees import actions
from maillage.committees.actions import Vote
from maillage.committees.models import Decision
from maillage.kit import clock
from maillage.kit.console import Refused
from maillage.letters.actions import send
from maillage.letters.models import Letter
from maillage.rules.calendar import add_months
from sitting import closed, euro, left_of, notified, paid_scheme, proposed, ready, taken

pytestmark = pytest.mark.django_db
ACT: dict[str, Any] = {"body": "standing_committee", "number": "CP-2026-12"}


def test_a_grant_commits_its_amount_as_voted() -> None:
    aid = paid_scheme(20_000)
    decision = taken(proposed(ready(aid)), amount=euro(9000))
    assert (decision.state, decision.amount) == ("taken", euro(9000))
    assert left_of(aid.envelope) == euro(11_000)
    assert balances.by([aid.envelope], "scheme")[aid.key].committed == euro(9000)


def test_a_grant_above_what_is_left_is_refused_and_nothing_is_half_done() -> None:
    aid = paid_scheme(10_000)
    decision = proposed(ready(aid))
    with pytest.raises(Refused, match=r"ne laisse que 10.000"):
        taken(decision)
    decision.refresh_from_db()
    assert (decision.state, decision.number) == ("proposed", "")
    assert left_of(aid.envelope) == euro(10_000)


@pytest.mark.parametrize(
    ("fields", "refusal"),
    [
        ({"number": " "}, "numéro de la délibération"),
        ({"on": clock.today() + timedelta(days=400)}, "pas encore venu"),
        ({"amount": euro(0)}, "supérieur à zéro"),
        ({"outcome": "refused"}, "Écrivez le motif"),
    ],
)
def test_a_decision_needs_its_act(fields: dict[str, Any], refusal: str) -> None:
    application = ready()
    decision = actions.propose(application=application, outcome="granted", amount=euro(12000), by=None)
    with pytest.raises(Refused, match=refusal):
        taken(decision, **fields)


def test_the_vote_may_go_against_the_opinion() -> None:
    closed(opinion="favourable")
    decision = taken(Decision.objects.get(), outcome="refused", reasons="Crédits réservés.")
    assert (decision.outcome, decision.amount, decision.reasons) == ("refused", None, "Crédits réservés.")


def test_a_decision_is_taken_once_and_the_database_keeps_it() -> None:
    decision = taken()
    with pytest.raises(Refused, match="déjà prise"):
        taken(decision)
    with pytest.raises(DatabaseError, match="never changes"), transaction.atomic():
        Decision.objects.filter(pk=decision.pk).update(amount=1)


def test_an_adjourned_decision_gives_the_application_back() -> None:
    decision = proposed()
    done = actions.adjourn(decision=decision, **ACT, taken_on=clock.today(), reasons="À revoir.", by=None)
    assert done.state == "adjourned"
    assert Application.objects.get(pk=decision.application_id).state == "ready"
    assert proposed(Application.objects.get(pk=decision.application_id)).pk != decision.pk


def votes(aid: Any, count: int = 3) -> list[Vote]:
    return [Vote(one, "granted", one.amount) for one in (proposed(ready(aid)) for _ in range(count))]


def test_votes_recorded_together_are_all_taken_or_none() -> None:
    aid = paid_scheme(30_000)
    given = votes(aid)
    with pytest.raises(Refused, match="Aucune décision n'a été enregistrée"):
        actions.record_votes(votes=given, **ACT, taken_on=clock.today(), together=True, by=None)
    assert Decision.objects.to_take().count() == 3
    assert left_of(aid.envelope) == euro(30_000)


def test_votes_recorded_apart_say_what_became_of_each() -> None:
    aid = paid_scheme(30_000)
    results = actions.record_votes(votes=votes(aid), **ACT, taken_on=clock.today(), together=False, by=None)
    assert [bool(result.refusal) for result in results] == [False, False, True]
    assert left_of(aid.envelope) == euro(6000)


def test_enforceable_is_transmitted_and_notified_in_any_order() -> None:
    decision = taken()
    assert not decision.is_enforceable
    actions.transmit(decisions=[decision], on=clock.today(), receipt="AR-1", by=None)
    with pytest.raises(Refused, match="déjà transmise"):
        actions.transmit(decisions=[decision], on=clock.today(), receipt="AR-2", by=None)
    done = actions.notify(decision=decision, by=None)
    assert done.is_enforceable
    assert list(Decision.objects.enforceable()) == [done]
    assert Application.objects.get(pk=done.application_id).state == "granted"
    actions.publish(decisions=[decision], on=clock.today(), by=None)
    assert Decision.objects.get().published_on == clock.today()


def test_fifteen_days_to_transmit_four_months_to_withdraw() -> None:
    decision = taken()
    today = clock.today()
    assert decision.transmission_due_on == today + timedelta(days=15)
    assert decision.withdrawable_until == add_months(today, 4)


def test_a_grant_says_amount_return_next_steps_and_appeal_routes() -> None:
    letter = actions.prepare_notification(decision=taken(), by=None)
    text = json.dumps(letter.content, ensure_ascii=False)
    for words in ("12\N{NARROW NO-BREAK SPACE}000", "convention", "Voies et délais de recours", "CP-2026-12"):
        assert words in text
    assert actions.prepare_notification(decision=Decision.objects.get(), by=None) == letter


def test_a_refusal_says_why_and_how_to_appeal() -> None:
    decision = taken(proposed(outcome="refused"))
    letter = actions.prepare_notification(decision=decision, by=None)
    assert letter.kind == "refusal"
    assert "Motif connu." in str(letter.content)
    assert "recours" in str(letter.content)
    actions.notify(decision=decision, by=None)
    assert Application.objects.get().state == "refused"


def test_a_letter_sent_from_the_page_of_letters_notifies_its_decision() -> None:
    decision = taken()
    send(letter=actions.prepare_notification(decision=decision, by=None), by=None)
    decision.refresh_from_db()
    assert decision.notified_at is not None
    assert Application.objects.get().state == "granted"
    assert actions.notify(decision=decision, by=None).notified_at == decision.notified_at


def test_withdrawing_decommits_and_takes_the_application_up_again() -> None:
    aid = paid_scheme(20_000)
    decision = notified(taken(proposed(ready(aid))))
    done = actions.withdraw_decision(decision=decision, on=clock.today(), reason="Erreur de droit.", by=None)
    assert done.state == "withdrawn"
    assert left_of(aid.envelope) == euro(20_000)
    assert Application.objects.get().state == "ready"
    assert Letter.objects.filter(kind="message", state="draft").count() == 1
    assert taken(proposed(Application.objects.get())).state == "taken"


def test_a_grant_is_not_withdrawn_after_four_months_a_refusal_may_be() -> None:
    granted, refused = taken(), taken(proposed(outcome="refused"))
    late = add_months(clock.today(), 4) + timedelta(days=1)
    with clock.at(moment(late)):
        with pytest.raises(Refused, match="quatre mois"):
            actions.withdraw_decision(decision=granted, on=late, reason="Erreur.", by=None)
        assert actions.withdraw_decision(decision=refused, on=late, reason="Erreur.", by=None).withdrawn_on


def test_a_letter_not_sent_is_given_up_with_its_decision() -> None:
    decision = taken()
    letter = actions.prepare_notification(decision=decision, by=None)
    actions.withdraw_decision(decision=decision, on=clock.today(), reason="Erreur.", by=None)
    letter.refresh_from_db()
    assert letter.state == "cancelled"
