"""Someone before a browser: what they open, follow, type, press and read."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from django.urls import reverse
from playwright.sync_api import Locator, Page, expect


@dataclass(frozen=True)
class Actor:
    """A person, the page they look at, the address of the site."""

    page: Page
    site: str

    def opens(self, name: str, *args: object) -> None:
        self.page.goto(f"{self.site}{reverse(name, args=args)}")

    def follows(self, link: str) -> None:
        self.page.locator("main").get_by_role("link", name=link).first.click()

    def presses(self, button: str) -> None:
        """Press a button: a field for a file, which is one too for the browser, is not pressed."""
        named = self.page.get_by_role("button", name=button)
        self.page.locator("main button").and_(named).first.click()

    def fills(self, label: str, value: str) -> None:
        self._field(label).fill(value)

    def chooses(self, label: str, option: str) -> None:
        self._field(label).select_option(label=option)

    def ticks(self, label: str) -> None:
        self._field(label).check()

    def hands_in(self, label: str, file: Path) -> None:
        self._field(label).set_input_files(file)

    def _field(self, label: str) -> Locator:
        """The field of this label: a section may bear the same name."""
        fields = self.page.locator("main").locator("input, select, textarea")
        return fields.and_(self.page.get_by_label(label)).first

    def reads(self, *sentences: str) -> None:
        for sentence in sentences:
            expect(self.page.locator("main")).to_contain_text(sentence)

    def is_at(self, heading: str) -> None:
        expect(self.page.locator("h1")).to_contain_text(heading)
