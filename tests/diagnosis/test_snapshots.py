"""Snapshots: made once from what is loaded, never changed, replaced when the data are."""

from pathlib import Path

import numpy as np
import pytest
from django.db import IntegrityError

from country import (
    APL_2023,
    FACILITIES,
    PLACES,
    apl_sheet,
    write_communes,
    write_facilities,
    write_lines,
    write_workbook,
)
from maillage.diagnosis.frame import Frame
from maillage.diagnosis.models import Snapshot, columns_of
from maillage.diagnosis.snapshots import refresh_snapshots
from maillage.intake.actions import load
from maillage.intake.models import ImportRun

pytestmark = pytest.mark.django_db

MOVEMENTS = (
    "MOD,DATE_EFF,TYPECOM_AV,COM_AV,TNCC_AV,NCC_AV,NCCENR_AV,LIBELLE_AV,"
    "TYPECOM_AP,COM_AP,TNCC_AP,NCC_AP,NCCENR_AP,LIBELLE_AP"
)


def current(profession: str = "mg", vintage: int | None = 2023) -> Snapshot:
    found = Snapshot.objects.of(profession, vintage, fictional=False)
    assert found is not None
    return found


def frame(snapshot: Snapshot) -> Frame:
    return Frame(columns_of(snapshot.pk))


def test_there_is_one_snapshot_by_profession_and_published_vintage(loaded_territory: ImportRun) -> None:
    made = Snapshot.objects.order_by("profession", "vintage").values_list("profession", "vintage")
    assert list(made) == [("inf", 2023), ("mg", 2021), ("mg", 2022), ("mg", 2023)]


def test_a_snapshot_says_from_what_it_was_made(loaded_territory: ImportRun) -> None:
    snapshot = current()
    files = {source["file"]: source["kind"] for source in snapshot.sources}
    assert files["apl_medecins.xlsx"] == "apl"
    assert files["bpe2021.csv"] == "facilities"
    assert files["communes.json"] == "communes"
    assert all(len(source["sha256"]) == 64 for source in snapshot.sources)
    assert snapshot.parameters["travel_times"] == "ligne droite"
    assert snapshot.parameters["unit_supply"] == 5400.0
    assert snapshot.summary["departements"] == ["20", "2A", "2B"]


def test_a_snapshot_is_immutable(loaded_territory: ImportRun) -> None:
    snapshot = current()
    snapshot.vintage = 1999
    with pytest.raises(TypeError, match="immutable"):
        snapshot.save()
    with pytest.raises(TypeError, match="immutable"):
        snapshot.save(update_fields=["vintage", "superseded"])
    assert current().vintage == 2023


def test_two_snapshots_never_have_one_fingerprint(loaded_territory: ImportRun) -> None:
    fingerprint = current().fingerprint
    with pytest.raises(IntegrityError):
        Snapshot.objects.create(
            profession="mg",
            vintage=2023,
            fingerprint=fingerprint,
            parameters={},
            sources=[],
            summary={},
            arrays=b"",
        )


