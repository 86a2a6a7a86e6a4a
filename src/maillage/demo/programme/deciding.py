"""Decisions: the sessions of the committee, then the standing committee that decides every three weeks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import Final

from django.db.models import QuerySet

from maillage.applications.models import Application
from maillage.committees.actions import (
    Votes,
    add_member,
    cancel_session,
    close_session,
    convene,
    create_committee,
    decide,
    enlist,
    notify,
    open_session,
    plan_session,
    propose,
    publish,
    record_attendance,
    set_opinion,
    transmit,
    withdraw_decision,
)
from maillage.committees.models import AgendaItem, Committee, Decision, Session
from maillage.committees.quorum import sitting
from maillage.demo.names import person_name
from maillage.demo.programme.agreeing import agree
from maillage.demo.programme.calendar import Story, later
from maillage.demo.programme.cases import Fate, Route
from maillage.demo.programme.stage import Stage, in_days
from maillage.kit import clock

# The standing committee meets every three weeks, the last time three days ago.
STANDING_EVERY: Final = 21
LAST_STANDING_AGO: Final = 3
FIRST_STANDING_AGO: Final = LAST_STANDING_AGO + 46 * STANDING_EVERY
# Days before a session on which its agenda is drawn up, then sent.
ENLISTED_BEFORE: Final = (31, 24, 17)
CONVENED_BEFORE: Final = 12
# Proposals that the last meeting did not have time for.
LEFT_OVER: Final = 4
REASONS: Final = (
    "Les crédits de l'année sont réservés aux communes les moins bien dotées.",
    "Le projet d'installation n'est pas assez avancé : il peut être présenté de nouveau.",
    "Le lieu retenu compte déjà assez de professionnels pour les trois ans qui viennent.",
)
MEMBERS: Final = 5


def assemble(stage: Stage) -> Committee:
    """The committee of the aids: the elected member and the partner anyone may sign in as, and others."""
    team = stage.team
    committee = create_committee(
        authority=team.authority, name="Commission des aides à la santé", quorum=4, by=team.officer
    )
    add_member(
        committee=committee,
        name=str(team.elected),
        title="Vice-présidente chargée de la santé",
        user=team.elected,
        is_chair=True,
        by=team.officer,
    )
    for _ in range(MEMBERS):
        name = " ".join(person_name(stage.rng))
        add_member(committee=committee, name=name, title="Conseil départemental", by=team.officer)
    add_member(
        committee=committee,
        name=str(team.partner),
        title="Ordre des médecins",
        user=team.partner,
        is_voting=False,
        by=team.officer,
    )
    return committee


def sit(stage: Stage, committee: Committee, held_ago: int) -> Story:
    """A session: planned, its agenda drawn up, convened, held, closed. The last one is still to come."""
    team, held_at = stage.team, stage.calendar.day(held_ago, 14, 30)
    yield stage.calendar.day(held_ago + 45)
    session = plan_session(
        committee=committee, held_at=held_at, place="Salle des Assemblées", by=team.officer
    )
    for before in ENLISTED_BEFORE:
        yield stage.calendar.day(held_ago + before)
        enlist(session=session, applications=_taken(stage, Route.COMMITTEE), by=team.officer)
    yield stage.calendar.day(held_ago + CONVENED_BEFORE)
    if not session.items.exists():
        cancel_session(session=session, reason="Aucun dossier n'est prêt.", by=team.officer)
        return
    convene(session=session, by=team.officer)
    yield held_at
    _hold(stage, open_session(session=session, by=team.officer))
    yield later(0, 18)
    close_session(session=session, by=team.officer)


def _taken(stage: Stage, route: Route) -> list[Application]:
    taken, stage.ready[route] = stage.ready[route], []
    # Some may have been refused by silence meanwhile.
    known = Application.objects.filter(pk__in=[one.pk for one in taken], state=Application.State.READY)
    return list(known.order_by("pk"))


def _hold(stage: Stage, session: Session) -> None:
    present = sitting(session)[: -1 if stage.happens(0.5) else None]
    record_attendance(session=session, present=present, by=stage.team.officer)
    voices = sum(member.is_voting for member in present)
    for item in session.items.select_related("application").order_by("position"):
        granted = stage.case_of(item.application).fate is Fate.GRANT
        against = stage.days(0, 1)
        votes = Votes(voices - against, against, 0) if granted else Votes(against, voices - against, 0)
        opinion = AgendaItem.Opinion.FAVOURABLE if granted else AgendaItem.Opinion.UNFAVOURABLE
        reasons = "" if granted else stage.one(REASONS)
        set_opinion(item=item, opinion=opinion, reasons=reasons, votes=votes, by=stage.team.officer)


def standing_committee(stage: Stage) -> Story:
    """Every meeting decides what is proposed: straight from the review, or after the committee's opinion."""
    for rank, ago in enumerate(range(FIRST_STANDING_AGO, -STANDING_EVERY, -STANDING_EVERY), start=1):
        yield stage.calendar.day(ago + 5)
        for application in _taken(stage, Route.STANDING):
            _propose(stage, application)
        yield stage.calendar.day(ago, 15)
        proposed = list(_decisions(stage, Decision.State.PROPOSED))
        if ago == LAST_STANDING_AGO:
            proposed = proposed[:-LEFT_OVER]
        taken = [_decide(stage, decision, f"CP-{clock.today():%Y}-{rank:02d}") for decision in proposed]
        if taken:
            stage.calendar.add(_follow(stage, taken))


