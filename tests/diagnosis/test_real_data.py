"""The whole folder of real open data, loaded once, against the figures published elsewhere."""

import csv
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from django.db import connection, transaction
from pytest_django import DjangoDbBlocker

from maillage.diagnosis.frame import by_area
from maillage.diagnosis.reading import Diagnosis, snapshot_for
from maillage.intake.actions import load
from maillage.intake.models import ImportRun
from maillage.territories.places import find

pytestmark = [pytest.mark.shared, pytest.mark.django_db]

TERRITORIES = ["departement:77", "departement:41"]


@pytest.fixture(scope="module", autouse=True)
def real_data(
    shared_data: Path, django_db_setup: None, django_db_blocker: DjangoDbBlocker
) -> Iterator[ImportRun]:
    """Loaded for the tests of this module, in a transaction that leaves nothing to the others."""
    with django_db_blocker.unblock(), transaction.atomic():
        run = load(folder=shared_data, territories=TERRITORIES)
        # Once for all, or each test would check every row again as it ends.
        connection.check_constraints()
        yield run
        transaction.set_rollback(True)


def diagnosis(territory: str, vintage: int) -> Diagnosis:
    return Diagnosis(find(territory), snapshot_for("mg", vintage))


def value(territory: str, code: str, vintage: int) -> float:
    figure = diagnosis(territory, vintage).figure(code)
    assert figure is not None
    assert figure.value is not None
    return figure.value


def test_no_file_is_refused_and_what_is_left_is_named(real_data: ImportRun) -> None:
    assert real_data.succeeded
    left = {entry["file"] for entry in real_data.report["files"] if entry["status"] == "unrecognised"}
    assert "README.md" in left
    assert not {name for name in left if name.startswith(("APL", "DREES", "bpe", "communes"))}


@pytest.mark.parametrize(
    ("territory", "vintage", "mean"),
    [
        ("departement:77", 2022, 2.501),
        ("departement:77", 2023, 2.382),
        ("departement:41", 2022, 2.815),
        ("departement:41", 2023, 2.770),
        ("france", 2023, 3.745),
    ],
)
def test_the_mean_apl_is_the_published_one(territory: str, vintage: int, mean: float) -> None:
    assert round(value(territory, "apl_mean", vintage), 3) == mean


@pytest.mark.parametrize(
    ("territory", "vintage", "share"),
    [
        ("departement:77", 2023, 0.553),
        ("departement:41", 2023, 0.325),
        ("france", 2023, 0.166),
        ("france", 2022, 0.149),
        ("france", 2021, 0.140),
    ],
)
def test_the_population_under_the_threshold_is_the_published_one(
    territory: str, vintage: int, share: float
) -> None:
    assert round(value(territory, "apl_share_under_2_5", vintage), 3) == share


def test_the_tenths_of_the_65_and_under_in_2021_are_the_published_ones() -> None:
    assert round(value("france", "apl_65_mean", 2021), 3) == 3.369
    assert round(value("france", "apl_65_worst_tenth", 2021), 3) == 1.518
    assert round(value("france", "apl_65_best_tenth", 2021), 3) == 5.631


@pytest.mark.parametrize(
    ("territory", "floor"), [("departement:77", 0.54), ("departement:41", 0.56), ("france", 0.56)]
)
def test_the_estimate_ranks_communes_as_the_published_apl_does(territory: str, floor: float) -> None:
    assert value(territory, "apl_estimate_spearman", 2021) >= floor


def test_the_neighbours_are_there() -> None:
    for territory in TERRITORIES:
        assert diagnosis(territory, 2021).missing_neighbours == []


def test_the_means_by_departement_follow_the_published_ones(shared_data: Path) -> None:
    with (shared_data / "reference" / "dep_apl_dep.csv").open(encoding="utf-8-sig") as stream:
        published = {row[0].zfill(2): row[-1] for row in list(csv.reader(stream))[1:]}
    table = by_area(diagnosis("france", 2022).whole, "departement")
    computed = dict(zip(table["code"].tolist(), table["apl"].tolist(), strict=True))
    both = [(computed[code], float(apl)) for code, apl in published.items() if code in computed]
    assert len(both) >= 96
    ours, theirs = np.array(both).T
    assert np.corrcoef(ours, theirs)[0, 1] >= 0.998
    assert np.abs(ours - theirs).max() < 0.125


def test_the_standardised_population_sums_to_the_total_one() -> None:
    whole = diagnosis("france", 2023).whole
    assert np.nansum(whole["standardised_population"]) == pytest.approx(67_408_052, rel=1e-4)


def test_the_counts_of_the_assurance_maladie_are_shown() -> None:
    assert value("departement:77", "gp_count", 2023) == 775
    assert value("departement:77", "gp_density_per_10000", 2023) == pytest.approx(5.24)
    assert value("departement:41", "gp_count", 2023) == 211
    assert value("france", "gp_count", 2023) == 55_546


def test_the_bpe_counts_every_gp_once() -> None:
    snapshot = snapshot_for("mg", 2021)
    counted = diagnosis("france", 2021).whole["count"].sum()
    unplaced = sum(snapshot.summary["unplaced_practitioners"].values())
    assert counted + unplaced == 61_594


def test_loading_the_folder_again_changes_nothing(real_data: ImportRun, shared_data: Path) -> None:
    before = snapshot_for("mg", 2023).pk
    again = load(folder=shared_data, territories=TERRITORIES)
    statuses = {entry["status"] for entry in again.report["files"]}
    assert statuses == {"unchanged", "unrecognised"}
    assert snapshot_for("mg", 2023).pk == before
