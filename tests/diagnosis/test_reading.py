"""The diagnosis of a territory: figures, comparisons, warnings, and the document of the command line."""

import json
from pathlib import Path
from typing import Any

import pytest

from country import APL_2023, PLACES, apl_sheet, write_communes, write_facilities, write_workbook
from maillage.diagnosis.reading import Diagnosis, as_document, snapshot_for
from maillage.intake.actions import load
from maillage.intake.models import ImportRun
from maillage.kit.console import Refused
from maillage.site.cli import main
from maillage.territories.places import find

pytestmark = pytest.mark.django_db

# What every script may rely on.
CODES = {
    "population",
    "gp_count",
    "gp_density_per_10000",
    "apl_mean",
    "apl_share_under_2_5",
    "apl_worst_tenth",
    "apl_best_tenth",
    "apl_estimate_mean",
    "apl_estimate_spearman",
    "gini",
}


def diagnosis(territory: str, profession: str = "mg", vintage: int | None = None) -> Diagnosis:
    return Diagnosis(find(territory), snapshot_for(profession, vintage))


def value(territory: str, code: str, **which: Any) -> float | None:
    figure = diagnosis(territory, **which).figure(code)
    assert figure is not None, code
    return figure.value


def reached(seen: Diagnosis, commune: str) -> float:
    """The estimate of a commune before it is scaled to the published mean."""
    found = seen.frame.where(seen.frame["code"] == commune)["apl_estimate"]
    return float(found[0] / seen.snapshot.parameters["calibration"])


def printed(capsys: pytest.CaptureFixture[str], *arguments: str) -> dict[str, Any]:
    with pytest.raises(SystemExit) as leaving:
        main(["diagnose", *arguments, "--format", "json"])
    assert leaving.value.code == 0
    document: dict[str, Any] = json.loads(capsys.readouterr().out)
    return document


def test_figures_of_a_departement_are_those_worked_out_by_hand(loaded_territory: ImportRun) -> None:
    assert value("departement:20", "population") == 12700
    assert value("departement:20", "apl_mean") == pytest.approx(43980 / 12700)
    assert value("departement:20", "apl_share_under_2_5") == pytest.approx(1700 / 12700)
    assert value("departement:20", "fragility") == pytest.approx(12330 / 12700)
    assert value("departement:20", "gp_located_count") == 9


def test_the_counts_of_the_assurance_maladie_come_first(loaded_territory: ImportRun) -> None:
    found = diagnosis("departement:20").figure("gp_count")
    assert found is not None
    assert (found.value, found.vintage) == (10, 2024)
    density = diagnosis("departement:20").figure("gp_density_per_10000")
    assert density is not None
    assert density.value == pytest.approx(7.87)
    # Nothing is published for an EPCI: its practitioners are counted by commune.
    assert value("epci:200000001", "gp_count") == 7


def test_tenths_of_the_country_are_those_worked_out_by_hand(loaded_territory: ImportRun) -> None:
    assert value("france", "apl_share_under_2_5") == pytest.approx(2900 / 23500)
    assert value("france", "apl_worst_tenth") == pytest.approx(2570 / 1700)
    assert value("france", "apl_best_tenth") == pytest.approx(5.0)


def test_each_vintage_is_its_own(loaded_territory: ImportRun) -> None:
    assert value("commune:20001", "apl_mean", vintage=2021) == pytest.approx(4.2)
    assert value("commune:20001", "apl_mean", vintage=2023) == pytest.approx(4.0)


def test_a_commune_is_compared_with_everything_above_it(loaded_territory: ImportRun) -> None:
    above = [str(parent.key) for parent in diagnosis("commune:20004").parents]
    assert above == ["epci:200000002", "departement:20", "region:24", "france"]
    assert [str(parent.key) for parent in diagnosis("departement:2A").parents] == ["region:94", "france"]
    assert diagnosis("france").parents == []


def test_zones_are_shares_of_the_population(loaded_territory: ImportRun) -> None:
    assert value("departement:20", "zone_share_zip") == pytest.approx(1500 / 12700)
    assert value("departement:20", "zone_share_zac") == pytest.approx(3200 / 12700)
    assert value("departement:20", "zone_share_hz") == pytest.approx(8000 / 12700)


def test_the_share_of_doctors_over_55_is_the_published_one(loaded_territory: ImportRun) -> None:
    assert value("departement:20", "gp_share_over_55") == pytest.approx(0.5)


