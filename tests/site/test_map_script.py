"""The script of the map, driven in a real browser on a page that holds nothing but the map."""

from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.conf import settings
from django.template.loader import render_to_string
from playwright.sync_api import Browser, Page

from maillage.drawing.maps import paint
from maillage.drawing.outlines import Shape, outline
from maillage.drawing.scales import apl_scale, legend

pytestmark = pytest.mark.browser

STATIC = Path(settings.PACKAGE) / "site" / "static" / "maillage"
VALUES = {"00001": 1.2, "00002": 3.1}


def page_of_a_map() -> str:
    def square(west: float) -> dict[str, object]:
        ring = [[west, 48.0], [west + 0.1, 48.0], [west + 0.1, 48.1], [west, 48.1], [west, 48.0]]
        return {"type": "Polygon", "coordinates": [ring]}

    shapes = [Shape("00001", "Clairmont", square(3.0)), Shape("00002", "Vaux", square(3.1))]
    links = {code: f"#commune-{code}" for code in VALUES}
    svg = paint(outline(shapes), VALUES, apl_scale(), label="Carte", unit="consultations", links=links)
    block = SimpleNamespace(
        svg=svg,
        title="APL",
        legend=legend(VALUES, apl_scale()),
        noun="Communes",
        source="DREES",
        table_url="#tableau",
    )
    return render_to_string("components/map.html", {"map": block})


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    opened = browser.new_page(viewport={"width": 1000, "height": 900})
    opened.set_content(page_of_a_map())
    opened.add_style_tag(path=STATIC / "theme.css")
    opened.add_script_tag(path=STATIC / "map.js", type="module")
    opened.locator("[data-map-ready]").wait_for()
    yield opened
    opened.close()


def view_box(page: Page) -> list[float]:
    return [float(number) for number in (page.locator("svg.map").get_attribute("viewBox") or "").split()]


def test_an_area_pointed_at_or_focused_tells_its_value(page: Page) -> None:
    page.hover("[data-code='00002']")
    assert page.inner_text("[data-map-tip]").split("\n") == ["Vaux", "3,1 consultations"]
    page.focus("a[href='#commune-00001']")
    assert "Clairmont" in page.inner_text("[data-map-tip]")
    assert (
        page.get_attribute("a[href='#commune-00001']", "aria-label") == "Clairmont\u00a0: 1,2 consultations"
    )


def test_the_keyboard_zooms_moves_and_comes_back(page: Page) -> None:
    full = view_box(page)
    page.focus("a[href='#commune-00001']")
    page.keyboard.press("+")
    zoomed = view_box(page)
    assert zoomed[2] < full[2]
    assert "agrandie 1,6 fois" in page.inner_text("[data-map-status]")
    page.keyboard.press("ArrowRight")
    assert view_box(page)[0] > zoomed[0]
    page.keyboard.press("0")
    assert view_box(page) == full


def test_arrows_scroll_the_page_while_the_whole_territory_shows(page: Page) -> None:
    full = view_box(page)
    page.focus("a[href='#commune-00001']")
    page.keyboard.press("ArrowRight")
    assert view_box(page) == full


def test_dragging_moves_the_map_and_a_plain_click_follows_the_link(page: Page) -> None:
    page.click("[data-zoom=in]")
    before, address = view_box(page), page.evaluate("location.href")
    box = page.locator("svg.map").bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 4, box["y"] + box["height"] / 3
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x - 60, y, steps=3)
    page.mouse.up()
    assert view_box(page)[0] > before[0]
    assert page.evaluate("location.href") == address
    page.mouse.click(x, y)
    assert "#commune-0000" in page.evaluate("location.href")
