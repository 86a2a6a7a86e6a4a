"""What the tests in a real browser share: the address of the site, and someone signed in."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import Page
from pytest_django.live_server_helper import LiveServer

from maillage.accounts.models import User


@pytest.fixture
def site(live_server: LiveServer) -> str:
    """The address of the site, without its last slash."""
    return str(live_server.url)


@pytest.fixture
def sign_in(site: str, page: Page) -> Callable[[User], None]:
    """Gives the page the session of a user, without the form of the sign-in page."""

    def enter(user: User) -> None:
        client = Client()
        client.force_login(user)
        session = client.cookies[settings.SESSION_COOKIE_NAME].value
        page.context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": site}])

    return enter
