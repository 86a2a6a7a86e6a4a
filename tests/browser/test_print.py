"""A map printed: what a meeting is given on paper."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest
from playwright.sync_api import Page

from maillage.intake.models import ImportRun

pytestmark = pytest.mark.browser

# What browsers leave when one prints.
MARGINS = {"top": "1cm", "right": "1cm", "bottom": "1cm", "left": "1cm"}


def text_of_page(document: Path, number: int) -> str:
    command = ["pdftotext", "-f", str(number), "-l", str(number), str(document), "-"]
    return subprocess.run(command, capture_output=True, check=True, text=True).stdout


@pytest.mark.parametrize("landscape", [False, True])
def test_a_printed_map_stands_on_the_first_page_with_its_legend(
    site: str, page: Page, loaded_territory: ImportRun, tmp_path: Path, landscape: bool
) -> None:
    if shutil.which("pdftotext") is None:
        pytest.skip("pdftotext is not installed on this machine (apt-get install poppler-utils)")
    document = tmp_path / "carte.pdf"
    page.goto(f"{site}/diagnostic/departement:20/")
    page.pdf(path=document, format="A4", landscape=landscape, margin=MARGINS)
    first = text_of_page(document, 1)
    # The scale closes the drawing, below every area; the source closes the legend.
    for expected in ("Pays-d'Aubeterre", "Étang-sur-Œuf", "5 km", "Habitants", "Source"):
        assert expected in first
