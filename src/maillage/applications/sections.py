"""Sections that the rooms above add to the page of an application: decision, agreement, payments…"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from maillage.accounts.models import User
from maillage.applications.models import Application


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the page. `render` gives safe HTML, or "" when it has nothing to show this person."""

    key: str
    title: str
    render: Callable[[Application, User], str]


@dataclass(frozen=True, slots=True)
class Shown:
    """A section that has something to say, as the page shows it."""

    key: str
    title: str
    html: str


SECTIONS: list[Section] = []


def section(key: str, *, title: str, render: Callable[[Application, User], str]) -> Section:
    """Register a section, in the `ready` of a room; they are shown in the order of the floors."""
    if any(known.key == key for known in SECTIONS):
        raise ValueError(f"two sections are called {key!r}")
    SECTIONS.append(found := Section(key, title, render))
    return found


def sections_of(application: Application, user: User) -> list[Shown]:
    """What each room has to show this person about this application."""
    rendered = ((known, known.render(application, user)) for known in SECTIONS)
    return [Shown(known.key, known.title, html) for known, html in rendered if html]
