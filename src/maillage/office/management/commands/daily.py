"""`maillage daily`: what time does by itself, each night: silence, reminders, obligations served, lapses."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from typing import Any, Final

from maillage.applications.actions import lapse_silent
from maillage.budget import balances
from maillage.budget.day import NEAR
from maillage.budget.models import Envelope
from maillage.kit import clock
from maillage.kit.console import Command as BaseCommand
from maillage.obligations.actions import fulfil_due, remind
from maillage.rules.calendar import day_text
from maillage.rules.money import euros


class Command(BaseCommand):
    help = "Fait ce que le temps fait : refus implicites, rappels, engagements remplis, caducités à venir."

    def handle(self, *args: Any, **options: Any) -> None:
        """Each step in its turn, a line for each thing done. Done twice in a day, the second does nothing."""
        today = clock.today()
        self.stdout.write(f"Le {day_text(today)}")
        for title, run in STEPS:
            said = list(run(today))
            self.stdout.write(f"{title} : {len(said) or 'rien'}")
            for line in said:
                self.stdout.write(f"- {line}")


def _silence(on: date) -> Iterator[str]:
    for application in lapse_silent(on=on):
        yield f"{application.number} : le silence vaut refus."


def _fulfilled(on: date) -> Iterator[str]:
    for obligation in fulfil_due(on=on):
        yield f"{obligation} : rempli."


def _lapses(on: date) -> Iterator[str]:
    """Authorisations that lapse with something left. Only a decision cancels them, so nothing is written."""
    envelopes = list(Envelope.objects.open().filter(lapses_on__lte=on + NEAR).select_related("authority"))
    held = balances.of(envelopes)
    for envelope in sorted(envelopes, key=lambda found: (found.lapses_on, found.pk)):
        left = held[envelope.pk].left_to_commit
        if envelope.lapses_on is not None and left > 0:
            yield f"{envelope} ({envelope.authority}) : {euros(left)}, le {day_text(envelope.lapses_on)}."


STEPS: Final[tuple[tuple[str, Callable[[date], Iterator[str] | list[str]]], ...]] = (
    ("Refus implicites", _silence),
    ("Rappels envoyés", lambda on: remind(on=on)),
    ("Engagements remplis", _fulfilled),
    ("Caducités à venir ou à voter", _lapses),
)
