"""Persons and their places are kept for the territories asked for and their neighbours, no further."""

from pathlib import Path

import pytest

from country import FACILITIES, write_lines
from maillage.care.models import Practice
from maillage.diagnosis.frame import Frame
from maillage.diagnosis.models import Snapshot, columns_of
from maillage.intake.actions import load
from maillage.intake.models import ImportRun
from maillage.kit.console import Refused
from maillage.sources.readers.rpps import COLUMNS
from maillage.territories.models import Dataset

pytestmark = pytest.mark.django_db

HEADER = [*COLUMNS.values(), "Adresse e-mail (coord. structure)"]


def gp(number: int, commune: str, *, site: str = "", postal_code: str = "") -> str:
    cells = {
        "rpps": f"1000000000{number}",
        "category": "C",
        "family_name": f"FICTIF{number}",
        "given_name": "Camille",
        "profession_code": "10",
        "profession_label": "Médecin",
        "skill_type": "S",
        "specialty_code": "SM54",
        "specialty_label": "Médecine générale",
        "practice_mode": "L",
        "site_id": site or f"R{number}",
        "site_name": "CABINET",
        "postal_code": postal_code or f"{commune[:2]}000",
        "commune": commune,
        "sector_code": "SA07",
        "sector_label": "Cabinet individuel",
    }
    return "|".join([*(cells.get(name, "") for name in COLUMNS), "personne@exemple.invalid"])


def write_register(folder: Path) -> None:
    lines = [gp(1, "20001"), gp(2, "20004"), gp(3, "2A001"), gp(4, "2A002"), gp(5, "2B001")]
    write_lines(folder / "PS_LibreAcces_Personne_activite_202311010000.txt", "|".join(HEADER), *lines)


def kept() -> list[str]:
    return sorted(Practice.objects.values_list("commune", flat=True))


def test_persons_are_kept_for_the_territory_and_its_neighbours(country: Path) -> None:
    write_register(country)
    load(folder=country, territories=["departement:2A"])
    assert kept() == ["2A001", "2A002", "2B001"]


def test_without_a_territory_everybody_is_kept(country: Path) -> None:
    write_register(country)
    load(folder=country)
    assert kept() == ["20001", "20004", "2A001", "2A002", "2B001"]


def test_a_second_territory_keeps_the_persons_of_the_first(country: Path) -> None:
    write_register(country)
    load(folder=country, territories=["departement:2A"])
    load(folder=country, territories=["departement:20"])
    assert kept() == ["20001", "20004", "2A001", "2A002", "2B001"]
    assert Dataset.objects.filter(kind="practitioners").count() == 1


def test_persons_of_a_territory_asked_for_later_are_counted(country: Path) -> None:
    write_register(country)
    load(folder=country, territories=["departement:2A"])
    load(folder=country, territories=["departement:20"])
    snapshot = Snapshot.objects.of("mg", 2023, fictional=False)
    assert snapshot is not None
    columns = Frame(columns_of(snapshot.pk))
    assert columns.where(columns["code"] == "20004")["count"].tolist() == [1.0]


def test_loading_the_same_territory_twice_keeps_the_same_rows(country: Path) -> None:
    write_register(country)
    load(folder=country, territories=["departement:2A"])
    before = list(Practice.objects.order_by("pk").values_list())
    run = load(folder=country, territories=["departement:2A"])
    assert list(Practice.objects.order_by("pk").values_list()) == before
    assert {entry["status"] for entry in run.report["files"]} == {"unchanged"}


def test_an_epci_not_known_yet_is_refused_rather_than_keeping_everybody(country: Path) -> None:
    write_register(country)
    with pytest.raises(Refused, match="epci:200000003"):
        load(folder=country, territories=["epci:200000003"])
    assert not Practice.objects.exists()


def test_an_epci_already_known_keeps_the_persons_of_its_departements(
    loaded_territory: ImportRun, tmp_path: Path
) -> None:
    write_register(tmp_path)
    load(folder=tmp_path, territories=["epci:200000003"])
    assert "2A001" in kept()
    assert "2B001" in kept()


def test_where_persons_were_not_kept_the_bpe_goes_on_counting(country: Path) -> None:
    write_register(country)
    load(folder=country, territories=["departement:2A"])
    snapshot = Snapshot.objects.of("mg", 2023, fictional=False)
    assert snapshot is not None
    frame = Frame(columns_of(snapshot.pk))
    assert frame.where(frame["departement"] == "2A")["count"].tolist() == [1.0, 1.0, 0.0, 0.0]
    elsewhere = frame.where(frame["departement"] == "20")
    assert elsewhere["count"][0] == FACILITIES["20001", "D201"]


def test_without_a_bpe_communes_whose_persons_were_not_kept_have_an_unknown_count(country: Path) -> None:
    write_register(country)
    for file in country.glob("*bpe*"):
        file.unlink()
    load(folder=country, territories=["departement:2A"])
    snapshot = Snapshot.objects.of("mg", 2023, fictional=False)
    assert snapshot is not None
    assert [source["kind"] for source in snapshot.sources].count("practitioners") == 1
    frame = Frame(columns_of(snapshot.pk))
    assert frame.where(frame["departement"] == "2A")["count"].tolist() == [1.0, 1.0, 0.0, 0.0]
    for column in ("count", "supply", "apl_estimate", "minutes_practitioner"):
        assert not frame.where(frame["departement"] == "20").knows(column)
