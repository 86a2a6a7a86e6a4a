"""Loading a folder: all of it or nothing, the same twice, every file accounted for."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.db import OperationalError

from country import (
    APL_2023,
    FACILITIES,
    PLACES,
    apl_sheet,
    commune,
    write_communes,
    write_facilities,
    write_json,
    write_lines,
    write_workbook,
)
from maillage.accounts.models import Authority
from maillage.care.models import FacilityCount
from maillage.diagnosis.models import Snapshot
from maillage.intake.actions import load
from maillage.intake.models import ImportRun
from maillage.intake.stores import STAGED
from maillage.kit.console import Refused
from maillage.territories.models import Commune, Dataset

pytestmark = pytest.mark.django_db

STORED = ("territories", "care", "diagnosis")


def everything() -> dict[str, list[tuple[Any, ...]]]:
    """Every row of the rooms that keep official data, keys and dates of computation included."""
    return {
        model.__name__: sorted(model._default_manager.values_list(), key=str)
        for room in STORED
        for model in apps.get_app_config(room).get_models()
    }


def statuses(run: ImportRun) -> dict[str, str]:
    return {entry["file"]: entry["status"] for entry in run.report["files"]}


def test_each_file_is_told_from_its_content_and_reported(loaded_territory: ImportRun) -> None:
    assert loaded_territory.succeeded
    assert loaded_territory.finished_at
    assert set(statuses(loaded_territory).values()) == {"loaded"}
    (communes,) = (entry for entry in loaded_territory.report["files"] if entry["file"] == "communes.json")
    assert communes["title"] == "Communes (geo.api.gouv.fr)"
    assert (communes["rows_read"], communes["rows_set_aside"]) == (12, 0)
    assert communes["defect_counts"] == [
        {
            "column": "codeEpci",
            "problem": "valeur absente",
            "action": "commune gardée sans cette valeur",
            "count": 3,
        }
    ]
    assert [defect["line"] for defect in communes["defects"]] == [9, 11, 12]


def test_a_file_is_recognised_whatever_its_name(country: Path) -> None:
    for number, path in enumerate(sorted(country.glob("*.json"))):
        path.rename(country / f"fichier{number}.csv")
    (country / "apl_medecins.xlsx").rename(country / "photo.png")
    load(folder=country)
    assert Commune.objects.count() == 12
    assert Snapshot.objects.filter(profession="mg").count() == 3


def test_the_territory_asked_for_gets_its_authority(loaded_territory: ImportRun) -> None:
    authority = Authority.objects.get()
    assert (authority.territory, authority.name) == ("departement:20", "Pays-d'Aubeterre")


def test_loading_twice_changes_nothing(loaded_territory: ImportRun, country: Path) -> None:
    before = everything()
    again = load(folder=country, territories=["departement:20"])
    assert everything() == before
    assert set(statuses(again).values()) == {"unchanged"}
    words = again.outcome.replace("\N{NO-BREAK SPACE}", " ")
    assert words == "0 fichier chargé, 11 déjà chargés, 0 laissé de côté."
    assert Authority.objects.count() == 1


def test_a_changed_file_replaces_its_own_datasets_and_no_other(
    loaded_territory: ImportRun, country: Path
) -> None:
    before = dict(Dataset.objects.values_list("slot", "pk"))
    write_facilities(country, {**FACILITIES, ("20002", "D201"): 1})
    run = load(folder=country, territories=["departement:20"])
    after = dict(Dataset.objects.values_list("slot", "pk"))
    assert statuses(run)["bpe2021.csv"] == "loaded"
    assert before.keys() == after.keys()
    assert {slot for slot in after if after[slot] != before[slot]} == {"facilities:bpe:2021"}
    assert FacilityCount.objects.filter(code="20002", type="D201").count() == 1


def truncate(folder: Path) -> None:
    path = folder / "communes.json"
    path.write_text(path.read_text()[:-40])


def negative(folder: Path) -> None:
    write_json(folder / "communes.json", [commune(PLACES[0]) | {"population": -1}])


def doubled(folder: Path) -> None:
    write_communes(folder, [*PLACES, PLACES[0]])


def renamed_column(folder: Path) -> None:
    path = folder / "bpe2021.csv"
    path.write_text(path.read_text().replace("DEPCOM", "COMMUNE"))


def broken_workbook(folder: Path) -> None:
    path = folder / "apl_medecins.xlsx"
    path.write_bytes(path.read_bytes()[:-500])


def empty_file(folder: Path) -> None:
    (folder / "zonage.csv").write_text("")


def overlapping_zones(folder: Path) -> None:
    write_lines(
        folder / "zonage.csv", (folder / "zonage.csv").read_text() + "mg;20001;commune;ZIP;2023-01-01;;X"
    )


@pytest.mark.parametrize(
    "spoil", [truncate, negative, doubled, renamed_column, broken_workbook, empty_file, overlapping_zones]
)
def test_a_load_that_fails_changes_nothing_and_keeps_its_report(
    loaded_territory: ImportRun, country: Path, spoil: Callable[[Path], None]
) -> None:
    before = everything()
    # A good file, read before the bad one, must not stay.
    write_facilities(country, {("20001", "D201"): 99}, year=2019)
    spoil(country)
    with pytest.raises(Refused, match=r"Rien n'a été changé\.$") as refusal:
        load(folder=country, territories=["departement:20"])
    assert everything() == before
    assert "\n" not in str(refusal.value)
    kept = ImportRun.objects.order_by("-pk")[0]
    assert not kept.succeeded
    assert kept.outcome in str(refusal.value)
    assert [entry["status"] for entry in kept.report["files"]].count("failed") == 1


def test_a_load_that_fails_at_the_swap_changes_nothing(loaded_territory: ImportRun, country: Path) -> None:
    before = everything()
    write_communes(country, PLACES[:5])
    write_facilities(country, {("20001", "D201"): 99})
    with pytest.raises(Refused, match="Aucun territoire « departement:77 »"):
        load(folder=country, territories=["departement:77"])
    assert everything() == before


def test_a_dry_run_reads_everything_and_stores_nothing(country: Path) -> None:
    run = load(folder=country, territories=["departement:20"], dry_run=True)
    assert set(statuses(run).values()) == {"loaded"}
    assert run.outcome.endswith("Essai à blanc : rien n'a été changé.")
    assert run.pk is None
    assert not any(everything().values())
    assert not Authority.objects.exists()


def test_a_dry_run_says_what_a_load_would_refuse(country: Path) -> None:
    negative(country)
    with pytest.raises(Refused, match="« population » vaut -1"):
        load(folder=country, dry_run=True)


def test_files_of_another_kind_are_listed_and_left(country: Path) -> None:
    (country / "photo.jpg").write_bytes(b"\xff\xd8\xff\xe0" + bytes(100))
    (country / "notes.txt").write_text("Rien d'officiel.\n")
    (country / ".cache").write_text("jamais lu")
    run = load(folder=country)
    left = {
        entry["file"]: entry["message"] for entry in run.report["files"] if entry["status"] == "unrecognised"
    }
    assert set(left) == {"photo.jpg", "notes.txt"}
    assert "notes.txt : contenu non reconnu. Fichiers attendus : " in left["notes.txt"]
    assert run.outcome.endswith("laissés de côté.")


def test_a_folder_of_nothing_known_is_refused(tmp_path: Path) -> None:
    for name in ("a.txt", "b.txt"):
        (tmp_path / name).write_text("Rien d'officiel.\n")
    with pytest.raises(Refused, match="Aucun fichier de ce dossier n'est un fichier officiel connu"):
        load(folder=tmp_path)


def test_a_single_unknown_file_is_told_what_was_expected(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("Rien d'officiel.\n")
    with pytest.raises(Refused, match=r"a\.txt : contenu non reconnu\. Fichiers attendus : communes de geo"):
        load(folder=tmp_path / "a.txt")


def test_two_files_of_the_same_data_are_refused_by_name(country: Path) -> None:
    write_communes(country, [*PLACES[:-1], PLACES[-1]._replace(population=7)], name="autre.json")
    with pytest.raises(Refused, match=r"autre\.json|communes\.json") as refusal:
        load(folder=country)
    assert "donnent les mêmes données" in str(refusal.value)
    assert "retirez l'un des deux du dossier. Rien n'a été changé." in str(refusal.value)
    assert not Commune.objects.exists()


def test_an_empty_or_absent_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="ne contient aucun fichier"):
        load(folder=tmp_path)
    with pytest.raises(Refused, match="n'existe pas"):
        load(folder=tmp_path / "absent")


def test_a_folder_without_rights_is_refused(country: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Permissions do not stop root, which tests often run as: the refusal of the system is imitated."""

    def refuse(self: Path) -> None:
        raise PermissionError(13, "Permission denied", str(self))

    monkeypatch.setattr(Path, "iterdir", refuse)
    with pytest.raises(Refused, match="lecture refusée ; donnez le droit de lire ce dossier"):
        load(folder=country)


