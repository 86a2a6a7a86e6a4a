"""The programme told from its first day to today."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import numpy as np
from django.utils import timezone

from maillage.accounts.journal import record
from maillage.accounts.models import Authority, Event, User
from maillage.accounts.roles import Role
from maillage.applications.models import Call
from maillage.demo.programme import agreeing, backing, deciding, filing, following, paying, studying
from maillage.demo.programme.calendar import Calendar, Story
from maillage.demo.programme.cases import SESSIONS_AGO, Cases
from maillage.demo.programme.cast import Team
from maillage.demo.programme.plan import BEGINS_AGO, announce, load_plan, vote_budget
from maillage.demo.programme.register import answer, load_again
from maillage.demo.programme.stage import Stage
from maillage.demo.territory import Territory
from maillage.kit import clock
from maillage.plans.models import Plan

TOLD = "tell_programme"
Progress = Callable[[float, str], None]


def was_told(authority: Authority) -> bool:
    """Whether the programme of an authority of the demo is whole."""
    return Event.objects.filter(verb=TOLD, authority=authority).exists()


def was_interrupted() -> bool:
    """Whether a programme was begun and not brought to its end: half of one cannot be taken up again."""
    begun = Plan.objects.filter(authority__is_demo=True).exists()
    return begun and not Event.objects.filter(verb=TOLD).exists()


def tell_programme(
    territory: Territory,
    departement: Authority,
    epci: Authority,
    *,
    folder: Path,
    progress: Progress = lambda done, when: None,
    share: float = 1,
) -> bool:
    """Fill the two authorities with a programme that has lived until today. False when it was told already.

    What a visitor does meanwhile may cut a story short: the journal says how many were.

    :param folder: where the second extraction of the register is written.
    :param share: of the applications, for a quicker demonstration.
    """
    if was_told(departement):
        return False
    now = timezone.localtime(clock.now())
    rng = np.random.default_rng(territory.seed)
    calendar = Calendar(now.date())
    cases = Cases(territory, now.date(), rng, share)
    first, stories = _departement(departement, calendar, cases, rng)
    for story in (*stories, *_epci(epci, calendar, cases, rng)):
        calendar.add(story)
    _tell(calendar, now, progress)
    load_again(territory, departement, folder, extracted=calendar.today)
    answer(first)
    sentence = f"Programme de démonstration créé ; récits interrompus par un visiteur : {len(calendar.cut)}."
    record(TOLD, sentence, by=None, authority=departement, about=departement, cut=calendar.cut)
    return True


def _departement(
    authority: Authority, calendar: Calendar, cases: Cases, rng: np.random.Generator
) -> tuple[Stage, list[Story]]:
    with clock.at(calendar.day(BEGINS_AGO)):
        team = Team.of(authority, rng)
        load_plan("haute-sarelle", authority=authority, today=calendar.today, by=team.officer)
        vote_budget(authority=authority, today=calendar.today, by=team.finance)
        backing.measure(team, calendar.today)
        stage = Stage(team, calendar, rng)
        committee = deciding.assemble(stage)
    visitor = User.objects.get(email=f"{Role.APPLICANT}@{authority.slug}.invalid")
    return stage, [
        *_calls(stage),
        *(filing.apply(stage, case) for case in cases.all(visitor)),
        filing.silence(stage),
        *(deciding.sit(stage, committee, ago) for ago in SESSIONS_AGO),
        deciding.standing_committee(stage),
        deciding.withdrawn_grant(stage),
        agreeing.mishaps(stage),
        paying.pay(stage),
        following.watch(stage),
        studying.study(stage),
    ]


def _epci(authority: Authority, calendar: Calendar, cases: Cases, rng: np.random.Generator) -> list[Story]:
    with clock.at(calendar.day(BEGINS_AGO, 11)):
        team = Team.of(authority, rng)
        load_plan("agglomeration", authority=authority, today=calendar.today, by=team.officer)
        vote_budget(authority=authority, today=calendar.today, by=team.administrator)
        stage = Stage(team, calendar, rng)
    return [
        *(filing.apply(stage, case) for case in cases.lodged()),
        filing.silence(stage),
        deciding.standing_committee(stage),
    ]


def _calls(stage: Stage) -> list[Story]:
    def publish(call: Call) -> Story:
        yield max(call.opens_at, stage.calendar.day(BEGINS_AGO, 12))
        announce(call, by=stage.team.officer)

    calls = Call.objects.filter(authority=stage.team.authority).order_by("opens_at")
    return [publish(call) for call in calls]


def _tell(calendar: Calendar, now: datetime, progress: Progress) -> None:
    first = calendar.day(BEGINS_AGO)
    span = (now - first).total_seconds()
    for moment in calendar.tell(now):
        progress(min(1, (moment - first).total_seconds() / span), f"{timezone.localtime(moment):%m/%Y}")
