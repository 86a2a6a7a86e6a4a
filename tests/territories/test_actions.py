"""Storing territories, and putting a dataset in the place of another."""

from datetime import date
from pathlib import Path

import pytest
from django.db import IntegrityError, transaction

from country import PLACES, square, write_communes
from maillage.intake.actions import load
from maillage.intake.models import ImportRun
from maillage.sources.tables import Table
from maillage.territories.actions import discard_out_of_force, put_in_force, store_contours, store_zoning
from maillage.territories.models import AgeBand, Commune, Contour, Dataset, Departement, Epci, Region, Zone

pytestmark = pytest.mark.django_db


def dataset(slot: str, *, active: bool = False) -> Dataset:
    return Dataset.objects.create(
        slot=slot,
        kind=slot.partition(":")[0],
        source="test",
        title="Essai",
        file=slot,
        sha256="0",
        size=1,
        rows=1,
        defects=0,
        active=active,
    )


def contours(tolerance: int, *codes: str) -> Table:
    return Table(
        "contours",
        {
            "level": ["commune"] * len(codes),
            "code": list(codes),
            "name": list(codes),
            "geometry": [{**square(PLACES[0]), "tolerance": tolerance} for _ in codes],
        },
        meta={"tolerance_m": tolerance},
    )


def test_a_dataset_takes_the_slot_of_the_former_one() -> None:
    former, other, staged = dataset("apl:mg", active=True), dataset("apl:inf", active=True), dataset("apl:mg")
    put_in_force(datasets=[staged])
    assert set(Dataset.objects.active()) == {staged, other}
    discard_out_of_force()
    assert not Dataset.objects.filter(pk=former.pk).exists()


def test_two_datasets_are_never_in_force_for_one_slot() -> None:
    dataset("apl:mg", active=True)
    with pytest.raises(IntegrityError), transaction.atomic():
        dataset("apl:mg", active=True)


def test_rows_go_with_their_dataset() -> None:
    staged = dataset("contours:a")
    store_contours(staged, contours(0, "20001"))
    assert Contour.objects.count() == 1
    discard_out_of_force()
    assert Contour.objects.count() == 0


def test_the_most_precise_contour_in_force_wins() -> None:
    for tolerance, codes in ((1000, ("20001", "20002")), (0, ("20001",)), (100, ("20001", "20002"))):
        loaded = dataset(f"contours:{tolerance}", active=True)
        store_contours(loaded, contours(tolerance, *codes))
    store_contours(dataset("contours:staged"), contours(0, "20002"))
    best = Contour.objects.best("commune", ["20001", "20002", "20003"]).values_list("code", "tolerance_m")
    assert dict(best) == {"20001": 0, "20002": 100}


def test_zones_are_those_valid_on_the_day() -> None:
    columns = {
        "profession": ["mg", "mg"],
        "unit_type": ["commune", "commune"],
        "unit_code": ["20001", "20001"],
        "category": ["ZAC", "ZIP"],
        "valid_from": [date(2018, 1, 1), date(2022, 1, 1)],
        "valid_to": [date(2021, 12, 31), None],
        "decree": [None, "Arrêté imaginaire"],
    }
    store_zoning(dataset("zoning:mg", active=True), Table("zoning", columns))
    assert [zone.category for zone in Zone.objects.in_force(date(2021, 12, 31))] == ["ZAC"]
    assert [zone.category for zone in Zone.objects.in_force(date(2022, 1, 1))] == ["ZIP"]
    assert not Zone.objects.in_force(date(2017, 1, 1)).exists()


def test_areas_are_named_and_communes_know_theirs(loaded_territory: ImportRun) -> None:
    assert Region.objects.get(code="94").name == "Île imaginaire"
    assert Departement.objects.get(code="2A").region_id == "94"
    assert Epci.objects.get(code="200000002").name == "CA du Grand Étang"
    commune = Commune.objects.get(code="20004")
    assert (commune.departement_id, commune.epci_id, commune.population) == ("20", "200000002", 3000)
    assert Commune.objects.get(code="2B003").epci is None


def test_an_epci_keeps_its_name_when_communes_are_loaded_alone_again(
    loaded_territory: ImportRun, tmp_path: Path
) -> None:
    load(folder=write_communes(tmp_path, PLACES[:5], name="communes-00.json"))
    assert Epci.objects.get(code="200000001").name == "CC des Haies"
    assert Departement.objects.get(code="20").name == "Pays-d'Aubeterre"


def test_a_commune_the_file_no_longer_names_goes_and_others_stay(
    loaded_territory: ImportRun, tmp_path: Path
) -> None:
    load(folder=write_communes(tmp_path, PLACES[:4], name="communes-00.json"))
    assert not Commune.objects.filter(code="20005").exists()
    assert Commune.objects.filter(departement="2A").count() == 4


def test_unknown_places_and_populations_stay_unknown(tmp_path: Path, db: None) -> None:
    file = write_communes(tmp_path, PLACES[:2])
    file.write_text(file.read_text().replace('"population": 8000, ', ""))
    load(folder=file)
    assert Commune.objects.get(code="20001").population is None
    assert not AgeBand.objects.exists()
