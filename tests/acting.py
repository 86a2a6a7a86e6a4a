"""Someone before a browser: what they open, follow, type, press and read."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from django.urls import reverse
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

from people import PASSWORD


def french(browser: Browser) -> BrowserContext:
    """What someone in France opens: their language, their hour, a desktop."""
    return browser.new_context(
        locale="fr-FR", timezone_id="Europe/Paris", viewport={"width": 1280, "height": 900}
    )


@dataclass(frozen=True)
class Actor:
    """A person, the page they look at, the address of the site."""

    page: Page
    site: str

    def opens(self, name: str, *args: object) -> None:
        self.page.goto(f"{self.site}{reverse(name, args=args)}")

    def follows(self, link: str) -> None:
        """Follow a link of the page, and wait for where it leads."""
        with self.page.expect_navigation():
            self.page.locator("main").get_by_role("link", name=link).first.click()

    def presses(self, button: str) -> None:
        """Press a button, and wait for the page that answers: until then the server may still be at work."""
        with self.page.expect_navigation():
            self._button(button).click()

    def opens_an_account(self, name: str, email: str) -> None:
        """From the link that offers it to the page one came for, signed in."""
        self.follows("Créer mon compte")
        self.fills("Prénom et nom", name)
        self.fills("Adresse électronique", email)
        self.fills("Mot de passe", PASSWORD)
        self.presses("Créer mon compte")
        self.fills("Adresse électronique", email)
        self.fills("Mot de passe", PASSWORD)
        self.presses("Se connecter")

    def downloads(self, button: str) -> Path:
        """Press a button that gives a file; gives where it was put."""
        with self.page.expect_download() as download:
            self._button(button).click()
        return Path(download.value.path())

    def _button(self, name: str) -> Locator:
        """The button of this name: a field for a file is one too for the browser, and is not pressed."""
        return self.page.locator("main button").and_(self.page.get_by_role("button", name=name)).first

    def fills(self, label: str, value: str) -> None:
        self._field(label).fill(value)

    def chooses(self, label: str, option: str) -> None:
        self._field(label).select_option(label=option)

    def ticks(self, label: str) -> None:
        self._field(label).check()

    def ticks_all(self) -> None:
        """Tick every box of the page; there must be one."""
        boxes = self.page.get_by_role("checkbox").all()
        assert boxes, f"no box to tick on {self.page.url}"
        for box in boxes:
            box.check()

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
