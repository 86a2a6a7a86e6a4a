"""Archives among the files of a folder, and files that another one has replaced in part."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from maillage.accounts.models import Event
from maillage.intake.actions import load
from maillage.intake.models import ImportRun
from maillage.kit.console import Refused
from maillage.territories.models import Commune, Dataset

pytestmark = pytest.mark.django_db


def test_the_members_of_an_archive_are_loaded_like_files(country: Path, tmp_path: Path) -> None:
    archive = tmp_path / "tout.zip"
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as packed:
        for file in sorted(country.rglob("*.*")):
            packed.write(file, file.relative_to(country))
    run = load(folder=archive)
    assert run.succeeded
    assert Commune.objects.exists()
    assert Dataset.objects.active().filter(kind="apl").exists()


def test_a_broken_archive_changes_nothing(country: Path) -> None:
    archive = country / "coupe.zip"
    with zipfile.ZipFile(archive, "w") as packed:
        packed.writestr("communes.csv", "a;b\n" * 1000)
    archive.write_bytes(archive.read_bytes()[:-40])
    with pytest.raises(Refused, match=r"Rien n'a été changé"):
        load(folder=country)
    assert not Commune.objects.exists()


def test_a_load_is_told_in_the_journal(loaded_territory: ImportRun) -> None:
    event = Event.objects.get(verb="load_files")
    assert event.object_id == str(loaded_territory.pk)
    assert "fichiers chargés" in event.sentence


def test_each_authority_a_load_was_made_for_reads_it_in_its_journal(country: Path) -> None:
    load(folder=country, territories=["departement:20", "departement:2A"])
    told = Event.objects.filter(verb="load_files").values_list("authority__territory", flat=True)
    assert sorted(filter(None, told)) == ["departement:20", "departement:2A"]
