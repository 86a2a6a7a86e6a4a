"""What the tests in a real browser share: the site, someone signed in, the day, a document."""

from __future__ import annotations

from collections.abc import Callable
from contextvars import ContextVar
from datetime import date, datetime
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import Page
from pytest_django.live_server_helper import LiveServer

import specimens
from applying import moment
from maillage.accounts.models import User
from maillage.kit import clock


@pytest.fixture
def site(live_server: LiveServer) -> str:
    """The address of the site, without its last slash."""
    return str(live_server.url)


@pytest.fixture
def sign_in(site: str, page: Page) -> Callable[..., None]:
    """Gives a page the session of a user, without the form of the sign-in page."""

    def enter(user: User, at: Page = page) -> None:
        client = Client()
        client.force_login(user)
        session = client.cookies[settings.SESSION_COOKIE_NAME].value
        at.context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": site}])

    return enter


@pytest.fixture
def on_day(monkeypatch: pytest.MonkeyPatch) -> Callable[[date], None]:
    """Sets the clock of every thread: the one of the test and those that serve it."""

    def set_to(day: date) -> None:
        shared: ContextVar[datetime | None] = ContextVar("shared_clock", default=moment(day))  # noqa: B039
        monkeypatch.setattr(clock, "_set_to", shared)

    return set_to


@pytest.fixture
def paper(tmp_path: Path) -> Path:
    """A document that anyone may hand in."""
    file = tmp_path / "certificat.pdf"
    file.write_bytes(specimens.pdf())
    return file
