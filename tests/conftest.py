"""Fixtures shared by all rooms, and a harness that lets no slip pass."""

from __future__ import annotations

import functools
import os
import random
import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import hypothesis
import pytest
from django.conf import settings
from django.contrib.contenttypes.management import create_contenttypes
from django.db.backends.sqlite3.base import DatabaseOperations
from django.db.models import QuerySet
from django.db.models.signals import post_migrate
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Error,
    Page,
    expect,
    sync_playwright,
)

from acting import french
from country import write_country
from maillage.intake.actions import load
from maillage.intake.models import ImportRun

# A property is not a stopwatch: a busy machine must not fail it. The rest is as hypothesis has it, in CI too.
hypothesis.settings.register_profile(
    "untimed",
    hypothesis.settings(),
    deadline=None,
    suppress_health_check=[hypothesis.HealthCheck.too_slow],
)
hypothesis.settings.load_profile("untimed")
# Playwright keeps an event loop in the thread of the tests, where Django then refuses its database.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")

GROUND_FLOOR = (
    "maillage.science",
    "maillage.sources",
    "maillage.drawing",
    "maillage.rules",
    "maillage.acts",
)
CHROMIUM = ("chromium", "chromium-browser", "google-chrome")
# No sandbox: tests often run as root in a container, which Chromium's sandbox refuses.
CHROMIUM_FLAGS = [
    "--no-sandbox",
    "--no-first-run",
    "--disable-quic",
    "--disable-sync",
    "--disable-background-networking",
    "--disable-component-update",
]


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Real open data beside the checkout; tests that need it say so when it is absent."""
    folder = Path(__file__).resolve().parents[2] / "shared" / "data"
    if not folder.is_dir():
        pytest.skip("real open data not found beside the checkout (../shared/data)")
    return folder


@pytest.fixture(scope="session", autouse=True)
def _home_is_removed() -> Iterator[None]:
    """The MAILLAGE_HOME that the settings of the tests make."""
    yield
    shutil.rmtree(settings.HOME, ignore_errors=True)


@pytest.fixture(scope="session", autouse=True)
def _emptying_is_not_deleting() -> Iterator[None]:
    """After a test that wrote for good, every table is emptied: what SQLite refuses to delete as well.

    Its triggers are put aside meanwhile. PostgreSQL truncates, which no trigger of ours hears. Nor are the
    names of models written anew each time: nothing reads them.
    """
    post_migrate.disconnect(create_contenttypes)
    post_migrate.disconnect(dispatch_uid="django.contrib.auth.management.create_permissions")
    empty = DatabaseOperations.execute_sql_flush

    def empty_without_triggers(self: DatabaseOperations, sql_list: list[str]) -> None:
        with self.connection.cursor() as cursor:
            cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
            triggers = cursor.fetchall()
            for name, _ in triggers:
                cursor.execute(f"DROP TRIGGER {name}")
            empty(self, sql_list)
            for _, statement in triggers:
                cursor.execute(statement)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(DatabaseOperations, "execute_sql_flush", empty_without_triggers)
        yield


@pytest.fixture(autouse=True)
def _unordered_querysets_are_shuffled(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Rows that nothing puts in order come in any order, as PostgreSQL may give them.

    Results are shuffled once fetched rather than ordered at random in SQL, which would change GROUP BY,
    DISTINCT and the queries that are counted. Seeded by the test, so that a failure comes again.
    """
    fetch_all = QuerySet._fetch_all
    order = random.Random(request.node.nodeid)

    def fetch_all_shuffled(self: QuerySet[Any]) -> None:
        fresh = self._result_cache is None
        fetch_all(self)
        if fresh and not self.ordered and self._result_cache is not None:
            order.shuffle(self._result_cache)

    monkeypatch.setattr(QuerySet, "_fetch_all", fetch_all_shuffled)


@pytest.fixture(autouse=True)
def _caches_are_empty() -> None:
    """Each test rolls back its rows, whose keys the next one uses again for others.

    What reads no database (science, sources, drawing) may remember.
    """
    for name, module in list(sys.modules.items()):
        if not name.startswith("maillage.") or name.startswith(GROUND_FLOOR):
            continue
        for value in vars(module).values():
            if isinstance(value, functools._lru_cache_wrapper):
                value.cache_clear()


@pytest.fixture
def country(tmp_path: Path) -> Path:
    """The folder of the official files of a made-up country (see `country.py`)."""
    return write_country(tmp_path / "pays")


@pytest.fixture
def loaded_territory(db: None, country: Path) -> ImportRun:
    """That country loaded for the authority of département 00; gives the report of the load."""
    return load(folder=country, territories=["departement:20"])


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """A real Chromium; tests that need it are marked `browser`."""
    asked = os.environ.get("CHROMIUM")
    executable = asked or next(filter(None, map(shutil.which, CHROMIUM)), None)
    if executable is None:
        pytest.skip("Chromium is not installed on this machine (apt-get install chromium)")
    # A machine that does two things at once may be slow: what is awaited comes, or the test fails late.
    expect.set_options(timeout=20_000)
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=executable, args=CHROMIUM_FLAGS)
        yield launched
        launched.close()


@pytest.fixture
def heed() -> Iterator[Callable[[Page], None]]:
    """Listens to a page; whatever its browser complains of fails the test.

    An error of a script, or a refusal by the security policy.
    """
    heard: list[str] = []
    pages: list[Page] = []

    def on_error(error: Error) -> None:
        heard.append(str(error))

    def on_message(message: ConsoleMessage) -> None:
        # A missing resource is also the answer of a page that must be refused: its test looks at the status.
        if message.type == "error" and not message.text.startswith("Failed to load resource"):
            heard.append(message.text)

    def listen(page: Page) -> None:
        pages.append(page)
        page.on("pageerror", on_error)
        page.on("console", on_message)

    yield listen
    for page in pages:
        page.remove_listener("pageerror", on_error)
        page.remove_listener("console", on_message)
    assert not heard, f"the browser complained: {heard}"


@pytest.fixture
def open_page(browser: Browser, heed: Callable[[Page], None]) -> Iterator[Callable[[], Page]]:
    """Opens the page of one more person, in French."""
    contexts: list[BrowserContext] = []

    def open_one() -> Page:
        contexts.append(french(browser))
        opened = contexts[-1].new_page()
        heed(opened)
        return opened

    yield open_one
    for context in contexts:
        context.close()


@pytest.fixture
def page(open_page: Callable[[], Page]) -> Page:
    """The page of one person."""
    return open_page()