def _decisions(stage: Stage, state: Decision.State) -> QuerySet[Decision]:
    rows = Decision.objects.filter(application__authority=stage.team.authority, state=state)
    return rows.select_related("application").order_by("pk")


def _propose(stage: Stage, application: Application) -> None:
    granted = stage.case_of(application).fate is Fate.GRANT
    judgement = application.judgement
    amount = judgement.amount if judgement is not None and granted else None
    outcome = Decision.Outcome.GRANTED if granted else Decision.Outcome.REFUSED
    reasons = "" if granted else stage.one(REASONS)
    by = stage.team.officer
    propose(application=application, outcome=outcome, amount=amount, reasons=reasons, by=by)


def _decide(stage: Stage, decision: Decision, number: str) -> Decision:
    return decide(
        decision=decision,
        body=Decision.Body.STANDING_COMMITTEE,
        number=number,
        taken_on=clock.today(),
        by=stage.team.officer,
    )


def _follow(stage: Stage, taken: list[Decision]) -> Iterator[datetime]:
    """The préfet, then the applicants, then the agreements."""
    by = stage.team.officer
    yield later(2)
    transmit(decisions=taken, on=clock.today(), receipt=f"000-{clock.today():%Y%m%d}-{taken[0].pk}", by=by)
    publish(decisions=taken, on=clock.today(), by=by)
    yield later(2)
    for decision in taken:
        decision = notify(decision=decision, by=by)
        if decision.is_granted:
            stage.calendar.add(agree(stage, decision))


def withdrawn_grant(stage: Stage) -> Story:
    """One grant turns out to be unlawful: it is withdrawn before any agreement, and refused in the end."""
    yield stage.calendar.day(310)
    while (decision := _just_granted(stage)) is None:
        yield later(7)
    decision = withdraw_decision(
        decision=decision,
        on=clock.today(),
        reason="Le lieu d'exercice n'est pas celui de la demande : l'aide a été accordée à tort.",
        by=stage.team.officer,
    )
    application = decision.application
    stage.cases[application.pk] = replace(stage.case_of(application), fate=Fate.REFUSE)
    stage.ready[Route.STANDING].append(application)


def _just_granted(stage: Stage) -> Decision | None:
    """The latest grant of money without agreement yet, of the last four weeks."""
    rows = _decisions(stage, Decision.State.TAKEN).filter(outcome=Decision.Outcome.GRANTED, agreement=None)
    recent = rows.filter(taken_on__gte=in_days(-28), notified_at__isnull=False).exclude(envelope=None)
    return recent.order_by("-pk").first()
