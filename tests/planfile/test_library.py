"""The three shipped plans: every row of the founding documents, every amount, schemes that can be judged."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from maillage.kit.console import Refused
from maillage.planfile.checking import check
from maillage.planfile.document import PlanFile, SchemeEntry
from maillage.planfile.findings import Level
from maillage.planfile.library import SHIPPED, text_of
from maillage.planfile.reading import read
from maillage.plans.totals import comparison, totals
from maillage.rules.eligibility import judge

# Rows of the inventory of the founding documents (documents S0 to S4).
ROWS = {"S0": 17, "S1": 52, "S2": 23, "S3": 45, "S4": 14}
REFERENCES = [f"{document}-{row:02}" for document, count in ROWS.items() for row in range(1, count + 1)]
# Gaps and contradictions of those documents.
GAPS = [f"G-{number:02}" for number in range(1, 25)]
ON = date(2026, 11, 21)


def file_of(name: str) -> PlanFile:
    file = read(text_of(name)).file
    assert file is not None
    return file


def scheme(name: str, key: str) -> SchemeEntry:
    return next(scheme for scheme in file_of(name).schemes if scheme.key == key)


def amounts(name: str) -> set[Decimal | None]:
    return {line.amount for line in file_of(name).content.money}


def cited(text: str) -> set[str]:
    """References in the lists of seeds, not in comments or sentences."""
    lists = re.findall(r"seeds = \[([^\]]*)\]", text)
    return {reference for listed in lists for reference in re.findall(r'"([^"]+)"', listed)}


def test_there_are_151_rows() -> None:
    assert len(REFERENCES) == 151


@pytest.mark.parametrize("name", SHIPPED)
def test_a_shipped_plan_is_read_without_error(name: str) -> None:
    assert read(text_of(name)).findings == ()


@pytest.mark.parametrize(
    ("name", "documents"),
    [
        ("seine-et-marne", {"S0", "S1", "S2"}),
        ("le-41-en-bonne-sante", {"S3"}),
        ("paris-vallee-de-la-marne", {"S4"}),
    ],
)
def test_every_row_is_in_the_file_of_its_authority(name: str, documents: set[str]) -> None:
    wanted = {reference for reference in REFERENCES if reference[:2] in documents}
    found = {reference for reference in cited(text_of(name)) if reference[:1] == "S"}
    assert found == wanted


def test_every_gap_is_said_somewhere() -> None:
    said = {remark.code for name in SHIPPED for remark in file_of(name).content.remarks}
    assert set(GAPS) - said == set()


def test_every_reference_is_one_that_exists() -> None:
    known = {*REFERENCES, *GAPS}
    for name in SHIPPED:
        odd = {
            ref for ref in cited(text_of(name)) if ref not in known and not re.fullmatch(r"[LB]-?\d+\w?", ref)
        }
        assert odd == set()


def test_a_shipped_plan_is_found_by_its_name_alone() -> None:
    with pytest.raises(Refused, match="seine-et-marne"):
        text_of("../secret")


def test_le_41_shows_its_three_figures() -> None:
    content = file_of("le-41-en-bonne-sante").content
    made = totals(content.money, first_year=2022, last_year=2028)
    assert (made.new.per_year, made.all.per_year) == (1_300_000, 1_520_000)
    assert (made.new.total, made.all.total) == (9_100_000, 10_640_000)
    assert (made.new - made.high_estimate).total == 6_300_000
    assert comparison(made, content.announced_wording).replace("\N{NO-BREAK SPACE}", " ") == (
        "9,10 M€ de moyens nouveaux, 10,64 M€ avec l'existant sur 2022-2028, annoncé : près de 10 M€."
    )
    assert "Construction du campus" in made.left_out


def test_le_41_has_nine_axes_and_every_amount() -> None:
    content = file_of("le-41-en-bonne-sante").content
    assert len(content.axes) == 9
    euros = (75_000, 100_000, 180_000, 30_000, 70_000, 15_000, 220_000, 400_000, 200_000, 50_000)
    assert {Decimal(value) for value in euros} | {None} == amounts("le-41-en-bonne-sante")
    assert content.announced_amount == 10_000_000
    high = [line for line in content.money if line.is_high_estimate]
    assert [line.amount for line in high] == [400_000]
    share = next(i for m in content.measures for i in m.indicators if "55-ans" in i.key)
    assert share.baseline == 56


def test_seine_et_marne_keeps_its_amounts_dates_and_two_generations() -> None:
    content = file_of("seine-et-marne").content
    assert content.adopted_on == date(2020, 6, 19)
    assert content.announced_amount == 875_000
    assert {Decimal(161_000), Decimal(36_000), Decimal(80_000), Decimal(40_000), None} == amounts(
        "seine-et-marne"
    )
    generations = {axis.title.split(" – ")[0] for axis in content.axes}
    assert generations == {"Plan 2020", "Mandat 2021-2024"}
    statuses = {measure.key: measure.status for measure in content.measures}
    assert statuses["cabines"] == "abandoned"
    for key in ("exoneration-taxe-amenagement", "medecins-salaries", "maisons-departementales"):
        assert statuses[key] == "not_reported"
    booths = next(i for m in content.measures for i in m.indicators if i.key == "cabines-en-activite")
    assert booths.target == 10
    assert [reading.value for reading in booths.readings] == [9, 0]
    evenings = next(i for m in content.measures for i in m.indicators if i.key == "soirees")
    assert evenings.target == 2
    signed = next(decision for decision in content.decisions if decision.key == "convention-cdom")
    assert signed.taken_on == date(2023, 4, 25)


def test_paris_vallee_de_la_marne_is_an_agglomeration_without_money() -> None:
    file = file_of("paris-vallee-de-la-marne")
    assert file.authority.startswith("epci:")
    assert file.content.money == ()
    density = next(
        i for m in file.content.measures for i in m.indicators if i.key == "densite-de-generalistes"
    )
    assert (density.baseline, density.target) == (Decimal("6.9"), Decimal("8.07"))
    assert any(axis.is_priority for axis in file.content.axes)
    assert file.content.decisions[0].taken_on == date(2019, 11, 7)


INTERN = {
    "profession": "medecin",
    "situation": "intern",
    "specialty": "general_practice",
    "years_left": 2,
    "third_cycle_years": 2,
    "accepts_obligation": True,
    "zone_category": "ZIP",
    "commitments": ["none"],
}


@pytest.mark.parametrize(
    ("plan", "key", "facts", "amount"),
    [
        ("le-41-en-bonne-sante", "bourse-interne-mg", INTERN, 12_000),
        ("le-41-en-bonne-sante", "bourse-interne-mg", {**INTERN, "years_left": 1}, 6_000),
        (
            "le-41-en-bonne-sante",
            "bourse-paramedicale",
            {"study_level": "paramedical", "years_left": 1},
            6_000,
        ),
        ("le-41-en-bonne-sante", "allocation-de-stage", {}, 1_500),
        (
            "le-41-en-bonne-sante",
            "aide-materiel",
            {"profession": "medecin", "equipment_budget": Decimal(30_000)},
            None,
        ),
        ("seine-et-marne", "mspu", {}, 20_000),
        ("seine-et-marne", "bourse-maieutique-kine", {"years_left": 2}, 7_200),
        (
            "seine-et-marne",
            "logement-internes",
            {
                "placement_months": 6,
                "monthly_rent": Decimal(500),
                "requested_amount": Decimal(3_000),
            },
            Decimal("2840.82"),
        ),
    ],
)
def test_a_scheme_grants_what_its_plan_says(
    plan: str, key: str, facts: dict[str, Any], amount: object
) -> None:
    rules = scheme(plan, key).parsed
    assert rules is not None
    assert judge(rules, facts, ON).amount.value == amount


def test_obligations_are_those_of_the_documents() -> None:
    months = {
        entry.key: entry.parsed.obligation.months
        for name in SHIPPED
        for entry in file_of(name).schemes
        if entry.parsed and entry.parsed.obligation
    }
    assert months["bourse-interne-mg"] == months["bourse-paramedicale"] == months["aide-materiel"] == 36
    assert months["aide-maisons-de-sante"] == 60
    kine = scheme("seine-et-marne", "bourse-maieutique-kine").parsed
    assert kine is not None
    assert kine.obligation is not None
    assert (kine.obligation.start_within_months, kine.obligation.share, kine.obligation.share_is_strict) == (
        6,
        Decimal("0.5"),
        True,
    )


def test_every_scheme_names_its_measure_its_basis_and_its_sources() -> None:
    for name in SHIPPED:
        for entry in file_of(name).schemes:
            assert entry.measure
            assert entry.parsed is not None
            assert entry.parsed.sources
            assert entry.parsed.legal_basis != "OTHER" or entry.parsed.legal_note


def findings(name: str) -> str:
    _, found = check(text_of(name), on=ON)
    assert not [finding for finding in found if finding.level is Level.ERROR]
    return "\n".join(f"{f.level} {f.code} {f.sentence}" for f in found).replace("\N{NO-BREAK SPACE}", " ")


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("seine-et-marne", "stop G-01"),
        ("seine-et-marne", "cible de 10 cabines au 31/12/2020 ; relevé : 9 au 01/01/2024, 0 au 31/12/2024"),
        ("seine-et-marne", "warn G-14 « Créer une maison des internes » est sans nouvelles"),
        ("seine-et-marne", "warn G-03 677"),
        ("seine-et-marne", "n'a pas de dates d'ouverture et de clôture"),
        ("le-41-en-bonne-sante", "9,10 M€ de moyens nouveaux, 10,64 M€ avec l'existant sur 2022-2028"),
        ("le-41-en-bonne-sante", "stop L-08"),
        ("le-41-en-bonne-sante", "36 mois, pour un minimum de 60 mois"),
        ("le-41-en-bonne-sante", "« Construction du campus » : montant à définir"),
        ("le-41-en-bonne-sante", "warn G-07"),
        ("le-41-en-bonne-sante", "note G-09 Les engagements d'exercer n'ont pas tous la même durée : 3 ans"),
        ("le-41-en-bonne-sante", "stop G-21"),
        ("paris-vallee-de-la-marne", "G-12"),
    ],
)
def test_a_check_tells_the_known_contradictions(name: str, said: str) -> None:
    assert said in findings(name)
