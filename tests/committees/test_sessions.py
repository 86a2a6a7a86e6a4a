"""Sessions: who sits, what the quorum is, what an opinion needs, what closing freezes."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, transaction

from maillage.accounts.roles import Role
from maillage.applications.models import Application
from maillage.budget import balances
from maillage.committees import actions
from maillage.committees.actions import Votes
from maillage.committees.arbitration import bands, items_of
from maillage.committees.conflicts import conflicts, past_withdrawals
from maillage.committees.models import AgendaItem, Decision, Session
from maillage.committees.quorum import sitting, voices, voices_for
from maillage.committees.states import ALLOWED
from maillage.kit import clock
from maillage.kit.console import Refused
from maillage.letters.models import Letter
from people import person
from sitting import closed, committee, euro, only_item, paid_scheme, proposed, ready, session

pytestmark = pytest.mark.django_db


def test_convening_writes_to_each_member_with_the_agenda() -> None:
    application = ready()
    seated = committee(2)
    elected = person(Role.ELECTED_MEMBER, name="Ada Lenoir")
    actions.add_member(committee=seated, name="Ada Lenoir", user=elected, by=None)
    session([application], of=seated, state="convened")
    letters = Letter.objects.filter(kind="convocation").order_by("pk")
    assert application.number in str(letters[0].content)
    states = {letter.recipient_name: letter.state for letter in letters}
    assert states == {"Membre 1": "draft", "Membre 2": "draft", "Ada Lenoir": "sent"}


def test_a_session_is_not_convened_without_agenda_members_or_future() -> None:
    with pytest.raises(Refused, match="ordre du jour est vide"):
        session(state="convened")
    with pytest.raises(Refused, match="pas de membre"):
        session([ready()], of=committee(0), state="convened")


def test_the_quorum_counts_those_present_and_those_they_represent() -> None:
    opened = session([ready()], of=committee(4, quorum=3))
    one, two, three, four = sitting(opened)
    actions.record_attendance(session=opened, present=[one, two], proxies={three: one}, by=None)
    assert voices(opened).count == 3
    with pytest.raises(Refused, match=r"ne peut porter plus de 1\spouvoir"):
        actions.record_attendance(
            session=opened, present=[one, two], proxies={three: one, four: one}, by=None
        )
    with pytest.raises(Refused, match="est absent"):
        actions.record_attendance(session=opened, present=[one, two], proxies={three: four}, by=None)
    with pytest.raises(Refused, match="est présent"):
        actions.record_attendance(session=opened, present=[one, two], proxies={two: one}, by=None)


def test_who_withdraws_takes_along_the_voice_they_carry_for_that_item_alone() -> None:
    opened = session([ready(), ready()], of=committee(4, quorum=1))
    one, two, three, _ = sitting(opened)
    actions.record_attendance(session=opened, present=[one, two], proxies={three: one}, by=None)
    first, second = items_of(opened)
    actions.withdraw_member(item=first, member=one, reason="Cousine du demandeur", by=None)
    first, second = items_of(opened)
    assert voices_for(first, voices(opened)).count == 1
    assert voices_for(second, voices(opened)).count == 3


@pytest.mark.parametrize(
    ("opinion", "votes", "reasons", "refusal"),
    [
        ("favourable", Votes(3, 0, 0), "", ""),
        ("favourable", None, "", ""),
        ("favourable", Votes(1, 1, 1), "", ""),
        ("favourable", Votes(2, 0, 0), "", "2 voix comptées pour 3"),
        ("favourable", Votes(1, 2, 0), "", "contraire à la majorité"),
        ("unfavourable", Votes(2, 1, 0), "Hors zone.", "contraire à la majorité"),
        ("unfavourable", Votes(0, 3, 0), "Hors zone.", ""),
        ("unfavourable", None, "", "Écrivez le motif"),
        ("adjourned", None, " ", "Écrivez le motif"),
        ("adjourned", None, "Pièce à revoir.", ""),
    ],
)
def test_an_opinion_agrees_with_the_votes_and_says_why(
    opinion: str, votes: Votes | None, reasons: str, refusal: str
) -> None:
    opened = session([ready()])
    item = only_item(opened)
    if refusal:
        with pytest.raises(Refused, match=refusal):
            actions.set_opinion(item=item, opinion=opinion, votes=votes, reasons=reasons, by=None)
    else:
        done = actions.set_opinion(item=item, opinion=opinion, votes=votes, reasons=reasons, by=None)
        assert done.opinion == opinion


def test_no_opinion_without_quorum() -> None:
    opened = session([ready()])
    actions.record_attendance(session=opened, present=sitting(opened)[:1], by=None)
    with pytest.raises(Refused, match=r"1\smembre.* sur 2"):
        actions.set_opinion(item=only_item(opened), opinion="favourable", by=None)


def test_the_applicant_does_not_vote_on_their_own_application() -> None:
    application = ready()
    seated = committee(2)
    actions.add_member(committee=seated, name="Sous un autre nom", by=None)
    seated.members.filter(name="Sous un autre nom").update(user=application.applicant)
    opened = session([application], of=seated)
    with pytest.raises(Refused, match=r"est le demandeur.*L2131-11"):
        actions.set_opinion(item=only_item(opened), opinion="favourable", by=None)
    applicant = seated.members.get(user=application.applicant)
    actions.withdraw_member(item=only_item(opened), member=applicant, by=application.applicant)
    assert actions.set_opinion(item=only_item(opened), opinion="favourable", by=None).opinion


def test_declared_ties_names_and_earlier_withdrawals_are_flagged() -> None:
    seated = committee(4)
    tied, namesake, earlier, _ = seated.members.order_by("name")
    actions.declare_ties(member=tied, ties="Autre\nCAMILLE EXEMPLE", by=None)
    seated.members.filter(pk=namesake.pk).update(name="Camille Éxemple")
    application = ready()
    before = session([application], of=seated)
    actions.withdraw_member(item=only_item(before), member=earlier, by=None)
    actions.set_opinion(item=only_item(before), opinion="adjourned", reasons="À revoir.", by=None)
    actions.close_session(session=before, by=None)
    (item,) = items_of(session([application], of=seated))
    found = conflicts(item, seated.members.order_by("pk"), past_withdrawals([item]))
    assert {conflict.member.pk for conflict in found} == {tied.pk, namesake.pk, earlier.pk}
    assert not any(conflict.is_certain for conflict in found)


def test_a_member_declares_their_own_withdrawal_and_nothing_else() -> None:
    seated = committee(2)
    elected, other = person(Role.ELECTED_MEMBER), person(Role.ELECTED_MEMBER)
    member = actions.add_member(committee=seated, name="Ada", user=elected, by=None)
    opened = session([ready()], of=seated)
    item = only_item(opened)
    with pytest.raises(PermissionDenied):
        actions.withdraw_member(item=item, member=member, by=other)
    with pytest.raises(PermissionDenied):
        actions.set_proposed(item=item, amount=euro(1), by=elected)
    assert actions.withdraw_member(item=item, member=member, by=elected).member == member


def verbs(target: Session) -> dict[str, object]:
    item = target.items.select_related("session__committee").first()
    return {
        "reschedule": lambda: actions.reschedule(
            session=target, held_at=clock.now() + timedelta(days=9), place="", by=None
        ),
        "convene": lambda: actions.convene(session=target, by=None),
        "open": lambda: actions.open_session(session=target, by=None),
        "cancel": lambda: actions.cancel_session(session=target, reason="Grève.", by=None),
        "attendance": lambda: actions.record_attendance(session=target, present=[], by=None),
        "agenda": lambda: actions.delist(item=item, by=None),
        "amounts": lambda: actions.set_proposed(item=item, amount=euro(5), by=None),
        "withdrawal": lambda: actions.withdraw_member(item=item, member=sitting(target)[0], by=None),
        "opinion": lambda: actions.set_opinion(item=item, opinion="", by=None),
        "close": lambda: actions.close_session(session=target, by=None),
    }


@pytest.mark.parametrize("verb", ALLOWED)
@pytest.mark.parametrize("state", ["prepared", "convened", "open", "closed", "cancelled"])
def test_each_verb_may_be_used_in_its_states_alone(verb: str, state: str) -> None:
    if state == "closed":
        target = closed()
    elif state == "cancelled":
        target = session([ready()], state="prepared")
        Session.objects.filter(pk=target.pk).update(state="cancelled")
        target.refresh_from_db()
    else:
        target = session([ready()], state=state)
    if state == "open" and verb == "close":
        actions.set_opinion(item=only_item(target), opinion="favourable", by=None)
    call = verbs(target)[verb]
    if state in ALLOWED[verb][0]:
        call()  # type: ignore[operator]
    else:
        with pytest.raises(Refused, match="est à l'état"):
            call()  # type: ignore[operator]


def test_closing_freezes_the_figures_and_proposes_decisions() -> None:
    aid = paid_scheme(30_000)
    granted, refused, adjourned = ready(aid), ready(aid), ready(aid)
    opened = session([granted, refused, adjourned])
    first, second, third = items_of(opened)
    actions.set_opinion(item=first, opinion="favourable", votes=Votes(3, 0, 0), amount=euro(9000), by=None)
    actions.set_opinion(item=second, opinion="unfavourable", reasons="Hors zone.", by=None)
    actions.set_opinion(item=third, opinion="adjourned", reasons="À compléter.", by=None)
    done = actions.close_session(session=opened, by=None)
    assert done.minutes is not None
    assert done.minutes.media_type == "application/pdf"
    (envelope,) = done.frozen["envelopes"]
    assert (envelope["voted"], envelope["proposed"], envelope["left"]) == ("30000.00", "9000.00", "21000.00")
    assert [line["opinion"] for line in done.frozen["items"]] == ["favourable", "unfavourable", "adjourned"]
    outcomes = {d.application_id: (d.outcome, d.amount, d.state) for d in Decision.objects.order_by("pk")}
    assert outcomes == {
        granted.pk: ("granted", Decimal("9000.00"), "proposed"),
        refused.pk: ("refused", None, "proposed"),
    }
    assert Application.objects.get(pk=adjourned.pk).state == "ready"
    assert balances.of([aid.envelope])[aid.envelope.pk].committed == 0


def test_closing_says_everything_that_is_missing() -> None:
    opened = session([ready()])
    (sentence,) = actions.left_before_closing(opened)
    assert "l'avis manque" in sentence
    actions.set_opinion(item=only_item(opened), opinion="favourable", by=None)
    actions.set_proposed(item=only_item(opened), amount=None, by=None)
    with pytest.raises(Refused, match="favorable sans montant"):
        actions.close_session(session=opened, by=None)
    actions.record_attendance(session=opened, present=[], by=None)
    assert any("quorum" in sentence for sentence in actions.left_before_closing(opened))


def test_proposals_above_what_is_left_are_said_at_once_and_refused_at_closing() -> None:
    opened = session([ready(paid_scheme(10_000))])
    item = only_item(opened)
    (band,) = bands(opened, items_of(opened))
    assert band.left == euro(-2000)
    assert "dépassent de 2" in band.sentence
    actions.set_opinion(item=item, opinion="favourable", by=None)
    with pytest.raises(Refused, match=r"dépassent de 2.000.€"):
        actions.close_session(session=opened, by=None)
    actions.set_proposed(item=item, amount=euro(10_000), by=None)
    assert actions.close_session(session=opened, by=None).state == "closed"


def test_grants_waiting_for_a_vote_elsewhere_are_not_shared_out_twice() -> None:
    aid = paid_scheme(20_000)
    proposed(ready(aid))
    opened = session([ready(aid)])
    (band,) = bands(opened, items_of(opened))
    assert (band.waiting, band.left) == (euro(12_000), euro(-4000))


def test_a_closed_session_never_changes_whoever_asks() -> None:
    done = closed()
    session_row, item = Session.objects.filter(pk=done.pk), AgendaItem.objects.filter(pk=only_item(done).pk)
    for write in (
        lambda: session_row.update(frozen={}),
        lambda: session_row._raw_delete("default"),
        lambda: item.update(proposed=1),
        lambda: item._raw_delete("default"),
    ):
        with pytest.raises(DatabaseError, match="closed session never changes"), transaction.atomic():
            write()


def test_cancelling_gives_the_applications_back() -> None:
    application = ready()
    target = session([application], state="convened")
    actions.cancel_session(session=target, reason="Grève.", by=None)
    assert Application.objects.get(pk=application.pk).state == "ready"


def test_scenarios_are_copied_changed_and_one_is_retained() -> None:
    opened = session([ready(), ready()])
    first, second = items_of(opened)
    base = actions.add_scenario(session=opened, name="Tout", by=None)
    copy = actions.add_scenario(session=opened, name="Moitié", copy_of=base, by=None)
    actions.set_line(scenario=copy, item=first, amount=euro(6000), by=None)
    actions.set_line(scenario=copy, item=second, amount=None, by=None)
    actions.retain(scenario=base, by=None)
    actions.retain(scenario=copy, by=None)
    assert [item.proposed for item in items_of(opened)] == [euro(6000), None]
    assert list(opened.scenarios.filter(is_retained=True)) == [copy]
    with pytest.raises(Refused, match="porte déjà ce nom"):
        actions.add_scenario(session=opened, name="Tout", by=None)
    with pytest.raises(Refused, match="positif"):
        actions.set_line(scenario=copy, item=first, amount=euro(-1), by=None)
