"""Several editions of the same data in force: one is read, the others are not added to it."""

from __future__ import annotations

import pytest

from maillage.care.models import FacilityCount
from maillage.diagnosis.models import AgeShare, SpecialtyCount
from maillage.diagnosis.pages.commune import _facilities
from maillage.diagnosis.professions import PROFESSIONS
from maillage.diagnosis.published import age_shares
from maillage.diagnosis.reading import Diagnosis, snapshot_for
from maillage.diagnosis.specialties import specialties
from maillage.intake.models import ImportRun
from maillage.territories.keys import parse
from maillage.territories.models import Dataset
from maillage.territories.places import find

pytestmark = pytest.mark.django_db


def edition(kind: str, vintage: int | None, *, source: str = "essai") -> Dataset:
    return Dataset.objects.create(
        slot=f"{kind}:{source}:{vintage}",
        kind=kind,
        source=source,
        title=kind,
        vintage=vintage,
        file="f.csv",
        sha256="0" * 64,
        size=1,
        rows=1,
        defects=0,
        active=True,
    )


def test_the_latest_shares_by_age_are_shown_once() -> None:
    for vintage, share in ((2022, 0.5), (2024, 0.6), (None, 0.1)):
        AgeShare.objects.create(
            dataset=edition("age_shares", vintage), departement="77", group="gp", age=55, share=share
        )
    found = age_shares(parse("departement:77"), PROFESSIONS["mg"])
    assert [(figure.value, figure.vintage) for figure in found] == [(0.6, 2024)]


def test_the_latest_counts_by_specialty_are_read_alone(loaded_territory: ImportRun) -> None:
    for vintage, code in ((2024, "SM04"), (2022, "SM05")):
        SpecialtyCount.objects.create(
            dataset=edition("specialties", vintage), departement="20", specialty=code, label=code, count=3
        )
    assert [row.code for row in specialties(parse("departement:20"))] == ["SM04"]


def test_two_sources_of_one_year_do_not_count_a_facility_twice(loaded_territory: ImportRun) -> None:
    before = {name: count for name, count, _ in _facilities(_commune())}
    FacilityCount.objects.create(
        dataset=edition("facilities", 2021, source="autre"), code="20001", type="D201", count=7
    )
    assert {name: count for name, count, _ in _facilities(_commune())} == before


def _commune() -> Diagnosis:
    territory = find("commune:20001")
    return Diagnosis(territory, snapshot_for("mg", 2023, territory.key))
