"""The demo as files and as an installation: read without surprise, the same twice, kept off real data."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from django.core.management import CommandError, call_command

from maillage.accounts.models import Authority, Event, Membership, User
from maillage.accounts.roles import Role
from maillage.demo.build import DEFAULT_SEED, write_files
from maillage.demo.geography import COMMUNES, HOME
from maillage.demo.territory import Territory, make_territory
from maillage.diagnosis.models import Snapshot, columns_of
from maillage.intake.models import ImportRun
from maillage.sources.probe import Probe
from maillage.sources.reader import read, recognise
from maillage.sources.readers import READERS
from maillage.sources.tables import Reading, Scope
from maillage.territories.models import Commune, Dataset, Departement, Epci, Region

# What the readers have to say of sound files: these two formats do not hold their year, and the register
# uses 00 for a département that is not known.
EXPECTED_PROBLEMS = {"année absente du fichier", "département inconnu"}


@pytest.fixture(scope="module")
def territory() -> Territory:
    return make_territory(DEFAULT_SEED)


@pytest.fixture(scope="module")
def folder(territory: Territory, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("demo") / "files"
    write_files(territory, folder)
    return folder


@pytest.fixture(scope="module")
def readings(folder: Path) -> dict[str, Reading]:
    found = {}
    for path in folder.iterdir():
        probe = Probe(path)
        found[path.name] = read(probe, recognise(probe, READERS), Scope())
    return found


def test_the_same_seed_gives_the_same_bytes(folder: Path, tmp_path: Path) -> None:
    write_files(make_territory(DEFAULT_SEED), tmp_path / "again")
    again = {path.name: path.read_bytes() for path in (tmp_path / "again").iterdir()}
    assert again == {path.name: path.read_bytes() for path in folder.iterdir()}


def test_every_kind_of_table_is_walked(readings: dict[str, Reading]) -> None:
    kinds = {table.kind for reading in readings.values() for table in reading.tables}
    assert kinds == {
        *("communes", "areas", "epci_members", "movements", "contours", "travel_times"),
        *("apl", "facilities", "practitioners", "structures", "densities", "specialties", "age_shares"),
        *("population_by_age", "zoning", "programmes"),
    }


def test_readers_find_no_defect_that_is_not_expected(readings: dict[str, Reading]) -> None:
    problems = {problem for reading in readings.values() for _, problem, _ in reading.defects.counts}
    assert problems <= EXPECTED_PROBLEMS


def test_populations_agree_between_files(readings: dict[str, Reading], territory: Territory) -> None:
    communes = readings["communes.json"].tables[0]
    by_departement: dict[str, int] = {}
    for departement, population in communes.rows("departement", "population"):
        by_departement[departement] = by_departement.get(departement, 0) + population
    latest = max(
        (t for t in readings["estim-pop-dep-sexe-gca.xlsx"].tables), key=lambda table: table.vintage or 0
    )
    by_age: dict[str, int] = {}
    for departement, population in latest.rows("departement", "population"):
        by_age[departement] = by_age.get(departement, 0) + population
    assert by_age == by_departement


def test_contours_are_taken_for_precise_ones(readings: dict[str, Reading]) -> None:
    for name in ("contours-communes.geojson", "contours-departements.geojson"):
        assert readings[name].tables[0].meta["tolerance_m"] == 0


@pytest.fixture
def home(tmp_path: Path, settings: Any) -> Path:
    settings.HOME = tmp_path
    return tmp_path


def state() -> dict[str, object]:
    """What an installation holds, the reports of its loads included."""
    models = (Commune, Epci, Departement, Region, Authority, User, Membership, Event, ImportRun, Snapshot)
    counts: dict[str, object] = {model.__name__: model.objects.count() for model in models}
    return counts | {"datasets": sorted(Dataset.objects.order_by().values_list("pk", "slot", "active"))}


@pytest.mark.django_db
def test_the_demo_is_whole_and_making_it_twice_changes_nothing(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    call_command("demo", share=0)
    assert "est prête" in capsys.readouterr().out
    assert (home / "demo").is_dir()
    assert Commune.objects.filter(departement=HOME).count() == COMMUNES
    assert not Commune.objects.filter(epci=None).exists()
    assert set(Authority.objects.values_list("kind", "is_demo")) == {("departement", True), ("epci", True)}
    roles = Membership.objects.filter(authority__kind="departement").values_list("role", flat=True)
    assert sorted(roles) == sorted(Role.values)
    assert Snapshot.objects.filter(superseded=False).count() == 15
    before = state()
    call_command("demo", share=0)
    assert "est déjà en place" in capsys.readouterr().out
    assert state() == before


@pytest.mark.django_db
def test_the_estimate_follows_the_published_apl(home: Path) -> None:
    call_command("demo", share=0)
    snapshot = Snapshot.objects.of("mg", fictional=True)
    assert snapshot is not None
    assert snapshot.parameters["travel_times"] == "Temps de trajet"
    columns = columns_of(snapshot.pk)
    ranks = [np.argsort(np.argsort(columns[name])) for name in ("apl", "apl_estimate")]
    assert np.corrcoef(*ranks)[0, 1] > 0.9


@pytest.mark.django_db
def test_the_demo_is_refused_beside_real_data(home: Path) -> None:
    region = Region.objects.create(code="11", name="Région réelle")
    departement = Departement.objects.create(code="77", name="Département réel", region=region)
    Commune.objects.create(code="77001", name="Commune", search_name="commune", departement=departement)
    with pytest.raises(CommandError, match="données réelles"):
        call_command("demo", share=0)
    assert not (home / "demo").exists()
    assert not Authority.objects.exists()
