"""The look keeps its promises: readable, self-contained, nobody else's."""

import re
from pathlib import Path

import pytest
from django.conf import settings

from maillage.accounts.colours import contrast

SITE = Path(settings.PACKAGE) / "site"
THEME = (SITE / "static" / "maillage" / "theme.css").read_text(encoding="utf-8")
TOKENS = dict(re.findall(r"--([\w-]+): (?:var\(--authority-colour, )?(#[0-9a-f]{6})\)?;", THEME))
TEMPLATES = sorted((SITE / "templates").rglob("*.html"))
OURS = [*TEMPLATES, *sorted((SITE / "static" / "maillage").iterdir())]


@pytest.mark.parametrize(
    ("text", "ground"),
    [
        ("ink", "#ffffff"),
        ("quiet", "#ffffff"),
        ("quiet", TOKENS["ground"]),
        ("accent", "#ffffff"),
        ("alarm", TOKENS["alarm-faint"]),
        ("warning", TOKENS["warning-faint"]),
        ("success", TOKENS["success-faint"]),
    ],
)
def test_text_reads_on_its_ground(text: str, ground: str) -> None:
    assert contrast(TOKENS[text], ground) >= 4.5


def test_edges_of_controls_are_seen() -> None:
    assert contrast(TOKENS["control"]) >= 3


@pytest.mark.parametrize("file", OURS, ids=lambda file: file.name)
def test_nothing_is_fetched_elsewhere_nor_borrowed_from_the_state(file: Path) -> None:
    text = file.read_text(encoding="utf-8").replace("http://www.w3.org/2000/svg", "").lower()
    assert "http://" not in text
    assert "https://" not in text
    assert "dsfr" not in text
    assert "marianne" not in text


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda file: file.name)
def test_templates_hold_no_inline_style_nor_script(template: Path) -> None:
    text = template.read_text(encoding="utf-8")
    assert not re.search(r"<style|\sstyle=|\son\w+=|<script(?![^>]*\ssrc=)", text)
