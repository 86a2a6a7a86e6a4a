"""axe on every page of the program, on a desktop and on a phone.

An address missing from the tables fails a test. To add a page, write a line: the name of its address, how to
call it, what it needs to have something to show, who reads it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.urls import get_resolver, reverse
from playwright.sync_api import Page

from maillage.accounts.models import User
from maillage.accounts.roles import Role
from maillage.intake.models import ImportRun
from maillage.jobs.models import Job
from people import authority, person
from test_access import names

pytestmark = pytest.mark.browser

DESKTOP, PHONE = {"width": 1280, "height": 900}, {"width": 375, "height": 812}


@dataclass(frozen=True)
class Screen:
    """A page as someone sees it; `button` is pressed first, to see what the page then answers."""

    name: str
    arguments: Callable[[], list[Any]] = list
    query: str = ""
    needs: str = ""
    role: Role | None = None
    status: int = 200
    button: str = ""


def diagnosis(name: str, key: str = "departement:20", query: str = "", **options: Any) -> Screen:
    return Screen(f"diagnosis:{name}", lambda: [key], query, "loaded_territory", **options)


def office(name: str, arguments: Callable[[], list[Any]] = list, **options: Any) -> Screen:
    return Screen(f"office:{name}", arguments, role=Role.ADMINISTRATOR, **options)


def job(state: Job.State, **fields: Any) -> Callable[[], list[Any]]:
    def make() -> list[Any]:
        common = {"kind": "essai", "owner": User.objects.get(), "authority": authority(), "attempts": 1}
        return [Job.objects.create(**common, state=state, **fields).pk]

    return make


def defective_import() -> list[Any]:
    defect = {"column": "population", "problem": "Population négative.", "action": "Ligne laissée de côté."}
    file = {
        "file": "communes.json",
        "title": "Communes",
        "status": "loaded",
        "tables": [{"title": "Communes", "rows": 1200, "vintage": 2023}],
        "rows_set_aside": 1,
        "defect_counts": [{**defect, "count": 1}],
        "defects": [{**defect, "line": 3}],
    }
    run = {
        "folder": "/donnees",
        "succeeded": True,
        "outcome": "Un fichier chargé.",
        "report": {"files": [file]},
    }
    return [ImportRun.objects.create(**run).pk]


SCREENS = {
    "home": Screen("portal:home", needs="loaded_territory"),
    "home of an empty installation": Screen("portal:home"),
    "home of the demo": Screen("portal:home", needs="demo"),
    "search results": Screen("portal:home", query="q=e", needs="loaded_territory"),
    "search without result": Screen("portal:home", query="q=nulle-part"),
    "accessibility statement": Screen("portal:accessibility"),
    "map by commune": diagnosis("map"),
    "map by epci": diagnosis("map", query="maille=epci"),
    "commune": diagnosis("map", "commune:20002"),
    "territory that does not exist": diagnosis("map", "commune:20999", status=404),
    "figures": diagnosis("figures"),
    "table": diagnosis("table"),
    "table filtered": diagnosis("table", query="sous=2,5&tri=-apl_mean"),
    "table without row": diagnosis("table", query="q=nulle-part"),
    "method": Screen("diagnosis:method", needs="loaded_territory"),
    "sign-in": Screen("accounts:sign_in"),
    "sign-in refused": Screen("accounts:sign_in", button="Se connecter"),
    "password": Screen("accounts:password_change", role=Role.HOST),
    "page that one may not open": Screen("office:members", role=Role.HOST, status=403),
    "my day": office("my_day"),
    "jobs": office("jobs", needs="running_job"),
    "job in progress": office("job", job(Job.State.RUNNING, progress=42, step="Lecture")),
    "job that failed": office("job", job(Job.State.FAILED, error="Dossier vide.", log="Lecture\nArrêt")),
    "job that does not exist": office("job", lambda: [0], status=404),
    "imports": office("imports", needs="loaded_territory"),
    "import report": office("import_report", defective_import),
    "upload": office("upload"),
    "upload of nothing": office("upload", button="Envoyer et charger"),
    "settings": office("settings"),
    "team": office("members"),
    "journal": office("journal"),
}
# Addresses that are not pages: files, fragments of a page, answers to a button.
NOT_PAGES = {
    "accounts:sign_out",
    "accounts:enter_demo",
    "accounts:choose_authority",
    "accounts:theme",
    "accounts:logo",
    "diagnosis:export",
    "office:job_progress",
    "office:job_cancel",
    "office:job_file",
    "office:revoke",
}


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
    """What axe finds, one sentence per element; what is folded is opened to be looked at too."""
    page.evaluate("document.querySelectorAll('details').forEach((folded) => { folded.open = true })")
    found = Axe().run(page).response["violations"]
    return [f"{rule['id']}: {node['html'][:200]}" for rule in found for node in rule["nodes"]]


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
    answer = page.goto(f"{site}{reverse(screen.name, args=screen.arguments())}?{screen.query}")
    assert answer is not None
    assert answer.status == screen.status
    if screen.button:
        page.locator("main").get_by_role("button", name=screen.button).click()
    assert hollow(page) == 0
    for size in (DESKTOP, PHONE):
        page.set_viewport_size(size)  # type: ignore[arg-type]
        assert violations(page) == []
        assert page.evaluate("document.scrollingElement.scrollWidth") <= size["width"]
