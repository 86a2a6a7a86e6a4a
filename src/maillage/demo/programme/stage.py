"""What the stories of one authority share."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta

import numpy as np

from maillage.applications.models import Application
from maillage.demo.programme.calendar import Calendar
from maillage.demo.programme.cases import Case, Route
from maillage.demo.programme.cast import Team
from maillage.kit import clock


@dataclass(slots=True)
class Stage:
    """:ivar cases: by primary key of the application.
    :ivar breaches: how many were decided already.
    :ivar ready: applications whose review is done, by where they are to be decided.
    """

    team: Team
    calendar: Calendar
    rng: np.random.Generator
    cases: dict[int, Case] = field(default_factory=dict)
    breaches: int = 0
    ready: dict[Route, list[Application]] = field(default_factory=lambda: {route: [] for route in Route})

    def happens(self, odds: float) -> bool:
        return bool(self.rng.random() < odds)

    def days(self, least: int, most: int) -> int:
        return int(self.rng.integers(least, most + 1))

    def case_of(self, application: Application) -> Case:
        return self.cases[application.pk]

    def one(self, among: tuple[str, ...]) -> str:
        return among[int(self.rng.integers(len(among)))]


def in_days(days: int) -> date:
    """That many days from the present moment of the clock."""
    return clock.today() + timedelta(days=days)