def test_other_professions_have_no_threshold(loaded_territory: ImportRun) -> None:
    codes = {figure.indicator.code for figure in diagnosis("departement:20", "inf").figures}
    assert "nurse_count" in codes
    assert "apl_share_under_2_5" not in codes


def test_a_departement_with_its_neighbours_is_not_warned_about(loaded_territory: ImportRun) -> None:
    assert diagnosis("departement:2A").missing_neighbours == []
    (warning,) = diagnosis("departement:2A").warnings
    assert "ligne droite" in warning


def test_a_departement_loaded_alone_warns_of_its_neighbours_and_is_wrong_at_its_edge(
    country: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "seul"
    folder.mkdir()
    write_communes(folder, [place for place in PLACES if place.departement == "2A"])
    write_facilities(folder)
    write_workbook(folder / "apl.xlsx", {"APL 2023": apl_sheet(APL_2023, 2023)})
    load(folder=folder)
    alone = diagnosis("departement:2A")
    assert alone.missing_neighbours == ["2B"]
    assert any("Départements voisins absents des données : 2B." in warning for warning in alone.warnings)

    before = reached(alone, "2A003")
    load(folder=country)
    together = diagnosis("departement:2A")
    assert together.missing_neighbours == []
    # L'Ivraie reaches the doctors of 2B, whom it cannot see when 2A is alone.
    assert reached(together, "2A003") > before


def test_the_document_has_the_promised_shape(
    loaded_territory: ImportRun, capsys: pytest.CaptureFixture[str]
) -> None:
    document = printed(capsys, "--territory", "departement:20", "--profession", "mg", "--vintage", "2022")
    assert document["territory"] == "departement:20"
    assert (document["name"], document["profession"], document["vintage"]) == ("Pays-d'Aubeterre", "mg", 2022)
    by_code = {entry["code"]: entry for entry in document["indicators"]}
    assert by_code.keys() >= CODES
    assert len(by_code) == len(document["indicators"]), "a code stands for one figure"
    for entry in document["indicators"]:
        assert entry.keys() >= {"code", "value", "unit", "vintage", "definition", "source"}
        assert entry["definition"]
        assert entry["source"] or entry["value"] is None
    assert document["snapshot"]["sources"]
    assert document["warnings"]


def test_the_document_holds_no_number_that_is_none(loaded_territory: ImportRun) -> None:
    for territory in ("commune:2B003", "epci:200000001", "region:94", "france"):
        json.dumps(as_document(diagnosis(territory)), allow_nan=False)


def test_an_unpublished_commune_has_null_and_not_zero(
    loaded_territory: ImportRun, capsys: pytest.CaptureFixture[str]
) -> None:
    document = printed(capsys, "--territory", "commune:2B003")
    figures = {entry["code"]: entry["value"] for entry in document["indicators"]}
    assert figures["apl_mean"] is None
    assert figures["apl_share_under_2_5"] is None
    assert figures["gp_count"] == 0


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--territory", "departement:2C"], "Vouliez-vous dire : departement:2"),
        (["--territory", "departement:20", "--profession", "vet"], "« vet » n'est pas une profession connue"),
        (["--territory", "departement:20", "--vintage", "2012"], "millésimes chargés : 2023, 2022, 2021"),
    ],
)
def test_what_does_not_exist_is_refused_with_what_does(
    loaded_territory: ImportRun, arguments: list[str], sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as leaving:
        main(["diagnose", *arguments])
    assert leaving.value.code == 1
    assert sentence in capsys.readouterr().err


def test_before_anything_is_loaded_the_sentence_says_what_to_do(db: None) -> None:
    with pytest.raises(Refused, match="maillage load DOSSIER"):
        snapshot_for("mg", None)


def test_the_table_for_people_says_unknown_in_words(
    loaded_territory: ImportRun, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        main(["diagnose", "--territory", "commune:2B003"])
    output = capsys.readouterr()
    assert "Mousse" in output.out
    assert "n. d." in output.out
    assert "Attention : Temps de trajet estimés en ligne droite" in output.err


def test_a_diagnosis_costs_few_queries(
    loaded_territory: ImportRun, django_assert_max_num_queries: Any
) -> None:
    with django_assert_max_num_queries(10):
        as_document(diagnosis("departement:20"))