def test_a_folder_inside_one_without_rights_is_refused(
    country: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(self: Path, *, follow_symlinks: bool = True) -> None:
        raise PermissionError(13, "Permission denied", str(self))

    monkeypatch.setattr(Path, "exists", refuse)
    with pytest.raises(Refused, match="lecture refusée"):
        load(folder=country)


def test_a_territory_that_is_none_is_refused(country: Path) -> None:
    with pytest.raises(Refused, match="n'est pas un territoire"):
        load(folder=country, territories=["canton:12"])


def test_files_in_sub_folders_are_found(country: Path) -> None:
    (country / "apl").mkdir()
    (country / "apl_medecins.xlsx").rename(country / "apl" / "apl_medecins.xlsx")
    assert statuses(load(folder=country))["apl_medecins.xlsx"] == "loaded"


def test_cities_given_whole_and_by_arrondissement_count_once(tmp_path: Path) -> None:
    paris = [
        PLACES[0]._replace(
            code=f"7510{number}", name=f"Paris {number}", departement="75", region="11", column=number
        )
        for number in (1, 2)
    ]
    write_communes(tmp_path, paris)
    top = [["Base permanente des équipements - BPE 2021"], [], ["CODGEO", "LIBGEO", "NB_D201", "NB_D307"]]
    arrondissements = [["75101", "Paris 1er", 4, 1], ["75102", "Paris 2e", 5, 2]]
    sheets = {"COM": [*top, ["75056", "Paris", 9, 3]], "ARM": [*top, *arrondissements]}
    write_workbook(tmp_path / "equipements.xlsx", sheets)
    load(folder=tmp_path)
    counts = FacilityCount.objects.filter(type="D201").order_by("code").values_list("code", "count")
    assert list(counts) == [("75101", 4), ("75102", 5)]


def test_progress_never_goes_back_and_names_what_is_done(country: Path) -> None:
    steps: list[tuple[float, str]] = []
    load(folder=country, progress=lambda done, step: steps.append((done, step)))
    fractions = [done for done, _ in steps]
    assert fractions == sorted(fractions)
    assert 0 <= fractions[0] <= fractions[-1] <= 1
    assert ("Lecture de communes.json") in [step for _, step in steps]


def test_a_load_can_only_be_stopped_before_anything_has_changed(country: Path) -> None:
    in_force: list[bool] = []
    load(folder=country, progress=lambda done, step: in_force.append(Dataset.objects.active().exists()))
    assert in_force
    assert not any(in_force)


def test_a_new_vintage_stands_beside_the_former_ones(loaded_territory: ImportRun, tmp_path: Path) -> None:
    path = write_workbook(tmp_path / "apl2024.xlsx", {"APL 2024": apl_sheet(APL_2023, 2024)})
    load(folder=path)
    vintages = Snapshot.objects.filter(profession="mg", superseded=False).values_list("vintage", flat=True)
    assert sorted(vintages) == [2021, 2022, 2023, 2024]


def test_the_report_is_plain_json(loaded_territory: ImportRun) -> None:
    loaded_territory.refresh_from_db()
    assert json.loads(json.dumps(loaded_territory.report)) == loaded_territory.report


def test_a_refusal_of_the_database_is_a_sentence_too(
    loaded_territory: ImportRun, country: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = everything()

    def refuse(*args: object) -> None:
        raise OperationalError("database or disk is full")

    monkeypatch.setitem(STAGED, "facilities", refuse)
    write_facilities(country, {("20001", "D201"): 99})
    with pytest.raises(Refused, match=r"La base de données a refusé.*disk is full.*Rien n'a été changé\.$"):
        load(folder=country)
    assert everything() == before
    assert not ImportRun.objects.order_by("-pk")[0].succeeded