def test_the_same_data_give_the_same_snapshots_without_computing(
    loaded_territory: ImportRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = list(Snapshot.objects.order_by("pk").values_list("pk", "created_at", "superseded"))
    monkeypatch.setattr("maillage.diagnosis.snapshots._compute", None)
    refresh_snapshots()
    assert list(Snapshot.objects.order_by("pk").values_list("pk", "created_at", "superseded")) == before


def test_new_data_supersede_and_the_former_data_come_back_uncomputed(
    loaded_territory: ImportRun, country: Path
) -> None:
    first = current()
    write_facilities(country, {**FACILITIES, ("20002", "D201"): 4})
    load(folder=country)
    second = current()
    assert second.pk != first.pk
    first.refresh_from_db()
    assert first.superseded
    assert frame(first).where(frame(first)["code"] == "20002")["count"].tolist() == [0.0]
    assert frame(second).where(frame(second)["code"] == "20002")["count"].tolist() == [4.0]

    write_facilities(country)
    load(folder=country)
    assert current().pk == first.pk
    assert Snapshot.objects.filter(superseded=True).count() == 4


def test_a_file_that_brings_one_vintage_leaves_the_others(loaded_territory: ImportRun, country: Path) -> None:
    write_workbook(country / "apl_medecins.xlsx", {"APL 2023": apl_sheet(APL_2023, 2023)})
    load(folder=country)
    assert [current(vintage=year).vintage for year in (2021, 2022, 2023)] == [2021, 2022, 2023]


def test_movements_loaded_afterwards_bring_merged_communes_home(tmp_path: Path, db: None) -> None:
    folder = tmp_path / "data"
    folder.mkdir()
    write_communes(folder)
    gone = {**APL_2023, "20002": None}
    write_workbook(folder / "apl.xlsx", {"APL 2023": apl_sheet(gone, 2023)})
    write_facilities(folder, {("20077", "D201"): 3, ("20001", "D201"): 1})
    load(folder=folder)
    assert current().summary["unplaced_practitioners"] == {"20077": 3.0}
    merged = "32,2019-01-01,COM,20077,0,A,A,Ancienne,COM,20004,0,N,N,Nouvelle"
    load(folder=write_lines(tmp_path / "mouvements.csv", MOVEMENTS, merged))
    snapshot = current()
    assert snapshot.summary["unplaced_practitioners"] == {}
    assert frame(snapshot).where(frame(snapshot)["code"] == "20004")["count"].tolist() == [3.0]


def test_practitioners_of_a_code_that_leads_nowhere_are_counted_apart(country: Path) -> None:
    write_facilities(country, {("20001", "D201"): 1, ("20099", "D201"): 5})
    load(folder=country)
    assert current().summary["unplaced_practitioners"] == {"20099": 5.0}


def test_a_published_row_without_commune_takes_nobody_else_s_practitioners(tmp_path: Path) -> None:
    write_communes(tmp_path)
    sheet = apl_sheet(APL_2023, 2023)
    write_workbook(tmp_path / "apl.xlsx", {"APL 2023": [*sheet, ["20088", *sheet[-1][1:]]]})
    write_facilities(tmp_path, {("20001", "D201"): 1, ("20088", "D201"): 2, ("20099", "D201"): 5})
    load(folder=tmp_path)
    columns = frame(current())
    assert columns.where(columns["code"] == "20088")["count"].tolist() == [2.0]
    assert current().summary["unplaced_practitioners"] == {"20099": 5.0}


def test_an_unpublished_apl_is_unknown_and_never_zero(loaded_territory: ImportRun) -> None:
    columns = frame(current())
    unpublished = columns.where(columns["code"] == "2B003")
    assert np.isnan(unpublished["apl"]).all()
    assert np.isfinite(unpublished["apl_estimate"]).all()
    assert unpublished["count"].tolist() == [0.0]


def test_without_a_published_apl_there_is_still_an_estimate(tmp_path: Path) -> None:
    write_communes(tmp_path)
    write_facilities(tmp_path)
    load(folder=tmp_path)
    snapshot = current(vintage=None)
    assert snapshot.vintage == 2021
    assert snapshot.parameters["calibration"] == 1.0
    assert not frame(snapshot).knows("apl")
    assert frame(snapshot).knows("apl_estimate")


def test_what_is_distributed_equals_what_is_offered(loaded_territory: ImportRun) -> None:
    snapshot = current()
    columns = frame(snapshot)
    received = (columns["apl_estimate"] * columns["standardised_population"]).sum()
    offered = columns["supply"].sum() - snapshot.summary["unreached_supply"]
    assert received == pytest.approx(offered * snapshot.parameters["calibration"])


def test_a_commune_without_a_place_is_left_out_of_the_estimate_and_counted(tmp_path: Path) -> None:
    path = write_communes(tmp_path, PLACES)
    centre = '"centre": {"type": "Point", "coordinates": [2.05, 47.05]}'
    text = path.read_text()
    assert centre in text
    path.write_text(text.replace(centre, '"centre": null'))
    write_facilities(tmp_path)
    write_workbook(tmp_path / "apl.xlsx", {"APL 2023": apl_sheet(APL_2023, 2023)})
    load(folder=tmp_path)
    snapshot = current()
    assert (snapshot.summary["units"], snapshot.summary["located_units"]) == (12, 11)
    columns = frame(snapshot)
    assert np.isnan(columns.where(columns["code"] == "20001")["apl_estimate"]).all()
