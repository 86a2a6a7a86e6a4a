"""What a visitor does: finds a commune, reads the map, sorts and takes away the table."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, Request, expect
from python_calamine import CalamineWorkbook

from maillage.intake.models import ImportRun

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("loaded_territory")]

MAP, TABLE = "/diagnostic/departement:20/", "/diagnostic/departement:20/tableau/"


@pytest.fixture
def requested(page: Page) -> list[str]:
    """The hosts that the page asks anything of."""
    hosts: list[str] = []

    def note(request: Request) -> None:
        hosts.append(urlsplit(request.url).netloc)

    page.on("request", note)
    return hosts


@pytest.fixture
def plain_page(browser: Browser, loaded_territory: ImportRun) -> Iterator[Page]:
    """A page that runs no script."""
    context = browser.new_context(locale="fr-FR", java_script_enabled=False)
    yield context.new_page()
    context.close()


def expect_rows(page: Page, *names: str) -> None:
    """The rows of the table, by their headers, once the page has come."""
    expect(page.locator("table.data tbody th")).to_have_text(list(names))


def tab_to(page: Page, selector: str, *, most: int = 80) -> None:
    """Press Tab until what is looked for has the focus."""
    for _ in range(most):
        page.keyboard.press("Tab")
        if page.evaluate("(selector) => document.activeElement.matches(selector)", selector):
            return
    pytest.fail(f"the Tab key does not reach {selector}")


# From the home page


def test_a_visitor_goes_from_a_search_to_a_commune_to_its_epci_to_another_indicator(
    site: str, page: Page
) -> None:
    page.goto(site)
    page.get_by_label("Commune, intercommunalité ou département").fill("bruyeres")
    page.get_by_role("button", name="Chercher").click()
    page.get_by_role("link", name="Bruyères-le-Vieux").click()
    expect(page.locator("h1")).to_have_text("Bruyères-le-Vieux")
    served = page.get_by_role("region", name="D'où vient l'accès aux soins")
    expect(served.get_by_role("link", name="Aubeterre")).to_be_visible()
    page.get_by_label("Fil d’Ariane").get_by_role("link", name="CC des Haies").click()
    expect(page.locator("h1")).to_have_text("CC des Haies")
    page.get_by_label("Indicateur", exact=True).select_option(label="Population")
    page.get_by_role("button", name="Afficher").click()
    page.wait_for_url("**indicateur=population**")
    shown = page.locator("main").inner_text()
    page.goto(page.url)
    assert page.locator("main").inner_text() == shown
    expect(page.locator("[data-map] caption")).to_contain_text("Population")


def test_what_is_said_of_a_followed_territory_reads_as_one_sentence(site: str, page: Page) -> None:
    page.goto(site)
    sentence = page.locator(".followed li p").last
    expect(sentence).to_contain_text("par habitant en 2023")
    figure, whole = sentence.locator("strong").first.bounding_box(), sentence.bounding_box()
    assert figure is not None
    assert whole is not None
    assert whole["height"] < 2 * figure["height"]


# The map


def test_the_map_tells_what_is_pointed_at_or_focused_and_enter_opens_it(
    site: str, page: Page, requested: list[str]
) -> None:
    page.goto(f"{site}{MAP}")
    tip = page.locator("[data-map-tip]")
    page.locator("[data-code='20005']").hover()
    expect(tip).to_contain_text("Fougeraie")
    expect(tip).to_contain_text("2,4")
    tab_to(page, "svg.map a[aria-label^=Aubeterre]")
    expect(tip).to_contain_text("Aubeterre")
    expect(tip).to_contain_text("4,0")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("Aubeterre")
    assert set(requested) == {urlsplit(site).netloc}


def test_the_buttons_of_the_map_change_the_view_and_bring_it_back(site: str, page: Page) -> None:
    page.goto(f"{site}{MAP}")
    drawing, status = page.locator("svg.map"), page.locator("[data-map-status]")
    whole = drawing.get_attribute("viewBox") or ""
    page.get_by_role("button", name="Agrandir").click()
    expect(drawing).not_to_have_attribute("viewBox", whole)
    expect(status).to_have_text("Carte agrandie 1,6 fois.")
    page.get_by_role("button", name="Voir tout le territoire").click()
    expect(drawing).to_have_attribute("viewBox", whole)
    expect(status).to_have_text("Tout le territoire est visible.")


def test_an_epci_of_the_map_opens_the_map_of_its_communes(site: str, page: Page) -> None:
    page.goto(f"{site}{MAP}?maille=epci")
    page.locator("[data-code='200000002']").click()
    expect(page.locator("h1")).to_have_text("CA du Grand Étang")
    expect(page.locator("svg.map [data-code]")).to_have_count(2)


def test_without_script_the_map_its_links_and_its_menus_work(site: str, plain_page: Page) -> None:
    page = plain_page
    page.goto(f"{site}{MAP}")
    expect(page.get_by_role("button", name="Agrandir")).to_be_hidden()
    assert "4,0" in (page.locator("svg.map a title").first.text_content() or "")
    page.get_by_label("Maille").select_option(label="Intercommunalités")
    page.get_by_role("button", name="Afficher").click()
    expect(page.locator("svg.map [data-code]")).to_have_count(2)
    page.get_by_label("Pages de ce territoire").get_by_role("link", name="Tableau").click()
    page.get_by_role("link", name="CC des Haies").click()
    expect(page.locator("h1")).to_have_text("CC des Haies")
    page.locator("svg.map [data-code='20003']").click()
    expect(page.locator("h1")).to_have_text("Cytise")


# The table


def test_the_table_is_sorted_by_its_headers(site: str, page: Page) -> None:
    page.goto(f"{site}{TABLE}")
    rising = ["Fougeraie", "Cytise", "Bruyères-le-Vieux", "Étang-sur-Œuf", "Aubeterre"]
    expect_rows(page, "Aubeterre", "Bruyères-le-Vieux", "Cytise", "Étang-sur-Œuf", "Fougeraie")
    header = page.locator("table.data thead").get_by_role("link", name="Habitants", exact=True)
    header.click()
    expect_rows(page, *rising)
    header.click()
    expect_rows(page, *reversed(rising))
    expect(page.locator("th[aria-sort=descending]")).to_contain_text("Habitants")


def test_an_export_holds_the_filtered_rows_and_no_other(site: str, page: Page) -> None:
    page.goto(f"{site}{TABLE}?tri=apl_mean")
    page.get_by_label(" sous").fill("2,5")
    page.get_by_role("button", name="Filtrer").click()
    filtered = ["Cytise", "Bruyères-le-Vieux", "Fougeraie"]
    expect_rows(page, *filtered)
    content = exported(page, "CSV").read_text(encoding="utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(content), delimiter=";"))
    assert [row["nom"] for row in rows] == filtered
    assert [row["code"] for row in rows] == ["20003", "20002", "20005"]
    apl = next(name for name in rows[0] if name.startswith("APL") and "consultations" in name)
    assert [row[apl] for row in rows] == ["1,0", "2,0", "2,4"]
    for label in ("XLSX", "ODS"):
        header, *cells = (
            CalamineWorkbook.from_path(str(exported(page, label))).get_sheet_by_index(0).to_python()
        )
        assert [row[header.index("nom")] for row in cells] == filtered
        assert [row[header.index(apl)] for row in cells] == [1.0, 2.0, 2.4]
    collection = json.loads(exported(page, "GEOJSON").read_text(encoding="utf-8"))
    assert [feature["properties"]["nom"] for feature in collection["features"]] == filtered
    assert {feature["geometry"]["type"] for feature in collection["features"]} == {"Polygon"}


def exported(page: Page, label: str) -> Path:
    with page.expect_download() as download:
        page.get_by_role("link", name=label, exact=True).click()
    assert download.value.suggested_filename.endswith(f".{label.lower()}")
    return Path(download.value.path())


# The keyboard alone


def test_the_first_tab_offers_to_skip_to_the_content(site: str, page: Page) -> None:
    page.goto(f"{site}{MAP}")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Aller au contenu")).to_be_in_viewport()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('main') !== null")


def test_the_map_can_be_skipped_towards_its_table(site: str, page: Page) -> None:
    page.goto(f"{site}{MAP}")
    tab_to(page, ".map-frame > .skip-link")
    expect(page.locator(".map-frame > .skip-link")).to_be_in_viewport()
    page.keyboard.press("Enter")
    page.wait_for_url(f"{site}{TABLE}?*tri=apl_mean")


def test_menus_and_table_are_used_with_the_keyboard(site: str, page: Page) -> None:
    page.goto(f"{site}{TABLE}")
    tab_to(page, "#menu-maille")
    page.keyboard.press("ArrowDown")
    tab_to(page, ".filters button")
    page.keyboard.press("Enter")
    page.wait_for_url("**maille=epci**")
    expect_rows(page, "CA du Grand Étang", "CC des Haies")
    tab_to(page, "table.data thead th:first-child a")
    page.keyboard.press("Enter")
    page.wait_for_url("**tri=-name**")
    expect_rows(page, "CC des Haies", "CA du Grand Étang")
    tab_to(page, "table.data tbody a")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("CC des Haies")
