"""axe on every page of the program, on a desktop and on a phone.

An address missing from the tables fails a test. To add a page, write a line in the module of its room under
`screens/`: the name of its address, how to call it, what it needs to have something to show, who reads it;
or name it among those that are no page.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.urls import get_resolver, reverse
from playwright.sync_api import Browser, Page, ViewportSize

import screens
from acting import french
from maillage.accounts.models import User
from maillage.jobs.models import Job
from people import authority, person
from screens.screen import Screen
from test_access import names

pytestmark = pytest.mark.browser

DESKTOP: ViewportSize = {"width": 1280, "height": 900}
PHONE: ViewportSize = {"width": 375, "height": 812}
FIND = "axe.run({ resultTypes: ['violations'] }).then((found) => found.violations)"
SCREENS: dict[str, Screen] = {}
NOT_PAGES: set[str] = set()
for room in pkgutil.iter_modules(screens.__path__):
    module = importlib.import_module(f"screens.{room.name}")
    SCREENS |= getattr(module, "SCREENS", {})
    NOT_PAGES |= getattr(module, "NOT_PAGES", set())


@pytest.fixture(scope="module")
def reader(browser: Browser) -> Iterator[Page]:
    """One page that goes from screen to screen: it has the styles, the font and axe ready."""
    context = french(browser)
    yield context.new_page()
    context.close()


@pytest.fixture
def page(reader: Page, heed: Callable[[Page], None]) -> Page:
    """That page, of whom nobody knows anything."""
    reader.context.clear_cookies()
    reader.set_viewport_size(DESKTOP)
    heed(reader)
    return reader


@pytest.fixture
def demo(transactional_db: None) -> None:
    authority("00", is_demo=True)


@pytest.fixture
def running_job(transactional_db: None) -> None:
    Job.objects.create(kind="essai", authority=authority(), state=Job.State.RUNNING, progress=42, attempts=1)


def test_every_address_is_a_page_of_the_table_or_named_as_no_page() -> None:
    pages = {screen.name for screen in SCREENS.values()}
    assert not pages & NOT_PAGES
    assert set(names(get_resolver())) == pages | NOT_PAGES


def violations(page: Page) -> list[str]:
    """What axe finds, one sentence per element."""
    return [f"{rule['id']}: {node['html'][:200]}" for rule in page.evaluate(FIND) for node in rule["nodes"]]


def hollow(page: Page) -> int:
    """Lists and menus with nothing in them, which axe lets pass and screen readers announce."""
    return page.locator("nav:not(:has(a, button, span)), :is(ul, ol, dl):not(:has(li, dt))").count()


@pytest.mark.parametrize("which", SCREENS)
def test_axe_finds_nothing_and_nothing_is_wider_than_the_screen(
    which: str, site: str, page: Page, sign_in: Callable[[User], None], request: pytest.FixtureRequest
) -> None:
    screen = SCREENS[which]
    if screen.needs:
        request.getfixturevalue(screen.needs)
    if screen.role:
        sign_in(person(screen.role))
    arguments = screen.arguments()
    if screen.who:
        sign_in(screen.who())
    answer = page.goto(f"{site}{reverse(screen.name, args=arguments)}?{screen.query}")
    assert answer is not None
    assert answer.status == screen.status
    if screen.button:
        with page.expect_navigation():
            page.locator("main").get_by_role("button", name=screen.button).click()
    assert hollow(page) == 0
    # What is folded is looked at too.
    page.evaluate("document.querySelectorAll('details').forEach((folded) => { folded.open = true })")
    page.evaluate(Axe().axe_script)
    for size in (DESKTOP, PHONE):
        page.set_viewport_size(size)
        assert violations(page) == []
        assert page.evaluate("document.scrollingElement.scrollWidth") <= size["width"]
