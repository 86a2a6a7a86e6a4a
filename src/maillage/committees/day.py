"""What committees and decisions have waiting for someone."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from django.urls import reverse

from maillage.accounts.models import Authority, User
from maillage.accounts.rights import Right
from maillage.applications.models import Application
from maillage.committees.models import Decision, Session
from maillage.kit import clock
from maillage.kit.matters import Matter, Urgency
from maillage.kit.words import counted
from maillage.rules.deadlines import TRANSMISSION


def matters(user: User, authority: Authority) -> Iterator[Matter]:
    """Sessions to close, applications awaiting a committee, decisions to take, to transmit, to notify."""
    if user.can(Right.PREPARE_SESSIONS, authority):
        yield from _sessions(user, authority)
    elif user.can(Right.SIT_IN_COMMITTEE, authority):
        yield from _seats(user, authority)
    if user.can(Right.RECORD_DECISIONS, authority):
        yield from _decisions(user, authority)


def _sessions(user: User, authority: Authority) -> Iterator[Matter]:
    mine = Session.objects.visible_to(user).filter(committee__authority=authority)
    past = mine.filter(state__in=["convened", "open"], held_at__lt=clock.now() - timedelta(hours=12)).count()
    if past:
        told = counted(past, "séance passée n'est pas close", "séances passées ne sont pas closes")
        yield Matter(f"{told}.", reverse("committees:sessions"), "Clore les séances", "late")
    ready = Application.objects.filter(authority=authority, state=Application.State.READY).count()
    if ready:
        text = f"{counted(ready, 'dossier est prêt', 'dossiers sont prêts')} pour un comité."
        yield Matter(text, reverse("committees:sessions"), "Préparer une séance", "waiting")


def _seats(user: User, authority: Authority) -> Iterator[Matter]:
    coming = Session.objects.visible_to(user).filter(
        committee__authority=authority, state__in=["convened", "open"]
    )
    for session in coming.select_related("committee").order_by("held_at", "pk")[:3]:
        url = reverse("committees:session", args=[session.pk])
        yield Matter(f"Vous siégez : {session}.", url, "Lire l'ordre du jour", "waiting")


def _decisions(user: User, authority: Authority) -> Iterator[Matter]:
    mine = Decision.objects.visible_to(user).filter(application__authority=authority)
    limit = clock.today() - timedelta(days=TRANSMISSION.days)
    late = mine.to_transmit().filter(taken_on__lt=limit).count()
    queues: tuple[tuple[str, int, tuple[str, str], str, Urgency], ...] = (
        (
            "a-transmettre",
            late,
            (
                "décision à transmettre a dépassé quinze jours",
                "décisions à transmettre ont dépassé quinze jours",
            ),
            "Transmettre",
            "late",
        ),
        (
            "a-transmettre",
            mine.to_transmit().count() - late,
            ("décision à transmettre au préfet", "décisions à transmettre au préfet"),
            "Transmettre",
            "waiting",
        ),
        (
            "a-notifier",
            mine.to_notify().count(),
            ("décision à notifier", "décisions à notifier"),
            "Notifier",
            "waiting",
        ),
        (
            "a-prendre",
            mine.to_take().count(),
            ("décision proposée à prendre", "décisions proposées à prendre"),
            "Enregistrer le vote",
            "known",
        ),
    )
    for queue, count, what, action, urgency in queues:
        if count:
            url = f"{reverse('committees:decisions')}?etat={queue}"
            yield Matter(f"{counted(count, *what)}.", url, action, urgency)
