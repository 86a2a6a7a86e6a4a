"""The catalogue: every reader has its entry, every entry holds."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from maillage.sources.catalogue import by_slug, catalogue, load
from maillage.sources.readers import READERS
from maillage.sources.tables import SourceError

ENTRY = """
[[entry]]
slug = "x"
source = "x"
title = "T"
publisher = "P"
page = "https://exemple.test"
licence = "L"
cadence = "C"
format = "F"
note = "N"
"""


def test_every_reader_has_an_entry_and_every_entry_a_reader() -> None:
    assert {entry.source for entry in catalogue()} == {reader.source for reader in READERS}


def test_the_five_professions_of_the_apl_share_one_reader() -> None:
    assert [entry.slug for entry in catalogue() if entry.source == "apl"] == [
        "apl_mg",
        "apl_inf",
        "apl_mk",
        "apl_sf",
        "apl_cd",
    ]


def test_an_entry_by_département_says_so() -> None:
    assert by_slug("contours").by_departement
    assert not by_slug("communes").by_departement


def test_patterns_of_resources_are_valid() -> None:
    assert [re.compile(entry.resource) for entry in catalogue() if entry.resource]


def test_an_unknown_name_gets_suggestions() -> None:
    with pytest.raises(SourceError, match="« fines » inconnue ; essayez finess"):
        by_slug("fines")


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (ENTRY.replace('note = "N"\n', ""), "champ absent note"),
        (ENTRY + 'extra = "1"\n', "champ inconnu extra"),
        (ENTRY.replace('"T"', "3"), "title doit être un texte"),
        (ENTRY.replace("https", "http"), "page doit commencer par https"),
        (ENTRY + 'address = "https://exemple.test/f"\n', "vont ensemble"),
        (ENTRY + ENTRY, "donnée deux fois"),
        ("[[entry", "TOML mal formé"),
    ],
)
def test_an_entry_that_does_not_hold_is_refused(tmp_path: Path, text: str, sentence: str) -> None:
    path = tmp_path / "catalogue.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(SourceError, match=sentence):
        load(path)
